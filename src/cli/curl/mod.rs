//! Compatibility with curl: the formats of `-w`, the files of `-K`, and the list of curl's options.
//!
//! Nothing here signs or sends; `send` passes in what it measured.

pub mod facts;
pub mod cookies;
pub mod table;
mod known;
mod config_line;
pub mod config_file;
pub mod transfers;
pub mod options;
pub mod write_out;

#[cfg(test)]
mod tests;
