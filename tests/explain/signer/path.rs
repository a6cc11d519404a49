//! The path line of the canonical request.

use super::breaks::Breaks;
use super::encode::{decode, encode, lower_hex};

/// Writes the path: for the S3 family it is encoded once and used as it is, otherwise normalised and encoded again.
pub fn canonical(path: &str, query: &str, s3: bool, breaks: &Breaks) -> String {
    if breaks.has("path-empty") {
        return String::new();
    }
    let path = if path.is_empty() { "/" } else { path };
    let normalized = if s3 { breaks.has("path-normalized") } else { !breaks.has("path-not-normalized") };
    let path = if normalized { normalize(path) } else { path.to_owned() };
    let path = match breaks.of("path-with-query") {
        Some(_) => format!("{path}?{query}"),
        None => path,
    };
    rewritten(&path, encoded(&path, s3, breaks), breaks)
}

fn encoded(path: &str, s3: bool, breaks: &Breaks) -> String {
    let kept = format!("/{}", breaks.of("path-kept").unwrap_or_default());
    let once = s3 || breaks.has("path-once");
    let text = encode(&if once { decode(path) } else { path.as_bytes().to_vec() }, &kept);
    if s3 && breaks.has("path-twice") { encode(text.as_bytes(), &kept) } else { text }
}

fn rewritten(path: &str, mut text: String, breaks: &Breaks) -> String {
    if breaks.has("path-decoded") {
        text = String::from_utf8(decode(path)).unwrap();
    }
    if breaks.has("path-plus-as-space") {
        text = text.replace("%2B", "%20");
    }
    if breaks.has("path-tilde") {
        text = text.replace('~', "%7E");
    }
    if breaks.has("path-slash") {
        text = format!("/{}", text[1..].replace('/', "%2F"));
    }
    for character in breaks.of("path-over").unwrap_or_default().chars() {
        text = text.replace(character, &format!("%{:02X}", u32::from(character)));
    }
    if let Some(front) = breaks.of("path-front") {
        text = format!("{front}{}", text.strip_prefix('/').unwrap());
    }
    if breaks.has("path-lower-hex") { lower_hex(&text) } else { text }
}

/// Resolves dot segments and collapses slashes; a trailing slash stays.
fn normalize(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let trailing = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) && !kept.is_empty();
    format!("/{}{}", kept.join("/"), if trailing { "/" } else { "" })
}
