//! The head of a part: the names of its field and its file.

use super::error::MultipartError;

/// The parsed head of a part.
#[derive(Debug)]
pub(in crate::form) struct PartHead {
    /// The parameter `name` of its `Content-Disposition`.
    pub(in crate::form) name: String,
    /// The parameter `filename`, if there is one.
    pub(in crate::form) filename: Option<String>,
    /// Its `Content-Type`, if there is one.
    pub(in crate::form) content_type: Option<String>,
}

impl PartHead {
    /// Reads the head of a part; `part` is its number, counted from 1.
    ///
    /// # Errors
    /// The head has no name, or two.
    pub(in crate::form) fn parse(head: &[u8], part: usize) -> Result<Self, MultipartError> {
        let head = String::from_utf8_lossy(head);
        if is_named_twice(&head) {
            return Err(MultipartError::NamedTwice { part });
        }
        from_lines(&head).ok_or(MultipartError::NoName { part })
    }
}

fn from_lines(head: &str) -> Option<PartHead> {
    // Readers differ in whether a CR or an LF alone ends a line.
    if head.split("\r\n").any(|line| line.contains(['\r', '\n', '\0'])) {
        return None;
    }
    let value_of = |wanted: &'static str| values(head, wanted).next();
    let (kind, parameters) = value_of("content-disposition")?.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    Some(PartHead {
        name: parameter(parameters, "name")?,
        filename: parameter(parameters, "filename"),
        content_type: value_of("content-type").map(str::to_owned),
    })
}

/// The values of a field in the head of a part.
fn values<'h>(head: &'h str, wanted: &'static str) -> impl Iterator<Item = &'h str> {
    let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.filter(move |(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

fn is_named_twice(head: &str) -> bool {
    let mut dispositions = values(head, "content-disposition");
    let Some((_, parameters)) = dispositions.next().and_then(|value| value.split_once(';')) else { return false };
    // `name*` is another way to give the name, which RFC 7578 §4.2 forbids and some readers prefer.
    let names = count(parameters, "name") + count(parameters, "name*");
    dispositions.next().is_some() || names > 1 || count(parameters, "filename") > 1
}

/// How often a parameter occurs.
pub(in crate::form) fn count(parameters: &str, wanted: &str) -> usize {
    let (mut count, mut rest) = (0, parameters);
    while let Some((name, _, behind)) = next_parameter(rest) {
        count += usize::from(name.eq_ignore_ascii_case(wanted));
        rest = behind;
    }
    count
}

/// The name and value of the first parameter, and the text that follows.
fn next_parameter(parameters: &str) -> Option<(&str, String, &str)> {
    let (name, behind) = parameters.trim_start_matches([';', ' ', '\t']).split_once('=')?;
    let (value, behind) = value(behind.trim_start());
    Some((name.trim(), value, behind))
}

/// The value of a parameter, without its quotes and their escapes (RFC 9110 §5.6.6). Browsers escape a quote as `%22`
/// instead, which is kept.
pub(in crate::form) fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, value, behind) = next_parameter(rest)?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text.get(..end).unwrap_or_default().trim().to_owned(), text.get(end..).unwrap_or_default());
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}
