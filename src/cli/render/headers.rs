//! Header fields as lines of text.

use std::io::Write;

use crate::request::{Body, Header, Request};

/// Writes one field as HTTP/1.1 has it, without the line's end.
pub fn write_field(header: &Header, out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{}: ", header.name)?;
    out.write_all(&header.value)
}

/// Writes request line and fields, ended by an empty line; `line_end` is CR LF on the wire, LF on paper.
pub fn write_head(request: &Request, line_end: &str, out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{} ", request.method)?;
    out.write_all(&request.target)?;
    write!(out, " HTTP/1.1{line_end}")?;
    for header in &request.headers {
        write_field(header, out)?;
        write!(out, "{line_end}")?;
    }
    if let Some(length) = length_to_declare(request) {
        write!(out, "content-length: {length}{line_end}")?;
    }
    write!(out, "{line_end}")
}

/// The length of a body that no header tells yet.
fn length_to_declare(request: &Request) -> Option<u64> {
    let told = request.headers.contains("content-length") || request.headers.contains("transfer-encoding");
    let length = request.body.length().filter(|length| *length > 0)?;
    (!told && !matches!(request.body, Body::Unknown)).then_some(length)
}
