//! Tokens that are presigned URLs: checks the scope, expiry and parameters that the accepting server requires.
//!
//! Such a server checks more than the signature, but answers only "wrong password".

use crate::diagnosis::catalogue::Mistake;
use crate::diagnosis::catalogue::{
    BUCKET_MALFORMED, EKS_CLUSTER_UNSIGNED, HOST_OTHER_ENDPOINT, PASSWORD_ALTERED, PASSWORD_NOT_ESCAPED,
    TOKEN_AUDIENCE, TOKEN_BROKER, TOKEN_EXPIRES, TOKEN_FORM, TOKEN_HOST, TOKEN_NOT_LAST, TOKEN_OTHER_USER,
    TOKEN_PARAMETER_MISSING, TOKEN_PORT, TOKEN_REGION, TOKEN_SCHEME, TOKEN_SERVICE, TOKEN_TOO_LONG,
};
use crate::diagnosis::inspect::with_names;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::token_kind::token_kind;
use crate::formats::{CLUSTER_HEADER, Note, OtherLogin, TokenKind, TokenServer, is_of_rds};
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Placement;
use sigvet_core::endpoint::{domain_in, infer};
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

/// A presigned request that may be a token.
struct Presigned<'a> {
    request: &'a Request,
    claim: &'a Claim,
    is_signature_right: Option<bool>,
}

/// The faults that make the server refuse a token whatever its signature is, in addition to those that verification
/// finds. `notes` are about the text that the token was read from.
pub fn refused_token(request: &Request, verdict: &Verdict, notes: &[Note]) -> Vec<AppliedMistake> {
    let of_text = notes.iter().filter_map(of_note);
    let Some((claim, _)) = verdict.as_v4() else { return Vec::new() };
    let unsigned = audience_unsigned(request, claim);
    let Placement::Query { expires } = claim.terms.placement else { return of_text.chain(unsigned).collect() };
    let token = Presigned { request, claim, is_signature_right: verdict.is_signature_right() };
    let of_kind = match token.kind() {
        Some(kind) => vec![
            service(kind, claim),
            too_long(kind, expires.as_secs()),
            port_missing(kind, &token),
            other_host(kind, request),
            parameter_missing(kind, request),
            expires_missing(kind, request),
        ],
        None => vec![other_action(&token)],
    };
    let of_all = [cluster_unsigned(&token), token_not_last(&token), user_missing(&token)];
    of_kind.into_iter().chain(of_all).chain([unsigned]).flatten().chain(of_text).collect()
}

/// The mistake that a note about the text of a token stands for, if any.
pub fn mistake_in_note(note: &Note) -> Option<&'static Mistake> {
    of_note(note).map(|made| made.mistake)
}

/// The mistake shown by the text around a token.
pub(super) fn of_note(note: &Note) -> Option<AppliedMistake> {
    Some(match note {
        Note::TokenScheme { scheme, .. } => {
            AppliedMistake::new(&TOKEN_SCHEME, "", "").with_detail(format!("it begins with {scheme}"))
        }
        Note::TokenPrefix { .. } | Note::TokenBase64 { .. } => {
            AppliedMistake::new(&TOKEN_FORM, "", "").with_detail(note.to_string())
        }
        Note::OtherLogin(other) => other_login(other),
        Note::Audience { header, presented, expected } => {
            let detail = match (presented.as_str(), expected.as_str()) {
                ("", _) => note.to_string(),
                _ => format!("the header {header} names another audience"),
            };
            AppliedMistake::new(&TOKEN_AUDIENCE, presented.as_str(), expected.as_str()).with_detail(detail)
        }
        Note::RealtimeHost { presented, expected } => {
            let made = AppliedMistake::new(&HOST_OTHER_ENDPOINT, presented.as_str(), expected.as_str());
            made.with_detail("AppSync verifies handshakes as requests to its HTTP endpoint")
        }
        Note::TokenLength { expected, presented } => {
            AppliedMistake::new(&TOKEN_TOO_LONG, presented.to_string(), format!("at most {expected}"))
        }
        Note::PasswordAltered(altered) => {
            AppliedMistake::new(&PASSWORD_ALTERED, "", "").with_detail(altered.to_string())
        }
        Note::PasswordNotEscaped => AppliedMistake::new(&PASSWORD_NOT_ESCAPED, "", ""),
        Note::BucketSetting { name, presented, expected } => {
            AppliedMistake::new(&BUCKET_MALFORMED, presented.as_str(), expected.as_str())
                .with_detail(format!("the setting is {name}"))
        }
        _ => return None,
    })
}

