//! What SDKs and tools log when they sign: the canonical request, the string to sign, the signature, and, if the log
//! contains them, the request that was sent and its response.
//!
//! The program that wrote the log does not matter. Canonical requests and strings to sign have a unique shape, and the
//! hash of the one is the last line of the other: that pairs them, even in a log of a hundred requests.

mod blocks;
pub(super) mod python;
mod attributes;
mod event;
mod wire;
mod embedded;
mod server;

use std::fmt;

use crate::formats::note::Note;
use crate::formats::reply::Reply;
use sigvet_core::crypto::sha256;
use sigvet_core::request::{Request, RequestUrl};

use super::exchange::{Exchange, Prefer, choose, is_refusal};
use super::{Capture, CaptureKind, UnreadableCapture};
use blocks::{Blocks, FoundBlock};
use event::Event;
pub(super) use server::{is_servers_log, texts_of_server};

/// What a client says it computed. `Debug` does not show the canonical request, which may contain a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientLog {
    /// The canonical request, byte for byte.
    pub canonical_request: Option<Vec<u8>>,
    /// The string to sign.
    pub string_to_sign: Option<Vec<u8>>,
    /// The signature, in hex.
    pub signature: Option<String>,
    /// The request that was sent, if the log shows it.
    pub request: Option<Request>,
    /// Where it was sent.
    pub url: Option<RequestUrl>,
    /// What the user must know about it.
    pub notes: Vec<Note>,
}

impl fmt::Debug for ClientLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ClientLog");
        shown.field("canonical_request", &self.canonical_request.as_ref().map(|_| "[redacted]"));
        shown.field("string_to_sign", &self.string_to_sign.as_deref().map(String::from_utf8_lossy));
        shown.field("request", &self.request).field("notes", &self.notes).finish_non_exhaustive()
    }
}

/// Reads what a client says it computed: an SDK's debug log, a canonical request alone, a string to sign alone, or
/// both.
///
/// # Errors
/// A text that contains neither.
pub fn read_client_log(text: &[u8]) -> Result<ClientLog, UnreadableCapture> {
    let text = super::damage::without_fences(super::text::decode(text)?);
    let capture = read(&text, None)?;
    let Some(client) = capture.client else { return Err(UnreadableCapture::NoClientLog) };
    Ok(ClientLog { request: capture.request, url: capture.url, notes: capture.notes, ..client })
}

/// Whether the text contains anything that a client computed.
pub(super) fn is_log(text: &[u8]) -> bool {
    has_blocks(text) || !embedded::events(text).is_empty()
}

/// Whether the text contains a client's canonical request or string to sign.
pub(super) fn has_blocks(text: &[u8]) -> bool {
    !blocks::scan(text).0.is_empty()
}

/// Reads a log; `entry`, from 1, selects one of its canonical requests, or of its requests if it has no others.
pub(super) fn read(text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let (blocks, notes) = blocks::scan(text);
    let events = embedded::events(text);
    if blocks.is_empty() {
        let exchanges = exchanges(events);
        if exchanges.is_empty() {
            return Err(UnreadableCapture::NoClientLog);
        }
        return choose(CaptureKind::ClientLog, exchanges, entry, Prefer::Last);
    }
    let mut chosen = Chosen::of(&blocks, entry)?;
    chosen.notes.splice(0..0, notes);
    let near = |event: &Event| (chosen.first..chosen.end).contains(&event.line);
    let mut of_request = exchanges(events.into_iter().filter(near).collect());
    let refused = of_request.iter().position(|exchange| exchange.reply.as_ref().is_some_and(is_refusal));
    let at = refused.unwrap_or(0);
    let Exchange { request, url, reply, notes } =
        if of_request.is_empty() { Exchange::default() } else { of_request.swap_remove(at) };
    chosen.notes.extend(notes);
    chosen.notes.extend(reply.iter().flat_map(|reply: &Reply| reply.damage.clone()));
    let client = Some(chosen.client);
    Ok(Capture { kind: CaptureKind::ClientLog, request, url, reply, client, notes: chosen.notes })
}

