//! Commands that work through a list: the files of it, the way to the output, and how it ends.

mod input;
mod whole;

use std::io::Read;
use std::sync::atomic::AtomicBool;

pub use input::{Input, inputs};
use whole::{Whole, stop_between_blocks};

use crate::batch::{Broken, Ending, Pipe, Run, Worker, run};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::value::cannot_read;

/// A list on its way in: its name, what ends a record, and the number of its first one.
pub struct List<R> {
    /// The name, for people.
    pub name: String,
    /// The records.
    pub records: R,
    /// What ends each of them.
    pub ending: Ending,
    /// The number of the first one.
    pub first: u64,
}

/// Works through a list with so many threads, and writes to standard output. A record that is fatal is an error; others that are
/// wrong are counted.
///
/// # Errors
/// The list cannot be read, the output cannot be written, or a record is fatal.
pub fn work_through<P: Worker>(
    list: List<impl Read + Send>,
    jobs: usize,
    worker: impl Fn() -> P + Sync,
    context: &mut Context,
) -> Result<Run, Failure> {
    stop_between_blocks();
    let output = Whole(context.stdout.exact());
    let pipe = Pipe { input: list.records, ending: list.ending, first: list.first, output };
    let ended = run(pipe, jobs, worker, &AtomicBool::new(false)).map_err(|broken| match broken {
        Broken::Input(error) => cannot_read(list.name.as_ref(), error),
        Broken::Output(error) => Failure::from(error),
    })?;
    match &ended.fatal {
        Some(problem) => {
            Err(Failure::new(Exit::NotValid, format!("{}, line {}: {}", list.name, problem.record, problem.what))
                .hint("pass --on-error report to go on: a line in its place then says what is wrong"))
        }
        None => Ok(ended),
    }
}
