//! The MCP bridge for agents: carries MCP messages between standard input and output and a streamable HTTP endpoint
//! that only accepts signed requests.
//!
//! Each line becomes its own request (MCP 2025-06-18, *Transports*), and no request waits for the answer to another.
//! Replies are handed out message by message. Writing them, and what the user sees, is up to the caller.

mod message;
mod events;
mod outline;
mod lines;
mod problem;
mod endpoint;
mod session;
mod exchange;
mod bridge;

pub use bridge::{Bridge, Patience};
pub use endpoint::{Endpoint, KeptSigner};
pub use exchange::Output;
pub use lines::Lines;
pub use problem::Problem;
