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
mod shell;
mod form;
mod curl;
mod colours;
mod text;
mod log;
mod tools;
mod url;
mod subject;
mod appsync;
mod token;
mod literal;
mod object;
mod copied;
mod pairs;
mod words;
mod around;
mod power;
mod script;
mod handed;
mod verbose;
mod trace;

#[cfg(test)]
mod tests;

pub use error::{HarProblem, UnreadableCapture};
pub use har::{PostedData, posted_body};
pub use log::{ClientLog, read_client_log};

use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::note::Note;
use super::note_of_url;
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
    let (text, repaired) = damage::with_line_breaks(damage::without_fences(text));
    let mut capture = match recognise(&text, entry) {
        Ok(capture) if capture.is_signed() => capture,
        first => match copied(&text, entry) {
            // What a server computed is never the client's, whatever is stripped around it.
            Some(found) if found.request.is_some() || !first.as_ref().is_ok_and(Capture::shows_server_texts) => found,
            _ => first?,
        },
    };
    capture.add_reply_around(&text);
    let is_alone = capture.request.is_none() && capture.reply.as_ref().is_some_and(Reply::is_signature_refusal);
    let settings = String::from_utf8_lossy(&text);
    capture.notes.extend(Some(settings).filter(|_| is_alone).and_then(|text| bucket::setting(&text)));
    capture = token::judged_alone(capture)?;
    capture.notes.splice(0..0, repaired);
    let found = damage::of(&capture);
    capture.notes.extend(found);
    capture.notes.dedup();
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
            use Note::{SeveralCanonicalRequests, SeveralRequests, SeveralTokens};
            !matches!(note, SeveralRequests { .. } | SeveralCanonicalRequests { .. } | SeveralTokens { .. })
        };
        let is_whole = self.kind == CaptureKind::RawHttp && !self.notes.contains(&Note::TakenOutOfText);
        let has_body = |request: &Request| is_whole && request.body != Body::Bytes(Vec::new());
        let is_complete = self.reply.is_some() || self.kind == CaptureKind::Har;
        let is_there = self.request.is_some() || self.client.is_some();
        let has_place = is_there && !self.request.as_ref().is_some_and(has_body) && !is_complete;
        if has_place && self.notes.iter().all(is_one) {
            self.reply = around::reply(&String::from_utf8_lossy(text));
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
    Ok(found.unwrap_or_else(|| Reply::parse(None, &Headers::default(), &text)))
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
        return read_url(&text, &text, entry);
    }
    if let Some((urls, from)) = url::unwrapped(text) {
        let mut capture = read_url(urls.first().map_or("", String::as_str), &urls.join("\n"), entry)?;
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
    if let Some(reply) = reply_alone(text) {
        return choose(CaptureKind::Reply, vec![of_reply(reply)], entry, Prefer::First);
    }
    if let Some(reply) = log::texts_of_server(text).filter(|_| log::is_servers_log(text)) {
        return choose(CaptureKind::Reply, vec![of_reply(reply)], entry, Prefer::First);
    }
    if log::is_log(text) {
        let mut capture = log::read(text, entry)?;
        if capture.request.is_none() && capture.client.is_none() {
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
    let objects: Vec<Exchange> = script::read(text).into_iter().chain(object::read(text)).collect();
    if !objects.is_empty() {
        return choose(CaptureKind::ClientLog, objects, entry, Prefer::Last);
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

/// A command or a presigned URL below or inside a report in prose.
fn inside_prose(text: &[u8], entry: Option<usize>) -> Option<Result<Capture, UnreadableCapture>> {
    let text = String::from_utf8_lossy(whole_lines(text));
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
        let tokens = || token::read_among(&text, entry);
        if has_token && token::is_of_database(line) {
            return tokens();
        }
        let starts = line.match_indices("http").map(|(start, _)| start).take(MOST_CANDIDATES);
        if let Some(start) =
            starts.into_iter().find(|start| url::begins_presigned_in_lines(text.get(at + start..).unwrap_or_default()))
        {
            let method = around::method_before(text.get(..at + start).unwrap_or_default());
            let behind = text.get(at + start..).unwrap_or_default();
            let found = read_url(up_to_quote(&text, at + start), behind, entry);
            return Some(found.map(|capture| capture.with_method(method)));
        }
        if has_token {
            return tokens();
        }
        if let Some(exchange) = subject::read_in_line(line, &text) {
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
fn whole_lines(text: &[u8]) -> &[u8] {
    let Some(searched) = text.get(..LONGEST_REPORT) else { return text };
    let end = searched.iter().rposition(|&byte| byte == b'\n').unwrap_or(searched.len());
    searched.get(..end).unwrap_or_default()
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

/// A URL, and the server's answer if it is below; or another presigned URL of the text that begins with it.
fn read_url(text: &str, whole: &str, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let (exchange, rest) = url::read(text)?;
    let reply = reply_behind(rest);
    let note = exchange.url.as_ref().and_then(|url| note_of_url(&url.to_string()));
    let mut exchanges = vec![Exchange { reply, ..exchange }];
    for other in presigned_urls(&String::from_utf8_lossy(whole_lines(whole.as_bytes()))) {
        // A mail has the same URL as text and as a link.
        let is_same = |known: &Exchange| plain_url(known) == plain_url(&other);
        if !exchanges.iter().any(is_same) {
            exchanges.push(other);
        }
    }
    let mut capture = choose(CaptureKind::Url, exchanges, entry, Prefer::First)?;
    capture.notes.extend(note);
    Ok(capture)
}

/// The URL of an exchange without the escapes of HTML.
fn plain_url(exchange: &Exchange) -> Option<(Option<&str>, String)> {
    let request = exchange.request.as_ref()?;
    Some((request.host(), url::unescaped(&String::from_utf8_lossy(request.target()))))
}

/// The presigned URLs in a text, in order.
fn presigned_urls(text: &str) -> Vec<Exchange> {
    let (mut found, mut line_at, mut end) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        for (start, _) in line.match_indices("http").take(MOST_CANDIDATES) {
            let start = line_at + start;
            if start < end || !url::begins_presigned_in_lines(text.get(start..).unwrap_or_default()) {
                continue;
            }
            let quoted = up_to_quote(text, start);
            if let Ok((exchange, rest)) = url::read(quoted) {
                end = start + quoted.len() - rest.len();
                found.push(exchange);
            }
            if found.len() == url::MOST_URLS {
                return found;
            }
        }
        line_at += line.len();
    }
    found
}

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
    let is_json = start.starts_with(b"{") || start.starts_with(b"[");
    if !(is_markup || is_json && !log::has_blocks(text)) {
        return None;
    }
    let reply = Reply::parse(None, &Headers::default(), text);
    // An object with a token is a configuration or a log, whatever else it has: `{"type":"postgres","password":"…"}`.
    let is_servers = reply.canonical_request.is_some() || reply.string_to_sign.is_some();
    if is_json && !is_servers && token::is_in(&String::from_utf8_lossy(whole_lines(text))) {
        return None;
    }
    (reply.code.is_some() || reply.message.is_some() && (is_markup || reply.is_json_error(text))).then_some(reply)
}

fn of_reply(reply: Reply) -> Exchange {
    Exchange { reply: Some(reply), ..Exchange::default() }
}
