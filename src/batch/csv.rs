//! CSV records (RFC 4180): reads one column and keeps the row as it is. The separator may also be one of those that
//! spreadsheets and databases use.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr;

use super::binary::refuse_binary;
use super::blocks::{Ending, LONGEST_RECORD};
use super::quotes::{BYTE_ORDER_MARK, extent, first_row};

/// Column separators, the most common first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The first row of a file, and the column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvHeader {
    /// The line `sep=;` with its end, by which Excel knows the separator.
    separator_line: Vec<u8>,
    row: Vec<u8>,
    column: usize,
    columns: usize,
    delimiter: u8,
    /// Whether rows end with a carriage return too.
    has_return: bool,
    /// Whether the row has the names of the columns.
    has_names: bool,
}

impl CsvHeader {
    /// Reads the first row of a stream, and a line `sep=;` before it, and returns them with the text that was read after
    /// them.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn take(input: &mut impl Read) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let (mut text, mut buffer) = (Vec::new(), [0; 8 * 1024]);
        loop {
            refuse_binary(&text, false)?;
            if let Some(end) = header_end(&text) {
                let behind = text.split_off(end);
                return Ok((text, behind));
            }
            match input.read(&mut buffer) {
                Ok(0) => return Ok((text, Vec::new())),
                _ if text.len() > LONGEST_RECORD => return Ok((text, Vec::new())),
                Ok(length) => text.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Finds the column `name`. The columns `added` will be appended.
    ///
    /// # Errors
    /// There is no such column, or one of the added columns already exists.
    pub fn new(row: &[u8], name: &str, added: &[&str]) -> Result<Self, String> {
        let (separator_line, row, stated) = split_separator_line(row);
        let bare = row.strip_suffix(b"\n").unwrap_or(row);
        let (bare, has_return) = match bare.strip_suffix(b"\r") {
            Some(bare) => (bare, true),
            None => (bare, false),
        };
        let named = bare.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bare);
        let read = |delimiter: u8| {
            let mut row = Row::new(delimiter);
            Some((delimiter, row.read_sound(named)?.fields().map(lossy).collect::<Vec<_>>()))
        };
        let has_column = |(_, names): &(u8, Vec<String>)| names.iter().any(|found| found == name);
        let found = match stated {
            Some(delimiter) => read(delimiter),
            None => DELIMITERS.into_iter().filter_map(read).find(has_column).or_else(|| read(b',')),
        };
        let (delimiter, names) = found.ok_or(UNREADABLE_HEADER)?;
        if let Some(taken) = names.iter().find(|name| added.contains(&name.as_str())) {
            return Err(format!("the CSV has a column '{taken}' already; rename or remove it"));
        }
        if names.iter().filter(|found| *found == name).count() > 1 {
            return Err(format!("the CSV has several columns '{name}'; rename or remove all but one"));
        }
        let column = names.iter().position(|found| found == name);
        let column = column.ok_or_else(|| format!("the CSV has no column '{name}'; it has {}", few(&names)))?;
        let (separator_line, row) = (separator_line.to_vec(), bare.to_vec());
        Ok(Self { separator_line, row, column, columns: names.len(), delimiter, has_return, has_names: true })
    }

    /// Reads on behind the first row of a file without names until its separator is certain, or the file or the patience ends.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn read_on(row: &[u8], behind: &mut Vec<u8>, input: &mut impl Read) -> io::Result<()> {
        let mut buffer = [0; 8 * 1024];
        while behind.len() < LONGEST_SAMPLE && separators(row, behind).len() > 1 {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => behind.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes the column with this number, from 1, of a file whose first row has no names. The rows that were read behind the
    /// first help to find the separator.
    ///
    /// # Errors
    /// The row has no such column, or several separators give one.
    pub fn without_names(row: &[u8], behind: &[u8], number: &str) -> Result<Self, String> {
        let candidates = separators(row, behind);
        let column = number.parse().ok().and_then(|number: usize| number.checked_sub(1));
        let column = column.ok_or("without a header, --csv takes the number of a column, such as 2")?;
        let (separator_line, row, stated) = split_separator_line(row);
        let bare = row.strip_suffix(b"\n").unwrap_or(row);
        let (bare, has_return) = bare.strip_suffix(b"\r").map_or((bare, false), |bare| (bare, true));
        let read = |delimiter: u8| {
            let fields = Row::new(delimiter).read_sound(bare.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bare))?.fields;
            Some((delimiter, fields))
        };
        let found = match stated {
            Some(delimiter) => read(delimiter),
            None => {
                let giving: Vec<_> =
                    candidates.into_iter().filter_map(read).filter(|(_, fields)| *fields > column).collect();
                if giving.len() > 1 {
                    let names: Vec<&str> = giving.iter().map(|(delimiter, _)| name_of(*delimiter)).collect();
                    return Err(format!(
                        "the rows can be separated by {}: name the separator in a line before them, such as sep=, or \
                         sep=; (printf 'sep=\\t\\n' | cat - FILE for tabs)",
                        names.join(" or ")
                    ));
                }
                let several = || DELIMITERS.into_iter().filter_map(read).find(|(_, fields)| *fields > 1);
                giving.first().copied().or_else(several).or_else(|| read(b','))
            }
        };
        let (delimiter, columns) = found.ok_or(UNREADABLE_ROW)?;
        if column >= columns {
            return Err(format!("the CSV has no column {number}; its first row has {columns}"));
        }
        let (separator_line, row) = (separator_line.to_vec(), Vec::new());
        Ok(Self { separator_line, row, column, columns, delimiter, has_return, has_names: false })
    }

    /// The length of what stands before the records in the first lines of a file.
    pub fn length_before_records(&self, lines: &[u8]) -> usize {
        if self.has_names { lines.len() } else { self.separator_line.len() }
    }

    /// Writes the header with the added columns.
    pub fn write(&self, added: &[&str], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.separator_line);
        if !self.has_names {
            return;
        }
        out.extend_from_slice(&self.row);
        for name in added {
            self.separate(out);
            out.extend_from_slice(name.as_bytes());
        }
        self.end_row(out);
    }

