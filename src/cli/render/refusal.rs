//! The messages of `send` after a refusal: the server's reason in one line, and what to change if the reply shows
//! it.
//!
//! Each hint follows from the reply and from what was sent; no hint guesses the cause.

use crate::cli::screen::Screen;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::request::{Request, WrongChecksum};
use sigvet_core::time::{Timestamp, in_words};
use sigvet_diagnose::formats::reply::{Kind, Reply};

/// What was sent, as far as a hint depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The request.
    pub request: &'a Request,
    /// The region in the scope; `None` if the scheme has none.
    pub region: Option<&'a str>,
    /// The service in the scope; `None` if the scheme has none.
    pub service: Option<&'a str>,
    /// The signing time.
    pub signed_at: Timestamp,
    /// The source of that time.
    pub dated_by: DatedBy,
    /// Who made the signature.
    pub signed_by: SignedBy,
}

/// Who made a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedBy {
    /// This program: then its input is wrong, and not the signing steps.
    Sigvet,
    /// Nobody, or whoever created the URL.
    Other,
}

/// The source of a signing time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatedBy {
    /// The clock of this machine.
    Clock,
    /// `--date`.
    Option,
    /// The server's clock, because of `--fix-clock`.
    Server,
}

/// The smallest clock skew that servers allow, in seconds: a smaller skew never causes a refusal, and is not
/// mentioned.
const NARROWEST_WINDOW: u64 = 300;
const SECONDS_OF_DAY: u64 = 86_400;

/// Writes the summary, then one hint per line.
pub fn write(reply: &Reply, sent: Sent<'_>, out: &mut Screen) -> std::io::Result<()> {
    out.line(&format!("refused: {}", reply.summary()))?;
    let of_scope = [clock_hint(reply, sent), region_hint(reply, sent), service_hint(reply, sent)];
    let hints = of_scope.into_iter().chain([checksum_hint(reply, sent.request), explain_hint(reply, sent)]);
    for hint in hints.flatten() {
        out.line(&format!("  hint: {hint}"))?;
    }
    Ok(())
}

fn clock_hint(reply: &Reply, sent: Sent<'_>) -> Option<String> {
    let skew = reply.skew(sent.signed_at)?;
    let beyond_any_window = skew.unsigned_abs() > NARROWEST_WINDOW;
    let may_be_the_clock = match reply.kind() {
        Kind::Clock => skew != 0,
        Kind::Signature | Kind::Key | Kind::Malformed => beyond_any_window,
        // A response to HEAD has no error code.
        Kind::Denied => beyond_any_window && reply.code.is_none(),
        _ => false,
    };
    may_be_the_clock.then_some(())?;
    let side = if skew > 0 { "behind" } else { "ahead of" };
    let distance = in_words(skew.unsigned_abs());
    match sent.dated_by {
        DatedBy::Clock => Some(format!(
            "the clock of this machine is {distance} {side} the server's: {} signs with the server's time",
            fix_clock(skew)
        )),
        DatedBy::Option => Some(format!("the time given with --date is {distance} {side} the server's clock")),
        DatedBy::Server => None,
    }
}

/// The option that accepts this clock skew.
pub fn fix_clock(skew: i64) -> String {
    // One more day, because the clocks go on until the next request.
    match skew.unsigned_abs() / SECONDS_OF_DAY {
        0 => "--fix-clock".to_owned(),
        days => format!("--fix-clock={}d", days + 1),
    }
}

/// For a redirect, another scope is not sufficient: the request has to be sent elsewhere.
fn region_hint(reply: &Reply, sent: Sent<'_>) -> Option<String> {
    let expected = reply.expected_region().filter(|expected| sent.region.is_some_and(|region| region != *expected))?;
    match reply.status {
        Some(301 | 307) => {
            Some(format!("the bucket is in region '{expected}': send it to the endpoint of that region"))
        }
        Some(404) => None,
        _ => Some(format!("the server expects region '{expected}': --region {expected}")),
    }
}

