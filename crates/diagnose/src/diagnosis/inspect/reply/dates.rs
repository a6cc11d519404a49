//! Messages about clocks and about the expiry of presigned URLs.

use std::time::Duration;

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{EXPIRED, EXPIRES_TOO_LONG, NOT_YET_VALID, POLICY_EXPIRED, TIME_SKEWED};
use crate::diagnosis::inspect::{clock, token};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Placement;
use sigvet_core::internal::canonical::query;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Finding;

/// A presigned URL that has expired, is not yet valid, or is valid for too long.
pub(super) fn expiry(said: &ReplyContext<'_>) -> Vec<Explanation> {
    match () {
        () if is_about_expires(said) || is_out_of_bounds(said) => one(too_long(said)),
        () if begins(said) => begins_later(said),
        () if is_over(said) => over(said),
        () => Vec::new(),
    }
}

/// Messages about the signer's clock.
pub(super) fn clock(said: &ReplyContext<'_>) -> Vec<Explanation> {
    const CODES: [&str; 3] = ["RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"];
    const WORDS: [&str; 7] = [
        "signature expired: ",
        "signature not yet current",
        "date is too old",
        // S3's message ends in "the current time is too large", rclone's in "the server's time exceeds the maximum
        // allowed".
        "difference between the request time and",
        "request time and the server time is too large",
        "request time too skewed",
        "request timestamp too skewed",
    ];
    if !said.has_code(&CODES) && !said.says(&WORDS) {
        return Vec::new();
    }
    match (signed_at(said), server_time(said)) {
        (Some(request), Some(server)) => skewed(request, server),
        (request, server) => one(AppliedMistake::new(&TIME_SKEWED, text(request), text(server))),
    }
}

/// Explains a signer's clock that is further off than the server allows, whatever the server's message is.
pub(super) fn far_off(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let (Some(request), Some(server)) = (signed_at(said), server_time(said)) else { return Vec::new() };
    let is_far = request.seconds_until(server).unsigned_abs() > said.evidence.window.as_secs();
    if is_far && !said.is_presigned() { skewed(request, server) } else { Vec::new() }
}

fn skewed(request: Timestamp, server: Timestamp) -> Vec<Explanation> {
    let other = clock::by_an_hour(request, server).into_iter().flat_map(one);
    one(clock::skewed(request, server)).into_iter().chain(other).collect()
}

fn is_about_expires(said: &ReplyContext<'_>) -> bool {
    const BOUNDS: [&str; 8] = [
        "expected to be a number",
        "must be less than a week",
        "may not exceed a week",
        "out of range",
        "must be non-negative",
        "should be a number",
        "should be less than",
        "604800",
    ];
    said.says(&["x-amz-expires", "expires"]) && said.says(&BOUNDS)
}

/// Google's store says only that a header is malformed.
fn is_out_of_bounds(said: &ReplyContext<'_>) -> bool {
    let findings = said.findings();
    let is_far = findings.iter().any(|finding| matches!(finding, Finding::ExpiresOutOfBounds { .. }));
    said.has_code(&["MalformedSecurityHeader"]) && is_far
}

fn too_long(said: &ReplyContext<'_>) -> AppliedMistake {
    let name = said.dialect().query_name("Expires");
    let presented = said.request().and_then(|request| query::parameter(request, &name));
    match presented.map(|value| String::from_utf8_lossy(&value).into_owned()) {
        Some(presented) => clock::expiry_out_of_range(&presented),
        None => AppliedMistake::new(&EXPIRES_TOO_LONG, "", "1 to 604800"),
    }
}

fn begins(said: &ReplyContext<'_>) -> bool {
    said.says(&["not yet valid", "not valid yet"]) || (said.is_presigned() && said.says(&["signature not yet current"]))
}

/// EC2 also says that the request has expired if the signature is in a header.
fn is_over(said: &ReplyContext<'_>) -> bool {
    const OVER: [&str; 5] =
        ["request has expired", "url has expired", "url expired", "link has expired", "request signature expired at"];
    let is_header = said.claim().is_some() && !said.is_presigned();
    let by_code = said.has_code(&["ExpiredRequest"]) || (said.has_code(&["RequestExpired"]) && said.is_presigned());
    let by_words =
        said.says(&OVER) || (is_past_its_end(said) && said.says(&["date is too old", "signature expired: "]));
    !is_header && (by_code || by_words || is_over_at_google(said))
}

/// Google's store calls a URL's signature a token.
fn is_over_at_google(said: &ReplyContext<'_>) -> bool {
    let has_token = said.request().is_some_and(|request| token::presented(request, &said.dialect()).is_some());
    said.is_presigned() && said.has_code(&["ExpiredToken"]) && !has_token
}

/// Some services say "signature expired" for both headers and URLs. For an expired URL, they mean its expiry.
fn is_past_its_end(said: &ReplyContext<'_>) -> bool {
    let now = said.reply.server_time.unwrap_or(said.evidence.now);
    end(said).is_some_and(|end| end <= now)
}

fn end(said: &ReplyContext<'_>) -> Option<Timestamp> {
    let claim = said.claim()?;
    Some(claim.terms.timestamp.plus(expiry_of(claim)?))
}

fn over(said: &ReplyContext<'_>) -> Vec<Explanation> {
    if said.is_form() {
        return one(AppliedMistake::new(&POLICY_EXPIRED, text(said.reply.expires), text(said.reply.server_time)));
    }
    let end = said.reply.expires.or_else(|| end(said));
    let made = match (end, said.reply.server_time) {
        (Some(end), Some(server)) if end <= server => clock::expired(end, server),
        (end, server) => AppliedMistake::new(&EXPIRED, text(end), text(server)),
    };
    or_local(made, said)
}

fn begins_later(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let made = match (signed_at(said), said.reply.server_time) {
        (Some(from), Some(server)) if server < from => clock::not_yet_valid(from, server),
        (from, server) => AppliedMistake::new(&NOT_YET_VALID, text(from), text(server)),
    };
    or_local(made, said)
}

/// If the URL is off by the offset of a time zone, local time is an alternative explanation.
fn or_local(made: AppliedMistake, said: &ReplyContext<'_>) -> Vec<Explanation> {
    let local = || {
        let claim = said.claim()?;
        clock::local_url(claim.terms.timestamp, said.reply.server_time?)
    };
    one(made).into_iter().chain(local().into_iter().flat_map(one)).collect()
}

fn expiry_of(claim: &Claim) -> Option<Duration> {
    match claim.terms.placement {
        Placement::Query { expires } => Some(expires),
        Placement::Header => None,
    }
}

fn signed_at(said: &ReplyContext<'_>) -> Option<Timestamp> {
    said.reply.request_time.or_else(|| said.claim().map(|claim| claim.terms.timestamp))
}

/// The server's time. If the server states none, the caller's clock is used, provided that the request is too
/// far off by that clock, as the server found.
fn server_time(said: &ReplyContext<'_>) -> Option<Timestamp> {
    let is_far = |now: &Timestamp| {
        signed_at(said).is_some_and(|at| at.seconds_until(*now).unsigned_abs() > said.evidence.window.as_secs())
    };
    said.reply.server_time.or_else(|| Some(said.evidence.now).filter(is_far))
}

fn text(instant: Option<Timestamp>) -> String {
    instant.map(|instant| instant.as_str().to_owned()).unwrap_or_default()
}
