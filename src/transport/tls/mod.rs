//! TLS with rustls, *ring* and the platform's CA certificates, unless the options name others.

mod verifier;

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ConfigBuilder, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use verifier::{Named, NoVerification};

use super::error::{BadIdentity, BadRoots, Unsendable};
use super::options::{HttpVersion, Identity, Trust};
use super::stream::Stream;
use super::{TransportError, error};
use crate::files;
use sigvet_core::internal::without_brackets;

/// The largest certificate file that is read, in bytes: many times larger than all the CAs that browsers trust.
const LARGEST_BUNDLE: u64 = 16 * 1024 * 1024;

/// What a PEM file contains if its key is encrypted.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

/// Performs the TLS handshake with the host.
pub(super) async fn handshake(
    stream: Box<dyn Stream>,
    host: &str,
    trust: &Trust,
    identity: Option<&Identity>,
    version: HttpVersion,
) -> Result<TlsStream<Box<dyn Stream>>, TransportError> {
    let name = without_brackets(host).to_owned();
    let name = ServerName::try_from(name).map_err(Unsendable::from)?;
    let connector = TlsConnector::from(Arc::new(configuration(trust, identity, version)?));
    connector.connect(name, stream).await.map_err(|error| error::classify_tls(error, host))
}

/// Whether the server chose HTTP/2.
pub(super) fn agreed_on_http2(stream: &TlsStream<Box<dyn Stream>>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(b"h2")
}

fn configuration(
    trust: &Trust,
    identity: Option<&Identity>,
    version: HttpVersion,
) -> Result<ClientConfig, TransportError> {
    let setup = |error: rustls::Error| TransportError::Setup(error.into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(setup)?;
    let builder = trusting(builder, provider, trust)?;
    let mut configuration = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => identified(builder, identity)?,
    };
    configuration.alpn_protocols = match version {
        HttpVersion::Http1 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    Ok(configuration)
}

/// Adds the client certificate. The error names the file that is wrong: the certificate or the key.
fn identified(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: &Identity,
) -> Result<ClientConfig, TransportError> {
    let bad = |file: &Path, source| TransportError::BadIdentity { file: file.to_owned(), source };
    let (certificate, key) = (&identity.certificate, &identity.key);
    let chain = certificates_in(certificate).map_err(|error| bad(certificate, error.into()))?;
    let secret = key_in(key).map_err(|error| bad(key, error))?;
    builder.with_client_auth_cert(chain, secret).map_err(|error| bad(key, error.into()))
}

/// The private key in a PEM file.
pub fn key_in(path: &Path) -> Result<PrivateKeyDer<'static>, BadIdentity> {
    let text = files::read(path, LARGEST_BUNDLE).map_err(pem::Error::Io)?.bytes;
    if text.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        return Err(BadIdentity::Encrypted);
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound => BadIdentity::NoKey,
        error => error.into(),
    })
}

fn trusting(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    provider: Arc<CryptoProvider>,
    trust: &Trust,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TransportError> {
    match trust {
        Trust::Platform => builder.with_platform_verifier().map_err(|error| TransportError::Setup(error.into())),
        Trust::File(path) => {
            let verifier = certificates_in(path).and_then(|certificates| Named::new(certificates, provider));
            let verifier = verifier.map_err(|source| TransportError::BadRoots { file: path.to_owned(), source })?;
            Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)))
        }
        Trust::Anybody => Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(NoVerification(provider)))),
    }
}

/// The certificates in a PEM file, at least one.
pub fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, BadRoots> {
    let text = files::read(path, LARGEST_BUNDLE).map_err(pem::Error::Io)?.bytes;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(BadRoots::Empty) } else { Ok(certificates) }
}
