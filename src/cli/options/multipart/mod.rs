//! `-F` and `--form-string`: a multipart body, the same bytes as curl's except for the boundary.
//!
//! curl chooses boundaries at random. Here they are derived from a hash over all parts, so that the same form
//! always has the same body, and nobody can write a file that contains the boundary of its own form. The body is
//! assembled once, hashed meanwhile, and kept until it is sent.

mod field;
mod head;

use std::io::Read;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use self::field::{Content, Field, Part};
use self::head::{Disposition, disposition_line, head};
use super::complete::files_of_field;
use super::digests::{Hashing, RequiredDigests};
use super::payload::Payload;
use super::spool::Spool;
use crate::cli::failure::Failure;
use crate::transport::Pass;
use sigvet_core::crypto::{Sha256Digest, Sha256Hasher, sha256};

/// The fields of a form, in the order typed.
#[derive(Debug, Clone, Default)]
pub struct MultipartForm(Vec<Typed>);

#[derive(Debug, Clone)]
enum Typed {
    /// `-F`.
    Field(String),
    /// `--form-string`.
    Literal(String),
}

/// A form encoded as a body.
#[derive(Debug)]
pub struct Encoded {
    /// The `Content-Type` with the boundary.
    pub content_type: String,
    /// The body.
    pub payload: Payload,
    /// Warnings about parts of the fields that were left out.
    pub warnings: Vec<String>,
}

impl MultipartForm {
    /// Whether no field was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Encodes the form as a body; its type is `multipart/form-data` unless another is given.
    ///
    /// # Errors
    /// A field is not valid in curl, or a file cannot be read.
    pub fn encode(
        &self,
        media_type: Option<&str>,
        stdin: &mut dyn Read,
        wanted: impl Into<RequiredDigests>,
    ) -> Result<Encoded, Failure> {
        let media_type = media_type.unwrap_or("multipart/form-data");
        if media_type.to_ascii_lowercase().contains("boundary=") {
            return Err(
                Failure::usage("-F chooses its own boundary").hint("remove the boundary from -H 'Content-Type: …'")
            );
        }
        let is_form =
            media_type.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("multipart/form-data"));
        let disposition = if is_form { Disposition::FormData } else { Disposition::Attachment };
        let mut warnings = Vec::new();
        let mut layout = Layout::default();
        for (place, typed) in self.0.iter().enumerate() {
            let field = match typed {
                Typed::Field(text) => Field::parse(text, &mut warnings)?,
                Typed::Literal(text) => Field::literal(text)?,
            };
            layout.push_field(&field, disposition, place + 1, stdin)?;
        }
        layout.close(OUTER);
        let boundaries = Boundaries(layout.fingerprint()?);
        let content_type = format!("{media_type}; boundary={}", boundaries.text(OUTER));
        Ok(Encoded { content_type, payload: layout.write(&boundaries, wanted.into())?, warnings })
    }
}

/// The number of the form's own boundary; a list of files uses the index of its field.
const OUTER: usize = 0;

/// A body whose boundaries are not chosen yet.
#[derive(Default)]
struct Layout(Vec<Segment>);

enum Segment {
    Boundary(usize),
    Content(Payload),
}

impl Layout {
    fn push_field(
        &mut self,
        field: &Field,
        disposition: Disposition,
        place: usize,
        stdin: &mut dyn Read,
    ) -> Result<(), Failure> {
        if let [part] = field.parts.as_slice() {
            return self.push_part(OUTER, head(disposition, &field.name, part), part, stdin);
        }
        self.open(OUTER);
        let opening = disposition_line(disposition, &field.name, None);
        self.push_text(opening + "Content-Type: multipart/mixed; boundary=");
        self.0.push(Segment::Boundary(place));
        self.push_text("\r\n\r\n");
        for part in &field.parts {
            self.push_part(place, head(Disposition::Attachment, "", part), part, stdin)?;
        }
        self.close(place);
        self.push_text("\r\n");
        Ok(())
    }

