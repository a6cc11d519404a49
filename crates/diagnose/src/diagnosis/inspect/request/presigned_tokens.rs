//! Tokens that are presigned URLs: what the server that accepts them requires of their scope, expiry and parameters.
//!
//! Such a server checks more than the signature, but answers only "wrong password".

use crate::diagnosis::catalogue::{
    EKS_CLUSTER_UNSIGNED, EXPIRES_TOO_LONG, HOST_PORT_MISSING, PASSWORD_NOT_ESCAPED, SCOPE_SERVICE, TOKEN_NOT_LAST,
    TOKEN_PARAMETER_MISSING, TOKEN_SCHEME, TOKEN_TOO_LONG,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::outcome::{AppliedMistake, JudgedV4};
use crate::formats::{Note, TokenKind};
use sigvet_core::derivation::Placement;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Request;

/// The header with the name of an EKS cluster.
pub(in crate::diagnosis) const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// What the server of a token refuses, whatever its signature is.
pub(super) fn all(evidence: &Evidence<'_>, judged: &JudgedV4<'_>) -> Vec<AppliedMistake> {
    let Placement::Query { expires } = judged.claim.terms.placement else { return Vec::new() };
    let of_kind = kind(judged).map(|kind| {
        let port = port_missing(kind, judged.request);
        [service(kind, judged), too_long(kind, expires.as_secs()), port, parameter_missing(kind, judged.request)]
    });
    let of_all = [cluster_unsigned(judged), token_not_last(judged), user_missing(judged)];
    let of_text = evidence.notes.iter().map(of_note);
    of_kind.into_iter().flatten().chain(of_all).chain(of_text).flatten().collect()
}

/// What the text around a token shows.
fn of_note(note: &Note) -> Option<AppliedMistake> {
    Some(match note {
        Note::TokenScheme { scheme, expected } => AppliedMistake::new(&TOKEN_SCHEME, *scheme, *expected),
        Note::TokenLength { expected, presented } => {
            AppliedMistake::new(&TOKEN_TOO_LONG, presented.to_string(), format!("at most {expected}"))
        }
        Note::PasswordNotEscaped => AppliedMistake::new(&PASSWORD_NOT_ESCAPED, "", ""),
        _ => return None,
    })
}

fn kind(judged: &JudgedV4<'_>) -> Option<&'static TokenKind> {
    let action = parameter(judged.request, "Action")?;
    let is_marked = |mark: &str| parameter(judged.request, mark).is_some() || judged.request.headers.contains(mark);
    let is_of = |kind: &&TokenKind| kind.actions.contains(&action.as_str()) && kind.marked_by.is_none_or(is_marked);
    TokenKind::ALL.into_iter().find(is_of).filter(|_| judged.request.path() == b"/")
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    query::parameter(request, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}

fn service(kind: &TokenKind, judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let presented = judged.claim.terms.scope.service.as_str();
    let expected = kind.services.first().filter(|_| !kind.services.contains(&presented))?;
    let detail = format!("a token for {} must be signed for {expected}", kind.name);
    Some(AppliedMistake::new(&SCOPE_SERVICE, presented, *expected).with_detail(detail))
}

/// Verification already finds an expiry that no server accepts.
fn too_long(kind: &TokenKind, expires: u64) -> Option<AppliedMistake> {
    let is_longer = (kind.longest + 1..=604_800).contains(&expires);
    let detail = format!("a token for {} is valid for at most {} seconds", kind.name, kind.longest);
    let made = AppliedMistake::new(&EXPIRES_TOO_LONG, expires.to_string(), format!("1 to {}", kind.longest));
    is_longer.then(|| made.with_detail(detail))
}

/// RDS signs the port of the database, and has none by default.
fn port_missing(kind: &TokenKind, request: &Request) -> Option<AppliedMistake> {
    let host = request.host().filter(|host| kind.name == "RDS" && !host.contains(':'))?;
    let is_of_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    let detail = "an RDS token is signed for the host with the database's port";
    is_of_aws.then(|| AppliedMistake::new(&HOST_PORT_MISSING, host, format!("{host}:PORT")).with_detail(detail))
}

/// Only the name of a serverless cache shows that it is one.
fn parameter_missing(kind: &TokenKind, request: &Request) -> Option<AppliedMistake> {
    const WANTED: &str = "ResourceType=ServerlessCache";
    let is_serverless = request.host()?.to_ascii_lowercase().contains("serverless");
    let is_missing = kind.name == "ElastiCache" && is_serverless && parameter(request, "ResourceType").is_none();
    let detail = "the name suggests a serverless cache, which accepts only tokens with that parameter";
    is_missing.then(|| AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", WANTED).with_detail(detail))
}

/// A token without a user.
fn user_missing(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let request = judged.request;
    let is_for = |action: &str| parameter(request, "Action").as_deref() == Some(action);
    let has = |name: &str| parameter(request, name).is_some();
    let wanted = match judged.claim.terms.scope.service.as_str() {
        "rds-db" if is_for("connect") && !has("DBUser") => "DBUser",
        "elasticache" | "memorydb" if is_for("connect") && !has("User") => "User",
        _ => return None,
    };
    Some(AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", wanted).with_detail(format!("{wanted} is missing")))
}

/// A cluster name that STS does not see as a signed header.
fn cluster_unsigned(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let request = judged.request;
    let is_token = parameter(request, "Action").as_deref() == Some("GetCallerIdentity");
    let is_signed = judged.claim.terms.signed_headers.contains(CLUSTER_HEADER);
    let names = query::parameters(request.query().unwrap_or_default()).map(|(name, _)| name);
    let is_in_query = names.into_iter().any(|name| name.eq_ignore_ascii_case(CLUSTER_HEADER.as_bytes()));
    let detail = match () {
        () if !is_token || is_signed => return None,
        () if is_in_query => "the cluster name is in the query",
        () if request.headers.contains(CLUSTER_HEADER) => "the header is sent but not signed",
        () => return None,
    };
    let listed = judged.claim.signed_headers_listed.as_str();
    Some(AppliedMistake::new(&EKS_CLUSTER_UNSIGNED, listed, "host;x-k8s-aws-id").with_detail(detail))
}

/// A message broker's token between other parameters. If the signature is wrong, the token may have been signed there.
fn token_not_last(judged: &JudgedV4<'_>) -> Option<AppliedMistake> {
    let terms = &judged.claim.terms;
    let is_wanted = terms.scope.service == "iotdevicegateway" && judged.whole.is_signature_right() != Some(false);
    let name = terms.dialect.token_query_name();
    let names: Vec<Vec<u8>> =
        query::parameters(judged.request.query().filter(|_| is_wanted)?).map(|(name, _)| name).collect();
    let at = names.iter().position(|found| found == name.as_bytes())?;
    let behind = names.get(at + 1)?;
    let detail = format!("{} comes after it", String::from_utf8_lossy(behind));
    Some(AppliedMistake::new(&TOKEN_NOT_LAST, "", name).with_detail(detail))
}
