//! Credentials for many requests: renewed in the background before they expire, by a single task for all requests
//! that wait.
//!
//! As long as the current credentials are valid, no request waits for the next ones.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use sigvet_core::credentials::Credentials;
use sigvet_core::time::Timestamp;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::{Clock, Stop};
use crate::locking::locked;
use crate::renewal::{SHORTEST_PAUSE, pause_between_renewals, renewal_margin};

/// Credentials that expire within this many seconds are no longer used: the request could arrive too late.
const LAST_SECONDS: i64 = 2;

/// How often the background task checks whether the credentials need renewing.
const TICK: Duration = Duration::from_secs(1);

/// Fetches credentials. It may take long and blocks its thread.
pub type Fetch = dyn Fn() -> Result<Credentials, String> + Send + Sync;

/// A source of credentials, and the credentials it returned last.
pub struct CredentialSource {
    name: String,
    clock: Clock,
    fetch: Arc<Fetch>,
    /// How long a request waits for the source.
    patience: Duration,
    state: Mutex<State>,
    turn: Arc<Turn<()>>,
}

/// There are no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no credentials from {name}: {reason}")]
pub struct Unready {
    /// The name of the source: `profile 'prod'`.
    pub name: String,
    /// Why the source returned no credentials.
    pub reason: String,
}

/// The status of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// The name of the source.
    pub name: String,
    /// Seconds since the current credentials were fetched; `None` if there are none that can sign.
    pub age: Option<i64>,
    /// Seconds until the current credentials expire, if they expire.
    pub expires_in: Option<i64>,
    /// Why the last attempt to renew them failed, if it did.
    pub problem: Option<String>,
}

impl SourceStatus {
    /// The failure of the source, for a log.
    pub fn describe_failure(&self) -> String {
        let (name, reason) = (&self.name, self.problem.as_deref().unwrap_or("the credentials have expired"));
        match (self.age, self.expires_in) {
            (None, _) => format!("no credentials from {name}: {reason}"),
            (Some(_), None) => format!("cannot renew the credentials from {name}: {reason}"),
            (Some(_), Some(seconds)) => {
                format!("cannot renew the credentials from {name}, which expire in {seconds} s: {reason}")
            }
        }
    }
}

#[derive(Default)]
struct State {
    held: Option<CurrentCredentials>,
    failures: u32,
    problem: Option<String>,
    /// Whether the source failed and the failure has not been reported yet.
    is_unreported: bool,
    /// When the source last answered.
    asked: Option<Instant>,
    /// Since when an answer has been awaited.
    awaited: Option<Instant>,
    /// Whether a server rejected the current credentials.
    is_distrusted: bool,
}

struct CurrentCredentials {
    credentials: Arc<Credentials>,
    since: Timestamp,
}

/// The state of the current credentials.
enum Look {
    Good(Arc<Credentials>),
    /// The credentials can sign, but should be renewed.
    Ageing(Arc<Credentials>),
    Gone,
}

impl CredentialSource {
    /// How long a request waits for a source unless told otherwise: longer than it takes to get a session or a role, and
    /// shorter than clients are patient.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// A source that has not been asked yet.
    pub fn new(name: String, clock: Clock, fetch: Arc<Fetch>) -> Self {
        Self { name, clock, fetch, patience: Self::PATIENCE, state: Mutex::default(), turn: Arc::default() }
    }

    /// Lets requests wait for the source this long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The name of the source: `profile 'prod'`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Credentials that can sign now.
    ///
    /// # Errors
    /// There are no such credentials, and the source returned none, or did not answer in time.
    pub async fn current(self: &Arc<Self>) -> Result<Arc<Credentials>, Unready> {
        match self.look() {
            Look::Good(credentials) => Ok(credentials),
            Look::Ageing(credentials) => {
                self.renew_in_background();
                Ok(credentials)
            }
            Look::Gone => self.wait_for_new().await,
        }
    }

