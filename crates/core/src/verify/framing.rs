//! Where a request ends and to whom it goes, if it says so in two ways: a proxy and the server behind it may then read two
//! different requests (*request smuggling*). What RFC 9112 tells servers to refuse is fatal.

use super::Finding;
use crate::request::Request;

/// What says of length and host is ambiguous.
pub(super) fn judge(request: &Request) -> Vec<Finding> {
    length(request).into_iter().chain(host(request)).chain(malformed_host(request)).collect()
}

/// RFC 9112 §6.3: a length is one number, and does not stand beside `Transfer-Encoding`, whose last coding is `chunked`.
fn length(request: &Request) -> Option<Finding> {
    let lengths: Vec<&[u8]> = request.headers.values("content-length").collect();
    let codings: Vec<&[u8]> = request.headers.values("transfer-encoding").collect();
    let problem = match (lengths.as_slice(), codings.as_slice()) {
        ([], []) => return None,
        ([_, _, ..], _) => "Content-Length stands there twice",
        ([_], [_, ..]) => "Content-Length stands beside Transfer-Encoding",
        ([length], []) if is_number(length.trim_ascii()) => return None,
        ([_], []) => "Content-Length is not a number",
        ([], codings) if codings.last().is_some_and(|coding| ends_in_chunked(coding)) => return None,
        ([], _) => "Transfer-Encoding does not end in chunked",
    };
    Some(Finding::LengthAmbiguous { problem })
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn ends_in_chunked(coding: &[u8]) -> bool {
    let last = coding.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    // Blanks and tabs alone stand around a value (RFC 9110 §5.6.3).
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = last.iter().position(|byte| !is_blank(byte)).unwrap_or(last.len());
    let end = last.iter().rposition(|byte| !is_blank(byte)).map_or(start, |at| at + 1);
    last.get(start..end).is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"))
}

/// RFC 9112 §3.2.2: the authority of an absolute target counts, and `Host` has to be the same (RFC 9113 §8.3.1 of `:authority`).
fn host(request: &Request) -> Option<Finding> {
    let authority = String::from_utf8_lossy(request.authority.as_deref()?).into_owned();
    let host = request.host()?;
    let is_other = comparable(&authority) != comparable(host);
    is_other.then(|| Finding::HostContradicted { expected: authority, presented: host.to_owned() })
}

/// A scheme or a path is no part of `Host`; MinIO, Ceph and AWS's load balancers answer such a request with 400.
fn malformed_host(request: &Request) -> Option<Finding> {
    let presented = request.host().filter(|host| host.contains('/'))?;
    let bare = presented.split_once("://").map_or(presented, |(_, rest)| rest);
    let expected = bare.split('/').next().unwrap_or_default().to_owned();
    Some(Finding::HostMalformed { expected, presented: presented.to_owned() })
}

/// Without regard to case, and without a port that is the usual one of either scheme.
fn comparable(authority: &str) -> String {
    let lower = authority.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").or_else(|| lower.strip_suffix(":80")).unwrap_or(&lower);
    bare.strip_suffix('.').unwrap_or(bare).to_owned()
}
