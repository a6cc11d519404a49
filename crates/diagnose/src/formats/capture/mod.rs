//! Reads what people paste to ask why a signature does not match: recognises the format, then parses it.
//!
//! Raw HTTP, curl traces and commands, HAR files, URLs, SDK logs, replies alone. Damage to the text is repaired if that
//! is unambiguous, and always noted. This module does not judge whether anything is right.

mod error;
mod bucket;
mod carrier;
mod exchange;
mod har;
mod pseudo;
mod response;
mod http;
mod damage;
mod redacted;
mod shell;
mod form;
mod curl;
mod colours;
mod text;
mod literal;
mod words;
mod log;
mod tools;
mod markup;
mod json;
mod url;
mod urls;
mod subject;
mod appsync;
mod token;
mod configured;
mod object;
mod copied;
mod place;
mod pairs;
mod around;
mod power;
mod script;
mod handed;
mod verbose;
mod trace;
mod farther;
mod layers;

#[cfg(test)]
mod tests;

pub use error::{HarProblem, UnreadableCapture};
pub use har::{PostedData, posted_body};
pub use log::{ClientLog, read_client_log};

use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::note::Note;
use super::reply::Reply;
use exchange::{Exchange, Prefer, choose};
use sigvet_core::internal::captured_request;
use sigvet_core::internal::raw_http::{Lines, MalformedRequest};

/// The largest text worth reading, in bytes; callers refuse larger files.
pub const LARGEST_CAPTURE: u64 = 512 * 1024 * 1024;

/// The kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureKind {
    /// A request as it is on the wire, with or without its response.
    RawHttp,
    /// The output of `curl -v`, `--trace` or `--trace-ascii`.
    CurlTrace,
    /// A curl command line.
    CurlCommand,
    /// A HAR file.
    Har,
    /// A URL.
    Url,
    /// A token that is a presigned URL: for a database, MSK, EKS or Bedrock. Also the handshake of AppSync's
    /// WebSockets, and what a signer hands to somebody else: the fields of a presigned form, a login for Vault.
    Token,
    /// A client's debug log, or part of one.
    ClientLog,
    /// A server's reply, alone.
    Reply,
}

/// What was recognised in a pasted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The kind of text.
    pub kind: CaptureKind,
    /// The request as on the wire.
    pub request: Option<Request>,
    /// Where it was sent, if scheme and host are known; its target is the request's.
    pub url: Option<RequestUrl>,
    /// The server's reply.
    pub reply: Option<Reply>,
    /// What the client says it computed; its request and URL are the fields above.
    pub client: Option<ClientLog>,
    /// What the user must know about it.
    pub notes: Vec<Note>,
}

/// Reads a pasted text of any kind. If there are several requests, takes the likeliest, or the one numbered `entry`,
/// from 1.
///
/// # Errors
/// See [`UnreadableCapture`].
pub fn read(text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let text = text::decode(text)?;
    let (text, repaired) = damage::with_line_breaks(damage::without_hard_spaces(damage::without_fences(text)));
    let first = read_part(&text, entry);
    let is_open =
        matches!(&first, Err(UnreadableCapture::Unrecognised { .. }) | Ok(Capture { kind: CaptureKind::Reply, .. }));
    let mut capture = match is_open && text.len() > LONGEST_REPORT && !http::begins(&text) {
        true => farther::read(&text, first, &mut |part| read_part(part, entry).ok()),
        false => layers::improved(&text, first, &mut |inner| read_part(inner.as_bytes(), entry).ok()),
    }?;
    let is_alone = capture.request.is_none() && capture.reply.as_ref().is_some_and(Reply::is_signature_refusal);
    if is_alone {
        capture.notes.extend(bucket::setting(&String::from_utf8_lossy(&text)));
    }
    capture = token::judged_alone(capture)?;
    capture.notes.splice(0..0, repaired);
    let found = damage::of(&capture);
    capture.notes.extend(found);
    capture.notes.dedup();
    Ok(capture)
}

