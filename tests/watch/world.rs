//! A server with AWS host names, and programs that are watched on their way to it.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;
use tempfile::TempDir;

/// The key that `serve --demo-keys` knows.
pub const KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// The hosts in the upstream's certificate: one that is watched, and one that is not.
pub const WATCHED: &str = "s3.us-east-1.amazonaws.com";
pub const OTHER: &str = "plain.example";

/// A certificate for these hosts, from a separate CA.
pub struct World {
    folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (own_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut authority = CertificateParams::default();
        // A certificate with the same name as its issuer is taken to be self-signed.
        authority.distinguished_name.push(DnType::CommonName, "the upstream's authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = authority.self_signed(&own_key).unwrap();
        let names = [
            WATCHED,
            "*.amazonaws.com",
            "*.us-east-1.amazonaws.com",
            "*.s3.us-east-1.amazonaws.com",
            "*.s3.amazonaws.com",
            "*.s3.dualstack.us-east-1.amazonaws.com",
            OTHER,
        ];
        let names: Vec<String> = names.map(str::to_owned).into();
        let issuer = Issuer::new(authority, own_key);
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let world = Self { folder };
        std::fs::write(world.authority(), own.pem()).unwrap();
        std::fs::write(world.path("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(world.path("key.pem"), key.serialize_pem()).unwrap();
        std::fs::create_dir(world.temporary()).unwrap();
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The CA of the upstream.
    pub fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// Where temporary files go.
    pub fn temporary(&self) -> PathBuf {
        self.path("tmp")
    }

    /// `sigvet serve` with that certificate and the demo key.
    pub fn serve(&self) -> Serving {
        let (certificate, key) = (self.path("cert.pem"), self.path("key.pem"));
        Serving::start(&["--tls-cert", text(&certificate), "--tls-key", text(&key), "--time-limit", "10s"])
    }

    /// A watched program whose requests go to that address whatever their host is.
    pub fn watch(&self, address: &str, options: &[&str], program: &[&str]) -> Sigvet {
        let (way, authority) = (format!("::{address}"), self.authority());
        let own = ["watch", "--connect-to", &way, "--cacert", text(&authority), "--time-limit", "20s"];
        Sigvet::anonymous(&[&own, options, &["--"], program].concat())
            .env("AWS_ACCESS_KEY_ID", KEY.0)
            .env("AWS_SECRET_ACCESS_KEY", KEY.1)
            .env("TMPDIR", text(&self.temporary()))
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// curl, which signs for S3 with that secret and prints the status.
pub fn curl<'a>(login: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let signing = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--aws-sigv4", "aws:amz:us-east-1:s3"];
    [&signing[..], &["-u", login, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"], more].concat()
}

/// `ID:SECRET`, with a suffix.
pub fn login(more: &str) -> String {
    format!("{}:{}{more}", KEY.0, KEY.1)
}

/// The same, with requests routed as usual.
pub fn unrouted(world: &World, options: &[&str], program: &[&str]) -> Sigvet {
    Sigvet::anonymous(&[&["watch"], options, &["--"], program].concat()).env("TMPDIR", text(&world.temporary()))
}
