//! Splits a body in chunks, as far as its framing is valid.
//!
//! A fault is reported with its offset and what was expected there; everything before it is kept. Nothing is judged.

use super::CHUNK_SIGNATURE;
use super::TRAILER_SIGNATURE;

/// A body in chunks, split into its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Chunked<'a> {
    /// The chunks in order, including the final one, which is empty.
    pub chunks: Vec<Chunk<'a>>,
    /// The trailing headers in order, without their signature.
    pub trailers: Vec<Trailer<'a>>,
    /// The signature of the trailer.
    pub trailer_signature: Option<&'a str>,
    /// Number of signatures in the trailer: more than one is a fault.
    pub trailer_signatures: usize,
    /// Where the framing is broken.
    pub malformed: Option<Malformed>,
}

/// One chunk of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk<'a> {
    /// Offset in the body at which its head begins.
    pub offset: usize,
    /// The head, without its line end.
    pub head: &'a [u8],
    /// The signature in its head, unchanged.
    pub signature: Option<&'a str>,
    /// The part of the payload in it.
    pub data: &'a [u8],
}

/// A trailing header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trailer<'a> {
    /// Name of the header, unchanged.
    pub name: &'a str,
    /// Value of the header, without the white space around it.
    pub value: &'a str,
}

/// Where the framing of a body is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Number of bytes before the fault.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
    /// The text found there, shortened.
    pub presented: String,
}

impl<'a> Chunked<'a> {
    /// Splits a body into its parts.
    pub fn parse(body: &'a [u8]) -> Self {
        let mut parsed = Self::default();
        let mut cursor = Cursor { body, at: 0 };
        parsed.malformed = parsed.read(&mut cursor).err();
        parsed
    }

    /// The final chunk, if the body has one.
    pub fn final_chunk(&self) -> Option<&Chunk<'a>> {
        self.chunks.last().filter(|chunk| chunk.data.is_empty())
    }

    /// Length of the payload, in bytes.
    pub fn decoded_length(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.data.len() as u64).sum()
    }

    /// The trailer in the form that is signed: names in lower case, values trimmed, sorted, each followed by a line
    /// feed.
    pub fn canonical_trailers(&self) -> Vec<u8> {
        canonical_trailers(self.trailers.iter().map(|trailer| (trailer.name, trailer.value)))
    }

    fn read(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        loop {
            let chunk = cursor.chunk()?;
            self.chunks.push(chunk);
            if chunk.data.is_empty() {
                break;
            }
            cursor.line_end()?;
        }
        self.read_trailer(cursor)
    }

    fn read_trailer(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Malformed> {
        loop {
            let offset = cursor.at;
            let line = cursor.line(TRAILER_LINE)?;
            // An empty line between trailing headers, as in S3's documentation, does not end the body.
            if line.is_empty() && cursor.is_at_end() {
                return Ok(());
            }
            if line.is_empty() && self.trailers.is_empty() {
                return Err(cursor.malformed(cursor.at, END));
            }
            if line.is_empty() {
                continue;
            }
            let trailer = parse_trailer(line).ok_or_else(|| cursor.malformed(offset, TRAILER))?;
            if trailer.name.eq_ignore_ascii_case(TRAILER_SIGNATURE) {
                self.trailer_signature = Some(trailer.value);
                self.trailer_signatures += 1;
            } else {
                self.trailers.push(trailer);
            }
        }
    }
}

/// Trailing headers in the form that is signed.
pub(super) fn canonical_trailers<'t>(trailers: impl Iterator<Item = (&'t str, &'t str)>) -> Vec<u8> {
    let mut lines: Vec<(String, &str)> = trailers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    lines.sort();
    lines.iter().flat_map(|(name, value)| format!("{name}:{value}\n").into_bytes()).collect()
}

pub(super) fn parse_trailer(line: &[u8]) -> Option<Trailer<'_>> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| Trailer { name, value: value.trim() })
}

