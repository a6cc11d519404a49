//! When temporary credentials are renewed by commands that run for long.

use std::time::Duration;

/// Minimum time before a source is asked again after a failure or after a server rejected its credentials.
pub const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// Maximum time between two questions to a source that has no new credentials, while the old ones can sign.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How many seconds before their expiry credentials are renewed: in the last five minutes, or in the last quarter of a
/// shorter lifetime.
pub fn renewal_margin(lifetime: i64) -> i64 {
    const MARGIN: i64 = 300;
    MARGIN.min(lifetime / 4)
}

/// How long a source is not asked again after it had no new credentials so many times in a row. The pause doubles each time,
/// unless there is nothing to sign with meanwhile.
pub fn pause_between_renewals(failures: u32, can_sign: bool) -> Duration {
    let doubled = if can_sign { failures.saturating_sub(1).min(6) } else { 0 };
    SHORTEST_PAUSE.saturating_mul(1 << doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_only_while_there_are_credentials() {
        let pauses = |can_sign| [0, 1, 2, 3, 7, u32::MAX].map(|n| pause_between_renewals(n, can_sign).as_secs());
        assert_eq!(pauses(true), [1, 1, 2, 4, 60, 60]);
        assert_eq!(pauses(false), [1; 6]);
        assert_eq!([3_600, 900, 12, 0, -5].map(renewal_margin), [300, 225, 3, 0, -1]);
    }
}
