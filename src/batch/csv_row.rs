//! Parses a row of CSV (RFC 4180).

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::quotes::{BYTE_ORDER_MARK, first_row};

/// A row without its line end, and whether that has a carriage return.
pub(super) fn split_line_end(row: &[u8]) -> (&[u8], bool) {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").map_or((row, false), |row| (row, true))
}

/// A row without its line end and without the byte order mark of its file.
pub(super) fn bare_row(row: &[u8]) -> &[u8] {
    let (row, _) = split_line_end(row);
    row.strip_prefix(BYTE_ORDER_MARK).unwrap_or(row)
}

/// The fields of a row, in reused buffers.
pub(super) struct Row {
    reader: Reader,
    delimiter: u8,
    text: Vec<u8>,
    ends: Vec<usize>,
    pub(super) fields: usize,
}

impl Row {
    pub(super) fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, delimiter, text: Vec::new(), ends: Vec::new(), fields: 0 }
    }

    /// Parses a row without its terminator; `None` if it is not one row, or has a wrong quote.
    pub(super) fn read_sound(&mut self, row: &[u8]) -> Option<&Self> {
        let has_wrong_quote = first_row(row, &[self.delimiter]).1.is_some();
        if has_wrong_quote { None } else { self.read(row) }
    }

    /// Parses a row without its terminator, whose quotes are right; `None` if it is not one row.
    pub(super) fn read(&mut self, row: &[u8]) -> Option<&Self> {
        self.reader.reset();
        self.text.resize(self.text.len().max(row.len() + 1), 0);
        self.ends.resize(self.ends.len().max(row.len() + 2), 0);
        let (result, read, written, fields) = self.reader.read_record(row, &mut self.text, &mut self.ends);
        self.fields = fields;
        match result {
            ReadRecordResult::Record => (read == row.len()).then_some(&*self),
            // The end of the input is the end of the row.
            ReadRecordResult::InputEmpty => {
                let (result, _, _, more) =
                    self.reader.read_record(&row[read..], &mut self.text[written..], &mut self.ends[fields..]);
                self.fields += more;
                (result == ReadRecordResult::Record).then_some(&*self)
            }
            _ => None,
        }
    }

    /// A field by its index.
    pub(super) fn field(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends[..self.fields].get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.fields).filter_map(|number| self.field(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_rfc_4180_says() {
        let fields = |row: &str| -> Option<Vec<String>> {
            let mut reader = Row::new(b',');
            let row = reader.read_sound(row.as_bytes())?;
            Some(row.fields().map(|field| String::from_utf8(field.to_vec()).unwrap()).collect())
        };
        for (row, expected) in [
            ("a,b", vec!["a", "b"]),
            ("a,", vec!["a", ""]),
            ("\"a,\"\"b\"\"\",c", vec!["a,\"b\"", "c"]),
            ("\"a\nb\",é", vec!["a\nb", "é"]),
            ("a", vec!["a"]),
        ] {
            assert_eq!(fields(row).unwrap(), expected, "{row}");
        }
        for row in ["a,\"b", "\"a\"b,c", "a\rb,c"] {
            assert_eq!(fields(row), None, "{row}");
        }
    }
}
