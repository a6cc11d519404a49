//! The structure of the manual's pages.

/// A section of a page.
pub(super) struct Section {
    /// In capitals, as usual in manuals.
    pub(super) title: String,
    /// What it holds.
    pub(super) items: Vec<Item>,
}

/// An item of a section. In text, words in backquotes are set in italics.
pub(super) enum Item {
    Text(String),
    Code(String),
    Term(String, String),
}

impl Item {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn term(term: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Term(term.into(), text.into())
    }
}
