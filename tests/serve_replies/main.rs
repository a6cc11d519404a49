//! The answers of `sigvet serve` to refused requests, as on the network: status, code, format, and what must not be in
//! them.
//!
//! Catches a reply that an SDK of that service could not read, a code that the service does not use, and a reply, a log
//! line or a page that shows what nobody may see. Expected values come from AWS's documentation and from replies of the
//! services, as people quoted them; each names its source.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod keys;
mod signing;
mod wire;

mod table;
mod s3;
mod silent;
mod head;
mod hostile;
mod forms;
mod policies;
mod canary;
