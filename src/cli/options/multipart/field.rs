//! The syntax of `-F`: `name=content`, `name=@file`, `name=<file`, and what may follow each: `;type=`,
//! `;filename=`, `;headers=`. Parsed as by curl 7.88, including its oddities; curl's other forms (`=(`,
//! `;encoder=`) are refused.
//!
//! The only files opened here are those of `;headers=@`.

use crate::cli::failure::Failure;
use crate::cli::options::value::read_all;

/// One `-F` or `--form-string`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name, which may be empty.
    pub name: String,
    /// More than one part if it lists files.
    pub parts: Vec<Part>,
}

/// One content with its attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub content: Content,
    pub media_type: Option<String>,
    pub file_name: Option<String>,
    /// Additional header lines, as typed.
    pub headers: Vec<String>,
}

/// Where a content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// On the command line.
    Text(String),
    /// In a file whose name is sent in the form: `@`.
    Attached(String),
    /// In a file whose name is not sent: `<`.
    Inlined(String),
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Field {
    /// Parses the value of a `-F`. If curl would skip something with a warning, a warning is added.
    pub(super) fn parse(text: &str, warnings: &mut Vec<String>) -> Result<Self, Failure> {
        let (name, value) = split(text, "-F")?;
        if value.starts_with('(') || (name.is_empty() && value == ")") {
            return Err(Failure::usage(format!("-F '{name}={value}': a form within a form is not supported"))
                .hint("use --form-string for a value that begins with a parenthesis"));
        }
        let files = value.strip_prefix('@');
        let inlined = value.strip_prefix('<');
        let end = files.map(|_| b',');
        let mut cursor = Cursor { text: files.or(inlined).unwrap_or(value), at: 0, end, warnings };
        let mut parts = vec![cursor.part()?];
        while cursor.skip(b',') {
            parts.push(cursor.part()?);
        }
        for part in &mut parts {
            let Content::Text(text) = &mut part.content else { continue };
            let text = std::mem::take(text);
            part.content = match (files, inlined) {
                (Some(_), _) => Content::Attached(text),
                (None, Some(_)) => Content::Inlined(text),
                (None, None) => Content::Text(text),
            };
            if matches!(part.content, Content::Inlined(_)) && part.file_name.take().is_some() {
                warnings.push(format!("form field {name}: '<' does not take filename="));
            }
        }
        Ok(Self { name: name.to_owned(), parts })
    }

    /// Takes the value of a `--form-string` unchanged.
    pub(super) fn literal(text: &str) -> Result<Self, Failure> {
        let (name, value) = split(text, "--form-string")?;
        let part = Part { content: Content::Text(value.to_owned()), ..Part::default() };
        Ok(Self { name: name.to_owned(), parts: vec![part] })
    }
}

fn split<'a>(text: &'a str, option: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| {
        Failure::usage(format!("{option} without '='")).hint(format!("write it as {option} name=content"))
    })
}

fn not_a_type(text: &str) -> Failure {
    Failure::usage(format!("-F: invalid type '{}'", text.escape_debug())).hint("write it as ;type=text/plain")
}

/// The position of the parser.
struct Cursor<'a, 'w> {
    text: &'a str,
    at: usize,
    /// What ends a part, other than the end of the text.
    end: Option<u8>,
    warnings: &'w mut Vec<String>,
}

impl<'a> Cursor<'a, '_> {
    fn part(&mut self) -> Result<Part, Failure> {
        self.skip_spaces();
        let mut part = Part { content: Content::Text(self.word()), ..Part::default() };
        // A type continues after `;` until one of the other words follows.
        let mut open_type: Option<usize> = None;
        while self.skip(b';') {
            self.skip_spaces();
            if open_type.is_none() && self.skip_word("type=") {
                self.skip_spaces();
                open_type = Some(self.at);
                part.media_type = Some(self.media_type()?);
            } else if self.skip_word("filename=") {
                open_type = None;
                self.skip_spaces();
                part.file_name = Some(self.word());
            } else if self.skip_word("headers=") {
                open_type = None;
                self.headers(&mut part.headers)?;
            } else if self.skip_word("encoder=") {
                return Err(
                    Failure::usage("-F with ;encoder= is not supported").hint("encode the content yourself first")
                );
            } else if let Some(start) = open_type {
                let from = self.at;
                let length = trim_end(self.until_stop()).len();
                part.media_type = Some(self.text[start..from + length].to_owned());
            } else {
                let unknown = self.word();
                if !unknown.is_empty() {
                    self.warnings.push(format!("form field: '{unknown}' after a ';' was ignored; quote the value"));
                }
            }
        }
        match &part.media_type {
            Some(text) if text.contains(|c: char| c.is_ascii_control() && c != '\t') => Err(not_a_type(text)),
            _ => Ok(part),
        }
    }

    /// The text up to the next `;`, without trailing spaces.
    fn media_type(&mut self) -> Result<String, Failure> {
        let text = trim_end(self.until_stop());
        let is_type = text.split_once('/').is_some_and(|(major, minor)| {
            let ends = |c: char| matches!(c, ',' | ' ' | '\n');
            !major.is_empty() && !major.contains(' ') && !minor.is_empty() && !minor.starts_with(ends)
        });
        if is_type { Ok(text.to_owned()) } else { Err(not_a_type(text)) }
    }

    fn headers(&mut self, headers: &mut Vec<String>) -> Result<(), Failure> {
        if self.skip(b'@') || self.skip(b'<') {
            self.skip_spaces();
            let file = self.word();
            let bytes = read_all(&file, &mut std::io::empty())?;
            headers.extend(unfolded(&String::from_utf8_lossy(&bytes)));
        } else {
            self.skip_spaces();
            headers.push(self.word());
        }
        match headers.iter().find(|line| line.trim_end().contains(['\r', '\n', '\0'])) {
            Some(_) => {
                Err(Failure::usage("-F: a line break in headers=").hint("give each header with its own headers="))
            }
            None => Ok(()),
        }
    }

    /// A word in quotes, or everything up to the next `;` without trailing spaces.
    fn word(&mut self) -> String {
        let Some(word) = self.quoted() else { return trim_end(self.until_stop()).to_owned() };
        let trailing = self.until_stop();
        if !trailing.bytes().all(is_space) {
            self.warnings.push(format!("form field: '{}' after the quote was ignored", trailing.trim()));
        }
        word
    }

    /// `\"` and `\\` are escapes; a quote that is never closed is not a quote.
    fn quoted(&mut self) -> Option<String> {
        let inside = self.text[self.at..].strip_prefix('"')?;
        let mut word = String::new();
        let mut characters = inside.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at += 1 + at + 1;
                    return Some(word);
                }
                '\\' => {
                    word.push(characters.next_if(|(_, next)| matches!(next, '"' | '\\')).map_or('\\', |(_, next)| next))
                }
                other => word.push(other),
            }
        }
        None
    }

    fn until_stop(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.bytes().position(|byte| byte == b';' || Some(byte) == self.end).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.at..]
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|&byte| !is_space(byte)).unwrap_or(rest.len());
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| u8::try_from(c).is_ok_and(is_space))
}

/// The lines of a header file, without comments and empty lines; a line that begins with a space continues the
/// previous one.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(trim_end).filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            _ if line.starts_with('#') => {}
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}
