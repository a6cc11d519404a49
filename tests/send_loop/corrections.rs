//! Refusals that can be corrected immediately: a clock that is off, another region. Each is corrected once.

use crate::recorder::{Captured, Recorder};
use crate::{answer, send};

/// The clock of the servers here, years away from that of any machine that runs this.
const SERVER_TIME: &str = "2041-05-06T07:08:09Z";
/// Follows these servers' clocks however far off they are.
const FIX_CLOCK: &str = "--fix-clock=9999d";

fn skewed() -> Vec<u8> {
    let body = format!(
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>\
         <ServerTime>{SERVER_TIME}</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>"
    );
    answer("403 Forbidden", "", &body)
}

/// Accepts only requests dated within a minute of its clock.
fn picky() -> Recorder {
    Recorder::replying(|_, request| {
        let date = request.values("x-amz-date").concat();
        if date.starts_with("20410506T0708") || date.starts_with("20410506T0709") {
            answer("200 OK", "", "in time")
        } else {
            skewed()
        }
    })
}

/// Checks that the request was validly signed at the time that it names.
#[track_caller]
fn assert_valid_then(sent: &Captured) {
    let now = sent.values("x-amz-date").concat();
    let verify = crate::Sigvet::new(&["verify", "-", "--now", &now]).env("AWS_SESSION_TOKEN", crate::TOKEN);
    verify.input(&sent.raw).run().expect(0);
}

/// Catches a message that leaves the arithmetic to the reader.
#[test]
fn a_skewed_clock_is_reported_with_its_distance() {
    let server = picky();
    let outcome = send(&["--date", "2041-05-06T05:03:09Z", &server.url("/")]).run().expect(0);
    let hint = "the time given with --date is 2 h 5 min behind the server's clock";
    assert!(outcome.stderr.contains(hint), "{}", outcome.stderr);
    let outcome = send(&[&server.url("/")]).run().expect(0);
    assert!(outcome.stderr.contains("refused: RequestTimeTooSkewed"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the clock of this machine is "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(" behind the server's: --fix-clock="), "{}", outcome.stderr);
    assert_eq!(server.requests().len(), 2, "nothing is sent again without being asked for");
}

/// Catches a date that is corrected in the wrong direction, or differs from the signed one.
#[test]
fn fix_clock_signs_with_the_servers_time() {
    let server = picky();
    let outcome = send(&[FIX_CLOCK, "-d", "body", &server.url("/")]).run().expect(0);
    assert_eq!(outcome.text(), "in time", "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("refused"), "{}", outcome.stderr);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    requests.iter().for_each(assert_valid_then);
    assert_eq!(requests[1].body, b"body");
}

/// The offset is relative to this machine's clock. Catches an offset to `--date` that is added to the current time.
#[test]
fn fix_clock_overrides_a_date() {
    let server = picky();
    let outcome = send(&[FIX_CLOCK, "--date", "2011-01-01T00:00:00Z", &server.url("/")]).run().expect(0);
    assert_eq!(outcome.text(), "in time", "{}", outcome.stderr);
    assert_eq!(server.requests().len(), 2);
}

/// A server could otherwise get requests signed for any day, to use them on that day.
#[test]
fn a_server_is_not_followed_over_years() {
    for option in ["--fix-clock", "--fix-clock=30d"] {
        let server = picky();
        let outcome = send(&[option, "-f", &server.url("/")]).run().expect(22);
        assert_eq!(server.requests().len(), 1, "{option}");
        assert!(outcome.stderr.contains("follows it"), "{}", outcome.stderr);
    }
}

/// Catches a loop with a server that is never satisfied.
#[test]
fn a_clock_is_fixed_once() {
    let server = Recorder::answering(skewed());
    let outcome = send(&[FIX_CLOCK, "-f", &server.url("/")]).run().expect(22);
    assert_eq!(server.requests().len(), 2);
    assert!(outcome.stderr.contains("refused: RequestTimeTooSkewed"), "{}", outcome.stderr);
}

/// A retry after the correction. Catches one that is dated with the wrong clock again.
#[test]
fn a_fixed_clock_stays_fixed() {
    let server = Recorder::replying(|before, _| match before {
        0 => skewed(),
        1 => answer("503 Busy", "", "busy"),
        _ => answer("200 OK", "", "done"),
    });
    send(&[FIX_CLOCK, "--retry", "1", "--retry-delay", "0", &server.url("/")]).run().expect(0);
    let dates: Vec<_> = server.requests().iter().map(|request| request.values("x-amz-date").concat()).collect();
    assert!(dates[1].starts_with("20410506T07") && dates[2].starts_with("20410506T07"), "{dates:?}");
}

fn misplaced(expected: &str) -> Vec<u8> {
    let body = format!(
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region \
         'us-east-1' is wrong; expecting '{expected}'</Message><Region>{expected}</Region></Error>"
    );
    answer("400 Bad Request", "", &body)
}

/// Accepts only requests scoped to the region.
fn of_region(region: &'static str) -> Recorder {
    Recorder::replying(move |_, request| {
        let scope = format!("/{region}/s3/aws4_request");
        let is_right = request.values("authorization").concat().contains(&scope);
        if is_right { answer("200 OK", "", "here") } else { misplaced(region) }
    })
}

/// Nobody is at the terminal. Catches a question that nobody answers, and a second request that nobody asked for.
#[test]
fn another_region_is_a_hint() {
    let server = of_region("eu-west-1");
    let outcome = send(&["-f", &server.url("/")]).run().expect(22);
    let hint = "hint: the server expects region 'eu-west-1': --region eu-west-1\n";
    assert!(outcome.stderr.contains(hint), "{}", outcome.stderr);
    server.only_request();
}

#[test]
fn with_retries_another_region_is_signed_for() {
    let server = of_region("eu-west-1");
    let outcome = send(&["--retry", "1", "-d", "body", &server.url("/")]).run().expect(0);
    assert_eq!(outcome.text(), "here");
    assert!(outcome.stderr.contains("expects region 'eu-west-1': signing for it"), "{}", outcome.stderr);
    let [first, second] = server.requests().try_into().unwrap();
    assert!(first.values("authorization")[0].contains("/us-east-1/s3/aws4_request"));
    assert!(second.values("authorization")[0].contains("/eu-west-1/s3/aws4_request"));
    [&first, &second].into_iter().for_each(assert_valid_then);
    assert_eq!(second.body, b"body");
}

/// Catches a loop with a server that sends its clients from region to region.
#[test]
fn a_region_is_corrected_once() {
    let server = Recorder::replying(|before, _| misplaced(if before % 2 == 0 { "eu-west-1" } else { "us-east-1" }));
    send(&["-f", "--retry", "9", "--retry-delay", "0", &server.url("/")]).run().expect(22);
    assert_eq!(server.requests().len(), 2);
}

/// Unsigned requests have no date or scope to correct.
#[test]
fn an_unsigned_request_is_not_corrected() {
    for refusal in [skewed(), misplaced("eu-west-1")] {
        let server = Recorder::answering(refusal);
        let words = ["--no-sign-request", FIX_CLOCK, "--retry", "9", "--retry-delay", "0", &server.url("/")];
        let outcome = send(&words).run().expect(0);
        assert_eq!(server.requests().len(), 1, "{}", outcome.stderr);
    }
}
