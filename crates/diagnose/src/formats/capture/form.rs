//! A presigned POST from its fields: written out as the form that a browser sends, with a boundary of our own and zeros
//! instead of its file.

use sigvet_core::form::{Condition, Policy};

/// Maximum length of a file's stand-in. If a policy requires a longer file, it is assumed to be empty.
const LONGEST_STAND_IN: u64 = 8 * 1024 * 1024;

/// The content of a field.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) content: Content<'a>,
    pub(super) media_type: Option<&'a str>,
}

pub(super) enum Content<'a> {
    Text(String),
    /// A file, with the name that is sent.
    File(&'a str),
    /// A field whose text is in a file.
    Elsewhere,
}

/// The media type and the body of a form.
pub(super) fn written(fields: &[Field<'_>]) -> (String, Vec<u8>) {
    let boundary = boundary(fields);
    let length_of_file = usize::try_from(shortest_file(fields)).unwrap_or_default();
    let mut body = Vec::new();
    for field in fields {
        write_part(field, &boundary, length_of_file, &mut body);
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Whether a field with that name makes a form a presigned one.
pub(super) fn is_of_policy(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["policy", "signature"].contains(&name.as_str()) || name.starts_with("x-") && name.ends_with("-signature")
}

/// The conditions of the form's policy, if it can be read.
pub(super) fn conditions(fields: &[Field<'_>]) -> Vec<Condition> {
    let policy = fields.iter().find_map(|field| match &field.content {
        Content::Text(text) if field.name.eq_ignore_ascii_case("policy") => Policy::parse(text).ok(),
        _ => None,
    });
    policy.map(|policy| policy.conditions).unwrap_or_default()
}

fn write_part(field: &Field<'_>, boundary: &str, length_of_file: usize, body: &mut Vec<u8>) {
    body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(field.name)).bytes());
    if let Content::File(name) = field.content {
        body.extend(format!("; filename=\"{}\"", escaped(name)).bytes());
    }
    if let Some(media_type) = field.media_type.filter(|media_type| !media_type.contains(['\r', '\n'])) {
        body.extend(format!("\r\nContent-Type: {media_type}").bytes());
    }
    body.extend(b"\r\n\r\n");
    match &field.content {
        Content::Text(text) => body.extend(text.bytes()),
        _ => body.resize(body.len() + length_of_file, 0),
    }
    body.extend(b"\r\n");
}

/// A boundary that occurs in no field.
fn boundary(fields: &[Field<'_>]) -> String {
    let mut boundary = "------------------------captured".to_owned();
    let is_taken = |boundary: &str| {
        fields.iter().any(|field| matches!(&field.content, Content::Text(text) if text.contains(boundary)))
    };
    // Each try is longer than the previous one, and no text contains all of them.
    while is_taken(&boundary) && boundary.len() < 70 {
        boundary.push('x');
    }
    boundary
}

/// As browsers and curl since 7.81 escape it.
fn escaped(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The shortest file that the form's policy allows: the length of a file that nobody has seen must not count against
/// it.
fn shortest_file(fields: &[Field<'_>]) -> u64 {
    let least = conditions(fields).into_iter().filter_map(|condition| match condition {
        Condition::ContentLengthRange { min, .. } => Some(min),
        _ => None,
    });
    least.max().filter(|&least| least <= LONGEST_STAND_IN).unwrap_or_default()
}
