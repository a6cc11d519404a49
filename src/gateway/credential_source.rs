//! Credentials for many requests: renewed in the background before they expire, by one at a time, for all who wait.
//!
//! Whoever has credentials that are still good is kept waiting by nobody, whatever happens to the next ones.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sigvet_core::credentials::Credentials;
use sigvet_core::time::Timestamp;
use tokio::sync::Mutex as Turn;

use super::{Clock, Stop};

/// Temporary credentials are renewed this long before they expire, or when a quarter of their time is left if that is less.
const MARGIN: i64 = 300;

/// Credentials that expire within these seconds sign nothing more: the request could arrive too late.
const LAST_SECONDS: i64 = 2;

/// How soon after a failure, or after credentials were refused, the source is asked again.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// How long a source that keeps failing is left alone at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How often the background looks whether it is time.
const TICK: Duration = Duration::from_secs(1);

/// Gets credentials. It may take its time, and blocks its thread.
pub type Fetch = dyn Fn() -> Result<Credentials, String> + Send + Sync;

/// Where credentials come from, and those that it gave last.
pub struct CredentialSource {
    name: String,
    clock: Clock,
    fetch: Arc<Fetch>,
    state: Mutex<State>,
    turn: Arc<Turn<()>>,
}

/// There are no credentials, for this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no credentials from {name}: {reason}")]
pub struct Unready {
    /// What gives credentials: `profile 'prod'`.
    pub name: String,
    /// Why it does not.
    pub reason: String,
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// What gives credentials.
    pub name: String,
    /// Seconds since they were given; none if there are none that can sign.
    pub age: Option<i64>,
    /// Seconds until they expire, if they do.
    pub expires_in: Option<i64>,
    /// Why the last attempt to renew them failed, if it did.
    pub problem: Option<String>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    failures: u32,
    problem: Option<String>,
    /// When the source was asked last.
    asked: Option<Instant>,
    /// Whether a server refused what is held.
    is_distrusted: bool,
}

struct Held {
    credentials: Arc<Credentials>,
    since: Timestamp,
}

/// What can be done with what is held.
enum Look {
    Good(Arc<Credentials>),
    /// They sign, and it is time for others.
    Ageing(Arc<Credentials>),
    Gone,
}

impl CredentialSource {
    /// A source that was not asked yet.
    pub fn new(name: String, clock: Clock, fetch: Arc<Fetch>) -> Self {
        Self { name, clock, fetch, state: Mutex::default(), turn: Arc::default() }
    }

    /// What gives credentials: `profile 'prod'`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Credentials that sign now.
    ///
    /// # Errors
    /// There are none, and the source gives none.
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

    /// Says that a server does not take these credentials: they are asked for anew, though not more often than others.
    pub fn distrust(self: &Arc<Self>, refused: &Arc<Credentials>) {
        let mut state = self.state();
        let is_held = state.held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.credentials, refused));
        state.is_distrusted |= is_held;
    }

    /// Renews until somebody asks to stop, whether requests come or not.
    pub async fn keep_fresh(self: Arc<Self>, stop: Stop) {
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
        }
    }

    /// How it stands.
    pub fn status(&self) -> SourceStatus {
        let now = self.clock.now();
        let state = self.state();
        let held = state.held.as_ref().filter(|held| held.left(now).is_none_or(|left| left > LAST_SECONDS));
        SourceStatus {
            name: self.name.clone(),
            age: held.map(|held| held.since.seconds_until(now)),
            expires_in: held.and_then(|held| held.left(now)),
            problem: state.problem.clone(),
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
        // Somebody is at it already.
        let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() else { return };
        let source = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = turn;
            source.ask().await;
        });
    }

    async fn wait_for_new(self: &Arc<Self>) -> Result<Arc<Credentials>, Unready> {
        let _turn = Arc::clone(&self.turn).lock_owned().await;
        // Whoever was before may have got some, or have learnt that there are none.
        if let Look::Good(credentials) | Look::Ageing(credentials) = self.look() {
            return Ok(credentials);
        }
        if !self.state().is_within(SHORTEST_PAUSE) {
            self.ask().await;
        }
        match self.look() {
            Look::Good(credentials) | Look::Ageing(credentials) => Ok(credentials),
            Look::Gone => {
                let reason = self.state().problem.clone();
                let reason = reason.unwrap_or_else(|| "the credentials have expired".to_owned());
                Err(Unready { name: self.name.clone(), reason })
            }
        }
    }

    /// Asks the source. Whoever does has the turn.
    async fn ask(&self) {
        let fetch = Arc::clone(&self.fetch);
        let fetched = tokio::task::spawn_blocking(move || fetch()).await;
        let fetched = fetched.unwrap_or_else(|_| Err("the credential source failed".to_owned()));
        let now = self.clock.now();
        let mut state = self.state();
        state.asked = Some(Instant::now());
        match fetched {
            Ok(credentials) => state.hold(credentials, now),
            Err(problem) => {
                state.failures = state.failures.saturating_add(1);
                state.problem = Some(problem);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The pause doubles with each failure, while there is something to sign with.
    fn is_too_early(&self) -> bool {
        let pause = SHORTEST_PAUSE.saturating_mul(1 << self.failures.saturating_sub(1).min(6)).min(LONGEST_PAUSE);
        self.is_within(pause)
    }

    /// Whether the source was asked so short a time ago.
    fn is_within(&self, pause: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() < pause)
    }

    /// The same credentials again are as good as before, and no reason to sign with others.
    fn hold(&mut self, credentials: Credentials, now: Timestamp) {
        let is_same = self.held.as_ref().is_some_and(|held| *held.credentials == credentials);
        // A source that goes on giving what a server refuses is left alone for longer each time.
        self.failures = if is_same && self.is_distrusted { self.failures.saturating_add(1) } else { 0 };
        (self.problem, self.is_distrusted) = (None, false);
        if !is_same {
            self.held = Some(Held { credentials: Arc::new(credentials), since: now });
        }
    }
}

impl Held {
    fn left(&self, now: Timestamp) -> Option<i64> {
        self.credentials.expires_at.map(|end| now.seconds_until(end))
    }

    fn margin(&self) -> i64 {
        self.left(self.since).map_or(0, |life| MARGIN.min(life / 4))
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

    /// A clock that is set by hand, a source that counts how often it is asked, and what it gives.
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

    /// Catches a thousand requests that each ask the source.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_who_wait_ask_once() {
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

    /// Catches a request that waits for a source although it could be signed, and one that is signed with what has expired.
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
        // Not asked so soon after it gave something.
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

    /// Catches keys of a file that are never read again after they were replaced.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_a_server_refuses_is_asked_for_anew() {
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
        // What is held no longer is distrusted by nobody.
        world.source.distrust(&first);
        assert_eq!(world.asked.load(Ordering::SeqCst), 2);
    }
}
