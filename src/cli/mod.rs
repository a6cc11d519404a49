//! The command line: arguments in, one file a command, rendering out. The only reader of the terminal.

pub mod context;
pub mod failure;
