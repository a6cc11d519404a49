//! Calculates with the clocks of client and server, and describes the results for the user.

use crate::diagnosis::alternatives::times::zone_of;
use crate::diagnosis::catalogue::{
    EXPIRED, EXPIRES_TOO_LONG, NOT_YET_VALID, TIME_LOCAL, TIME_SKEWED, TIME_TWELVE_HOURS, TIME_WEEK_YEAR,
};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::time::{Timestamp, in_words};

/// The allowed range of a presigned URL's expiry, as shown to the user.
const BOUNDS: &str = "1 to 604800";

/// How far a correct clock may be off, and how old a request may be, in seconds.
const NEAR: i64 = 5 * 60;

/// A request signed with a wrong clock: in another time zone, or simply off.
pub(super) fn skewed(request: Timestamp, server: Timestamp) -> AppliedMistake {
    written(request, server).unwrap_or_else(|| off(request, server))
}

/// A request whose clock is right but whose time was written in another zone, with a 12-hour clock or with
/// the week-based year.
pub(super) fn written(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    week_year(request, server).or_else(|| twelve_hours(request, server)).or_else(|| local(request, server))
}

/// The week-based year may differ from the calendar year between 26 December and 3 January.
fn week_year(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    let (year, rest) = request.as_str().split_at_checked(4)?;
    let (server_year, day) = (server.as_str().get(..4)?, rest.get(..4)?);
    let ahead = year.parse::<i64>().ok()? - server_year.parse::<i64>().ok()?;
    let is_around = (ahead == 1 && ("1226".."1232").contains(&day)) || (ahead == -1 && ("0101".."0104").contains(&day));
    let meant = Timestamp::parse_amz_date(&format!("{server_year}{rest}")).ok()?;
    let is_meant = is_around && meant.seconds_until(server).abs() <= NEAR;
    let detail = format!("it has the week-based year {year} on a day in {server_year}");
    is_meant.then(|| AppliedMistake::new(&TIME_WEEK_YEAR, request.as_str(), server.as_str()).with_detail(detail))
}

/// A 12-hour clock is twelve hours behind after noon.
fn twelve_hours(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    const TWELVE: i64 = 12 * 60 * 60;
    let is_behind = (server.seconds_until(request) + TWELVE).abs() <= NEAR;
    let is_afternoon = server.as_str().get(9..11).is_some_and(|hour| hour > "12");
    let made = || AppliedMistake::new(&TIME_TWELVE_HOURS, request.as_str(), server.as_str());
    (is_behind && is_afternoon).then(|| made().with_detail(apart(request, server)))
}

/// A request signed with a clock that is off.
pub(in crate::diagnosis) fn off(request: Timestamp, server: Timestamp) -> AppliedMistake {
    AppliedMistake::new(&TIME_SKEWED, request.as_str(), server.as_str()).with_detail(apart(request, server))
}

/// An additional explanation to a time zone: a clock that is wrong about daylight saving time is also off by an hour.
pub(super) fn by_an_hour(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    const HOUR: i64 = 60 * 60;
    let is_hour = (server.seconds_until(request).abs() - HOUR).abs() <= NEAR;
    (is_hour && written(request, server).is_some()).then(|| off(request, server))
}

/// A request whose time is off by the offset of a time zone.
pub(super) fn local(request: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    let zone = zone_of(server.seconds_until(request))?;
    let detail = format!("{}, which is the time zone {}", apart(request, server), zone_name(zone));
    Some(AppliedMistake::new(&TIME_LOCAL, request.as_str(), server.as_str()).with_detail(detail))
}

/// The same for a presigned URL that is not yet valid. One that has expired may simply be old.
pub(super) fn local_url(from: Timestamp, server: Timestamp) -> Option<AppliedMistake> {
    if server < from { local(from, server) } else { None }
}

/// A presigned URL that has expired.
pub(in crate::diagnosis) fn expired(at: Timestamp, now: Timestamp) -> AppliedMistake {
    let ago = in_words(at.seconds_until(now).unsigned_abs());
    AppliedMistake::new(&EXPIRED, at.as_str(), now.as_str()).with_detail(format!("it expired {ago} earlier"))
}

/// A presigned URL that becomes valid in the future.
pub(in crate::diagnosis) fn not_yet_valid(from: Timestamp, now: Timestamp) -> AppliedMistake {
    let left = in_words(now.seconds_until(from).unsigned_abs());
    AppliedMistake::new(&NOT_YET_VALID, from.as_str(), now.as_str())
        .with_detail(format!("it becomes valid {left} later"))
}

/// An expiry that no server accepts. `presented` is the value of `X-Amz-Expires`.
pub(in crate::diagnosis) fn expiry_out_of_range(presented: &str) -> AppliedMistake {
    let made = AppliedMistake::new(&EXPIRES_TOO_LONG, presented, BOUNDS);
    let is_padded = presented.starts_with('+') || (presented.starts_with('0') && presented.len() > 1);
    let detail = match presented.parse::<i64>() {
        Ok(_) if is_padded => "servers differ in how they read a sign or a leading zero",
        // This server has narrower limits.
        Ok(1..=604_800) => return AppliedMistake { expected: Vec::new(), ..made },
        Err(_) => "it is not a number of seconds",
        Ok(..=0) => "it is less than a second",
        Ok(1_000_000_000..=9_999_999_999) => "it is a point in time, not a number of seconds",
        Ok(expires) if expires % 1_000 == 0 && expires <= 604_800_000 => "it may be in milliseconds",
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
    fn a_time_zone_is_distinguished_from_a_clock_that_is_off() {
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
            ("20230601T015950Z", "time-twelve-hours", "the request's clock is 12 h 10 s behind the server's"),
            ("20230601T142000Z", "time-skewed", "the request's clock is 20 min ahead of the server's"),
            ("20230531T130000Z", "time-skewed", "the request's clock is 1 d 1 h behind the server's"),
        ] {
            let made = skewed(at(request), at("20230601T140000Z"));
            assert_eq!((made.mistake.id, made.detail.as_deref()), (id, Some(detail)), "{request}");
        }
    }

    /// `YYYY` in date patterns of Java, .NET and Unicode: 30 December 2019 and 1 January 2021 are in weeks of
    /// 2020.
    #[test]
    fn a_week_based_year_is_distinguished_from_a_clock_that_is_off() {
        for (request, server, id) in [
            ("20201230T140000Z", "20191230T140010Z", "time-week-year"),
            ("20200102T140000Z", "20210102T140010Z", "time-week-year"),
            ("20201225T140000Z", "20191225T140010Z", "time-skewed"),
            ("20200601T140000Z", "20190601T140010Z", "time-skewed"),
            ("20191231T235959Z", "20200101T000009Z", "time-skewed"),
        ] {
            assert_eq!(skewed(at(request), at(server)).mistake.id, id, "{request} {server}");
        }
    }

    #[test]
    fn an_expiry_within_the_limits_is_too_long_only_for_that_server() {
        assert_eq!(expiry_out_of_range("86400"), AppliedMistake::new(&EXPIRES_TOO_LONG, "86400", ""));
    }

    #[test]
    fn a_refused_expiry_says_what_is_allowed() {
        for (presented, detail) in [
            ("undefined", "it is not a number of seconds"),
            ("-1428703005", "it is less than a second"),
            ("1693400000", "it is a point in time, not a number of seconds"),
            ("86400000", "it may be in milliseconds"),
            ("604801", "it is longer than seven days"),
        ] {
            assert_eq!(expiry_out_of_range(presented).detail.as_deref(), Some(detail), "{presented}");
        }
    }
}
