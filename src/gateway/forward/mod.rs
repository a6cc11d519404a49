//! The forward proxy of `sigvet watch`: it passes bytes on unchanged and keeps a copy of requests and replies.
//!
//! A client asks for a tunnel (CONNECT), or sends plain HTTP with absolute URLs. The proxy decrypts tunnels to watched
//! hosts with a certificate of its own authority; it does not see the content of other tunnels. Nothing is judged or
//! explained here: the caller receives each exchange.

mod watched;
mod rewind;
mod splitter;
mod body_copy;
mod conversation;
mod unwatched;
mod rewrite;
mod pump;
mod forwarder;
mod session;
mod accepting;

pub use accepting::serve;
pub use conversation::{Place, Seen, SeenReply, Witness};
pub use forwarder::{Forwarder, PURPOSE};
pub use watched::{HostRule, InvalidHost, Watched};
