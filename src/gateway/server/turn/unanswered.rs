//! Logs a request whose client disconnects before the answer begins: the task that handles it is dropped, so nothing
//! else would log it.

use std::sync::Arc;

use sigvet_core::request::Request;
use sigvet_core::verify::{Verdict, VerifyError};

use super::{Answered, Turn};
use crate::gateway::exchange::{Judgement, shorten};
use crate::gateway::passage::{Heading, Leg};
use crate::gateway::reporting::report_without_waiting;

/// The status logged for a client that disconnected, as in nginx's log. It is never sent.
const CLIENT_LEFT: u16 = 499;

/// A request in progress. It is logged if this is dropped without [`Unanswered::end`].
pub(super) struct Unanswered<'t, 's> {
    turn: &'t Turn<'s>,
    known: Option<(Arc<Request>, Judged)>,
    heading: Option<Arc<Heading>>,
}

/// What is known about the signature.
pub(super) type Judged = Option<Result<Box<Verdict>, VerifyError>>;

impl<'t, 's> Unanswered<'t, 's> {
    /// Marks the start of work on a request.
    pub(super) fn new(
        turn: &'t Turn<'s>,
        request: Arc<Request>,
        judged: Judged,
        heading: Option<Arc<Heading>>,
    ) -> Self {
        Self { turn, known: Some((request, judged)), heading }
    }

    /// Marks the end of that work; from now on the caller logs the request.
    pub(super) fn end(mut self) -> Judged {
        self.known.take().and_then(|(_, judged)| judged)
    }
}

impl Drop for Unanswered<'_, '_> {
    fn drop(&mut self) {
        let Some((request, judged)) = self.known.take() else { return };
        let mut request = Arc::unwrap_or_clone(request);
        let length = request.body.length().unwrap_or_default();
        shorten(&mut request.body);
        let leg = self.heading.as_ref().map(|heading| {
            let problem = self.turn.cutting.describe(self.turn.server.limits.idle_time);
            let (route, host) = heading.get();
            Box::new(Leg { route, host, problem: Some(problem), is_broken: true, ..Leg::default() })
        });
        let judgement = match (judged, &leg) {
            (None, _) => Judgement::Forwarded,
            (Some(Ok(verdict)), Some(_)) => Judgement::NotServed(verdict),
            (Some(verdict), _) => Judgement::Refused { verdict, diagnosis: None },
        };
        let exchange = self.turn.exchange(request, length, judgement, (Answered::with_status(CLIENT_LEFT), leg));
        report_without_waiting(exchange, &self.turn.server.sink);
    }
}
