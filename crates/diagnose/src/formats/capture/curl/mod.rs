//! The requests that a captured curl command sends, read with curl's own options only.
//!
//! A command is evidence. Nothing that it names is opened, and no key, scope or setting is taken from it. What is in a
//! file, or depends on randomness or on curl's version, is unknown, and a note says so.

mod data;
mod options;
mod section;
mod arguments;
mod glob;
mod destination;
mod headers;
mod form;

use super::UnreadableCapture;
use super::exchange::{Exchange, valid_headers};
use crate::formats::is_url;
use crate::formats::note::Note;
use data::{FROM_SHELL, joined};
use destination::{Destination, Dots};
use headers::Wire;
use section::{Section, UrlWord};
use sigvet_core::internal::captured_request;
use sigvet_core::request::Body;

/// Maximum number of requests of one command to look at.
const MOST_REQUESTS: usize = 1_000;

/// Maximum total size of all requests of a command: a body is repeated for each URL.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The requests of a command, from the words after `curl`, and the notes about all of it.
pub(super) fn read(words: &[String]) -> Result<(Vec<Exchange>, Vec<Note>), UnreadableCapture> {
    let (sections, mut notes) = arguments::parse(words);
    let mut exchanges = Vec::new();
    let mut error = None;
    for section in &sections {
        section.check()?;
        // With several URLs, curl leaves out those that it cannot parse.
        if let Err(unreadable) = section.add_exchanges(&mut exchanges, &mut notes) {
            error.get_or_insert(unreadable);
        }
    }
    if exchanges.is_empty() {
        return Err(error.unwrap_or(UnreadableCapture::NoCurlUrl));
    }
    let mut seen = Vec::with_capacity(notes.len());
    notes.retain(|note| {
        let is_new = !seen.contains(note);
        seen.extend(is_new.then(|| note.clone()));
        is_new
    });
    Ok((exchanges, notes))
}

/// The payload of a curl request.
struct Payload {
    body: Body,
    content_type: Option<String>,
    note: Option<Note>,
}

