//! The output of `curl -v`: `>` for sent lines, `<` for received ones, `*` for remarks, and lines of the body in
//! between.
//!
//! Lines may begin with a time, a connection number, or the name of the program that contains curl. Programs that use
//! libcurl print it in their own ways: PHP marks only the request line, R has `->` and `<-`, git `=> Send header:`, and
//! Insomnia `|` before each line of a body.

use crate::formats::note::Note;
use sigvet_core::internal::raw_http::{Line, Lines, head_of, split_once};
use sigvet_core::request::{Body, Headers};

use super::UnreadableCapture;
use super::exchange::{Exchange, uncaptured_body};
use super::http::is_request_line;
use super::pseudo;
use super::response::{header_of, reply_of, status_of};

/// Whether any line has curl's mark for a request or a response.
pub(super) fn is_trace(text: &[u8]) -> bool {
    Lines::of(text).any(|line| match marked(line.text) {
        Some((b'>', rest)) => is_request_line(rest),
        Some((b'<', rest)) => status_of(rest).is_some(),
        _ => false,
    })
}

/// The exchanges of a trace, in order.
pub(super) fn read(text: &[u8]) -> Result<Vec<Exchange>, UnreadableCapture> {
    let mut trace = Trace::default();
    for line in Lines::of(text) {
        trace.take(line);
    }
    trace.close_request();
    trace.drafts.into_iter().map(Draft::finish).collect()
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Request,
    ResponseHead,
    Body,
}

#[derive(Debug, Default)]
struct Trace {
    place: Place,
    is_tls: bool,
    /// Fields shown in HTTP/2 remarks; older versions of curl show no others.
    http2: Vec<(usize, Vec<u8>)>,
    drafts: Vec<Draft>,
}

/// An exchange as lines.
#[derive(Debug, Default)]
struct Draft {
    is_tls: bool,
    request_line: Option<(usize, Vec<u8>)>,
    fields: Vec<(usize, Vec<u8>)>,
    /// Whether some of them have no mark.
    has_bare_fields: bool,
    /// The lines of the request's body, each with its LF.
    sent: Vec<u8>,
    status: Option<u16>,
    headers: Headers,
    body: Vec<u8>,
    notes: Vec<Note>,
}

impl Trace {
    fn take(&mut self, line: Line<'_>) {
        match marked(line.text) {
            Some((b'>', rest)) => self.sent(Line { text: rest, ..line }),
            Some((b'<', rest)) => self.received(rest),
            Some((b'*', rest)) => self.remark(line.number, rest),
            Some((b'|', rest)) => self.data(rest),
            Some(_) => {}
            None => self.unmarked(line),
        }
    }

    fn sent(&mut self, line: Line<'_>) {
        let text = line.text.to_vec();
        if self.place == Place::Request {
            if line.text.trim_ascii().is_empty() {
                self.place = Place::Outside;
            } else if let Some(draft) = self.drafts.last_mut() {
                draft.fields.push((line.number, text));
            }
        } else if is_request_line(line.text) {
            self.http2.clear();
            let request_line = Some((line.number, text));
            self.drafts.push(Draft { request_line, is_tls: self.is_tls, ..Draft::default() });
            self.place = Place::Request;
        }
    }

    fn received(&mut self, text: &[u8]) {
        if let Some(status) = status_of(text) {
            self.close_request();
            if self.drafts.last().is_none_or(|draft| draft.status.is_some_and(|status| status >= 200)) {
                self.drafts.push(Draft::default());
            }
            if let Some(draft) = self.drafts.last_mut() {
                (draft.status, draft.headers) = (Some(status), Headers::default());
            }
            self.place = Place::ResponseHead;
        } else if self.place == Place::ResponseHead {
            match (header_of(text), self.drafts.last_mut()) {
                (Some((name, value)), Some(draft)) => {
                    // A pair that cannot be a header says nothing about the reply.
                    let _ = draft.headers.push(&name, value);
                }
                _ => self.place = Place::Body,
            }
        }
    }

