//! A response body from which secret values are removed while it passes.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::masking::Masking;
use crate::gateway::ReplyBody;

/// A body with masked values. The end of each piece is held back until the next one, because a value may start there.
pub struct MaskedBody {
    inner: ReplyBody,
    masking: Masking,
    waiting: Vec<u8>,
    trailer: Option<Frame<Bytes>>,
    is_ended: bool,
}

impl MaskedBody {
    /// Masks the values in a body.
    pub fn new(inner: ReplyBody, masking: Masking) -> Self {
        Self { inner, masking, waiting: Vec::new(), trailer: None, is_ended: false }
    }

    /// Masks what has arrived and returns the part that can be sent.
    fn release(&mut self, piece: &[u8]) -> Bytes {
        self.waiting.extend_from_slice(piece);
        let masked = self.masking.apply(&self.waiting);
        let kept = masked.len().min(self.masking.longest().saturating_sub(1));
        let (ready, waiting) = masked.split_at(masked.len() - kept);
        self.waiting = waiting.to_vec();
        Bytes::copy_from_slice(ready)
    }
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
                    Ok(piece) => {
                        let ready = self.release(&piece);
                        if !ready.is_empty() {
                            return Poll::Ready(Some(Ok(Frame::data(ready))));
                        }
                    }
                    Err(trailer) => self.trailer = Some(trailer),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.is_ended = true;
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
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use sigvet_core::credentials::Credentials;

    use super::*;
    use crate::gateway::Reply;

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
