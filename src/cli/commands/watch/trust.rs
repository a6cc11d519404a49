//! The certificates that a watched program trusts: what it would trust anyway, and the authority of this run. They lie in a
//! directory of their own, which goes when the program has ended, with the script that Node needs.

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

/// Variables that name files of certificates which the user's programs trust.
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

/// Shows Node's agents the way to the proxy.
const NODE: &str = include_str!("node.cjs");

/// Characters of a line of PEM.
const WIDTH: usize = 64;

/// Files of certificates, and the script for Node.
#[derive(Debug)]
pub struct TrustFiles {
    directory: TempDir,
}

impl TrustFiles {
    /// Writes them. The authority's key is in none.
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

    /// All of them as PEM.
    pub fn bundle(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// What Node runs before the program.
    pub fn node_script(&self) -> PathBuf {
        self.directory.path().join("node.cjs")
    }

    /// All of them for Java.
    pub fn truststore(&self) -> PathBuf {
        self.directory.path().join("truststore.jks")
    }
}

/// The system's certificates, and those that the environment names. What cannot be read is not trusted, by the program neither.
fn trusted(environment: &Environment) -> BTreeSet<Vec<u8>> {
    let system = rustls_native_certs::load_native_certs().certs;
    let named = BUNDLES.iter().filter_map(|name| certificates_in(environment.get(name)?.as_ref()).ok()).flatten();
    system.into_iter().chain(named).map(|certificate| certificate.to_vec()).collect()
}

fn to_pem(certificate: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(certificate);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in text.as_bytes().chunks(WIDTH) {
        // A string takes whatever is written.
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_written_as_it_is_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        let made = rcgen::CertificateParams::new(vec!["h".to_owned()]).unwrap().self_signed(&key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pem");
        std::fs::write(&file, to_pem(made.der()).repeat(2)).unwrap();
        assert_eq!(certificates_in(&file).unwrap(), vec![made.der().clone(); 2]);
    }
}
