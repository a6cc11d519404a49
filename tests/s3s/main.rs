//! Sigvet against s3s, an S3 server that shares no line with it: what it signs is accepted, and the bytes arrive.
//!
//! Each test runs the built binary as a user would, in an environment of its own, against a server inside the test's
//! process. They catch what no vector has: a signature that is right for a request that another one became on its way.
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
