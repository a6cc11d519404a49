//! Groups of options that commands share, and the step from the text of an option to its meaning.
//!
//! `request` uses curl's names, `signing` those of the AWS tools.

pub mod complete;
pub mod digests;
pub mod payload;
pub mod show;
pub mod spool;
pub mod value;
pub mod data;
pub mod batch;
pub mod gateway;
pub mod multipart;
pub mod streaming;
pub mod request;
pub mod checksum;
pub mod signing;
pub mod typed;
pub mod upload;
