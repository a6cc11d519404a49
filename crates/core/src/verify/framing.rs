//! Finds requests whose end or host is ambiguous: a proxy and the server behind it may then read two different requests
//! (*request smuggling*). Whatever RFC 9112 tells servers to refuse is fatal.

use super::Finding;
use super::unknown::is_host_hidden;
use crate::canonical::SignedHeaders;
use crate::request::{Request, WireFault};

/// Fields that a trailer must not have (RFC 9110 §6.5.1), and others with the same prefixes: for length, routing,
/// authentication, content. A server that adds the trailer to the headers would act on them.
const NOT_IN_TRAILERS: [&str; 14] = [
    "authorization",
    "connection",
    "content-",
    "cookie",
    "date",
    "expect",
    "host",
    "if-",
    "max-forwards",
    "proxy-",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
];

/// Findings about ambiguous lengths and hosts.
pub(super) fn judge(request: &Request) -> Vec<Finding> {
    let faults = request.wire.iter().filter_map(fault);
    length(request).into_iter().chain(faults).chain(host(request)).chain(malformed_host(request)).collect()
}

/// The finding for a request that a proxy and the server behind it may end at different places.
pub fn ambiguous_length(request: &Request) -> Option<Finding> {
    let faults = request.wire.iter().filter_map(fault);
    length(request).or_else(|| faults.into_iter().find(|fault| matches!(fault, Finding::LengthAmbiguous { .. })))
}

/// The finding for a fault of the request line. A server that reads such a line leniently may read another request than
/// the next server (RFC 9112 §3).
fn fault(fault: &WireFault) -> Option<Finding> {
    let problem = match fault {
        WireFault::Blanks => "the words are not separated by exactly one space each".to_owned(),
        WireFault::Version { presented } => format!("{presented} is not a version of HTTP"),
        WireFault::UserInformation => "the target names a user before the host".to_owned(),
        WireFault::CodingBeforeItsTime => {
            return Some(Finding::LengthAmbiguous { problem: "HTTP/1.0 has no Transfer-Encoding" });
        }
        WireFault::Trailer { .. } => return None,
    };
    Some(Finding::RequestLine { problem })
}

/// Judges fields after the chunks of HTTP/1.1, which no signature covers. Some servers add them to the headers, others
/// drop them (RFC 9112 §7.1.2), so nothing that matters to the request may be there.
pub(super) fn judge_trailer(request: &Request, prefix: &str, signed: Option<&SignedHeaders>) -> Vec<Finding> {
    let matters = |name: &str| {
        let is_signed = signed.is_some_and(|signed| signed.contains(name));
        is_signed || name.starts_with(prefix) || NOT_IN_TRAILERS.iter().any(|start| name.starts_with(start))
    };
    let finding = |fault: &WireFault| match fault {
        WireFault::Trailer { name } if matters(name) => Some(Finding::TrailerUnsigned { name: name.clone() }),
        WireFault::Trailer { name } => Some(Finding::TrailerIgnored { name: name.clone() }),
        _ => None,
    };
    request.wire.iter().filter_map(finding).collect()
}

/// Checks the length (RFC 9112 §6.3): it is one number, and not combined with `Transfer-Encoding`; the last coding in
/// that, and no other, is `chunked` (§6.1).
fn length(request: &Request) -> Option<Finding> {
    let lengths: Vec<&[u8]> = request.headers.values("content-length").collect();
    let codings: Vec<&[u8]> = request.headers.values("transfer-encoding").collect();
    let problem = match (lengths.as_slice(), codings.as_slice()) {
        ([], []) => return None,
        ([_, _, ..], _) => "Content-Length occurs twice",
        ([_], [_, ..]) => "Content-Length is sent together with Transfer-Encoding",
        ([length], []) if is_number(length.trim_ascii()) => return None,
        ([_], []) => "Content-Length is not a number",
        ([], codings) => match chunked(codings).collect::<Vec<bool>>().as_slice() {
            [rest @ .., true] if !rest.contains(&true) => return None,
            [.., true] => "Transfer-Encoding says chunked twice",
            _ => "Transfer-Encoding does not end in chunked",
        },
    };
    Some(Finding::LengthAmbiguous { problem })
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Whether each coding, in order, is `chunked`. Only blanks and tabs may surround a value (RFC 9110 §5.6.3).
fn chunked<'a>(codings: &'a [&[u8]]) -> impl Iterator<Item = bool> + 'a {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    codings.iter().flat_map(|line| line.split(|byte| *byte == b',')).map(move |coding| {
        let start = coding.iter().position(|byte| !is_blank(byte)).unwrap_or(coding.len());
        let end = coding.iter().rposition(|byte| !is_blank(byte)).map_or(start, |at| at + 1);
        coding.get(start..end).is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"))
    })
}

/// Checks that `Host` is the same as the authority of an absolute target, which takes precedence (RFC 9112 §3.2.2; RFC
/// 9113 §8.3.1 for `:authority`).
fn host(request: &Request) -> Option<Finding> {
    let authority = String::from_utf8_lossy(request.authority.as_deref()?).into_owned();
    let host = request.host()?;
    let is_other = comparable(&authority) != comparable(host);
    is_other.then(|| Finding::HostContradicted { expected: authority, presented: host.to_owned() })
}

/// Whether a request names its host in two ways: routing may use one of them and the signature the other.
pub fn names_two_hosts(request: &Request) -> bool {
    host(request).is_some()
        || request.headers.values("host").count() > 1
        || (request.authority.is_some() && request.host().is_none())
}

/// Checks that `Host` is one host, without a scheme, user or path (RFC 9110 §7.2). A server that cuts the host out of
/// such a value may find another one than the next server; MinIO, Ceph and AWS's load balancers answer such a request
/// with 400.
fn malformed_host(request: &Request) -> Option<Finding> {
    let ends_host =
        |c: char| matches!(c, '/' | '\\' | '?' | '#' | '@' | ',' | '"' | '<' | '>') || c.is_ascii_whitespace();
    let presented = request.host().map(str::trim).filter(|host| host.contains(ends_host) && !is_host_hidden(host))?;
    let bare = presented.split_once("://").map_or(presented, |(_, rest)| rest);
    let authority = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let expected = host.split(ends_host).next().unwrap_or_default().to_owned();
    Some(Finding::HostMalformed { expected, presented: presented.to_owned() })
}

/// An authority in a form to compare: in lower case, without the default port of either scheme and without a trailing
/// dot.
fn comparable(authority: &str) -> String {
    let lower = authority.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").or_else(|| lower.strip_suffix(":80")).unwrap_or(&lower);
    bare.strip_suffix('.').unwrap_or(bare).to_owned()
}
