//! What every command that reaches a server shares: by which way, why it did not get through, and the session that S3
//! Express wants first.

pub mod failure;
pub mod options;
pub mod express;
