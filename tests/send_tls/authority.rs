//! The test's own certificate authority, and the certificates it issues.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The host that the servers are certified for.
pub const HOST: &str = "bucket.store.test";

pub struct Authority {
    directory: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// What a server presents, and its private key.
pub struct Identity {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

/// Whether a certificate is currently valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Current,
    Expired,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "an authority of the tests");
        let key = KeyPair::generate().unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("authority.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { directory, issuer: Issuer::new(params, key) }
    }

    /// A CA that is also a server, as `openssl req -x509` makes one.
    pub fn of_itself(age: Age) -> (Self, Identity) {
        let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        set_age(&mut params, age);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("authority.pem"), certificate.pem()).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let identity = Identity { certificate: certificate.der().clone(), key: secret };
        (Self { directory, issuer: Issuer::new(params, key) }, identity)
    }

    /// The file for `--cacert`.
    pub fn file(&self) -> PathBuf {
        self.directory().join("authority.pem")
    }

    /// A directory for files, removed with the CA.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A client certificate and its key, as PEM files next to the CA's.
    pub fn client_files(&self) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(["client.test".to_owned()]).unwrap();
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let (at, key_at) = (self.directory().join("client.pem"), self.directory().join("client.key"));
        std::fs::write(&at, certificate.pem()).unwrap();
        std::fs::write(&key_at, key.serialize_pem()).unwrap();
        (at, key_at)
    }

    pub fn certify(&self, age: Age) -> Identity {
        let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
        set_age(&mut params, age);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Identity { certificate: certificate.der().clone(), key }
    }
}

fn set_age(params: &mut CertificateParams, age: Age) {
    if age == Age::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
}
