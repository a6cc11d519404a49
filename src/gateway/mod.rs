//! The HTTP side: accepts requests, judges them, answers or relays them, and explains refusals.
//!
//! All commands share one path: accept, read the claim, judge, answer. A request is kept exactly as it came: raw
//! target, order of headers, repeated headers.
//!
//! This module knows nothing about command-line options and terminal output: the caller passes in keys, clock and
//! limits, and receives each exchange.

mod limits;
mod stop;
mod joining;
mod reply;
mod activity;
mod cutting;
mod record;
mod hops;
mod inbound;
mod file_body;
mod payload;
mod intake;
mod words;
mod signature_parts;
mod awaited;
mod onward;
mod keyring;
mod verifier;
mod credential_source;
mod metrics;
mod refusal;
mod passing;
pub mod certificate;
mod authority;
mod proxy_target;
mod passage;
mod cors;
mod exchange;
mod journal;
mod understood;
mod forward_auth;
mod unread;
mod roles;
mod counting;
mod searches;
mod masking;
mod upstream_refusal;
mod reporting;
mod server;
pub mod proxy;
pub mod mcp;
mod relay;
mod listener;
pub mod forward;
mod answers;

pub use answers::{Echo, Shelf};
#[cfg(feature = "store")]
pub use answers::{Store, StoreError};
pub use authority::{Authority, Constraint, Purpose};
pub use counting::Counting;
pub use credential_source::{CredentialSource, Fetch, SourceStatus, Unready};
pub use exchange::{Exchange, Judgement};
pub use forward_auth::Asker;
pub use intake::FileHolds;
pub use journal::{Entry, Journal, JournalLimits};
pub use keyring::{Keyring, NamedKey};
pub use limits::Limits;
pub use listener::{ListenError, Listening, serve_stream};
pub use metrics::{CONTENT_TYPE as METRICS_TYPE, Metrics};
pub use passage::{Arriving, ArrivingBody, ClientUpgrade, Later, Leg, Passage, Passed, Tunnel, Tunnels};
pub use passing::PassError;
pub use payload::BodyFile;
pub use refusal::{AnswerAs, Dialect};
pub use relay::Relay;
pub use reply::{Reply, ReplyBody};
pub use roles::{Answer, Pages, RESERVED_PATH, Sink};
pub use searches::Searches;
pub use server::{Admission, Server};
pub use stop::Stop;
pub use verifier::{Clock, Verifier};
