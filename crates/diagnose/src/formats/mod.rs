//! Parses pasted text: a captured request into a `Request`, and a server's reply.
//!
//! The format is detected (see `capture`). These modules do not judge whether the request is signed or right.

mod base64;
mod flattened;
mod note;
pub mod reply;
mod session;
mod written_url;
mod token;
mod recorded;
pub mod capture;
pub use capture::{PostedData, posted_body};
pub use flattened::{unflatten, unflatten_hashed};
pub use note::{Alteration, Note, OtherLogin};
pub use recorded::{SignedNames, is_body_absent, is_placeholder};
pub use session::{MalformedSession, parse_session};
pub(crate) use token::is_of_rds;
pub use token::{
    BEDROCK_PREFIX, CLUSTER_HEADER, Cache, CacheRegion, DamagedToken, EKS_PREFIX, Token, TokenKind, TokenServer,
    note_of_url,
};
pub use written_url::{UnreadableUrl, parse_url};

pub use sigvet_core::{MalformedRequest, parse_request};

/// Whether the text is a URL rather than a file name.
pub fn is_url(text: &str) -> bool {
    ["https://", "http://", "s3://", "wss://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}
