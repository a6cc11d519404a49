//! A signed request in each format of `--as`.

use std::io::Write;

use serde_json::{Value, json};

use super::headers;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::payload::each_piece;
use crate::cli::screen::Screen;
use crate::cli::signing::derived::Derived;
use crate::cli::signing::session::Session;
use crate::transport::{BodyError, BodyFile, ChunkedReader, Pass, Response};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::sign::Signed;
use sigvet_core::stream::Encoder;

/// Everything about a signed request that may be printed.
pub struct SignedView<'a> {
    /// The URL to send it to.
    pub url: RequestUrl,
    /// The signed request.
    pub signed: &'a Signed,
    /// The terms of the signature, and what was signed.
    pub derived: &'a Derived,
    /// The session, which knows where the body is.
    pub session: &'a Session,
    /// Splits the body into chunks, if it is streamed and not in memory.
    pub encoder: Option<&'a Encoder>,
}

impl<'a> SignedView<'a> {
    /// Combines the signed request with its session and terms.
    pub fn new(session: &'a Session, signed: &'a Signed, derived: &'a Derived) -> Self {
        let url = session.url.for_request(&signed.request);
        Self { url, signed, derived, session, encoder: None }
    }

    /// The request as HTTP/1.1, with its body.
    pub fn write_http(&self, out: &mut dyn Write) -> Result<(), Failure> {
        headers::write_head(&self.signed.request, "\r\n", out)?;
        self.write_body(out)
    }

    fn write_body(&self, out: &mut dyn Write) -> Result<(), Failure> {
        match (&self.signed.request.body, &self.session.unsigned.body_file) {
            (Body::Bytes(bytes), _) => Ok(out.write_all(bytes)?),
            (_, Some(file)) if self.encoder.is_some() => self.write_chunks(file, out),
            (body, Some(file)) => each_piece(file, Pass::of(body), |piece| Ok(out.write_all(piece)?)),
            _ => Ok(()),
        }
    }

    fn write_chunks(&self, file: &BodyFile, out: &mut dyn Write) -> Result<(), Failure> {
        let unreadable = |error: BodyError| Failure::from_error(Exit::CannotRead, error);
        let Some(encoder) = self.encoder else { return Ok(()) };
        let mut reader = ChunkedReader::new(file.open(Pass::Unhashed).map_err(unreadable)?, encoder.clone());
        let mut buffer = vec![0; reader.room()];
        while !reader.is_at_end() {
            let read = reader.read(&mut buffer).map_err(unreadable)?;
            out.write_all(&buffer[..read])?;
        }
        Ok(())
    }

    /// Only the header fields, one per line.
    pub fn write_headers(&self, out: &mut dyn Write) -> Result<(), Failure> {
        for header in &self.signed.request.headers {
            headers::write_field(header, out)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// A curl command that sends the request.
    pub fn write_curl(&self, out: &mut dyn Write) -> Result<(), Failure> {
        Ok(writeln!(out, "{}", super::curl::command(self.session, &self.signed.request)?)?)
    }

    /// The documented JSON object.
    pub fn write_json(&self, out: &mut Screen) -> Result<(), Failure> {
        let request = &self.signed.request;
        let mut object = json!({
            "method": request.method(),
            "url": self.url.to_string(),
            "headers": pairs(request.headers.iter().map(|header| (header.name.as_str(), header.value.as_slice()))),
            "signature": self.signed.signature.as_str(),
            "canonical_request": self.derived.canonical_request(),
            "string_to_sign": self.derived.string_to_sign(),
        });
        if let Some(expires_at) = self.derived.expires_at() {
            object["expires_at"] = json!(expires_at.to_rfc3339());
            object["send_headers"] = pairs(self.derived.headers_to_send(request));
        }
        write_json(&object, out)
    }
}

/// Writes a JSON value, indented, with a newline at the end.
pub fn write_json(value: &Value, out: &mut Screen) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).expect("every JSON value can be written as text");
    Ok(out.json(&text)?)
}

/// Fields as `[["host", "…"], …]`: names in lower case, values as text.
fn pairs<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Value {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    fields.into_iter().map(|(name, value)| json!([name.to_ascii_lowercase(), text(value)])).collect()
}

/// The head of a request as verbose output, each line after `> `; tokens are redacted.
pub fn write_verbose_head(request: &Request, out: &mut dyn Write) -> Result<(), Failure> {
    let target = super::redact::Redactor::of(request, &sigvet_core::scheme::Dialect::AWS4);
    let shown = target.apply(&String::from_utf8_lossy(request.target()));
    writeln!(out, "> {} {shown} HTTP/1.1", request.method())?;
    for header in &request.headers {
        let hidden = super::redact::is_bearing_header(header);
        let value = if hidden { super::redact::REDACTED.into() } else { String::from_utf8_lossy(&header.value) };
        writeln!(out, "> {}: {value}", header.name)?;
    }
    Ok(writeln!(out, ">")?)
}

/// The head of a response: as HTTP if `mark` is empty, otherwise as verbose output with the mark before each line.
pub fn write_response_head(mark: &str, response: &Response, out: &mut dyn Write) -> Result<(), Failure> {
    let line_end = if mark.is_empty() { "\r\n" } else { "\n" };
    // HTTP/2 has no reason phrases.
    let reason = if response.version == "HTTP/2" { "" } else { &response.reason };
    write!(out, "{mark}{} {} {reason}{line_end}", response.version, response.status)?;
    for header in &response.headers {
        write!(out, "{mark}")?;
        headers::write_field(header, out)?;
        write!(out, "{line_end}")?;
    }
    Ok(write!(out, "{}{line_end}", mark.trim_end())?)
}
