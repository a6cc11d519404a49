//! Messages about headers that were not signed.

use super::{ReplyContext, together};
use crate::diagnosis::catalogue::{HEADER_AMZ_UNSIGNED, HEADER_MISSING, HOST_NOT_SIGNED};
use crate::diagnosis::inspect::{token, with_names};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::verify::Finding;

/// How servers say that a header has to be signed. The header's name precedes these words, in quotes.
const TO_SIGN: [&str; 5] = [
    "must be a 'signedheader'",
    "must be signed",
    "should be signed",
    "is not signed",
    "must be included in signature",
];

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    // Google's store says only that a header is malformed.
    let is_malformed = said.has_code(&["MalformedSecurityHeader"]);
    if is_malformed && !found(said, is_missing).is_empty() {
        return together(vec![not_told(said)]);
    }
    let is_plain = said.says(&["headers present in the request which were not signed"]);
    let listed: Vec<String> = said.reply.headers_not_signed.iter().map(|name| name.to_ascii_lowercase()).collect();
    let names = match () {
        () if !listed.is_empty() => listed,
        () if is_plain => found(said, is_unsigned),
        () => named(said).into_iter().collect(),
    };
    if said.says(&["signedheaders must include host", "signed headers must include host"]) {
        return together(mistakes(said, &["host".to_owned()]));
    }
    if let Some(name) = absent(said) {
        let made = AppliedMistake::new(&HEADER_MISSING, name, "").with_detail(format!("not sent: {name}"));
        return together(vec![made]);
    }
    if !names.is_empty() {
        return together(mistakes(said, &names));
    }
    if is_plain { together(vec![not_told(said)]) } else { Vec::new() }
}

/// MinIO sends the same message for a header that is listed but was not sent.
fn not_told(said: &ReplyContext<'_>) -> AppliedMistake {
    let missing = found(said, is_missing);
    if missing.is_empty() {
        return AppliedMistake::new(&HEADER_AMZ_UNSIGNED, list(said), "");
    }
    AppliedMistake::new(&HEADER_MISSING, missing.join(";"), "").with_detail(format!("not sent: {}", missing.join(", ")))
}

/// Garage names a header that is listed but was not sent.
fn absent<'s>(said: &'s ReplyContext<'_>) -> Option<&'s str> {
    said.quoted_after("signed header ").filter(|_| said.says(&["is not present"]))
}

fn is_unsigned(finding: &Finding) -> bool {
    matches!(finding, Finding::HeaderUnsigned { .. } | Finding::TokenUnsigned { .. } | Finding::HostNotSigned)
}

fn is_missing(finding: &Finding) -> bool {
    matches!(finding, Finding::HeaderMissing { .. })
}

/// The header names in findings of these kinds.
fn found(said: &ReplyContext<'_>, is: fn(&Finding) -> bool) -> Vec<String> {
    let findings = said.findings();
    let name = |finding: &Finding| match finding {
        Finding::HeaderUnsigned { name } | Finding::TokenUnsigned { name } | Finding::HeaderMissing { name } => {
            Some(name.clone())
        }
        Finding::HostNotSigned => Some("host".to_owned()),
        _ => None,
    };
    findings.iter().filter(|finding| is(finding)).filter_map(name).collect()
}

/// `'Host' or ':authority' must be a 'SignedHeader'`, and similar messages.
fn named(said: &ReplyContext<'_>) -> Option<String> {
    let at = TO_SIGN.iter().find_map(|words| said.words.find(words))?;
    let before = said.words.get(..at).unwrap_or_default().trim_end().strip_suffix(['\'', '`', '"'])?;
    let name = before.rsplit(['\'', '`', '"']).next()?;
    Some(name.to_owned()).filter(|name| !name.is_empty() && !name.contains(' '))
}

fn mistakes(said: &ReplyContext<'_>, names: &[String]) -> Vec<AppliedMistake> {
    let token = said.dialect().token_header;
    let is_host = |name: &&String| matches!(name.as_str(), "host" | ":authority");
    let host = names
        .iter()
        .find(is_host)
        .map(|_| AppliedMistake::new(&HOST_NOT_SIGNED, list(said), with_names(list(said), &["host"])));
    let of_token = names.iter().any(|name| *name == token).then(|| token::not_signed(list(said), &token));
    let others: Vec<&str> = names.iter().filter(|name| !is_host(name) && **name != token).map(String::as_str).collect();
    let of_others = || {
        let made = AppliedMistake::new(&HEADER_AMZ_UNSIGNED, list(said), with_names(list(said), &others));
        made.with_detail(format!("not signed: {}", others.join(", ")))
    };
    [host, of_token, (!others.is_empty()).then(of_others)].into_iter().flatten().collect()
}

fn list<'a>(said: &ReplyContext<'a>) -> &'a str {
    said.claim().map(|claim| claim.signed_headers_listed.as_str()).unwrap_or_default()
}
