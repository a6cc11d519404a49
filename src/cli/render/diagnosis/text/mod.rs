//! A diagnosis for a terminal, in the order of a reader's questions: is it valid, what do I change, how do you
//! know, why, and what do I tell support. Each answer is a few rows with a label.

mod brief;

use std::io::{Result, Write};

pub use brief::{write_painted_row, write_row};

use super::marks::{self, Kind, Segment};
use super::servers::known_by;
use super::shown_values::ShownValues;
use super::words::{CLIENTS, owner, searched};
use super::{Both, Shown};
use crate::cli::render::steps;
use crate::cli::render::wrap::lines as wrapped;
use crate::cli::screen::{Role, Screen};
use sigvet_core::scheme::Signature;
use sigvet_core::verify::{Outcome, SignedTexts, Verdict};
use sigvet_diagnose::{AppliedMistake, Comparison, Explanation};

/// The width of everything except the verdict.
const WIDTH: usize = 80;
/// The column where texts begin, after their labels.
const COLUMN: usize = 13;
/// A text that differs completely is marked up to this length.
const MARKED_WHOLE: usize = 40;
/// Maximum number of differences shown for one text.
const DIFFERENCES: usize = 4;

impl Shown<'_> {
    /// Writes the verdict on one line, what to change, then the evidence for both; with `steps` also the stages of
    /// the signature.
    pub fn write_text(&self, steps: bool, out: &mut Screen) -> Result<()> {
        let mut page = Page { shown: self, out };
        page.verdict()?;
        page.changes()?;
        page.best()?;
        page.differences()?;
        page.others()?;
        self.telling_comparisons().try_for_each(|comparison| page.comparison(comparison))?;
        page.reply()?;
        page.rest()?;
        match &self.diagnosis.judged {
            Some(judged) if steps => page.steps(&judged.verdict),
            _ => Ok(()),
        }
    }
}

struct Page<'a> {
    shown: &'a Shown<'a>,
    out: &'a mut Screen,
}