fn service_hint(reply: &Reply, sent: Sent<'_>) -> Option<String> {
    let expected =
        reply.expected_service().filter(|expected| sent.service.is_some_and(|service| service != *expected))?;
    Some(format!("the server expects service '{expected}': --service {expected}"))
}

/// The checksum does not match the body, or the server does not support it.
fn checksum_hint(reply: &Reply, sent: &Request) -> Option<String> {
    let algorithm = sent.headers.iter().find_map(|header| ChecksumAlgorithm::from_header(&header.name));
    let message = reply.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_about_checksums =
        message.contains("checksum") || algorithm.is_some_and(|algorithm| message.contains(algorithm.name()));
    match reply.code.as_deref()? {
        "BadDigest" | "InvalidDigest" | "InvalidRequest" | "XAmzContentChecksumMismatch"
            if sent.wrong_checksum().is_some() =>
        {
            let WrongChecksum { name, expected, presented, .. } = sent.wrong_checksum()?;
            Some(format!("the body's checksum is {expected}, but {name} says {presented}"))
        }
        "NotImplemented" | "MethodNotAllowed" => Some(not_taken(algorithm?)),
        "InvalidRequest" | "InvalidArgument" if is_about_checksums => Some(not_taken(algorithm?)),
        _ => None,
    }
}

fn not_taken(algorithm: ChecksumAlgorithm) -> String {
    format!(
        "the server may not support {algorithm}, or no checksums at all: choose another with --checksum, or omit it"
    )
}

