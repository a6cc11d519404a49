//! Interprets the server's message: from its code, message and fields to the mistakes that they name.
//!
//! The messages are those of AWS services and of compatible stores. Each reader knows the messages about one
//! subject; the first reader that recognises the reply explains it. A bare mismatch explains nothing.

mod certificate;
mod checksum;
mod dates;
mod form;
mod headers;
mod keys;
mod payload;
mod policy;
mod redirect;
mod scope;
mod tokens;
#[cfg(test)]
mod tests;

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::outcome::{AppliedMistake, Explanation, JudgedV4, Proof};
use crate::formats::reply::Reply;
use sigvet_core::claim::Claim;
use sigvet_core::derivation::Placement;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::verify::Finding;

/// In order, beginning with the subject whose messages are most reliable.
const READERS: [fn(&ReplyContext<'_>) -> Vec<Explanation>; 15] = [
    certificate::read,
    tokens::read,
    form::mechanism,
    policy::read,
    dates::expiry,
    dates::clock,
    scope::read,
    redirect::read,
    checksum::read,
    payload::read,
    headers::read,
    keys::token,
    keys::access_key,
    form::missing,
    form::malformed,
];

/// A reply, with the request that it answers.
pub(super) struct ReplyContext<'a> {
    reply: &'a Reply,
    evidence: &'a Evidence<'a>,
    judged: Option<JudgedV4<'a>>,
    /// The message, and the details that some servers add, on separate lines.
    text: String,
    /// The same in lowercase.
    words: String,
}

impl<'a> ReplyContext<'a> {
    pub(super) fn new(reply: &'a Reply, evidence: &'a Evidence<'a>, judged: Option<JudgedV4<'a>>) -> Self {
        let parts: Vec<&str> = [&reply.message, &reply.details].into_iter().flatten().map(String::as_str).collect();
        let text = parts.join("\n");
        let words = text.to_ascii_lowercase();
        Self { reply, evidence, judged, text, words }
    }

    pub(super) fn explanations(&self) -> Vec<Explanation> {
        READERS.iter().map(|read| read(self)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Whether the message contains any of these phrases, given in lowercase.
    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.words.contains(words))
    }

    /// The word of the message that begins with this text.
    fn word_at(&self, start: &str) -> Option<&str> {
        let rest = self.words.get(self.words.find(start)?..)?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(rest.len());
        rest.get(..end)
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.reply.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// The quoted text after these words, in quotes of any kind. The words are in lowercase; the quoted text
    /// keeps its case.
    fn quoted_after(&self, words: &str) -> Option<&str> {
        let rest = self.text_after(words)?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
        rest.get(1..)
            .unwrap_or_default()
            .split_once(quote)
            .map(|(quoted, _)| quoted)
            .filter(|quoted| !quoted.is_empty())
    }

    /// The text after these words, in its own case. The words are in lowercase.
    fn text_after(&self, words: &str) -> Option<&str> {
        self.text.get(self.words.find(words)? + words.len()..)
    }

    fn claim(&self) -> Option<&'a Claim> {
        self.judged.map(|judged| judged.claim)
    }

    fn findings(&self) -> &'a [Finding] {
        self.judged.map(|judged| judged.findings()).unwrap_or_default()
    }

    fn request(&self) -> Option<&'a Request> {
        self.judged.map(|judged| judged.request).or(self.evidence.request)
    }

    /// Whether the request declares a chunked payload.
    fn declares_chunks(&self) -> bool {
        let header = self.dialect().content_sha256_header;
        let declared = self.request().and_then(|request| request.headers.first_text(&header));
        declared.is_some_and(|word| word.starts_with("STREAMING-"))
    }

    fn is_form(&self) -> bool {
        let kind = self.request().and_then(|request| request.headers.media_type());
        kind.as_deref() == Some("multipart/form-data")
    }

    fn dialect(&self) -> Dialect {
        self.claim().map_or(Dialect::AWS4, |claim| claim.terms.dialect.clone())
    }

    fn is_presigned(&self) -> bool {
        self.claim().is_some_and(|claim| matches!(claim.terms.placement, Placement::Query { .. }))
    }
}

/// An explanation with one mistake.
fn one(made: AppliedMistake) -> Vec<Explanation> {
    vec![Explanation::from_mistake(Proof::Server, made)]
}

/// One explanation with all of these mistakes, or no explanation if there are none.
fn together(mistakes: Vec<AppliedMistake>) -> Vec<Explanation> {
    if mistakes.is_empty() { Vec::new() } else { vec![Explanation { proof: Proof::Server, mistakes }] }
}
