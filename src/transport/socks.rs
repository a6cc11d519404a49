//! Connects through a SOCKS proxy. hyper-util speaks the protocol over an existing connection.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::error::{TransportError, Unsendable};
use super::proxy_address::{ProxyAddress, SocksVersion};

/// Asks the proxy to connect to the host. The proxy resolves the host if it is a name.
pub(super) async fn connect(
    stream: TcpStream,
    proxy: &ProxyAddress,
    version: SocksVersion,
    host: &str,
    port: u16,
) -> Result<TcpStream, TransportError> {
    let target = Uri::try_from(format!("http://{host}:{port}/")).map_err(Unsendable::from)?;
    // The connector below is already connected, so it ignores the address of the proxy.
    let (unused, connected) = (Uri::from_static("http://proxy/"), Connected(Some(TokioIo::new(stream))));
    let answered = match (version, &proxy.login) {
        (SocksVersion::V4, _) => SocksV4::new(unused, connected).call(target).await,
        (SocksVersion::V5, None) => SocksV5::new(unused, connected).call(target).await,
        (SocksVersion::V5, Some(login)) => {
            let socks = SocksV5::new(unused, connected).with_auth(login.user.clone(), login.password.clone());
            { socks }.call(target).await
        }
    };
    answered.map(TokioIo::into_inner).map_err(|error| TransportError::Socks {
        proxy: format!("{}:{}", proxy.host, proxy.port),
        host: format!("{host}:{port}"),
        source: error.into(),
    })
}

/// A connector that is already connected.
struct Connected(Option<TokioIo<TcpStream>>);

impl Service<Uri> for Connected {
    type Response = TokioIo<TcpStream>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(Ok(self.0.take().expect("it is called once")))
    }
}
