//! Values that a header may have had when it was signed, but no longer had when it arrived.

use super::Subject;
use super::host;
use crate::diagnosis::catalogue::Mistake;
use crate::diagnosis::catalogue::{
    HEADER_CHANGED, HEADER_CONTENT_TYPE, HEADER_HOP_BY_HOP, HEADER_MISSING, HEADER_REPEATS, PAYLOAD_HEADER_MISMATCH,
    TOKEN_NOT_SIGNED, TOKEN_PLUS_AS_SPACE,
};
use crate::diagnosis::field::Step;
use crate::formats::CLUSTER_HEADER;

/// The value that was signed for one header.
#[derive(PartialEq)]
pub(super) enum Signed {
    AsSent,
    Values(Vec<Vec<u8>>),
    /// The header was in neither the canonical headers nor the list of signed headers.
    NotAtAll,
}

/// Headers that proxies and HTTP clients rewrite, with the values that are often signed.
const REWRITTEN: [(&str, &[&str]); 10] = [
    (
        "accept-encoding",
        &["", "gzip", "identity", "gzip, deflate", "gzip, deflate, br", "gzip,deflate", "deflate, gzip", "br", "*"],
    ),
    ("accept", &["", "*/*", "application/json", "application/json, text/plain, */*", "application/xml"]),
    ("connection", &["", "keep-alive", "Keep-Alive", "close", "Close", "Upgrade"]),
    ("expect", &["", "100-continue"]),
    ("te", &["", "trailers"]),
    ("transfer-encoding", &["", "chunked", "identity"]),
    ("user-agent", &[""]),
    ("via", &[""]),
    ("upgrade", &["", "websocket"]),
    ("cache-control", &["", "no-cache", "max-age=0"]),
];

/// Content types that HTTP clients fill in, or that services expect.
const CONTENT_TYPES: [&str; 12] = [
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "binary/octet-stream",
    "text/plain",
    "application/xml",
    "text/xml",
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "image/jpeg",
    "image/png",
];

/// How clients append the character set to a content type.
const CHARSETS: [&str; 6] = [
    "; charset=utf-8",
    "; charset=UTF-8",
    ";charset=utf-8",
    ";charset=UTF-8",
    "; charset=ISO-8859-1",
    "; charset=us-ascii",
];

/// The values with which a header of this name may have been signed.
pub(super) fn candidates(name: &str, sent: &[Vec<u8>], subject: &Subject<'_>) -> Step<Signed> {
    let mut step = Step::new(Signed::AsSent);
    let is_repeated = sent.len() > 1;
    let value = sent.first().map(|value| String::from_utf8_lossy(value.trim_ascii()).into_owned());
    // A header that is listed but did not arrive is one mistake, whatever its value was.
    let blamed = |mistake: &'static Mistake| if value.is_none() { &HEADER_MISSING } else { mistake };
    let mut add = |mistake, signed: String| add_value(&mut step, name, blamed(mistake), value.as_deref(), signed);
    let dialect = &subject.terms.dialect;
    match name {
        "host" => {
            for (mistake, host) in host::candidates(value.as_deref().unwrap_or_default(), subject) {
                add(mistake, host);
            }
        }
        "content-type" => {
            for content_type in content_types(value.as_deref().unwrap_or_default()) {
                add(&HEADER_CONTENT_TYPE, content_type);
            }
        }
        "content-length" => {
            let length = subject.body.length().unwrap_or(0).to_string();
            for length in ["", "0", &length] {
                add(&HEADER_CHANGED, length.to_owned());
            }
        }
        _ if name == dialect.content_sha256_header => {
            for hash in subject.known_hashes() {
                add(&PAYLOAD_HEADER_MISMATCH, hash);
            }
        }
        _ if name == dialect.token_header => {
            let token = value.clone().unwrap_or_default();
            add(&TOKEN_PLUS_AS_SPACE, token.replace(' ', "+"));
            add(&TOKEN_PLUS_AS_SPACE, token.replace('+', " "));
            step = step.or(&TOKEN_NOT_SIGNED, Signed::NotAtAll);
        }
        CLUSTER_HEADER => {
            for name in clusters(value.as_deref().unwrap_or_default(), &subject.hints.clusters) {
                add(&HEADER_CHANGED, name);
            }
        }
        // The date is handled as a separate request elsewhere, because changing it changes the string to sign.
        _ if name == dialect.date_header => {}
        _ => {
            let rewritten = REWRITTEN.iter().find(|(rewritten, _)| *rewritten == name);
            for value in rewritten.map_or(&[][..], |(_, values)| values) {
                add(&HEADER_HOP_BY_HOP, (*value).to_owned());
            }
            if let (Some(_), Some(value)) = (rewritten, &value) {
                add(&HEADER_HOP_BY_HOP, value.replace(",gzip(gfe)", ""));
            }
            for merged in value.iter().filter(|value| value.contains(", ")) {
                add(&HEADER_REPEATS, merged.replace(", ", ","));
            }
            if name == "amz-sdk-request" {
                value.iter().flat_map(|value| earlier_attempts(value)).for_each(|value| add(&HEADER_CHANGED, value));
            }
            let changed = if is_repeated { Vec::new() } else { changes(value.as_deref().unwrap_or_default()) };
            for changed in changed {
                add(if rewritten.is_some() { &HEADER_HOP_BY_HOP } else { &HEADER_CHANGED }, changed);
            }
        }
    }
    step.without_repeats()
}

