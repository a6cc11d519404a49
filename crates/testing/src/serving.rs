//! A running `sigvet serve` or `sigvet proxy` on a free port, stopped when the value is dropped; and byte-by-byte
//! conversations with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, ChildStderr, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Sigvet;

/// Maximum time to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and its address.
pub struct Serving {
    child: Child,
    /// `http://127.0.0.1:1`.
    pub url: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Serving {
    /// Starts `sigvet serve` with the demo key and these additional options.
    pub fn start(options: &[&str]) -> Self {
        Self::start_without_key(&[&["--demo-keys"], options].concat())
    }

    /// Starts `sigvet serve` with these options, which have to name a key.
    pub fn start_without_key(options: &[&str]) -> Self {
        Self::spawn(Sigvet::anonymous(&[&["serve", "--port", "0"], options].concat()))
    }

    /// Starts `sigvet proxy` with these options, and these variables in its environment.
    pub fn start_proxy(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let proxy = Sigvet::anonymous(&[&["proxy", "--port", "0"], options].concat());
        Self::spawn(environment.iter().fold(proxy, |proxy, (name, value)| proxy.env(name, value)))
    }

    fn spawn(server: Sigvet) -> Self {
        let mut child = server.into_command().spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        let log = Arc::new(Mutex::new(String::new()));
        // A full pipe would block the server.
        let reader = std::thread::spawn({
            let log = Arc::clone(&log);
            move || copy(stderr, &log)
        });
        Self { child, url, log, reader: Some(reader) }
    }

    /// `127.0.0.1:40000`.
    pub fn address(&self) -> &str {
        self.url.rsplit("://").next().unwrap()
    }

    /// `sigvet` with the demo key, using this server for S3.
    pub fn sigvet(&self, words: &[&str]) -> Sigvet {
        Sigvet::anonymous(words)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &self.url)
    }

    /// Opens a connection to it.
    pub fn connect(&self) -> TcpStream {
        connect(self.address())
    }

    /// Sends bytes over a new connection, and reads until the server closes it.
    pub fn converse(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A server that refuses early may close before everything is written.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What it has written so far, after the first line.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has written this text `times` times: an answer may arrive before its line is written.
    pub fn wait_for(&self, text: &str, times: usize) {
        let began = Instant::now();
        while self.log().matches(text).count() < times {
            assert!(began.elapsed() < PATIENCE, "{text:?} is not there {times} times: {:?}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its peak memory in bytes, if the system reports it: on Linux.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }

    /// Asks it to stop, as `kill` does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits for it to end; returns its exit code and output.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        (code, self.log())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects to any server.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn copy(mut stderr: BufReader<ChildStderr>, log: &Mutex<String>) {
    let mut line = String::new();
    while stderr.read_line(&mut line).unwrap_or_default() > 0 {
        log.lock().unwrap().push_str(&line);
        line.clear();
    }
}
