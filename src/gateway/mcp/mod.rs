//! The face for agents: messages of MCP on lines of standard input and output, carried to a streamable HTTP endpoint that takes
//! only signed requests.
//!
//! Each line is a request of its own (MCP 2025-06-18, *Transports*), and none waits for the answer to another. What comes back is
//! handed out message by message; who writes it, and what a user sees, is not known here.

mod message;
mod events;
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
