//! A signature or a key that a program left out of its log, and that the server's reply to the same request names.

use crate::formats::note::Note;
use crate::formats::reply::{Reply, is_redacted};
use sigvet_core::request::Request;

/// Puts the server's copies in place of what was left out of the `Authorization` header.
pub(super) fn restore(request: &mut Request, reply: &Reply) -> Option<Note> {
    let written = request.headers.first_text("authorization")?.to_owned();
    let parts = [
        ("Credential=", '/', reply.access_key_id.as_deref()),
        ("Signature=", ',', reply.signature_provided.as_deref()),
    ];
    let mut restored = written.clone();
    for (name, end, known) in parts {
        let Some((before, rest)) = restored.split_once(name) else { continue };
        let (value, behind) = rest.split_at(rest.find([end, ',', ' ']).unwrap_or(rest.len()));
        if let Some(known) = known.filter(|_| is_redacted(value)) {
            restored = format!("{before}{name}{known}{behind}");
        }
    }
    if restored == written || is_redacted(&restored) {
        return None;
    }
    // The place of this header among the others says nothing.
    request.headers.remove("authorization");
    request.headers.push_unchecked("Authorization", restored);
    Some(Note::RestoredFromReply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::request::Headers;

    /// minio-py's `trace_on` writes `*REDACTED*`.
    #[test]
    fn the_reply_names_what_was_left_out() {
        const LEFT_OUT: &str = "AWS4-HMAC-SHA256 Credential=*REDACTED*/20261130/r/s3/aws4_request, SignedHeaders=host, Signature=*REDACTED*";
        let text = format!("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: {LEFT_OUT}\r\n\r\n");
        let request = sigvet_core::parse_request(text.as_bytes()).unwrap();
        let reply = |fields: &str| {
            Reply::parse(
                Some(403),
                &Headers::default(),
                format!("<Error><Code>SignatureDoesNotMatch</Code>{fields}</Error>").as_bytes(),
            )
        };
        let mut restored = request.clone();
        let whole = reply("<AWSAccessKeyId>AK</AWSAccessKeyId><SignatureProvided>05c2</SignatureProvided>");
        assert_eq!(restore(&mut restored, &whole), Some(Note::RestoredFromReply));
        assert_eq!(
            restored.headers.first_text("authorization"),
            Some("AWS4-HMAC-SHA256 Credential=AK/20261130/r/s3/aws4_request, SignedHeaders=host, Signature=05c2")
        );
        let mut kept = request.clone();
        assert_eq!(restore(&mut kept, &reply("<AWSAccessKeyId>AK</AWSAccessKeyId>")), None);
        assert_eq!(kept, request);
    }
}
