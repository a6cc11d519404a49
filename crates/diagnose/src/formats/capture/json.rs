//! URLs in JSON, whose strings may have escapes for `&`, `<` and `/` (RFC 8259 §7). Whoever parses the JSON does not see them.

use serde::de::IgnoredAny;

/// The escapes that writers of JSON put into URLs and into the markup around them, with what they stand for.
const ESCAPES: [(&str, char); 8] = [
    ("/", '/'),
    ("u0026", '&'),
    ("u003c", '<'),
    ("u003e", '>'),
    ("u003d", '='),
    ("u0027", '\''),
    ("u002b", '+'),
    ("u0025", '%'),
];

/// The text without these escapes, if it is JSON, or has lines that are JSON from their first brace on, and a presigned URL in it.
pub(super) fn without_escapes(text: &str) -> Option<String> {
    let has_escape = text.contains("\\u00") || text.contains("\\/");
    if !has_escape || !text.contains("X-Amz-") {
        return None;
    }
    if is_json(text.trim()) {
        return Some(unescaped(text));
    }
    let mut is_changed = false;
    let lines = text.split_inclusive('\n').map(|line| match line.find('{') {
        Some(start) if line.contains('\\') && is_json(line.get(start..).unwrap_or_default().trim_end()) => {
            is_changed = true;
            unescaped(line)
        }
        _ => line.to_owned(),
    });
    let plain: String = lines.collect();
    is_changed.then_some(plain)
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn unescaped(text: &str) -> String {
    // In JSON that is a string in other JSON, the backslashes are escaped too.
    let is_nested = text.contains("\\\"http");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let behind = escape.trim_start_matches('\\');
        let backslashes = escape.len() - behind.len();
        let found = ESCAPES
            .iter()
            .find(|(name, _)| behind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        plain.push_str(before);
        rest = match found.filter(|_| backslashes == 1 || is_nested && backslashes == 2) {
            Some((name, character)) => {
                plain.push(*character);
                behind.get(name.len()..).unwrap_or_default()
            }
            None => {
                plain.push_str(escape.get(..backslashes).unwrap_or_default());
                behind
            }
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://h.example/k?X-Amz-Algorithm=a&X-Amz-Signature=0a";

    #[test]
    fn escapes_in_json_are_not_part_of_the_url() {
        let plain = serde_json::json!({ "url": URL }).to_string();
        let go = plain.replace('&', "\\u0026");
        let php = plain.replace('/', "\\/");
        let nested = serde_json::json!({ "log": go }).to_string();
        for text in
            [go.clone(), format!("[{php}]\n"), format!("12:00 INFO {go}\nother\n"), format!("{plain}\n{go}\n"), nested]
        {
            assert!(without_escapes(&text).is_some_and(|plain| plain.contains(URL)), "{text}");
        }
    }

    #[test]
    fn text_that_is_not_json_stays() {
        let go = URL.replace('&', "\\u0026");
        for text in [
            go.clone(),
            format!("\"{go}\""),
            format!("url: {{\"{go}"),
            URL.to_owned(),
            "{\"a\":\"\\u0026\"}".to_owned(),
        ] {
            assert_eq!(without_escapes(&text), None, "{text}");
        }
        // The value itself was copied with the escape in it.
        let copied = serde_json::json!({ "note": format!("I used {go}") }).to_string();
        assert_eq!(without_escapes(&copied).as_deref(), Some(copied.as_str()));
    }
}
