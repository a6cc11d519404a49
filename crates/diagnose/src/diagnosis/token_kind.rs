//! Recognises which kind of token a presigned request is, by its action and by other marks of the kind.

use crate::formats::TokenKind;
use sigvet_core::canonical::SignedHeaders;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::Headers;

/// The kind of token that a request with this path and query is. `None` if it is not a token.
pub(super) fn token_kind(
    path: &[u8],
    query: &[u8],
    headers: &Headers,
    signed: &SignedHeaders,
) -> Option<&'static TokenKind> {
    let is_text = |bytes: &[u8], text: &str| bytes == text.as_bytes();
    let parameters = || query::parameters(query);
    let (_, action) = parameters().find(|(name, _)| is_text(name, "Action"))?;
    let is_marked = |mark: &str| {
        headers.contains(mark) || signed.contains(mark) || parameters().any(|(name, _)| is_text(&name, mark))
    };
    let is_of = |kind: &&TokenKind| {
        kind.actions.iter().any(|name| is_text(&action, name)) && kind.marked_by.is_none_or(is_marked)
    };
    TokenKind::ALL.into_iter().find(is_of).filter(|_| path == b"/")
}
