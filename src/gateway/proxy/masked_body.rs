//! A response body from which secret values are removed while it passes, or only its trailers.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::gateway::ReplyBody;
use crate::gateway::masking::Masking;

/// A body with masked values. The end of each piece is held back until the next one, because a value may start there.
pub struct MaskedBody {
    inner: ReplyBody,
    masking: Masking,
    /// Whether only the trailers are masked.
    is_unchanged: bool,
    /// Whether the body is known to be text.
    is_readable: bool,
    waiting: Vec<u8>,
    trailer: Option<Frame<Bytes>>,
    is_ended: bool,
}

impl MaskedBody {
    /// Masks the values in a body.
    pub fn new(inner: ReplyBody, masking: Masking) -> Self {
        let (is_unchanged, is_readable) = (false, false);
        Self { inner, masking, is_unchanged, is_readable, waiting: Vec::new(), trailer: None, is_ended: false }
    }

    /// Passes a body on unchanged, and masks the values in its trailers.
    pub fn with_masked_trailers(inner: ReplyBody, masking: Masking) -> Self {
        Self { is_unchanged: true, ..Self::new(inner, masking) }
    }

    fn masked(&self, trailer: Frame<Bytes>) -> Frame<Bytes> {
        match trailer.into_trailers() {
            Ok(mut fields) => {
                self.masking.apply_to_headers(&mut fields);
                Frame::trailers(fields)
            }
            Err(other) => other,
        }
    }

    /// Replaces a body that cannot be searched by a text that says so, and ends it.
    fn refuse_if_packed(&mut self) {
        if !self.is_readable && is_packed(&self.waiting) {
            (self.waiting, self.is_ended) = (UNREADABLE.as_bytes().to_vec(), true);
        }
        self.is_readable |= self.waiting.len() >= LONGEST_MARK;
    }

    /// Masks what has arrived and returns the part that can be sent.
    fn release(&mut self, piece: &[u8]) -> Bytes {
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() < LONGEST_MARK && !self.is_readable {
            return Bytes::new();
        }
        self.refuse_if_packed();
        if self.is_ended {
            return std::mem::take(&mut self.waiting).into();
        }
        let masked = self.masking.apply(&self.waiting);
        let kept = masked.len().min(self.masking.longest().saturating_sub(1));
        let (ready, waiting) = masked.split_at(masked.len() - kept);
        self.waiting = waiting.to_vec();
        Bytes::copy_from_slice(ready)
    }
}

/// How compressed formats begin: gzip, zlib, zstd, LZ4, bzip2 and xz; and text in UTF-16 or UTF-32, with its mark or, in
/// front of an ASCII letter, without. A server can compress a body and not say so in a header.
const MARKS: [&[u8]; 13] = [
    b"\x1f\x8b",
    b"\x78\x01",
    b"\x78\x5e",
    b"\x78\x9c",
    b"\x78\xda",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"BZh",
    b"\xfd7zX",
    b"PK\x03\x04",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00",
];

/// Length of the longest of these.
const LONGEST_MARK: usize = 4;

/// The text in place of an error body that cannot be searched.
pub const UNREADABLE: &str = "the upstream's error is compressed or in another encoding, and is not passed on";

fn is_packed(beginning: &[u8]) -> bool {
    let is_wide = beginning.first_chunk().is_some_and(|[first, second]| first.is_ascii_graphic() && *second == 0);
    is_wide || MARKS.iter().any(|mark| beginning.starts_with(mark))
}