/// What the beginning of a text shows.
fn read_part(text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let mut capture = match recognise(text, entry) {
        Ok(capture) if capture.is_signed() => capture,
        first => match copied(text, entry) {
            // What a server computed is never the client's, whatever is stripped around it.
            Some(found) if found.request.is_some() || !first.as_ref().is_ok_and(Capture::shows_server_texts) => found,
            _ => first?,
        },
    };
    capture.add_reply_around(text);
    if let Some((request, reply)) = capture.request.as_mut().zip(capture.reply.as_ref()) {
        capture.notes.extend(redacted::restore(request, reply));
    }
    Ok(capture)
}

/// The signed request in a text that shows none until what was put around it in transit is stripped.
fn copied(text: &[u8], entry: Option<usize>) -> Option<Capture> {
    let mut of_copy = |original: &str| recognise(original.as_bytes(), entry).ok().filter(Capture::is_signed);
    let mut capture = copied::first_original(text, &mut of_copy)
        .or_else(|| choose(CaptureKind::ClientLog, vec![pairs::read(text)?], entry, Prefer::First).ok())?;
    capture.notes.insert(0, Note::TakenOutOfText);
    Some(capture)
}

impl Capture {
    /// The same with the method found in the text around the URL.
    fn with_method(mut self, method: Option<&str>) -> Self {
        if let Some((request, method)) = self.request.as_mut().zip(method) {
            // A URL alone does not contain its method.
            self.kind = CaptureKind::ClientLog;
            let body = if ["PUT", "POST", "PATCH"].contains(&method) { Body::Unknown } else { request.body.clone() };
            *request = captured_request(method, request.target(), request.headers.clone(), body);
        }
        self
    }

    /// Whether it contains a signed request.
    fn is_signed(&self) -> bool {
        self.client.is_some() || self.request.as_ref().is_some_and(exchange::is_signed)
    }

    /// Adds the refusal from the same text, if the request's format has no place for one.
    fn add_reply_around(&mut self, text: &[u8]) {
        let is_one = |note: &Note| {
            use Note::{ManyTokens, SeveralCanonicalRequests, SeveralRequests, SeveralTokens};
            !matches!(
                note,
                SeveralRequests { .. } | SeveralCanonicalRequests { .. } | SeveralTokens { .. } | ManyTokens { .. }
            )
        };
        let is_whole = self.kind == CaptureKind::RawHttp && !self.notes.contains(&Note::TakenOutOfText);
        let has_body = |request: &Request| is_whole && request.body != Body::Bytes(Vec::new());
        let is_complete = self.reply.is_some() || self.kind == CaptureKind::Har;
        let is_there = self.request.is_some() || self.client.is_some();
        let ignored = self.notes.iter().find_map(|note| match note {
            Note::TextBehindBody { length } if self.kind == CaptureKind::RawHttp => Some(*length),
            _ => None,
        });
        if let Some(length) = ignored.filter(|_| !is_complete) {
            // The reply has no status line: only its body, or what a program printed of it.
            let behind = text.get(text.len().saturating_sub(length)..).unwrap_or_default();
            let behind = String::from_utf8_lossy(behind);
            let is_of_server = |reply: &Reply| reply.is_of_a_server();
            self.reply = reply_behind(&behind).or_else(|| around::reply(&behind)).filter(is_of_server);
            self.notes.retain(|note| self.reply.is_none() || !matches!(note, Note::TextBehindBody { .. }));
            return;
        }
        let has_place = is_there && !self.request.as_ref().is_some_and(has_body) && !is_complete;
        if has_place && self.notes.iter().all(is_one) {
            self.reply = around::reply(&String::from_utf8_lossy(text));
            if self.reply.is_none() {
                let mut of_server =
                    |part: &[u8]| around::reply(&String::from_utf8_lossy(part)).filter(Reply::is_of_known_kind);
                let (reply, note) = farther::reply(text, &mut of_server);
                self.reply = reply;
                self.notes.extend(note);
            }
            self.notes.extend(self.reply.iter().flat_map(|reply| reply.damage.clone()));
        }
    }

    /// Whether it shows what a server computed.
    fn shows_server_texts(&self) -> bool {
        let shows = |reply: &Reply| reply.canonical_request.is_some() || reply.string_to_sign.is_some();
        self.reply.as_ref().is_some_and(shows)
    }
}

