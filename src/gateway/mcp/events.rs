//! Parses server-sent events from the pieces of a body (HTML standard, 9.2.6, *Interpreting an event stream*).

use std::time::Duration;

/// The parser of one stream.
#[derive(Debug)]
pub struct Events {
    limit: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    event: Vec<u8>,
    id: Option<String>,
    retry: Option<Duration>,
    /// Whether the last byte was a CR, in which case a following LF is part of the same line break.
    is_after_cr: bool,
    is_first_line: bool,
}

/// An event exceeds the size limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message from the server is longer than {limit} bytes")]
pub struct TooLong {
    /// The limit in bytes.
    pub limit: usize,
}

impl Events {
    /// A parser at the start of a stream, for events of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            data: Vec::new(),
            event: Vec::new(),
            id: None,
            retry: None,
            is_after_cr: false,
            is_first_line: true,
        }
    }

    /// The ID of the last event, from which the stream can be resumed.
    pub fn last_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// How long the server asks to wait before reconnecting.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Parses a piece and returns the data of the messages that end in it.
    ///
    /// # Errors
    /// An event exceeds the size limit.
    pub fn read(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut messages = Vec::new();
        for byte in piece {
            let is_second_half = *byte == b'\n' && self.is_after_cr;
            self.is_after_cr = *byte == b'\r';
            match byte {
                b'\n' if is_second_half => {}
                b'\r' | b'\n' => messages.extend(self.end_line()),
                _ => self.line.push(*byte),
            }
            if self.line.len() + self.data.len() > self.limit {
                return Err(TooLong { limit: self.limit });
            }
        }
        Ok(messages)
    }

    fn end_line(&mut self) -> Option<Vec<u8>> {
        let mut line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_first_line) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.is_empty() {
            return self.end_event();
        }
        let at = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(at.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => self.event = value.to_vec(),
            b"id" if !value.contains(&0) => self.id = Some(String::from_utf8_lossy(value).into_owned()),
            b"retry" => {
                let digits = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                self.retry = digits.map(Duration::from_millis).or(self.retry);
            }
            // A comment or an unknown field.
            _ => {}
        }
        None
    }

    /// Returns the data of an event, unless the event is empty or of another type.
    fn end_event(&mut self) -> Option<Vec<u8>> {
        let mut data = std::mem::take(&mut self.data);
        let event = std::mem::take(&mut self.event);
        data.pop();
        (!data.is_empty() && matches!(event.as_slice(), b"" | b"message")).then_some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let messages = Events::new(100).read(text.as_bytes()).unwrap();
        messages.into_iter().map(|data| String::from_utf8(data).unwrap()).collect()
    }

    /// The examples in the standard.
    #[test]
    fn the_examples_of_the_standard_are_read() {
        assert_eq!(read("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
        let stream = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        assert_eq!(read(stream), ["first event", "second event", " third event"]);
        assert_eq!(read("data:test\n\ndata: test\n\n"), ["test", "test"]);
        // The last event is incomplete because no empty line follows it.
        assert_eq!(read("data: a\n\ndata: b\n"), ["a"]);
    }

    #[test]
    fn pieces_and_line_breaks_of_any_kind_make_no_difference() {
        let stream =
            "\u{feff}event: message\r\nid: 7\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nevent: ping\rdata: x\r\rretry: 20\n";
        for size in 1..stream.len() {
            let mut events = Events::new(100);
            let pieces = stream.as_bytes().chunks(size);
            let messages: Vec<_> = pieces.flat_map(|piece| events.read(piece).unwrap()).collect();
            assert_eq!(messages, [b"{\"a\":\n1}".to_vec()], "{size}");
            assert_eq!((events.last_id(), events.retry()), (Some("7"), Some(Duration::from_millis(20))));
        }
    }

    /// Catches an event without an end that fills the memory.
    #[test]
    fn the_size_of_an_event_is_limited() {
        let mut events = Events::new(100);
        let results: Vec<_> = (0..20).map(|_| events.read(b"data: 0123\n")).collect();
        assert_eq!(results.last(), Some(&Err(TooLong { limit: 100 })));
    }
}
