//! The CA certificates for a watched program: those it would trust anyway, and that of this run's authority. They are
//! in a temporary directory together with the script for Node, and removed when the program has ended.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use super::truststore;
use crate::cli::failure::{Exit, Failure};
use crate::gateway::Authority;
use crate::profiles::Environment;
use crate::transport::certificates_in;

/// Environment variables that name CA bundles.
const BUNDLES: [&str; 8] = [
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
    "DENO_CERT",
    "PIP_CERT",
];

/// Makes Node's agents use the proxy.
const NODE: &str = include_str!("node.cjs");

/// Characters per line of PEM.
const WIDTH: usize = 64;

/// The CA bundles and the script for Node.
#[derive(Debug)]
pub struct TrustFiles {
    directory: TempDir,
}

impl TrustFiles {
    /// Writes the files. None of them has the authority's private key.
    pub fn write(authority: &Authority, environment: &Environment) -> Result<Self, Failure> {
        let unwritten = |error| {
            Failure::from_error(Exit::CannotWrite, anyhow::Error::from(error)).context("cannot write the certificates")
        };
        let directory = tempfile::Builder::new().prefix("sigvet-watch-").tempdir().map_err(unwritten)?;
        let files = Self { directory };
        let mut certificates = vec![authority.der().to_vec()];
        certificates.extend(trusted(environment));
        let bundle: String = certificates.iter().map(|certificate| to_pem(certificate)).collect();
        std::fs::write(files.bundle(), bundle).map_err(unwritten)?;
        std::fs::write(files.truststore(), truststore::write(&certificates)).map_err(unwritten)?;
        std::fs::write(files.node_script(), NODE).map_err(unwritten)?;
        Ok(files)
    }

    /// The bundle in PEM format.
    pub fn bundle(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The script that Node runs before the program.
    pub fn node_script(&self) -> PathBuf {
        self.directory.path().join("node.cjs")
    }

    /// The trust store for Java.
    pub fn truststore(&self) -> PathBuf {
        self.directory.path().join("truststore.jks")
    }
}

/// The system's CA certificates and those named in the environment. Unreadable files are skipped, because the program
/// cannot read them either.
fn trusted(environment: &Environment) -> BTreeSet<Vec<u8>> {
    let system = rustls_native_certs::load_native_certs().certs;
    let named = BUNDLES.iter().filter_map(|name| certificates_in(environment.get(name)?.as_ref()).ok()).flatten();
    system.into_iter().chain(named).map(|certificate| certificate.to_vec()).collect()
}

fn to_pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in text.as_bytes().chunks(WIDTH) {
        // Writing to a String cannot fail.
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_certificate_can_be_read_back() {
        let key = rcgen::KeyPair::generate().unwrap();
        let made = rcgen::CertificateParams::new(vec!["h".to_owned()]).unwrap().self_signed(&key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pem");
        std::fs::write(&file, to_pem(made.der()).repeat(2)).unwrap();
        assert_eq!(certificates_in(&file).unwrap(), vec![made.der().clone(); 2]);
    }
}
