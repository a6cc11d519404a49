//! Arithmetic on the clocks of client and server, in words for people.

use crate::diagnosis::alternatives::times::zone_of;
use crate::diagnosis::catalogue::{EXPIRED, EXPIRES_TOO_LONG, NOT_YET_VALID, TIME_LOCAL, TIME_SKEWED};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::time::{Timestamp, in_words};

/// What bounds the life of a presigned URL, as people read it.
const BOUNDS: &str = "1 to 604800";

/// A request that was signed by a wrong clock: by one of another time zone, or by one that is just off.
pub(super) fn skewed(request: Timestamp, server: Timestamp) -> AppliedMistake {
    local(request, server).unwrap_or_else(|| off(request, server))
}

/// A request that was signed by a clock that is off.
pub(in crate::diagnosis) fn off(request: Timestamp, server: Timestamp) -> AppliedMistake {
    AppliedMistake::new(&TIME_SKEWED, request.as_str(), server.as_str()).with_detail(apart(request, server))
}

/// A request whose time is off by what a time zone makes of it.
pub(super) fn local(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    let zone = zone_of(server.seconds_until(request))?;
    let detail = format!("{}, which is the time zone {}", apart(request, server), zone_name(zone));
    Some(AppliedMistake::new(&TIME_LOCAL, request.as_str(), server.as_str()).with_detail(detail))
}

/// The same of a presigned URL, where it has not begun: one that is over may simply be old.
pub(super) fn local_url(from: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    if server < from { local(from, server) } else { None }
}

/// A presigned URL whose time has run out.
pub(in crate::diagnosis) fn expired(at: Timestamp, now: Timestamp) -> AppliedMistake {
    let ago = in_words(at.seconds_until(now).unsigned_abs());
    AppliedMistake::new(&EXPIRED, at.as_str(), now.as_str()).with_detail(format!("it expired {ago} earlier"))
}

/// A presigned URL that starts in the future.
pub(in crate::diagnosis) fn not_yet_valid(from: Timestamp, now: Timestamp) -> AppliedMistake {
    let left = in_words(now.seconds_until(from).unsigned_abs());
    AppliedMistake::new(&NOT_YET_VALID, from.as_str(), now.as_str())
        .with_detail(format!("it becomes valid {left} later"))
}

/// A life that no server takes; the text is what `X-Amz-Expires` says.
pub(in crate::diagnosis) fn life(presented: &str) -> AppliedMistake {
    let made = AppliedMistake::new(&EXPIRES_TOO_LONG, presented, BOUNDS);
    let detail = match presented.parse::<i64>() {
        // A server with narrower bounds.
        Ok(1..=604_800) => return AppliedMistake { expected: Vec::new(), ..made },
        Err(_) => "it is no number of seconds",
        Ok(..=0) => "it is less than a second",
        Ok(1_000_000_000..=9_999_999_999) => "it is a point in time, not a number of seconds",
        Ok(life) if life % 1_000 == 0 && life <= 604_800_000 => "it may be in milliseconds",
        Ok(_) => "it is longer than seven days",
    };
    made.with_detail(detail)
}

fn apart(request: Timestamp, server: Timestamp) -> String {
    let ahead = server.seconds_until(request);
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    format!("the request's clock is {} {side} the server's", in_words(ahead.unsigned_abs()))
}

/// `UTC-7`, `UTC+5:30`.
fn zone_name(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_zone_is_told_from_a_clock_that_is_just_off() {
        for (request, id, detail) in [
            (
                "20230601T065950Z",
                "time-local",
                "the request's clock is 7 h 10 s behind the server's, which is the time zone UTC-7",
            ),
            (
                "20230601T192930Z",
                "time-local",
                "the request's clock is 5 h 29 min ahead of the server's, which is the time zone UTC+5:30",
            ),
            ("20230601T142000Z", "time-skewed", "the request's clock is 20 min ahead of the server's"),
            ("20230531T130000Z", "time-skewed", "the request's clock is 1 d 1 h behind the server's"),
        ] {
            let made = skewed(at(request), at("20230601T140000Z"));
            assert_eq!((made.mistake.id, made.detail.as_deref()), (id, Some(detail)), "{request}");
        }
    }

    #[test]
    fn a_life_within_the_bounds_is_too_long_only_for_that_server() {
        assert_eq!(life("86400"), AppliedMistake::new(&EXPIRES_TOO_LONG, "86400", ""));
    }

    #[test]
    fn a_life_that_is_refused_says_what_it_may_be() {
        for (presented, detail) in [
            ("undefined", "it is no number of seconds"),
            ("-1428703005", "it is less than a second"),
            ("1693400000", "it is a point in time, not a number of seconds"),
            ("86400000", "it may be in milliseconds"),
            ("604801", "it is longer than seven days"),
        ] {
            assert_eq!(life(presented).detail.as_deref(), Some(detail), "{presented}");
        }
    }
}
