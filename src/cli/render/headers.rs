//! Header fields as lines of text.

use std::io::Write;

use sigvet_core::request::{Header, Request};

/// Writes one field as in HTTP/1.1, without the line end.
pub fn write_field(header: &Header, out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{}: ", header.name)?;
    out.write_all(&header.value)
}

/// Writes the request line and the fields, followed by an empty line; `line_end` is CR LF on the wire, LF in text.
pub fn write_head(request: &Request, line_end: &str, out: &mut dyn Write) -> std::io::Result<()> {
    write!(out, "{} ", request.method())?;
    out.write_all(request.target())?;
    write!(out, " HTTP/1.1{line_end}")?;
    for header in &request.headers {
        write_field(header, out)?;
        write!(out, "{line_end}")?;
    }
    if let Some(length) = request.length_to_declare() {
        write!(out, "content-length: {length}{line_end}")?;
    }
    write!(out, "{line_end}")
}
