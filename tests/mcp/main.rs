//! `sigvet mcp` between an agent on its standard streams and a stub MCP server, behind `sigvet serve`, which verifies
//! each signature. The public MCP client and server have their own test, in `clients`.
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