/// The mistake of using a token for a login that it is not signed for.
fn other_login(other: &OtherLogin) -> AppliedMistake {
    let (mistake, signed, expected, detail): (_, &str, &str, _) = match other {
        OtherLogin::User { signed, expected, used } => {
            (&TOKEN_OTHER_USER, signed, expected, format!("the client logs in as '{used}'"))
        }
        OtherLogin::Host { signed, expected, used } => {
            (&TOKEN_HOST, signed, expected, format!("the client connects to {used}"))
        }
        OtherLogin::Region { signed, expected, used } => {
            (&TOKEN_REGION, signed, expected, format!("the client connects to {used}"))
        }
        OtherLogin::RegionSetting { signed, expected, used } => {
            (&TOKEN_REGION, signed, expected, format!("the client uses {used}"))
        }
        OtherLogin::CacheType { signed, expected, .. } => {
            (&TOKEN_PARAMETER_MISSING, signed, expected, other.to_string())
        }
        OtherLogin::CacheService { signed, expected, .. } => (&TOKEN_SERVICE, signed, expected, other.to_string()),
    };
    AppliedMistake::new(mistake, signed, expected).with_detail(detail)
}

impl Presigned<'_> {
    fn kind(&self) -> Option<&'static TokenKind> {
        let Self { request, claim, .. } = self;
        token_kind(request.path(), request.query()?, &request.headers, &claim.terms.signed_headers)
    }

    fn service(&self) -> &str {
        &self.claim.terms.scope.service
    }
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    query::parameter(request, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}

fn service(kind: &TokenKind, claim: &Claim) -> Option<AppliedMistake> {
    let presented = claim.terms.scope.service.as_str();
    let expected = kind.services.first().filter(|_| !kind.services.contains(&presented))?;
    let detail = format!("a token for {} must be signed for {expected}", kind.name);
    Some(AppliedMistake::new(&TOKEN_SERVICE, presented, *expected).with_detail(detail))
}

fn too_long(kind: &TokenKind, expires: u64) -> Option<AppliedMistake> {
    let detail = format!("a token for {} is valid for at most {} seconds", kind.name, kind.longest);
    let made = AppliedMistake::new(&TOKEN_EXPIRES, expires.to_string(), format!("1 to {}", kind.longest));
    (expires > kind.longest).then(|| made.with_detail(detail))
}

/// RDS tokens are signed for the port of the database, which has no default. If the signature is wrong, the port may
/// have been signed and lost later; the search finds that.
fn port_missing(kind: &TokenKind, token: &Presigned<'_>) -> Option<AppliedMistake> {
    let is_asked = kind.server == TokenServer::Rds && token.is_signature_right != Some(false);
    let host = token.request.host().filter(|host| is_asked && !host.contains(':') && is_of_rds(host))?;
    Some(AppliedMistake::new(&TOKEN_PORT, host, format!("{host}:PORT")))
}

/// A host that is not the server's own name. RDS knows a database by its endpoint, but not by your own DNS
/// records for it (*Connecting to your DB instance using IAM authentication*); ElastiCache and MemoryDB know
/// a cache by its name, which has no dots.
fn other_host(kind: &TokenKind, request: &Request) -> Option<AppliedMistake> {
    let host = request.host()?;
    if let Some(region) = broker_region(kind, host) {
        let expected = format!("kafka.{region}.{}", domain_in(&region));
        let detail = "it is the host of a broker";
        return Some(AppliedMistake::new(&TOKEN_BROKER, host, expected).with_detail(detail));
    }
    let detail = match kind.server {
        TokenServer::Rds if !is_of_rds(host) => "it is not an endpoint of RDS",
        TokenServer::ElastiCache if host.contains(['.', ':']) => {
            "a token for ElastiCache or MemoryDB is signed for the name of the cache, without domain and port"
        }
        _ => return None,
    };
    Some(AppliedMistake::new(&TOKEN_HOST, host, "").with_detail(detail))
}

/// The region of a broker, if that is what a token of MSK is signed for.
fn broker_region(kind: &TokenKind, host: &str) -> Option<String> {
    let is_api = host.split('.').next().is_some_and(|label| matches!(label, "kafka" | "kafka-fips"));
    infer(host.split(':').next()?).filter(|_| kind == &TokenKind::MSK && !is_api)?.region
}

