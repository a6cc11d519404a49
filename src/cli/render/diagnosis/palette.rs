//! Colours, or none.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

/// Whether what is written may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Text alone: for files, pipes, and where `NO_COLOR` is set.
    Plain,
    /// For a terminal.
    Coloured,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Valid,
    Invalid,
    Unknown,
    Heading,
    Mark,
    Secondary,
}

impl Palette {
    /// The text in the colours of its role.
    pub(super) fn paint<T: Display>(self, role: Role, text: T) -> Painted<T> {
        let style = match self {
            Self::Plain => Style::new(),
            Self::Coloured => role.style(),
        };
        Painted { style, text }
    }
}

impl Role {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Valid => colour(AnsiColor::Green).bold(),
            Self::Invalid => colour(AnsiColor::Red).bold(),
            Self::Unknown => colour(AnsiColor::Yellow).bold(),
            Self::Heading => Style::new().bold(),
            Self::Mark => colour(AnsiColor::Red),
            Self::Secondary => Style::new().dimmed(),
        }
    }
}

/// Text in its colours.
pub(super) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}
