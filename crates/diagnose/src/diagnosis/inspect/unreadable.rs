//! Explains why a request makes no claim: the damage that makes its signature unreadable.

use super::{clock, holds, scope};
use crate::diagnosis::catalogue::{
    AUTHORIZATION_MALFORMED, AUTHORIZATION_MISSING, MECHANISM_OTHER, MECHANISM_TWICE, MECHANISM_V2, PATH_WITH_QUERY,
    QUERY_DOUBLE_ENCODED, QUERY_HTML_ESCAPED, QUERY_JSON_ESCAPED, TIME_MALFORMED, URL_CUT, URL_DOUBLE_ENCODED,
};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::claim::ClaimError;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::is_blacked_out;
use sigvet_core::request::Request;
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::time::Timestamp;

/// Other authentication schemes. The text after their name gives access and is never shown.
const OTHER_KINDS: [&str; 5] = ["Basic", "Bearer", "Digest", "Token", "Negotiate"];

/// The mistake that makes the claim unreadable. `None` if the request is simply not signed, or is signed with
/// an unknown scheme.
pub(super) fn explain(request: &Request, error: &ClaimError) -> Option<AppliedMistake> {
    if *error == ClaimError::SignedTwice {
        return Some(twice(request));
    }
    if let Some(made) = escaped(request).or_else(|| version_2(request)) {
        return Some(made);
    }
    match error {
        ClaimError::NotSigned => lower_case(request).or_else(|| cut_token(request)).or_else(|| dropped(request)),
        ClaimError::SignedTwice => lower_case(request),
        ClaimError::Procedure { .. } => None,
        _ if is_cut(request) => Some(cut(request)),
        ClaimError::Algorithm { presented } => algorithm(request, presented),
        // Only a Version 2 claim has this error, and `explain_v2` handles it.
        ClaimError::Authorization { .. } => None,
        ClaimError::Missing { carrier, part } => Some(missing(request, carrier, part)),
        ClaimError::Credential { presented, .. } => Some(credential(presented)),
        ClaimError::NoDate { expected } => {
            Some(malformed("", expected).with_detail(format!("neither {expected} nor Date was sent")))
        }
        ClaimError::Date { carrier, source, .. } => Some(date(carrier, &source.presented)),
        ClaimError::Expires { presented, .. } => Some(clock::expiry_out_of_range(presented)),
    }
}

/// Why a Version 2 signature cannot be read.
pub(super) fn explain_v2(error: &ClaimError) -> AppliedMistake {
    let made = match error {
        ClaimError::SignedTwice => AppliedMistake::new(&MECHANISM_TWICE, "", ""),
        ClaimError::Authorization { expected } | ClaimError::NoDate { expected } => malformed("", expected),
        ClaimError::Missing { part, .. } => malformed("", part),
        ClaimError::Date { source, expected, .. } => {
            AppliedMistake::new(&TIME_MALFORMED, source.presented.as_str(), *expected)
        }
        ClaimError::Expires { presented, .. } => malformed(presented, "1175139620"),
        _ => malformed("", ""),
    };
    made.with_detail(error.to_string())
}

/// Whether the query contains a Version 2 signature.
pub(super) fn v2_parameters(request: &Request) -> bool {
    let names: Vec<Vec<u8>> = query::parameters(request.query().unwrap_or_default()).map(|(name, _)| name).collect();
    let has = |wanted: &str| names.iter().any(|name| name.as_slice() == wanted.as_bytes());
    has("Signature") && (has("AWSAccessKeyId") || has("GoogleAccessId") || has("OSSAccessKeyId"))
}

fn malformed(signed: &str, expected: &str) -> AppliedMistake {
    AppliedMistake::new(&AUTHORIZATION_MALFORMED, signed, expected)
}

fn twice(request: &Request) -> AppliedMistake {
    let made = AppliedMistake::new(&MECHANISM_TWICE, "", "");
    match other_kind(request) {
        _ if request.headers.values("authorization").count() > 1 => {
            made.with_detail("there are two Authorization headers")
        }
        Some(kind) => made.with_detail(format!("an Authorization header ({kind}) and a signature in the query")),
        None => made.with_detail("an Authorization header and a signature in the query"),
    }
}

