//! Parts of a request that servers refuse before they check its signature.

use std::collections::HashSet;

use super::query::has_bad_escape;
use sigvet_core::internal::canonical::query::parameters;
use sigvet_core::internal::is_token;
use sigvet_core::request::Request;

/// A part of a request that a server refuses although AWS accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servers) enum Refusal {
    /// A parameter that is repeated, ignoring case.
    RepeatedParameter,
    /// A parameter whose name is not allowed as a header name, such as `a[1]`.
    ParameterName,
    /// A query with a raw `;`, or a `%` that does not begin an escape.
    UnreadableQuery,
}

impl Refusal {
    /// The words of the server's message, in lowercase.
    pub(in crate::servers) fn words(self) -> &'static str {
        match self {
            Self::RepeatedParameter => "duplicate query parameter",
            Self::ParameterName => "invalid header name",
            Self::UnreadableQuery => "authorization mechanism you have provided is not supported",
        }
    }

    pub(super) fn is_due(self, request: &Request) -> bool {
        let query = request.query().unwrap_or_default();
        let mut names = parameters(query).map(|(name, _)| name);
        match self {
            Self::RepeatedParameter => {
                let mut earlier = HashSet::new();
                names.any(|name| !earlier.insert(name.to_ascii_lowercase()))
            }
            Self::ParameterName => names.any(|name| !std::str::from_utf8(&name).is_ok_and(is_token)),
            Self::UnreadableQuery => query.contains(&b';') || has_bad_escape(query),
        }
    }
}
