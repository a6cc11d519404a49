//! Credentials for a long list: renewed in the background before they expire, by one thread for all workers.
//!
//! As long as the current credentials can sign, no worker waits for the next ones.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::cli::credentials::signer::Signer;
use crate::locking::locked;
use crate::renewal::{pause_between_renewals, renewal_margin};
use sigvet_core::credentials::Credentials;
use sigvet_core::time::Timestamp;

/// Fetches credentials; it may take long.
type Fetch = dyn Fn() -> Result<Credentials, String> + Send + Sync;

/// What to sign with, and how to renew it.
pub struct Renewing {
    fetch: Box<Fetch>,
    clock: fn() -> Timestamp,
    state: Mutex<State>,
    /// Notified when an answer has arrived.
    answered: Condvar,
}

struct State {
    signer: Arc<Signer>,
    /// Since when the signer has been used.
    since: Timestamp,
    asked_at: Timestamp,
    /// How often in a row the source had no new credentials.
    failures: u32,
    is_asked: bool,
    /// Why the source returned no credentials, until it is reported.
    problem: Option<String>,
}

impl Renewing {
    /// Signs with this signer until it expires, and then with what `fetch` returns.
    pub fn new(
        signer: Signer,
        clock: fn() -> Timestamp,
        fetch: impl Fn() -> Result<Credentials, String> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let (signer, now) = (Arc::new(signer), clock());
        let state = State { signer, since: now, asked_at: now, failures: 0, is_asked: false, problem: None };
        Arc::new(Self { fetch: Box::new(fetch), clock, state: Mutex::new(state), answered: Condvar::new() })
    }

    /// What was used last to sign, even if it has expired.
    pub fn last(&self) -> Arc<Signer> {
        Arc::clone(&locked(&self.state).signer)
    }

    /// What can sign now. Waits for new credentials only if the current ones have expired.
    ///
    /// # Errors
    /// The credentials expired at this time, and there are no new ones.
    pub fn current(self: &Arc<Self>) -> Result<Arc<Signer>, Timestamp> {
        let mut state = locked(&self.state);
        loop {
            let now = (self.clock)();
            let Some(end) = state.signer.identity().expires_at else { return Ok(Arc::clone(&state.signer)) };
            let left = now.seconds_until(end);
            let can_sign = left > 0;
            let is_fresh = can_sign && left > renewal_margin(state.since.seconds_until(end));
            let may_ask = !is_fresh && !state.is_asked && state.has_rested(now, can_sign);
            state.is_asked |= may_ask;
            match (can_sign, may_ask) {
                (true, false) => return Ok(Arc::clone(&state.signer)),
                (true, true) => {
                    let signer = Arc::clone(&state.signer);
                    drop(state);
                    self.ask_in_background();
                    return Ok(signer);
                }
                (false, true) => {
                    drop(state);
                    self.ask();
                    state = locked(&self.state);
                }
                (false, false) if state.is_asked => {
                    state = self.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                (false, false) => return Err(end),
            }
        }
    }

    /// Why the last attempt to renew the credentials failed, unless that was reported before.
    pub fn take_problem(&self) -> Option<String> {
        locked(&self.state).problem.take()
    }

    fn ask_in_background(self: &Arc<Self>) {
        let this = Arc::clone(self);
        if std::thread::Builder::new().spawn(move || this.ask()).is_err() {
            self.ask();
        }
    }

    /// Asks the source. The caller must have set `is_asked`.
    fn ask(&self) {
        let fetched = catch_unwind(AssertUnwindSafe(|| (self.fetch)()));
        let fetched = fetched.unwrap_or_else(|_| Err("the credential source failed".to_owned()));
        let now = (self.clock)();
        let mut state = locked(&self.state);
        (state.asked_at, state.is_asked) = (now, false);
        state.failures = state.failures.saturating_add(1);
        match fetched {
            Ok(credentials) if state.signer.credentials() != Some(&credentials) => {
                (state.signer, state.since, state.failures) = (Arc::new(Signer::Credentials(credentials)), now, 0);
            }
            Ok(_) => {}
            Err(problem) => state.problem = Some(problem),
        }
        self.answered.notify_all();
    }
}

impl State {
    fn has_rested(&self, now: Timestamp, can_sign: bool) -> bool {
        let pause = pause_between_renewals(self.failures, can_sign);
        self.asked_at.seconds_until(now).unsigned_abs() >= pause.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::*;

    fn temporary(number: usize, end: i64) -> Credentials {
        let mut credentials = Credentials::new(format!("AKID{number}"), "hush");
        credentials.expires_at = Some(Timestamp::from_epoch_seconds(end));
        credentials
    }

    fn id(renewing: &Arc<Renewing>) -> Result<String, Timestamp> {
        Ok(renewing.current()?.identity().access_key_id)
    }

    type Answer = Result<Credentials, String>;

    /// A source that answers when the test says so, and a channel that tells when it is asked.
    fn source() -> (impl Fn() -> Answer, Sender<Answer>, Receiver<()>) {
        let ((answer, answers), (ask, asked)) = (channel(), channel());
        let answers = Mutex::new(answers);
        let fetch = move || {
            ask.send(()).unwrap();
            locked(&answers).recv_timeout(Duration::from_secs(20)).unwrap()
        };
        (fetch, answer, asked)
    }

    fn is_answered(renewing: &Renewing) -> bool {
        (0..2_000).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            !locked(&renewing.state).is_asked
        })
    }