fn other_kind(request: &Request) -> Option<&'static str> {
    let (word, _) = request.headers.first_text("authorization")?.split_once(' ')?;
    OTHER_KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(word))
}

/// Amazon Bedrock accepts its keys as bearer tokens, in addition to signatures.
fn is_bedrock_key(request: &Request) -> bool {
    let is_bearer = other_kind(request).is_some_and(|kind| kind == "Bearer");
    is_bearer && request.host().is_some_and(|host| host.starts_with("bedrock"))
}

/// A presigned URL that was copied from HTML or JSON, encoded as a whole, or used as a path.
fn escaped(request: &Request) -> Option<AppliedMistake> {
    let (path, query) = (request.path(), request.query().unwrap_or_default());
    let of_amz =
        |start: &str, text: &[u8]| ["X-Amz-", "X-Goog-"].iter().any(|name| holds(text, &format!("{start}{name}")));
    let made = |mistake, signed: &str, expected: &str| Some(AppliedMistake::new(mistake, signed, expected));
    match () {
        () if of_amz("amp;", query) => made(&QUERY_HTML_ESCAPED, "&amp;", "&"),
        () if of_amz("u0026", query) => made(&QUERY_JSON_ESCAPED, "\\u0026", "&"),
        () if of_amz("%26", query) => made(&QUERY_DOUBLE_ENCODED, "%26", "&"),
        () if of_amz("%3F", path) || of_amz("%26", path) => made(&PATH_WITH_QUERY, "%3F", "?"),
        () => None,
    }
}

/// A Version 2 signature: `AWS key:signature`, or its query parameters.
fn version_2(request: &Request) -> Option<AppliedMistake> {
    let header = request.headers.first_text("authorization").unwrap_or_default();
    let is_v2 =
        ["AWS ", "GOOG1 ", "OSS ", "OBS "].iter().any(|start| header.starts_with(start)) && header.contains(':');
    let signed = match () {
        () if is_v2 => header.split(' ').next().unwrap_or_default(),
        () if v2_parameters(request) => "Signature",
        () => return None,
    };
    Some(AppliedMistake::new(&MECHANISM_V2, signed, "AWS4-HMAC-SHA256"))
}

/// Parameter names are compared case-sensitively.
fn lower_case(request: &Request) -> Option<AppliedMistake> {
    let is_there = holds(request.query()?, "x-amz-signature=");
    let detail = "the parameter names are not in the case of X-Amz-Signature";
    is_there.then(|| malformed("x-amz-signature", "X-Amz-Signature").with_detail(detail))
}

/// Whether a presigned URL ends before its signature.
fn is_cut(request: &Request) -> bool {
    let query = request.query().unwrap_or_default();
    let has = |name: &str| ["x-amz-", "x-goog-"].iter().any(|prefix| holds(query, &format!("{prefix}{name}")));
    !request.headers.contains("authorization") && has("") && !has("signature")
}

fn cut(request: &Request) -> AppliedMistake {
    let query = String::from_utf8_lossy(request.query().unwrap_or_default()).into_owned();
    let last = query.rsplit('&').next().unwrap_or_default().split('=').next().unwrap_or_default();
    AppliedMistake::new(&URL_CUT, "", "X-Amz-Signature").with_detail(format!("it ends with the parameter {last}"))
}

/// A database token up to its first `&`, which is what an unquoted shell command passes on.
fn cut_token(request: &Request) -> Option<AppliedMistake> {
    let query = request.query()?;
    let is_token = [&b"Action=connect"[..], b"Action=DbConnect", b"Action=DbConnectAdmin"].contains(&query);
    let detail = "the token ends at its first '&', where a shell cuts an unquoted word";
    is_token.then(|| malformed("", "X-Amz-Signature").with_detail(detail))
}

/// A request that was signed, as its other headers show, but arrived without an authorization.
fn dropped(request: &Request) -> Option<AppliedMistake> {
    is_authorization_lost(request).then(|| AppliedMistake::new(&AUTHORIZATION_MISSING, "", ""))
}

