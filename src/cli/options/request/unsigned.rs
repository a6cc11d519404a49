//! A request that is not signed yet, where its body is, and the digests to compute of it before signing.

use crate::cli::options::payload::Payload;
use crate::cli::options::streaming::PipeLength;
use crate::transport::BodyFile;
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::request::Request;

/// A request that is not signed yet, and where its body is.
#[derive(Debug)]
pub struct Unsigned {
    /// The request, with the hash of its body if that is in a file.
    pub request: Request,
    /// The file with the body, if it is not in memory.
    pub body_file: Option<BodyFile>,
    /// The checksum of that file, if required.
    pub checksum: Option<Checksum>,
    /// Whether the body is read from standard input while it is sent, with a given length.
    pub takes_stdin: bool,
    /// Warnings about options that were left out.
    pub warnings: Vec<String>,
    /// Removed headers, in lower case, which the client must not add either.
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

/// Whether a body that is not in memory is hashed, which takes about a second per gigabyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyHash<'a> {
    /// The hash is required.
    Needed,
    /// The hash is required unless the request has the header that declares it.
    UnlessDeclared {
        /// The name of that header in the dialect.
        header: &'a str,
    },
    /// Something else is signed.
    Spared,
}

/// The digests to compute of a body that is not in memory, in the one pass over it before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyDigests<'a> {
    /// Whether it is hashed.
    pub sha256: BodyHash<'a>,
    /// The algorithm of its checksum.
    pub checksum: Option<ChecksumAlgorithm>,
    /// Where the length of a pipe comes from.
    pub pipe_length: PipeLength,
}

impl<'a> From<BodyHash<'a>> for BodyDigests<'a> {
    fn from(sha256: BodyHash<'a>) -> Self {
        Self { sha256, checksum: None, pipe_length: PipeLength::Counted }
    }
}
