//! Makes a request from options or a capture: its URL, its headers and its body. Nothing here signs.

mod scheme;
pub mod address;
pub mod s3_key;
pub mod s3_address;
pub mod build;
pub mod caller_identity;
pub mod token;
pub mod supply;
pub mod input;
