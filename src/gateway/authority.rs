//! A certificate authority that makes a certificate for each host on request. Its private key is only in memory and is
//! lost when the process ends, unless the caller keeps one.
//!
//! This module does not know who asks for certificates or what the connections carry.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use sigvet_core::credentials::Secret;
use sigvet_core::crypto::sha256;
use sigvet_core::internal::without_brackets;
use sigvet_core::time::Timestamp;

use super::Clock;
use super::certificate::{CertificateError, OWN, configure, named};
use crate::locking::locked;

/// Number of host certificates to cache. Buckets are host names, so there may be any number of them.
const KEPT: usize = 1024;

/// Certificates are valid from this many seconds before now, for clients whose clocks are slow.
const BEFORE: i64 = 2 * DAY;

/// Certificates are valid until this many seconds after now. Some clients reject more than 398 days.
const AFTER: i64 = 365 * DAY;

/// If the authority's key is kept, its certificate is valid for longer, because it gets baked into images.
const AFTER_KEPT: i64 = 3650 * DAY;

/// Age in seconds at which a host's certificate is replaced.
const RENEWED: i64 = 30 * DAY;

/// One day in seconds.
const DAY: i64 = 24 * 60 * 60;

/// What an authority is used for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose {
    /// The command named in its certificates: `sigvet watch`.
    pub command: &'static str,
    /// ALPN protocols to offer, preferred first.
    pub protocols: &'static [&'static [u8]],
}

/// The hosts that an authority may issue certificates for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// Hosts at or below these domain names, and these addresses.
    Below(Vec<String>, Vec<IpAddr>),
    /// Any host.
    Nothing,
}

/// Makes certificates for hosts.
pub struct Authority {
    purpose: Purpose,
    clock: Clock,
    issuer: Issuer<'static, KeyPair>,
    /// The private key shared by all host certificates.
    key: KeyPair,
    certificate: rcgen::Certificate,
    serial: AtomicU64,
    made: Mutex<HashMap<String, MadeAt>>,
}

/// The certificate of a host, and when it was made.
struct MadeAt {
    at: Timestamp,
    configuration: Arc<ServerConfig>,
}

#[derive(Clone, Copy)]
struct Validity {
    from: Timestamp,
    until: Timestamp,
}

impl Authority {
    /// Makes an authority that can issue certificates for those hosts. The run number tells it apart from the
    /// authorities of other runs.
    ///
    /// # Errors
    /// The system provides no randomness.
    pub fn new(purpose: Purpose, constraint: &Constraint, clock: Clock, run: u32) -> Result<Self, CertificateError> {
        let key = KeyPair::generate().map_err(CertificateError::Made)?;
        Self::with(key, &format!("{}, run {run}", purpose.command), (purpose, constraint, AFTER), clock)
    }

    /// Makes an authority with this private key (PEM). Trusting one of its certificates means trusting it
    /// in every run.
    ///
    /// # Errors
    /// The text is not a private key.
    pub fn with_key(
        purpose: Purpose,
        constraint: &Constraint,
        clock: Clock,
        key: &Secret,
    ) -> Result<Self, CertificateError> {
        let key = KeyPair::from_pem(key.expose_secret()).map_err(CertificateError::AuthorityKey)?;
        // The name comes from the key: a host certificate finds its issuer by that name.
        let hash = sha256(key.public_key_raw());
        let name = format!(
            "{}, key {:08x}",
            purpose.command,
            hash.0.iter().take(4).fold(0_u32, |n, b| n << 8 | u32::from(*b))
        );
        Self::with(key, &name, (purpose, constraint, AFTER_KEPT), clock)
    }

    fn with(
        own_key: KeyPair,
        name: &str,
        (purpose, constraint, after): (Purpose, &Constraint, i64),
        clock: Clock,
    ) -> Result<Self, CertificateError> {
        let (made, now) = (CertificateError::Made, clock.now());
        let first = serial_at(now);
        let mut params = authority_params(name, constraint, Validity::around(now, after));
        params.serial_number = Some(SerialNumber::from(first));
        let certificate = params.self_signed(&own_key).map_err(made)?;
        let (key, serial) = (KeyPair::generate().map_err(made)?, AtomicU64::new(first + 1));
        let issuer = Issuer::new(params, own_key);
        Ok(Self { purpose, clock, issuer, key, certificate, serial, made: Mutex::default() })
    }

