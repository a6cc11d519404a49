//! The words of PowerShell around a call of `Invoke-WebRequest` or `Invoke-RestMethod`: its options, tables and
//! strings.
//!
//! Variables count if the text assigns them a plain value. This module does not build the request.

/// A call, as far as it concerns the request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Invocation {
    pub(super) url: String,
    pub(super) method: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content_type: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) body: Value,
}

/// What is known of a value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// The value was not given.
    #[default]
    Missing,
    Text(String),
    /// The value is in a file, or is computed.
    Other,
}

/// A word of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PowerShellWord {
    Option(String),
    Text(String),
    Table(Vec<(String, String)>),
    /// A variable without a value in the text, or a computed value.
    Unknown,
}

const COMMANDS: [&str; 4] = ["Invoke-WebRequest", "Invoke-RestMethod", "iwr ", "irm "];
/// Options without a value.
const FLAGS: [&str; 5] = ["usebasicparsing", "skipcertificatecheck", "skipheadervalidation", "passthru", "verbose"];
/// No call has more words.
const MOST_WORDS: usize = 64;
/// No text has more calls.
const MOST_CALLS: usize = 1024;

/// The calls of a text that name a URL.
pub(super) fn invocations(text: &str) -> Vec<Invocation> {
    let starts = COMMANDS.iter().flat_map(|name| text.match_indices(name));
    let mut starts: Vec<usize> = starts.map(|(at, name)| at + name.len()).collect();
    starts.sort_unstable();
    starts.into_iter().take(MOST_CALLS).filter_map(|at| invocation(text, text.get(at..)?)).collect()
}

fn invocation(text: &str, call: &str) -> Option<Invocation> {
    let mut reader = Reader { text, rest: call };
    let mut found = Invocation { agent: assigned(text, ".UserAgent").and_then(text_of), ..Invocation::default() };
    for _ in 0..MOST_WORDS {
        let Some(word) = reader.word() else { break };
        match word {
            PowerShellWord::Option(name) if FLAGS.contains(&name.as_str()) => {}
            PowerShellWord::Option(name) => found.take(&name, reader.word()?),
            PowerShellWord::Text(url) if found.url.is_empty() => found.url = url,
            _ => {}
        }
    }
    Some(found).filter(|found| found.url.contains("://"))
}

impl Invocation {
    fn take(&mut self, name: &str, value: PowerShellWord) {
        match (name, value) {
            ("uri", PowerShellWord::Text(url)) => self.url = url,
            ("method" | "custommethod", PowerShellWord::Text(method)) => self.method = Some(method),
            ("headers", PowerShellWord::Table(pairs)) => self.headers = pairs,
            ("contenttype", PowerShellWord::Text(value)) => self.content_type = Some(value),
            ("useragent", PowerShellWord::Text(value)) => self.agent = Some(value),
            ("body", PowerShellWord::Text(text)) => self.body = Value::Text(text),
            ("body" | "infile" | "form", _) => self.body = Value::Other,
            _ => {}
        }
    }
}

fn text_of(word: PowerShellWord) -> Option<String> {
    match word {
        PowerShellWord::Text(text) => Some(text),
        _ => None,
    }
}

/// The value that the text assigns to a variable, or to a property of one.
fn assigned(text: &str, name: &str) -> Option<PowerShellWord> {
    text.match_indices(name).find_map(|(at, name)| {
        let value = text.get(at + name.len()..)?.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
        let is_plain = value.starts_with(['"', '\'']) || value.starts_with("@{");
        is_plain.then(|| Reader { text, rest: value }.word()).flatten()
    })
}

struct Reader<'a> {
    /// The whole text, for the values of variables.
    text: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    /// The next word of the call; none at the end.
    fn word(&mut self) -> Option<PowerShellWord> {
        self.skip_blanks();
        match self.rest.chars().next()? {
            '\n' | ';' | '|' => None,
            '"' | '\'' => self.quoted().map(PowerShellWord::Text),
            '@' if self.rest.starts_with("@{") => self.table().map(PowerShellWord::Table),
            '(' => self.group(),
            '$' => {
                let name = self.bare(is_end);
                Some(assigned(self.text, &name).unwrap_or(PowerShellWord::Unknown))
            }
            _ => {
                let word = self.bare(is_end);
                let option = word.strip_prefix('-').map(|name| PowerShellWord::Option(name.to_ascii_lowercase()));
                Some(option.unwrap_or(PowerShellWord::Text(word)))
            }
        }
    }

    /// Skips blanks, and line ends after a backtick.
    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            let joined = self.rest.strip_prefix('`').map(|rest| rest.trim_start_matches([' ', '\t', '\r']));
            match joined.and_then(|rest| rest.strip_prefix('\n')) {
                Some(rest) => self.rest = rest,
                None => return,
            }
        }
    }

    /// An unquoted word of at least one character.
    fn bare(&mut self, is_end: fn(char) -> bool) -> String {
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let end = self.rest.get(first..).and_then(|rest| rest.find(is_end)).map(|end| first + end);
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word.to_owned()
    }

    /// A string: literal in single quotes; in double quotes with backtick escapes and characters by number.
    fn quoted(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut rest = self.rest.get(1..)?;
        let mut text = String::new();
        loop {
            let character = rest.chars().next()?;
            rest = rest.get(character.len_utf8()..)?;
            match character {
                c if c == quote && rest.starts_with(quote) => {
                    rest = rest.get(1..)?;
                    text.push(quote);
                }
                c if c == quote => break,
                '`' if quote == '"' => {
                    let escaped = rest.chars().next()?;
                    rest = rest.get(escaped.len_utf8()..)?;
                    text.push(of_escape(escaped));
                }
                '$' if quote == '"' && rest.starts_with("([char]") => {
                    let (number, behind) = rest.get("([char]".len()..)?.split_once(')')?;
                    text.push(char::from_u32(number.parse().ok()?)?);
                    rest = behind;
                }
                c => text.push(c),
            }
        }
        self.rest = rest;
        Some(text)
    }

    /// `@{ "name"="value"; … }`, with line ends or semicolons between pairs.
    fn table(&mut self) -> Option<Vec<(String, String)>> {
        self.rest = self.rest.strip_prefix("@{")?;
        let mut pairs = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return Some(pairs);
            }
            let name =
                if self.rest.starts_with(['"', '\'']) { self.quoted()? } else { self.bare(|c| is_end(c) || c == '=') };
            self.rest = self.rest.trim_start_matches([' ', '\t']).strip_prefix('=')?;
            if let PowerShellWord::Text(value) = self.word()? {
                pairs.push((name, value));
            }
        }
    }

    /// A computed value; if it is the bytes of a string, the string.
    fn group(&mut self) -> Option<PowerShellWord> {
        let (of_bytes, rest) = self.rest.split_once(".GetBytes(").filter(|(start, _)| !start.contains([')', '\n']))?;
        self.rest = rest;
        let word = if of_bytes.contains("UTF8") { self.word()? } else { PowerShellWord::Unknown };
        self.rest = self.rest.trim_start_matches(')');
        Some(word)
    }
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '|' | ')' | '}')
}

fn of_escape(escaped: char) -> char {
    match escaped {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}
