//! A signed request with its body, ready to be sent: once, or repeatedly if the body is still available.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONNECTION, CONTENT_LENGTH, TE, UPGRADE};
use http_body_util::{BodyExt, Empty};
use sigvet_core::request::{Body, Request};
use tokio::sync::oneshot;

use crate::gateway::ReplyBody;
use crate::gateway::onward::{self, NotHttp, Pseudonym};
use crate::gateway::passing::PassingBody;
use crate::gateway::payload::{BodyFile, Payload};
use crate::locking::locked;
use crate::transport::HttpVersion;

/// A request body for the next hop.
#[derive(Debug)]
pub enum Outbound {
    /// There is no body.
    Empty,
    /// The body has completely arrived and can be sent again.
    There {
        /// The bytes, if they are in memory.
        bytes: Bytes,
        /// The file with the bytes, if they are not.
        file: Option<File>,
        /// Length in bytes.
        length: u64,
    },
    /// The body passes through and can only be sent once.
    Passing(Option<Box<PassingBody>>),
}

/// Connection-level options to send with the head of a request.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The protocol that the client wants to upgrade to.
    pub upgrade: Option<HeaderValue>,
    /// Whether the client accepts trailers, as gRPC clients do.
    pub takes_trailers: bool,
}

impl Extras {
    /// The options of the client's connection that are repeated to the next hop. A protocol other than WebSocket could
    /// carry further requests that bypass the rules, as HTTP/2 does.
    pub fn of(request: &Request, is_upgrade: bool) -> Self {
        let is_websocket = |value: &&[u8]| value.trim_ascii().eq_ignore_ascii_case(b"websocket");
        let upgrade = request.headers.first("upgrade").filter(|value| is_upgrade && is_websocket(value));
        Self {
            upgrade: upgrade.and_then(|value| HeaderValue::from_bytes(value.trim_ascii()).ok()),
            takes_trailers: request.headers.first_text("te").is_some_and(|te| te.eq_ignore_ascii_case("trailers")),
        }
    }
}

impl Outbound {
    /// A body that has completely arrived, in the request or in a file.
    pub fn there(body: Body, file: Option<BodyFile>) -> Self {
        match body {
            Body::Bytes(bytes) if bytes.is_empty() => Self::Empty,
            Body::Bytes(bytes) => Self::There { length: bytes.len() as u64, bytes: bytes.into(), file: None },
            _ => file.map_or(Self::Empty, |BodyFile { file, length, .. }| Self::There {
                bytes: Bytes::new(),
                file: Some(file),
                length,
            }),
        }
    }

    /// Whether the body can be sent again.
    pub fn can_be_repeated(&self) -> bool {
        !matches!(self, Self::Passing(_))
    }

    /// Number of bytes that have arrived already; zero for a passing body.
    pub fn length(&self) -> u64 {
        if let Self::There { length, .. } = self { *length } else { 0 }
    }

    /// The length in bytes; `None` for a passing body, which hyper measures.
    fn known_length(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::There { length, .. } => Some(*length),
            Self::Passing(_) => None,
        }
    }

    /// The body for one attempt. A passing body is only available for the first.
    fn take(&mut self) -> io::Result<ReplyBody> {
        Ok(match self {
            Self::There { bytes, file: None, .. } => Payload::Bytes(bytes.clone()).into_body(),
            Self::There { file: Some(file), length, .. } => {
                Payload::File { file: file.try_clone()?, length: *length }.into_body()
            }
            Self::Passing(body) => body.take().map_or_else(empty, |body| body.map_err(Into::into).boxed_unsync()),
            Self::Empty => empty(),
        })
    }
}

fn empty() -> ReplyBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Why a signed request cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// Its head is not HTTP.
    #[error(transparent)]
    NotHttp(#[from] NotHttp),
    /// Its body was kept in a temporary file, which cannot be opened again.
    #[error("the temporary file with the body cannot be opened again: {0}")]
    File(#[from] io::Error),
    /// The upstream server would wait for the rest, and read the next request as that.
    #[error("Content-Length is {declared}, but the body has {length} bytes")]
    Length {
        /// The length in the header.
        declared: String,
        /// The length of the body.
        length: u64,
    },
}

/// The request in hyper's type.
///
/// # Errors
/// See [`Unsendable`].
pub fn message(
    signed: &Request,
    body: &mut Outbound,
    extras: &Extras,
    (version, pseudonym): (HttpVersion, &Pseudonym),
) -> Result<http::Request<ReplyBody>, Unsendable> {
    // If the body has already arrived, there is no need to wait for `100 Continue`.
    let waits = matches!(body, Outbound::Passing(_));
    let mut outgoing = onward::head(signed, |name| name == "expect" && !waits, |_| true, Some(pseudonym))?;
    let headers = outgoing.headers_mut();
    if let (Some(length), Some(declared)) = (body.known_length(), headers.get(CONTENT_LENGTH))
        && declared.as_bytes() != length.to_string().as_bytes()
    {
        let declared = String::from_utf8_lossy(declared.as_bytes()).into_owned();
        return Err(Unsendable::Length { declared, length });
    }
    if let Some(upgrade) = &extras.upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, upgrade.clone());
    }
    if extras.takes_trailers && version == HttpVersion::Http2 {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    let expects = headers.contains_key(http::header::EXPECT) && version == HttpVersion::Http1;
    if expects && let Outbound::Passing(passing) = body {
        let (tell, told) = oneshot::channel();
        *passing = passing.take().map(|passing| Box::new(passing.behind(told)));
        hold_until_continue(&mut outgoing, tell);
    }
    let body = body.take()?;
    Ok(outgoing.map(|()| body))
}

/// Releases the body once the server sends `100 Continue`.
fn hold_until_continue(outgoing: &mut http::Request<()>, tell: oneshot::Sender<()>) {
    let tell = Mutex::new(Some(tell));
    hyper::ext::on_informational(outgoing, move |response| {
        if response.status() == http::StatusCode::CONTINUE
            && let Some(tell) = locked(&tell).take()
        {
            // The body may already have been released for another reason.
            let _ = tell.send(());
        }
    });
}