/// Reads a response: status line, headers and body, or a body alone; from any other capture, its reply; from a server's
/// debug log, what the server computed.
///
/// # Errors
/// An empty or binary text.
pub fn read_reply(text: &[u8]) -> Result<Reply, UnreadableCapture> {
    let text = damage::without_fences(text::decode(text)?);
    let found = recognise(&text, None).ok().and_then(|capture| capture.reply);
    let found = found.or_else(|| log::texts_of_server(&text));
    let found = found.unwrap_or_else(|| Reply::parse(None, &Headers::default(), &text));
    Ok(layers::improved_reply(&text, found))
}

/// Whether a text has a token anywhere in it that is a presigned URL.
pub fn holds_token(text: &str) -> bool {
    is_token(text) || token::is_in(text)
}

/// Whether a text is only a token: a presigned URL in the form of one, or an AppSync WebSocket handshake.
pub fn is_token(text: &str) -> bool {
    let text = text.as_bytes();
    token::read(text).is_some() || appsync::read(text).is_some() || subject::read(text).is_some()
}

fn recognise(text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    if let Some(exchange) = token::read(text) {
        return choose(CaptureKind::Token, vec![exchange?], entry, Prefer::First);
    }
    if let Some(exchange) = appsync::read(text) {
        return choose(CaptureKind::Token, vec![exchange], entry, Prefer::First);
    }
    if let Some(exchange) = subject::read(text) {
        return choose(CaptureKind::Token, vec![exchange?], entry, Prefer::First);
    }
    if let Some(exchange) = handed::read(text) {
        return choose(CaptureKind::Token, vec![exchange], entry, Prefer::First);
    }
    if let Some(mail) = url::mail_in_quoted_printable(text).filter(|_| url::begins_mail(text)) {
        let mut capture = recognise(mail.as_bytes(), entry)?;
        capture.notes.push(Note::UnwrappedUrl { from: "a mail in quoted-printable" });
        return Ok(capture);
    }
    if har::begins(text) {
        return har::read(text, entry);
    }
    if trace::is_trace(text) {
        return choose(CaptureKind::CurlTrace, trace::read(text)?, entry, Prefer::Last);
    }
    if verbose::is_trace(text) {
        return choose(CaptureKind::CurlTrace, verbose::read(text)?, entry, Prefer::Last);
    }
    let head = String::from_utf8_lossy(text.get(..text.len().min(1024)).unwrap_or_default());
    if url::begins(&head) {
        let text = String::from_utf8_lossy(text);
        return urls::read(&text, &text, entry);
    }
    if let Some((links, from)) = url::unwrapped(text) {
        let mut capture = urls::read(links.first().map_or("", String::as_str), &links.join("\n"), entry)?;
        capture.notes.push(Note::UnwrappedUrl { from });
        return Ok(capture);
    }
    if let Some(mail) = url::mail_in_quoted_printable(text) {
        let mut capture = recognise(mail.as_bytes(), entry)?;
        capture.notes.push(Note::UnwrappedUrl { from: "a mail in quoted-printable" });
        return Ok(capture);
    }
    if shell::begins(&head) {
        return read_command(&String::from_utf8_lossy(text), entry);
    }
    if http::begins(text) {
        let exchanges = http::read(text)?;
        let kind = if exchanges.iter().all(|exchange| exchange.request.is_none()) {
            CaptureKind::Reply
        } else {
            CaptureKind::RawHttp
        };
        return choose(kind, exchanges, entry, Prefer::First);
    }
    let mut lines = Lines::of(text);
    lines.skip_blank_lines();
    if let Some(line) = lines.next().filter(|line| http::is_spoilt_request_line(line.text)) {
        return Err(MalformedRequest::RequestLine { line: line.number }.into());
    }
    let objects: Vec<Exchange> = script::read(text).into_iter().chain(object::read(text)).collect();
    // A program may print its request and the reply as one object: `{"message": "…", "config": {"headers": …}}`.
    if let Some(reply) = reply_alone(text).filter(|_| objects.is_empty()) {
        return choose(CaptureKind::Reply, vec![of_reply(reply)], entry, Prefer::First);
    }
    if let Some(reply) = log::texts_of_server(text).filter(|_| log::is_servers_log(text)) {
        return choose(CaptureKind::Reply, vec![of_reply(reply)], entry, Prefer::First);
    }
    if log::is_log(text) {
        let mut capture = log::read(text, entry)?;
        if capture.request.is_none() && capture.client.is_none() {
            if !objects.is_empty() {
                return of_objects(objects, text, entry);
            }
            // The refusal may be below a command or a URL.
            if let Some(Ok(found)) =
                inside_prose(text, entry).filter(|found| found.as_ref().is_ok_and(Capture::is_signed))
            {
                return Ok(Capture { reply: found.reply.or(capture.reply), ..found });
            }
            capture.kind = CaptureKind::Reply;
            let around = words::exception(text);
            if let Some((reply, around)) = capture.reply.as_mut().zip(around) {
                reply.complete_from(around);
            }
        }
        return Ok(capture);
    }
    if !objects.is_empty() {
        return of_objects(objects, text, entry);
    }
    if let Some(found) = inside_prose(text, entry) {
        return found;
    }
    if let Some(reply) = words::read(text) {
        return choose(CaptureKind::Reply, vec![of_reply(reply)], entry, Prefer::First);
    }
    let mut lines = Lines::of(text);
    lines.skip_blank_lines();
    Err(UnreadableCapture::Unrecognised { line: lines.next().map_or(1, |line| line.number) })
}

