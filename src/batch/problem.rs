//! What is wrong with a record, and how it is reported.

use super::json;

/// What happens to a wrong record, and how it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenWrong {
    /// What happens to the record.
    pub on_error: OnError,
    /// The file of the record, if there are several files.
    pub file: Option<String>,
}

/// What happens to a wrong record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// The run ends.
    Fail,
    /// An empty line replaces it.
    Empty,
    /// A line with the error replaces it.
    Report,
}

/// Why a record cannot be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A one-line description.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What it affects.
    pub extent: Extent,
}

/// Which records a problem affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// This record.
    Record,
    /// This record and all that follow, because there are no credentials any more. The run ends.
    Credentials,
    /// All records, because the input has none. The run ends.
    Input,
}

impl Refusal {
    /// A refusal of one record with a hint.
    pub fn with_hint(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: Some(hint.into()), extent: Extent::Record }
    }
}

impl From<String> for Refusal {
    fn from(what: String) -> Self {
        Self { what, hint: None, extent: Extent::Record }
    }
}

impl From<&str> for Refusal {
    fn from(what: &str) -> Self {
        Self::from(what.to_owned())
    }
}

/// An error in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the record, counting from 1; of CSV the line where the row begins.
    pub record: u64,
    /// Why the record cannot be processed.
    pub refusal: Refusal,
}

/// The field, or the column, that says what is wrong with a record.
pub(super) const PROBLEM: &str = "error";

/// Maximum number of characters of a description, which may quote a long record.
const LONGEST: usize = 400;

impl Problem {
    /// Creates a problem, shortening a long description.
    pub fn new(record: u64, refusal: impl Into<Refusal>) -> Self {
        let mut refusal = refusal.into();
        if let Some((end, _)) = refusal.what.char_indices().nth(LONGEST) {
            refusal.what.truncate(end);
            refusal.what.push('…');
        }
        Self { record, refusal }
    }

    /// The description with the hint.
    pub(super) fn text(&self) -> String {
        let Refusal { what, hint, .. } = &self.refusal;
        hint.as_ref().map_or_else(|| what.clone(), |hint| format!("{what}; {hint}"))
    }

    /// Appends the problem as a JSON object, with the file of the record if there are several files.
    pub(super) fn write_json(&self, file: Option<&str>, out: &mut Vec<u8>) {
        out.push(b'{');
        json::push_place(file, self.record, out);
        json::push_field(PROBLEM, &self.text(), out);
        out.push(b'}');
    }
}
