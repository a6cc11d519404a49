//! `sigvet proxy` between clients and servers: what goes up, what comes down, and what does neither.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
mod recorder;
mod signing;
mod passing;
mod sources;
mod renewal;
mod inbound;
mod tunnel;
mod forward;
mod forward_rules;
mod express;
mod leaks;
mod routes;
mod versions;
mod words;
