//! A record in, a record out: URLs presigned and requests judged by the million.
//!
//! [`run`] cuts a stream into blocks of whole records, hands them to workers, and writes what these make of them in the order of
//! the input; memory stays the same however long that is. What a record is ([`Records`]) and what a worker does with it
//! ([`PresignWorker`], [`VerifyWorker`]) are not its business. Which options there are, and how a command ends, is not known here.

mod blocks;
mod json;
mod problem;
mod pipeline;
mod csv;
mod presign;
mod verify;

pub use blocks::{Ending, LONGEST_RECORD};
pub use csv::CsvHeader;
pub use pipeline::{Broken, Finished, Pipe, Run, Worker, run};
pub use presign::{Base, PresignFormat, PresignWorker, Signing, SigningTerms};
pub use problem::{OnError, Problem, WhenWrong};
pub use verify::{ParseUrl, VerifyFormat, VerifyWorker};
