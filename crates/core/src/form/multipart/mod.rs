//! Reads a `multipart/form-data` body (RFC 7578) as strictly as a server does.
//!
//! The parts keep their order, names, file names and bytes. `Splitter` finds them, in a whole body and in one that
//! arrives in pieces. The meaning of a form's parts is not known here, and nothing is written.

mod error;
mod head;
mod splitter;

pub use error::MultipartError;
pub(super) use head::PartHead;
pub(super) use splitter::{Splitter, Step};

use head::{count, parameter};

/// One part: a field, or the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The parameter `name` of its `Content-Disposition`.
    pub name: String,
    /// The parameter `filename`, if there is one.
    pub filename: Option<String>,
    /// Its `Content-Type`, if there is one.
    pub content_type: Option<String>,
    /// Its content.
    pub body: &'a [u8],
}

impl Part<'_> {
    /// The file name without the folders that some clients send with it; S3 puts it in place of `${filename}`.
    pub(crate) fn base_name(&self) -> Option<&str> {
        self.filename.as_deref().and_then(|name| name.rsplit(['/', '\\']).next())
    }
}

/// The boundary in the content type of a form (RFC 2046 §5.1.1).
///
/// # Errors
/// The content type is not `multipart/form-data`, has two boundaries, or has none of 1 to 70 characters.
pub fn boundary(content_type: &str) -> Result<String, MultipartError> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(MultipartError::ContentType { presented: kind.trim().to_owned() });
    }
    // Also in the forms of RFC 2231, which some servers prefer.
    const NAMES: [&str; 4] = ["boundary", "boundary*", "boundary*0", "boundary*0*"];
    if NAMES.iter().map(|name| count(parameters, name)).sum::<usize>() > 1 {
        return Err(MultipartError::BoundaryTwice);
    }
    let named = parameter(parameters, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()));
    named.ok_or(MultipartError::NoBoundary)
}

/// Reads all parts of a body.
///
/// # Errors
/// See [`MultipartError`].
pub fn parse<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, MultipartError> {
    let mut splitter = Splitter::new(&boundary(content_type)?);
    let (mut parts, mut at) = (Vec::new(), 0);
    let (mut head, mut content) = (0..0, 0);
    while let Some((step, length)) = splitter.step(body.get(at..).unwrap_or_default()) {
        let start = at;
        at += length;
        match step {
            Step::Head { length } => (head, content) = (start..start + length, at),
            Step::ContentEnd => {
                let read = PartHead::parse(body.get(head.clone()).unwrap_or_default(), parts.len() + 1)?;
                let PartHead { name, filename, content_type } = read;
                parts.push(Part { name, filename, content_type, body: body.get(content..at).unwrap_or_default() });
            }
            Step::Framing | Step::Content => {}
        }
    }
    splitter.finish(parts.len() + 1).map(|()| parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=AaB";

    fn shown(body: &str) -> Result<Vec<(String, Option<String>, String)>, MultipartError> {
        let parts = parse(TYPE, body.as_bytes())?;
        Ok(parts
            .into_iter()
            .map(|part| (part.name, part.filename, String::from_utf8_lossy(part.body).into_owned()))
            .collect())
    }

    #[test]
    fn parts_come_out_in_order_and_byte_for_byte() {
        let body = "--AaB\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\nb\r\n--AaB\r\ncontent-disposition:form-data;\
                    name=\"file\"; filename=\"it \\\"is\\\"; %22.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n--Aa\r\n\r\n--AaB--\r\n";
        let expected = vec![
            ("key".to_owned(), None, "a\r\nb".to_owned()),
            ("file".to_owned(), Some("it \"is\"; %22.txt".to_owned()), "\r\n--Aa\r\n".to_owned()),
        ];
        assert_eq!(shown(body), Ok(expected));
        assert_eq!(parse(TYPE, body.as_bytes()).unwrap()[1].content_type.as_deref(), Some("text/plain"));
        assert_eq!(shown("--AaB--"), Ok(Vec::new()));
    }

    #[test]
    fn a_body_that_is_not_a_form_is_refused() {
        let head = "--AaB\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
        for (body, expected) in [
            ("", MultipartError::NoFirstBoundary),
            ("--Other--", MultipartError::NoFirstBoundary),
            ("--AaB", MultipartError::BrokenOff { part: 1 }),
            (&format!("{head}text"), MultipartError::BrokenOff { part: 1 }),
            (&format!("{head}text\r\n{head}"), MultipartError::BrokenOff { part: 2 }),
            ("--AaB\r\n\r\ntext\r\n--AaB--", MultipartError::NoName { part: 1 }),
            (
                "--AaB\r\nContent-Disposition: file; name=\"a\"\r\n\r\ntext\r\n--AaB--",
                MultipartError::NoName { part: 1 },
            ),
            ("--AaB\r\nContent-Disposition: form-data; name=\"a\"", MultipartError::NoName { part: 1 }),
            (
                "--AaB\r\nContent-Disposition: form-data; name=\"a\"; NAME=b\r\n\r\ntext\r\n--AaB--",
                MultipartError::NamedTwice { part: 1 },
            ),
            (
                "--AaB\r\nContent-Disposition: form-data; name=f; filename=a; filename=\"b\"\r\n\r\ntext\r\n--AaB--",
                MultipartError::NamedTwice { part: 1 },
            ),
            (
                "--AaB\r\nContent-Disposition: form-data; name=a\r\ncontent-disposition: form-data; name=b\r\n\r\nx\r\n--AaB--",
                MultipartError::NamedTwice { part: 1 },
            ),
            (
                "--AaB\r\nContent-Disposition: form-data; name=a; name*=utf-8''b\r\n\r\nx\r\n--AaB--",
                MultipartError::NamedTwice { part: 1 },
            ),
            (
                "--AaB\r\nContent-Disposition: form-data; name=\"a\"\nContent-Disposition: form-data; name=\"b\"\r\n\r\nx\r\n--AaB--",
                MultipartError::NoName { part: 1 },
            ),
        ] {
            assert_eq!(shown(body), Err(expected), "{body}");
        }
        for (content_type, expected) in [
            ("text/plain", MultipartError::ContentType { presented: "text/plain".to_owned() }),
            ("multipart/form-data", MultipartError::NoBoundary),
            ("multipart/form-data; charset=utf-8; boundary=", MultipartError::NoBoundary),
            ("multipart/form-data; boundary=a; Boundary=b", MultipartError::BoundaryTwice),
            ("multipart/form-data; boundary=a; boundary*=utf-8''b", MultipartError::BoundaryTwice),
            ("multipart/form-data; boundary*0=a; boundary=b", MultipartError::BoundaryTwice),
        ] {
            assert_eq!(boundary(content_type), Err(expected), "{content_type}");
        }
        assert_eq!(boundary("Multipart/Form-Data;Boundary=\"a b\"; x=y").as_deref(), Ok("a b"));
    }
}
