//! Where the rows of CSV end, and which quotes are wrong (RFC 4180).
//!
//! A quote opens a field only at its beginning. Inside, two quotes are one, and the quote that closes the field is
//! followed by a separator or by the end of the row. If it is followed by anything else, the quotes of the row are
//! wrong, and so is every line end that they hide: then the row is its first line.

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

/// What Windows editors and spreadsheets write at the beginning of a file.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a text begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// A row of this length, with its line end.
    Whole(usize),
    /// A row in which text follows a quote that closes a field.
    Followed { opened: usize, closed: usize },
    /// A row that the text does not end, and the quote in it that is open.
    Part { opened: Option<usize> },
}

/// A quote that is wrong, with line numbers that count from the first line of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongQuote {
    /// It is not closed.
    Open { opened: u64 },
    /// It is closed, and text follows.
    Followed { opened: u64, closed: u64 },
}

/// Reads the row that a text begins with.
fn read_row(text: &[u8], delimiters: &[u8]) -> Row {
    let (mut opened, mut passed_over) = (None, None);
    for at in memchr2_iter(b'"', b'\n', text) {
        match (text[at], opened) {
            (b'\n', None) => return Row::Whole(at + 1),
            (b'\n', Some(_)) => {}
            _ if passed_over == Some(at) => {}
            (_, None) => opened = is_beginning_of_field(&text[..at], delimiters).then_some(at),
            (_, Some(_)) if text.get(at + 1) == Some(&b'"') => passed_over = Some(at + 1),
            (_, Some(_)) if is_end_of_field(&text[at + 1..], delimiters) => opened = None,
            (_, Some(opened)) => return Row::Followed { opened, closed: at },
        }
    }
    Row::Part { opened }
}

/// Whether a field begins after this text. A byte order mark is not part of a field.
fn is_beginning_of_field(before: &[u8], delimiters: &[u8]) -> bool {
    before == BYTE_ORDER_MARK || before.last().is_none_or(|last| *last == b'\n' || delimiters.contains(last))
}

/// Whether a quoted field may end before this text. If the text ends here, what follows is not known yet.
fn is_end_of_field(after: &[u8], delimiters: &[u8]) -> bool {
    match after {
        [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..] => true,
        [next, ..] => delimiters.contains(next),
    }
}

/// The length of the first row of a text with its line end, if the text ends the row; and the quote in it that is wrong.
pub(super) fn first_row(text: &[u8], delimiters: &[u8]) -> (Option<usize>, Option<WrongQuote>) {
    let line_of = |at: usize| memchr_iter(b'\n', &text[..at]).count() as u64;
    match read_row(text, delimiters) {
        Row::Whole(length) => (Some(length), None),
        Row::Followed { opened, closed } => {
            let wrong = WrongQuote::Followed { opened: line_of(opened), closed: line_of(closed) };
            (memchr(b'\n', text).map(|at| at + 1), Some(wrong))
        }
        Row::Part { opened } => (None, opened.map(|at| WrongQuote::Open { opened: line_of(at) })),
    }
}

/// Where the last row that a text ends has its end. A row whose quotes hide line ends wrongly is alone: what shows it is
/// behind its end.
pub(super) fn last_row_end(text: &[u8], delimiters: &[u8]) -> Option<(usize, Option<WrongQuote>)> {
    if memchr(b'"', text).is_none() {
        return memrchr(b'\n', text).map(|at| (at + 1, None));
    }
    let mut end = 0;
    while let (Some(length), wrong) = first_row(&text[end..], delimiters) {
        if wrong.is_some_and(WrongQuote::hides_lines) {
            return Some(if end == 0 { (length, wrong) } else { (end, None) });
        }
        end += length;
    }
    (end > 0).then_some((end, None))
}

impl WrongQuote {
    /// Whether the text that shows it is in a later line than the first.
    fn hides_lines(self) -> bool {
        !matches!(self, Self::Followed { closed: 0, .. })
    }

    /// Describes the quote in a row that begins in this line.
    pub(super) fn describe(self, record: &[u8], line: u64, delimiter: u8) -> String {
        let separator = match delimiter {
            b'\t' => "a tab".to_owned(),
            other => format!("'{}'", char::from(other)),
        };
        let in_tabs = if delimiter == b'\t' { "; quotes are read like this in tab-separated files too" } else { "" };
        match self {
            Self::Open { opened } => {
                format!("the quote that opens in line {} is not closed{}{in_tabs}", line + opened, extent(record, line))
            }
            Self::Followed { opened, closed } => format!(
                "the quote that opens in line {} is closed in line {}, but text follows it; expected {separator} or \
                 the end of the row, and \"\" for a quote inside quotes{in_tabs}",
                line + opened,
                line + closed
            ),
        }
    }
}

/// How far a row of several lines goes: often a stray quote joins them.
pub(super) fn extent(record: &[u8], line: u64) -> String {
    match memchr_iter(b'\n', record).count() as u64 {
        0 => String::new(),
        further => format!("; the row extends from line {line} to line {}", line + further),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By RFC 4180, section 2, rules 5 to 7.
    #[test]
    fn a_quote_that_closes_a_field_ends_it() {
        let followed = |opened, closed| Some(WrongQuote::Followed { opened, closed });
        for (text, length, wrong) in [
            ("\"a\",b\n", Some(6), None),
            ("\"a\"\r\nb", Some(5), None),
            ("\"a\"\n\"b\"x", Some(4), None),
            ("\"a\"\"b\"\n", Some(7), None),
            ("5\" disk,\"\"\n", Some(11), None),
            ("\"a\"x,1\nb\n", Some(7), followed(0, 0)),
            ("\"a\" ,1\nb\n", Some(7), followed(0, 0)),
            ("\"a\"\rb\n", Some(6), followed(0, 0)),
            ("a;\"b\";c\n", Some(8), None),
            ("x,\"a\nb\n\"c\nd", Some(5), followed(0, 2)),
            ("\"a\nb\",\"c\n\"d\n", Some(3), followed(1, 2)),
            ("\"a\"x", None, followed(0, 0)),
            ("\"a\"", None, None),
            ("\"a\"\r", None, None),
            ("\"a\nb,\"\"", None, Some(WrongQuote::Open { opened: 0 })),
        ] {
            assert_eq!(first_row(text.as_bytes(), b","), (length, wrong), "{text:?}");
        }
        assert_eq!(first_row(b"\"a\";b\n", b";"), (Some(6), None));
    }
}