    /// Reports that a server rejected these credentials. They are then fetched again, with the same minimum pause as
    /// after a failure.
    pub fn distrust(self: &Arc<Self>, refused: &Arc<Credentials>) {
        let mut state = self.state();
        let is_held = state.held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.credentials, refused));
        state.is_distrusted |= is_held;
    }

    /// Reports that a server rejected these credentials, and asks the source again unless it has answered after
    /// `since`. Returns other credentials if there are any within `limit`.
    pub async fn replacement_for(
        self: &Arc<Self>,
        refused: &Arc<Credentials>,
        (since, limit): (Instant, Duration),
    ) -> Option<Arc<Credentials>> {
        self.distrust(refused);
        // If the time is up, the source's answer is still kept for the next request.
        let _ = tokio::time::timeout(limit, self.ask_again(refused, since)).await;
        match self.look() {
            Look::Good(other) | Look::Ageing(other) if !Arc::ptr_eq(&other, refused) => Some(other),
            _ => None,
        }
    }

    /// Asks the source although there are credentials, but not more often than once in the shortest pause.
    async fn ask_again(self: &Arc<Self>, refused: &Arc<Credentials>, since: Instant) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let (is_held, asked) = {
            let state = self.state();
            (state.held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.credentials, refused)), state.asked)
        };
        if !is_held || asked.is_some_and(|asked| asked >= since) {
            return;
        }
        let pause = asked.map(|asked| SHORTEST_PAUSE.saturating_sub(asked.elapsed())).unwrap_or_default();
        tokio::time::sleep(pause).await;
        self.ask_holding(turn).await;
    }

    /// Renews the credentials until `stop`, whether or not requests come in. Calls `report` for the first failure, and
    /// for each failure that follows a success.
    pub async fn keep_fresh(self: Arc<Self>, stop: Stop, report: impl Fn(&SourceStatus)) {
        let asked = stop.asked();
        tokio::pin!(asked);
        loop {
            if !matches!(self.look(), Look::Good(_)) {
                self.renew_in_background();
            }
            tokio::select! {
                () = &mut asked => return,
                () = tokio::time::sleep(TICK) => {}
            }
            if std::mem::take(&mut self.state().is_unreported) {
                report(&self.status());
            }
        }
    }

    /// The current status of the source.
    pub fn status(&self) -> SourceStatus {
        let now = self.clock.now();
        let state = self.state();
        let held = state.held.as_ref().filter(|held| held.left(now).is_none_or(|left| left > LAST_SECONDS));
        SourceStatus {
            name: self.name.clone(),
            age: held.map(|held| held.since.seconds_until(now)),
            expires_in: held.and_then(|held| held.left(now)),
            problem: state
                .problem
                .clone()
                .or_else(|| state.silence().filter(|(since, _)| *since >= self.patience).map(|(_, text)| text)),
        }
    }

    fn look(&self) -> Look {
        let now = self.clock.now();
        let state = self.state();
        let Some(held) = &state.held else { return Look::Gone };
        let credentials = Arc::clone(&held.credentials);
        match held.left(now) {
            Some(left) if left <= LAST_SECONDS => Look::Gone,
            Some(left) if left <= held.margin() => Look::Ageing(credentials),
            _ if state.is_distrusted => Look::Ageing(credentials),
            _ => Look::Good(credentials),
        }
    }

    fn renew_in_background(self: &Arc<Self>) {
        if self.state().is_too_early() {
            return;
        }
        // Another task is already fetching.
        let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() else { return };
        let source = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = turn;
            source.ask().await;
        });
    }

    async fn wait_for_new(self: &Arc<Self>) -> Result<Arc<Credentials>, Unready> {
        // A source that hangs holds up the first requests, but not those that come later.
        let awaited = self.state().awaited.map(|since| since.elapsed()).unwrap_or_default();
        let is_in_time = tokio::time::timeout(self.patience.saturating_sub(awaited), self.ask_in_turn()).await.is_ok();
        match self.look() {
            Look::Good(credentials) | Look::Ageing(credentials) => Ok(credentials),
            Look::Gone => {
                let state = self.state();
                let silence = state.silence().filter(|_| !is_in_time).map(|(_, text)| text);
                let reason = silence.or_else(|| state.problem.clone());
                let reason = reason.unwrap_or_else(|| "the credentials have expired".to_owned());
                Err(Unready { name: self.name.clone(), reason })
            }
        }
    }

    /// Asks the source, unless somebody else did just before.
    async fn ask_in_turn(self: &Arc<Self>) {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // The task that had the turn before may have fetched credentials, or failed to.
        if !matches!(self.look(), Look::Gone) || self.state().is_within(SHORTEST_PAUSE) {
            return;
        }
        self.ask_holding(turn).await;
    }

    /// Asks the source in a task of its own, which continues if the client of this request disconnects or has waited
    /// long enough: otherwise a source that takes longer than clients wait would never return credentials.
    async fn ask_holding(self: &Arc<Self>, turn: OwnedMutexGuard<()>) {
        let source = Arc::clone(self);
        let asking = tokio::spawn(async move {
            let _turn = turn;
            source.ask().await;
        });
        // If the task panicked, there are no credentials.
        let _ = asking.await;
    }

    /// Asks the source. The caller must hold `turn`.
    async fn ask(&self) {
        let fetch = Arc::clone(&self.fetch);
        self.state().awaited = Some(Instant::now());
        let fetched = tokio::task::spawn_blocking(move || fetch()).await;
        let fetched = fetched.unwrap_or_else(|_| Err("the credential source failed".to_owned()));
        let now = self.clock.now();
        let mut state = self.state();
        (state.asked, state.awaited) = (Some(Instant::now()), None);
        match fetched {
            Ok(credentials) => state.hold(credentials, now),
            Err(problem) => {
                state.is_unreported |= state.problem.is_none();
                state.failures = state.failures.saturating_add(1);
                state.problem = Some(problem);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    /// While there are credentials to sign with, the pause doubles with each failure.
    fn is_too_early(&self) -> bool {
        self.is_within(pause_between_renewals(self.failures, true))
    }

    /// Whether the source was last asked within this time.
    fn is_within(&self, pause: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() < pause)
    }

    /// How long an answer of the source has been awaited, and that in words.
    fn silence(&self) -> Option<(Duration, String)> {
        let awaited = self.awaited?.elapsed();
        Some((awaited, format!("the source has not answered for {:.0} s", awaited.as_secs_f64())))
    }

    /// Keeps new credentials. If the source returned the same ones again, the current ones stay, with their age.
    fn hold(&mut self, credentials: Credentials, now: Timestamp) {
        let is_same = self.held.as_ref().is_some_and(|held| *held.credentials == credentials);
        // If a source keeps returning credentials that a server rejects, the pause grows each time.
        self.failures = if is_same && self.is_distrusted { self.failures.saturating_add(1) } else { 0 };
        (self.problem, self.is_distrusted) = (None, false);
        if !is_same {
            self.held = Some(CurrentCredentials { credentials: Arc::new(credentials), since: now });
        }
    }
}

impl CurrentCredentials {
    fn left(&self, now: Timestamp) -> Option<i64> {
        self.credentials.expires_at.map(|end| now.seconds_until(end))
    }

    fn margin(&self) -> i64 {
        self.left(self.since).map_or(0, renewal_margin)
    }
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialSource").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use super::*;

    const BEGIN: i64 = 1_700_000_000;

    /// A clock set by hand, a source that counts how often it is asked, and what it returns.
    struct World {
        now: Arc<AtomicI64>,
        asked: Arc<AtomicUsize>,
        source: Arc<CredentialSource>,
    }

    fn world(give: impl Fn(usize, i64) -> Result<Credentials, String> + Send + Sync + 'static) -> World {
        let (now, asked) = (Arc::new(AtomicI64::new(BEGIN)), Arc::new(AtomicUsize::new(0)));
        let (clock, times, at) = (Arc::clone(&now), Arc::clone(&asked), Arc::clone(&now));
        let clock = Clock::new(move || Timestamp::from_epoch_seconds(clock.load(Ordering::SeqCst)));
        let fetch = move || give(times.fetch_add(1, Ordering::SeqCst) + 1, at.load(Ordering::SeqCst));
        World { now, asked, source: Arc::new(CredentialSource::new("profile 'p'".to_owned(), clock, Arc::new(fetch))) }
    }

    fn temporary(number: usize, end: i64) -> Credentials {
        let mut credentials = Credentials::new(format!("AKID{number}"), "hush");
        credentials.expires_at = Some(Timestamp::from_epoch_seconds(end));
        credentials
    }

    async fn id(world: &World) -> Result<String, String> {
        let current = world.source.current().await;
        current.map(|credentials| credentials.access_key_id.clone()).map_err(|error| error.to_string())
    }

    /// Catches a thousand waiting requests that each ask the source.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_waiting_requests_ask_the_source_once() {
        let world = Arc::new(world(|number, now| {
            std::thread::sleep(Duration::from_millis(50));
            Ok(temporary(number, now + 3600))
        }));
        let waiting: Vec<_> = (0..200)
            .map(|_| {
                let world = Arc::clone(&world);
                tokio::spawn(async move { id(&world).await })
            })
            .collect();
        for waiting in waiting {
            assert_eq!(waiting.await.unwrap().as_deref(), Ok("AKID1"));
        }
        assert_eq!(world.asked.load(Ordering::SeqCst), 1);
    }

    /// Catches a request that waits for a source although it could be signed, and one signed with expired credentials.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_failing_source_blocks_nobody_while_the_credentials_are_good() {
        let world = world(|number, now| match number {
            1 => Ok(temporary(number, now + 900)),
            _ => {
                std::thread::sleep(Duration::from_millis(300));
                Err("the source is down".to_owned())
            }
        });
        assert_eq!(id(&world).await.as_deref(), Ok("AKID1"));
        world.now.store(BEGIN + 700, Ordering::SeqCst);
        // The source is not asked again so soon after it returned credentials.
        tokio::time::sleep(SHORTEST_PAUSE).await;
        let began = Instant::now();
        assert_eq!(id(&world).await.as_deref(), Ok("AKID1"));
        assert!(began.elapsed() < Duration::from_millis(200));
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(world.asked.load(Ordering::SeqCst), 2);
        assert_eq!(world.source.status().problem.as_deref(), Some("the source is down"));
        assert_eq!(world.source.status().expires_in, Some(200));
        world.now.store(BEGIN + 899, Ordering::SeqCst);
        let gone = id(&world).await.unwrap_err();
        assert_eq!(gone, "no credentials from profile 'p': the source is down");
        assert_eq!(world.source.status().age, None);
    }

    /// Catches requests that wait as long as a source hangs, each of them anew, and an answer that comes late and is lost.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hanging_source_holds_a_request_up_for_a_bounded_time() {
        const PATIENCE: Duration = Duration::from_millis(300);
        let hang = |number: usize, now: i64| {
            if number == 2 {
                std::thread::sleep(Duration::from_millis(1500));
            }
            Ok(temporary(number, now + 900))
        };
        let mut world = world(hang);
        let source = Arc::into_inner(world.source).unwrap().with_patience(PATIENCE);
        world.source = Arc::new(source);
        assert_eq!(id(&world).await.as_deref(), Ok("AKID1"));
        world.now.store(BEGIN + 899, Ordering::SeqCst);
        tokio::time::sleep(SHORTEST_PAUSE).await;
        let began = Instant::now();
        let gone = id(&world).await.unwrap_err();
        let took = began.elapsed();
        assert!(took >= PATIENCE && took < 3 * PATIENCE, "{took:?}");
        assert_eq!(gone, "no credentials from profile 'p': the source has not answered for 0 s");
        let began = Instant::now();
        id(&world).await.unwrap_err();
        assert!(began.elapsed() < PATIENCE / 2, "a later request waits again");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(world.source.status().problem.as_deref(), Some("the source has not answered for 0 s"));
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(id(&world).await.as_deref(), Ok("AKID2"));
        assert_eq!(world.asked.load(Ordering::SeqCst), 2);
        assert_eq!(world.source.status().problem, None);
    }

    /// Catches replaced keys in a file that are never read again.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn credentials_that_a_server_rejects_are_fetched_again() {
        let world = world(|number, _| Ok(Credentials::new(format!("AKID{number}"), "hush")));
        let first = world.source.current().await.unwrap();
        tokio::time::sleep(SHORTEST_PAUSE).await;
        world.source.distrust(&first);
        assert_eq!(id(&world).await.as_deref(), Ok("AKID1"));
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if id(&world).await.as_deref() == Ok("AKID2") {
                break;
            }
        }
        assert_eq!(id(&world).await.as_deref(), Ok("AKID2"));
        // Reporting credentials that are no longer current has no effect.
        world.source.distrust(&first);
        assert_eq!(world.asked.load(Ordering::SeqCst), 2);
    }

    /// Catches a source that is asked for each of many refused requests, credentials that were fetched for the request
    /// itself and are fetched again, and a corrected secret that is only seen minutes later.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_corrected_secret_replaces_the_refused_one() {
        let world = world(|number, _| Ok(Credentials::new("AKID", if number < 8 { "mistyped" } else { "hush" })));
        let began = Instant::now();
        let first = world.source.current().await.unwrap();
        let limit = Duration::from_secs(2);
        assert!(world.source.replacement_for(&first, (began, limit)).await.is_none());
        assert_eq!(world.asked.load(Ordering::SeqCst), 1);
        for asked in 2..8 {
            let since = Instant::now();
            let refused = [(); 3].map(|()| world.source.replacement_for(&first, (since, limit)));
            for refused in refused {
                assert!(refused.await.is_none());
            }
            assert_eq!(world.asked.load(Ordering::SeqCst), asked);
        }
        let other = world.source.replacement_for(&first, (Instant::now(), limit)).await.unwrap();
        assert_eq!(other.secret_access_key.expose_secret(), "hush");
    }
}
