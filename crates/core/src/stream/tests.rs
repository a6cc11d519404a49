//! Malformed bodies in chunks, and plans that are refused.

use super::*;
use crate::request::{Body, Request, RequestUrl};
use crate::scheme::{Dialect, Scheme, Signature};

fn malformed(body: &str) -> (usize, String) {
    let malformed = Chunked::parse(body.as_bytes()).malformed.unwrap();
    (malformed.offset, malformed.presented)
}

/// Catches a parser that reads on, and takes data for a head or reads beyond the end.
#[test]
fn malformed_chunks_are_reported_with_their_offset() {
    for (body, offset, presented) in [
        ("", 0, "the end of the body"),
        ("hello", 0, "hello"),
        ("5\nhello\r\n0\r\n\r\n", 0, "5\\nhello\\r\\n0\\r\\n\\r\\n"),
        ("g\r\n", 0, "g\\r\\n"),
        ("\r\n", 0, "\\r\\n"),
        ("-1\r\n", 0, "-1\\r\\n"),
        ("+5\r\nhello\r\n", 0, "+5\\r\\nhello\\r\\n"),
        (" 5\r\nhello\r\n", 0, " 5\\r\\nhello\\r\\n"),
        ("5;chunk-sig=00\r\nhello\r\n", 0, "5;chunk-sig=00\\r\\nhello\\r\\n"),
        ("ffffffffffffffff\r\nhello", 18, "5 of 18446744073709551615 bytes"),
        ("11111111111111111\r\nhello", 0, "11111111111111111\\r\\nhello"),
        ("6\r\nhello", 3, "5 of 6 bytes"),
        ("5\r\nhello0\r\n\r\n", 8, "0\\r\\n\\r\\n"),
        ("4\r\nhello\r\n0\r\n\r\n", 7, "o\\r\\n0\\r\\n\\r\\n"),
        ("5\r\nhello\r\n", 10, "the end of the body"),
        ("5\r\nhello\r\n0\r\n", 13, "the end of the body"),
        ("0\r\n\r\nmore", 5, "more"),
        ("0\r\nno colon\r\n\r\n", 3, "no colon\\r\\n\\r\\n"),
        ("0\r\n: x\r\n\r\n", 3, ": x\\r\\n\\r\\n"),
        ("0\r\nx-y:z\r\n", 10, "the end of the body"),
    ] {
        assert_eq!(malformed(body), (offset, presented.to_owned()), "{body:?}");
    }
}

#[test]
fn chunks_are_parsed_up_to_the_broken_framing() {
    let parsed = Chunked::parse(b"A;chunk-signature=00\r\n0123456789\r\n05\r\nhello\r\nx");
    let data: Vec<&[u8]> = parsed.chunks.iter().map(|chunk| chunk.data).collect();
    assert_eq!(data, [&b"0123456789"[..], b"hello"]);
    assert_eq!((parsed.chunks[0].signature, parsed.chunks[1].signature), (Some("00"), None));
    assert_eq!((parsed.chunks[1].offset, parsed.decoded_length()), (34, 15));
    assert!(parsed.final_chunk().is_none() && parsed.malformed.is_some());
}

/// S3's documentation ends a trailing header with LF CR LF, SDKs with CR LF; both sign it with LF.
#[test]
fn trailers_are_signed_in_lower_case_and_in_order_whatever_ends_them() {
    let ends = ["\r\n", "\n\r\n", "\n"];
    for end in ends {
        let body = format!("0\r\nX-B: 2 {end}x-a:1{end}x-amz-trailer-signature:ab{end}\r\n");
        let parsed = Chunked::parse(body.as_bytes());
        assert_eq!(parsed.malformed, None, "{end:?}");
        assert_eq!(parsed.canonical_trailers(), b"x-a:1\nx-b:2\n", "{end:?}");
        assert_eq!(parsed.trailer_signature, Some("ab"), "{end:?}");
    }
}

/// ECDSA signatures are 140 to 144 digits long; AWS's SDKs pad them, and sign the next chunk over the signature without
/// its padding (aws-c-auth, `aws_trim_padded_sigv4a_signature`).
#[test]
fn padding_is_not_part_of_a_signature() {
    let signature = Signature::presented("3045");
    let padded = chain::padded(&signature, 8);
    assert_eq!(padded.as_str(), "3045****");
    assert_eq!(chain::unpadded(&padded).as_str(), "3045");
    assert_eq!(chain::padded(&signature, 4).as_str(), "3045");
}

