//! The compared relays, as processes.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Start;

pub(crate) const KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
pub(crate) const PLACEHOLDER: (&str, &str) = ("AKIAPLACEHOLDER00001", "placeholder/secret+that/opens+nothing0001");

/// The relays for small requests; all but the first two sign them.
pub(crate) const ALL: [Start; 5] =
    [|to| Some(plain(to)), nginx, |to| Some(sigvet(to)), mitmproxy, named_by_the_environment];

/// A running relay, which ends when this is dropped.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    child: Child,
    _files: Option<TempDir>,
}

impl Peer {
    fn start(name: &'static str, address: SocketAddr, command: &mut Command, files: Option<TempDir>) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let peer = Self { name, address, child, _files: files };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "{name} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        peer
    }

    /// Its process and the child processes of that.
    fn processes(&self) -> Vec<u32> {
        let own = self.child.id();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        children.split_whitespace().map(|id| id.parse().unwrap()).chain([own]).collect()
    }

    /// CPU time that it has used, user and system together (proc(5): fields 14 and 15 of `stat`, in hundredths of a
    /// second).
    pub(crate) fn cpu(&self) -> Duration {
        let ticks = |id: &u32| -> u64 {
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            fields.skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
        };
        Duration::from_millis(self.processes().iter().map(ticks).sum::<u64>() * 10)
    }

    /// Memory in KiB: `VmRSS` for now, or `VmHWM` for the peak.
    pub(crate) fn memory(&self, field: &str) -> u64 {
        let of_process = |id: &u32| -> u64 {
            let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        self.processes().iter().map(of_process).sum()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Child processes end too: nginx's workers, and what a shell runs.
        for id in self.processes() {
            let _ = Command::new("kill").arg(id.to_string()).stderr(Stdio::null()).status();
        }
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub(crate) fn plain(to: SocketAddr) -> Peer {
    let (address, own) = (free_address(), std::env::current_exe().unwrap());
    let mut command = Command::new(own);
    command.args(["--relay", &to.to_string()]).env("LISTEN", address.to_string());
    Peer::start("a plain relay of hyper", address, &mut command, None)
}

fn sigvet(to: SocketAddr) -> Peer {
    proxy("sigvet proxy", to, &["--region", "us-east-1", "--service", "s3"], None)
}

/// The proxy that verifies requests and signs them again.
pub(crate) fn sigvet_inbound(to: SocketAddr) -> Peer {
    let files = tempfile::tempdir().unwrap();
    let keys = files.path().join("keys.toml");
    let (id, secret) = PLACEHOLDER;
    fs::write(&keys, format!("[identity.a]\naccess_key_id = '{id}'\nsecret_access_key = '{secret}'\n")).unwrap();
    let keys = keys.to_str().unwrap().to_owned();
    proxy("sigvet proxy --inbound", to, &["--inbound", &keys], Some(files))
}

fn proxy(name: &'static str, to: SocketAddr, words: &[&str], files: Option<TempDir>) -> Peer {
    let address = free_address();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
    command.args(["proxy", "--port", &address.port().to_string(), "--to", &format!("http://{to}")]).args(words);
    // More than S3 takes in one request: the upload may be of any size.
    command.args(["--max-body", "1TiB"]);
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ACCESS_KEY_ID", KEY.0)
        .env("AWS_SECRET_ACCESS_KEY", KEY.1);
    Peer::start(name, address, &mut command, files)
}

/// nginx, which does not sign.
pub(crate) fn nginx(to: SocketAddr) -> Option<Peer> {
    let program = Path::new("/usr/sbin/nginx");
    let (address, files) = (free_address(), tempfile::tempdir().unwrap());
    let directory = files.path().display().to_string();
    let configuration = format!(
        "daemon off; worker_processes 1; pid {directory}/pid; error_log /dev/null; events {{}}
         http {{ access_log off; keepalive_requests 100000000; client_max_body_size 0; client_body_temp_path {directory}/body;
         upstream behind {{ server {to}; keepalive 64; }}
         server {{ listen {address}; location / {{ proxy_pass http://behind; proxy_http_version 1.1; proxy_buffering off;
         proxy_request_buffering off; proxy_set_header Connection \"\"; }} }} }}"
    );
    let file = files.path().join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    program
        .exists()
        .then(|| Peer::start("nginx (does not sign)", address, Command::new(program).arg("-c").arg(file), Some(files)))
}

pub(crate) fn mitmproxy(to: SocketAddr) -> Option<Peer> {
    let (address, program) = (free_address(), std::env::var_os("MITMDUMP")?);
    let mut command = Command::new(program);
    command.args(["-q", "--set", "stream_large_bodies=1m", "--mode", &format!("reverse:http://{to}")]);
    command.args(["--listen-host", "127.0.0.1", "--listen-port", &address.port().to_string()]);
    command.args(["-s", concat!(env!("CARGO_MANIFEST_DIR"), "/benches/relays/sign.py")]);
    Some(Peer::start("mitmproxy with botocore", address, &mut command, None))
}

fn named_by_the_environment(to: SocketAddr) -> Option<Peer> {
    let (address, line) = (free_address(), std::env::var_os("PEER_PROXY")?);
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).env("UPSTREAM", to.to_string()).env("LISTEN", address.to_string());
    command.env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1);
    Some(Peer::start("$PEER_PROXY", address, &mut command, None))
}