    /// What ends a row.
    pub fn ending(&self) -> Ending {
        Ending::CsvRow(self.delimiter)
    }

    /// A reader of rows.
    pub(super) fn reader(&self) -> Row {
        Row::new(self.delimiter)
    }

    /// Appends the column separator.
    pub(super) fn separate(&self, out: &mut Vec<u8>) {
        out.push(self.delimiter);
    }

    /// Appends a field, in quotes if necessary.
    pub(super) fn push_field(&self, field: &[u8], out: &mut Vec<u8>) {
        if !field.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || *byte == self.delimiter) {
            return out.extend_from_slice(field);
        }
        out.push(b'"');
        for byte in field {
            out.push(*byte);
            if *byte == b'"' {
                out.push(b'"');
            }
        }
        out.push(b'"');
    }

    /// Whether another file has the same columns.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.row == other.row && self.columns == other.columns && self.delimiter == other.delimiter
    }

    /// The field of the column that is read. The row begins in line `line`, and its quotes are right.
    pub(super) fn field<'r>(&self, row: &'r mut Row, record: &[u8], line: u64) -> Result<&'r [u8], String> {
        let row =
            row.read(record).ok_or("the row contains a carriage return outside quotes; put the field in quotes")?;
        match row.field(self.column) {
            Some(field) if row.fields == self.columns => Ok(field),
            _ => Err(format!(
                "the row has {} columns, and the {} {}{}",
                row.fields,
                if self.has_names { "header" } else { "first row" },
                self.columns,
                extent(record, line)
            )),
        }
    }

    /// Writes an invalid row with as many columns as the header: a row with too many columns or a wrong quote
    /// becomes the first column.
    pub(super) fn keep_wrong(&self, record: &[u8], out: &mut Vec<u8>) {
        let fields = self.reader().read_sound(record).map(|row| row.fields).filter(|fields| *fields <= self.columns);
        match fields {
            Some(_) => out.extend_from_slice(record),
            None => self.push_field(record, out),
        }
        out.extend(std::iter::repeat_n(self.delimiter, self.columns - fields.unwrap_or(1)));
    }

    pub(super) fn end_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.has_return { b"\r\n" } else { b"\n" });
    }
}

/// The error for a header that is no row.
const UNREADABLE_HEADER: &str = "the header of the CSV cannot be read: it is empty, or a quote is not closed or followed by \
     text, or lines end with a carriage return alone";

const UNREADABLE_ROW: &str = "the first row of the CSV cannot be read: it is empty, or a quote is not closed or followed by \
     text, or lines end with a carriage return alone";

/// Maximum number of bytes that are read to find the separator of rows without names.
const LONGEST_SAMPLE: usize = 64 * 1024;

/// The separators that may be the one of a file without names: they separate the first row, and with it at least half of
/// the rows into as many columns. A stated separator is the only one.
fn separators(row: &[u8], behind: &[u8]) -> Vec<u8> {
    let (_, row, stated) = split_separator_line(row);
    if let Some(stated) = stated {
        return vec![stated];
    }
    let row = row.strip_prefix(BYTE_ORDER_MARK).unwrap_or(row);
    let columns = |row: &[u8], delimiter: u8| {
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        Row::new(delimiter).read_sound(row).map(|row| row.fields)
    };
    let fits = |delimiter: &u8| {
        let Some(expected) = columns(row, *delimiter).filter(|columns| *columns > 1) else { return false };
        let (mut rest, mut all, mut alike) = (behind, 1, 1);
        // The last row may not be whole.
        while let (Some(end), _) = first_row(rest, &[*delimiter]) {
            let (row, further) = rest.split_at(end);
            if !row.trim_ascii().is_empty() {
                all += 1;
                alike += usize::from(columns(row, *delimiter) == Some(expected));
            }
            rest = further;
        }
        2 * alike >= all
    };
    DELIMITERS.into_iter().filter(fits).collect()
}

