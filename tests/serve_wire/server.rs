//! A running `sigvet serve`, and conversations with it byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, ChildStderr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use sigvet_testing::Sigvet;

/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port, with the demo key, and more options.
    pub fn start(options: &[&str]) -> Self {
        let words = [&["serve", "--demo-keys", "--port", "0"][..], options].concat();
        let mut child = Sigvet::anonymous(&words).into_command().spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        stderr.read_line(&mut first).unwrap();
        let address = first.trim().rsplit("://").next().unwrap().to_owned();
        assert!(first.starts_with("listening on http"), "{first}");
        let log = Arc::new(Mutex::new(String::new()));
        let reader = Some(std::thread::spawn({
            let log = Arc::clone(&log);
            move || copy(stderr, &log)
        }));
        Self { child, address, log, reader }
    }

    /// `127.0.0.1:40000`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn connect(&self) -> TcpStream {
        connect(&self.address)
    }

    /// Sends bytes over a connection of their own, and reads until the server closes it.
    pub fn converse(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A server that refuses early may close before all is written.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks it to stop, as `kill` does.
    pub fn terminate(&self) {
        let id = i32::try_from(self.child.id()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), rustix::process::Signal::TERM)
            .unwrap();
    }

    /// Waits for its end; its exit code, and what it wrote.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        let log = self.log.lock().unwrap().clone();
        (code, log)
    }

    /// What it has written by now.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

/// Connects to any server.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(mut stderr: BufReader<ChildStderr>, log: &Mutex<String>) {
    let mut line = String::new();
    while stderr.read_line(&mut line).unwrap_or_default() > 0 {
        log.lock().unwrap().push_str(&line);
        line.clear();
    }
}

/// The status of each answer in a stream of them.
pub fn statuses(answers: &str) -> Vec<u16> {
    let heads = answers.match_indices("HTTP/1.1 ");
    heads.filter_map(|(at, _)| answers[at + 9..].get(..3)?.parse().ok()).collect()
}
