//! The output of `curl --trace` and `--trace-ascii`: events, each a dump of the bytes sent or received.
//!
//! In ASCII a line that ends in CR LF is one line of the dump, longer ones are broken, and unprintable characters are
//! dots. The offsets distinguish these cases.

use crate::formats::note::Note;
use sigvet_core::internal::raw_http::{Head, Lines, take_head};
use sigvet_core::request::Body;

use super::UnreadableCapture;
use super::exchange::{Exchange, transferred_body, uncaptured_body};
use super::response::{reply_of, status_of, take_headers};
use super::verbose::without_prefix;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    SendHeader,
    SendData,
    ReceiveHeader,
    ReceiveData,
    Other,
}

/// No dump that is read has a larger size.
const LARGEST: usize = 64 * 1024 * 1024;

/// Whether the text contains an event of a request or a response.
pub(super) fn is_trace(text: &[u8]) -> bool {
    Lines::of(text).any(|line| matches!(event_of(line.text), Some((Event::SendHeader | Event::ReceiveHeader, _))))
}

/// The exchanges of a trace, in order.
pub(super) fn read(text: &[u8]) -> Result<Vec<Exchange>, UnreadableCapture> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut is_tls = false;
    for Block { event, size, rows, stray } in blocks(text) {
        let Dump { bytes, has_dots } = Dump::read(&rows, size);
        let is_answered = drafts.last().is_none_or(|draft| !draft.received.is_empty());
        match event {
            Event::SendHeader => drafts.push(Draft { sent: bytes, is_tls, ..Draft::default() }),
            Event::ReceiveHeader if drafts.is_empty() => drafts.push(Draft { received: bytes, ..Draft::default() }),
            Event::Other => is_tls |= has_words(rows.first().map_or(b"", |row| row.1), "SSL"),
            _ => {
                let Some(draft) = drafts.last_mut() else { continue };
                match event {
                    Event::SendData if !is_answered || draft.is_interim() => {
                        draft.body.extend(bytes);
                        draft.body_has_dots |= has_dots;
                    }
                    Event::ReceiveHeader => draft.received.extend(bytes),
                    Event::ReceiveData => {
                        draft.reply.extend(bytes);
                        draft.reply_has_dots |= has_dots;
                    }
                    _ => {}
                }
            }
        }
        if let Some(draft) = drafts.last_mut() {
            draft.stray.extend(stray);
        }
    }
    drafts.into_iter().map(Draft::finish).collect()
}

/// An exchange as bytes.
#[derive(Debug, Default)]
struct Draft {
    is_tls: bool,
    sent: Vec<u8>,
    body: Vec<u8>,
    body_has_dots: bool,
    received: Vec<u8>,
    reply: Vec<u8>,
    reply_has_dots: bool,
    /// The text between the events: the body as curl printed it.
    stray: Vec<u8>,
}

impl Draft {
    /// Whether everything so far is a `100 Continue`.
    fn is_interim(&self) -> bool {
        status_of(&self.received).is_some_and(|status| status < 200) && !has_words(&self.received, "\r\n\r\nHTTP/")
    }

    fn finish(mut self) -> Result<Exchange, UnreadableCapture> {
        let mut notes = Vec::new();
        if self.reply_has_dots {
            if self.stray.trim_ascii().is_empty() {
                notes.push(Note::DottedDump { what: "reply" });
            } else {
                self.reply = std::mem::take(&mut self.stray);
            }
        }
        let reply = self.read_reply();
        if self.sent.is_empty() {
            return Ok(Exchange { reply, notes, ..Exchange::default() });
        }
        let mut head = take_head(&mut Lines::of(&self.sent))?;
        let body = self.request_body(&mut head, &mut notes);
        let scheme = if self.is_tls { "https" } else { "http" };
        Ok(Exchange { reply, ..Exchange::sent_by(scheme, head, body, notes) })
    }

    /// The last response, because interim ones come before it.
    fn read_reply(&self) -> Option<crate::formats::reply::Reply> {
        let mut lines = Lines::of(&self.received);
        let mut last = None;
        while let Some(line) = lines.next() {
            if let Some(status) = status_of(line.text) {
                last = Some((status, take_headers(&mut lines)));
            }
        }
        last.map(|(status, headers)| reply_of(Some(status), &headers, &self.reply))
    }