impl Page<'_> {
    fn verdict(&mut self) -> Result<()> {
        let role = match self.shown.diagnosis.outcome {
            Outcome::Valid => Role::Valid,
            Outcome::Invalid => Role::Invalid,
            Outcome::Unknown => Role::Unknown,
        };
        self.out.paint(role, self.shown.verdict())?;
        writeln!(self.out, ": {}{}", self.shown.reason(), self.id_of_the_only_mistake())
    }

    /// A single mistake needs no heading: the verdict serves as one.
    fn id_of_the_only_mistake(&self) -> String {
        self.shown.only_mistake().map(|made| format!(" [{}]", made.mistake.id)).unwrap_or_default()
    }

    /// Writes what to change, or what to find out.
    fn changes(&mut self) -> Result<()> {
        if let Some(text) = self.shown.refused_anyway() {
            self.sentence("but: ", &text)?;
        }
        for fix in self.shown.fixes() {
            self.sentence("fix: ", fix)?;
        }
        match self.shown.is_named() {
            true => Ok(()),
            false => self.next_steps(),
        }
    }

    fn next_steps(&mut self) -> Result<()> {
        self.shown.next_steps().into_iter().try_for_each(|step| self.sentence("next: ", step))
    }

    fn best(&mut self) -> Result<()> {
        let Some(best) = self.shown.diagnosis.best() else { return Ok(()) };
        for (at, made) in best.mistakes.iter().enumerate() {
            writeln!(self.out)?;
            self.made(made, best.mistakes.len() == 1)?;
            // A mistake that was made several times is explained only after its last occurrence.
            if !best.mistakes[at + 1..].iter().any(|later| later.mistake.id == made.mistake.id) {
                self.row("proof", &self.shown.known_by(best))?;
                self.row("why", made.mistake.explanation)?;
                self.clients(made)?;
            }
        }
        Ok(())
    }

    /// Writes what is wrong, with the values.
    fn made(&mut self, made: &AppliedMistake, is_alone: bool) -> Result<()> {
        if is_alone {
            if let Some(detail) = self.shown.detail(made) {
                self.row("detail", &detail)?;
            }
        } else {
            for line in wrapped(&format!("{} [{}]", self.shown.short_heading(made), made.mistake.id), WIDTH) {
                self.line(Role::Heading, &line)?;
            }
        }
        self.values(made)
    }

    fn values(&mut self, made: &AppliedMistake) -> Result<()> {
        match self.shown.values(made) {
            ShownValues::None => Ok(()),
            ShownValues::One(label, value) => self.value(label, &value),
            ShownValues::Two(labels, both) => self.texts(labels, &both),
            ShownValues::Times(labels, times) => {
                labels.iter().zip(&times).try_for_each(|(label, time)| self.row(label, time))
            }
            ShownValues::Hidden => self.row("differs", "in a value that is not shown"),
        }
    }

    /// Writes a single value, line by line.
    fn value(&mut self, label: &str, value: &[u8]) -> Result<()> {
        let value = value.strip_suffix(b"\n").unwrap_or(value);
        for (at, line) in value.split(|byte| *byte == b'\n').enumerate() {
            let pairs = marks::pairs(line, line, WIDTH - COLUMN, 1);
            pairs.shown.iter().try_for_each(|pair| self.marked(if at == 0 { label } else { "" }, &pair.theirs))?;
        }
        Ok(())
    }

    fn clients(&mut self, made: &AppliedMistake) -> Result<()> {
        let clients = self.shown.clients(made);
        for (at, (name, change)) in clients.iter().take(CLIENTS).enumerate() {
            self.row(if at == 0 { "clients" } else { "" }, &format!("{name}: {change}"))?;
        }
        match clients.len().checked_sub(CLIENTS) {
            None | Some(0) => Ok(()),
            Some(more) => {
                let hint = format!("and {more} more: sigvet explain --id {}", made.mistake.id);
                self.secondary("", &hint)
            }
        }
    }

    /// Writes two texts one above the other, with their differences marked below each.
    fn texts(&mut self, labels: [&str; 2], both: &Both) -> Result<()> {
        if both.is_hidden {
            return self.row("differs", "in a value that is not shown");
        }
        let (theirs, right) = match (both.theirs.strip_suffix(b"\n"), both.right.strip_suffix(b"\n")) {
            // A line end that both texts have is not informative.
            (Some(theirs), Some(right)) => (theirs, right),
            _ => (both.theirs.as_slice(), both.right.as_slice()),
        };
        let pairs = marks::pairs(theirs, right, WIDTH - COLUMN, DIFFERENCES);
        for (at, pair) in pairs.shown.iter().enumerate() {
            if at > 0 {
                writeln!(self.out)?;
            }
            self.marked(labels[0], &pair.theirs)?;
            self.marked(labels[1], &pair.right)?;
        }
        if pairs.left_out > 0 {
            let places = if pairs.left_out == 1 { "place" } else { "places" };
            self.secondary("", &format!("and {} more {places} where they differ", pairs.left_out))?;
        }
        Ok(())
    }

    fn marked(&mut self, label: &str, segments: &[Segment]) -> Result<()> {
        self.label(label)?;
        if segments.is_empty() {
            return self.line(Role::Secondary, "(empty)");
        }
        let mut underline = String::new();
        for segment in segments {
            let text = segment.in_line();
            let role = match segment.kind {
                Kind::Differs => Some(Role::Mark),
                Kind::LeftOut => Some(Role::Secondary),
                Kind::Same => None,
            };
            match role {
                Some(role) => self.out.paint(role, &text)?,
                None => write!(self.out, "{text}")?,
            }
            let mark = if segment.kind == Kind::Differs { "^" } else { " " };
            underline.push_str(&mark.repeat(text.chars().count()));
        }
        writeln!(self.out)?;
        // Two hashes differ everywhere: marks would point at everything.
        let is_all_marked = segments.iter().all(|segment| segment.kind != Kind::Same) && underline.len() > MARKED_WHOLE;
        match underline.trim_end() {
            _ if is_all_marked => Ok(()),
            "" => Ok(()),
            marks => {
                write!(self.out, "{:COLUMN$}", "")?;
                self.line(Role::Mark, marks)
            }
        }
    }

    /// Writes what the server computes differently, and how that is known.
    fn differences(&mut self) -> Result<()> {
        let all = self.shown.server_differences();
        for applied in &all {
            writeln!(self.out)?;
            let (id, computes) = (applied.difference.id, applied.difference.computes);
            self.row("rule", &if all.len() == 1 { id.to_owned() } else { format!("{id}: {computes}") })?;
            self.row("proof", known_by(applied))?;
            self.row("source", applied.difference.source)?;
        }
        Ok(())
    }

    fn others(&mut self) -> Result<()> {
        let (alternatives, further) = self.shown.others();
        if !alternatives.is_empty() {
            writeln!(self.out, "\nor one of these, which give the same result:")?;
            alternatives.iter().try_for_each(|other| self.alternative(other))?;
        }
        further.iter().try_for_each(|other| self.further(other))
    }

    /// Writes another explanation of the same signature, without values: they are shown above, or not informative.
    fn alternative(&mut self, explanation: &Explanation) -> Result<()> {
        for (at, made) in explanation.mistakes.iter().enumerate() {
            let text = format!("{} [{}]", self.shown.heading(made), made.mistake.id);
            self.item(if at == 0 { "- " } else { "+ " }, &text)?;
            if self.shown.is_new(made) {
                self.item("  fix: ", made.fix())?;
            }
        }
        Ok(())
    }

    /// Writes another finding, which has to be fixed too.
    fn further(&mut self, explanation: &Explanation) -> Result<()> {
        for made in &explanation.mistakes {
            writeln!(self.out)?;
            self.sentence("also: ", &format!("{} [{}]", self.shown.short_heading(made), made.mistake.id))?;
            self.values(made)?;
            self.row("fix", made.fix())?;
            self.row("proof", &self.shown.known_by(explanation))?;
        }
        Ok(())
    }

    fn item(&mut self, bullet: &str, text: &str) -> Result<()> {
        let width = bullet.len() + 2;
        for (at, line) in wrapped(text, WIDTH - width).iter().enumerate() {
            writeln!(self.out, "  {:<rest$}{line}", if at == 0 { bullet } else { "" }, rest = width - 2)?;
        }
        Ok(())
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<()> {
        let owner = owner(comparison.whose);
        if comparison.differences.is_empty() {
            let text = format!("{owner} canonical request and string to sign are the same as sigvet's");
            writeln!(self.out)?;
            return self.sentence("note: ", &text);
        }
        let names: Vec<&str> = comparison.differences.iter().map(|difference| difference.name).collect();
        writeln!(self.out)?;
        for line in wrapped(&format!("{owner} computation differs in: {}", names.join(", ")), WIDTH) {
            writeln!(self.out, "{line}")?;
        }
        for difference in &comparison.differences {
            write!(self.out, "  ")?;
            self.line(Role::Heading, difference.name)?;
            let (theirs, right) = difference.lines();
            let both = self.shown.both(&theirs, &right);
            self.texts([&owner["the ".len()..], "expected"], &both)?;
        }
        Ok(())
    }

    /// Writes the server's reply, which support asks for first.
    fn reply(&mut self) -> Result<()> {
        let rows = self.shown.reply_rows();
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        rows.iter().try_for_each(|(label, text)| self.row(label, text))
    }

    /// Writes the notes, and a summary of the search.
    fn rest(&mut self) -> Result<()> {
        let searched = searched(&self.shown.diagnosis.search);
        let (notes, is_named) = (self.shown.notes(), self.shown.is_named());
        let has_steps = is_named && !self.shown.diagnosis.next.is_empty();
        if notes.is_empty() && searched.is_none() && !has_steps {
            return Ok(());
        }
        writeln!(self.out)?;
        notes.iter().try_for_each(|note| self.sentence("note: ", &self.shown.words(note)))?;
        if has_steps {
            self.next_steps()?;
        }
        match searched {
            Some(searched) => {
                wrapped(&searched, WIDTH).into_iter().try_for_each(|line| self.line(Role::Secondary, &line))
            }
            None => Ok(()),
        }
    }

    fn steps(&mut self, verdict: &Verdict) -> Result<()> {
        let mut stages = Vec::new();
        let redactor = self.shown.redactor;
        if let Some((claim, derivation)) = verdict.as_v4() {
            steps::write_canonical_request(derivation, redactor, &mut stages)?;
            steps::write_string_to_sign(derivation, redactor, &mut stages)?;
            steps::write_key_path(&claim.terms, redactor, &mut stages)?;
        } else if let SignedTexts::Parts { parts, string_to_sign } = &verdict.texts {
            steps::write_parts(verdict.claimed.scheme_name(), parts, redactor, &mut stages)?;
            steps::write_whole_string(string_to_sign, redactor, &mut stages)?;
        }
        self.signatures(verdict, stages)
    }

    /// Adds the last stage, and writes all stages.
    fn signatures(&mut self, verdict: &Verdict, mut stages: Vec<u8>) -> Result<()> {
        writeln!(stages, "\nSignature")?;
        let shown = |signature: &Signature| self.shown.words(signature.as_str());
        steps::write_rows("presented", &shown(verdict.claimed.signature()), &mut stages)?;
        if let Some(expected) = &verdict.expected {
            steps::write_rows("expected", &shown(expected), &mut stages)?;
        }
        write!(self.out, "\n{}", String::from_utf8_lossy(&stages))
    }

    fn label(&mut self, label: &str) -> Result<()> {
        let padded = format!("{label:<width$}", width = COLUMN - 2);
        write!(self.out, "  ")?;
        self.out.paint(Role::Secondary, &padded)
    }

    fn line(&mut self, role: Role, text: &str) -> Result<()> {
        self.out.paint(role, text)?;
        writeln!(self.out)
    }

    fn row(&mut self, label: &str, text: &str) -> Result<()> {
        for (at, line) in wrapped(text, WIDTH - COLUMN).iter().enumerate() {
            self.label(if at == 0 { label } else { "" })?;
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    fn secondary(&mut self, label: &str, text: &str) -> Result<()> {
        self.label(label)?;
        self.line(Role::Secondary, text)
    }

    fn sentence(&mut self, label: &str, text: &str) -> Result<()> {
        for (at, line) in wrapped(text, WIDTH - label.len()).iter().enumerate() {
            writeln!(self.out, "{:<width$}{line}", if at == 0 { label } else { "" }, width = label.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
