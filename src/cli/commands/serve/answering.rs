//! Who answers valid requests.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use super::ServeArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::request::address;
use crate::gateway::{Answer, Relay};
use crate::transport::Upstream;
use sigvet_core::request::RequestUrl;

/// How long the upstream may take until it begins to answer.
const UPSTREAM_TIME: Duration = Duration::from_secs(60);

/// Who answers, if not the server itself.
pub fn find(
    args: &ServeArgs,
    listening: SocketAddr,
    run: u32,
    context: &Context,
) -> Result<Option<Arc<dyn Answer>>, Failure> {
    let Some(text) = &args.upstream else { return Ok(None) };
    let url = address::parse(text)?;
    if url.target() != b"/" {
        return Err(Failure::usage(format!("invalid --upstream '{text}': it has a path"))
            .hint("pass scheme, host and port alone; requests are passed on with the path that was signed"));
    }
    if is_itself(&url, listening) {
        return Err(Failure::usage(format!(
            "invalid --upstream '{text}': it is the address that this server listens on"
        )));
    }
    let upstream = Upstream::new(url, context.connection.clone());
    Ok(Some(Arc::new(Relay::new(upstream, run, UPSTREAM_TIME))))
}

/// Whether a URL leads to the address that is listened on. A name that does not resolve may do so later.
fn is_itself(url: &RequestUrl, listening: SocketAddr) -> bool {
    let host = url.host().trim_start_matches('[').trim_end_matches(']');
    let addresses = (host, url.port_or_default()).to_socket_addrs();
    let is_own =
        |address: SocketAddr| address == listening || (listening.ip().is_unspecified() && address.ip().is_loopback());
    addresses.is_ok_and(|mut found| found.any(|address| address.port() == listening.port() && is_own(address)))
}
