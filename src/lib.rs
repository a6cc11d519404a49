//! Signs, presigns, verifies and explains AWS Signature Version 4 requests.
#![forbid(unsafe_code)]

pub mod endpoint;
