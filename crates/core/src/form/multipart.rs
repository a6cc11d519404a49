//! Reads a body of `multipart/form-data` (RFC 7578) that is at hand as a whole, as strictly as a server does.
//!
//! The parts come out in their order, with names, file names and bytes as they stand. What a form means by them is not known
//! here, and nothing is written.

/// One part: a field, or the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The parameter `name` of its `Content-Disposition`.
    pub name: String,
    /// The parameter `filename`, where there is one.
    pub filename: Option<String>,
    /// Its `Content-Type`, where there is one.
    pub content_type: Option<String>,
    /// What it holds.
    pub body: &'a [u8],
}

/// Why a body is no form. Nothing of the body is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// Another kind of body.
    #[error("the Content-Type is '{presented}'; expected multipart/form-data")]
    ContentType {
        /// As it was sent.
        presented: String,
    },
    /// No boundary to find the parts by.
    #[error("the Content-Type has no boundary")]
    NoBoundary,
    /// Two boundaries: readers differ in which they take, and so in the fields that they find.
    #[error("the Content-Type has two boundaries")]
    BoundaryTwice,
    /// The body does not begin with the boundary.
    #[error("the body does not begin with the boundary of its Content-Type")]
    NoFirstBoundary,
    /// The boundary that ends the body is missing.
    #[error("the body ends in part {part} without its final boundary")]
    BrokenOff {
        /// Counted from 1.
        part: usize,
    },
    /// A part with two names, or two `Content-Disposition` fields: readers differ in which they take.
    #[error("part {part} has two names")]
    NamedTwice {
        /// Counted from 1.
        part: usize,
    },
    /// A part without a name, or with a head that is none.
    #[error("part {part} has no Content-Disposition: form-data with a name")]
    NoName {
        /// Counted from 1.
        part: usize,
    },
}

/// The boundary of a content type (RFC 2046 §5.1.1), where it is that of a form.
///
/// # Errors
/// Another type, two boundaries, or none of 1 to 70 characters.
pub fn boundary(content_type: &str) -> Result<String, MultipartError> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(MultipartError::ContentType { presented: kind.trim().to_owned() });
    }
    if count(parameters, "boundary") > 1 {
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
    let dashes = format!("--{}", boundary(content_type)?);
    let delimiter = format!("\r\n{dashes}");
    let mut rest = body.strip_prefix(b"\r\n").unwrap_or(body);
    rest = rest.strip_prefix(dashes.as_bytes()).ok_or(MultipartError::NoFirstBoundary)?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let part = parts.len() + 1;
        let broken_off = MultipartError::BrokenOff { part };
        let content = without_blanks(rest).strip_prefix(b"\r\n").ok_or_else(|| broken_off.clone())?;
        // A part without a head begins with the empty line that ends it.
        let (head, body_and_rest) = match content.strip_prefix(b"\r\n") {
            Some(body) => (content.get(..0).unwrap_or_default(), body),
            None => split(content, b"\r\n\r\n").ok_or(MultipartError::NoName { part })?,
        };
        let (body, behind) = split(body_and_rest, delimiter.as_bytes()).ok_or(broken_off)?;
        let head = String::from_utf8_lossy(head);
        if is_named_twice(&head) {
            return Err(MultipartError::NamedTwice { part });
        }
        parts.push(of_head(&head, body).ok_or(MultipartError::NoName { part })?);
        rest = behind;
    }
    Ok(parts)
}

fn of_head<'a>(head: &str, body: &'a [u8]) -> Option<Part<'a>> {
    // Readers differ in whether a CR or an LF alone ends a line.
    if head.split("\r\n").any(|line| line.contains(['\r', '\n', '\0'])) {
        return None;
    }
    let value_of = |wanted: &'static str| values(head, wanted).next();
    let (kind, parameters) = value_of("content-disposition")?.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    Some(Part {
        name: parameter(parameters, "name")?,
        filename: parameter(parameters, "filename"),
        content_type: value_of("content-type").map(str::to_owned),
        body,
    })
}

/// The values of a field in the head of a part.
fn values<'h>(head: &'h str, wanted: &'static str) -> impl Iterator<Item = &'h str> {
    let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.filter(move |(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

fn is_named_twice(head: &str) -> bool {
    let mut dispositions = values(head, "content-disposition");
    let Some((_, parameters)) = dispositions.next().and_then(|value| value.split_once(';')) else { return false };
    // `name*` is a second way to say the name, which RFC 7578 §4.2 forbids and some readers prefer.
    let names = count(parameters, "name") + count(parameters, "name*");
    dispositions.next().is_some() || names > 1 || count(parameters, "filename") > 1
}

/// How often a parameter stands there.
fn count(parameters: &str, wanted: &str) -> usize {
    let (mut count, mut rest) = (0, parameters);
    while let Some((name, _, behind)) = next_parameter(rest) {
        count += usize::from(name.eq_ignore_ascii_case(wanted));
        rest = behind;
    }
    count
}

/// The first parameter with its value, and what follows.
fn next_parameter(parameters: &str) -> Option<(&str, String, &str)> {
    let (name, behind) = parameters.trim_start_matches([';', ' ', '\t']).split_once('=')?;
    let (value, behind) = value(behind.trim_start());
    Some((name.trim(), value, behind))
}

/// The value of a parameter, with its quotes and their escapes taken off (RFC 9110 §5.6.6). Browsers escape a quote as `%22`
/// instead, which stays.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, value, behind) = next_parameter(rest)?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text.get(..end).unwrap_or_default().trim().to_owned(), text.get(end..).unwrap_or_default());
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

fn split<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    Some((bytes.get(..at).unwrap_or_default(), bytes.get(at + separator.len()..).unwrap_or_default()))
}

/// Without the blanks that a gateway may have left behind a boundary.
fn without_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    bytes.get(blanks..).unwrap_or_default()
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
    fn a_body_that_is_no_form_is_refused() {
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
        ] {
            assert_eq!(boundary(content_type), Err(expected), "{content_type}");
        }
        assert_eq!(boundary("Multipart/Form-Data;Boundary=\"a b\"; x=y").as_deref(), Ok("a b"));
    }
}
