//! Whether and how output is coloured.

use anstyle::{AnsiColor, Style};

/// Whether output may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Plain text: for files, pipes, and if `NO_COLOR` is set.
    Plain,
    /// For a terminal.
    Coloured,
}

/// The role of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A valid verdict.
    Valid,
    /// An invalid verdict.
    Invalid,
    /// No verdict.
    Unknown,
    /// The heading of the lines below it.
    Heading,
    /// A difference.
    Mark,
    /// Secondary information.
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
