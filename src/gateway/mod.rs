//! On the wire: requests are accepted, judged, answered or relayed, and a refused one is explained.
//!
//! One path for every face: accept, claim, judge, answer. A request is kept as it came: raw target, order of headers, repeats.
//! Which options there are, and what a terminal shows, is not known here: whoever starts a gateway hands in keys, clock and
//! limits, and is told of each exchange.

mod limits;
mod record;
mod inbound;
mod intake;
mod keyring;
mod verifier;
mod refusal;
mod exchange;
mod reply;
mod understood;
mod listener;
mod server;

pub use exchange::{Exchange, Judgement};
pub use keyring::{Keyring, NamedKey};
pub use limits::Limits;
pub use listener::{ListenError, Listening, Stop};
pub use refusal::{AnswerAs, Dialect};
pub use reply::{Reply, ReplyBody};
pub use server::{Answer, Later, Pages, Server, Sink};
pub use verifier::{Clock, Verifier};
