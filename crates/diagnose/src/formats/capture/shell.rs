//! The words of a curl command line, as POSIX shells, cmd.exe and PowerShell split them.
//!
//! Only the quoting is undone. This module does not know what curl's options mean.

use crate::formats::note::Note;

use super::UnreadableCapture;

/// Replaces in a word what the shell would have inserted. It is in Unicode's private use area, so no text contains it.
pub(super) const EXPANDED: char = '\u{f5e1}';
/// A longer command between `$(` and `)` is not examined.
const MOST_SUBSTITUTED: usize = 10_000;

/// The words of a command, and the rest of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    pub(super) words: Vec<String>,
    pub(super) notes: Vec<Note>,
    pub(super) rest: &'a str,
}

/// Whether the text begins with a curl command, possibly after a prompt.
pub(super) fn begins(text: &str) -> bool {
    behind_name(text).is_some()
}

/// The text after `curl`.
fn behind_name(text: &str) -> Option<&str> {
    let text = behind_prompt(text.trim_start());
    let name = ["curl.exe", "curl"].into_iter().find(|name| text.starts_with(name))?;
    let rest = text.get(name.len()..).unwrap_or_default();
    rest.starts_with([' ', '\t', '\n', '\r', '\\', '^', '`']).then_some(rest)
}

/// The text without the prompt before curl on its first line.
fn behind_prompt(text: &str) -> &str {
    let line = text.get(..text.find('\n').unwrap_or(text.len())).unwrap_or_default();
    let before = line.match_indices("curl").map(|(at, _)| line.get(..at).unwrap_or_default());
    let prompt = before.take(4).find(|before| is_prompt(before)).unwrap_or_default();
    text.get(prompt.len()..).unwrap_or_default()
}

/// Whether a shell prints this before a command: `$ `, `user@host:~# `, `[user@host ~]$ `, `host dir % `, `C:\dir>`,
/// `PS C:\dir> `, and before those that it traces, `+ `.
fn is_prompt(text: &str) -> bool {
    let mark = text.trim_end();
    if text.len() > LONGEST_PROMPT || mark.contains(['"', '\'', '`', '|', '=']) {
        return false;
    }
    let is_traced = !mark.is_empty() && mark.chars().all(|c| c == '+');
    let has_mark = mark.ends_with(PROMPT_MARKS) || mark.starts_with(PROMPT_ARROWS) || is_traced;
    let is_of_windows = mark.ends_with('>') && mark.contains(":\\");
    is_of_windows || has_mark && mark.len() < text.len()
}

/// How prompts end.
const PROMPT_MARKS: [char; 8] = ['$', '#', '%', '>', '\u{276f}', '\u{3bb}', '\u{bb}', '\u{203a}'];
/// How prompts that end in a directory begin.
const PROMPT_ARROWS: [char; 2] = ['\u{279c}', '\u{276f}'];
/// No prompt is longer, in bytes.
const LONGEST_PROMPT: usize = 160;

/// Splits the command that the text begins with.
pub(super) fn read(text: &str) -> Result<Command<'_>, UnreadableCapture> {
    let command = behind_name(text).ok_or(UnreadableCapture::Unrecognised { line: 1 })?;
    let shell = Shell::of(command);
    let first_line = 1 + text.get(..text.len() - command.len()).unwrap_or_default().matches('\n').count();
    let mut splitter = Splitter { shell, text: command, at: 0, word: None, words: Vec::new(), notes: Vec::new() };
    splitter.run().map_err(|OpenQuote { at, quote }| UnreadableCapture::Quote {
        line: first_line + command.get(..at).unwrap_or_default().matches('\n').count(),
        quote,
    })?;
    let Splitter { words, notes, at, .. } = splitter;
    Ok(Command { words, notes, rest: command.get(at..).unwrap_or_default() })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    Posix,
    Cmd,
    Power,
}

impl Shell {
    /// Detects the shell by what continues a line, or what precedes a quote.
    fn of(command: &str) -> Self {
        let ends_in = |mark: char| command.lines().any(|line| line.trim_end().ends_with(mark));
        if ends_in('^') || command.contains(" ^\"") {
            Self::Cmd
        } else if ends_in('`') {
            Self::Power
        } else {
            Self::Posix
        }
    }

    fn escape(self) -> char {
        match self {
            Self::Posix => '\\',
            Self::Cmd => '^',
            Self::Power => '`',
        }
    }
}

struct Splitter<'a> {
    shell: Shell,
    text: &'a str,
    at: usize,
    /// The word begun; an empty one in quotes counts too.
    word: Option<String>,
    words: Vec<String>,
    notes: Vec<Note>,
}

/// An unterminated quote, with its position.
struct OpenQuote {
    at: usize,
    quote: char,
}