/// The requests that programs printed as objects.
fn of_objects(objects: Vec<Exchange>, text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let mut capture = choose(CaptureKind::ClientLog, objects, entry, Prefer::Last)?;
    capture.notes.extend(not_searched("other requests", text, object::LONGEST));
    Ok(capture)
}

/// A command or a presigned URL below or inside a report in prose.
fn inside_prose(text: &[u8], entry: Option<usize>) -> Option<Result<Capture, UnreadableCapture>> {
    let whole = String::from_utf8_lossy(text);
    let Some(plain) = json::without_escapes(&whole) else { return inside_plain_prose(&whole, entry) };
    let mut found = inside_plain_prose(&plain, entry);
    if let Some(Ok(capture)) = &mut found
        && capture.url.is_some()
        && capture.kind != CaptureKind::Token
    {
        capture.notes.push(Note::UnwrappedUrl { from: "JSON" });
    }
    found
}

fn inside_plain_prose(whole: &str, entry: Option<usize>) -> Option<Result<Capture, UnreadableCapture>> {
    let text = whole_lines(whole);
    let next_url = url::presigned_starts(text, 0).next();
    let mut at = 0;
    let mut commands = 0;
    for line in text.split_inclusive('\n') {
        if shell::begins(line) && commands < MOST_CANDIDATES {
            commands += 1;
            let behind = text.get(at..).unwrap_or_default();
            let has_url = |command: &shell::Command<'_>| command.words.iter().any(|word| word.contains("://"));
            if let Some(command) = shell::read(behind).ok().filter(has_url) {
                return Some(of_command(command, entry));
            }
        }
        let has_token = token::is_in(line);
        let tokens = || {
            let mut found = token::read_among(text, entry);
            if let Some(Ok(capture)) = &mut found {
                capture.notes.extend(not_searched("other tokens", whole.as_bytes(), LONGEST_REPORT));
            }
            found
        };
        if has_token && token::is_of_database(line) {
            return tokens();
        }
        if let Some(start) = next_url.filter(|start| *start < at + line.len()) {
            let method = around::method_before(text.get(..start).unwrap_or_default());
            let found = urls::read_at(whole, start, entry);
            return Some(found.map(|capture| capture.with_method(method)));
        }
        if has_token {
            return tokens();
        }
        if let Some(exchange) = subject::read_in_line(line, text) {
            return Some(choose(CaptureKind::Token, vec![exchange], entry, Prefer::First));
        }
        if let Some(exchange) = appsync::read_in_line(line) {
            return Some(choose(CaptureKind::Token, vec![exchange], entry, Prefer::First));
        }
        at += line.len();
    }
    None
}

