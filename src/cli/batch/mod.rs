//! What commands that process a list share: input files, output, and the exit code.

mod input;
mod whole;

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use input::{Input, are_empty, inputs, unreadable};
use whole::{Whole, stop_between_blocks};

use crate::batch::{Broken, Ending, Extent, Pipe, Problem, Refusal, Run, Worker, run};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::secrets::KnownSecrets;

/// A list to process.
pub struct List<R> {
    /// The name to show.
    pub name: String,
    /// The records.
    pub records: R,
    /// What ends a record.
    pub ending: Ending,
    /// The number of the first record.
    pub first: u64,
    /// The exit code if a wrong record ends the run.
    pub stopped: Exit,
}

/// Processes a list with `jobs` threads, and writes to standard output. Meanwhile it calls `attend`, which returns
/// warnings to print and may add secrets to redact. A fatal record is an error; other wrong records are counted.
///
/// # Errors
/// The list cannot be read, the output cannot be written, or a record is fatal.
pub fn work_through<P: Worker>(
    list: List<impl Read + Send>,
    jobs: usize,
    worker: impl Fn() -> P + Sync,
    attend: &dyn Fn(&KnownSecrets) -> Vec<String>,
    context: &mut Context,
) -> Result<Run, Failure> {
    let Context { stdout, stderr, secrets, .. } = context;
    let file = stdout.file();
    stop_between_blocks(file.is_some());
    let output = Whole::new(stdout.exact(), list.ending.of_output(), file);
    let pipe = Pipe { input: list.records, ending: list.ending, first: list.first, output };
    let is_done = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let this = std::thread::current();
        let (worker, is_done) = (&worker, &is_done);
        let running = scope.spawn(move || {
            let ended = run(pipe, jobs, worker);
            is_done.store(true, Ordering::Release);
            this.unpark();
            ended
        });
        loop {
            let is_last = is_done.load(Ordering::Acquire) || running.is_finished();
            for warning in attend(secrets) {
                // If standard error is closed, the warning is lost.
                let _ = stderr.line(&format!("warning: {warning}"));
            }
            if is_last {
                return running.join();
            }
            std::thread::park_timeout(BETWEEN_WARNINGS);
        }
    });
    let ended = ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(|broken| match broken {
        Broken::Input(error) => unreadable(&list.name, error),
        Broken::Output(error) => Failure::from(error),
    })?;
    match &ended.fatal {
        Some(problem) => Err(stopped(&list.name, problem, list.stopped)),
        None => Ok(ended),
    }
}

/// The failure for a record that ended the run.
fn stopped(name: &str, problem: &Problem, exit: Exit) -> Failure {
    let Refusal { what, hint, extent } = &problem.refusal;
    match extent {
        Extent::Record => Failure::new(exit, format!("{name}, line {}: {what}", problem.record))
            .with_hints(hint.clone())
            .hint("pass --on-error report to go on: a line in its place then says what is wrong"),
        Extent::Input => Failure::new(Exit::Usage, format!("{name}: {what}")).with_hints(hint.clone()),
        Extent::Credentials => {
            Failure::new(Exit::NoCredentials, format!("{what}; stopped at {name}, line {}", problem.record))
                .with_hints(hint.clone())
        }
    }
}

/// Interval between two calls of `attend`.
const BETWEEN_WARNINGS: Duration = Duration::from_millis(200);
