//! Finds MSK brokers in the text around a token, which must be signed for their region.

use super::scope_region;
use crate::formats::Token;
use crate::formats::note::OtherLogin;
use sigvet_core::endpoint::infer;

/// The region of the brokers, if it differs from the token's. `None` if the brokers are in several regions: any of
/// them may be the right one.
pub(super) fn other_region(text: &str, token: &Token) -> Option<OtherLogin> {
    let mut brokers = brokers(text);
    let (used, expected) = brokers.next()?;
    let signed = scope_region(token)?;
    let is_other = expected != signed && brokers.all(|(_, region)| region == expected);
    is_other.then(|| OtherLogin::Region { signed, expected, used: used.to_owned() })
}

/// The broker hosts in a text, and their regions: `b-1.NAME.ID.c1.kafka.REGION.amazonaws.com`.
fn brokers(text: &str) -> impl Iterator<Item = (&str, String)> {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.split(move |c: char| !is_of_host(c)).filter_map(|host| {
        let is_broker = [".kafka.", ".kafka-serverless."].iter().any(|label| host.contains(label));
        let region = if is_broker { infer(host)?.region? } else { return None };
        Some((host, region))
    })
}
