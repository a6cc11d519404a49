//! The separator of the columns of CSV: stated in a line `sep=;`, or found by how it splits the rows.

use memchr::memchr;

use super::csv_row::{Row, bare_row, split_line_end};
use super::quotes::{BYTE_ORDER_MARK, first_row};

/// Column separators, the most common first.
pub(super) const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The separators that a file without the names of columns may have: they separate the first row, and with it at least half
/// of the rows into as many columns. A stated separator is the only one.
pub(super) enum Candidates {
    Stated(u8),
    Fitting(Vec<Split>),
}

impl Candidates {
    /// The separators of the first row, which a line `sep=;` may precede.
    pub(super) fn new(row: &[u8]) -> Self {
        match split_separator_line(row) {
            (_, _, Some(stated)) => Self::Stated(stated),
            (_, row, None) => {
                Self::Fitting(DELIMITERS.into_iter().filter_map(|delimiter| Split::new(row, delimiter)).collect())
            }
        }
    }

    /// Reads what follows the first row. A longer text must begin with the one that was read before.
    pub(super) fn read(&mut self, behind: &[u8]) {
        if let Self::Fitting(splits) = self {
            splits.iter_mut().for_each(|split| split.read(behind));
        }
    }

    /// The separators that fit the rows so far.
    pub(super) fn fitting(&self) -> Vec<u8> {
        match self {
            Self::Stated(stated) => vec![*stated],
            Self::Fitting(splits) => splits.iter().filter(|split| split.fits()).map(|split| split.delimiter).collect(),
        }
    }
}

/// How a separator splits the rows.
pub(super) struct Split {
    delimiter: u8,
    reader: Row,
    /// Number of columns of the first row.
    columns: usize,
    /// Number of rows, and of those that have as many columns as the first. Blank rows are not counted.
    rows: usize,
    alike: usize,
    /// Number of bytes behind the first row that are counted, and of those that were looked at.
    counted: usize,
    seen: usize,
}

impl Split {
    /// Splits the first row; `None` if it has only one column.
    fn new(row: &[u8], delimiter: u8) -> Option<Self> {
        let mut reader = Row::new(delimiter);
        let columns = reader.read_sound(bare_row(row))?.fields;
        (columns > 1).then_some(Self { delimiter, reader, columns, rows: 1, alike: 1, counted: 0, seen: 0 })
    }

    /// Counts the rows that a text ends. What follows them is read again when it has grown by a line end.
    fn read(&mut self, behind: &[u8]) {
        let has_grown = behind.get(self.seen..).is_some_and(|new| memchr(b'\n', new).is_some());
        self.seen = behind.len();
        if !has_grown {
            return;
        }
        while let (Some(length), wrong) = first_row(&behind[self.counted..], &[self.delimiter]) {
            let row = &behind[self.counted..self.counted + length];
            self.counted += length;
            if row.trim_ascii().is_empty() {
                continue;
            }
            let columns = self.reader.read(split_line_end(row).0).filter(|_| wrong.is_none()).map(|row| row.fields);
            self.rows += 1;
            self.alike += usize::from(columns == Some(self.columns));
        }
    }

    fn fits(&self) -> bool {
        2 * self.alike >= self.rows
    }
}

/// The separator in words.
pub(super) fn name_of(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "commas",
        b'\t' => "tabs",
        b';' => "semicolons",
        _ => "vertical bars",
    }
}

/// Splits off the line `sep=;`, by which Excel writes and reads the separator of a file, and returns the separator.
pub(super) fn split_separator_line(text: &[u8]) -> (&[u8], &[u8], Option<u8>) {
    let (line, rest) = text.split_at(memchr(b'\n', text).map_or(0, |at| at + 1));
    let named = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    match named {
        [s, e, p, b'=', delimiter, b'\n'] | [s, e, p, b'=', delimiter, b'\r', b'\n']
            if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" && is_delimiter(*delimiter) =>
        {
            (line, rest, Some(*delimiter))
        }
        _ => (b"", text, None),
    }
}

fn is_delimiter(byte: u8) -> bool {
    byte == b'\t' || byte == b' ' || byte.is_ascii_punctuation() && byte != b'"'
}
