//! Where a request ends and to whom it goes, if it says so in two ways: a proxy and the server behind it may then read two
//! different requests (*request smuggling*). What RFC 9112 tells servers to refuse is fatal.

use super::Finding;
use super::unknown::is_host_hidden;
use crate::canonical::SignedHeaders;
use crate::request::{Request, WireFault};

/// Fields that no trailer may have (RFC 9110 §6.5.1), and some that begin like these: by length, route, authentication, content.
/// A server that adds the trailer to the headers takes them for such.
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

/// What says of length and host is ambiguous.
pub(super) fn judge(request: &Request) -> Vec<Finding> {
    let faults = request.wire.iter().filter_map(fault);
    length(request).into_iter().chain(faults).chain(host(request)).chain(malformed_host(request)).collect()
}

/// RFC 9112 §3: who reads such a line leniently may read another request than the next one does.
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

/// Fields behind the chunks of HTTP/1.1, which no signature covers. Some servers add them to the headers, others drop them
/// (RFC 9112 §7.1.2): what matters to the request must not stand there.
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

/// RFC 9112 §6.3: a length is one number, and does not stand beside `Transfer-Encoding`, whose last coding is `chunked`, and no
/// other one (§6.1).
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

/// Of each coding, in order, whether it is `chunked`. Blanks and tabs alone stand around a value (RFC 9110 §5.6.3).
fn chunked<'a>(codings: &'a [&[u8]]) -> impl Iterator<Item = bool> + 'a {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    codings.iter().flat_map(|line| line.split(|byte| *byte == b',')).map(move |coding| {
        let start = coding.iter().position(|byte| !is_blank(byte)).unwrap_or(coding.len());
        let end = coding.iter().rposition(|byte| !is_blank(byte)).map_or(start, |at| at + 1);
        coding.get(start..end).is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"))
    })
}

/// RFC 9112 §3.2.2: the authority of an absolute target counts, and `Host` has to be the same (RFC 9113 §8.3.1 of `:authority`).
fn host(request: &Request) -> Option<Finding> {
    let authority = String::from_utf8_lossy(request.authority.as_deref()?).into_owned();
    let host = request.host()?;
    let is_other = comparable(&authority) != comparable(host);
    is_other.then(|| Finding::HostContradicted { expected: authority, presented: host.to_owned() })
}

/// Whether a request says in two ways for which host it is: its route may follow one of them and its signature the other.
pub fn names_two_hosts(request: &Request) -> bool {
    host(request).is_some()
        || request.headers.values("host").count() > 1
        || (request.authority.is_some() && request.host().is_none())
}

/// A scheme, a user or a path is no part of `Host` (RFC 9110 §7.2), and a list is not one host. Who finds the host in it by cutting
/// somewhere may find another than the next server does; MinIO, Ceph and AWS's load balancers answer such a request with 400.
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

/// Without regard to case, and without a port that is the usual one of either scheme.
fn comparable(authority: &str) -> String {
    let lower = authority.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").or_else(|| lower.strip_suffix(":80")).unwrap_or(&lower);
    bare.strip_suffix('.').unwrap_or(bare).to_owned()
}
