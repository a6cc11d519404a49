//! `sigvet proxy` between clients and servers: what reaches the server, what reaches the client, and what reaches
//! neither.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
mod recorder;
mod signing;
mod passing;
mod leaving;
mod logs;
mod sources;
mod renewal;
mod inbound;
mod tunnel;
mod forward;
mod forward_rules;
mod express;
mod leaks;
mod reach;
mod routes;
mod versions;
mod words;
