//! Chooses how valid requests are answered: by an upstream server, with their own body, from objects in a folder, or
//! with what sigvet understood.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::ServeArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::request::address;
use crate::gateway::{Answer, Echo, Relay};
use crate::transport::Upstream;
use sigvet_core::internal::without_brackets;
use sigvet_core::request::RequestUrl;

/// Time limit for the upstream server to begin its answer.
const UPSTREAM_TIME: Duration = Duration::from_secs(60);

/// The component that answers on this machine, if the options choose one. It is created before the server listens.
///
/// # Errors
/// The folder cannot be used.
pub fn local(args: &ServeArgs) -> Result<Option<Arc<dyn Answer>>, Failure> {
    match &args.store {
        Some(folder) => store(folder).map(Some),
        None if args.echo => Ok(Some(Arc::new(Echo))),
        None => Ok(None),
    }
}

/// The upstream server, if there is one.
pub fn upstream(
    args: &ServeArgs,
    listening: SocketAddr,
    run: u32,
    context: &Context,
) -> Result<Option<Arc<dyn Answer>>, Failure> {
    let Some(text) = &args.upstream else { return Ok(None) };
    let url = address::parse(text)?;
    if url.target() != b"/" {
        return Err(Failure::usage(format!("invalid --upstream '{text}': it has a path"))
            .hint("pass only scheme, host and port; requests are passed on with the path that was signed"));
    }
    if is_itself(&url, listening) {
        return Err(Failure::usage(format!(
            "invalid --upstream '{text}': it is the address that this server listens on"
        )));
    }
    let upstream = Upstream::new(url, context.connection.clone());
    Ok(Some(Arc::new(Relay::new(upstream, run, (UPSTREAM_TIME, args.limits.idle_timeout)))))
}

/// Whether a URL leads to the server's own address. A name that does not resolve now may do so later.
pub fn is_itself(url: &RequestUrl, listening: SocketAddr) -> bool {
    let host = without_brackets(url.host());
    let addresses = (host, url.port_or_default()).to_socket_addrs();
    let is_own =
        |address: SocketAddr| address == listening || (listening.ip().is_unspecified() && address.ip().is_loopback());
    addresses.is_ok_and(|mut found| found.any(|address| address.port() == listening.port() && is_own(address)))
}

#[cfg(feature = "store")]
fn store(folder: &Path) -> Result<Arc<dyn Answer>, Failure> {
    use crate::cli::failure::Exit;
    use crate::gateway::{Store, StoreError};

    let store = Store::open(folder).map_err(|error| {
        let (exit, hint) = match &error {
            StoreError::Unwritable { .. } => (Exit::CannotWrite, "choose a directory that you can write to"),
            _ => (Exit::Usage, "create the directory first, or choose another"),
        };
        Failure::new(exit, error.to_string()).hint(hint)
    })?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "store"))]
fn store(_: &Path) -> Result<Arc<dyn Answer>, Failure> {
    Err(Failure::usage("this sigvet was built without --store")
        .hint("build it with 'cargo install --path . --features store', or use --echo"))
}
