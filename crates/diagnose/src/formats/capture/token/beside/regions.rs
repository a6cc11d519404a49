//! Finds the region that a client of MSK or Bedrock uses, which must be the one that its token is signed for: in the
//! hosts that it connects to, and for Bedrock also in the variables for the region.

use super::pairs;
use super::scope_part;
use crate::formats::note::OtherLogin;
use crate::formats::{Token, TokenKind, TokenServer};
use sigvet_core::endpoint::infer;

/// The variables that name the region of an SDK's client. A host in the configuration has precedence over both.
const VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The region in the text, if it differs from the token's. `None` if the text names several regions: any of them may
/// be the right one.
pub(super) fn other_region(kind: &TokenKind, text: &str, token: &Token) -> Option<OtherLogin> {
    let signed = scope_part(token, 2)?;
    let mut hosts = hosts(kind, text);
    if let Some((used, expected)) = hosts.next() {
        let is_other = expected != signed && hosts.all(|(_, region)| region == expected);
        return is_other.then(|| OtherLogin::Region { signed, expected, used: used.to_owned() });
    }
    let mut variables = text
        .lines()
        .flat_map(pairs::in_line)
        .filter(|pair| kind == &TokenKind::BEDROCK && VARIABLES.contains(&pair.name));
    let pairs::Pair { name, value: expected, .. } = variables.next()?;
    let expected = expected.to_owned();
    let is_name = expected.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_other = is_name && expected != signed && variables.all(|pair| pair.value == expected);
    is_other.then(|| OtherLogin::RegionSetting { used: format!("{name}={expected}"), signed, expected })
}

/// The region of a host that Bedrock keys are sent to, if it is not the token's.
pub(in crate::formats::capture::token) fn other_than_host(host: &str, token: &Token) -> Option<OtherLogin> {
    let kind = token.kind().filter(|kind| *kind == &TokenKind::BEDROCK)?;
    other_region(kind, host, token)
}

/// The hosts of the service in a text, and their regions: `b-1.NAME.ID.c1.kafka.REGION.amazonaws.com`,
/// `bedrock-runtime.REGION.amazonaws.com`, `bedrock-mantle.REGION.api.aws`.
fn hosts<'t>(kind: &'t TokenKind, text: &'t str) -> impl Iterator<Item = (&'t str, String)> {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.split(move |c: char| !is_of_host(c)).filter_map(move |host| {
        let is_of_service = match kind.server {
            TokenServer::Msk => [".kafka.", ".kafka-serverless."].iter().any(|label| host.contains(label)),
            TokenServer::Bedrock => {
                host.split('.').any(|label| label.starts_with("bedrock") && !label.contains("agentcore"))
            }
            TokenServer::Rds | TokenServer::ElastiCache | TokenServer::Dsql | TokenServer::Eks => false,
        };
        let region = if is_of_service && host.contains('.') { infer(host)?.region? } else { return None };
        Some((host, region))
    })
}
