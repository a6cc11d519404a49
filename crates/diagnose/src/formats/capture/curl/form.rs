//! A form from `-F`: its boundary is random, and its files are not opened, so its body is unknown. A presigned POST is
//! signed in its fields, which are in the command, and is written out.

use super::section::{FormField, Section};
use crate::formats::capture::form::{Content, Field, is_of_policy, written};
use crate::formats::note::Note;
use sigvet_core::request::Body;

/// A form as a body, as far as it is known.
pub(super) struct Form {
    pub(super) content_type: Option<String>,
    pub(super) body: Body,
    pub(super) note: Note,
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
        let (content_type, body) = written(&fields);
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

/// A content, in quotes or up to the first `;`, and its attributes.
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
