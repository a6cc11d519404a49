//! One module per command, with its arguments next to it.

pub mod form;
pub mod key;
pub mod credentials;
pub mod profile;
pub mod sign;
pub mod presign;
pub mod token;
pub mod send;
pub mod serve;
pub mod proxy;
pub mod mcp;
pub mod watch;
pub mod demo;
pub mod verify;
pub mod explain;