impl Splitter<'_> {
    fn run(&mut self) -> Result<(), OpenQuote> {
        while let Some(character) = self.next() {
            match character {
                '\n' if self.word.is_none() && self.words.is_empty() => {}
                '\n' | ';' | '|' => break,
                '>' | '<' | '&' if self.redirected(character) => {}
                '&' | '>' | '<' if self.word.is_none() => break,
                '`' if self.shell == Shell::Posix && self.is_at_value() && self.backticks() => {}
                c if c.is_whitespace() => self.end_word(),
                c if c == self.shell.escape() => self.escaped(),
                '\'' if self.shell != Shell::Cmd => self.single()?,
                '"' => self.double()?,
                '$' if self.shell == Shell::Posix && self.peek() == Some('\'') => {
                    self.next();
                    self.ansi()?;
                }
                '$' => self.dollar(),
                c => self.push(c),
            }
        }
        self.end_word();
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).unwrap_or_default().chars().next()
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    /// After the escape: a line end joins the lines, everything else is literal.
    fn escaped(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default().trim_start_matches([' ', '\t', '\r']);
        if rest.starts_with('\n') || rest.is_empty() {
            self.at = self.text.len() - rest.len();
            self.next();
            self.at += self.continued();
            if self.shell != Shell::Posix || self.text.get(self.at..).unwrap_or_default().starts_with([' ', '\t']) {
                self.end_word();
            }
            return;
        }
        match self.next() {
            // cmd.exe also escapes the quotes; to curl they are quotes.
            Some('"') if self.shell == Shell::Cmd => {
                let _ = self.double();
            }
            Some(character) => self.push(character),
            None => {}
        }
    }

    /// The length of what a shell prints before a continued line: `> `, in PowerShell `>> `, in cmd.exe `More? `. A
    /// redirection at this place has the name of a file behind it.
    fn continued(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let prompt = match self.shell {
            Shell::Posix => "> ",
            Shell::Power => ">> ",
            Shell::Cmd => "More? ",
        };
        let behind = rest.strip_prefix(prompt).map(str::trim_start);
        let is_argument = |text: &str| text.starts_with(['-', '"', '\'', '$']) || text.starts_with("http");
        if behind.is_some_and(is_argument) { prompt.len() } else { 0 }
    }

    fn single(&mut self) -> Result<(), OpenQuote> {
        let start = self.at - 1;
        self.word.get_or_insert_default();
        loop {
            match self.next().ok_or(OpenQuote { at: start, quote: '\'' })? {
                '\'' if self.shell == Shell::Power && self.peek() == Some('\'') => {
                    self.next();
                    self.push('\'');
                }
                '\'' => return Ok(()),
                character => self.push(character),
            }
        }
    }

    fn double(&mut self) -> Result<(), OpenQuote> {
        let start = self.at - 1;
        self.word.get_or_insert_default();
        loop {
            match (self.next().ok_or(OpenQuote { at: start, quote: '"' })?, self.shell) {
                ('"', Shell::Power) if self.peek() == Some('"') => {
                    self.next();
                    self.push('"');
                }
                ('"', _) => return Ok(()),
                ('^', Shell::Cmd) => match self.next() {
                    Some('"') => return Ok(()),
                    // Both are escape characters: `^\^"` is a quote in the word.
                    Some('\\') if self.text.get(self.at..).unwrap_or_default().starts_with("^\"") => {
                        self.at += 2;
                        self.push('"');
                    }
                    Some('\\') if self.text.get(self.at..).unwrap_or_default().starts_with("^\\") => {
                        self.at += 2;
                        self.push('\\');
                    }
                    Some('\r') => {}
                    Some(character) => self.push(character),
                    None => return Err(OpenQuote { at: start, quote: '"' }),
                },
                ('\\', Shell::Cmd) if self.peek() == Some('"') => {
                    self.next();
                    self.push('"');
                }
                ('\\', Shell::Posix) => match self.next() {
                    Some(character @ ('"' | '\\' | '$' | '`')) => self.push(character),
                    Some('\n') => {}
                    Some(character) => {
                        self.push('\\');
                        self.push(character);
                    }
                    None => return Err(OpenQuote { at: start, quote: '"' }),
                },
                ('`', Shell::Power) => match self.next() {
                    Some('n') => self.push('\n'),
                    Some('t') => self.push('\t'),
                    Some('r') => self.push('\r'),
                    Some(character) => self.push(character),
                    None => return Err(OpenQuote { at: start, quote: '"' }),
                },
                ('$', _) => self.dollar(),
                ('`', Shell::Posix) if self.backticks() => {}
                (character, _) => self.push(character),
            }
        }
    }

    /// Whether a word or a value begins here: elsewhere, a backtick ends a command that is enclosed in two of them.
    fn is_at_value(&self) -> bool {
        self.word.as_ref().is_none_or(|word| word.ends_with(['=', ':', '@', '&', '/', ' ']))
    }

    /// After a backtick: the shell runs the text up to the next one.
    fn backticks(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some((command, _)) = rest.split_once('`').filter(|(command, _)| !command.contains('\n')) else {
            return false;
        };
        let name = format!("`{command}`");
        self.at += command.len() + 1;
        self.expanded(name);
        true
    }

    /// After `<`, `>` or `&`: a redirection, with its file or word. curl does not get it.
    fn redirected(&mut self, first: char) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_file = self.word.as_ref().is_none_or(|word| word.ends_with(['@', '=']));
        if let Some(behind) = rest.strip_prefix('(').filter(|_| first != '&' && is_file) {
            let length = substituted(behind);
            let name = format!("{first}({}", behind.get(..length).unwrap_or_default());
            self.at += 1 + length;
            self.expanded(name);
            return true;
        }
        let is_descriptor = |word: &String| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_digit());
        if self.shell == Shell::Cmd || !self.word.as_ref().is_none_or(is_descriptor) {
            return false;
        }
        if first == '&' && !rest.starts_with('>') {
            return false;
        }
        let operator = rest.len() - rest.trim_start_matches(['<', '>', '&', '-', '|', '!']).len();
        let behind = rest.get(operator..).unwrap_or_default();
        let operand = behind.trim_start_matches([' ', '\t']);
        let blanks = behind.len() - operand.len();
        let quote = operand.chars().next().filter(|c| matches!(c, '"' | '\''));
        let length = match quote.and_then(|quote| operand.get(1..)?.find(quote)) {
            Some(end) => end + 2,
            None => operand.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&')).unwrap_or(operand.len()),
        };
        self.word = None;
        self.at += operator + blanks + length;
        true
    }

    fn expanded(&mut self, name: String) {
        self.notes.push(Note::ShellVariable { name });
        self.push(EXPANDED);
    }

    /// `$'…'`: C escapes, as browsers copy bodies.
    fn ansi(&mut self) -> Result<(), OpenQuote> {
        let start = self.at - 1;
        let mut bytes = Vec::new();
        loop {
            match self.next().ok_or(OpenQuote { at: start, quote: '\'' })? {
                '\'' => break,
                '\\' => self.ansi_escape(&mut bytes),
                character => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        self.word.get_or_insert_default().push_str(&String::from_utf8_lossy(&bytes));
        Ok(())
    }

    fn ansi_escape(&mut self, bytes: &mut Vec<u8>) {
        let simple = match self.next() {
            Some('n') => b'\n',
            Some('r') => b'\r',
            Some('t') => b'\t',
            Some('a') => 7,
            Some('b') => 8,
            Some('f') => 12,
            Some('v') => 11,
            Some('e' | 'E') => 27,
            Some('x') => return bytes.extend(self.digits(16, 2).and_then(|code| u8::try_from(code).ok())),
            Some(kind @ ('u' | 'U')) => {
                let code = self.digits(16, if kind == 'u' { 4 } else { 8 }).unwrap_or_default();
                let character = self.surrogate_pair(code).unwrap_or('\u{fffd}');
                return bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some('0'..='7') => {
                self.at -= 1;
                return bytes.extend(self.digits(8, 3).map(|code| (code & 0xff) as u8));
            }
            Some(character) => return bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => return,
        };
        bytes.push(simple);
    }

    /// Browsers write characters beyond the basic plane as surrogate pairs.
    fn surrogate_pair(&mut self, code: u32) -> Option<char> {
        if !(0xd800..0xdc00).contains(&code) {
            return char::from_u32(code);
        }
        self.text.get(self.at..).unwrap_or_default().strip_prefix("\\u")?;
        self.at += 2;
        let low = self.digits(16, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
        char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00))
    }

    fn digits(&mut self, radix: u32, most: usize) -> Option<u32> {
        let digits: String =
            self.text.get(self.at..).unwrap_or_default().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        u32::from_str_radix(&digits, radix).ok()
    }

    /// After `$`: the value of a variable or a command is unknown.
    fn dollar(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || (self.shell == Shell::Power && c == ':');
        let length = match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            _ if self.shell == Shell::Cmd => 0,
            Some((name, _)) => name.len() + 2,
            None if rest.starts_with('(') => 1 + substituted(rest.get(1..).unwrap_or_default()),
            None => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
        };
        let name = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        match name.as_str() {
            "" => self.push('$'),
            _ => self.expanded(format!("${name}")),
        }
    }
}

/// The length of the rest of a substitution, including its closing parenthesis.
fn substituted(rest: &str) -> usize {
    let mut depth = 1;
    for (at, character) in rest.char_indices().take(MOST_SUBSTITUTED) {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    rest.find(char::is_whitespace).unwrap_or(rest.len())
}
