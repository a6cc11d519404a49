//! The lines that every string to sign begins with. Requests, chunks and trailers differ in the lines that follow.

use super::Terms;

/// What a string to sign covers; determines the ending of its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A request.
    Request,
    /// A chunk of a streamed payload.
    Chunk,
    /// The trailer of a streamed payload.
    Trailer,
}

/// Builds a string to sign: algorithm, timestamp and scope, followed by the lines specific to its subject.
pub fn frame(terms: &Terms, subject: Subject, tail: &[&str]) -> String {
    let mut text = frame_head(terms, subject);
    for (at, line) in tail.iter().enumerate() {
        text.push_str(if at > 0 { "\n" } else { "" });
        text.push_str(line);
    }
    text
}

/// The lines before the tail; they are the same for all subjects of that kind within one second.
pub(crate) fn frame_head(terms: &Terms, subject: Subject) -> String {
    let kind = match subject {
        Subject::Request => "",
        Subject::Chunk => "-PAYLOAD",
        Subject::Trailer => "-TRAILER",
    };
    let mut text = String::with_capacity(384);
    for piece in [&terms.algorithm(), kind, "\n", terms.timestamp.as_str(), "\n"] {
        text.push_str(piece);
    }
    terms.scope.write(&mut text);
    text.push('\n');
    text
}
