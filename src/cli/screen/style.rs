//! Colours, or none.

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
pub enum Role {
    /// A verdict that is good.
    Valid,
    /// A verdict that is bad.
    Invalid,
    /// No verdict.
    Unknown,
    /// What the lines below it are about.
    Heading,
    /// What differs.
    Mark,
    /// What helps to read the rest.
    Secondary,
}

impl Palette {
    pub(super) fn style(self, role: Role) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Coloured => role.style(),
        }
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
