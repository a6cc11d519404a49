//! A request that is not signed yet, where its body lies, and what is to be computed of that before it is signed.

use crate::cli::options::payload::Payload;
use crate::cli::options::streaming::PipeLength;
use crate::transport::BodyFile;
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::request::Request;

/// A request that is not signed yet, and where its body lies.
#[derive(Debug)]
pub struct Unsigned {
    /// The request, with the hash of its body where that lies in a file.
    pub request: Request,
    /// The file that is the body, where it is not in memory.
    pub body_file: Option<BodyFile>,
    /// The checksum of that file, where one was wanted.
    pub checksum: Option<Checksum>,
    /// Whether the body is what standard input will give, as long as was told.
    pub takes_stdin: bool,
    /// What of the options was left out.
    pub warnings: Vec<String>,
    /// Headers, in lower case, that were taken away: no client adds them then.
    pub removed: Vec<String>,
}

impl Unsigned {
    /// A request whose body, if it has one, is in memory.
    pub fn of(request: Request) -> Self {
        Self { request, body_file: None, checksum: None, takes_stdin: false, warnings: Vec::new(), removed: Vec::new() }
    }

    pub(super) fn put(&mut self, payload: Payload) {
        (self.request.body, self.body_file, self.checksum) = (payload.body, payload.file, payload.checksum);
    }
}

/// Whether a body that is not in memory is hashed: that takes a second for each gigabyte or so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyHash<'a> {
    /// The hash is asked for.
    Needed,
    /// It is, unless the request brings the header that declares it.
    UnlessDeclared {
        /// The dialect's name of the header.
        header: &'a str,
    },
    /// Something else is signed.
    Spared,
}

/// What is to be computed of a body that is not in memory, in the one pass that reads it before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyDigests<'a> {
    /// Whether it is hashed.
    pub sha256: BodyHash<'a>,
    /// Its checksum by this algorithm.
    pub checksum: Option<ChecksumAlgorithm>,
    /// Where the length of a pipe comes from.
    pub pipe_length: PipeLength,
}

impl<'a> From<BodyHash<'a>> for BodyDigests<'a> {
    fn from(sha256: BodyHash<'a>) -> Self {
        Self { sha256, checksum: None, pipe_length: PipeLength::Counted }
    }
}