/// Requests, each with the refusal after it; some logs show the status first and the error's body later.
fn exchanges(events: Vec<Event>) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for Event { exchange, .. } in events {
        match exchanges.last_mut().filter(|_| exchange.request.is_none()) {
            Some(last) => last.reply = later_reply(last.reply.take(), exchange.reply),
            None => exchanges.push(exchange),
        }
    }
    exchanges
}

fn later_reply(first: Option<Reply>, later: Option<Reply>) -> Option<Reply> {
    match (first, later) {
        (Some(first), Some(later)) if is_refusal(&first) && first.code.is_none() && later.code.is_some() => {
            Some(Reply { status: later.status.or(first.status), ..later })
        }
        (Some(first), _) if is_refusal(&first) => Some(first),
        (first, later) => later.or(first),
    }
}

/// One canonical request of a log and what belongs to it.
struct Chosen {
    client: ClientLog,
    notes: Vec<Note>,
    /// The first and the last line of the rest of the exchange.
    first: usize,
    end: usize,
}

impl Chosen {
    fn of(blocks: &Blocks, entry: Option<usize>) -> Result<Self, UnreadableCapture> {
        let Blocks { canonical, strings, signatures, refusals } = blocks;
        let total = canonical.len();
        let end_of = |at: usize| canonical.get(at + 1).map_or(usize::MAX, |next: &FoundBlock| next.line);
        let is_refused = |at: &usize| refusals.iter().any(|line| (canonical[*at].line..end_of(*at)).contains(line));
        let at = match entry {
            Some(entry) if (1..=total.max(1)).contains(&entry) => Some(entry - 1),
            Some(entry) => {
                return Err(UnreadableCapture::NoSuchEntry { entry, total, candidates: (1..=total).collect() });
            }
            None => (0..total).rev().find(is_refused).or(total.checked_sub(1)),
        };
        let request = at.and_then(|at| canonical.get(at));
        let (first, end) = match (request, at) {
            (Some(request), Some(at)) => (request.line, end_of(at)),
            _ => (0, usize::MAX),
        };
        let string = string_for(request, strings, first, end);
        let mut notes = Vec::new();
        if let Some(at) = at.filter(|_| total > 1) {
            notes.push(Note::SeveralCanonicalRequests { total, taken: at + 1 });
        }
        if request.zip(string).is_some_and(|(request, string)| !is_pair(request, string)) {
            notes.push(Note::UnpairedCanonicalRequest);
        }
        let after = string.or(request).map_or(0, |found| found.line);
        let signature = signatures.iter().find(|(line, _)| (after..end).contains(line)).map(|(_, hex)| hex.clone());
        let client = ClientLog {
            canonical_request: request.map(|found| found.bytes.clone()),
            string_to_sign: string.map(|found| found.bytes.clone()),
            signature,
            ..ClientLog::default()
        };
        Ok(Self { client, notes, first, end })
    }
}

/// The string to sign that contains the hash of the canonical request; otherwise the nearest one after it.
fn string_for<'a>(
    request: Option<&FoundBlock>,
    strings: &'a [FoundBlock],
    first: usize,
    end: usize,
) -> Option<&'a FoundBlock> {
    let Some(request) = request else { return strings.last() };
    let paired = || strings.iter().rfind(|string| is_pair(request, string));
    let near = || strings.iter().find(|string| (first..end).contains(&string.line));
    let near_pair = near().filter(|string| is_pair(request, string));
    near_pair.or_else(paired).or_else(near).or_else(|| strings.last().filter(|_| strings.len() == 1))
}

fn is_pair(request: &FoundBlock, string: &FoundBlock) -> bool {
    let hash = sha256(&request.bytes).to_string();
    string.bytes.rsplit(|&byte| byte == b'\n').next().is_some_and(|last| last.eq_ignore_ascii_case(hash.as_bytes()))
}
