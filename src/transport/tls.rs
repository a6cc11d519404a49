//! TLS by rustls, with *ring* and the platform's roots.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{TransportError, error};

/// Speaks TLS with the host at the other end.
pub(super) async fn handshake(tcp: TcpStream, host: &str) -> Result<TlsStream<TcpStream>, TransportError> {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|error| TransportError::Request { reason: error.to_string() })?;
    let connector = TlsConnector::from(Arc::new(configuration()?));
    connector.connect(name, tcp).await.map_err(|error| error::classify_tls(&error, host))
}

fn configuration() -> Result<ClientConfig, TransportError> {
    let setup = |error: rustls::Error| TransportError::Setup { reason: error.to_string() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(setup)?;
    let mut configuration = builder.with_platform_verifier().map_err(setup)?.with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}
