//! Searches for the mistake behind a refused signature: on separate threads, and at most one per core at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// The searches of one server.
#[derive(Debug, Clone)]
pub struct Searches(Arc<Semaphore>);

impl Searches {
    /// Starts a search with the time that is left of `limit` once a core is free, and waits for its end. `None` if none
    /// is free in time, or if there is no time at all.
    ///
    /// A search cannot be interrupted: if nobody waits for it any more, it still counts until it ends.
    pub async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        search: impl FnOnce(Duration) -> T + Send + 'static,
    ) -> Option<T> {
        if limit.is_zero() {
            return None;
        }
        let began = Instant::now();
        let permit = tokio::time::timeout(limit, Arc::clone(&self.0).acquire_owned()).await.ok()?.ok()?;
        let left = limit.saturating_sub(began.elapsed());
        let search = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            search(left)
        });
        search.await.ok()
    }
}

impl Default for Searches {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self(Arc::new(Semaphore::new(cores)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_search_that_nobody_waits_for_keeps_its_core() {
        let searches = Searches(Arc::new(Semaphore::new(1)));
        let (started, has_started) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let of_client = tokio::spawn({
            let searches = searches.clone();
            async move {
                searches
                    .run(Duration::from_secs(60), move |_| (started.send(()).unwrap(), may_end.recv().unwrap()))
                    .await
            }
        });
        tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
        of_client.abort();
        assert!(of_client.await.unwrap_err().is_cancelled());
        assert_eq!(searches.run(Duration::from_millis(50), |_| ()).await, None, "two searches on one core");
        end.send(()).unwrap();
        let left = searches.run(Duration::from_secs(60), |left| left).await.unwrap();
        assert!(left <= Duration::from_secs(60));
    }

    #[tokio::test]
    async fn without_time_there_is_no_search() {
        assert_eq!(Searches::default().run(Duration::ZERO, |_| ()).await, None);
    }
}