    /// Catches workers that all wait for a slow source although the credentials are valid, and a source that is asked by
    /// each of them.
    #[test]
    fn nobody_waits_while_the_credentials_are_valid() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        let clock = || Timestamp::from_epoch_seconds(NOW.load(Ordering::SeqCst));
        let (fetch, answer, asked) = source();
        let renewing = Renewing::new(Signer::Credentials(temporary(1, 3_600)), clock, fetch);
        NOW.store(3_299, Ordering::SeqCst);
        assert_eq!(id(&renewing).as_deref(), Ok("AKID1"));
        assert!(asked.try_recv().is_err());
        NOW.store(3_300, Ordering::SeqCst);
        for _ in 0..3 {
            assert_eq!(id(&renewing).as_deref(), Ok("AKID1"));
        }
        asked.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(asked.try_recv().is_err());
        answer.send(Ok(temporary(2, 7_200))).unwrap();
        assert!(is_answered(&renewing));
        assert_eq!(id(&renewing).as_deref(), Ok("AKID2"));
        assert_eq!(renewing.take_problem(), None);
    }

    /// Catches a signature with expired credentials, and a worker that is not woken by the answer.
    #[test]
    fn all_wait_for_one_answer_once_the_credentials_have_expired() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let clock = || Timestamp::from_epoch_seconds(NOW.load(Ordering::SeqCst));
        let fetch = || {
            std::thread::sleep(Duration::from_millis(100));
            match ASKED.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(temporary(2, 7_200)),
                _ => Err("the source is down".to_owned()),
            }
        };
        let renewing = Renewing::new(Signer::Credentials(temporary(1, 3_600)), clock, fetch);
        let ask_all = || {
            std::thread::scope(|scope| {
                let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| id(&renewing))).collect();
                waiting.into_iter().map(|waiting| waiting.join().unwrap()).collect::<Vec<_>>()
            })
        };
        NOW.store(3_600, Ordering::SeqCst);
        assert!(ask_all().iter().all(|id| id.as_deref() == Ok("AKID2")));
        assert_eq!(ASKED.load(Ordering::SeqCst), 1);
        NOW.store(7_200, Ordering::SeqCst);
        assert_eq!(ask_all(), vec![Err(Timestamp::from_epoch_seconds(7_200)); 8]);
        assert_eq!(ASKED.load(Ordering::SeqCst), 2);
        assert_eq!(renewing.take_problem().as_deref(), Some("the source is down"));
    }

    /// Catches a source that is asked at every record because it returns what it returned before.
    #[test]
    fn a_source_without_new_credentials_is_asked_ever_more_rarely() {
        static NOW: AtomicI64 = AtomicI64::new(0);
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let clock = || Timestamp::from_epoch_seconds(NOW.load(Ordering::SeqCst));
        let fetch = || {
            ASKED.fetch_add(1, Ordering::SeqCst);
            Ok(temporary(1, 3_600))
        };
        let renewing = Renewing::new(Signer::Credentials(temporary(1, 3_600)), clock, fetch);
        for now in 3_300..3_600 {
            NOW.store(now, Ordering::SeqCst);
            assert_eq!(id(&renewing).as_deref(), Ok("AKID1"));
            assert!(is_answered(&renewing));
        }
        assert!((6..=12).contains(&ASKED.load(Ordering::SeqCst)), "{ASKED:?}");
        NOW.store(3_601, Ordering::SeqCst);
        assert!(id(&renewing).is_err());
    }
}
