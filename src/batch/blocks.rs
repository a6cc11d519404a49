//! Cuts a stream into blocks of whole records.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::binary::refuse_binary;
use super::quotes::{BYTE_ORDER_MARK, WrongQuote, first_row, last_row_end};

/// Bytes per read: the capacity of a pipe.
const BLOCK: usize = 64 * 1024;

/// The longest record. Keys have at most 1,024 bytes; anything much longer is not a list of keys.
pub const LONGEST_RECORD: usize = 1024 * 1024;

/// The length of the longest record in words.
pub(super) fn longest_record() -> String {
    format!("{} MiB", LONGEST_RECORD >> 20)
}

/// What ends a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A line feed, or a carriage return and a line feed.
    Newline,
    /// A NUL byte: records may contain newlines.
    Zero,
    /// A newline outside double quotes (RFC 4180). Fields are separated by this byte.
    CsvRow(u8),
}

impl Ending {
    fn byte(self) -> u8 {
        if self == Self::Zero { 0 } else { b'\n' }
    }

    /// Where the last complete record ends in a text that begins with a record, if there is one. A record whose quotes
    /// are wrong may be alone.
    fn last_end(self, text: &[u8]) -> Option<(usize, Option<WrongQuote>)> {
        match self {
            Self::Newline | Self::Zero => memrchr(self.byte(), text).map(|at| (at + 1, None)),
            Self::CsvRow(delimiter) => last_row_end(text, &[delimiter]),
        }
    }

    /// The records of a block without their terminators, and the quote in each that is wrong.
    pub(super) fn split(self, block: &[u8]) -> impl Iterator<Item = (&[u8], Option<WrongQuote>)> {
        let mut rest = block;
        std::iter::from_fn(move || {
            let (end, wrong) = match self {
                _ if rest.is_empty() => return None,
                Self::Newline | Self::Zero => (memchr(self.byte(), rest).map(|at| at + 1), None),
                Self::CsvRow(delimiter) => first_row(rest, &[delimiter]),
            };
            let (record, behind) = rest.split_at(end.unwrap_or(rest.len()));
            rest = behind;
            Some((self.strip(record), wrong))
        })
    }

    fn strip(self, record: &[u8]) -> &[u8] {
        let bare = record.strip_suffix(&[self.byte()]).unwrap_or(record);
        if self == Self::Zero { bare } else { bare.strip_suffix(b"\r").unwrap_or(bare) }
    }

    /// The number of records in a block; of CSV the number of lines, because a row may have several.
    fn count(self, block: &[u8]) -> u64 {
        let ends = memchr_iter(self.byte(), block).count();
        let is_last_open = block.last().is_some_and(|last| *last != self.byte());
        ends as u64 + u64::from(is_last_open)
    }

    /// By how much the number of the record after this one is greater.
    fn step(self, record: &[u8]) -> u64 {
        let further = if let Self::CsvRow(_) = self { memchr_iter(b'\n', record).count() } else { 0 };
        1 + further as u64
    }

    /// What ends the records of the output for such an input: rows stay rows, and everything else becomes a line.
    pub fn of_output(self) -> Self {
        if let Self::CsvRow(_) = self { self } else { Self::Newline }
    }

    /// The length of the first record of an output, with its end.
    pub fn first_length(self, output: &[u8]) -> usize {
        let end = match self {
            Self::Newline | Self::Zero => memchr(self.byte(), output).map(|at| at + 1),
            Self::CsvRow(delimiter) => first_row(output, &[delimiter]).0,
        };
        end.unwrap_or(output.len())
    }

    /// The part of an output that ends with a whole record.
    pub fn whole(self, output: &[u8]) -> &[u8] {
        &output[..self.last_end(output).map_or(0, |(end, _)| end)]
    }
}

/// Whole records.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The records with their terminators; the last record of a stream may have none.
    pub bytes: Vec<u8>,
    /// The number of the first record, counting from 1; of CSV the line where it begins.
    pub first: u64,
    /// The number of records in `bytes`; of CSV the number of lines.
    pub records: u64,
    /// Whether a record that is too long follows, which was skipped.
    pub is_overlong: bool,
    /// The quote that is wrong in the only record, if what shows that is not in the block.
    pub(super) wrong_quote: Option<WrongQuote>,
}

/// A record that cannot be read.
#[derive(Debug)]
pub(super) struct Unusable<'b> {
    /// The record, unless it was skipped.
    pub(super) text: &'b [u8],
    /// What is wrong with it.
    pub(super) problem: String,
}

