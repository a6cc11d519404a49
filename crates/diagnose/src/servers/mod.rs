//! Differences between what servers compute and what AWS computes, because of which they refuse a correct signature.
//!
//! Each difference is a row of `table`: data, with the servers, a description and a source. Its rule in
//! `rules` computes the canonical request or the string to sign as the server does. A request triggers a row
//! if that text differs from the right one; a server's own text proves the row if it is exactly that text.
//! `server` identifies the server that answered.

mod server;
mod rules;
mod table;

pub use server::Server;
pub use table::{TABLE, of_server};

pub(crate) use rules::Signed;

use rules::Rule;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;

/// A known difference between a server's computation and AWS's.
#[derive(Debug)]
pub struct Difference {
    /// The name in the output for scripts, such as `server-query-sorted-decoded`.
    pub id: &'static str,
    /// The servers that are known to compute this way.
    pub servers: &'static [Server],
    /// The servers among them that compute this way only in some versions.
    pub some_versions: &'static [Server],
    /// What the servers do, as a sentence that does not name the server:
    /// `parameters are sorted before they are percent-encoded`.
    pub computes: &'static str,
    /// What to send instead.
    pub send: &'static str,
    /// Where this is known from.
    pub source: &'static str,
    rule: Rule,
}

/// The consequence of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// The server computes a different signature, and refuses the right one.
    OtherSignature,
    /// The server refuses the request with these words, without checking the signature.
    Refused {
        /// Words of the server's message, in lowercase.
        words: &'static str,
    },
    /// The server accepts the request, but stores the body's framing as part of the object.
    FramingStored,
}

/// Rows are compared by id.
impl PartialEq for Difference {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Difference {}

impl Difference {
    /// What happens to a request that triggers the difference.
    pub fn consequence(&self) -> Consequence {
        match self.rule {
            Rule::Refused(refusal) => Consequence::Refused { words: refusal.words() },
            Rule::FramingStored(_) => Consequence::FramingStored,
            _ => Consequence::OtherSignature,
        }
    }

    /// Whether this server is known to compute this way.
    pub fn is_of(&self, server: Server) -> bool {
        self.servers.contains(&server)
    }

    /// Whether all known versions of this server compute this way.
    pub fn is_always_of(&self, server: Server) -> bool {
        self.is_of(server) && !self.some_versions.contains(&server)
    }

    /// The server's name, qualified if only some versions compute this way.
    pub fn name_of(&self, server: Server) -> String {
        let of_some = if self.some_versions.contains(&server) { " (some versions)" } else { "" };
        format!("{}{of_some}", server.name())
    }
}

/// The differences of a server that affect a signed request. An unsigned request is affected by none.
pub fn triggered(request: &Request, server: Server, buckets: BucketRule<'_>) -> Vec<&'static Difference> {
    let extracted = rules::Extracted::from_request(request, buckets);
    let Some(signed) = extracted.as_ref().map(|extracted| extracted.signed(request)) else { return Vec::new() };
    triggered_by(&signed, of_server(server))
}

/// The differences, among these, that affect a signed request.
pub(crate) fn triggered_by(
    signed: &Signed<'_>,
    differences: impl Iterator<Item = &'static Difference>,
) -> Vec<&'static Difference> {
    let right = signed.text(&[]);
    differences.filter(|difference| signed.triggers(difference.rule, &right)).collect()
}

/// The text that a server computes with the rules of these differences.
pub(crate) fn text_by(signed: &Signed<'_>, differences: &[&Difference]) -> Vec<u8> {
    let rules: Vec<Rule> = differences.iter().map(|difference| difference.rule).collect();
    signed.text(&rules)
}

#[cfg(test)]
mod tests;
