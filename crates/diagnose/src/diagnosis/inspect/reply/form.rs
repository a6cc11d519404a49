//! Messages about the authentication mechanism, and about an authorization that cannot be parsed.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{
    AUTHORIZATION_MALFORMED, AUTHORIZATION_MISSING, MECHANISM_OTHER, MECHANISM_TWICE, MECHANISM_V2, ROUTE_MISSING,
    TIME_MALFORMED,
};
use crate::diagnosis::inspect::unreadable;
use crate::diagnosis::outcome::{AppliedMistake, Explanation, Proof};
use sigvet_core::claim::Claim;
use sigvet_core::endpoint::infer;
use sigvet_core::internal::without_port;
use sigvet_core::request::Request;

/// Messages that API Gateway also sends for a path without a route.
const OF_ROUTES: [&str; 3] = ["not a valid key=value pair", "invalid key=value pair", "authorization header requires"];
const NO_ROUTE: &str = "API Gateway also says this about a path or method without a route";

/// Two mechanisms at once, or an outdated one.
pub(super) fn mechanism(said: &ReplyContext<'_>) -> Vec<Explanation> {
    const V2: [&str; 7] = [
        // Garage expects a presigned URL if there is no Version 4 header.
        "missing x-amz-algorithm header",
        "please use aws4-hmac-sha256",
        "sigv2 authorization is not supported",
        "please use sigv4",
        "v2 signature authorization mechanism is not supported",
        "require aws signature version 4",
        "signature version 2 is not supported",
    ];
    match () {
        () if said.says(&["only one auth mechanism allowed", "found both 'x-amz-algorithm'"]) => {
            one(AppliedMistake::new(&MECHANISM_TWICE, "", ""))
        }
        () if said.says(&V2) => one(AppliedMistake::new(&MECHANISM_V2, "", "AWS4-HMAC-SHA256")),
        () => Vec::new(),
    }
}

/// A server that found no signature at all.
pub(super) fn missing(said: &ReplyContext<'_>) -> Vec<Explanation> {
    const CODES: [&str; 2] = ["MissingAuthenticationToken", "MissingAuthenticationTokenException"];
    const WORDS: [&str; 4] = [
        "missing authentication token",
        "user: anonymous is not authorized",
        "anonymous users cannot",
        "please authenticate",
    ];
    // Cloudflare's R2 names only the header; Google's store names it in the details.
    let is_named = said.has_code(&["InvalidArgument", "MissingSecurityHeader"])
        && said.text.lines().any(|line| line.trim().eq_ignore_ascii_case("authorization"));
    if !said.has_code(&CODES) && !said.says(&WORDS) && !is_named {
        return Vec::new();
    }
    if let Some(made) = seen_here(said) {
        return one(made);
    }
    let missing = AppliedMistake::new(&AUTHORIZATION_MISSING, "", "");
    let no_route = AppliedMistake::new(&ROUTE_MISSING, "", "");
    let is_readable = said.judged.is_some_and(|judged| judged.is_captured());
    match (may_be_of_route(said), is_readable) {
        (true, true) => one(no_route.with_detail(
            "the captured request is signed; if the route exists, something on the way removed the signature",
        )),
        (true, false) if said.evidence.request.is_some() => {
            one(missing.with_detail(format!("the captured request is not signed; {NO_ROUTE}")))
        }
        (true, false) => [missing, no_route].map(|made| Explanation::from_mistake(Proof::Server, made)).into(),
        (false, true) => one(missing.with_detail("the captured request has one: something on the way removed it")),
        (false, false) => one(missing),
    }
}

/// Whether API Gateway may have said it about a route. Other services say more, or add an error code.
fn may_be_of_route(said: &ReplyContext<'_>) -> bool {
    let is_elsewhere = said.claim().is_some() && !is_of_api_gateway(said);
    let is_short = said.words.trim() == "missing authentication token";
    is_short && !is_elsewhere && (said.reply.code.is_none() || is_of_api_gateway(said))
}

/// An authorization that the server cannot parse. If it cannot be parsed here either, our own error is more specific.
pub(super) fn malformed(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let Some(detail) = fault(said) else { return Vec::new() };
    if let Some(made) = seen_here(said) {
        return one(made);
    }
    if let Some(made) = other_mechanism(said).or_else(|| malformed_date(said)) {
        return one(made);
    }
    let is_readable = said.judged.is_some_and(|judged| judged.is_captured());
    let made = AppliedMistake::new(&AUTHORIZATION_MALFORMED, "", "");
    match (is_routed(said), is_readable) {
        (true, true) => one(made.with_detail(format!("the signature can be read here; {NO_ROUTE}"))),
        (true, false) => one(made.with_detail(format!("{detail}; {NO_ROUTE}"))),
        (false, _) => one(made.with_detail(detail)),
    }
}

