//! What `sigvet serve` answers to a request that it refuses, as the network has it: status, code, form, and what is not in it.
//!
//! They catch a reply that an SDK of that service could not read, a code that the service does not use, and a reply, a log line
//! or a page that shows what nobody may see. Expected values are AWS's documents and replies of the services themselves, as
//! people quoted them; each names where it is from.
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
