//! What the pages of the manual are made of.

/// A section of a page.
pub(super) struct Section {
    /// In capitals, as manuals have it.
    pub(super) title: String,
    /// What it holds.
    pub(super) items: Vec<Item>,
}

/// A piece of a section. In text, what stands in backquotes is set in italics.
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
