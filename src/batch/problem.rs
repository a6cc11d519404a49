//! What is wrong with a record, and what becomes of it.

use super::json;

/// What becomes of a record that is wrong, and how it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenWrong {
    /// What becomes of it.
    pub on_error: OnError,
    /// The file of the record, if there are several.
    pub file: Option<String>,
}

/// What becomes of a record that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Everything ends with it.
    Fail,
    /// An empty line stands in its place.
    Empty,
    /// A line stands in its place that says what is wrong.
    Report,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the record, from 1 on.
    pub record: u64,
    /// What is wrong, on one line.
    pub what: String,
}

/// Characters of a problem that are told: a record may be long.
const LONGEST: usize = 400;

impl Problem {
    /// A problem in few words.
    pub fn new(record: u64, what: &str) -> Self {
        let what = match what.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", what.get(..end).unwrap_or_default()),
            None => what.to_owned(),
        };
        Self { record, what }
    }

    /// Appends it as an object, with the file that the record is in if there are several.
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