impl Section {
    /// Refuses what curl refuses to send.
    fn check(&self) -> Result<(), UnreadableCapture> {
        let bodies = [
            ("-d", !self.data.is_empty() && !self.is_get),
            ("-T", self.uploads.iter().any(|file| !file.is_empty())),
            ("-F", !self.form.is_empty()),
        ];
        let mut given = bodies.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name);
        match (given.next(), given.next()) {
            (Some(one), Some(other)) => Err(UnreadableCapture::CurlConflict { one, other }),
            (Some(one), None) if self.is_head => Err(UnreadableCapture::CurlConflict { one, other: "-I" }),
            _ => Ok(()),
        }
    }

    fn add_exchanges(&self, exchanges: &mut Vec<Exchange>, notes: &mut Vec<Note>) -> Result<(), UnreadableCapture> {
        let mut uploads = self.uploads.iter();
        let cost = self.cost();
        let mut outcome = Ok(());
        for word in self.url_words() {
            let upload = uploads.next().map(String::as_str).filter(|file| !file.is_empty());
            let most = MOST_REQUESTS.min(MOST_BYTES / (word.text.len() + cost).max(1)).max(1);
            let most = most.saturating_sub(exchanges.len());
            for url in self.urls_of(word, most, notes) {
                match self.exchange(&url, upload) {
                    Ok(exchange) => exchanges.push(exchange),
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        outcome
    }

    /// The URLs. A word after an option that curl does not have is its value, if the command has another URL.
    fn url_words(&self) -> Vec<&UrlWord> {
        let certain: Vec<&UrlWord> = self.urls.iter().filter(|word| !word.may_be_value).collect();
        match certain.is_empty() {
            true => self.urls.iter().filter(|word| is_url(&word.text)).collect(),
            false => certain,
        }
    }

    fn urls_of(&self, word: &UrlWord, most: usize, notes: &mut Vec<Note>) -> Vec<String> {
        let literal = || vec![word.text.clone()].into_iter().take(most).collect();
        if self.is_glob_off {
            return literal();
        }
        glob::expand(&word.text, most).unwrap_or_else(|| {
            notes.push(Note::CurlPattern);
            literal()
        })
    }

    /// An upper bound on the bytes that a request of the section takes in addition to its URL.
    fn cost(&self) -> usize {
        let headers: usize = self.headers.iter().map(|line| line.len() + 64).sum();
        let form: usize = self.form.iter().map(|field| field.text.len() + 128).sum();
        let data: usize = self.data.iter().chain(&self.query).map(|piece| piece.length() + 1).sum();
        headers + data + form + 1_024
    }

    fn exchange(&self, url: &str, upload: Option<&str>) -> Result<Exchange, UnreadableCapture> {
        let mut notes = Vec::new();
        let dots = if self.is_path_as_is { Dots::Kept } else { Dots::Removed };
        let mut destination = Destination::parse(url, dots)?;
        if let Some(file) = upload {
            destination.name_upload(file);
        }
        self.add_queries(&mut destination, &mut notes);
        notes.extend(destination.has_user.then_some(Note::KeysInCommand));
        let target = match &self.request_target {
            Some(target) => target.as_bytes().to_vec(),
            None => destination.target(),
        };
        let Payload { body, content_type, note } = self.payload(upload);
        notes.extend(note);
        let content_length = match &body {
            Body::Bytes(bytes) if self.has_body(upload) => Some(bytes.len()),
            _ => None,
        };
        let unknown = match (&body, self.form.is_empty()) {
            (Body::Unknown, true) => vec!["content-length"],
            (_, false) => vec!["content-length", "content-type"],
            _ => Vec::new(),
        };
        let sent = self.sent_headers(Wire {
            host: &destination.host,
            target: &target,
            content_type: content_type.as_deref(),
            content_length,
            unknown,
        });
        notes.extend(sent.unknown.into_iter().map(|name| Note::HeaderNotKnown { name }));
        let (headers, invalid) = valid_headers(sent.pairs);
        notes.extend(invalid);
        let request = captured_request(self.method_with(upload), target, headers, body);
        let url = destination.url.for_request(&request);
        Ok(Exchange { request: Some(request), url: Some(url), reply: None, notes })
    }

    fn add_queries(&self, destination: &mut Destination, notes: &mut Vec<Note>) {
        let data = if self.is_get { self.data.as_slice() } else { &[] };
        for pieces in [self.query.as_slice(), data] {
            if pieces.is_empty() {
                continue;
            }
            if let Err(option) = destination.add_query(pieces)
                && option != FROM_SHELL
            {
                notes.push(Note::FileNotOpened { option, what: "query" });
            }
        }
    }

    fn has_body(&self, upload: Option<&str>) -> bool {
        upload.is_some() || !self.form.is_empty() || (!self.data.is_empty() && !self.is_get)
    }

    fn payload(&self, upload: Option<&str>) -> Payload {
        if upload.is_some() {
            let note = Some(Note::BodyFromFile { option: "-T" });
            return Payload { body: Body::Unknown, content_type: None, note };
        }
        if !self.form.is_empty() {
            let form = self.form_body();
            return Payload { body: form.body, content_type: form.content_type, note: Some(form.note) };
        }
        if !self.has_body(upload) && self.has_config {
            return Payload { body: Body::Unknown, content_type: None, note: None };
        }
        if !self.has_body(upload) {
            return Payload { body: Body::Bytes(Vec::new()), content_type: None, note: None };
        }
        let content_type = Some("application/x-www-form-urlencoded".to_owned());
        match joined(&self.data) {
            Ok(bytes) => Payload { body: Body::Bytes(bytes), content_type, note: None },
            Err(option) => {
                let note = (option != FROM_SHELL).then_some(Note::BodyFromFile { option });
                Payload { body: Body::Unknown, content_type, note }
            }
        }
    }

    fn method_with(&self, upload: Option<&str>) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.is_head => "HEAD",
            None if upload.is_some() => "PUT",
            None if self.has_body(upload) => "POST",
            None => "GET",
        }
    }
}
