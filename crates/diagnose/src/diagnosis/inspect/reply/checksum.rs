//! Messages about checksums: one that the store does not support, one that it requires, or one of another body.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{CHECKSUM_MISMATCH, CHECKSUM_UNSUPPORTED};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::request::Request;

/// How stores say that they do not support something.
const REFUSED: [&str; 9] = [
    "unsupported",
    "not supported",
    "not implemented",
    "not support",
    "isn't supported",
    "not allowed",
    "unknown header",
    "unrecognized header",
    "is invalid",
];

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let readers = [unsupported, mismatch];
    readers.iter().find_map(|read| read(said)).map(one).unwrap_or_default()
}

/// Messages of stores that do not support the SDKs' checksums, trailers or chunks, or that require `Content-MD5`.
fn unsupported(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let readers = [wants_md5, refuses_header, refuses_chunks, refuses_anything, wants_length];
    let detail = readers.iter().find_map(|read| read(said))?;
    Some(AppliedMistake::new(&CHECKSUM_UNSUPPORTED, "", "").with_detail(detail))
}

fn wants_md5(said: &ReplyContext<'_>) -> Option<String> {
    const WANTED: [&str; 5] = ["required", "requires", "missing", "must be provided", "must provide"];
    let is_said = said.has_code(&["MissingContentMD5"]) || (said.says(&["content-md5"]) && said.says(&WANTED));
    is_said.then(|| "the store requires Content-MD5".to_owned())
}

/// The name of a refused header that the SDK adds.
fn refuses_header(said: &ReplyContext<'_>) -> Option<String> {
    const NAMES: [&str; 4] = ["x-amz-sdk-checksum", "x-amz-checksum-", "x-amz-trailer", "x-amz-te"];
    const ALGORITHMS: [&str; 3] = ["checksum algorithm", "checksum type", "trailing checksum"];
    let is_of_other_sum = said.says(&["value for x-amz-checksum-", "did not match", "does not match"]);
    if said.says(&["checksum type mismatch"]) {
        return Some("the multipart upload was created without this kind of checksum".to_owned());
    }
    if is_of_other_sum || !said.says(&REFUSED) {
        return None;
    }
    let named = NAMES.iter().find_map(|name| said.word_at(name)).map(|name| format!("the store refuses {name}"));
    named.or_else(|| said.says(&ALGORITHMS).then(|| "the store does not support this kind of checksum".to_owned()))
}

/// If the server mentions `x-amz-content-sha256`, it refuses that header's value, which `payload` handles.
fn refuses_chunks(said: &ReplyContext<'_>) -> Option<String> {
    let is_said = said.says(&["aws chunked", "aws-chunked"]) && said.says(&REFUSED);
    (is_said && !said.says(&["x-amz-content-sha256"]) && !said.declares_chunks())
        .then(|| "the store does not support aws-chunked bodies".to_owned())
}

/// S3 and others say this about any header; a request with `Transfer-Encoding: chunked` is a different case.
fn refuses_anything(said: &ReplyContext<'_>) -> Option<String> {
    let is_said = said.says(&["a header you provided implies functionality that is not implemented"]);
    let is_of_transfer =
        said.reply.header.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("transfer-encoding"));
    let sent = said.request().map(has_checksum);
    (is_said && !is_of_transfer && sent != Some(false) && !said.declares_chunks())
        .then(|| "the store does not support a header of the request, probably the checksum".to_owned())
}

/// Some clients send a chunked body without `Content-Length`, or with a length that the store counts differently.
fn wants_length(said: &ReplyContext<'_>) -> Option<String> {
    let is_wanted =
        said.has_code(&["MissingContentLength"]) || said.says(&["must provide the content-length http header"]);
    let is_said = is_wanted && said.request().is_none();
    is_said.then(|| "the store requires Content-Length and does not support checksum trailers".to_owned())
}

/// Whether a request contains headers that SDKs add for checksums.
fn has_checksum(request: &Request) -> bool {
    let of_sdk = |name: &str| ["x-amz-sdk-checksum-algorithm", "x-amz-trailer"].contains(&name);
    request.headers.iter().any(|header| {
        let name = header.name.to_ascii_lowercase();
        of_sdk(&name) || name.starts_with("x-amz-checksum-")
    })
}

/// A checksum that belongs to another body.
fn mismatch(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const NAMES: [&str; 7] = ["crc32", "crc32c", "crc64nvme", "sha1 ", "sha256 ", "x-amz-checksum", "content-md5"];
    let sent = said.request().and_then(checksum_header);
    let is_bad = said.has_code(&["BadDigest", "InvalidDigest"]) && (sent.is_some() || said.says(&NAMES));
    let is_said = is_bad
        || said.has_code(&["XAmzContentChecksumMismatch"])
        || said.says(&[
            "value for x-amz-checksum-",
            "checksum mismatch for x-amz-checksum-",
            "you specified did not match the calculated checksum",
        ]);
    // The payload hash is not a checksum in this sense, but some stores use the same message for it.
    let is_plain = said.request().is_some() && sent.is_none() && !said.declares_chunks();
    let is_of_payload = is_plain && said.says(&["content-md5"]);
    if !is_said || is_of_payload || said.says(&["x-amz-content-sha256"]) {
        return None;
    }
    let made = match said.request().and_then(Request::wrong_checksum) {
        Some(wrong) => AppliedMistake::new(&CHECKSUM_MISMATCH, wrong.presented, wrong.expected)
            .with_detail(format!("the header is {}", wrong.name)),
        None => AppliedMistake::new(&CHECKSUM_MISMATCH, sent.unwrap_or_default(), ""),
    };
    Some(made)
}

/// The checksum that the request declares for its body.
fn checksum_header(request: &Request) -> Option<String> {
    let is_checksum =
        |name: &str| ChecksumAlgorithm::from_header(name).is_some() || name.eq_ignore_ascii_case("content-md5");
    let header = request.headers.iter().find(|header| is_checksum(&header.name))?;
    Some(String::from_utf8_lossy(&header.value).into_owned())
}
