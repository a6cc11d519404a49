//! The programs under test, as a user runs them: `sigvet`, and `curl` for what `sigvet` presigned or printed.

use std::ffi::OsStr;
use std::process::{Command, Output};

use crate::reply::Reply;

#[derive(Clone, Copy, Debug)]
pub struct Credentials {
    pub id: &'static str,
    pub secret: &'static str,
}

/// A `sigvet` in an isolated environment: these credentials, no profile file, no configuration of the machine.
pub struct Sigvet {
    credentials: Option<Credentials>,
    scope: Vec<String>,
}

impl Sigvet {
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), scope: Vec::new() }.scope("us-east-1", "s3")
    }

    /// Without credentials, region or service: a profile must supply them.
    pub fn without_credentials() -> Self {
        Self { credentials: None, scope: Vec::new() }
    }

    pub fn without_scope(self) -> Self {
        Self { scope: Vec::new(), ..self }
    }

    pub fn scope(mut self, region: &str, service: &str) -> Self {
        self.scope = ["--region", region, "--service", service].map(str::to_owned).into();
        self
    }

    /// Runs `sigvet send -i`, and returns the server's reply.
    #[track_caller]
    pub fn send<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Reply {
        let mut command = self.command("send");
        command.arg("-i").args(args);
        exchange(&mut command)
    }

    /// Runs `sigvet presign`, and returns the URL that it prints.
    #[track_caller]
    pub fn presign<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> String {
        let url = self.print("presign", args);
        assert!(url.contains("X-Amz-Signature="), "not a presigned URL: {url}");
        url
    }

    /// Runs a command that prints one line, and returns that line.
    #[track_caller]
    pub fn print<I: IntoIterator<Item: AsRef<OsStr>>>(&self, subcommand: &str, args: I) -> String {
        let mut command = self.command(subcommand);
        command.args(args);
        let output = run(&mut command);
        assert!(output.status.success(), "{command:?}\n{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("printed text").trim_end_matches('\n').to_owned()
    }

    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = isolated(env!("CARGO_BIN_EXE_sigvet"));
        if let Some(Credentials { id, secret }) = self.credentials {
            command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
        }
        command.arg(subcommand).args(&self.scope);
        command
    }
}

/// Runs `curl -i`, which does not sign here.
#[track_caller]
pub fn curl<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Reply {
    exchange(
        isolated("curl")
            .args(["-i", "--silent", "--show-error", "--globoff", "--path-as-is", "--max-time", "60"])
            .args(args),
    )
}

/// Runs a shell command line that ends in a curl command.
#[track_caller]
pub fn shell(line: &str) -> Reply {
    exchange(isolated("sh").arg("-c").arg(line))
}

#[track_caller]
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

#[track_caller]
fn exchange(command: &mut Command) -> Reply {
    let output = run(command);
    let asked = format!("{command:?}");
    assert!(output.status.success(), "{asked}\n{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Reply::parse(asked, &output.stdout)
}

/// A command that gets nothing from the caller's environment except where programs are.
pub fn isolated(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}
