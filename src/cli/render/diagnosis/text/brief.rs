//! A diagnosis in a few rows, for a page that has several.

use std::io::{Result, Write};

use super::{COLUMN, Page, WIDTH, wrapped};
use crate::cli::render::diagnosis::Shown;
use crate::cli::screen::{Role, Screen};

impl Shown<'_> {
    /// Writes what the best explanation says: the mistake and its id, what to change, the values, how it is known.
    pub fn write_brief(&self, label: &str, out: &mut Screen) -> Result<()> {
        let mut page = Page { shown: self, out };
        let Some(best) = self.diagnosis.best() else { return page.row(label, "no mistake was found") };
        for made in &best.mistakes {
            let title = format!("{} [{}]", made.mistake.title, made.mistake.id);
            page.strong_row(label, &title)?;
            page.row("fix", made.fix())?;
            page.values(made)?;
        }
        page.row("proof", &self.known_by(best))
    }
}

impl Page<'_> {
    fn strong_row(&mut self, label: &str, text: &str) -> Result<()> {
        for (at, line) in wrapped(text, WIDTH - COLUMN).iter().enumerate() {
            self.label(if at == 0 { label } else { "" })?;
            self.line(Role::Heading, line)?;
        }
        Ok(())
    }
}

/// Writes a row of a page that has no diagnosis in it.
pub fn write_row(label: &str, text: &str, out: &mut Screen) -> Result<()> {
    for (at, line) in wrapped(text, WIDTH - COLUMN).iter().enumerate() {
        let label = format!("{:<width$}", if at == 0 { label } else { "" }, width = COLUMN - 2);
        write!(out, "  ")?;
        out.paint(Role::Secondary, &label)?;
        writeln!(out, "{line}")?;
    }
    Ok(())
}
