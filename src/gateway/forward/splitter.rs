//! Splits a byte stream into HTTP/1 messages without changing a byte (RFC 9112 §6).

/// How the body of a message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// After this many bytes, possibly none.
    Length(u64),
    /// With the last chunk.
    Chunked,
    /// With the connection.
    ToEnd,
    /// Another protocol follows, or the message cannot be parsed.
    Opaque,
    /// Nothing after the head is to be parsed yet.
    Stop,
}

/// Receives the parts of messages.
pub trait Parts {
    /// A head including the empty line after it. Returns how the body is framed.
    fn head(&mut self, head: &[u8]) -> Framing;

    /// Bytes after a head as they are, including chunk framing.
    fn raw(&mut self, bytes: &[u8]);

    /// Bytes of a body without chunk framing.
    fn data(&mut self, bytes: &[u8]);

    /// The message is complete.
    fn end(&mut self);
}

/// Splits one direction of a connection.
#[derive(Debug)]
pub struct Splitter {
    state: State,
    /// The head that is arriving, or the header line of a chunk.
    line: Vec<u8>,
    limit: usize,
}

/// What the next byte is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Body(u64),
    ChunkHead,
    ChunkData(u64),
    ChunkEnd,
    Trailer,
    ToEnd,
    Opaque,
}

impl Splitter {
    /// Splits a stream that starts with a head. A head longer than `limit` bytes is not parsed.
    pub fn new(limit: usize) -> Self {
        Self { state: State::Head, line: Vec::new(), limit }
    }

    /// Parses bytes. Returns how many were used: all of them, unless a head asked to stop.
    pub fn feed(&mut self, bytes: &[u8], parts: &mut impl Parts) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            let (length, is_stopped) = match self.state {
                State::Head => self.take_head(rest, parts),
                _ => (self.take_body(rest, parts), false),
            };
            used += length;
            if is_stopped {
                break;
            }
        }
        used
    }

    /// The connection has ended, and with it a message without any other end.
    pub fn finish(&mut self, parts: &mut impl Parts) {
        if self.state == State::ToEnd {
            parts.end();
        }
        self.state = State::Opaque;
    }

    fn take_head(&mut self, bytes: &[u8], parts: &mut impl Parts) -> (usize, bool) {
        // Empty lines before a head are skipped (RFC 9112 §2.2), but passed on.
        let blank = bytes.iter().take_while(|byte| self.line.is_empty() && matches!(byte, b'\r' | b'\n')).count();
        if blank > 0 {
            parts.raw(bytes.get(..blank).unwrap_or_default());
            return (blank, false);
        }
        let length = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        self.line.extend_from_slice(bytes.get(..length).unwrap_or_default());
        if self.line.len() > self.limit {
            parts.raw(&std::mem::take(&mut self.line));
            self.state = State::Opaque;
        } else if self.line.ends_with(b"\n\n") || self.line.ends_with(b"\n\r\n") {
            let head = std::mem::take(&mut self.line);
            let framing = parts.head(&head);
            self.begin(framing, parts);
            return (length, framing == Framing::Stop);
        }
        (length, false)
    }

    fn begin(&mut self, framing: Framing, parts: &mut impl Parts) {
        self.state = match framing {
            Framing::Length(0) => {
                parts.end();
                State::Head
            }
            Framing::Length(left) => State::Body(left),
            Framing::Chunked => State::ChunkHead,
            Framing::ToEnd => State::ToEnd,
            Framing::Opaque => State::Opaque,
            Framing::Stop => State::Head,
        };
    }

    /// Takes the bytes that belong to one part of a body.
    fn take_body(&mut self, bytes: &[u8], parts: &mut impl Parts) -> usize {
        let left = match self.state {
            State::Body(left) | State::ChunkData(left) => left,
            State::ToEnd | State::Opaque => u64::MAX,
            _ => return self.take_line(bytes, parts),
        };
        let length = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let taken = bytes.get(..length).unwrap_or_default();
        parts.raw(taken);
        if self.state != State::Opaque {
            parts.data(taken);
        }
        self.state = match (self.state, left - length as u64) {
            (State::Body(_), 0) => {
                parts.end();
                State::Head
            }
            (State::Body(_), left) => State::Body(left),
            (State::ChunkData(_), 0) => State::ChunkEnd,
            (State::ChunkData(_), left) => State::ChunkData(left),
            (other, _) => other,
        };
        length
    }

    /// Takes a line of chunk framing, or a part of it.
    fn take_line(&mut self, bytes: &[u8], parts: &mut impl Parts) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(bytes.len(), |at| at + 1);
        let taken = bytes.get(..length).unwrap_or_default();
        parts.raw(taken);
        self.line.extend_from_slice(taken);
        if self.line.len() > self.limit {
            self.state = State::Opaque;
        } else if end.is_some() {
            let line = std::mem::take(&mut self.line);
            self.state = self.behind_line(line.trim_ascii());
            if self.state == State::Head {
                parts.end();
            }
        }
        length
    }

    fn behind_line(&self, line: &[u8]) -> State {
        match (self.state, line.is_empty()) {
            (State::ChunkEnd, true) => State::ChunkHead,
            (State::Trailer, true) => State::Head,
            (State::Trailer, false) => State::Trailer,
            (State::ChunkHead, false) => match chunk_size(line) {
                Some(0) => State::Trailer,
                Some(left) => State::ChunkData(left),
                None => State::Opaque,
            },
            _ => State::Opaque,
        }
    }
}

