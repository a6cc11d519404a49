//! The two servers: Ceph's radosgw and OpenStack Swift, each started once, by the first test that needs it.
//!
//! A server runs under `hold.sh`, which stops it when our end of its standard input closes. Nothing has to be dropped
//! for that, so it also works when this process is killed. A server that cannot start fails every test that needs it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::sigvet::{Credentials, Sigvet};

/// A key of the project that owns the buckets, on radosgw.
pub const PROJECT_KEY_A: Credentials =
    Credentials { id: "PROJECTKEYA000000000", secret: "projectkeya000000000+/secret" };
/// A second key of the same project.
pub const PROJECT_KEY_B: Credentials =
    Credentials { id: "PROJECTKEYB000000000", secret: "projectkeyb000000000+/secret" };
/// The key of another project.
pub const OTHER_PROJECT_KEY: Credentials =
    Credentials { id: "OTHERPROJECTKEY00000", secret: "otherprojectkey00000+/secret" };
/// The only user of Swift. Its key contains a colon, which has to be encoded in a URL's credential.
const SWIFT_KEY: Credentials = Credentials { id: "test:tester", secret: "testing" };

/// Each server listens on a first port and up to fifteen following ones.
const PORTS_PER_SERVER: u16 = 16;

pub struct Server {
    pub port: u16,
    /// The credentials that sign requests, unless a case uses others.
    pub user: Credentials,
    /// Holding its standard input open is what keeps the server running.
    _holder: Child,
}

/// The running radosgw.
pub fn radosgw() -> &'static Server {
    static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(|| Server::start("rgw", PROJECT_KEY_A));
    SERVER.as_ref().unwrap_or_else(|reason| panic!("{reason}"))
}

/// The running Swift.
pub fn swift() -> &'static Server {
    static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(|| Server::start("swift", SWIFT_KEY));
    SERVER.as_ref().unwrap_or_else(|reason| panic!("{reason}"))
}

impl Server {
    /// `sigvet` as this server's user, without region and service: Version 2 needs neither.
    pub fn sigvet_v2(&self) -> Sigvet {
        self.sigvet().without_scope()
    }

    /// `sigvet` as this server's user, in its region.
    pub fn sigvet(&self) -> Sigvet {
        Sigvet::new(self.user)
    }

    /// The authority of the server's own address.
    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Makes a bucket. Each case has its own, so that cases can run in parallel.
    #[track_caller]
    pub fn new_bucket(&self, name: &str) -> Bucket<'_> {
        let bucket = Bucket { server: self, name: name.to_owned() };
        self.sigvet().send(["-X", "PUT", &bucket.url("")]).expect_status(200);
        bucket
    }

    /// Runs the scripts of that name.
    fn start(name: &str, user: Credentials) -> Result<Self, String> {
        let port = free_ports()?;
        let holder = hold(name, port).map_err(|error| format!("{name} did not start: {error}"))?;
        Ok(Self { port, user, _holder: holder })
    }
}

pub struct Bucket<'a> {
    pub server: &'a Server,
    pub name: String,
}

impl Bucket<'_> {
    /// The path-style URL with the rest after the bucket's name, already encoded: a key, a query, or both.
    pub fn url(&self, rest: &str) -> String {
        let separator = if rest.is_empty() || rest.starts_with('?') { "" } else { "/" };
        format!("http://{}/{}{separator}{rest}", self.server.authority(), self.name)
    }

    /// The authority that contains the bucket, for virtual-hosted requests.
    pub fn host(&self) -> String {
        format!("{}.s3.localhost:{}", self.name, self.server.port)
    }

    /// The value that tells curl, or sigvet, where [`host`](Self::host) is.
    pub fn resolve(&self) -> String {
        format!("{}:127.0.0.1", self.host())
    }

    #[track_caller]
    pub fn put(&self, key: &str, body: &str) {
        self.server.sigvet().send(["-X", "PUT", "--data-binary", body, &self.url(key)]).expect_status(200);
    }
}

fn hold(name: &str, port: u16) -> Result<Child, String> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = directory.with_extension("out");
    let log = File::create(&output).map_err(|error| format!("{}: {error}", output.display()))?;
    let mut holder = Command::new(scripts.join("hold.sh"))
        .arg(scripts.join(format!("start-{name}.sh")))
        .arg(scripts.join(format!("stop-{name}.sh")))
        .arg(&directory)
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        // Not reached by a Ctrl-C at the terminal, which it must outlive to clean up.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("hold.sh: {error}"))?;
    match first_line(&mut holder).as_deref() {
        Some("ready") => Ok(holder),
        _ => Err(fs::read_to_string(&output).unwrap_or_default()),
    }
}

fn first_line(holder: &mut Child) -> Option<String> {
    BufReader::new(holder.stdout.as_mut()?).lines().next()?.ok()
}

/// Finds a run of free ports, below those that the system assigns by itself. Each run is tried once: the two servers
/// start at the same time, and would otherwise both find the same free run.
fn free_ports() -> Result<u16, String> {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let offset = u16::try_from(std::process::id() % 500).expect("below 500");
    (0..500)
        .map(|_| 12_000 + (offset + TRIED.fetch_add(1, Ordering::Relaxed)) % 500 * PORTS_PER_SERVER)
        .find(|first| (*first..first + PORTS_PER_SERVER).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()))
        .ok_or_else(|| format!("no {PORTS_PER_SERVER} free ports in a row"))
}
