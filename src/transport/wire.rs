//! Converts the request for hyper, keeping every byte of its target, and speaks HTTP/1.1 or HTTP/2.

use http::{Response, Uri};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::body::{OutgoingBody, body_of};
use super::connect::Connection;
use super::error::Unsendable;
use super::{Outgoing, Tally, TransportError, error};

/// Sends the request over a connection and waits for the head of the response.
pub(super) async fn speak(
    outgoing: &Outgoing<'_>,
    connection: Connection,
    tally: &Tally,
) -> Result<Response<Incoming>, TransportError> {
    let host = outgoing.url.host_header();
    let failure = |error: hyper::Error| error::classify(error, &host);
    let request = wire_request(outgoing, &connection)?;
    if connection.is_http2 {
        let http2 = hyper::client::conn::http2::handshake(TokioExecutor::new(), connection.io);
        let (mut sender, driver) = http2.await.map_err(failure)?;
        tokio::spawn(driver);
        return sender.send_request(request).await.map_err(failure);
    }
    let io = TokioIo::new(tally.count(connection.io.into_inner()));
    let (mut sender, driver) = hyper::client::conn::http1::handshake(io).await.map_err(failure)?;
    tokio::spawn(driver);
    sender.send_request(request).await.map_err(failure)
}

/// Builds the hyper request, and refuses a target that hyper's URI would change.
fn wire_request(
    outgoing: &Outgoing<'_>,
    connection: &Connection,
) -> Result<http::Request<OutgoingBody>, TransportError> {
    let request = outgoing.request;
    let uri = Uri::try_from(uri_text(outgoing, connection)).map_err(Unsendable::from)?;
    if uri.path_and_query().is_none_or(|kept| kept.as_str().as_bytes() != request.target()) {
        return Err(Unsendable::Target.into());
    }
    let mut builder = http::Request::builder().method(request.method()).uri(uri);
    // In HTTP/2 the host is the authority of the URI; a header field would duplicate it.
    for header in request.headers.iter().filter(|header| !connection.is_http2 || !is_connection_field(&header.name)) {
        builder = builder.header(header.name.as_str(), header.value.trim_ascii());
    }
    if let (true, Some(authorization)) = (connection.is_forward_proxy, &connection.proxy_authorization) {
        builder = builder.header(http::header::PROXY_AUTHORIZATION, authorization);
    }
    Ok(builder.body(body_of(outgoing)?).map_err(Unsendable::from)?)
}

/// Only the target for an origin server, the whole URL for a forward proxy, and the URL with the signed host for
/// HTTP/2.
fn uri_text(outgoing: &Outgoing<'_>, connection: &Connection) -> Vec<u8> {
    let (url, target) = (outgoing.url, &outgoing.request.target());
    let origin = match (connection.is_http2, connection.is_forward_proxy) {
        (true, _) => {
            let host = outgoing.request.host().map_or_else(|| url.host_header(), str::to_owned);
            format!("{}://{host}", url.scheme().as_str())
        }
        (false, true) => url.origin(),
        (false, false) => String::new(),
    };
    [origin.as_bytes(), target].concat()
}

/// Fields that HTTP/2 expresses differently or forbids (RFC 9113 §8.2.2).
fn is_connection_field(name: &str) -> bool {
    ["host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]
        .iter()
        .any(|field| name.eq_ignore_ascii_case(field))
}
