//! A form of `-F`: its boundary is chosen at random, and its files are not opened, so its body is not known.
//!
//! A presigned POST is signed in its fields, which stand in the command. Such a form is written out, with a boundary of our
//! own and with zeros in place of its file.

use super::section::{FormField, Section};
use crate::formats::note::Note;
use sigvet_core::form::{Condition, Policy};
use sigvet_core::request::Body;

/// The longest stand-in for a file. What a policy wants longer is taken to be empty.
const LONGEST_STAND_IN: u64 = 8 * 1024 * 1024;

/// A form as a body, as far as it is known.
pub(super) struct Form {
    pub(super) content_type: Option<String>,
    pub(super) body: Body,
    pub(super) note: Note,
}

/// What a field says of its content.
struct Field<'a> {
    name: &'a str,
    content: Content<'a>,
    media_type: Option<&'a str>,
}

enum Content<'a> {
    Text(String),
    /// `@FILE`, by the name that is sent.
    File(&'a str),
    /// `<FILE`: a field whose text is in a file.
    Elsewhere,
}

impl Section {
    /// The form that the section sends.
    pub(super) fn form_body(&self) -> Form {
        let unknown = |note| Form { content_type: None, body: Body::Unknown, note };
        let Some(fields) = self.form.iter().map(Field::parse).collect::<Option<Vec<_>>>() else {
            return unknown(Note::FormBoundary);
        };
        if fields.iter().any(|field| matches!(field.content, Content::Elsewhere)) {
            return unknown(Note::BodyFromFile { option: "-F <" });
        }
        if !fields.iter().any(|field| is_of_policy(field.name)) {
            return unknown(Note::FormBoundary);
        }
        let boundary = boundary(&fields);
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let body = written(&fields, &boundary, shortest_file(&fields));
        Form { content_type: Some(content_type), body: Body::Bytes(body), note: Note::FormFile }
    }
}

impl<'a> Field<'a> {
    fn parse(field: &'a FormField) -> Option<Self> {
        let (name, value) = field.text.split_once('=')?;
        if field.is_literal {
            return Some(Self { name, content: Content::Text(value.to_owned()), media_type: None });
        }
        let (content, parameters) = split_content(value);
        let parameter = |wanted: &str| parameters.split(';').find_map(|own| own.trim().strip_prefix(wanted));
        let name_of_file = |path: &'a str| path.rsplit(['/', '\\']).next().unwrap_or_default();
        let content = match (value.strip_prefix('@'), value.starts_with('<')) {
            (Some(_), _) => {
                let path = content.strip_prefix('@').unwrap_or(content);
                Content::File(parameter("filename=").unwrap_or_else(|| name_of_file(path.trim_matches('"'))))
            }
            (None, true) => Content::Elsewhere,
            (None, false) => Content::Text(unquoted(content)),
        };
        Some(Self { name, content, media_type: parameter("type=") })
    }
}

/// A content, in quotes or up to the first `;`, and what is said of it.
fn split_content(value: &str) -> (&str, &str) {
    if !value.starts_with('"') {
        return value.split_once(';').unwrap_or((value, ""));
    }
    let mut is_escaped = false;
    let end = value.char_indices().skip(1).find(|(_, character)| {
        let ends = *character == '"' && !is_escaped;
        is_escaped = *character == '\\' && !is_escaped;
        ends
    });
    end.and_then(|(at, _)| value.split_at_checked(at + 1)).unwrap_or((value, ""))
}

fn unquoted(content: &str) -> String {
    let inside = content.strip_prefix('"').and_then(|content| content.strip_suffix('"'));
    inside.map_or_else(|| content.to_owned(), |inside| inside.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn is_of_policy(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["policy", "signature"].contains(&name.as_str()) || name.starts_with("x-") && name.ends_with("-signature")
}

/// A boundary that stands in no field.
fn boundary(fields: &[Field<'_>]) -> String {
    let mut boundary = "------------------------captured".to_owned();
    let is_taken = |boundary: &str| {
        fields.iter().any(|field| matches!(&field.content, Content::Text(text) if text.contains(boundary)))
    };
    // Each try is longer than the one before, and no text holds all of them.
    while is_taken(&boundary) && boundary.len() < 70 {
        boundary.push('x');
    }
    boundary
}

fn written(fields: &[Field<'_>], boundary: &str, length_of_file: u64) -> Vec<u8> {
    let mut body = Vec::new();
    for field in fields {
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(field.name)).bytes(),
        );
        if let Content::File(name) = field.content {
            body.extend(format!("; filename=\"{}\"", escaped(name)).bytes());
        }
        if let Some(media_type) = field.media_type.filter(|media_type| !media_type.contains(['\r', '\n'])) {
            body.extend(format!("\r\nContent-Type: {media_type}").bytes());
        }
        body.extend(b"\r\n\r\n");
        match &field.content {
            Content::Text(text) => body.extend(text.bytes()),
            _ => body.resize(body.len() + usize::try_from(length_of_file).unwrap_or_default(), 0),
        }
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    body
}

/// As browsers escape it, and curl since 7.81.
fn escaped(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The shortest file that the form's policy allows: of a file that nobody has seen, no length is held against it.
fn shortest_file(fields: &[Field<'_>]) -> u64 {
    let policy = fields.iter().find_map(|field| match &field.content {
        Content::Text(text) if field.name.eq_ignore_ascii_case("policy") => Policy::parse(text).ok(),
        _ => None,
    });
    let conditions = policy.map(|policy| policy.conditions).unwrap_or_default();
    let least = conditions.iter().filter_map(|condition| match condition {
        Condition::ContentLengthRange { min, .. } => Some(*min),
        _ => None,
    });
    least.max().filter(|&least| least <= LONGEST_STAND_IN).unwrap_or_default()
}