impl Body for MaskedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        loop {
            if self.is_ended {
                return Poll::Ready(self.trailer.take().map(Ok));
            }
            match std::task::ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) if self.is_unchanged => return Poll::Ready(Some(Ok(Frame::data(piece)))),
                    Ok(piece) => {
                        let ready = self.release(&piece);
                        if !ready.is_empty() {
                            return Poll::Ready(Some(Ok(Frame::data(ready))));
                        }
                    }
                    Err(trailer) => self.trailer = Some(self.masked(trailer)),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.is_ended = true;
                    self.refuse_if_packed();
                    let rest = std::mem::take(&mut self.waiting);
                    if !rest.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(rest.into()))));
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        (self.is_ended || self.inner.is_end_stream()) && self.waiting.is_empty() && self.trailer.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.is_unchanged { self.inner.size_hint() } else { SizeHint::default() }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use sigvet_core::credentials::Credentials;

    use super::*;
    use crate::gateway::Reply;

    /// Catches an error of gRPC, which comes with status 200 and is told in the trailers.
    #[tokio::test]
    async fn trailers_are_masked_even_if_the_body_is_not() {
        let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush/hush");
        for is_unchanged in [true, false] {
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-message", "no access for AKIAREALREALREALREAL".parse().unwrap());
            trailers.insert("grpc-status", "7".parse().unwrap());
            let inner = Reply::new(200, "", "piece").body.with_trailers(std::future::ready(Some(Ok(trailers))));
            let masking = Masking::new(&credentials, "0123456789abcdef");
            let body = match is_unchanged {
                true => MaskedBody::with_masked_trailers(inner.boxed_unsync(), masking),
                false => MaskedBody::new(inner.boxed_unsync(), masking),
            };
            let collected = body.collect().await.unwrap();
            let kept: Vec<_> = collected.trailers().unwrap().keys().map(|name| name.as_str()).collect();
            assert_eq!(kept, ["grpc-status"]);
            assert_eq!(collected.to_bytes(), "piece");
        }
    }

    /// Catches a compressed error whose header does not say so. The beginnings are those that Python's `gzip`, `zlib`, `bz2`,
    /// `lzma` and `zipfile`, and the programs zstd and lz4, write.
    #[tokio::test]
    async fn a_body_that_cannot_be_searched_is_left_out() {
        let packed: [&[u8]; 9] = [
            b"\x1f\x8b\x08\x00packed AKIA",
            b"\x78\x9cpacked",
            b"\x78\x01packed",
            b"\x28\xb5\x2f\xfd\x04packed",
            b"\x04\x22\x4d\x18packed",
            b"BZh91AY&SYpacked",
            b"\xfd7zXZ\x00packed",
            b"<\x00E\x00r\x00r\x00",
            b"\xff\xfe<\x00E\x00",
        ];
        for text in packed {
            for piece in [1, 2, text.len()] {
                let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush/hush");
                let masking = Masking::new(&credentials, "0123456789abcdef");
                let mut body = MaskedBody::new(Reply::new(200, "", Bytes::new()).body, masking);
                let mut out = Vec::new();
                for piece in text.chunks(piece) {
                    if !body.is_ended {
                        out.extend(body.release(piece));
                    }
                }
                out.extend(body.collect().await.unwrap().to_bytes());
                assert_eq!(String::from_utf8_lossy(&out), UNREADABLE, "{text:?} in pieces of {piece}");
            }
        }
        for text in ["", "x", "BZ", "<Error/>", "xyz", "{}"] {
            let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush/hush");
            let masking = Masking::new(&credentials, "0123456789abcdef");
            let body = MaskedBody::new(Reply::new(200, "", text.to_owned()).body, masking);
            assert_eq!(body.collect().await.unwrap().to_bytes(), text);
        }
    }

    /// Catches a value that is split across two pieces of a body.
    #[tokio::test]
    async fn a_value_is_found_however_the_body_is_cut() {
        let text = b"<Key>AKIAREALREALREALREAL</Key><Rest>kept</Rest>";
        for piece in 1..text.len() {
            let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush/hush");
            let masking = Masking::new(&credentials, "0123456789abcdef");
            let mut body = MaskedBody::new(Reply::new(200, "", Bytes::new()).body, masking);
            let mut out: Vec<u8> = text.chunks(piece).flat_map(|piece| body.release(piece).to_vec()).collect();
            out.extend(body.collect().await.unwrap().to_bytes());
            assert_eq!(out, b"<Key>[redacted]</Key><Rest>kept</Rest>", "pieces of {piece}");
        }
    }
}