/// A server that quotes the header shows its kind. S3 says only that the mechanism is a different one.
fn other_mechanism(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const KINDS: [&str; 4] = ["bearer", "basic", "digest", "token"];
    let has_kind = |kind: &&str| {
        let marks = ["authorization header: '", "authorization=", "authorization: "];
        marks.iter().any(|mark| said.words.contains(&format!("{mark}{kind} ")))
    };
    let kind = KINDS.into_iter().find(has_kind);
    let is_said = kind.is_some() || said.says(&["unsupported authorization type"]);
    // If the claim could be read, the request has a signature.
    (is_said && said.judged.is_none())
        .then(|| AppliedMistake::new(&MECHANISM_OTHER, kind.unwrap_or_default(), "AWS4-HMAC-SHA256"))
}

/// A date that the server cannot read; S3 says the same about a missing date.
fn malformed_date(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 6] = [
        "requires a valid date or x-amz-date header",
        "invalid date format header",
        "must be in the iso8601 long format",
        "must be in iso-8601 'basic format'",
        "date must be formatted",
        "malformed date",
    ];
    let is_said = said.says(&WORDS) || said.has_code(&["MalformedDate", "MalformedPresignedDate"]);
    // If the claim could be read, its date has the right form.
    (is_said && said.judged.is_none()).then(|| {
        let presented = said.quoted_after("got ").unwrap_or_default();
        AppliedMistake::new(&TIME_MALFORMED, presented, "")
            .with_detail("the date does not have the form 20150830T123600Z")
    })
}

/// Whether the request is for API Gateway, by its scope or its host.
fn is_of_api_gateway(said: &ReplyContext<'_>) -> bool {
    const SERVICE: &str = "execute-api";
    let is_signed_so = said.claim().is_some_and(|claim| claim.terms.scope.service == SERVICE);
    let host = said.evidence.request.and_then(Request::host).map(without_port);
    is_signed_so || host.and_then(infer).is_some_and(|found| found.service.as_deref() == Some(SERVICE))
}

fn is_routed(said: &ReplyContext<'_>) -> bool {
    let is_elsewhere = said.has_code(&["AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"]);
    said.says(&OF_ROUTES) && !is_elsewhere
}

/// The mistake that makes the claim unreadable, if there is one.
fn seen_here(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let request = said.evidence.request?;
    let error = Claim::extract(request).err()?;
    unreadable::explain(request, &error)
}

/// What the server misses, in our own words, because the server's message may quote the header.
fn fault(said: &ReplyContext<'_>) -> Option<&'static str> {
    const CODES: [&str; 7] = [
        "IncompleteSignature",
        "MissingFields",
        "MalformedPresignedDate",
        "IncompleteSignatureException",
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "MalformedDate",
    ];
    #[rustfmt::skip]
    const FAULTS: [(&str, &str); 30] = [
        ("one and only one", "the algorithm and the rest of the header must be separated by one space"),
        ("unsupported algorithm", "the server does not know the algorithm"),
        ("missing fields in request", "a part of the signature is missing"),
        ("missing a required header", "a header that the signature requires is missing"),
        ("not a valid key=value pair", "a part of the Authorization header has no equals sign"),
        ("invalid key=value pair", "a part of the Authorization header has no equals sign"),
        ("existence of either a 'x-amz-date' or a 'date' header", "the date is missing, and perhaps other parts too"),
        ("requires a valid date or x-amz-date header", "the date is missing or invalid"),
        ("invalid date format header", "the date does not have the form 20150830T123600Z"),
        ("must be in the iso8601 long format", "the date does not have the form 20150830T123600Z"),
        ("requires 'credential' parameter", "Credential is missing"),
        ("could not find credential", "Credential is missing"),
        ("could not find signedheaders", "SignedHeaders is missing"),
        ("could not find signature", "Signature is missing"),
        ("date must be formatted", "the date does not have the form 20150830T123600Z"),
        ("malformed date", "the date does not have the form 20150830T123600Z"),
        ("missing credential", "Credential is missing"),
        ("missing signedheaders", "SignedHeaders is missing"),
        ("requires 'signedheaders' parameter", "SignedHeaders is missing"),
        ("missing signature", "Signature is missing"),
        ("requires 'signature' parameter", "Signature is missing"),
        ("requires three components", "Credential, SignedHeaders or Signature is missing"),
        ("unsupported authorization type", "the Authorization header is of another kind"),
        ("query-string authentication", "a parameter of the presigned URL is missing"),
        ("query-string parameters must include", "a parameter of the presigned URL is missing"),
        ("must be in iso-8601 'basic format'", "the date does not have the form 20150830T123600Z"),
        ("unsupported aws 'algorithm'", "the server does not know the algorithm"),
        ("your request has a malformed header", "a part of the signature is malformed"),
        ("x-amz-algorithm only supports", "the server does not know the algorithm"),
        ("authorization component", "a part of the Authorization header is malformed"),
    ];
    let told = FAULTS.iter().find(|(words, _)| said.says(&[words])).map(|(_, fault)| *fault);
    told.or(said.has_code(&CODES).then_some("the server cannot read the authorization"))
}