/// Whether a request has headers that only signers add, but no signature.
pub fn is_authorization_lost(request: &Request) -> bool {
    const OF_SIGNERS: [&str; 3] = ["x-amz-content-sha256", "amz-sdk-invocation-id", "amz-sdk-request"];
    let has = |name: &str| request.headers.contains(name);
    has("x-amz-date") && OF_SIGNERS.into_iter().any(has) && !has("authorization")
}

fn algorithm(request: &Request, presented: &str) -> Option<AppliedMistake> {
    let said = |signed: &str, detail: &str| Some(malformed(signed, "").with_detail(detail.to_owned()));
    if is_bedrock_key(request) || is_blacked_out(request.headers.first_text("authorization").unwrap_or_default()) {
        return None;
    }
    if let Some(kind) = other_kind(request) {
        let detail = format!("the Authorization header is of kind {kind}, which is not a signature");
        return Some(AppliedMistake::new(&MECHANISM_OTHER, kind, "AWS4-HMAC-SHA256").with_detail(detail));
    }
    match presented {
        _ if presented.eq_ignore_ascii_case("authorization:") => said(presented, "the header repeats its own name"),
        _ if presented.starts_with("Credential=") => said("", "the algorithm is missing"),
        _ if presented.contains("Credential=") => said("", "no space follows the algorithm"),
        _ if presented.trim_end_matches([',', ';', ':']).eq_ignore_ascii_case("AWS4-HMAC-SHA256") => {
            said(presented, "the algorithm is not written as AWS4-HMAC-SHA256")
        }
        _ if presented.starts_with("AWS") && presented.len() < 40 => said(presented, "the algorithm is unknown"),
        _ => said("", "there is no known algorithm"),
    }
}

fn missing(request: &Request, carrier: &str, part: &str) -> AppliedMistake {
    let header = request.headers.first_text("authorization").unwrap_or_default();
    let is_there = carrier.starts_with("Auth") && header.contains(&format!("{part}="));
    let detail = match is_there {
        true if header.contains(&format!(", {part}=")) || header.contains(&format!(" {part}=,")) => {
            format!("{part} is empty")
        }
        true => format!("there is no comma before {part}"),
        false => format!("the {carrier} has no {part}"),
    };
    malformed("", part).with_detail(detail)
}

/// A credential with fewer than five parts.
fn credential(presented: &str) -> AppliedMistake {
    if holds(presented.as_bytes(), "%2F") {
        let made = AppliedMistake::new(&URL_DOUBLE_ENCODED, "%252F", "%2F");
        return made.with_detail("the slashes in the credential are percent-encoded one time too many");
    }
    let made = scope::disordered(presented, &Dialect::AWS4, Scheme::V4);
    match presented.split('/').count() {
        1 => made.with_detail("the credential is only the access key ID"),
        count => made.with_detail(format!("the credential has {count} parts, not 5")),
    }
}

