//! Reads the XML of S3 and of query services: the texts next to `Code`, wherever the `Error` element is.
//!
//! A whole document goes through a parser. Text that was truncated or copied from a log is scanned for
//! elements that contain only text; this gives the same fields, as far as they survived.

use roxmltree::{Document, Node};

use super::fields::Fields;

/// Reads an error, in any namespace or none. `None` if the text contains no error.
pub(super) fn read(text: &str) -> Option<Fields> {
    if !text.contains('<') {
        return None;
    }
    match Document::parse(text) {
        Ok(document) => read_document(&document),
        Err(_) => scan(text),
    }
}

/// The text of `title` in an HTML page.
pub(super) fn title(text: &str) -> Option<String> {
    Leaves(text).find(|(name, _)| name.eq_ignore_ascii_case("title")).map(|(_, text)| unescape(text))
}

/// The text between the tags.
pub(super) fn without_tags(text: &str) -> String {
    let mut words = String::new();
    for (place, part) in text.split('<').enumerate() {
        let shown = if place == 0 { part } else { part.split_once('>').map_or("", |(_, shown)| shown) };
        words.push_str(shown);
        words.push(' ');
    }
    unescape(&words).trim().to_owned()
}

fn read_document(document: &Document<'_>) -> Option<Fields> {
    let root = document.root_element();
    let mut fields = Fields::default();
    match root.descendants().find(|node| node.is_element() && node.tag_name().name() == "Error") {
        Some(error) => push_leaves(error, &mut fields),
        // The rest-xml protocol names the root after the error.
        None if root.tag_name().name().ends_with("Exception") => {
            fields.push("Code", root.tag_name().name());
            push_leaves(root, &mut fields);
        }
        None => return None,
    }
    // ErrorResponse has its RequestId next to Error, not inside it.
    push_leaves(root, &mut fields);
    Some(fields)
}

fn push_leaves(parent: Node<'_, '_>, fields: &mut Fields) {
    let leaves = parent.children().filter(|node| node.is_element() && !node.children().any(|child| child.is_element()));
    for leaf in leaves {
        let text: String = leaf.children().filter_map(|child| child.text()).collect();
        fields.push(leaf.tag_name().name(), &text);
    }
}

/// The fields of a text that is no longer a document. `None` if it never was an error.
fn scan(text: &str) -> Option<Fields> {
    let mut fields = Fields::default();
    for (name, text) in Leaves(text) {
        fields.push(name, &unescape(text));
    }
    fields.get(&["Code"]).is_some().then_some(fields)
}

/// Iterates over elements without attributes that contain only text, in order, as name and raw text.
struct Leaves<'a>(&'a str);

impl<'a> Iterator for Leaves<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (_, tag) = self.0.split_once('<')?;
            self.0 = tag;
            let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let name = tag.get(..tag.find(|c| !of_name(c)).unwrap_or(tag.len())).unwrap_or_default();
            let Some(content) = tag.get(name.len()..).unwrap_or_default().strip_prefix('>') else { continue };
            let (text, end) = content.split_once('<')?;
            self.0 = content.get(text.len()..).unwrap_or_default();
            let closes =
                end.strip_prefix('/').and_then(|end| end.strip_prefix(name)).is_some_and(|end| end.starts_with('>'));
            if closes && !name.is_empty() {
                return Some((name, text));
            }
        }
    }
}

/// Resolves XML references. Unknown ones are kept.
pub(in crate::formats) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        match reference(rest) {
            Some((character, length)) => {
                plain.push(character);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                plain.push('&');
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The character of a reference at the beginning of the text, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(10).position(|byte| byte == b';')?;
    let character = match text.get(1..end).unwrap_or_default() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}
