//! Reads the framing of a body in chunks piece by piece: the same grammar as `parse`, for readers that cannot hold the
//! whole body.
//!
//! Each piece is split into steps; what is incomplete is kept, at most a head or a line. Nothing is judged.

use super::parse::{
    DATA, END, HEAD, LINE_END, LONGEST_HEAD, LONGEST_SHOWN, Malformed, TRAILER, TRAILER_LINE, bytes_of, parse_head,
    parse_trailer, shown,
};

/// Maximum length of a trailer that is read, including its line ends.
pub(super) const TRAILER_LIMIT: usize = 16 * 1024;

/// The head of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Offset in the body at which it begins.
    pub(super) offset: usize,
    /// The text of the head, without its line end.
    pub(super) text: String,
    /// Number of bytes of data that follow.
    pub(super) length: u64,
    /// The signature in it.
    pub(super) signature: Option<String>,
}

/// What a piece of the body contains.
#[derive(Debug)]
pub(super) enum Step<'b> {
    /// A chunk begins; the final one has no data.
    Head(Head),
    /// Data of the chunk, and whether it is the last data of the chunk.
    Data(&'b [u8], bool),
    /// A line of the trailer with its line end; may be empty.
    Line(Vec<u8>),
}

/// A reader that keeps its position.
#[derive(Debug)]
pub(super) struct Framing {
    state: State,
    /// Number of bytes read so far, including those that are kept.
    at: usize,
    /// Number of bytes of the trailer so far.
    trailer: usize,
    has_trailers: bool,
}

#[derive(Debug)]
enum State {
    /// In a head, with the bytes read so far.
    Head(Vec<u8>),
    /// In the data of a chunk.
    Data { start: usize, length: u64, left: u64 },
    /// After the data.
    LineEnd(Vec<u8>),
    /// In a line of the trailer.
    Line(Vec<u8>),
    /// After an empty line, which ends the body if nothing follows.
    EmptyLine,
    /// The framing is broken. The text found there is collected up to the length that is shown.
    Broken { offset: usize, expected: &'static str, presented: Vec<u8> },
    /// The trailer is longer than the limit.
    TooLong,
}

impl Framing {
    pub(super) fn new() -> Self {
        Self { state: State::Head(Vec::new()), at: 0, trailer: 0, has_trailers: false }
    }

    /// Number of bytes read.
    pub(super) fn length(&self) -> usize {
        self.at
    }

    pub(super) fn is_trailer_too_long(&self) -> bool {
        matches!(self.state, State::TooLong)
    }

    /// Where the framing is broken, if that is already known.
    pub(super) fn broken(&self) -> Option<Malformed> {
        let State::Broken { offset, expected, presented } = &self.state else { return None };
        Some(Malformed { offset: *offset, expected, presented: shown(presented) })
    }

    /// The next step of a piece, from which the bytes read are removed; `None` if the piece is used up.
    pub(super) fn step<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        while !piece.is_empty() {
            let step = match &mut self.state {
                State::Head(_) => self.read_head(piece),
                State::Data { .. } => self.read_data(piece),
                State::LineEnd(_) => self.read_line_end(piece),
                State::Line(_) => self.read_line(piece),
                State::EmptyLine => self.read_on(),
                State::Broken { presented, .. } => {
                    let wanted = (LONGEST_SHOWN + 1).saturating_sub(presented.len());
                    presented.extend_from_slice(piece.get(..wanted.min(piece.len())).unwrap_or_default());
                    self.skip(piece)
                }
                State::TooLong => self.skip(piece),
            };
            if step.is_some() {
                return step;
            }
        }
        None
    }