    fn data(&mut self, line: &[u8]) {
        let Some(draft) = self.drafts.last_mut() else { return };
        let (place, body) = match draft.status {
            None => (Place::Outside, &mut draft.sent),
            Some(_) => (Place::Body, &mut draft.body),
        };
        body.extend_from_slice(line);
        body.push(b'\n');
        self.place = place;
    }

    fn remark(&mut self, number: usize, text: &[u8]) {
        let says = |words: &str| text.windows(words.len()).any(|window| window == words.as_bytes());
        if text.trim_ascii_start().starts_with(b"Trying ") {
            self.is_tls = says(":443...");
        }
        self.is_tls |= says("SSL connection using") || says(" port 443") || says("Preparing request to https://");
        if let Some(field) = http2_field(text) {
            self.http2.push((number, field.to_vec()));
        }
    }

    /// A line of the body; inside a head, the rest of a line that a terminal broke.
    fn unmarked(&mut self, line: Line<'_>) {
        let Some(draft) = self.drafts.last_mut() else { return };
        match self.place {
            // libcurl passes the head of a request as one text, and PHP prints it as one.
            Place::Request if is_field(line.text) => {
                draft.fields.push((line.number, line.text.to_vec()));
                draft.has_bare_fields = true;
            }
            Place::Request if draft.has_bare_fields && line.text.trim_ascii().is_empty() => self.place = Place::Outside,
            Place::Request if !line.text.trim_ascii().is_empty() => {
                let last = draft.fields.last_mut().or(draft.request_line.as_mut());
                if let Some((number, text)) = last {
                    text.extend_from_slice(line.text);
                    draft.notes.push(Note::JoinedLines { line: *number });
                }
            }
            Place::Body if !is_progress(line.text) => {
                draft.body.extend_from_slice(before_remark(line.text));
                draft.body.push(b'\n');
            }
            _ => {}
        }
    }

    /// Makes a request from HTTP/2 fields, if no other lines show it.
    fn close_request(&mut self) {
        if !self.http2.is_empty() {
            let fields = std::mem::take(&mut self.http2);
            self.drafts.push(Draft { fields, is_tls: true, ..Draft::default() });
        }
    }
}

impl Draft {
    fn finish(self) -> Result<Exchange, UnreadableCapture> {
        let reply = self.status.map(|status| reply_of(Some(status), &self.headers, &self.body));
        let mut notes = self.notes;
        let head = match self.request_line {
            Some((number, text)) => head_of(Line { number, text: &text }, self.fields)?,
            None if self.fields.is_empty() => return Ok(Exchange { reply, notes, ..Exchange::default() }),
            None => pseudo::head_of(self.fields)?,
        };
        let body = match whole_body(&self.sent, &head.headers) {
            Some(body) => Body::Bytes(body.to_vec()),
            None => uncaptured_body(&head.headers, &mut notes),
        };
        let scheme = if self.is_tls { "https" } else { "http" };
        Ok(Exchange { reply, ..Exchange::sent_by(scheme, head, body, notes) })
    }
}

/// The body made of those lines, unless its length shows that some of it is missing.
fn whole_body<'a>(lines: &'a [u8], headers: &Headers) -> Option<&'a [u8]> {
    let body = lines.strip_suffix(b"\n")?;
    let length = headers.first_text("content-length");
    length.is_none_or(|length| length == body.len().to_string()).then_some(body)
}

