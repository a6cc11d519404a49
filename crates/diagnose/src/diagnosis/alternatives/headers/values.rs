//! How the values of one header are written into the canonical request, correctly and incorrectly: inner
//! spaces, edges, repeated fields, letter case.

use crate::diagnosis::alternatives::text::replaced;

#[derive(Clone, Copy)]
pub(super) enum Spaces {
    Collapsed,
    /// White space is kept, including tabs.
    Kept,
    /// Each pair of spaces becomes one, in a single pass: three leave two.
    Once,
    /// Spaces between quotes are kept.
    OutsideQuotes,
    /// Runs of spaces become one space; tabs are kept.
    TabsKept,
    /// Runs of spaces become one space; tabs are removed.
    TabsLost,
}

#[derive(Clone, Copy)]
pub(super) enum Edges {
    Trimmed,
    Kept,
    /// Runs of spaces at the edges become one space, like runs inside the value.
    Collapsed,
    /// The space after the colon is part of the value.
    LeadingSpace,
}

#[derive(Clone, Copy)]
pub(super) enum Repeats {
    Comma,
    CommaSpace,
    Sorted,
    First,
    Last,
    /// One line for each value.
    Lines,
}

#[derive(Clone, Copy)]
pub(super) enum Letters {
    AsSent,
    Latin1ToUtf8,
    Utf8ToLatin1,
    QuestionMarks,
    Escaped,
    Dropped,
}

impl Spaces {
    pub(super) fn apply(self, value: &[u8]) -> Vec<u8> {
        let is_plain =
            !value.iter().any(|byte| matches!(byte, b'\t' | b'\n')) && !value.windows(2).any(|two| two == b"  ");
        if is_plain {
            return value.to_vec();
        }
        let unfolded = replaced(&replaced(value, b"\r\n", b"\n"), b"\n", b" ");
        let mut out = Vec::with_capacity(unfolded.len());
        let mut in_quotes = false;
        let mut at = 0;
        while at < unfolded.len() {
            let byte = unfolded[at];
            in_quotes ^= byte == b'"';
            let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
            let is_run = |byte: u8| is_blank(byte) && out.last() == Some(&b' ');
            let is_run_of_spaces = |byte: u8| byte == b' ' && out.last() == Some(&b' ');
            let is_left_out = match self {
                Self::Kept => false,
                Self::Collapsed => is_run(byte),
                Self::OutsideQuotes => is_run(byte) && !in_quotes,
                Self::TabsKept => is_run_of_spaces(byte),
                Self::TabsLost => byte == b'\t' || is_run_of_spaces(byte),
                Self::Once => false,
            };
            match self {
                Self::Once if unfolded.get(at..).unwrap_or_default().starts_with(b"  ") => {
                    out.push(b' ');
                    at += 1;
                }
                Self::Collapsed | Self::OutsideQuotes
                    if byte == b'\t' && !is_left_out && !(in_quotes && matches!(self, Self::OutsideQuotes)) =>
                {
                    out.push(b' ')
                }
                _ if is_left_out => {}
                _ => out.push(byte),
            }
            at += 1;
        }
        out
    }
}

impl Edges {
    pub(super) fn apply(self, value: &[u8], spaces: Spaces) -> Vec<u8> {
        let inner = spaces.apply(value.trim_ascii());
        let start = value.len() - value.trim_ascii_start().len();
        match self {
            Self::Trimmed => inner,
            Self::Kept => [
                value.get(..start).unwrap_or_default(),
                &inner,
                value.get(value.trim_ascii_end().len().max(start)..).unwrap_or_default(),
            ]
            .concat(),
            Self::Collapsed => spaces.apply(value),
            Self::LeadingSpace => [b" ", inner.as_slice()].concat(),
        }
    }
}

impl Repeats {
    pub(super) fn join(self, mut values: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self {
            Self::Comma if values.len() == 1 => return values,
            Self::Comma => {}
            Self::CommaSpace => return vec![values.join(&b", "[..])],
            Self::Sorted => values.sort(),
            Self::First => values.truncate(1),
            Self::Last => values = values.pop().into_iter().collect(),
            Self::Lines if !values.is_empty() => return values,
            Self::Lines => {}
        }
        vec![values.join(&b',')]
    }
}

impl Letters {
    pub(super) fn apply(self, value: Vec<u8>) -> Vec<u8> {
        if value.is_ascii() {
            return value;
        }
        let text = String::from_utf8_lossy(&value);
        match self {
            Self::AsSent => value,
            Self::Latin1ToUtf8 => value.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(),
            Self::Utf8ToLatin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            Self::QuestionMarks => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect::<String>().into(),
            Self::Escaped => {
                let mut out = Vec::new();
                for &byte in &value {
                    if byte.is_ascii() {
                        out.push(byte)
                    } else {
                        sigvet_core::internal::encode::push_encoded(byte, &mut out)
                    }
                }
                out
            }
            Self::Dropped => value.iter().copied().filter(u8::is_ascii).collect(),
        }
    }
}
