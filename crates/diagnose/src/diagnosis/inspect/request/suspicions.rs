//! What is legal, and yet often the reason why a signature does not match.

use std::collections::HashSet;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::diagnosis::catalogue::{
    HEADER_HOP_BY_HOP, HEADER_NON_ASCII, PATH_PLUS_AS_SPACE, PATH_UNICODE_FORM, QUERY_HTML_ESCAPED, QUERY_JSON_ESCAPED,
    SIGNED_HEADERS_DUPLICATE, SIGNED_HEADERS_UNSORTED, TIME_DATE_HEADER,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::inspect::{holds, key, scope, token};
use crate::diagnosis::outcome::{AppliedMistake, JudgedV4};
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::{Contradiction, Sureness, is_aws, region_of_host, service_of_host};
use sigvet_core::prepare::NEVER_SIGNED;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;

/// Clients sign these though they should not; nobody on the way touches them.
const KEPT: [&str; 2] = ["user-agent", "authorization"];
/// The likeliest first.
pub(super) fn all(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<AppliedMistake> {
    let request = evidence.request.unwrap_or(judged.request);
    let terms = &judged.claim.terms;
    [
        duplicate(judged),
        unsorted(judged),
        hop_by_hop(judged),
        likely(service_of_host(judged.request, terms).filter(|found| !scope::is_region(&found.presented)))
            .map(|(signed, host)| scope::other_service(&signed, &host)),
        likely(region_of_host(judged.request, terms).filter(|found| !scope::is_service(&found.presented)))
            .map(|(signed, host)| scope::other_region(&signed, &host)),
        plus_in_path(judged),
        date_header(evidence, judged),
        unicode_form(request),
        non_ascii(judged),
        escaped(request),
        token::unsigned(judged.request, judged.claim).filter(|_| judged.is_captured()),
        foreign_key(judged),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the scope and the host say, if the host leaves a doubt.
fn likely(found: Option<Contradiction>) -> Option<(String, String)> {
    let Contradiction { expected, presented, .. } = found.filter(|found| found.sureness == Sureness::Likely)?;
    Some((presented, expected))
}

fn listed(judged: &JudgedV4<'_>) -> Vec<String> {
    let names = judged.claim.signed_headers_listed.split(';').map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

fn duplicate(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let names = listed(judged);
    let mut earlier = HashSet::new();
    let twice = names.iter().find(|name| !earlier.insert(name.as_str()))?;
    let terms = &judged.claim.terms;
    let made = AppliedMistake::new(
        &SIGNED_HEADERS_DUPLICATE,
        judged.claim.signed_headers_listed.as_str(),
        terms.signed_headers.as_str(),
    );
    Some(made.with_detail(format!("{twice} stands there twice")))
}

fn unsorted(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let is_sorted = listed(judged).is_sorted();
    let (signed, expected) = (&judged.claim.signed_headers_listed, judged.claim.terms.signed_headers.as_str());
    (!is_sorted).then(|| AppliedMistake::new(&SIGNED_HEADERS_UNSORTED, signed.as_str(), expected))
}

fn hop_by_hop(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let is_dropped = |name: &&str| NEVER_SIGNED.contains(name) && !KEPT.contains(name);
    let names: Vec<&str> = judged.claim.terms.signed_headers.iter().filter(is_dropped).collect();
    let made = || AppliedMistake::new(&HEADER_HOP_BY_HOP, names.join(";"), "");
    (!names.is_empty()).then(|| made().with_detail(format!("signed: {}", names.join(", "))))
}

/// Elsewhere than in S3's keys a plus is a plus.
fn plus_in_path(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_key = terms.dialect.stores_objects(&terms.scope.service);
    (is_key && judged.request.path().contains(&b'+')).then(|| AppliedMistake::new(&PATH_PLUS_AS_SPACE, "+", "%2B"))
}

/// A Date header of another instant than the one that counts, further away than a clock may be off.
fn date_header(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let headers = &judged.request.headers;
    let counts = Timestamp::parse_amz_date(headers.first_text(&judged.claim.terms.dialect.date_header)?).ok()?;
    let date = Timestamp::parse(headers.first_text("date")?).ok()?;
    let is_far = counts.seconds_until(date).unsigned_abs() > evidence.window.as_secs();
    is_far.then(|| AppliedMistake::new(&TIME_DATE_HEADER, date.as_str(), counts.as_str()))
}

fn unicode_form(request: &Request) -> Option<AppliedMistake> {
    let path = String::from_utf8(decode(request.path(), Plus::Literal)).ok()?;
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&path).into_owned();
    let detail = "the path has letters and accents as code points of their own";
    (composed != path).then(|| AppliedMistake::new(&PATH_UNICODE_FORM, path, composed).with_detail(detail))
}

fn non_ascii(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let signed = &judged.claim.terms.signed_headers;
    let is_signed = |name: &str| signed.contains(&name.to_ascii_lowercase());
    let mut headers = judged.request.headers.iter();
    let header = headers.find(|header| !header.value.is_ascii() && is_signed(&header.name))?;
    let value = if header.is_bearer() { Vec::new() } else { header.value.clone() };
    let detail = format!("the value of {} is not ASCII", header.name.to_ascii_lowercase());
    Some(AppliedMistake::new(&HEADER_NON_ASCII, value, "").with_detail(detail))
}

/// A parameter of the request's own that is named after an escape.
fn escaped(request: &Request) -> Option<AppliedMistake> {
    let query = request.query()?;
    let html = holds(query, "&amp;").then(|| AppliedMistake::new(&QUERY_HTML_ESCAPED, "&amp;", "&"));
    html.or_else(|| holds(query, "\\u0026").then(|| AppliedMistake::new(&QUERY_JSON_ESCAPED, "\\u0026", "&")))
}

fn foreign_key(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let id = &judged.claim.terms.access_key_id;
    if is_aws(judged.request) && judged.is_captured() { key::foreign_to_aws(id) } else { None }
}
