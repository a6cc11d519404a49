//! `sigvet mcp` between an agent on its standard streams and a stub of an MCP server, behind `sigvet serve`, which judges each
//! signature. The public client and server of MCP have a test of their own, in `clients`.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod stub;
mod agent;
mod calls;
mod sessions;
mod streams;
mod credentials;
mod input;
mod ending;
mod words;
