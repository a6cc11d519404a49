//! One file a command, its arguments beside it.

pub mod explain;
pub mod form;
pub mod key;
pub mod presign;
pub mod profile;
pub mod send;
pub mod sign;
pub mod verify;