fn date(carrier: &str, presented: &str) -> AppliedMistake {
    let instant = Timestamp::parse(presented);
    let expected = instant.as_ref().map_or("20150830T123600Z", |instant| instant.as_str());
    AppliedMistake::new(&TIME_MALFORMED, presented, expected)
        .with_detail(format!("{carrier} does not have the form 20150830T123600Z"))
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::inspect::tests::{Case, S3_CREDENTIAL, S3_HOST, details, ids, presigned, s3};

    #[test]
    fn each_way_to_damage_a_signature_is_named() {
        let url = || presigned(S3_HOST, S3_CREDENTIAL, "");
        let header = || s3("GET /", "");
        let cut_before = |mark: &str| {
            let (before, behind) = url().split_once(mark).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            format!("{before} {}", behind.split_once(' ').unwrap().1)
        };
        let lost = |headers: &str| format!("GET / HTTP/1.1\nHost: h.example\n{headers}\n");
        for (text, expected, detail) in [
            (url() + "Authorization: Bearer x\n", "mechanism-twice", "(Bearer)"),
            (header().replace("GET /", "GET /?X-Amz-Signature=1"), "mechanism-twice", ""),
            ("GET / HTTP/1.1\nHost: h\nAuthorization: AWS AKID:c2ln\n".to_owned(), "mechanism-v2", ""),
            ("GET /k?AWSAccessKeyId=A&Signature=b&Expires=1 HTTP/1.1\nHost: h\n".to_owned(), "mechanism-v2", ""),
            (url().replace('&', "&amp;"), "query-html-escaped", ""),
            (url().replace('&', "\\u0026"), "query-json-escaped", ""),
            (url().replace('&', "%26"), "query-double-encoded", ""),
            (url().replace('?', "%3F").replace('&', "%26"), "path-with-query", ""),
            (url().replace('?', "%3F"), "path-with-query", ""),
            (url().replace("X-Amz-", "x-amz-"), "authorization-malformed", "not in the case of"),
            (url().replace("X-Amz-Expires=86400&", ""), "authorization-malformed", "no X-Amz-Expires"),
            (url().replace("Expires=86400", "Expires=undefined"), "expires-too-long", "not a number"),
            (
                url().replace("X-Amz-Date=20150830T123600Z", "X-Amz-Date=2015-08-30T12:36:00Z"),
                "time-malformed",
                "X-Amz-Date",
            ),
            (url().replace("%2F", "%252F"), "url-double-encoded", "one time too many"),
            (cut_before("&X-Amz-Signature"), "url-cut", "X-Amz-SignedHeaders"),
            (cut_before("%2Fs3%2F"), "url-cut", "X-Amz-Credential"),
            (cut_before("&X-Amz-Credential"), "url-cut", "X-Amz-Algorithm"),
            ("GET /?Action=connect HTTP/1.1\nHost: db.example:5432\n".to_owned(), "authorization-malformed", "shell"),
            ("GET /?Action=connect&a=b HTTP/1.1\nHost: db.example:5432\n".to_owned(), "", ""),
            (lost("x-amz-content-sha256: x\nX-Amz-Date: 20150830T123600Z"), "authorization-missing", ""),
            (lost("amz-sdk-request: attempt=1\nX-Amz-Date: 20150830T123600Z"), "authorization-missing", ""),
            (lost("X-Amz-Date: 20150830T123600Z"), "", ""),
            (
                header().replace("AWS4-HMAC-SHA256", "Authorization: AWS4-HMAC-SHA256"),
                "authorization-malformed",
                "its own name",
            ),
            (header().replace("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256"), "authorization-malformed", "no space"),
            (header().replace("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256, "), "authorization-malformed", "not written as"),
            (
                header().replace(", SignedHeaders", " SignedHeaders"),
                "authorization-malformed",
                "there is no comma before SignedHeaders",
            ),
            (header().replace(", Signature=", ", Sig="), "authorization-malformed", "has no Signature"),
            (header().replace("/s3/aws4_request", ""), "scope-order", "has 3 parts"),
            (header().replace("20150830T123600Z", "20240520T144244.124+0000"), "time-malformed", "x-amz-date"),
            ("GET / HTTP/1.1\nHost: h\nAuthorization: Bearer eyJ0\n".to_owned(), "mechanism-other", "Bearer"),
            (header().replace("X-Amz-Date", "X-Date"), "authorization-malformed", "neither x-amz-date nor Date"),
            (header().replace("20150830T123600Z", "2015-08-30 12:36"), "time-malformed", "x-amz-date"),
            ("GET / HTTP/1.1\nHost: h\n".to_owned(), "", ""),
            (
                "GET / HTTP/1.1\nHost: h\nAuthorization: AWS4-ECDSA-P256-SHA256 Credential=A\n".to_owned(),
                "authorization-malformed",
                "SignedHeaders",
            ),
            ("GET /?a=b&Signature=1 HTTP/1.1\nHost: h\n".to_owned(), "", ""),
        ] {
            let found = Case::new(&text).unreadable();
            assert_eq!(ids(&found), expected, "{text}");
            assert!(details(&found).contains(detail), "{text}\n{found:?}");
        }
    }
}
