//! The two parties of an exchange, and the texts of one party.

/// The party that computed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The server.
    Server,
    /// The client.
    Client,
}

/// The texts of one party.
#[derive(Clone, Copy, Default)]
pub(super) struct Texts<'a> {
    pub(super) canonical_request: Option<&'a [u8]>,
    pub(super) string_to_sign: Option<&'a [u8]>,
}

impl Texts<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.canonical_request.is_none() && self.string_to_sign.is_none()
    }
}