/// As much of a text as is searched, without the line in which that ends, if it has others.
fn whole_lines(text: &str) -> &str {
    if text.len() <= LONGEST_REPORT {
        return text;
    }
    let end = (0..=LONGEST_REPORT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let searched = text.get(..end).unwrap_or_default();
    searched.rfind('\n').map_or(searched, |end| searched.get(..end).unwrap_or_default())
}

/// A note about a text that is longer than what was searched of it.
fn not_searched(what: &'static str, text: &[u8], longest: usize) -> Option<Note> {
    let searched = text.get(..longest).filter(|_| text.len() > longest)?;
    let line = 1 + searched.iter().filter(|byte| **byte == b'\n').count();
    Some(Note::NotSearched { what, line })
}

/// The text up to the quote that closes the one before it, if there is one; the quotes may be escaped themselves.
fn up_to_quote(text: &str, start: usize) -> &str {
    let behind = text.get(start..).unwrap_or_default();
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let Some(quote) = before.filter(|quote| matches!(quote, '\'' | '"' | '`')) else { return behind };
    behind.split_once(quote).map_or(behind, |(quoted, _)| quoted.trim_end_matches('\\'))
}

/// No report contains more commands, and no line more URLs.
const MOST_CANDIDATES: usize = 64;

/// How much of a report in prose is searched.
const LONGEST_REPORT: usize = 256 * 1024;

fn read_command(text: &str, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    of_command(shell::read(text)?, entry)
}

/// The requests of a command, and the server's answer below it.
fn of_command(command: shell::Command<'_>, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let shell::Command { words, notes, rest } = command;
    let (exchanges, more_notes) = curl::read(&words)?;
    let mut capture = choose(CaptureKind::CurlCommand, exchanges, entry, Prefer::First)?;
    let reply = reply_behind(rest);
    capture.notes.extend(notes.into_iter().chain(more_notes));
    if reply.is_none() && !rest.trim().is_empty() {
        capture.notes.push(Note::TextBehindCommand);
    }
    capture.notes.extend(reply.iter().flat_map(|reply| reply.damage.clone()));
    Ok(Capture { reply, ..capture })
}

/// The reply after something else, with or without its status line.
fn reply_behind(text: &str) -> Option<Reply> {
    let text = text.trim();
    if http::begins(text.as_bytes()) {
        return http::read(text.as_bytes()).ok()?.into_iter().find_map(|exchange| exchange.reply);
    }
    reply_alone(text.as_bytes())
}

/// A body with the content of an error; JSON may also be the lines of a log.
fn reply_alone(text: &[u8]) -> Option<Reply> {
    let start = text.trim_ascii_start();
    let is_markup = start.starts_with(b"<") || start.starts_with(b"&lt;");
    let is_json = start.starts_with(b"{") || begins_list(start);
    if !(is_markup || is_json && !log::has_blocks(text)) {
        return None;
    }
    let reply = Reply::parse(None, &Headers::default(), text);
    // An object with a token or a presigned URL is a configuration or a log, whatever else it has: `{"type":"postgres","password":"…"}`.
    let is_servers = reply.canonical_request.is_some() || reply.string_to_sign.is_some();
    if is_json && !is_servers && holds_signature(text) {
        return None;
    }
    (reply.code.is_some() || reply.message.is_some() && (is_markup || reply.is_json_error(text))).then_some(reply)
}

/// Whether a text begins as a list does. Logs begin their lines with `[DEBUG]` and `[2026-11-30 …]`.
fn begins_list(text: &[u8]) -> bool {
    let inner = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    inner.and_then(<[u8]>::first).is_some_and(|byte| matches!(byte, b'{' | b'[' | b'"' | b'\'' | b']'))
}

/// Whether JSON has a token or a presigned URL in it.
fn holds_signature(text: &[u8]) -> bool {
    let whole = String::from_utf8_lossy(text);
    let plain = json::without_escapes(&whole);
    let text = whole_lines(plain.as_deref().unwrap_or(&whole));
    token::is_in(text) || urls::is_in(text)
}

fn of_reply(reply: Reply) -> Exchange {
    Exchange { reply: Some(reply), ..Exchange::default() }
}