/// The size in the header line of a chunk; its extensions are ignored.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u64::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told {
        heads: Vec<String>,
        bodies: Vec<Vec<u8>>,
        body: Vec<u8>,
        raw: Vec<u8>,
    }

    impl Parts for Told {
        fn head(&mut self, head: &[u8]) -> Framing {
            self.raw.extend_from_slice(head);
            let head = String::from_utf8_lossy(head).into_owned();
            let framing = match () {
                () if head.contains("chunked") => Framing::Chunked,
                () if head.contains("switch") => Framing::Opaque,
                () if head.contains("stop") => Framing::Stop,
                () if head.contains("close") => Framing::ToEnd,
                () => Framing::Length(head.split("length: ").nth(1).map_or(0, |rest| rest.trim().parse().unwrap())),
            };
            self.heads.push(head);
            framing
        }

        fn raw(&mut self, bytes: &[u8]) {
            self.raw.extend_from_slice(bytes);
        }

        fn data(&mut self, bytes: &[u8]) {
            self.body.extend_from_slice(bytes);
        }

        fn end(&mut self) {
            self.bodies.push(std::mem::take(&mut self.body));
        }
    }

    const STREAM: &[u8] = b"\r\nGET /a HTTP/1.1\r\n\r\nPUT /b HTTP/1.1\r\nlength: 5\r\n\r\nGET \nPOST /c HTTP/1.1\n\
        te: chunked\n\n4;x=\"y\"\r\n\n\r\n\n\r\n1\r\nz\r\n0\r\nX-T: GET / HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n";

    /// Catches a byte that is lost or added, a body that is mistaken for a head, and a result that depends on
    /// where reads end.
    #[test]
    fn messages_are_split_wherever_reads_end() {
        for piece in 1..=STREAM.len() {
            let (mut splitter, mut told) = (Splitter::new(1024), Told::default());
            for bytes in STREAM.chunks(piece) {
                assert_eq!(splitter.feed(bytes, &mut told), bytes.len());
            }
            let firsts: Vec<&str> = told.heads.iter().map(|head| head.split(' ').nth(1).unwrap()).collect();
            assert_eq!(firsts, ["/a", "/b", "/c", "/d"], "pieces of {piece}");
            assert_eq!(told.bodies, [&b""[..], b"GET \n", b"\n\r\n\nz", b""], "pieces of {piece}");
            assert_eq!(told.raw, STREAM, "pieces of {piece}");
        }
    }

    #[test]
    fn unknown_protocols_are_passed_on_unseen() {
        for stream in [
            &b"POST / HTTP/1.1\r\nchunked\r\n\r\nnonsense\r\nGET / HTTP/1.1\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\nswitch\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            &[b'a'; 4000],
        ] {
            let (mut splitter, mut told) = (Splitter::new(1024), Told::default());
            splitter.feed(stream, &mut told);
            splitter.finish(&mut told);
            assert_eq!((told.raw.as_slice(), told.bodies.len()), (stream, 0));
        }
    }

    #[test]
    fn a_body_may_end_with_the_connection_and_a_head_may_stop_the_reading() {
        let (mut splitter, mut told) = (Splitter::new(1024), Told::default());
        splitter.feed(b"HTTP/1.1 403 No\r\nclose\r\n\r\nsome", &mut told);
        assert!(told.bodies.is_empty());
        splitter.finish(&mut told);
        assert_eq!(told.bodies, [b"some"]);
        let (mut splitter, mut told) = (Splitter::new(1024), Told::default());
        assert_eq!(splitter.feed(b"GET http://other/ stop\r\n\r\nrest", &mut told), 26);
    }
}