impl Block {
    /// The records with their numbers, without their terminators and without a byte order mark; a skipped record is
    /// an error. With `-0`, a byte order mark is part of the record: only editors write one, and they write no zero
    /// bytes.
    pub(super) fn records(&self, ending: Ending) -> impl Iterator<Item = (u64, Result<&[u8], Unusable<'_>>)> {
        let bytes = match (self.first, ending) {
            (1, Ending::Newline | Ending::CsvRow(_)) => self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes),
            _ => &self.bytes,
        };
        let overlong = self
            .is_overlong
            .then(|| Err(Unusable { text: b"", problem: format!("the record is longer than {}", longest_record()) }));
        let mut next = self.first;
        let of_block = ending.split(bytes).map(|(record, wrong)| Ok((record, self.wrong_quote.or(wrong))));
        of_block.chain(overlong).map(move |record| {
            let number = next;
            next += record.as_ref().map_or(1, |(record, _)| ending.step(record));
            let record = record.and_then(|(text, wrong)| match (wrong, ending) {
                (Some(wrong), Ending::CsvRow(delimiter)) => {
                    Err(Unusable { text, problem: wrong.describe(text, number, delimiter) })
                }
                _ => Ok(text),
            });
            (number, record)
        })
    }
}

/// Describes a row that is longer than the longest record: usually a stray quote makes it one row.
pub(super) fn describe_long_row(row: &[u8], line: u64, delimiters: &[u8]) -> String {
    match first_row(row, delimiters) {
        (_, Some(WrongQuote::Open { opened })) => {
            format!("the quote that opens in line {} is not closed within {}", line + opened, longest_record())
        }
        _ => format!("the row in line {line} is longer than {}", longest_record()),
    }
}

/// Reads a stream block by block.
pub(super) struct Blocks<R> {
    input: R,
    ending: Ending,
    /// What was read after the last whole record.
    rest: Vec<u8>,
    next: u64,
    is_over: bool,
    /// Whether reading failed. Nothing may be read then: what follows is not at the beginning of a record.
    is_broken: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads a stream whose first record has the number `first`.
    pub(super) fn new(input: R, ending: Ending, first: u64) -> Self {
        Self { input, ending, rest: Vec::new(), next: first, is_over: false, is_broken: false }
    }

    /// The next block, in a reused buffer. It contains whatever has arrived; nothing waits for a block to be full.
    /// After an error, the stream is over.
    pub(super) fn read(&mut self, bytes: Vec<u8>) -> io::Result<Option<Block>> {
        if self.is_broken {
            return Ok(None);
        }
        let block = self.read_block(bytes);
        self.is_broken = block.is_err();
        block
    }

    fn read_block(&mut self, mut bytes: Vec<u8>) -> io::Result<Option<Block>> {
        bytes.clear();
        bytes.append(&mut self.rest);
        loop {
            if self.next == 1 {
                refuse_binary(&bytes, self.ending == Ending::Zero)?;
            }
            if let Some((end, wrong_quote)) = self.ending.last_end(&bytes) {
                self.rest.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                return Ok(Some(Block { wrong_quote, ..self.number(bytes, false) }));
            }
            if bytes.len() > LONGEST_RECORD {
                self.refuse_long_row(&bytes)?;
                bytes.clear();
                self.skip_record()?;
                return Ok(Some(self.number(bytes, true)));
            }
            if self.is_over || !self.fill(&mut bytes)? {
                self.is_over = true;
                return Ok((!bytes.is_empty()).then(|| self.number(bytes, false)));
            }
        }
    }

    fn number(&mut self, bytes: Vec<u8>, is_overlong: bool) -> Block {
        let (first, records) = (self.next, self.ending.count(&bytes));
        self.next += records + u64::from(is_overlong);
        Block { bytes, first, records, is_overlong, wrong_quote: None }
    }

