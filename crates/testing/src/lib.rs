//! Code shared by the tests of several packages: runs the built `sigvet` isolated from the machine's environment.
#![expect(clippy::unwrap_used, reason = "it serves tests, and fails by panicking")]

pub mod official_suite;
pub mod serving;
pub mod targets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Longer than any run takes on a busy machine; a run that hangs fails its test instead of hanging the others.
const TIME_LIMIT: Duration = Duration::from_secs(240);

/// The access key ID that the test servers know.
pub const KEY: &str = "AKIDEXAMPLE";
/// Its secret; like real ones, it contains `/` and `+`.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A command line to run.
pub struct Sigvet {
    command: Command,
    input: Vec<u8>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Sigvet {
    /// No keys, no proxy, a home without files.
    pub fn anonymous<W: AsRef<str>>(words: &[W]) -> Self {
        let mut command = Command::new(binary());
        command.args(words.iter().map(AsRef::as_ref)).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("HOME", binary().with_file_name("no-home"));
        for name in ["PATH", "SystemRoot"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        Self { command, input: Vec::new() }
    }

    /// With the test key in the environment.
    pub fn new<W: AsRef<str>>(words: &[W]) -> Self {
        Self::anonymous(words).env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn input(mut self, bytes: &[u8]) -> Self {
        self.input = bytes.to_vec();
        self
    }

    /// The command with its streams as pipes, for a test that handles them itself.
    pub fn into_command(mut self) -> Command {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command
    }

    pub fn run(self) -> Outcome {
        let input = self.input.clone();
        let mut child = self.into_command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A child may leave its input unread, which is not a failure; it may print before it reads, hence the thread.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = wait(child);
        let stderr = String::from_utf8(output.stderr).unwrap();
        Outcome { code: output.status.code(), stdout: output.stdout, stderr }
    }
}

/// Waits for the end of a child, up to the time limit.
fn wait(child: Child) -> std::process::Output {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(TIME_LIMIT).expect("sigvet ends within the time limit").unwrap()
}

impl Outcome {
    /// Fails if the exit code differs, and shows what was printed.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stderr: {}\nstdout: {}", self.stderr, self.text());
        self
    }

    /// Standard output as text without the final newline.
    #[track_caller]
    pub fn line(&self) -> String {
        self.text().strip_suffix('\n').expect("a line ends in a newline").to_owned()
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Where cargo put the command line: next to the folder of the running test.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    folder.join(format!("sigvet{}", std::env::consts::EXE_SUFFIX))
}

/// Every byte value, some twice: nothing made for text passes this through unchanged.
pub fn all_bytes() -> Vec<u8> {
    [b"\x1b[31mred\x1b[0m \xff\xfe\r\n\0".as_slice(), &(0..=255).collect::<Vec<u8>>()].concat()
}
