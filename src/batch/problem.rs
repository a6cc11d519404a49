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

/// An error in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the record, counting from 1.
    pub record: u64,
    /// A one-line description.
    pub what: String,
}

/// Maximum number of characters of a description, which may quote a long record.
const LONGEST: usize = 400;

impl Problem {
    /// Creates a problem, shortening a long description.
    pub fn new(record: u64, what: &str) -> Self {
        let what = match what.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", what.get(..end).unwrap_or_default()),
            None => what.to_owned(),
        };
        Self { record, what }
    }

    /// Appends the problem as a JSON object, with the file of the record if there are several files.
    pub(super) fn write_json(&self, file: Option<&str>, out: &mut Vec<u8>) {
        out.push(b'{');
        if let Some(file) = file {
            json::push_field("file", file, out);
            out.push(b',');
        }
        out.extend_from_slice(format!("\"line\":{},", self.record).as_bytes());
        json::push_field("error", &self.what, out);
        out.push(b'}');
    }
}
