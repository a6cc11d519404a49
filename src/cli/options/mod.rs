//! What was typed: the groups of options that commands share, and the step from there to what is meant.
//!
//! `request` is spelt as curl spells it, `signing` as the tools of AWS do.

pub mod checksum;
pub mod complete;
pub mod data;
pub mod digests;
pub mod multipart;
pub mod payload;
pub mod request;
pub mod show;
pub mod signing;
pub mod spool;
pub mod streaming;
pub mod typed;
pub mod upload;
pub mod value;