    fn skip<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        self.at += piece.len();
        *piece = &[];
        None
    }

    fn take<'b>(&mut self, piece: &mut &'b [u8], count: usize) -> &'b [u8] {
        let (taken, rest) = piece.split_at(count.min(piece.len()));
        *piece = rest;
        self.at += taken.len();
        taken
    }

    /// Takes as many bytes as may belong to a head, and puts back those that do not.
    fn read_head<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        let State::Head(kept) = &mut self.state else { return None };
        let mut kept = std::mem::take(kept);
        let offset = self.at - kept.len();
        // A line end may be split across two pieces.
        let from = kept.len().saturating_sub(1);
        let more = piece.get(..piece.len().min(LONGEST_HEAD - kept.len())).unwrap_or_default();
        let before = kept.len();
        kept.extend_from_slice(more);
        let end = kept.get(from..).unwrap_or_default().windows(2).position(|bytes| bytes == b"\r\n");
        let Some(end) = end.map(|end| from + end) else {
            let is_too_long = kept.len() == LONGEST_HEAD;
            let count = more.len();
            self.take(piece, count);
            match is_too_long {
                true => self.break_off(offset, HEAD, &kept),
                false => self.state = State::Head(kept),
            }
            return None;
        };
        let text = kept.get(..end).unwrap_or_default();
        let Some((length, signature)) = parse_head(text) else {
            let count = more.len();
            self.take(piece, count);
            self.break_off(offset, HEAD, &kept);
            return None;
        };
        let (text, signature) = (String::from_utf8_lossy(text).into_owned(), signature.map(str::to_owned));
        self.take(piece, end + 2 - before);
        self.state = match length {
            0 => State::Line(Vec::new()),
            length => State::Data { start: self.at, length, left: length },
        };
        Some(Step::Head(Head { offset, text, length, signature }))
    }

    fn read_data<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        let State::Data { left, .. } = &mut self.state else { return None };
        let count = usize::try_from(*left).unwrap_or(usize::MAX).min(piece.len());
        *left -= count as u64;
        let is_last = *left == 0;
        if is_last {
            self.state = State::LineEnd(Vec::new());
        }
        Some(Step::Data(self.take(piece, count), is_last))
    }

    fn read_line_end<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        let State::LineEnd(kept) = &mut self.state else { return None };
        let mut kept = std::mem::take(kept);
        kept.extend_from_slice(self.take(piece, 1));
        match kept.as_slice() {
            b"\r" => self.state = State::LineEnd(kept),
            b"\r\n" => self.state = State::Head(Vec::new()),
            other => self.break_off(self.at - other.len(), LINE_END, other),
        }
        None
    }

    fn read_line<'b>(&mut self, piece: &mut &'b [u8]) -> Option<Step<'b>> {
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = self.take(piece, end.map_or(usize::MAX, |end| end + 1));
        self.trailer += taken.len();
        let State::Line(kept) = &mut self.state else { return None };
        if self.trailer > TRAILER_LIMIT {
            self.state = State::TooLong;
            return None;
        }
        kept.extend_from_slice(taken);
        let line = end.map(|_| std::mem::take(kept))?;
        self.judge_line(line)
    }

    fn judge_line<'b>(&mut self, line: Vec<u8>) -> Option<Step<'b>> {
        let text = without_line_end(&line);
        match parse_trailer(text) {
            _ if text.is_empty() => self.state = State::EmptyLine,
            None => {
                self.break_off(self.at - line.len(), TRAILER, &line);
                return None;
            }
            Some(trailer) => {
                let is_signature = trailer.name.eq_ignore_ascii_case(super::TRAILER_SIGNATURE);
                self.has_trailers = self.has_trailers || !is_signature;
            }
        }
        Some(Step::Line(line))
    }

    /// Continues after an empty line. Between trailing headers, as in S3's documentation, it does not end the body.
    fn read_on<'b>(&mut self) -> Option<Step<'b>> {
        match self.has_trailers {
            true => self.state = State::Line(Vec::new()),
            false => self.break_off(self.at, END, b""),
        }
        None
    }

    fn break_off(&mut self, offset: usize, expected: &'static str, presented: &[u8]) {
        let shown = presented.get(..presented.len().min(LONGEST_SHOWN + 1)).unwrap_or_default();
        self.state = State::Broken { offset, expected, presented: shown.to_vec() };
    }

    /// Where the framing is broken, given that the body is over.
    pub(super) fn finish(&self) -> Option<Malformed> {
        let broken =
            |kept: &Vec<u8>, expected| Malformed { offset: self.at - kept.len(), expected, presented: shown(kept) };
        match &self.state {
            State::Head(kept) => Some(broken(kept, HEAD)),
            State::Data { start, length, left } => {
                let arrived = usize::try_from(length - left).unwrap_or(usize::MAX);
                Some(Malformed { offset: *start, expected: DATA, presented: bytes_of(arrived, *length) })
            }
            State::LineEnd(kept) => Some(broken(kept, LINE_END)),
            State::Line(kept) => Some(broken(kept, TRAILER_LINE)),
            State::Broken { .. } => self.broken(),
            State::EmptyLine | State::TooLong => None,
        }
    }
}

/// A line without its end: CRLF, or LF alone.
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
