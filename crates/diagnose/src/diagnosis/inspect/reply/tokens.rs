//! Messages of servers that accept a presigned or signed `GetCallerIdentity` as a login, and of Bedrock about its keys.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{
    EKS_CLUSTER_UNSIGNED, EXPIRED, TOKEN_AUDIENCE, TOKEN_EXPIRES, TOKEN_FORM, TOKEN_HOST, TOKEN_PARAMETER_MISSING,
    in_token,
};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use crate::formats::TokenKind;

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    [eks, vault, bedrock].iter().find_map(|read| read(said)).map(one).unwrap_or_default()
}

/// The messages of aws-iam-authenticator (`pkg/token/token.go`), which every cluster of EKS runs.
fn eks(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let listed = said.claim().map(|claim| claim.signed_headers_listed.as_str()).unwrap_or_default();
    Some(match () {
        () if said.says(&["x-amz-date parameter is expired"]) => AppliedMistake::new(in_token(&EXPIRED, b""), "", ""),
        () if said.says(&["client did not sign the x-k8s-aws-id header"]) => {
            AppliedMistake::new(&EKS_CLUSTER_UNSIGNED, listed, "host;x-k8s-aws-id")
        }
        () if said.says(&["invalid x-amz-expires parameter"]) => {
            let rest = said.text_after("in pre-signed url: ").unwrap_or_default();
            let presented = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            AppliedMistake::new(&TOKEN_EXPIRES, presented, format!("1 to {}", TokenKind::EKS.longest))
        }
        () if said.says(&["unexpected action parameter in pre-signed url"]) => {
            AppliedMistake::new(&TOKEN_PARAMETER_MISSING, "", "Action=GetCallerIdentity")
        }
        () if said.says(&["unexpected hostname"]) && said.says(&["in pre-signed url"]) => {
            AppliedMistake::new(&TOKEN_HOST, said.quoted_after("unexpected hostname ").unwrap_or_default(), "")
        }
        () if said.says(&["token is missing expected"]) => {
            let prefix = said.quoted_after("missing expected ").unwrap_or_default();
            AppliedMistake::new(&TOKEN_FORM, "", prefix).with_detail("it does not begin with the prefix of EKS tokens")
        }
        () => return None,
    })
}

/// The messages of `validateVaultHeaderValue` and `ensureHeaderIsSigned` in Vault's source.
fn vault(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const HEADER: &str = "X-Vault-AWS-IAM-Server-ID";
    let rest = said.text_after("error validating x-vault-aws-iam-server-id header: ")?;
    let (expected, presented) = match rest.strip_prefix("expected ") {
        Some(values) => {
            let mut quoted = values.split('"');
            (quoted.nth(1).unwrap_or_default(), quoted.nth(1).unwrap_or_default())
        }
        None => ("", ""),
    };
    let detail = match () {
        () if rest.starts_with("missing header") => format!("the header {HEADER} was not sent"),
        () if rest.contains("wasn't signed") => format!("the header {HEADER} was sent but not signed"),
        () => format!("the header {HEADER} names another server"),
    };
    Some(AppliedMistake::new(&TOKEN_AUDIENCE, presented, expected).with_detail(detail))
}

/// A short-term key of Bedrock is a presigned URL, so it expires as one.
fn bedrock(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    said.says(&["bearer token has expired"]).then(|| AppliedMistake::new(in_token(&EXPIRED, b""), "", ""))
}