/// aws-iam-authenticator requires the parameter (`token.Verify`), which STS itself does without.
fn expires_missing(kind: &TokenKind, request: &Request) -> Option<AppliedMistake> {
    let is_missing = kind == &TokenKind::EKS && parameter(request, "X-Amz-Expires").is_none();
    let detail = "EKS accepts only tokens with X-Amz-Expires";
    is_missing.then(|| AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", "X-Amz-Expires=60").with_detail(detail))
}

/// A token whose action is missing or is not spelt as its server expects. Other services have other actions.
fn other_action(token: &Presigned<'_>) -> Option<AppliedMistake> {
    const ALWAYS: [&str; 2] = ["rds-db", "kafka-cluster"];
    let service = token.service();
    let kind =
        TokenKind::ALL.into_iter().find(|kind| kind.services.contains(&service) && kind.server != TokenServer::Eks)?;
    let presented = parameter(token.request, "Action").unwrap_or_default();
    let is_exact = kind.actions.contains(&presented.as_str());
    let alike = kind.actions.iter().find(|name| name.eq_ignore_ascii_case(&presented));
    let expected = alike.or_else(|| kind.actions.first().filter(|_| ALWAYS.contains(&service)));
    let expected = expected.filter(|_| !is_exact && token.request.path() == b"/")?;
    let signed = if presented.is_empty() { String::new() } else { format!("Action={presented}") };
    let detail = if presented.is_empty() { "Action is missing" } else { "it has another action" };
    Some(AppliedMistake::new(&TOKEN_PARAMETER_MISSING, signed, format!("Action={expected}")).with_detail(detail))
}

/// Whether a cache is serverless shows only in its name.
fn parameter_missing(kind: &TokenKind, request: &Request) -> Option<AppliedMistake> {
    const WANTED: &str = "ResourceType=ServerlessCache";
    let is_serverless = request.host()?.to_ascii_lowercase().contains("serverless");
    let is_missing =
        kind.server == TokenServer::ElastiCache && is_serverless && parameter(request, "ResourceType").is_none();
    let detail = "the name suggests a serverless cache, which accepts only tokens with that parameter";
    is_missing.then(|| AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", WANTED).with_detail(detail))
}

/// A token without a user.
fn user_missing(token: &Presigned<'_>) -> Option<AppliedMistake> {
    let request = token.request;
    let is_for = |action: &str| parameter(request, "Action").as_deref() == Some(action);
    let has = |name: &str| parameter(request, name).is_some();
    let wanted = match token.service() {
        "rds-db" if is_for("connect") && !has("DBUser") => "DBUser",
        "elasticache" | "memorydb" if is_for("connect") && !has("User") => "User",
        _ => return None,
    };
    Some(AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", wanted).with_detail(format!("{wanted} is missing")))
}

/// A cluster name that is not a signed header, so STS ignores it.
fn cluster_unsigned(token: &Presigned<'_>) -> Option<AppliedMistake> {
    let Presigned { request, claim, .. } = token;
    let is_token = parameter(request, "Action").as_deref() == Some("GetCallerIdentity");
    let is_signed = claim.terms.signed_headers.contains(CLUSTER_HEADER);
    let names = query::parameters(request.query().unwrap_or_default()).map(|(name, _)| name);
    let is_in_query = names.into_iter().any(|name| name.eq_ignore_ascii_case(CLUSTER_HEADER.as_bytes()));
    let detail = match () {
        () if !is_token || is_signed => return None,
        () if is_in_query => "the cluster name is in the query",
        () if request.headers.contains(CLUSTER_HEADER) => "the header is sent but not signed",
        () => return None,
    };
    let listed = claim.signed_headers_listed.as_str();
    Some(AppliedMistake::new(&EKS_CLUSTER_UNSIGNED, listed, "host;x-k8s-aws-id").with_detail(detail))
}

/// A header that names whom a signed `GetCallerIdentity` is meant for, and that is sent but not signed: it proves nothing,
/// so each of these services refuses it (Vault's `ensureHeaderIsSigned`; Google, *Workload identity federation*; Snowflake,
/// *Workload identity federation*).
fn audience_unsigned(request: &Request, claim: &Claim) -> Option<AppliedMistake> {
    // Google takes its header unsigned too: google-auth adds it after signing.
    const AUDIENCES: [&str; 2] = ["x-vault-aws-iam-server-id", "x-snowflake-audience"];
    let terms = &claim.terms;
    let is_unsigned = |name: &&&str| request.headers.contains(name) && !terms.signed_headers.contains(name);
    let name = AUDIENCES.iter().find(is_unsigned).filter(|_| terms.scope.service == "sts")?;
    let listed = claim.signed_headers_listed.as_str();
    let made = AppliedMistake::new(&TOKEN_AUDIENCE, listed, with_names(listed, &[name]));
    Some(made.with_detail(format!("the header {name} is sent but not signed")))
}

/// A message broker's token whose session token is not the last parameter. If the signature is wrong, the
/// session token may have been signed in that position.
fn token_not_last(presigned: &Presigned<'_>) -> Option<AppliedMistake> {
    let terms = &presigned.claim.terms;
    let is_wanted = terms.scope.service == "iotdevicegateway" && presigned.is_signature_right != Some(false);
    let name = terms.dialect.token_query_name();
    let names: Vec<Vec<u8>> =
        query::parameters(presigned.request.query().filter(|_| is_wanted)?).map(|(name, _)| name).collect();
    let at = names.iter().position(|found| found == name.as_bytes())?;
    let behind = names.get(at + 1)?;
    let detail = format!("{} comes after it", String::from_utf8_lossy(behind));
    Some(AppliedMistake::new(&TOKEN_NOT_LAST, "", name).with_detail(detail))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use sigvet_core::prepare::longest_expiry;

    /// Catches a token that is signed for longer than verification allows. EKS is excluded, because a cluster
    /// limits the age of the token, not the expiry of the STS URL.
    #[test]
    fn each_kind_of_token_lasts_as_long_as_its_service_accepts() {
        for kind in TokenKind::ALL.into_iter().filter(|kind| kind.server != TokenServer::Eks) {
            for service in kind.services.iter().filter(|service| **service != "redshift") {
                assert_eq!(Duration::from_secs(kind.longest), longest_expiry(service), "{service}");
            }
        }
    }
}
