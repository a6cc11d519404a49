//! The brokers that a text names beside a token of MSK, whose region the token has to be signed for.

use super::scope_region;
use crate::formats::Token;
use crate::formats::note::OtherLogin;
use sigvet_core::endpoint::infer;

/// The region of the brokers, if it is another than the token's. Of brokers in several regions none is known to be meant.
pub(super) fn other_region(text: &str, token: &Token) -> Option<OtherLogin> {
    let mut brokers = brokers(text);
    let (used, expected) = brokers.next()?;
    let signed = scope_region(token)?;
    let is_other = expected != signed && brokers.all(|(_, region)| region == expected);
    is_other.then(|| OtherLogin::Region { signed, expected, used: used.to_owned() })
}

/// The hosts of brokers in a text, with their regions: `b-1.NAME.ID.c1.kafka.REGION.amazonaws.com`.
fn brokers(text: &str) -> impl Iterator<Item = (&str, String)> {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.split(move |c: char| !is_of_host(c)).filter_map(|host| {
        let is_broker = [".kafka.", ".kafka-serverless."].iter().any(|label| host.contains(label));
        let region = if is_broker { infer(host)?.region? } else { return None };
        Some((host, region))
    })
}
