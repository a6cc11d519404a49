//! The catalogue of signing mistakes, with the name, explanation and fix of each.
//!
//! The catalogue is data: one static for each mistake, so that an id is spelt once and other code refers to
//! it by a name that the compiler checks. The catalogue does not know how a mistake is found. The ids are a
//! public contract: scripts match on them, so an id is never renamed.

/// Declares the mistakes of a section, and a complete list of them.
macro_rules! mistakes {
    ($($name:ident = $id:literal { title: $title:literal, $($field:ident: $value:expr,)* })*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            pub static $name: Mistake = Mistake { id: $id, title: $title, $($field: $value,)* };

            const _: () = assert!(super::is_spelt_alike(stringify!($name), $id));
        )*

        /// The mistakes of this section.
        pub(super) static SECTION: &[&Mistake] = &[$(&$name,)*];
    };
}

use sigvet_core::verify::FindingId;

mod assembly;
mod certificates;
mod chunks;
mod form;
mod headers;
mod host;
mod keys;
mod method;
mod path;
mod payload;
mod query;
mod scope;
#[cfg(test)]
mod tests;
mod tokens;
mod v2;

// Users of a mistake need not know its section (`expired` is in `scope`), so everything is re-exported here.
pub use assembly::*;
pub use certificates::*;
pub use chunks::*;
pub use form::*;
pub use headers::*;
pub use host::*;
pub use keys::*;
pub use method::*;
pub use path::*;
pub use payload::*;
pub use query::*;
pub use scope::*;
pub(in crate::diagnosis) use tokens::{
    TOKEN_BROKER, TOKEN_EXPIRES, TOKEN_HOST, TOKEN_HOST_CHANGED, TOKEN_PORT, TOKEN_REGION, TOKEN_SERVICE, in_token,
};
pub use v2::*;

/// One known mistake: a row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The name that scripts match on: `path-double-encoded`.
    pub id: &'static str,
    /// What the client did, as a lower-case fragment: `the path was encoded twice`.
    pub title: &'static str,
    /// The part of the request that the mistake affects: `path`, `signed-headers`, `string-to-sign`.
    pub place: &'static str,
    /// Two sentences: what goes wrong, and why signer and server then differ.
    pub explanation: &'static str,
    /// What to change, in any client.
    pub fix: &'static str,
    /// Well-known clients and proxies, with what to change in each. The library does not mention sigvet's own
    /// options: the program that shows a mistake knows them.
    pub clients: &'static [(&'static str, &'static str)],
    /// The ways to prove the mistake.
    pub proofs: &'static [Proof],
}

impl Mistake {
    /// Whether the signed and the expected value are instants in the format of `x-amz-date`.
    pub fn holds_times(&self) -> bool {
        let clocks = [&TIME_LOCAL, &TIME_WEEK_YEAR, &TIME_TWELVE_HOURS, &TIME_SKEWED];
        let times = clocks.into_iter().chain([&TIME_CHANGED, &TIME_DATE_HEADER, &EXPIRED, &NOT_YET_VALID]);
        times.into_iter().any(|mistake| mistake.id == self.id)
    }
}

/// A way to prove a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// With the secret: making the same mistake reproduces the wrong signature exactly.
    Search,
    /// The server's own canonical request or string to sign differs in exactly this way.
    Compare,
    /// The server's error code, message or fields say so.
    Error,
    /// Arithmetic on the dates.
    Time,
    /// The request alone shows the mistake, without a secret or a reply.
    Lint,
}

/// All mistakes, in the order of a request: from its method to the signature.
pub fn all() -> impl Iterator<Item = &'static Mistake> {
    let request = [method::SECTION, path::SECTION, query::SECTION, headers::SECTION, host::SECTION, payload::SECTION];
    let signature = [chunks::SECTION, scope::SECTION, keys::SECTION, assembly::SECTION, v2::SECTION, form::SECTION];
    request.into_iter().chain(signature).chain([certificates::SECTION]).flatten().copied()
}

/// The row for a finding.
pub fn row(id: FindingId) -> &'static Mistake {
    find(id.as_str()).expect("every finding has a row in the catalogue, as a test holds")
}

/// The mistake with this id.
pub fn find(id: &str) -> Option<&'static Mistake> {
    all().find(|mistake| mistake.id == id)
}

/// Whether a static is named after its id, as `PATH_EMPTY` is after `path-empty`.
const fn is_spelt_alike(name: &str, id: &str) -> bool {
    let (name, id) = (name.as_bytes(), id.as_bytes());
    let mut at = 0;
    while at < name.len() && at < id.len() {
        let expected = if id[at] == b'-' { b'_' } else { id[at].to_ascii_uppercase() };
        if name[at] != expected {
            return false;
        }
        at += 1;
    }
    name.len() == id.len()
}
