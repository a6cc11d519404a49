//! A tunnel through an HTTP proxy.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::error::{ConnectError, TransferError, TransportError};
use super::proxy_address::ProxyAddress;
use super::stream::Stream;

/// The maximum length of a proxy's response.
const ANSWER_LIMIT: usize = 16 * 1024;

/// Asks a proxy to open a tunnel to the host (RFC 9110 §9.3.6).
pub(super) async fn open(
    stream: &mut Box<dyn Stream>,
    proxy: &ProxyAddress,
    host: &str,
    port: u16,
) -> Result<(), TransportError> {
    let failure = |source| TransportError::CannotConnect { host: format!("{host}:{port}"), source };
    let lost = |source| failure(ConnectError::ProxyLost { proxy: proxy.host.clone(), source });
    stream.write_all(&connect_request(proxy, host, port)).await.map_err(lost)?;
    // A TLS stream may buffer the request until it is flushed.
    stream.flush().await.map_err(lost)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        // One byte at a time, so that nothing after the response is taken from the tunnel.
        answer.push(stream.read_u8().await.map_err(lost)?);
        if answer.len() > ANSWER_LIMIT {
            return Err(failure(ConnectError::NotAProxy { proxy: proxy.host.clone() }));
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().and_then(|line| line.split_once(' ')).map(|(_, status)| status);
    match status {
        Some(status) if status.starts_with('2') => Ok(()),
        _ => {
            let status = status.unwrap_or("nothing sensible").to_owned();
            let source = TransferError::Proxy { proxy: proxy.host.clone(), status };
            Err(TransportError::Transfer { host: format!("{host}:{port}"), source })
        }
    }
}

fn connect_request(proxy: &ProxyAddress, host: &str, port: u16) -> Vec<u8> {
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(authorization) = proxy.authorization() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}
