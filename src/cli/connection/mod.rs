//! What all commands that connect to a server share: the connection options, the errors, and the session that S3
//! Express requires.

pub mod failure;
pub mod options;
pub mod express;
