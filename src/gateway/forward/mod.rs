//! The face that watches: a forward proxy that passes bytes on as they are, and keeps a copy of what is asked and answered.
//!
//! A client asks for a tunnel (CONNECT), or sends plain HTTP with whole URLs. Into the tunnels to hosts that are watched it looks
//! with a certificate of its own authority; of all other tunnels it sees nothing. Nothing is judged here, and nothing explained:
//! whoever starts it is shown each exchange.

mod watched;
mod rewind;
mod splitter;
mod kept;
mod conversation;
mod rewrite;
mod pump;
mod forwarder;
mod session;
mod accepting;

pub use accepting::serve;
pub use conversation::{Place, Seen, SeenReply, Witness};
pub use forwarder::{Forwarder, PURPOSE};
pub use watched::{HostRule, InvalidHost, Watched};