    /// A body that contains dots counts if the request carries its hash.
    fn request_body(&self, head: &mut Head, notes: &mut Vec<Note>) -> Body {
        if self.body.is_empty() {
            return uncaptured_body(&head.headers, notes);
        }
        let presented = self.body.len() as u64;
        let body = match (transferred_body(&self.body, head, notes), head.headers.content_length()) {
            (Some((body, _)), _) => body,
            (None, Some(expected)) if expected != presented => {
                notes.push(Note::BodyLength { expected, presented });
                Body::Unknown
            }
            _ => Body::Bytes(self.body.clone()),
        };
        let declared = head.headers.first_text("x-amz-content-sha256").unwrap_or_default();
        match body {
            Body::Bytes(bytes) if self.body_has_dots && sigvet_core::crypto::sha256(&bytes).to_string() != declared => {
                notes.push(Note::DottedDump { what: "body" });
                Body::Unknown
            }
            body => body,
        }
    }
}

/// An event with the rows of its dump.
struct Block<'a> {
    event: Event,
    size: usize,
    /// Offset and text.
    rows: Vec<(usize, &'a [u8])>,
    stray: Vec<u8>,
}

fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in Lines::of(text) {
        if let Some((event, size)) = event_of(line.text) {
            let rows = if event == Event::Other { vec![(0, line.text)] } else { Vec::new() };
            blocks.push(Block { event, size, rows, stray: Vec::new() });
        } else if let Some(block) = blocks.last_mut() {
            let next = block.rows.last().map_or(0, |(offset, _)| offset + 1);
            match row_of(line.text).filter(|(offset, _)| *offset >= next || block.rows.is_empty()) {
                Some(row) if block.event != Event::Other => block.rows.push(row),
                _ => {
                    block.stray.extend_from_slice(without_info(line.text));
                    block.stray.push(b'\n');
                }
            }
        }
    }
    blocks
}

fn event_of(line: &[u8]) -> Option<(Event, usize)> {
    let line = without_prefix(line);
    if line.starts_with(b"== Info:") {
        return Some((Event::Other, 0));
    }
    let events = [
        ("=> Send header, ", Event::SendHeader),
        ("=> Send data, ", Event::SendData),
        ("<= Recv header, ", Event::ReceiveHeader),
        ("<= Recv data, ", Event::ReceiveData),
        ("=> Send SSL data, ", Event::Other),
        ("<= Recv SSL data, ", Event::Other),
    ];
    let (start, event) = events.iter().find(|(start, _)| line.starts_with(start.as_bytes()))?;
    let digits = line.get(start.len()..).unwrap_or_default().split(|byte| !byte.is_ascii_digit()).next()?;
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((*event, size))
}

/// The row of a dump: `0040: text`.
fn row_of(line: &[u8]) -> Option<(usize, &[u8])> {
    let at = line.iter().position(|&byte| byte == b':').filter(|at| (4..=8).contains(at))?;
    let offset = std::str::from_utf8(line.get(..at).unwrap_or_default())
        .ok()
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let rest = line.get(at + 1..).unwrap_or_default();
    Some((usize::from_str_radix(offset, 16).ok()?, rest.strip_prefix(b" ").unwrap_or(rest)))
}

/// The text before a remark on the same line.
fn without_info(line: &[u8]) -> &[u8] {
    let at = line.windows(8).position(|window| window == b"== Info:").unwrap_or(line.len());
    line.get(..at).unwrap_or_default()
}

/// The bytes of a dump.
struct Dump {
    bytes: Vec<u8>,
    /// Whether some of the bytes may have been others.
    has_dots: bool,
}

impl Dump {
    fn read(rows: &[(usize, &[u8])], size: usize) -> Self {
        let size = size.min(LARGEST);
        Self::of_hex(rows, size).unwrap_or_else(|| Self::of_text(rows, size))
    }

    /// Sixteen bytes on each row, in columns of three.
    fn of_hex(rows: &[(usize, &[u8])], size: usize) -> Option<Self> {
        let mut bytes = Vec::new();
        for (_, row) in rows {
            let columns = row.chunks(3).take(16).map_while(|column| hex::decode(column.get(..2)?).ok());
            bytes.extend(columns.flatten());
        }
        Some(Self { bytes, has_dots: false }).filter(|dump| dump.bytes.len() == size)
    }

    fn of_text(rows: &[(usize, &[u8])], size: usize) -> Self {
        let mut bytes: Vec<u8> = Vec::new();
        for (at, (offset, text)) in rows.iter().enumerate() {
            let end = rows.get(at + 1).map_or(size, |(next, _)| *next);
            bytes.extend_from_slice(text);
            // Blanks at the end of a line are lost when it is copied.
            let missing = end.saturating_sub(offset + text.len()).min(0x40 + 2);
            bytes.extend(std::iter::repeat_n(b' ', missing.saturating_sub(2)));
            if missing >= 2 {
                bytes.extend_from_slice(b"\r\n");
            }
        }
        Self { has_dots: bytes.contains(&b'.') || bytes.len() != size, bytes }
    }
}

fn has_words(text: &[u8], words: &str) -> bool {
    text.windows(words.len()).any(|window| window == words.as_bytes())
}
