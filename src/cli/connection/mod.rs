//! What commands that reach a server share: the session of S3 Express.

pub mod express;
