//! What was typed: the groups of options that commands share, and the step from there to what is meant.
//!
//! `request` is spelt as curl spells it, `signing` as the tools of AWS do.

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
