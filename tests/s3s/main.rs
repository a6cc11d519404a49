//! sigvet against s3s, an S3 server that shares no code with it: what sigvet signs is accepted, and the bytes arrive.
//!
//! Each test runs the built binary as a user would, in an isolated environment, against a server inside the test's
//! process. Catches what no test vector contains: a correct signature for a request that was changed before it was
//! sent.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

use sigvet_testing as common;
mod server;
mod shelf;

mod checksums;
mod curl;
mod forms;
mod identity;
mod keys;
mod listing;
mod objects;
mod presigned;
mod refusals;
mod streaming;
mod version_2;
