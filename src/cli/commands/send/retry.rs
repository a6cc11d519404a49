//! Retries: which failures are retried, and how long to wait before.

use std::time::{Duration, Instant};

use super::args::RetryOptions;
use crate::transport::{Response, TransportError};

/// The longest time to wait between two attempts, as in curl.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The remaining attempts.
pub struct Retries<'a> {
    options: &'a RetryOptions,
    begun: Instant,
    done: u32,
}

impl<'a> Retries<'a> {
    /// Starts with all attempts.
    pub fn new(options: &'a RetryOptions) -> Self {
        Self { options, begun: Instant::now(), done: 0 }
    }

    /// The number of retries so far.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// How long to wait before the next attempt after an error; `None` if there is no further attempt.
    pub fn after_error(&mut self, error: &TransportError) -> Option<Duration> {
        use TransportError::{CannotConnect, HostNotFound, NothingReceived, TimedOut};
        let is_transient =
            matches!(error, CannotConnect { .. } | HostNotFound { .. } | NothingReceived { .. } | TimedOut { .. });
        if is_transient || self.options.retry_all_errors { self.next(None) } else { None }
    }

    /// How long to wait before the next attempt after a response; `None` if there is no further attempt.
    pub fn after_response(&mut self, response: &Response) -> Option<Duration> {
        let is_busy = matches!(response.status, 408 | 429 | 500..=599);
        let is_error = self.options.retry_all_errors && response.status >= 400;
        if is_busy || is_error { self.next(retry_after(response)) } else { None }
    }

    fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.done >= self.options.retry {
            return None;
        }
        let doubled = Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(self.done)).min(LONGEST_WAIT);
        let wait = self.options.retry_delay.or(asked).unwrap_or(doubled);
        let ends = self.begun.elapsed() + wait;
        if self.options.retry_max_time.is_some_and(|limit| ends > limit) {
            return None;
        }
        self.done += 1;
        Some(wait)
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); for a date, the usual doubling applies instead.
fn retry_after(response: &Response) -> Option<Duration> {
    response.headers.first_text("retry-after")?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::Headers;

    use super::*;

    fn options(retry: u32) -> RetryOptions {
        RetryOptions {
            retry,
            retry_delay: None,
            retry_max_time: None,
            retry_connrefused: false,
            retry_all_errors: false,
        }
    }

    fn response(status: u16, retry_after: Option<&str>) -> Response {
        let headers = Headers::from_pairs(retry_after.map(|value| ("Retry-After", value))).unwrap();
        Response { version: String::new(), status, reason: String::new(), headers }
    }

    #[test]
    fn waits_double_until_the_attempts_are_used_up() {
        let options = options(3);
        let mut retries = Retries::new(&options);
        let waits: Vec<_> =
            (0..4).map(|_| retries.after_response(&response(503, None)).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), None]);
    }

    #[test]
    fn the_server_may_set_the_wait_and_a_refusal_is_final() {
        let options = options(1);
        assert_eq!(Retries::new(&options).after_response(&response(429, Some("7"))), Some(Duration::from_secs(7)));
        assert_eq!(Retries::new(&options).after_response(&response(403, None)), None);
    }
}
