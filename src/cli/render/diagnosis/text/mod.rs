//! A diagnosis for a terminal: the verdict in one line, then each mistake as rows of a label and what belongs to it.

use std::io::{Result, Write};

use super::marks::{self, Kind, Segment};
use super::words::{CLIENTS, owner, searched};
use super::{Both, Shown};
use crate::cli::render::steps;
use crate::cli::render::wrap::lines as wrapped;
use crate::cli::screen::{Role, Screen};
use sigvet_core::scheme::Signature;
use sigvet_core::verify::{Outcome, SignedTexts, Verdict};
use sigvet_diagnose::{AppliedMistake, Comparison, Explanation, Origin};

/// The width that everything but the verdict keeps to.
const WIDTH: usize = 80;
/// Where the texts begin, right of their labels.
const COLUMN: usize = 13;
/// So many differences of one text are shown.
const DIFFERENCES: usize = 4;

impl Shown<'_> {
    /// Writes the verdict in one line, then what it rests on; with `steps`, the stages of the signature too.
    pub fn write_text(&self, steps: bool, out: &mut Screen) -> Result<()> {
        let mut page = Page { shown: self, out };
        page.verdict()?;
        page.best()?;
        page.others()?;
        self.diagnosis.comparisons.iter().try_for_each(|comparison| page.comparison(comparison))?;
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
        writeln!(self.out, ": {}", self.shown.reason())
    }

    fn best(&mut self) -> Result<()> {
        let Some(best) = self.shown.diagnosis.best() else { return Ok(()) };
        for (at, made) in best.mistakes.iter().enumerate() {
            self.made(made)?;
            // What was made several times is explained once, behind the last.
            if !best.mistakes[at + 1..].iter().any(|later| later.mistake.id == made.mistake.id) {
                self.explained(made, best)?;
            }
        }
        Ok(())
    }

    fn made(&mut self, made: &AppliedMistake) -> Result<()> {
        writeln!(self.out)?;
        for line in wrapped(&format!("{} [{}]", self.shown.heading(made), made.mistake.id), WIDTH) {
            self.line(Role::Heading, &line)?;
        }
        self.texts(["signed", "should be"], &self.shown.both_of(made))
    }

    fn explained(&mut self, made: &AppliedMistake, explanation: &Explanation) -> Result<()> {
        self.row("known by", &self.shown.known_by(explanation))?;
        self.row("why", made.mistake.explanation)?;
        self.row("fix", made.mistake.fix)?;
        self.clients(made)
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

    /// Two texts one above the other, with what differs marked below each.
    fn texts(&mut self, labels: [&str; 2], both: &Both) -> Result<()> {
        if both.theirs.is_empty() && both.right.is_empty() {
            return Ok(());
        }
        let (theirs, right) = match (both.theirs.strip_suffix(b"\n"), both.right.strip_suffix(b"\n")) {
            // The end of a line that both have tells nothing.
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
            self.secondary("", &format!("They differ in {} more places.", pairs.left_out))?;
        }
        match both.is_hidden {
            true => self.secondary("", "They differ in a value that is not shown."),
            false => Ok(()),
        }
    }

    fn marked(&mut self, label: &str, segments: &[Segment]) -> Result<()> {
        self.label(label)?;
        if segments.is_empty() {
            return self.line(Role::Secondary, "(nothing)");
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
        match underline.trim_end() {
            "" => Ok(()),
            marks => {
                write!(self.out, "{:COLUMN$}", "")?;
                self.line(Role::Mark, marks)
            }
        }
    }

    fn others(&mut self) -> Result<()> {
        let (alternatives, further) = self.shown.others();
        if !alternatives.is_empty() {
            writeln!(self.out, "\nor, which cannot be told apart:")?;
            alternatives.iter().try_for_each(|other| self.one_line(other))?;
        }
        if !further.is_empty() {
            writeln!(self.out, "\nalso:")?;
            further.iter().try_for_each(|other| self.one_line(other))?;
        }
        Ok(())
    }

    fn one_line(&mut self, explanation: &Explanation) -> Result<()> {
        let text = self.shown.headings(explanation);
        for (at, line) in wrapped(&text, WIDTH - 4).iter().enumerate() {
            writeln!(self.out, "  {} {line}", if at == 0 { "-" } else { " " })?;
        }
        Ok(())
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<()> {
        let owner = owner(comparison.whose);
        let is_read_back = self.shown.diagnosis.judged.as_ref().is_some_and(|judged| judged.origin != Origin::Captured);
        if comparison.differences.is_empty() && is_read_back {
            // The request was read back from these very texts.
            return Ok(());
        }
        if comparison.differences.is_empty() {
            writeln!(self.out, "\n{owner} texts are the right ones")?;
        } else {
            let names: Vec<&str> = comparison.differences.iter().map(|difference| difference.name).collect();
            for line in wrapped(&format!("{owner} texts differ from the right ones in: {}", names.join(", ")), WIDTH) {
                writeln!(self.out, "{}{}", if line.starts_with(owner) { "\n" } else { "" }, line)?;
            }
        }
        for difference in &comparison.differences {
            write!(self.out, "  ")?;
            self.line(Role::Heading, difference.name)?;
            let (theirs, right) = difference.lines();
            let both = self.shown.both(&theirs, &right);
            self.texts([&owner["the ".len()..], "right"], &both)?;
        }
        match comparison.is_unaltered {
            Some(false) => {
                self.row("note", "its hash is not the one it was signed by: it was altered when it was copied")
            }
            _ => Ok(()),
        }
    }

    /// Notes, what to supply, and what the search did.
    fn rest(&mut self) -> Result<()> {
        let searched = searched(&self.shown.diagnosis.search);
        let (notes, next) = (self.shown.notes(), self.shown.next_steps());
        if notes.is_empty() && next.is_empty() && searched.is_none() {
            return Ok(());
        }
        writeln!(self.out)?;
        notes.iter().try_for_each(|note| self.sentence("note: ", &self.shown.words(note)))?;
        next.iter().try_for_each(|step| self.sentence("next: ", step))?;
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

    /// The last stage, and all of them written.
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