#[test]
fn a_chunk_that_s3_refuses_is_refused() {
    assert_eq!(ChunkSize::new(8_191), Err(ChunkSizeTooSmall { presented: 8_191 }));
    assert_eq!(ChunkSize::new(8_192).map(ChunkSize::bytes), Ok(8_192));
}

fn request(headers: &[(&str, &str)]) -> Request {
    let mut request = Request::new("PUT", &RequestUrl::parse("https://h.example/k").unwrap()).unwrap();
    headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
    request.body = Body::Bytes(b"body".to_vec());
    request
}

const SIGNED: Plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::DEFAULT, checksum: None };

#[test]
fn headers_that_streaming_sets_cannot_be_given() {
    for name in ["x-amz-content-sha256", "X-Amz-Decoded-Content-Length", "x-amz-trailer", "Content-Length"] {
        let error = SIGNED.declare(&mut request(&[(name, "4")]), Scheme::V4, &Dialect::AWS4).unwrap_err();
        assert_eq!(error, PlanError::HeaderGiven { name: name.to_ascii_lowercase() });
    }
    let unsigned = Plan { protection: Protection::Unsigned, ..SIGNED };
    let error = unsigned.declare(&mut request(&[]), Scheme::V4, &Dialect::AWS4).unwrap_err();
    assert_eq!(error, PlanError::UnsignedWithoutChecksum);
    let error = SIGNED.declare(&mut request(&[]), Scheme::V4, &Dialect::GOOG4).unwrap_err();
    assert_eq!(error, PlanError::Dialect { presented: "x-goog-".to_owned() });
    let mut unknown = request(&[]);
    unknown.body = Body::Unknown;
    assert_eq!(SIGNED.declare(&mut unknown, Scheme::V4, &Dialect::AWS4), Err(PlanError::UnknownLength));
}

/// S3 stores what follows `aws-chunked` as the coding of the object.
#[test]
fn the_payloads_own_coding_is_kept_after_aws_chunked() {
    for (own, expected) in [("gzip", "aws-chunked,gzip"), ("", "aws-chunked")] {
        let mut request = request(&[("Content-Encoding", own)]);
        SIGNED.declare(&mut request, Scheme::V4, &Dialect::AWS4).unwrap();
        let codings: Vec<_> = request.headers.iter().filter(|header| header.name == "content-encoding").collect();
        assert_eq!(codings.len(), 1);
        assert_eq!(request.headers.first_text("content-encoding"), Some(expected));
    }
}

/// Each buffer takes as many chunks as fit, and together they give the same body as one buffer.
#[test]
fn the_size_of_buffers_does_not_change_the_body() {
    let layout = Layout {
        decoded_length: 50_000,
        chunk_size: ChunkSize::new(8_192).unwrap(),
        signature_length: None,
        checksum: Some(crate::checksum::ChecksumAlgorithm::Sha1),
    };
    let payload: Vec<u8> = (0..50_000_u32).map(|at| (at % 253) as u8).collect();
    let whole = Encoder::new(layout, None).encode(&payload, &InOrder);
    assert_eq!(whole.len() as u64, layout.encoded_length());
    for chunks in 1..9 {
        let mut encoder = Encoder::new(layout, None);
        let mut buffer = vec![0; encoder.room_for(chunks)];
        let (mut body, mut rest) = (Vec::new(), payload.as_slice());
        while encoder.left() > 0 {
            let places = encoder.places(buffer.len());
            assert!(!places.is_empty());
            for place in &places {
                let (data, more) = rest.split_at(place.len());
                buffer[place.clone()].copy_from_slice(data);
                rest = more;
            }
            let length = encoder.seal(&mut buffer, &places, &InOrder);
            body.extend_from_slice(&buffer[..length]);
        }
        body.extend(encoder.finish());
        assert!(body == whole, "{chunks} chunks at once");
    }
    assert_eq!(Encoder::new(layout, None).places(100), []);
}