/// The mark of a line and what follows it.
fn marked(line: &[u8]) -> Option<(u8, &[u8])> {
    let line = without_prefix(line);
    let marks: [(&[u8], u8); 4] =
        [(b"-> ", b'>'), (b"<- ", b'<'), (b"=> Send header: ", b'>'), (b"<= Recv header: ", b'<')];
    if let Some(found) = marks.iter().find_map(|(text, mark)| Some((*mark, line.strip_prefix(*text)?))) {
        return Some(found);
    }
    let (&mark, rest) = line.split_first()?;
    let is_alone = rest.is_empty();
    match mark {
        b'>' | b'<' | b'*' | b'|' if is_alone || rest[0] == b' ' => Some((mark, rest.get(1..).unwrap_or_default())),
        b'{' | b'}' if rest.starts_with(b" [") && rest.trim_ascii_end().ends_with(b" data]") => Some((mark, rest)),
        _ => None,
    }
}

/// `Name: value`, but not part of a broken value: a name is a token.
fn is_field(line: &[u8]) -> bool {
    split_once(line, b':').is_some_and(|(name, value)| {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        !name.is_empty() && name.iter().all(is_name) && (value.is_empty() || value.starts_with(b" "))
    })
}

/// The line without a time, a connection number, and the name of a program.
pub(super) fn without_prefix(line: &[u8]) -> &[u8] {
    const PROGRAM: &[u8] = b"[CURL DBG] ";
    if let Some(at) = line.windows(PROGRAM.len()).take(80).position(|window| window == PROGRAM) {
        return line.get(at + PROGRAM.len()..).unwrap_or_default();
    }
    let mut line = of_git(line);
    while let Some((first, rest)) = split_once(line, b' ') {
        let is_time = first.len() >= 8 && first.iter().all(|byte| byte.is_ascii_digit() || b":.".contains(byte));
        let number = first.strip_prefix(b"[").and_then(|first| first.strip_suffix(b"]"));
        let is_number = number
            .is_some_and(|n| n.contains(&b'-') && n.iter().all(|byte| byte.is_ascii_digit() || b"-x".contains(byte)));
        if !is_time && !is_number {
            break;
        }
        line = rest;
    }
    line
}

/// The line after `12:34:56.789012 http.c:756              `, which git puts before it.
fn of_git(line: &[u8]) -> &[u8] {
    const FILE: &[u8] = b" http.c:";
    let Some(at) = line.windows(FILE.len()).take(40).position(|window| window == FILE) else { return line };
    let behind = line.get(at + FILE.len()..).unwrap_or_default();
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    behind.get(digits..).unwrap_or_default().trim_ascii_start()
}

/// `:path: /x` of `[HTTP/2] [1] [:path: /x]` and of `h2h3 [:path: /x]`.
fn http2_field(remark: &[u8]) -> Option<&[u8]> {
    let remark = remark.trim_ascii();
    let is_http = [&b"[HTTP/"[..], b"h2h3 [", b"h2 ["].iter().any(|start| remark.starts_with(start));
    let field = remark.strip_suffix(b"]").filter(|_| is_http)?;
    let at = field.windows(2).rposition(|window| window == b" [")?;
    let field = field.get(at + 2..).unwrap_or_default();
    split_once(field.get(1.min(field.len())..).unwrap_or_default(), b':').map(|_| field)
}

/// The part of a body's last line before a remark on the same line.
fn before_remark(line: &[u8]) -> &[u8] {
    const REMARKS: [&[u8]; 4] = [b"* Connection #", b"* Closing connection", b"* Curl_http_done", b"* abort upload"];
    let at =
        (0..line.len()).find(|&at| REMARKS.iter().any(|remark| line.get(at..).unwrap_or_default().starts_with(remark)));
    let line = line.get(..at.unwrap_or(line.len())).unwrap_or_default();
    // With the time before it.
    match line.rsplit(|&byte| byte == b'>').next().filter(|_| at.is_some()) {
        Some(time) if without_prefix(&[time, b" x"].concat()) == b"x" => {
            line.get(..line.len() - time.len()).unwrap_or_default()
        }
        _ => line,
    }
}

fn is_progress(line: &[u8]) -> bool {
    let says = |words: &[u8]| line.windows(words.len()).any(|window| window == words);
    says(b"--:--:--") || says(b"% Received % Xferd") || says(b"Dload  Upload")
}