/// A position in a body.
struct Cursor<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn is_at_end(&self) -> bool {
        self.at == self.body.len()
    }

    fn malformed(&self, offset: usize, expected: &'static str) -> Malformed {
        Malformed { offset, expected, presented: shown(self.body.get(offset..).unwrap_or_default()) }
    }

    /// The next line, without its line end.
    fn line(&mut self, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| self.malformed(self.at, expected))?;
        self.at += end + 1;
        Ok(rest.get(..end).unwrap_or_default().strip_suffix(b"\r").unwrap_or(rest.get(..end).unwrap_or_default()))
    }

    fn chunk(&mut self) -> Result<Chunk<'a>, Malformed> {
        let offset = self.at;
        let longest = self.rest().len().min(LONGEST_HEAD);
        let end = self.rest().get(..longest).unwrap_or_default().windows(2).position(|bytes| bytes == b"\r\n");
        let head = self.rest().get(..end.ok_or_else(|| self.malformed(offset, HEAD))?).unwrap_or_default();
        let (length, signature) = parse_head(head).ok_or_else(|| self.malformed(offset, HEAD))?;
        self.at += head.len() + 2;
        let data = usize::try_from(length).ok().and_then(|length| self.rest().get(..length));
        let data = data.ok_or_else(|| Malformed {
            offset: self.at,
            expected: DATA,
            presented: bytes_of(self.rest().len(), length),
        })?;
        self.at += data.len();
        Ok(Chunk { offset, head, signature, data })
    }

    fn line_end(&mut self) -> Result<(), Malformed> {
        if !self.rest().starts_with(b"\r\n") {
            return Err(self.malformed(self.at, LINE_END));
        }
        self.at += 2;
        Ok(())
    }
}

/// What can be expected where the framing is broken.
pub(super) const HEAD: &str = "a chunk header, SIZE or SIZE;chunk-signature=SIGNATURE, and CRLF";
pub(super) const DATA: &str = "as many bytes as the chunk header says";
pub(super) const LINE_END: &str = "CRLF after the data of a chunk";
pub(super) const TRAILER_LINE: &str = "a trailing header, or the empty line that ends the body";
pub(super) const TRAILER: &str = "a trailing header, name:value";
pub(super) const END: &str = "the end of the body";

/// What was found in place of the data of a chunk.
pub(super) fn bytes_of(arrived: usize, length: u64) -> String {
    format!("{arrived} of {length} bytes")
}

/// Maximum length of a head: it has at most 16 digits and a signature of at most 144 characters.
pub(super) const LONGEST_HEAD: usize = 256;

pub(super) fn parse_head(head: &[u8]) -> Option<(u64, Option<&str>)> {
    let head = std::str::from_utf8(head).ok()?;
    let (size, extension) = head.split_at(head.find(';').unwrap_or(head.len()));
    let is_size = !size.is_empty() && size.len() <= 16 && size.bytes().all(|byte| byte.is_ascii_hexdigit());
    let length = u64::from_str_radix(size, 16).ok().filter(|_| is_size)?;
    match extension {
        "" => Some((length, None)),
        _ => Some((length, extension.strip_prefix(CHUNK_SIGNATURE).filter(|signature| is_signature(signature)))),
    }
    .filter(|(_, signature)| extension.is_empty() || signature.is_some())
}

/// Whether a text can be a signature, which must be the only extension. MinIO reads 64 characters and expects CRLF
/// after them; other servers would cut at `;` or at a blank, and read the rest as something else.
fn is_signature(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')
}

/// Maximum number of bytes shown of an unexpected text.
pub(super) const LONGEST_SHOWN: usize = 40;

/// The beginning of a text, in printable form.
pub(super) fn shown(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => END.to_owned(),
        length if length > LONGEST_SHOWN => {
            format!("{}…", bytes.get(..LONGEST_SHOWN).unwrap_or_default().escape_ascii())
        }
        _ => bytes.escape_ascii().to_string(),
    }
}