    fn push_part(&mut self, boundary: usize, head: Vec<u8>, part: &Part, stdin: &mut dyn Read) -> Result<(), Failure> {
        self.open(boundary);
        self.push_text(head);
        self.0.push(Segment::Content(match &part.content {
            Content::Text(text) => Payload::of_bytes(text.clone().into_bytes()),
            Content::Attached(file) | Content::Inlined(file) => Payload::of_file(file, stdin, Hashing::Spared)?,
        }));
        self.push_text("\r\n");
        Ok(())
    }

    fn open(&mut self, boundary: usize) {
        self.push_text("--");
        self.0.push(Segment::Boundary(boundary));
        self.push_text("\r\n");
    }

    fn close(&mut self, boundary: usize) {
        self.push_text("--");
        self.0.push(Segment::Boundary(boundary));
        self.push_text("--\r\n");
    }

    fn push_text(&mut self, text: impl Into<Vec<u8>>) {
        self.0.push(Segment::Content(Payload::of_bytes(text.into())));
    }

    /// A hash over every content and its length.
    fn fingerprint(&self) -> Result<Sha256Digest, Failure> {
        let mut hasher = Sha256Hasher::new();
        for segment in &self.0 {
            match segment {
                Segment::Boundary(number) => hasher.update(&[&[0], number.to_be_bytes().as_slice()].concat()),
                Segment::Content(payload) => {
                    let length = payload.body.length().expect("a body that was read has a length");
                    hasher.update(&[&[1], length.to_be_bytes().as_slice()].concat());
                    payload.each_piece(Pass::Hash, |piece| {
                        hasher.update(piece);
                        Ok(())
                    })?;
                }
            }
        }
        Ok(hasher.finish())
    }

    fn write(&self, boundaries: &Boundaries, wanted: RequiredDigests) -> Result<Payload, Failure> {
        let mut spool = Spool::new(wanted);
        for segment in &self.0 {
            match segment {
                Segment::Boundary(number) => spool.write(boundaries.text(*number).as_bytes())?,
                Segment::Content(payload) => payload.each_piece(Pass::Hash, |piece| spool.write(piece))?,
            }
        }
        Ok(spool.finish())
    }
}

/// The boundaries of a form. They have 128 bits, so that no file can be made to contain its own boundary.
struct Boundaries(Sha256Digest);

impl Boundaries {
    fn text(&self, number: usize) -> String {
        let digest = sha256(&[self.0.0.as_slice(), &number.to_be_bytes()].concat()).to_string();
        format!("------------------------{}", &digest[..32])
    }
}

/// ID in the program, long name, short name, value name, help, and how to store the value.
type FormOption = (&'static str, &'static str, Option<char>, &'static str, &'static str, fn(String) -> Typed);

const OPTIONS: [FormOption; 2] = [
    (
        "form-field",
        "form",
        Some('F'),
        "NAME=CONTENT",
        "Send a form field; @FILE uploads a file, <FILE sends its text; then ;type= ;filename= ;headers=",
        Typed::Field,
    ),
    (
        "form-literal",
        "form-string",
        None,
        "NAME=TEXT",
        "Send a form field; '@', '<' and ';' are not special",
        Typed::Literal,
    ),
];

impl Args for MultipartForm {
    fn augment_args(command: Command) -> Command {
        OPTIONS.into_iter().fold(command, |command, (id, long, short, value, help, _)| {
            let arg = Arg::new(id)
                .long(long)
                .value_name(value)
                .action(ArgAction::Append)
                .help(help)
                .add(files_of_field())
                .allow_hyphen_values(true);
            command.arg(match short {
                Some(short) => arg.short(short),
                None => arg,
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for MultipartForm {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut fields = Vec::new();
        for (id, .., typed) in OPTIONS {
            let texts = matches.get_many::<String>(id).into_iter().flatten();
            let places = matches.indices_of(id).into_iter().flatten();
            fields.extend(places.zip(texts).map(|(place, text)| (place, typed(text.clone()))));
        }
        fields.sort_by_key(|(place, _)| *place);
        Ok(Self(fields.into_iter().map(|(_, field)| field).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
