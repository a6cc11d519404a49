//! The head of a part: its disposition, its type and its other headers, as curl writes them.

use super::field::{Content, Part};

/// The file name extensions from which curl guesses a type.
const TYPES: [(&str, &str); 10] = [
    (".gif", "image/gif"),
    (".jpg", "image/jpeg"),
    (".jpeg", "image/jpeg"),
    (".png", "image/png"),
    (".svg", "image/svg+xml"),
    (".txt", "text/plain"),
    (".htm", "text/html"),
    (".html", "text/html"),
    (".pdf", "application/pdf"),
    (".xml", "application/xml"),
];

/// The role of a part in its multipart body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposition {
    /// A field of `multipart/form-data`.
    FormData,
    /// A part of any other multipart.
    Attachment,
}

/// The lines of a part up to the empty line.
pub(super) fn head(disposition: Disposition, name: &str, part: &Part) -> Vec<u8> {
    let file_name = part.file_name();
    let mut lines = String::new();
    if own_header(part, "content-disposition").is_none() {
        lines.push_str(&disposition_line(disposition, name, file_name.as_deref()));
    }
    if let Some(media_type) = media_type(part, file_name.as_deref()) {
        lines.push_str(&format!("Content-Type: {media_type}\r\n"));
    }
    for header in part.headers.iter().filter(|line| value_of(line, "content-type").is_none()) {
        lines.push_str(header.trim_end_matches(['\r', '\n']));
        lines.push_str("\r\n");
    }
    lines.push_str("\r\n");
    lines.into_bytes()
}

/// `Content-Disposition`, if there is anything to write.
pub(super) fn disposition_line(disposition: Disposition, name: &str, file_name: Option<&str>) -> String {
    let mut line = match disposition {
        Disposition::Attachment if name.is_empty() && file_name.is_none() => return String::new(),
        Disposition::Attachment => "Content-Disposition: attachment".to_owned(),
        Disposition::FormData => "Content-Disposition: form-data".to_owned(),
    };
    if !name.is_empty() {
        line.push_str(&format!("; name=\"{}\"", escaped(name)));
    }
    if let Some(file_name) = file_name {
        line.push_str(&format!("; filename=\"{}\"", escaped(file_name)));
    }
    line + "\r\n"
}

impl Part {
    /// The file name that is sent: the given one, or otherwise the last segment of the file's path.
    fn file_name(&self) -> Option<String> {
        match (&self.file_name, &self.content) {
            (Some(typed), _) => Some(typed.clone()),
            (None, Content::Attached(path)) => path.rsplit('/').next().map(str::to_owned),
            (None, _) => None,
        }
    }
}

fn media_type(part: &Part, file_name: Option<&str>) -> Option<String> {
    if let Some(said) = part.media_type.clone().or_else(|| own_header(part, "content-type").map(str::to_owned)) {
        return Some(said);
    }
    let path = match &part.content {
        Content::Attached(path) | Content::Inlined(path) if path != "-" => Some(path.as_str()),
        _ => None,
    };
    let guessed = file_name.and_then(guess).or_else(|| path.and_then(guess));
    match (guessed, file_name) {
        (Some("text/plain"), None) => None,
        (None, Some(_)) if path.is_some() => Some("application/octet-stream".to_owned()),
        (guessed, _) => guessed.map(str::to_owned),
    }
}

fn guess(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    TYPES.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, media_type)| media_type)
}

fn own_header<'a>(part: &'a Part, name: &str) -> Option<&'a str> {
    part.headers.iter().find_map(|line| value_of(line, name))
}

fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (before, value) = line.split_once(':')?;
    before.eq_ignore_ascii_case(name).then(|| value.trim_start_matches(' '))
}

/// Escaped as by browsers (and curl since 7.81).
fn escaped(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
