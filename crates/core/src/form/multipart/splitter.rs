//! Finds the parts of a form, in a whole body or in pieces of one, with one grammar for both.
//!
//! The caller keeps the bytes. A step returns how many of them it consumes; the rest must be put before the next piece.

use super::error::MultipartError;

/// A reader that keeps its position in the form.
#[derive(Debug)]
pub(in crate::form) struct Splitter {
    /// The line end and boundary that end a part.
    delimiter: Vec<u8>,
    state: State,
    /// Number of bytes already searched for the end of a head or part.
    searched: usize,
}

/// What the bytes begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::form) enum Step {
    /// A boundary, with the end of its line.
    Framing,
    /// The head of a part.
    Head {
        /// Length in bytes, without the empty line that follows.
        length: usize,
    },
    /// Part of the content.
    Content,
    /// The end of the content, which may be empty.
    ContentEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// After a boundary, and possibly after blanks that a gateway added.
    BehindBoundary {
        has_blanks: bool,
    },
    Head,
    Content,
    Boundary,
    /// After the last boundary; what follows is ignored.
    Done,
    /// The body does not begin with the boundary.
    NoStart,
    /// A boundary is not followed by a line end.
    Broken,
}

impl Splitter {
    /// Makes a reader for a form with that boundary.
    pub(in crate::form) fn new(boundary: &str) -> Self {
        Self { delimiter: format!("\r\n--{boundary}").into_bytes(), state: State::Start, searched: 0 }
    }

    /// Returns what these bytes begin with, and how many of them it consumes; `None` if more bytes are needed.
    pub(in crate::form) fn step(&mut self, bytes: &[u8]) -> Option<(Step, usize)> {
        match self.state {
            State::Start => self.start(bytes),
            State::BehindBoundary { has_blanks } => self.end_boundary(bytes, has_blanks),
            State::Head => self.read_head(bytes),
            State::Content => self.read_content(bytes),
            State::Boundary => {
                self.state = State::BehindBoundary { has_blanks: false };
                Some((Step::Framing, self.delimiter.len()))
            }
            State::Done | State::NoStart | State::Broken => None,
        }
    }

    /// Whether there will be no further step, whatever bytes follow.
    pub(in crate::form) fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::NoStart | State::Broken)
    }

    /// Ends the form; `part` is the number of the part that was being read.
    ///
    /// # Errors
    /// The form is incomplete.
    pub(in crate::form) fn finish(&self, part: usize) -> Result<(), MultipartError> {
        match self.state {
            State::Done => Ok(()),
            State::Start | State::NoStart => Err(MultipartError::NoFirstBoundary),
            State::Head => Err(MultipartError::NoName { part }),
            State::BehindBoundary { .. } | State::Content | State::Boundary | State::Broken => {
                Err(MultipartError::BrokenOff { part })
            }
        }
    }

    /// Reads the first boundary, which is at the start of the body or follows a line end.
    fn start(&mut self, bytes: &[u8]) -> Option<(Step, usize)> {
        let line_end = if bytes.starts_with(b"\r\n") { 2 } else { 0 };
        let dashes = self.delimiter.get(2..).unwrap_or_default();
        if bytes.get(line_end..).is_some_and(|rest| rest.starts_with(dashes)) {
            self.state = State::BehindBoundary { has_blanks: false };
            return Some((Step::Framing, line_end + dashes.len()));
        }
        if bytes.len() >= self.delimiter.len() {
            self.state = State::NoStart;
        }
        None
    }

    fn end_boundary(&mut self, bytes: &[u8], has_blanks: bool) -> Option<(Step, usize)> {
        let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks > 0 {
            self.state = State::BehindBoundary { has_blanks: true };
            return Some((Step::Framing, blanks));
        }
        self.state = match bytes.get(..2)? {
            b"--" if !has_blanks => State::Done,
            b"\r\n" => State::Head,
            _ => State::Broken,
        };
        (self.state != State::Broken).then_some((Step::Framing, 2))
    }

    /// Reads the head of a part. A part without a head begins with the empty line that ends it.
    fn read_head(&mut self, bytes: &[u8]) -> Option<(Step, usize)> {
        let (length, end) = match bytes.get(..2)? == b"\r\n" {
            true => (0, 2),
            false => self.find(bytes, b"\r\n\r\n").map(|at| (at, at + 4))?,
        };
        (self.state, self.searched) = (State::Content, 0);
        Some((Step::Head { length }, end))
    }

    fn read_content(&mut self, bytes: &[u8]) -> Option<(Step, usize)> {
        if let Some(at) = find(bytes, &self.delimiter) {
            self.state = State::Boundary;
            return Some((Step::ContentEnd, at));
        }
        // The last bytes may be the beginning of the boundary.
        let certain = bytes.len().saturating_sub(self.delimiter.len() - 1);
        (certain > 0).then_some((Step::Content, certain))
    }

    /// Finds a text in bytes, skipping those that were searched when there were fewer of them.
    fn find(&mut self, bytes: &[u8], text: &[u8]) -> Option<usize> {
        let from = self.searched.saturating_sub(text.len() - 1);
        self.searched = bytes.len();
        find(bytes.get(from..)?, text).map(|at| from + at)
    }
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}
