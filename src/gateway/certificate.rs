//! The TLS certificate of a gateway: either given, or made for this run and issued by an authority that is also
//! made for this run.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::transport::{BadIdentity, BadRoots, certificates_in, key_in};

/// ALPN protocols of a server, preferred first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a gateway has no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate file has no certificate.
    #[error("{}: {source}", file.display())]
    Certificate {
        /// The certificate file.
        file: PathBuf,
        /// The error in the file.
        source: BadRoots,
    },
    /// The key file has no private key.
    #[error("{}: {source}", file.display())]
    Key {
        /// The key file.
        file: PathBuf,
        /// The error in the file.
        source: BadIdentity,
    },
    /// The certificate and the key do not match, or TLS cannot use them.
    #[error("the certificate and the key cannot be used: {0}")]
    Pair(#[source] rustls::Error),
    /// The key of an authority cannot be used.
    #[error("the key cannot be used: {0}")]
    AuthorityKey(#[source] rcgen::Error),
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Made(#[source] rcgen::Error),
    /// The file for the authority's certificate already has other content.
    #[error("{} is not a certificate that sigvet wrote, and is not overwritten", file.display())]
    NotOwn {
        /// The file.
        file: PathBuf,
    },
    /// The authority's certificate could not be written.
    #[error("cannot write {}: {source}", file.display())]
    Unwritten {
        /// The file.
        file: PathBuf,
        /// The error from the system.
        source: io::Error,
    },
}

/// A generated server certificate, and the certificate of its authority for clients to trust.
#[derive(Debug)]
pub struct ServerCertificate {
    /// The TLS configuration for the listener.
    pub server: Arc<ServerConfig>,
    /// The authority's certificate as PEM. Its private key is already gone.
    pub authority: String,
}

/// Reads a certificate chain and its private key.
///
/// # Errors
/// See [`CertificateError`].
pub fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, CertificateError> {
    let chain = certificates_in(certificate)
        .map_err(|source| CertificateError::Certificate { file: certificate.to_owned(), source })?;
    let secret = key_in(key).map_err(|source| CertificateError::Key { file: key.to_owned(), source })?;
    configure(chain, secret, &PROTOCOLS)
}

/// Text in the certificate of every authority that sigvet makes; it marks a file as ours.
pub(super) const OWN: &str = "on this machine";

/// Writes the certificate of an authority (PEM) for clients to trust, replacing the one of an earlier run.
///
/// # Errors
/// See [`check_free`]. Also if the file cannot be written.
pub fn write_authority(file: &Path, pem: &str) -> Result<(), CertificateError> {
    check_free(file)?;
    std::fs::write(file, pem).map_err(|source| CertificateError::Unwritten { file: file.to_owned(), source })
}

/// Checks that an authority's certificate may be written to this file.
///
/// # Errors
/// [`CertificateError::NotOwn`] if the file has anything other than the certificate of an earlier run, such as
/// a company's CA.
pub fn check_free(file: &Path) -> Result<(), CertificateError> {
    let is_used = std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
    let is_own = |der: &CertificateDer<'_>| memchr::memmem::find(der, OWN.as_bytes()).is_some();
    if is_used && !certificates_in(file).is_ok_and(|found| found.iter().all(is_own)) {
        return Err(CertificateError::NotOwn { file: file.to_owned() });
    }
    Ok(())
}

/// Makes a certificate for this machine's own names and for that address. Its authority cannot issue certificates for
/// anything else.
///
/// # Errors
/// See [`CertificateError`].
pub fn make(address: IpAddr) -> Result<ServerCertificate, CertificateError> {
    let made = CertificateError::Made;
    let authority_key = KeyPair::generate().map_err(made)?;
    let authority = authority_params(address);
    let certificate = authority.self_signed(&authority_key).map_err(made)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().map_err(made)?;
    let leaf = leaf_params(address).map_err(made)?.signed_by(&key, &issuer).map_err(made)?;
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    Ok(ServerCertificate {
        server: configure(vec![leaf.der().clone()], secret, &PROTOCOLS)?,
        authority: certificate.pem(),
    })
}

fn authority_params(address: IpAddr) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("sigvet serve, for tests {OWN}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let addresses = addresses(address)
        .map(|address| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, whole(address))));
    let names = std::iter::once(GeneralSubtree::DnsName("localhost".to_owned()));
    let permitted_subtrees = names.chain(addresses).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    params
}

fn leaf_params(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    // Not *.localhost: rustls rejects wildcards below a single-label name, and with them the whole certificate.
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name = named("sigvet serve");
    params.subject_alt_names.extend(addresses(address).map(SanType::IpAddress));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

pub(super) fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Both loopback addresses, and the address of the listener.
fn addresses(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let own = [IpAddr::from([127, 0, 0, 1]), IpAddr::from(std::net::Ipv6Addr::LOCALHOST)];
    let other = (!own.contains(&address)).then_some(address);
    own.into_iter().chain(other)
}

fn whole(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Configures a server that presents this certificate chain and offers these ALPN protocols.
pub(super) fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    protocols: &[&[u8]],
) -> Result<Arc<ServerConfig>, CertificateError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(CertificateError::Pair)?;
    let mut server = builder.with_no_client_auth().with_single_cert(chain, key).map_err(CertificateError::Pair)?;
    server.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(Arc::new(server))
}
