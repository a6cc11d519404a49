//! Options of commands that process a list: the record format, what happens to wrong records, and the number of
//! threads.

use std::num::NonZero;

use clap::{Args, ValueEnum};

use crate::batch::{Ending, OnError, WhenWrong};
use crate::cli::failure::Failure;

/// `--batch`, and what goes with it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Batch")]
pub struct BatchOptions {
    /// Read a record a line from standard input or files, and write a line for each
    ///
    /// A record has at most 1 MiB.
    #[arg(long)]
    pub batch: bool,

    /// The records are JSON objects
    #[arg(long, requires = "batch", conflicts_with = "null")]
    pub jsonl: bool,

    /// JSON field with the URL or the key (default: url, or key)
    #[arg(long, value_name = "NAME", requires = "jsonl")]
    pub field: Option<String>,

    /// Records end with a NUL byte, as from find -printf '%P\0', and may contain newlines
    #[arg(short = '0', long, requires = "batch")]
    pub null: bool,

    /// What to do with a record that is wrong
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, requires = "batch")]
    pub on_error: OnErrorChoice,

    /// Number of threads, from 1 to 256 (default: one for each processor)
    #[arg(short, long, value_name = "N", requires = "batch", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// `--on-error`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OnErrorChoice {
    /// Stop; everything before it is written
    #[default]
    Fail,
    /// Write an empty line in its place
    Empty,
    /// Write a line in its place that says what is wrong
    Report,
}

impl BatchOptions {
    /// What ends a record that is not a CSV row.
    pub fn ending(&self) -> Ending {
        if self.null { Ending::Zero } else { Ending::Newline }
    }

    /// What happens to a wrong record.
    pub fn on_error(&self) -> OnError {
        match self.on_error {
            OnErrorChoice::Fail => OnError::Fail,
            OnErrorChoice::Empty => OnError::Empty,
            OnErrorChoice::Report => OnError::Report,
        }
    }

    /// What happens to a wrong record, with the name of the input if there are several.
    pub fn when_wrong(&self, inputs: &[String], name: &str) -> WhenWrong {
        WhenWrong { on_error: self.on_error(), file: (inputs.len() > 1).then(|| name.to_owned()) }
    }

    /// The number of threads.
    pub fn jobs(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZero::get);
        self.jobs.map_or_else(all, usize::from)
    }

    /// Refuses several inputs for a command that accepts only one.
    ///
    /// # Errors
    /// There are several inputs, and `--batch` is not set.
    pub fn check_inputs(&self, inputs: &[String], what: &str) -> Result<(), Failure> {
        match inputs {
            [_, further, ..] if !self.batch => {
                Err(Failure::usage(format!("one {what} at a time, but '{further}' is another"))
                    .hint("pass --batch to work through the records of files"))
            }
            _ => Ok(()),
        }
    }
}