    /// Makes a private key (PEM) for an authority that is kept.
    ///
    /// # Errors
    /// The system provides no randomness.
    pub fn make_key() -> Result<Secret, CertificateError> {
        let key = KeyPair::generate().map_err(CertificateError::Made)?;
        Ok(Secret::new(key.serialize_pem()))
    }

    /// The authority's certificate as PEM.
    pub fn to_pem(&self) -> String {
        self.certificate.pem()
    }

    /// The authority's certificate as DER.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// The TLS configuration of a server that presents a certificate for this host.
    ///
    /// # Errors
    /// The host cannot be a name in a certificate.
    pub fn configuration_for(&self, host: &str) -> Result<Arc<ServerConfig>, CertificateError> {
        let host = without_brackets(host).to_ascii_lowercase();
        let at = self.clock.now();
        let mut made = locked(&self.made);
        if let Some(made) = made.get(&host).filter(|made| made.at.seconds_until(at) < RENEWED) {
            return Ok(Arc::clone(&made.configuration));
        }
        let configuration = self.make(&host, at)?;
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(host, MadeAt { at, configuration: Arc::clone(&configuration) });
        Ok(configuration)
    }

    fn make(&self, host: &str, now: Timestamp) -> Result<Arc<ServerConfig>, CertificateError> {
        let made = CertificateError::Made;
        let mut params = CertificateParams::default();
        // A common name has at most 64 characters, and host names can be longer.
        params.distinguished_name = named(self.purpose.command);
        params.subject_alt_names = vec![match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(host.try_into().map_err(made)?),
        }];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(SerialNumber::from(self.serial.fetch_add(1, Ordering::Relaxed)));
        Validity::around(now, AFTER).apply_to(&mut params);
        let certificate = params.signed_by(&self.key, &self.issuer).map_err(made)?;
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        configure(vec![certificate.der().clone()], key, self.purpose.protocols)
    }
}

fn authority_params(name: &str, constraint: &Constraint, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.distinguished_name.push(DnType::OrganizationName, format!("sigvet, for programs {OWN}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    if let Constraint::Below(names, addresses) = constraint {
        params.name_constraints = Some(constraints(names, addresses));
    }
    validity.apply_to(&mut params);
    params
}

/// A type of name without any constraint is unrestricted (RFC 5280 §4.2.1.10), so without addresses all
/// addresses are excluded.
fn constraints(names: &[String], addresses: &[IpAddr]) -> NameConstraints {
    let whole = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
    let subnet = |address: IpAddr, length| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, length));
    let permitted = names.iter().map(|name| GeneralSubtree::DnsName(name.clone()));
    let permitted = permitted.chain(addresses.iter().map(|address| subnet(*address, whole(address))));
    let all = [IpAddr::from([0; 4]), IpAddr::from([0_u16; 8])].map(|address| subnet(address, 0));
    let excluded_subtrees = if addresses.is_empty() { all.into() } else { Vec::new() };
    NameConstraints { permitted_subtrees: permitted.collect(), excluded_subtrees }
}

/// The serial number of the first certificate of a run. Certificates of one issuer must not share a serial number, and
/// an issuer can have many runs.
fn serial_at(now: Timestamp) -> u64 {
    u64::try_from(now.epoch_seconds()).unwrap_or_default() << 24
}

impl Validity {
    fn around(now: Timestamp, after: i64) -> Self {
        let at = |seconds| Timestamp::from_epoch_seconds(now.epoch_seconds() + seconds);
        Self { from: at(-BEFORE), until: at(after) }
    }

    /// Validity starts and ends at midnight.
    fn apply_to(self, params: &mut CertificateParams) {
        let day = |at: Timestamp| {
            let number = |range: std::ops::Range<usize>| at.day().get(range).and_then(|digits| digits.parse().ok());
            let year = at.day().get(..4).and_then(|digits| digits.parse().ok()).unwrap_or(1970);
            date_time_ymd(year, number(4..6).unwrap_or(1), number(6..8).unwrap_or(1))
        };
        (params.not_before, params.not_after) = (day(self.from), day(self.until));
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}
