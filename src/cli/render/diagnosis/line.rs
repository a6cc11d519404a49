//! A diagnosis on one line: for a build log, and as a GitHub annotation.
//!
//! GitHub interprets commands in the output of a step. Text of others is escaped as data: it cannot end the line or
//! the command, and cannot begin another command.

use super::Shown;
use super::marks;
use super::shown_values::ShownValues;
use sigvet_core::verify::Outcome;
use sigvet_diagnose::AppliedMistake;

impl Shown<'_> {
    /// The verdict, the IDs of the mistakes, and the request ID that support asks for.
    pub fn to_line(&self) -> String {
        let id = self.request_id().map(|id| format!(" (request id {id})")).unwrap_or_default();
        format!("{}: {}{}{id}", self.verdict(), self.reason(), self.bracketed_ids())
    }

    /// `::error title=…::…`: what to change, the values and the server's message, which GitHub shows next to the
    /// run.
    pub fn to_github(&self) -> String {
        let level = match self.diagnosis.outcome {
            Outcome::Valid => "notice",
            Outcome::Invalid => "error",
            Outcome::Unknown => "warning",
        };
        let title = format!("{}: {}", self.verdict(), self.reason());
        format!("::{level} title={}::{}", as_property(&title), as_data(&self.annotation().join("\n")))
    }

    /// The lines of the annotation.
    fn annotation(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.fixes().into_iter().map(|fix| format!("fix: {fix}")).collect();
        if !self.is_named() {
            lines.extend(self.next_steps().into_iter().map(|step| format!("next: {step}")));
        }
        let best = self.diagnosis.best().map(|best| best.mistakes.as_slice()).unwrap_or_default();
        for made in best {
            lines.push(format!("{} [{}]", self.short_heading(made), made.mistake.id));
            lines.extend(self.value_lines(made));
        }
        lines.extend(self.reply_rows().into_iter().map(|(label, text)| format!("{label}: {text}")));
        if lines.is_empty() {
            lines.push(self.reason());
        }
        lines
    }

    /// The values of a mistake, one per line.
    fn value_lines(&self, made: &AppliedMistake) -> Vec<String> {
        let line = |label: &str, value: &[u8]| format!("{label}: {}", visible(value));
        match self.values(made) {
            ShownValues::None | ShownValues::Hidden => Vec::new(),
            ShownValues::One(label, value) => vec![line(label, &value)],
            ShownValues::Two([one, other], both) => vec![line(one, &both.theirs), line(other, &both.right)],
            ShownValues::Times([one, other], [first, second]) => {
                vec![line(one, first.as_bytes()), line(other, second.as_bytes())]
            }
        }
    }

    fn bracketed_ids(&self) -> String {
        let mut ids: Vec<&str> = Vec::new();
        for made in self.diagnosis.best().into_iter().flat_map(|best| &best.mistakes) {
            if !ids.contains(&made.mistake.id) {
                ids.push(made.mistake.id);
            }
        }
        if ids.is_empty() { String::new() } else { format!(" [{}]", ids.join(", ")) }
    }
}

/// A value on one line, with every byte visible.
fn visible(value: &[u8]) -> String {
    const MOST: usize = 400;
    let shown = marks::pairs(value, value, MOST, 1).shown;
    shown.iter().flat_map(|pair| &pair.theirs).map(marks::Segment::in_line).collect()
}

/// Escapes the text after the second `::` of a workflow command.
fn as_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a workflow command, which a comma or a colon would end.
fn as_property(text: &str) -> String {
    as_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render::diagnosis::fixtures::{diagnosis_of_two_mistakes, made, shown, valid_diagnosis};
    use crate::cli::render::redact::Redactor;
    use sigvet_diagnose::catalogue::PATH_DOUBLE_ENCODED;
    use sigvet_diagnose::formats::reply::Reply;

    #[test]
    fn a_build_gets_one_line() {
        let diagnosis = diagnosis_of_two_mistakes();
        let reply = Reply { request_id: Some("4442\n587F".to_owned()), ..Reply::default() };
        let redactor = Redactor::none();
        let line = Shown { reply: Some(&reply), ..shown(&diagnosis, &redactor) }.to_line();
        assert!(line.starts_with("not valid: the path was "), "{line}");
        assert!(line.ends_with(" [path-double-encoded, host-default-port] (request id 4442\\u{a}587F)"), "{line}");
    }

    #[test]
    fn an_annotation_says_what_to_change_and_shows_the_values() {
        let diagnosis = diagnosis_of_two_mistakes();
        let text = shown(&diagnosis, &Redactor::none()).to_github();
        let (head, data) = text.strip_prefix("::error title=").unwrap().split_once("::").unwrap();
        assert!(head.starts_with("not valid%3A the path was ") && !head.contains([',', ':']), "{head}");
        let lines: Vec<&str> = data.split("%0A").collect();
        assert_eq!(lines[0], format!("fix: {}", as_data(PATH_DOUBLE_ENCODED.fix)));
        let values = ["signed: /photos/a%252520b.jpg", "should be: /photos/a%2520b.jpg"];
        assert!(lines.windows(2).any(|pair| pair == values), "{data}");
        assert!(shown(&valid_diagnosis(), &Redactor::none()).to_github().starts_with("::notice title=valid%3A "));
    }

    /// Otherwise text of others could set a variable, mask a word or add a path in the build that explains it.
    #[test]
    fn nothing_from_evidence_ends_the_command_or_begins_another() {
        let hostile = "x\r\n::set-env name=PATH::/evil\n::add-mask::a%0A::error::b\u{2028}::warning::c";
        let mut diagnosis = diagnosis_of_two_mistakes();
        let mut mistake = made(&PATH_DOUBLE_ENCODED, hostile, "/a");
        mistake.detail = Some(hostile.to_owned());
        diagnosis.explanations[0].mistakes = vec![mistake];
        let words = || Some(hostile.to_owned());
        let reply =
            Reply { code: words(), message: words(), request_id: words(), host_id: words(), ..Reply::default() };
        let redactor = Redactor::none();
        let shown = Shown { reply: Some(&reply), ..shown(&diagnosis, &redactor) };
        for text in [shown.to_github(), shown.to_line()] {
            assert_eq!(text.lines().count(), 1, "{text:?}");
            assert!(!text.contains(['\r', '\n', '\u{2028}']) && !text.starts_with("::set"), "{text:?}");
        }
        // A percent sign in the text of others must not become an escape.
        assert!(shown.to_github().contains("a%250A::error::b"));
    }
}
