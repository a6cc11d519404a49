//! The part of the demo that works: sigvet commands, run as a user would type them, in an isolated environment.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use clap::{Args, Parser};

use super::stage::{REGION, Stage};
use crate::cli::commands::presign;
use crate::cli::commands::send::{self, SendArgs, Shared};
use crate::cli::commands::serve::keys::DEMO_KEY;
use crate::cli::context::{self, Context};
use crate::cli::failure::{Exit, Failure};
use crate::cli::screen::{Palette, Screen};
use crate::locking::locked;
use crate::profiles::Environment;

/// The arguments of one command, without the program name.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Line<A: Args> {
    #[command(flatten)]
    args: A,
}

/// Runs `sigvet send` with these arguments and returns its output; a refusal by the server is an error.
pub fn send(words: &[&str], stage: &Stage) -> Result<Vec<u8>, Failure> {
    let words = [&["--fail-with-body"], words].concat();
    run(&words, stage, |args: &SendArgs, context| send::run(args, &mut Shared::default(), context))
}

/// Runs `sigvet presign` with these arguments and returns the URL.
pub fn presign(words: &[&str], stage: &Stage) -> Result<String, Failure> {
    let printed = run(words, stage, presign::run)?;
    Ok(String::from_utf8_lossy(&printed).trim_end().to_owned())
}

fn run<A: Args>(
    words: &[&str],
    stage: &Stage,
    command: impl FnOnce(&A, &mut Context) -> Result<(), Failure>,
) -> Result<Vec<u8>, Failure> {
    let line = Line::<A>::try_parse_from(words).map_err(Failure::invalid)?;
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let mut inside = Context::made_up(environment(stage), context::now(), stdout.screen(), stderr.screen());
    command(&line.args, &mut inside)?;
    drop(inside);
    Ok(stdout.take())
}

/// The environment of the demo, without any of the user's profiles, proxies or files.
fn environment(stage: &Stage) -> Environment {
    let variables = [
        ("AWS_ACCESS_KEY_ID", DEMO_KEY.0),
        ("AWS_SECRET_ACCESS_KEY", DEMO_KEY.1),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &stage.url()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    Environment::new(variables, None)
}

/// An output stream that is captured.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn screen(&self) -> Screen {
        Screen::new(Box::new(self.clone()), Palette::Plain)
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        locked(&self.0)
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes())
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The error for something that should have worked.
pub fn unexpected(what: &str) -> Failure {
    Failure::new(Exit::NotValid, format!("the demo does not work: {what}"))
        .hint("report it: this is a bug in sigvet, or something on this machine changes requests to 127.0.0.1")
}
