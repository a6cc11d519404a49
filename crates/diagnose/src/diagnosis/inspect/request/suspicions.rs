//! Legal parts of a request that are often the reason why a signature does not match.

use std::collections::HashSet;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::diagnosis::alternatives::escaping::is_encoded_again;
use crate::diagnosis::catalogue::{
    BUCKET_MALFORMED, HEADER_CHANGED, HEADER_CONTENT_TYPE, HEADER_HOP_BY_HOP, HEADER_MISSING, HEADER_NON_ASCII,
    HEADER_NOT_SIGNABLE, PATH_ENCODED_ONCE, PATH_PLUS_AS_SPACE, PATH_TILDE_ENCODED, PATH_UNICODE_FORM,
    QUERY_HTML_ESCAPED, QUERY_JSON_ESCAPED, SIGNED_HEADERS_DUPLICATE, SIGNED_HEADERS_UNSORTED, TIME_DATE_HEADER,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::inspect::{holds, key, scope, token};
use crate::diagnosis::outcome::{AppliedMistake, JudgedV4};
use crate::formats::reply::Reply;
use sigvet_core::canonical::{Field, PathEncoding};
use sigvet_core::endpoint::infer;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::{Contradiction, Sureness, is_aws, region_of_host, service_of_host, without_port};
use sigvet_core::prepare::is_never_signed;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;

/// Headers that clients sign although they should not, but that hardly anything changes in transit.
const KEPT: [&str; 2] = ["user-agent", "authorization"];
/// Headers that an SDK sends with its own requests, and also signs into URLs that other programs open: the
/// retry counters and checks of the SDKs for Ruby, Java and JavaScript.
const OF_SDKS: [&str; 5] =
    ["amz-sdk-invocation-id", "amz-sdk-request", "amz-sdk-retry", "x-amz-te", "x-amz-user-agent"];

/// Why a correct request may be refused: because of the other demands that it makes on the server or, if the
/// server refused the signature, because proxies and gateways changed the request.
pub(super) fn of_right(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<AppliedMistake> {
    let rewritten = rewritten(judged, |name| is_never_signed(name) && name != "authorization");
    let of_signature = [not_signable(judged), oddly_named(judged), rewritten];
    let is_of_signature = evidence.reply.is_some_and(Reply::is_signature_refusal);
    let of_scope = [other_service(evidence, judged), other_region(evidence, judged), region_of_store(evidence, judged)];
    let beside = [bucket_malformed(judged), unexpected_token(judged)].into_iter().chain(of_scope);
    beside.chain(of_signature.into_iter().filter(|_| is_of_signature)).flatten().collect()
}

/// All suspicions, the likeliest first.
pub(super) fn all(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<AppliedMistake> {
    let request = evidence.request.unwrap_or(judged.request);
    [
        duplicate(judged),
        unsorted(judged),
        hop_by_hop(judged),
        of_sdk(evidence, judged),
        told_header(evidence, judged),
        oddly_named(judged),
        not_signable(judged),
        bucket_malformed(judged),
        unexpected_token(judged),
        other_service(evidence, judged),
        other_region(evidence, judged),
        region_of_store(evidence, judged),
        plus_in_path(judged),
        tilde_in_path(evidence, judged),
        encoded_once(evidence, judged),
        date_header(evidence, judged),
        unicode_form(request),
        non_ascii(judged),
        escaped(request),
        token::unsigned(judged.request, judged.claim).filter(|_| judged.is_captured() && evidence.token.is_none()),
        foreign_key(judged),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A service that is not the one that the host's name seems to name.
fn other_service(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let found = service_of_host(judged.request, terms).filter(|found| !scope::is_region(&found.presented));
    let (signed, host) = likely(found).filter(|_| !is_expected(evidence, |service| service == terms.scope.service))?;
    Some(scope::other_service(&signed, &host))
}

/// A region that is not the one of the host, which may serve several.
fn other_region(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let found = region_of_host(judged.request, terms).filter(|found| !scope::is_service(&found.presented));
    let (signed, host) = likely(found).filter(|_| !is_expected(evidence, |region| region == terms.scope.region()))?;
    Some(scope::other_region(&signed, &host))
}

/// A region that is not the one in the name of a store's host. Many stores accept any region, so it counts only if the
/// signature was refused.
fn region_of_store(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let region = judged.claim.terms.scope.region();
    let host = judged.request.host().filter(|_| evidence.reply.is_some_and(Reply::is_signature_refusal))?;
    let host = without_port(host).to_ascii_lowercase();
    let named = infer(&host).filter(|_| !is_aws(judged.request))?.region?;
    let is_other = named != region && host.contains(&named) && !scope::is_service(region);
    (is_other && !is_expected(evidence, |expected| expected == region)).then(|| scope::other_region(region, &named))
}

/// Whether the server is known to expect the request's value of this scope part.
fn is_expected(evidence: &Evidence<'_>, is_presented: impl Fn(&str) -> bool) -> bool {
    let (region, service) = evidence.scope.parts();
    region.into_iter().chain(service).any(is_presented)
}

/// The values in the scope and in the host, if the host is ambiguous.
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
    Some(made.with_detail(format!("{twice} is listed twice")))
}

fn unsorted(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let is_sorted = listed(judged).is_sorted();
    let (signed, expected) = (&judged.claim.signed_headers_listed, judged.claim.terms.signed_headers.as_str());
    (!is_sorted).then(|| AppliedMistake::new(&SIGNED_HEADERS_UNSORTED, signed.as_str(), expected))
}

fn hop_by_hop(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    rewritten(judged, |name| is_never_signed(name) && !KEPT.contains(&name))
}

fn rewritten(judged: &JudgedV4<'_>, is_rewritten: impl Fn(&str) -> bool) -> Option<AppliedMistake> {
    let names: Vec<&str> = judged.claim.terms.signed_headers.iter().filter(|name| is_rewritten(name)).collect();
    let made = || AppliedMistake::new(&HEADER_HOP_BY_HOP, names.join(";"), "");
    (!names.is_empty()).then(|| made().with_detail(format!("signed: {}", names.join(", "))))
}

/// A bucket given in the path as `s3://name`, an ARN or a URL.
fn bucket_malformed(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    const BEFORE: [&str; 5] = ["s3:/", "http:/", "https:/", "gs:/", "arn:aws:s3:::"];
    let terms = &judged.claim.terms;
    let path = decode(judged.request.path(), Plus::Literal);
    let bucket = String::from_utf8_lossy(path.strip_prefix(b"/").unwrap_or(&path)).into_owned();
    let before = BEFORE.iter().find(|before| bucket.starts_with(**before))?;
    let name = bucket.get(before.len()..)?.trim_start_matches('/').split('/').next()?.to_owned();
    let (signed, _) = bucket.split_at_checked(bucket.find(&name)? + name.len())?;
    let is_store = terms.dialect.stores_objects(&terms.scope.service) && !name.is_empty();
    is_store.then(|| AppliedMistake::new(&BUCKET_MALFORMED, signed, name.as_str()))
}

fn unexpected_token(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    token::unexpected(judged.request, judged.claim).filter(|_| judged.is_captured() && is_aws(judged.request))
}

/// OpenSearch Serverless does not accept Content-Length as a signed header (its developer guide, *Signing
/// HTTP requests with other clients*).
fn not_signable(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_signed = terms.scope.service == "aoss" && terms.signed_headers.contains("content-length");
    is_signed.then(|| AppliedMistake::new(&HEADER_NOT_SIGNABLE, "content-length", ""))
}

/// nginx drops headers whose names contain characters other than letters, digits and hyphens
/// (`ignore_invalid_headers`, `underscores_in_headers`), and reports it only in its error log.
fn oddly_named(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let names: Vec<&str> = judged.claim.terms.signed_headers.iter().filter(|name| !is_plain(name)).collect();
    let detail = || format!("signed: {}; nginx drops headers with '.' or '_' in their names", names.join(", "));
    (!names.is_empty()).then(|| AppliedMistake::new(&HEADER_MISSING, names.join(";"), "").with_detail(detail()))
}

/// A program that opens a URL does not know which headers an SDK would have sent.
fn of_sdk(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let signed = judged.claim.terms.signed_headers.iter();
    let names: Vec<&str> = signed.filter(|name| OF_SDKS.contains(name)).collect();
    let is_url = !evidence.known.headers && !names.is_empty();
    let detail = || format!("signed: {}, which only the SDK sends", names.join(", "));
    is_url.then(|| AppliedMistake::new(&HEADER_MISSING, names.join(";"), "").with_detail(detail()))
}

/// A header that a URL signs and that only the server's text shows. The client may have sent another value than it
/// signed.
fn told_header(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    evidence.reply?.canonical_request.as_ref().filter(|_| !evidence.known.headers && judged.is_captured())?;
    let signed = &judged.claim.terms.signed_headers;
    let is_own = |name: &str| name != "host" && signed.contains(name);
    let named = |name: &str| judged.request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    let header = named("content-type")
        .filter(|_| is_own("content-type"))
        .or_else(|| judged.request.headers.iter().find(|header| is_own(&header.name.to_ascii_lowercase())))?;
    let name = header.name.to_ascii_lowercase();
    let mistake = if name == "content-type" { &HEADER_CONTENT_TYPE } else { &HEADER_CHANGED };
    let arrived = if header.is_bearer() { Vec::new() } else { [name.as_bytes(), b":", &header.value].concat() };
    let detail = format!("the URL signs {name}; only the value that the server received is known");
    Some(AppliedMistake::new(mistake, "", arrived).with_detail(detail))
}

/// Outside S3 keys, a plus sign is a plus sign.
fn plus_in_path(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_key = terms.dialect.stores_objects(&terms.scope.service);
    (is_key && judged.request.path().contains(&b'+')).then(|| AppliedMistake::new(&PATH_PLUS_AS_SPACE, "+", "%2B"))
}

/// A client that sends an escape for an unreserved character usually signs the escape too. If there is a
/// secret, the search finds out.
fn tilde_in_path(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let is_asked = evidence.credentials.is_none() && judged.is_captured();
    (is_asked && holds(judged.request.path(), "%7e")).then(|| AppliedMistake::new(&PATH_TILDE_ENCODED, "%7E", "~"))
}

/// If a path contains escapes, only the server's text shows that its service wants them encoded again; many
/// signers are made for S3.
fn encoded_once(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    // If the client shows what it signed, that shows whether it encoded twice.
    if evidence.client.is_some_and(|client| client.canonical_request.is_some()) {
        return None;
    }
    let path = judged.derivation.canonical_request.field(Field::Path);
    let is_twice = judged.claim.terms.path_rule.encoding == PathEncoding::Twice && is_encoded_again(path);
    let detail = "the server encoded the path twice, as this service requires";
    let made = || AppliedMistake::new(&PATH_ENCODED_ONCE, judged.request.path(), path).with_detail(detail);
    (is_twice && !judged.is_captured()).then(made)
}

/// A Date header that differs from the time that counts by more than a clock may be off.
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
    let detail = "the path has its accents as separate code points";
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

/// A parameter of the request itself whose name looks like an escape.
fn escaped(request: &Request) -> Option<AppliedMistake> {
    let query = request.query()?;
    let html = holds(query, "&amp;").then(|| AppliedMistake::new(&QUERY_HTML_ESCAPED, "&amp;", "&"));
    html.or_else(|| holds(query, "\\u0026").then(|| AppliedMistake::new(&QUERY_JSON_ESCAPED, "\\u0026", "&")))
}

fn foreign_key(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let id = &judged.claim.terms.access_key_id;
    if is_aws(judged.request) && judged.is_captured() && !judged.claim.terms.scheme.is_certified() {
        key::foreign_to_aws(id)
    } else {
        None
    }
}
