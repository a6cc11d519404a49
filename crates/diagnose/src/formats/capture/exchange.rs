//! A request and its reply, and the choice of the relevant one among several.

use crate::formats::note::Note;
use crate::formats::parse_url;
use crate::formats::reply::Reply;
use sigvet_core::internal::raw_http::{Head, Transferred, authority_of};
use sigvet_core::internal::{captured_request, with_authority, with_wire_faults};
use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::{Capture, CaptureKind, UnreadableCapture, carrier};

/// A request, its reply, or both.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) request: Option<Request>,
    pub(super) url: Option<RequestUrl>,
    pub(super) reply: Option<Reply>,
    pub(super) notes: Vec<Note>,
}

/// Which of several equals to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefer {
    First,
    Last,
}

impl Exchange {
    /// A request that was read, with the `Host` of its origin if the text shows none.
    pub(super) fn of(head: Head, body: Body, mut notes: Vec<Note>) -> Self {
        let Head { method, target, origin, mut headers, faults } = head;
        let authority = origin.as_deref().map(authority_of);
        let origin = origin.and_then(|origin| parse_url(&String::from_utf8_lossy(&origin)).ok());
        if let Some(url) = origin.as_ref().filter(|_| !headers.contains("host")) {
            headers = with_host(&url.host_header(), &headers);
            notes.push(Note::HostFromUrl);
        }
        let request = with_authority(captured_request(method, target, headers, body), authority);
        let request = with_wire_faults(request, faults);
        let url = origin.map(|url| url.for_request(&request));
        Self { request: Some(request), url, reply: None, notes }
    }

    /// The same if the text shows the scheme but not the URL, which is then made from the `Host`.
    pub(super) fn sent_by(scheme: &str, head: Head, body: Body, notes: Vec<Note>) -> Self {
        let host = head.headers.first_text("host");
        let url = host.and_then(|host| parse_url(&format!("{scheme}://{host}/")).ok());
        let exchange = Self::of(head, body, notes);
        let url = url.zip(exchange.request.as_ref()).map(|(url, request)| url.for_request(request));
        Self { url: exchange.url.or(url), ..exchange }
    }

    /// How likely it is the relevant one: signed and refused, signed, refused, neither.
    pub(super) fn rank(&self) -> usize {
        rank(self.request.as_ref().is_some_and(is_signed), self.reply.as_ref().is_some_and(is_refusal))
    }
}

/// A smaller rank is likelier.
pub(super) fn rank(is_signed: bool, is_refused: bool) -> usize {
    match (is_signed, is_refused) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

/// The headers after a `Host`, where clients put it.
pub(super) fn with_host(host: &str, headers: &Headers) -> Headers {
    let mut all = Headers::default();
    // A text that cannot be in a header was not a host: then the request has none.
    let _ = all.push("Host", host);
    for header in headers {
        all.push_unchecked(&header.name, header.value.clone());
    }
    all
}

/// The headers made from names and values, and a note for each pair that cannot be a header and is left out.
pub(super) fn valid_headers<N: AsRef<str>, V: Into<Vec<u8>>>(
    pairs: impl IntoIterator<Item = (N, V)>,
) -> (Headers, Vec<Note>) {
    let (mut headers, mut notes) = (Headers::default(), Vec::new());
    for (name, value) in pairs {
        if headers.push(name.as_ref(), value).is_err() {
            notes.push(Note::InvalidHeader { name: name.as_ref().to_owned() });
        }
    }
    (headers, notes)
}

/// Whether the request is signed, by any scheme, or carries something that is.
pub(super) fn is_signed(request: &Request) -> bool {
    let authorization = request.headers.first_text("authorization").unwrap_or_default();
    let is_signed =
        authorization.contains("Signature=") || authorization.starts_with("AWS ") || has_signed_query(request.target());
    is_signed || carrier::is_carried_by(request)
}

/// Whether a URL contains a signature.
pub(super) fn has_signed_query(target: &[u8]) -> bool {
    let target = String::from_utf8_lossy(target).to_ascii_lowercase();
    target.contains("-signature=") || (target.contains("signature=") && target.contains("accesskeyid="))
}

pub(super) fn is_refusal(reply: &Reply) -> bool {
    reply.status.map_or(reply.code.is_some() || reply.message.is_some(), |status| status >= 400)
}

/// The body of a request of which the text shows only the head.
pub(super) fn uncaptured_body(headers: &Headers, notes: &mut Vec<Note>) -> Body {
    let length = headers.first_text("content-length");
    if headers.contains("transfer-encoding") || length.is_some_and(|length| length != "0") {
        notes.push(Note::BodyNotCaptured);
        return Body::Unknown;
    }
    Body::Bytes(Vec::new())
}

/// The body of a head with a transfer coding, and the number of its bytes if known. None if its length defines the
/// body: there is no such coding, or the capture shows the decoded chunks.
pub(super) fn transferred_body(text: &[u8], head: &mut Head, notes: &mut Vec<Note>) -> Option<(Body, Option<usize>)> {
    match Transferred::read(text, &head.headers)? {
        Transferred::Chunks { payload, length, trailer } => {
            head.faults.extend(trailer);
            return Some((Body::Bytes(payload), Some(length)));
        }
        Transferred::Bare => return None,
        Transferred::Broken { offset } => notes.push(Note::BrokenChunks { offset }),
        Transferred::Missing | Transferred::Coded => notes.push(Note::BodyNotCaptured),
    }
    Some((Body::Unknown, None))
}

/// The capture of the exchange numbered `entry`, from 1, or of the likeliest one.
pub(super) fn choose(
    kind: CaptureKind,
    mut exchanges: Vec<Exchange>,
    entry: Option<usize>,
    prefer: Prefer,
) -> Result<Capture, UnreadableCapture> {
    let total = exchanges.len();
    let ranks: Vec<usize> = exchanges.iter().map(Exchange::rank).collect();
    let at = match entry {
        Some(entry) if (1..=total).contains(&entry) => entry - 1,
        Some(entry) => return Err(no_such_entry(entry, &ranks)),
        None => likeliest(&ranks, prefer).ok_or(UnreadableCapture::Empty)?,
    };
    let Exchange { request, url, reply, mut notes } = exchanges.swap_remove(at);
    if total > 1 {
        notes.insert(0, Note::SeveralRequests { total, taken: at + 1 });
    }
    if let Some(reply) = &reply {
        notes.extend(reply.damage.iter().cloned());
    }
    Ok(Capture { kind, request, url, reply, client: None, notes })
}

pub(super) fn no_such_entry(entry: usize, ranks: &[usize]) -> UnreadableCapture {
    let candidates = (1..=ranks.len()).filter(|number| ranks[number - 1] < 3).collect();
    UnreadableCapture::NoSuchEntry { entry, total: ranks.len(), candidates }
}

/// The position of the smallest rank, the first or the last of equals.
pub(super) fn likeliest(ranks: &[usize], prefer: Prefer) -> Option<usize> {
    let best = ranks.iter().min()?;
    match prefer {
        Prefer::First => ranks.iter().position(|rank| rank == best),
        Prefer::Last => ranks.iter().rposition(|rank| rank == best),
    }
}
