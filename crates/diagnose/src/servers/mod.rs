//! What servers are known to compute otherwise than AWS, so that they refuse a signature that is right.
//!
//! Each difference is a row of `table`: data, with the servers, words and a source. Its rule is in `rules`: it makes the
//! canonical request, or the string to sign, as the server makes it. A request triggers a row if that text is another one than
//! the right one; a server's own text proves the row if it is exactly that text. `server` tells which server answered.

mod server;
mod rules;
mod table;

pub use server::Server;
pub use table::{TABLE, of_server};

pub(crate) use rules::Signed;

use rules::Rule;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;

/// A known difference between what servers compute and what AWS does.
#[derive(Debug)]
pub struct Difference {
    /// Its name in the output for scripts: `server-query-sorted-decoded`.
    pub id: &'static str,
    /// The servers that are known to compute so.
    pub servers: &'static [Server],
    /// Those of them of which only some versions do.
    pub some_versions: &'static [Server],
    /// What they do, as a sentence without a subject of its own: `parameters are sorted before they are percent-encoded`.
    pub computes: &'static str,
    /// What to send instead.
    pub send: &'static str,
    /// Where this is known from.
    pub source: &'static str,
    rule: Rule,
}

/// How a difference shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// The server computes another signature, and refuses the right one.
    OtherSignature,
    /// The server does not look at the signature: it refuses the request by these words.
    Refused {
        /// Words of its message, in lower case.
        words: &'static str,
    },
    /// The server accepts the request, and stores the framing of the body as part of the object.
    FramingStored,
}

/// A row is known by its id.
impl PartialEq for Difference {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Difference {}

impl Difference {
    /// What happens to a request that triggers it.
    pub fn consequence(&self) -> Consequence {
        match self.rule {
            Rule::Refused(refusal) => Consequence::Refused { words: refusal.words() },
            Rule::FramingStored(_) => Consequence::FramingStored,
            _ => Consequence::OtherSignature,
        }
    }

    /// Whether this server is known to compute so.
    pub fn is_of(&self, server: Server) -> bool {
        self.servers.contains(&server)
    }

    /// Whether all versions of this server that are known compute so.
    pub fn is_always_of(&self, server: Server) -> bool {
        self.is_of(server) && !self.some_versions.contains(&server)
    }

    /// The server's name, with a word of it if only some versions compute so.
    pub fn name_of(&self, server: Server) -> String {
        let of_some = if self.some_versions.contains(&server) { " (some versions)" } else { "" };
        format!("{}{of_some}", server.name())
    }
}

/// The differences of a server that a signed request would run into; none of a request that is not signed.
pub fn triggered(request: &Request, server: Server, buckets: BucketRule<'_>) -> Vec<&'static Difference> {
    let extracted = rules::Extracted::from_request(request, buckets);
    let Some(signed) = extracted.as_ref().map(|extracted| extracted.signed(request)) else { return Vec::new() };
    triggered_by(&signed, of_server(server))
}

/// Those of some differences that a signed request would run into.
pub(crate) fn triggered_by(
    signed: &Signed<'_>,
    differences: impl Iterator<Item = &'static Difference>,
) -> Vec<&'static Difference> {
    let right = signed.text(&[]);
    differences.filter(|difference| signed.triggers(difference.rule, &right)).collect()
}

/// The text that a server makes by the rules of some differences.
pub(crate) fn text_by(signed: &Signed<'_>, differences: &[&Difference]) -> Vec<u8> {
    let rules: Vec<Rule> = differences.iter().map(|difference| difference.rule).collect();
    signed.text(&rules)
}

#[cfg(test)]
mod tests;
