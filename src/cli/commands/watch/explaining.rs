//! Decides whether a reply refuses a signature, and finds out why.

use std::time::{Duration, Instant};

use super::keys::{Keys, KeysForRequest};
use crate::cli::context::{self, Context};
use crate::cli::render::redact::Redactor;
use crate::gateway::forward::Seen;
use sigvet_core::claim::ClaimError;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::verify::{Claimed, Outcome, VerifyError};
use sigvet_diagnose::formats::reply::{Kind, Reply};
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, NextStep, diagnose, named_access_key_id};

/// Maximum number of simultaneous mistakes to try, and how many of them regardless of the time limit; the same
/// as in `explain`.
const DEPTH: (usize, usize) = (3, 2);

/// A refused signature.
pub struct Refusal {
    /// The reply of the server.
    pub reply: Reply,
    /// Why the signature was refused.
    pub diagnosis: Diagnosis,
    /// Redacts credentials.
    pub redactor: Redactor,
    /// The access key ID that the request names.
    pub access_key_id: Option<String>,
    /// Duration of the search.
    pub milliseconds: u64,
}

/// How refusals are explained.
#[derive(Debug, Clone, Copy)]
pub struct Explaining {
    /// Time limit of the search.
    pub limit: Duration,
    /// Whether to show session tokens.
    pub show_secrets: bool,
}

impl Explaining {
    /// Explains a refused request if it was refused because of its signature.
    pub fn explain(self, seen: &Seen, keys: &mut Keys, context: &Context) -> Option<Refusal> {
        let reply = Reply::parse(Some(seen.reply.status), &seen.reply.headers, &seen.reply.body);
        let says = says(&reply, seen);
        if says == Says::Other || is_unsigned(&seen.request) {
            return None;
        }
        let access_key_id = named_access_key_id(&seen.request, BucketRule::default());
        let found = keys.find(access_key_id.as_deref(), context);
        let began = Instant::now();
        let diagnosis = diagnosis(&seen.request, &reply, &found, || began.elapsed() >= self.limit);
        // If the server gives no reason, the request counts only if its signature is found to be invalid.
        if says == Says::Nothing && diagnosis.outcome != Outcome::Invalid {
            return None;
        }
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let redactor = self.redactor(&seen.request, &diagnosis, &found);
        Some(Refusal { reply, diagnosis, redactor, access_key_id, milliseconds })
    }

    fn redactor(self, request: &Request, diagnosis: &Diagnosis, found: &KeysForRequest) -> Redactor {
        let judged = diagnosis.judged.as_ref();
        let dialect = judged.map_or(Dialect::AWS4, |judged| judged.verdict.claimed.dialect());
        let requests: Vec<&Request> = [request].into_iter().chain(judged.map(|judged| &judged.request)).collect();
        let own = found.own.iter().map(|own| &own.secret_access_key);
        let secrets = own.chain(found.others.iter().map(|key| &key.secret));
        if self.show_secrets {
            return Redactor::of_secrets(&requests, secrets);
        }
        // A wrong signature is of no use to anyone, and a saved file is there to show it. A signature that could not be
        // checked may be right.
        let is_wrong = judged.is_some_and(|judged| {
            judged.verdict.expected.as_ref().is_some_and(|expected| expected != judged.verdict.claimed.signature())
        });
        let redactor = Redactor::of_all(&requests, &dialect, secrets);
        let redactor = if is_wrong { redactor } else { redactor.with_signed_url(request) };
        let redactor = found.own.iter().fold(redactor, Redactor::with_key);
        judged.into_iter().fold(redactor, |redactor, judged| redactor.with_verdict(&judged.verdict))
    }
}

/// What a reply says about the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The signature is refused.
    Refused,
    /// The reply says nothing, like every reply to HEAD.
    Nothing,
    /// The request is refused for another reason.
    Other,
}

fn says(reply: &Reply, seen: &Seen) -> Says {
    match reply.kind() {
        Kind::Denied | Kind::Other if seen.reply.body.is_empty() && reply.code.is_none() => Says::Nothing,
        Kind::Denied | Kind::Other => Says::Other,
        _ => Says::Refused,
    }
}

fn is_unsigned(request: &Request) -> bool {
    let claimed = Claimed::extract(request, BucketRule::default());
    matches!(claimed, Err(VerifyError::V4(ClaimError::NotSigned) | VerifyError::V2(ClaimError::NotSigned)))
}

fn diagnosis(
    request: &Request,
    reply: &Reply,
    found: &KeysForRequest,
    is_time_up: impl Fn() -> bool + Sync,
) -> Diagnosis {
    let here = context::now();
    let hints = Hints {
        regions: reply.expected_region().map(str::to_owned).into_iter().collect(),
        services: reply.expected_service().map(str::to_owned).into_iter().collect(),
        now: Some(here),
        ..Hints::default()
    };
    let evidence = Evidence {
        request: Some(request),
        reply: Some(reply),
        is_exchange: true,
        credentials: found.own.as_ref(),
        other_keys: &found.others,
        ..Evidence::new(reply.server_time.unwrap_or(here), &hints)
    };
    let (deepest, to_the_end) = DEPTH;
    let mut diagnosis = diagnose(&evidence, Limits { deepest, to_the_end, is_time_up: &is_time_up });
    // The other steps are options of `explain`, which need the request in a file.
    diagnosis.next.retain(|step| *step == NextStep::OtherSigner);
    diagnosis
}
