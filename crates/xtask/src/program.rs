//! Runs a program at the root of the repository, and reports which one failed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Why a task stopped: one line, or several that each name a fault.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The faults that a check found; success if there are none.
    pub fn unless_empty(faults: &[String]) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults.join("\n  "))) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A program to run.
pub struct Program {
    command: Command,
    line: String,
}

/// The cargo that runs this task.
pub fn cargo(arguments: &[&str]) -> Program {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut program = program(&cargo).args(arguments);
    program.line = format!("cargo {}", arguments.join(" "));
    program
}

/// A program that runs at the root of the repository. Tests that it runs do not request credentials over the network.
pub fn program(name: &str) -> Program {
    let mut command = Command::new(name);
    command.current_dir(root()).env("AWS_EC2_METADATA_DISABLED", "true");
    Program { command, line: name.to_owned() }
}

impl Program {
    pub fn args(mut self, arguments: &[&str]) -> Self {
        for argument in arguments {
            self.command.arg(argument);
            self.line = format!("{} {argument}", self.line);
        }
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub fn run(mut self) -> Result<(), Failure> {
        println!("$ {}", self.line);
        let status = self.command.status().map_err(|error| self.cannot_start(&error))?;
        if status.success() { Ok(()) } else { Err(self.failed(status)) }
    }

    /// What the program prints.
    pub fn output(mut self) -> Result<Vec<u8>, Failure> {
        let output = self.command.stderr(Stdio::inherit()).output().map_err(|error| self.cannot_start(&error))?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.failed(output.status)) }
    }

    fn failed(&self, status: ExitStatus) -> Failure {
        Failure::new(format!("'{}' failed: {status}", self.line))
    }

    fn cannot_start(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("cannot start '{}': {error}", self.line))
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").components().collect()
}
