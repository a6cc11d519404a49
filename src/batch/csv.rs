//! CSV records (RFC 4180): reads one column and keeps the row as it is. The separator may also be one of those that
//! spreadsheets and databases use.

use std::io::{self, Read};

use memchr::memchr;

use super::binary::refuse_binary;
use super::blocks::{Ending, LONGEST_RECORD, describe_long_row};
use super::csv_row::{Row, bare_row, split_line_end};
use super::quotes::{extent, first_row};
use super::separator::{Candidates, DELIMITERS, name_of, split_separator_line};

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
    /// The stream cannot be read, or its first row is too long.
    pub fn take(input: &mut impl Read) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let (mut text, mut buffer) = (Vec::new(), [0; 8 * 1024]);
        loop {
            let read = read_some(input, &mut buffer)?;
            if read.is_empty() {
                return Ok((text, Vec::new()));
            }
            text.extend_from_slice(read);
            refuse_binary(&text, false)?;
            if let Some(end) = memchr(b'\n', read).and_then(|_| header_end(&text)) {
                let behind = text.split_off(end);
                return Ok((text, behind));
            }
            if text.len() > LONGEST_RECORD {
                return Err(long_header(&text));
            }
        }
    }

    /// Finds the column `name`. The columns `added` will be appended.
    ///
    /// # Errors
    /// There is no such column, or one of the added columns already exists.
    pub fn new(row: &[u8], name: &str, added: &[&str]) -> Result<Self, String> {
        let (separator_line, row, stated) = split_separator_line(row);
        let read = |delimiter: u8| {
            let mut reader = Row::new(delimiter);
            Some((delimiter, reader.read_sound(bare_row(row))?.fields().map(lossy).collect::<Vec<_>>()))
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
        let (line, has_return) = split_line_end(row);
        let (separator_line, row) = (separator_line.to_vec(), line.to_vec());
        Ok(Self { separator_line, row, column, columns: names.len(), delimiter, has_return, has_names: true })
    }

    /// Reads on behind the first row of a file without names until its separator is certain, the file ends, or 64 KiB
    /// were read.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn read_on(row: &[u8], behind: &mut Vec<u8>, input: &mut impl Read) -> io::Result<()> {
        let (mut candidates, mut buffer) = (Candidates::new(row), [0; 8 * 1024]);
        loop {
            candidates.read(behind);
            if behind.len() >= LONGEST_SAMPLE || candidates.fitting().len() <= 1 {
                return Ok(());
            }
            match read_some(input, &mut buffer)? {
                [] => return Ok(()),
                read => behind.extend_from_slice(read),
            }
        }
    }

    /// Takes the column with this number, from 1, of a file whose first row has no names. The rows that were read behind the
    /// first help to find the separator.
    ///
    /// # Errors
    /// The row has no such column, or several separators give one.
    pub fn without_names(row: &[u8], behind: &[u8], number: &str) -> Result<Self, String> {
        let mut candidates = Candidates::new(row);
        candidates.read(behind);
        let column = number.parse().ok().and_then(|number: usize| number.checked_sub(1));
        let column = column.ok_or("without a header, --csv takes the number of a column, such as 2")?;
        let (separator_line, row, stated) = split_separator_line(row);
        let read = |delimiter: u8| Some((delimiter, Row::new(delimiter).read_sound(bare_row(row))?.fields));
        let found = match stated {
            Some(delimiter) => read(delimiter),
            None => {
                let giving: Vec<_> =
                    candidates.fitting().into_iter().filter_map(read).filter(|(_, fields)| *fields > column).collect();
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
        let has_return = split_line_end(row).1;
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
    pub(super) fn keep_wrong(&self, reader: &mut Row, record: &[u8], out: &mut Vec<u8>) {
        let fields = reader.read_sound(record).map(|row| row.fields).filter(|fields| *fields <= self.columns);
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

/// Reads what has arrived; nothing at the end of the stream.
fn read_some<'b>(input: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    loop {
        match input.read(buffer) {
            Ok(length) => return Ok(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The error for a first row that does not end within the longest record.
fn long_header(text: &[u8]) -> io::Error {
    let (line, row, stated) = split_separator_line(text);
    let first = 1 + u64::from(!line.is_empty());
    let problem = describe_long_row(row, first, &stated.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]));
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Where the header of a text ends, if it does.
fn header_end(text: &[u8]) -> Option<usize> {
    let (line, rest, stated) = split_separator_line(text);
    let delimiters = stated.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    Some(line.len() + first_row(rest, &delimiters).0?)
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

#[cfg(test)]
mod tests {
    use super::*;

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
        header("\u{feff}key\n").unwrap().write(&[], &mut out);
        assert_eq!(out, b"\xef\xbb\xbfkey\n");
        out.clear();
        header("id,key\r\n").unwrap().write(&["presigned_url"], &mut out);
        assert_eq!(out, b"id,key,presigned_url\r\n");
        let mut input = &b"a,\"b\nc\"\nx,y\n"[..];
        assert_eq!(CsvHeader::take(&mut input).unwrap(), (b"a,\"b\nc\"\n".to_vec(), b"x,y\n".to_vec()));
    }
    /// A stream that returns a line per read.
    struct Lines<'t>(std::str::SplitInclusive<'t, char>);

    impl Read for Lines<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let line = self.0.next().unwrap_or_default().as_bytes();
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }

    /// Catches a sample that is parsed anew for each line, which takes minutes, and one that is read to the end of a
    /// long file.
    #[test]
    fn a_sample_is_counted_as_it_arrives() {
        for (row, fitting) in [("a\tk,l\n", 2), ("a\tk,\"l\nm\"\n", 1), ("a\tk\n", 1)] {
            let text = row.repeat(200_000 / row.len());
            let mut lines = Lines(text.split_inclusive('\n'));
            let (first, mut behind) = CsvHeader::take(&mut lines).unwrap();
            assert_eq!(first.len() + behind.len(), row.len(), "{row}");
            CsvHeader::read_on(&first, &mut behind, &mut lines).unwrap();
            let mut candidates = Candidates::new(&first);
            candidates.read(&behind);
            assert_eq!(candidates.fitting().len(), fitting, "{row}");
            assert_eq!(behind.len() >= LONGEST_SAMPLE, fitting == 2, "{row}");
            assert!(behind.len() < LONGEST_SAMPLE + row.len(), "{row}");
        }
    }

    /// Catches a header that is cut where the limit is: the rest of it would be the first row.
    #[test]
    fn a_header_that_is_too_long_is_refused() {
        let long = "x".repeat(LONGEST_RECORD + 1);
        for (text, problem) in [
            (format!("key,{long}\na,1\n"), "the row in line 1 is longer than 1 MiB"),
            (format!("sep=;\nkey;{long}\na;1\n"), "the row in line 2 is longer than 1 MiB"),
            (format!("key,\"{long}\",b\na,1\n"), "the quote that opens in line 1 is not closed within 1 MiB"),
            (format!("key,\"\n{long}"), "the quote that opens in line 1 is not closed within 1 MiB"),
        ] {
            assert_eq!(CsvHeader::take(&mut text.as_bytes()).unwrap_err().to_string(), problem);
        }
        let text = format!("key,{}\na,1\n", &long[..LONGEST_RECORD - 5]);
        let (row, behind) = CsvHeader::take(&mut text.as_bytes()).unwrap();
        assert_eq!([row, behind].concat(), text.as_bytes());
    }
}
