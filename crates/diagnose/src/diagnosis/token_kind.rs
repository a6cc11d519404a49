//! Recognises which kind of token a presigned request is, by its action and by other marks of the kind.

use crate::formats::TokenKind;
use sigvet_core::canonical::SignedHeaders;
use sigvet_core::internal::canonical::query;
use sigvet_core::request::{Headers, Request};

/// The kind of token that a presigned request is, if it is one. One that was cut off may lack the list of its signed headers.
pub fn token_kind_of(request: &Request) -> Option<&'static TokenKind> {
    let listed = query::parameter(request, "X-Amz-SignedHeaders");
    let listed = listed.map(|listed| String::from_utf8_lossy(&listed).into_owned());
    let lists = |mark: &str| listed.as_ref().is_none_or(|listed| listed.split(';').any(|name| name == mark));
    let query = request.query().filter(|query| query.windows(6).any(|bytes| bytes == b"X-Amz-"))?;
    kind_of(request.path(), query, |mark| request.headers.contains(mark) || mark.starts_with("x-") && lists(mark))
}

/// The kind of token that a request with this path and query is. `None` if it is not a token.
pub(super) fn token_kind(
    path: &[u8],
    query: &[u8],
    headers: &Headers,
    signed: &SignedHeaders,
) -> Option<&'static TokenKind> {
    kind_of(path, query, |mark| headers.contains(mark) || signed.contains(mark))
}

fn kind_of(path: &[u8], query: &[u8], has_header: impl Fn(&str) -> bool) -> Option<&'static TokenKind> {
    let is_text = |bytes: &[u8], text: &str| bytes == text.as_bytes();
    let parameters = || query::parameters(query);
    let (_, action) = parameters().find(|(name, _)| is_text(name, "Action"))?;
    let is_marked = |mark: &str| has_header(mark) || parameters().any(|(name, _)| is_text(&name, mark));
    let is_of = |kind: &&TokenKind| {
        kind.actions.iter().any(|name| is_text(&action, name)) && kind.marked_by.is_none_or(is_marked)
    };
    TokenKind::ALL.into_iter().find(is_of).filter(|_| path == b"/")
}