fn name_of(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "commas",
        b'\t' => "tabs",
        b';' => "semicolons",
        _ => "vertical bars",
    }
}

/// Where the header of a text ends, if it does.
fn header_end(text: &[u8]) -> Option<usize> {
    let (line, rest, stated) = split_separator_line(text);
    let delimiters = stated.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    Some(line.len() + first_row(rest, &delimiters).0?)
}

/// Splits off the line `sep=;`, by which Excel writes and reads the separator of a file, and returns the separator.
fn split_separator_line(text: &[u8]) -> (&[u8], &[u8], Option<u8>) {
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

/// The first few names, for a message.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, and {} more", names.len() - SHOWN) } else { shown }
}

fn lossy(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// The fields of a row, in reused buffers.
pub(super) struct Row {
    reader: Reader,
    delimiter: u8,
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

impl Row {
    fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, delimiter, text: Vec::new(), ends: Vec::new(), fields: 0 }
    }

    /// Parses a row without its terminator; `None` if it is not one row, or has a wrong quote.
    fn read_sound(&mut self, row: &[u8]) -> Option<&Self> {
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

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.fields).filter_map(|number| self.field(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(row: &str) -> Option<Vec<String>> {
        Row::new(b',').read_sound(row.as_bytes()).map(|row| row.fields().map(lossy).collect())
    }

    #[test]
    fn rows_are_read_as_rfc_4180_says() {
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

    #[test]
    fn the_column_is_found_by_its_name() {
        let header = |row: &str| CsvHeader::new(row.as_bytes(), "key", &["presigned_url"]);
        assert_eq!(header("\u{feff}id,\"key\"\r\n").unwrap().column, 1);
        assert!(header("id,name\n").unwrap_err().contains("no column 'key'; it has id, name"));
        assert!(header("key,presigned_url\n").unwrap_err().contains("a column 'presigned_url' already"));
        assert!(header("key,id,key\n").unwrap_err().contains("several columns 'key'"));
        for (row, delimiter) in
            [("id\tkey", b'\t'), ("id;key", b';'), ("id|\"key\"", b'|'), ("key", b','), ("a;b,key", b',')]
        {
            assert_eq!(header(row).unwrap().ending(), Ending::CsvRow(delimiter), "{row}");
        }
        let numbered = |text: &str, number: &str| {
            let (row, mut behind) = CsvHeader::take(&mut text.as_bytes()).unwrap();
            CsvHeader::read_on(&row, &mut behind, &mut &b""[..]).unwrap();
            CsvHeader::without_names(&row, &behind, number)
        };
        for (row, delimiter) in
            [("b,\"k\"\n", b','), ("sep=;\nb;k", b';'), ("sep=\t\nb\tk;l", b'\t'), ("\u{feff}\"a,b\",k\r\n", b',')]
        {
            let header = numbered(row, "2").unwrap();
            assert_eq!((header.column, header.columns, header.delimiter), (1, 2, delimiter), "{row}");
        }
        assert_eq!(numbered("k\n", "1").unwrap().columns, 1);
        // Of two separators, one is certain if the other separates most rows in another way.
        assert_eq!(numbered("b\tk,l\nb\tk\nb\tk\nb\tk,l,m\n", "2").unwrap().delimiter, b'\t');
        // A row that is wrong does not decide.
        for text in ["b\tk;l", "b\tk,l\nb\tk,m\nb\tk,n\tx\n", "b,k|l\nb,k\n"] {
            assert!(numbered(text, "2").unwrap_err().contains("sep="), "{text}");
        }
        assert_eq!(numbered("a,b;c,d\n", "3").unwrap().delimiter, b',');
        assert!(numbered("b,k\n", "3").unwrap_err().contains("no column 3; its first row has 2"));
        for number in ["0", "key", "-1", ""] {
            assert!(numbered("b,k\n", number).unwrap_err().contains("the number of a column"), "{number}");
        }
        let mut out = Vec::new();
        header("id,key\r\n").unwrap().write(&["presigned_url"], &mut out);
        assert_eq!(out, b"id,key,presigned_url\r\n");
        let mut input = &b"a,\"b\nc\"\nx,y\n"[..];
        assert_eq!(CsvHeader::take(&mut input).unwrap(), (b"a,\"b\nc\"\n".to_vec(), b"x,y\n".to_vec()));
    }
}
