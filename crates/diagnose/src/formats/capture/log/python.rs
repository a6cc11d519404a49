//! Python literals, as its programs log them: strings and bytes with their escapes, dictionaries of them.

/// A literal at the beginning of the text, and the rest. Adjacent literals are joined.
pub(in crate::formats::capture) fn string(text: &str) -> Option<(Vec<u8>, &str)> {
    let (mut bytes, mut rest) = string_alone(text)?;
    while let Some((more, behind)) = string_alone(rest.trim_start()) {
        bytes.extend(more);
        rest = behind;
    }
    Some((bytes, rest))
}

/// The first literal, and the rest; Go writes its strings the same way.
pub(in crate::formats::capture) fn string_alone(text: &str) -> Option<(Vec<u8>, &str)> {
    let is_bytes = text.starts_with('b');
    let body = text.strip_prefix(['b', 'u']).unwrap_or(text);
    let quote = body.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut bytes = Vec::new();
    let mut chars = body.get(1..).unwrap_or_default().char_indices();
    while let Some((at, character)) = chars.next() {
        match character {
            c if c == quote => return Some((bytes, body.get(1 + at + 1..).unwrap_or_default())),
            '\\' => {
                let (_, escape) = chars.next()?;
                let length = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => {
                        push(&mut bytes, simple_escape(escape));
                        continue;
                    }
                };
                let digits: String = chars.by_ref().take(length).map(|(_, digit)| digit).collect();
                let code = u32::from_str_radix(&digits, 16).ok()?;
                match u8::try_from(code).ok().filter(|_| is_bytes) {
                    Some(byte) => bytes.push(byte),
                    None => push(&mut bytes, char::from_u32(code)?),
                }
            }
            c => push(&mut bytes, c),
        }
    }
    None
}

fn push(bytes: &mut Vec<u8>, character: char) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn simple_escape(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// The pairs of a dictionary whose values are strings, in order; other simple values are skipped.
pub(super) fn dictionary(text: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut rest = text.trim_start().strip_prefix('{')?.trim_start();
    let mut pairs = Vec::new();
    while let Some((name, behind)) = string(rest) {
        let value = behind.trim_start().strip_prefix(':')?.trim_start();
        match string(value) {
            Some((bytes, behind)) => {
                pairs.push((String::from_utf8_lossy(&name).into_owned(), bytes));
                rest = behind;
            }
            None => rest = value.get(value.find([',', '}'])?..).unwrap_or_default(),
        }
        rest = rest.trim_start().strip_prefix(',').unwrap_or_default().trim_start();
    }
    Some(pairs).filter(|pairs| !pairs.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_with_their_escapes() {
        assert_eq!(string(r#"b'a\n\x41\'"' rest"#), Some((b"a\nA'\"".to_vec(), " rest")));
        assert_eq!(string("'one'\n   'two')"), Some((b"onetwo".to_vec(), ")")));
        assert_eq!(string(r"u'\u00e9\xe9'"), Some(("éé".as_bytes().to_vec(), "")));
        assert_eq!(string("'open"), None);
        let pairs = dictionary("{'A': b'1', \"B\": 'it''s', 'n': 403, u'C': u'3'}>").unwrap();
        assert_eq!(pairs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    }
}
