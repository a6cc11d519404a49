//! Batch mode: presigns URLs and verifies requests by the million, one output record for each input record.
//!
//! [`run`] cuts a stream into blocks of whole records, gives them to workers, and writes their results in the order
//! of the input; memory use does not depend on the length of the input. [`run`] does not know what a record is
//! ([`Records`]) or what a worker does with it ([`PresignWorker`], [`VerifyWorker`]). This module does not know
//! which options exist or how a command exits.

mod quotes;
mod binary;
mod blocks;
mod headers;
mod json;
mod problem;
mod other_text;
mod document;
mod host;
mod pipeline;
mod csv_row;
mod separator;
mod csv;
mod signing;
mod presigners;
mod presign;
mod judged;
mod alike;
mod verify;

pub use blocks::{Ending, LONGEST_RECORD};
pub use csv::CsvHeader;
pub use pipeline::{Broken, Finished, Pipe, Run, Worker, run};
pub use presign::{Base, KeyEncoding, PresignFormat, PresignWorker};
pub use problem::{Extent, OnError, Problem, Refusal, WhenWrong};
pub use signing::{Signing, SigningTerms};
pub use verify::{Judges, Judging, VerifyFormat, VerifyWorker};
