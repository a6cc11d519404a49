//! A diagnosis in a few rows, for a page with several diagnoses.

use std::io::{Result, Write};

use super::{COLUMN, Page, WIDTH, wrapped};
use crate::cli::render::diagnosis::Shown;
use crate::cli::screen::{Role, Screen};

impl Shown<'_> {
    /// Writes the best explanation: the mistake and its ID, what to change, the values, and how it is known.
    pub fn write_brief(&self, label: &str, out: &mut Screen) -> Result<()> {
        let mut page = Page { shown: self, out };
        let Some(best) = self.diagnosis.best() else { return page.row(label, "no mistake was found") };
        for made in &best.mistakes {
            let title = format!("{} [{}]", made.mistake.title, made.mistake.id);
            for (at, line) in wrapped(&title, WIDTH - COLUMN).iter().enumerate() {
                write_painted_row(if at == 0 { label } else { "" }, Role::Heading, line, page.out)?;
            }
            page.row("fix", made.fix())?;
            page.values(made)?;
        }
        page.row("proof", &self.known_by(best))
    }
}

/// Writes a row of a page without a diagnosis.
pub fn write_row(label: &str, text: &str, out: &mut Screen) -> Result<()> {
    for (at, line) in wrapped(text, WIDTH - COLUMN).iter().enumerate() {
        write_label(if at == 0 { label } else { "" }, out)?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes a row of one line, in the colours of its role.
pub fn write_painted_row(label: &str, role: Role, line: &str, out: &mut Screen) -> Result<()> {
    write_label(label, out)?;
    out.paint(role, line)?;
    writeln!(out)
}

fn write_label(label: &str, out: &mut Screen) -> Result<()> {
    write!(out, "  ")?;
    out.paint(Role::Secondary, &format!("{label:<width$}", width = COLUMN - 2))
}