/// If the signature was made here, its steps are right, and its inputs are wrong.
fn explain_hint(reply: &Reply, sent: Sent<'_>) -> Option<String> {
    reply.is_signature_refusal().then_some(())?;
    Some(match (sent.signed_by, sent.region) {
        (SignedBy::Other, _) => "run 'sigvet explain' on the URL to see why".to_owned(),
        (SignedBy::Sigvet, Some(region)) => {
            format!(
                "check the secret key first, then the region ({region}); --explain shows each step of the signature"
            )
        }
        (SignedBy::Sigvet, None) => "check the secret key first; --explain shows each step of the signature".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::screen::Palette;
    use crate::cli::screen::testing::written as written_on;
    use sigvet_core::request::{Headers, RequestUrl};

    const SIGNED_AT: &str = "2026-03-01T10:00:00Z";

    fn written(status: u16, body: &str, date: &str, dated_by: DatedBy) -> String {
        let signed_at = Timestamp::parse(SIGNED_AT).unwrap();
        let url = RequestUrl::parse("https://b.s3.us-east-1.amazonaws.com/k").unwrap();
        let mut request = Request::new("PUT", &url).unwrap();
        request.headers.push("x-amz-checksum-sha1", "AAAA").unwrap();
        let (region, service, signed_by) = (Some("us-east-1"), Some("s3"), SignedBy::Sigvet);
        let sent = Sent { request: &request, region, service, signed_at, dated_by, signed_by };
        let headers = Headers::from_pairs([("Date", date)]).unwrap();
        let reply = Reply::parse(Some(status), &headers, body.as_bytes());
        written_on(Palette::Plain, |screen| write(&reply, sent, screen))
    }

    fn hints(status: u16, body: &str, date: &str, dated_by: DatedBy) -> Vec<String> {
        let written = written(status, body, date, dated_by);
        written.lines().skip(1).map(|line| line.strip_prefix("  hint: ").unwrap().to_owned()).collect()
    }

    const ON_TIME: &str = "2026-03-01T10:00:02Z";
    const MISMATCH: &str = "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message></Error>";
    const SKEWED: &str = "<Error><Code>RequestTimeTooSkewed</Code></Error>";

    #[test]
    fn a_wrong_signature_says_what_to_run_next() {
        let expected = "refused: SignatureDoesNotMatch: No.\n  hint: check the secret key first, then the region \
                        (us-east-1); --explain shows each step of the signature\n";
        assert_eq!(written(403, MISMATCH, ON_TIME, DatedBy::Clock), expected);
        assert_eq!(written(404, "<Error><Code>NoSuchKey</Code></Error>", ON_TIME, DatedBy::Clock).lines().count(), 1);
    }

    #[test]
    fn a_clock_skew_is_reported_with_what_helps() {
        let clock = |date, dated_by| hints(403, SKEWED, date, dated_by).concat();
        let behind =
            "the clock of this machine is 2 h 3 min behind the server's: --fix-clock signs with the server's time";
        assert_eq!(clock("2026-03-01T12:03:04Z", DatedBy::Clock), behind);
        assert!(
            clock("2026-02-27T10:00:00Z", DatedBy::Clock)
                .contains("is 2 d ahead of the server's: --fix-clock=3d signs")
        );
        let given = "the time given with --date is 45 s behind the server's clock";
        assert_eq!(clock("2026-03-01T10:00:45Z", DatedBy::Option), given);
        assert_eq!(clock("2026-03-01T12:03:04Z", DatedBy::Server), "");
        // Some servers report a wrong signature instead; two seconds of latency are not the reason.
        assert_eq!(hints(403, MISMATCH, "2026-03-01T10:06:00Z", DatedBy::Clock).len(), 2);
        assert_eq!(hints(403, MISMATCH, ON_TIME, DatedBy::Clock).len(), 1);
        let denied = "<Error><Code>AccessDenied</Code></Error>";
        assert_eq!(hints(403, denied, "2026-03-01T12:03:04Z", DatedBy::Clock).len(), 0);
        assert_eq!(hints(403, "", "2026-03-01T12:03:04Z", DatedBy::Clock), [behind]);
    }

    /// The first row has the messages of S3 and Swift. The SHA-1 of nothing comes from Python's `hashlib`.
    #[test]
    fn a_refused_checksum_is_reported() {
        let of = |code: &str, message: &str| {
            let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            hints(400, &body, ON_TIME, DatedBy::Clock).concat()
        };
        let wrong = "the body's checksum is 2jmj7l5rSw0yVb/vlWAYkK/YBwk=, but x-amz-checksum-sha1 says AAAA";
        assert_eq!(of("BadDigest", "The SHA1 you specified did not match the calculated checksum."), wrong);
        assert_eq!(of("InvalidRequest", "Value for x-amz-checksum-sha1 header is invalid."), wrong);
        let unknown =
            "the server may not support sha1, or no checksums at all: choose another with --checksum, or omit it";
        assert_eq!(
            of("NotImplemented", "A header you provided implies functionality that is not implemented."),
            unknown
        );
        assert_eq!(of("InvalidArgument", "Checksum algorithm SHA1 is not supported"), unknown);
        assert_eq!(of("InvalidArgument", "Invalid storage class"), "");
        assert_eq!(of("NoSuchBucket", ""), "");
    }

    #[test]
    fn a_different_region_is_reported() {
        let of_region = |status, region| {
            let code = "AuthorizationHeaderMalformed";
            let body = format!("<Error><Code>{code}</Code><Region>{region}</Region></Error>");
            hints(status, &body, ON_TIME, DatedBy::Clock).concat()
        };
        assert_eq!(of_region(400, "eu-west-1"), "the server expects region 'eu-west-1': --region eu-west-1");
        assert!(of_region(301, "eu-west-1").contains("send it to the endpoint of that region"));
        assert_eq!(of_region(400, "us-east-1"), "");
        assert_eq!(of_region(400, "x;reboot"), "");
        let service = r#"{"message":"Credential should be scoped to correct service: 'batch'. "}"#;
        let expected = "the server expects service 'batch': --service batch";
        assert_eq!(hints(403, service, ON_TIME, DatedBy::Clock), [expected]);
    }
}