    /// Reads what has arrived, and returns whether the stream continues.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let filled = bytes.len();
        bytes.resize(filled + BLOCK, 0);
        let read = loop {
            match self.input.read(&mut bytes[filled..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        bytes.truncate(filled + read);
        Ok(read > 0)
    }

    /// Refuses a CSV row that is too long. It cannot be skipped: usually a stray quote makes it one row, so where it
    /// ends is unknown, and what is inside quotes must not be read as rows.
    fn refuse_long_row(&self, row: &[u8]) -> io::Result<()> {
        let Ending::CsvRow(delimiter) = self.ending else { return Ok(()) };
        Err(io::Error::new(ErrorKind::InvalidData, describe_long_row(row, self.next, &[delimiter])))
    }

    /// Skips the rest of a record that is too long.
    fn skip_record(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        while self.fill(&mut bytes)? {
            if let Some(at) = memchr(self.ending.byte(), &bytes) {
                self.rest.extend_from_slice(&bytes[at + 1..]);
                return Ok(());
            }
            bytes.clear();
        }
        self.is_over = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that returns at most this many bytes per read.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (now, later) = self.0.split_at(self.1.min(self.0.len()).min(buffer.len()));
            buffer[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn records(text: &[u8], ending: Ending, at_once: usize) -> Vec<(u64, String)> {
        let mut blocks = Blocks::new(Trickle(text, at_once), ending, 1);
        let mut found = Vec::new();
        while let Some(block) = blocks.read(Vec::new()).unwrap() {
            let before = found.len();
            for (record, _) in ending.split(&block.bytes) {
                found.push((found.len() as u64 + 1, String::from_utf8_lossy(record).into_owned()));
            }
            let lines: u64 = found[before..].iter().map(|(_, record)| ending.step(record.as_bytes())).sum();
            assert_eq!(lines, block.records);
            if block.is_overlong {
                found.push((found.len() as u64 + 1, "(too long)".to_owned()));
            }
        }
        found
    }

    /// Catches a record that is cut where a read ends, and a record that is lost at the end.
    #[test]
    fn records_are_whole_however_they_arrive() {
        for at_once in [1, 2, 3, 7, 100] {
            for (ending, text, expected) in [
                (Ending::Newline, "a\nb\r\n\nc", vec!["a", "b", "", "c"]),
                (Ending::Newline, "a\n", vec!["a"]),
                (Ending::Newline, "", vec![]),
                (Ending::Zero, "a\nb\0c\r\0", vec!["a\nb", "c\r"]),
                (Ending::CsvRow(b','), "a,\"x\ny\"\"\n\"\r\nb,c\n", vec!["a,\"x\ny\"\"\n\"", "b,c"]),
                (
                    Ending::CsvRow(b','),
                    "a,5\" disk\nb,\"\"\nc,\"\"\"\n\"\n",
                    vec!["a,5\" disk", "b,\"\"", "c,\"\"\"\n\""],
                ),
                (Ending::CsvRow(b','), "a\n1,\"b\nc\n", vec!["a", "1,\"b\nc"]),
                (Ending::CsvRow(b';'), "a;\"x\ny\"\nb,\"c\n", vec!["a;\"x\ny\"", "b,\"c"]),
            ] {
                let found = records(text.as_bytes(), ending, at_once);
                let expected: Vec<_> = (1..).zip(expected.into_iter().map(str::to_owned)).collect();
                assert_eq!(found, expected, "{text:?} by {at_once}");
            }
        }
    }

    /// Catches a stream without a newline that is held in memory, and a long record that takes its neighbors with
    /// it.
    #[test]
    fn a_record_that_is_too_long_is_skipped() {
        let text = ["a\n".to_owned(), "x".repeat(3 * LONGEST_RECORD), "\nb\n".to_owned()].concat();
        let expected = [(1, "a"), (2, "(too long)"), (3, "b")].map(|(number, text)| (number, text.to_owned()));
        assert_eq!(records(text.as_bytes(), Ending::Newline, 100_000), expected);
        assert_eq!(records(&text.as_bytes()[..text.len() - 3], Ending::Newline, 100_000), expected[..2]);
    }

    /// Catches rows inside a quoted cell that are taken for rows of the file.
    #[test]
    fn a_row_that_is_too_long_ends_the_stream() {
        let problem = |text: &str| {
            let mut blocks = Blocks::new(Trickle(text.as_bytes(), 100_000), Ending::CsvRow(b','), 2);
            let rows = blocks.read(Vec::new()).unwrap().unwrap();
            assert_eq!(rows.records(Ending::CsvRow(b',')).map(|(line, _)| line).collect::<Vec<_>>(), [2, 4]);
            let problem = blocks.read(Vec::new()).unwrap_err().to_string();
            assert_eq!(blocks.read(Vec::new()).unwrap(), None);
            problem
        };
        let rows = "\"a\nb\",1\nc,2\n";
        let quoted = "x,y\n".repeat(LONGEST_RECORD / 2);
        assert_eq!(
            problem(&format!("{rows}\"d\n\",\"{quoted}\n\"\ne,3\n")),
            "the quote that opens in line 6 is not closed within 1 MiB"
        );
        let long = "x".repeat(2 * LONGEST_RECORD);
        assert_eq!(problem(&format!("{rows}{long}\ne,3\n")), "the row in line 5 is longer than 1 MiB");
    }
}
