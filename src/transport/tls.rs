//! TLS by rustls, with *ring* and the platform's roots, or whatever else was asked to be believed.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, WantsVerifier,
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::connect::Stream;
use super::options::{HttpVersion, Options, Trust};
use super::{TransportError, error};

/// Speaks TLS with the host at the other end.
pub(super) async fn handshake(
    stream: Box<dyn Stream>,
    host: &str,
    options: &Options,
) -> Result<TlsStream<Box<dyn Stream>>, TransportError> {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|error| TransportError::Request { reason: error.to_string() })?;
    let connector = TlsConnector::from(Arc::new(configuration(options)?));
    connector.connect(name, stream).await.map_err(|error| error::classify_tls(&error, host))
}

/// Whether the server chose HTTP/2.
pub(super) fn agreed_on_http2(stream: &TlsStream<Box<dyn Stream>>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(b"h2")
}

fn configuration(options: &Options) -> Result<ClientConfig, TransportError> {
    let setup = |error: Error| TransportError::Setup { reason: error.to_string() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(setup)?;
    let mut configuration = trusting(builder, provider, &options.trust)?.with_no_client_auth();
    configuration.alpn_protocols = match options.version {
        HttpVersion::Http1 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    Ok(configuration)
}

fn trusting(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    provider: Arc<CryptoProvider>,
    trust: &Trust,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TransportError> {
    match trust {
        Trust::Platform => {
            builder.with_platform_verifier().map_err(|error| TransportError::Setup { reason: error.to_string() })
        }
        Trust::File(path) => Ok(builder.with_root_certificates(roots_in(path)?)),
        Trust::Anybody => Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(NoVerification(provider)))),
    }
}

fn roots_in(path: &Path) -> Result<RootCertStore, TransportError> {
    let failure = |reason: String| TransportError::BadRoots { file: path.to_owned(), reason };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failure(error.to_string()))? {
        let certificate = certificate.map_err(|error| failure(error.to_string()))?;
        roots.add(certificate).map_err(|error| failure(error.to_string()))?;
    }
    if roots.is_empty() { Err(failure("there is no certificate in it".to_owned())) } else { Ok(roots) }
}

/// `-k`: any certificate will do. Signatures of the handshake are checked all the same.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
