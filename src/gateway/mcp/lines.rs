//! Reads the lines of standard input on a separate thread, so that a read that never returns cannot keep the
//! process from ending.

use std::io::{self, BufRead, BufReader, Read};

use tokio::sync::{mpsc, watch};

use super::outline::Outline;

/// Maximum number of lines waiting to be processed.
const WAITING: usize = 64;

/// An input line without its line break.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A complete line.
    Whole(Vec<u8>),
    /// A line that exceeded the limit. Only the IDs of its requests were kept.
    TooLong(Box<Outline>),
}

/// The input lines of a client.
#[derive(Debug)]
pub struct Lines {
    /// The lines that have been read.
    pub waiting: mpsc::Receiver<Line>,
    /// Whether the end of the input was reached, even if lines are still waiting.
    pub has_ended: watch::Receiver<bool>,
}

impl Lines {
    /// Reads lines of at most `limit` bytes until the input ends.
    pub fn read(input: Box<dyn Read + Send>, limit: usize) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING);
        let (end, has_ended) = watch::channel(false);
        std::thread::spawn(move || {
            let mut input = BufReader::with_capacity(64 * 1024, input);
            // A read error counts as the end of the input.
            while let Ok(Some(line)) = next_line(&mut input, limit) {
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
            end.send_replace(true);
        });
        Self { waiting, has_ended }
    }
}

/// Text after the last line break is also a line, unless it is empty.
fn next_line(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let (mut line, mut outline, mut is_begun) = (Vec::new(), None::<Outline>, false);
    loop {
        let piece = match input.fill_buf() {
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = piece.iter().position(|byte| *byte == b'\n');
        let text = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
        let is_end = end.is_some() || piece.is_empty();
        is_begun |= !piece.is_empty();
        if outline.is_some() || line.len() + text.len() > limit {
            let outline = outline.get_or_insert_default();
            outline.read(&std::mem::take(&mut line));
            outline.read(text);
        } else {
            line.extend_from_slice(text);
        }
        let read = text.len() + usize::from(end.is_some());
        input.consume(read);
        if is_end {
            let whole = outline.map_or(Line::Whole(line), |outline| Line::TooLong(Box::new(outline)));
            return Ok(is_begun.then_some(whole));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a line that is lost, split or joined, depending on where reads end.
    #[test]
    fn lines_are_read_whole_or_not_at_all() {
        let text = b"one\n\ntoo long a line\r\n12345678\nlast";
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        for size in 1..text.len() {
            let mut input = BufReader::with_capacity(size, &text[..]);
            let mut lines = Vec::new();
            while let Some(line) = next_line(&mut input, 8).unwrap() {
                lines.push(line);
            }
            let long = lines.remove(2);
            assert!(matches!(long, Line::TooLong(_)), "{size}: {long:?}");
            assert_eq!(lines, [whole("one"), whole(""), whole("12345678"), whole("last")], "{size}");
        }
    }
}