/// Other names of the same EKS cluster, as its ARN, eksctl and kubectl's contexts have them, and clusters named beside the token.
fn clusters(given: &str, beside: &[String]) -> Vec<String> {
    let of_arn = given.rsplit('/').next().unwrap_or_default();
    let of_context = of_arn.rsplit('@').next().unwrap_or_default();
    let of_host = of_context.split('.').next().unwrap_or_default();
    let own = [of_arn, of_context, of_host].map(str::to_owned);
    own.into_iter().chain(beside.iter().cloned()).chain(changes(given)).filter(|name| name != given).collect()
}

fn add_value(step: &mut Step<Signed>, name: &str, mistake: &'static Mistake, sent: Option<&str>, signed: String) {
    let detail = match (sent, signed.as_str()) {
        (None, value) => format!("{name} was signed as '{value}' and did not arrive"),
        (Some(_), "") => format!("{name} was signed empty"),
        (Some(_), value) => format!("{name} was signed as '{value}'"),
    };
    let detail = if name.ends_with("-token") { name.to_owned() } else { detail };
    step.add(mistake, detail, Signed::Values(vec![signed.into_bytes()]));
}

/// Changes that may happen to any value in transit.
fn changes(value: &str) -> Vec<String> {
    let quoted = format!("\"{value}\"");
    let unquoted = value.trim_matches('"').to_owned();
    let whole = [String::new(), value.to_ascii_lowercase(), value.to_ascii_uppercase(), quoted, unquoted];
    whole.into_iter().chain(beginnings(value)).collect()
}

/// Maximum number of prefixes of a value to try.
const MOST_BEGINNINGS: usize = 6;

/// The value before something was appended to it.
fn beginnings(value: &str) -> impl Iterator<Item = String> {
    let ends = value.match_indices([',', ';', ' ']).map(|(at, _)| at);
    ends.filter_map(|at| value.get(..at)).map(|start| start.trim_end().to_owned()).take(MOST_BEGINNINGS)
}

/// `attempt=1; max=3` for `attempt=2; max=3`: the client retried and kept the first signature.
fn earlier_attempts(value: &str) -> Vec<String> {
    let Some(rest) = value.strip_prefix("attempt=") else { return Vec::new() };
    let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    let Ok(number) = number.parse::<u8>() else { return Vec::new() };
    let near = [number.wrapping_sub(1), number.wrapping_add(1)].into_iter();
    near.filter(|near| (1..=20).contains(near)).map(|near| format!("attempt={near}{behind}")).collect()
}

fn content_types(sent: &str) -> Vec<String> {
    let bare = sent.split(';').next().unwrap_or_default().trim().to_owned();
    let with_charset = |content_type: &str| CHARSETS.map(|charset| format!("{content_type}{charset}"));
    let mut types = vec![bare.clone(), sent.to_ascii_lowercase()];
    if !bare.is_empty() {
        types.extend(with_charset(&bare));
    }
    for content_type in CONTENT_TYPES {
        types.push(content_type.to_owned());
        let takes_charset = content_type.starts_with("text/") || content_type.starts_with("application/x-www");
        if takes_charset || content_type == "application/json" {
            types.extend(with_charset(content_type));
        }
    }
    types
}
