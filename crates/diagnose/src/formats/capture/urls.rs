//! The presigned URLs of a text: one of them is read, the others are counted.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::exchange::{Exchange, Prefer, choose, no_such_entry};
use super::{Capture, CaptureKind, UnreadableCapture, markup, reply_behind, up_to_quote, url};
use crate::formats::note::Note;
use crate::formats::note_of_url;
use crate::formats::reply::unescape;

/// The maximum number of URLs to keep.
const MOST: usize = 100;

/// The URL that a text begins with, and the server's answer if it is below; or another presigned URL of the whole text.
pub(super) fn read(text: &str, whole: &str, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let (exchange, rest) = url::read(text)?;
    choose_among(Exchange { reply: reply_behind(rest), ..exchange }, whole, 0, entry)
}

/// The same for a URL at this place of a text.
pub(super) fn read_at(text: &str, start: usize, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    if let Some((exchange, _)) = exchange_in_markup(text, start) {
        return choose_among(exchange, text, start, entry);
    }
    let (exchange, rest) = url::read(up_to_quote(text, start))?;
    choose_among(Exchange { reply: reply_behind(rest), ..exchange }, text, start, entry)
}

/// Whether there is a presigned URL in a text.
pub(super) fn is_in(text: &str) -> bool {
    let mut is_found = false;
    each(text, 0, &mut |_| {
        is_found = true;
        false
    });
    is_found
}

fn choose_among(first: Exchange, whole: &str, from: usize, entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let mut distinct = Distinct { kept: Vec::new(), numbered: None, entry, seen: BTreeSet::new() };
    distinct.add(first);
    each(whole, from, &mut |exchange| {
        distinct.add(exchange);
        true
    });
    let mut capture = distinct.chosen()?;
    capture.notes.extend(capture.url.as_ref().and_then(|url| note_of_url(&url.to_string())));
    Ok(capture)
}

/// URLs without repetitions: a mail has the same one as text and as a link.
struct Distinct {
    kept: Vec<Exchange>,
    /// The one with the requested number, if it is not among those kept.
    numbered: Option<Exchange>,
    entry: Option<usize>,
    seen: BTreeSet<u64>,
}

impl Distinct {
    fn add(&mut self, exchange: Exchange) {
        if !self.seen.insert(hash_of_url(&exchange)) {
            return;
        }
        if self.kept.len() < MOST {
            self.kept.push(exchange);
        } else if self.entry == Some(self.seen.len()) {
            self.numbered = Some(exchange);
        }
    }

    fn chosen(self) -> Result<Capture, UnreadableCapture> {
        let Self { kept, numbered, entry, seen } = self;
        let total = seen.len();
        if let Some(entry) = entry.filter(|entry| *entry > total) {
            // All of them are signed.
            return Err(no_such_entry(entry, &vec![1; total]));
        }
        let (exchanges, number) = numbered.map_or((kept, entry), |exchange| (vec![exchange], None));
        let mut capture = choose(CaptureKind::Url, exchanges, number, Prefer::First)?;
        let taken = capture.notes.iter().find_map(|note| match note {
            Note::SeveralRequests { taken, .. } => Some(*taken),
            _ => None,
        });
        capture.notes.retain(|note| !matches!(note, Note::SeveralRequests { .. }));
        if total > 1 {
            let taken = taken.or(entry).unwrap_or(1);
            capture.notes.insert(0, Note::SeveralRequests { total, taken });
        }
        Ok(capture)
    }
}

/// A hash of the URL of an exchange without the escapes of HTML.
fn hash_of_url(exchange: &Exchange) -> u64 {
    let mut hasher = DefaultHasher::new();
    if let Some(request) = &exchange.request {
        request.host().hash(&mut hasher);
        unescape(&String::from_utf8_lossy(request.target())).hash(&mut hasher);
    }
    hasher.finish()
}

/// Gives the presigned URLs of a text in order, from a place on, until one is enough.
fn each(text: &str, from: usize, is_more_wanted: &mut dyn FnMut(Exchange) -> bool) {
    let mut end = from;
    for start in url::presigned_starts(text, from) {
        let Some((exchange, behind)) = exchange_at(text, start).filter(|_| start >= end) else { continue };
        end = behind;
        if !is_more_wanted(exchange) {
            return;
        }
    }
}

/// The URL at this place, and where it ends.
fn exchange_at(text: &str, start: usize) -> Option<(Exchange, usize)> {
    exchange_in_markup(text, start).or_else(|| {
        let quoted = markup::beginning(up_to_quote(text, start), url::LONGEST);
        let (exchange, rest) = url::read(quoted).ok()?;
        Some((exchange, start + quoted.len() - rest.len()))
    })
}

/// The same for a link with the escapes of the markup around it.
fn exchange_in_markup(text: &str, start: usize) -> Option<(Exchange, usize)> {
    let link = markup::link_at(text, start).filter(|link| link.is_escaped)?;
    let (mut exchange, _) = url::read(&link.url).ok()?;
    exchange.notes.push(Note::UnwrappedUrl { from: "a link" });
    Some((exchange, link.end))
}
