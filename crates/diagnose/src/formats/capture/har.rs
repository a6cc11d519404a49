//! Browsers' HAR files: finds the relevant entry among thousands.
//!
//! Entries are read one by one, and only the likeliest so far is kept: a file of a hundred megabytes needs no more
//! memory than its largest entry.

use std::borrow::Cow;
use std::fmt;

use ::base64::alphabet::STANDARD;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::formats::base64;
use crate::formats::note::Note;
use crate::formats::parse_url;
use crate::formats::reply::Reply;
use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Headers, RequestUrl};

use super::exchange::{Exchange, has_signed_query, no_such_entry, rank, valid_headers, with_host};
use super::{Capture, CaptureKind, HarProblem, UnreadableCapture, carrier};

/// Whether the text is the JSON of a HAR file, possibly truncated.
pub(super) fn begins(text: &[u8]) -> bool {
    let has = |name: &[u8]| {
        text.get(..text.len().min(4096)).unwrap_or_default().windows(name.len()).any(|window| window == name)
    };
    let is_entry_list = || text.windows(9).any(|window| window == b"\"entries\"");
    text.trim_ascii_start().starts_with(b"{")
        && has(b"\"log\"")
        && (has(b"\"creator\"") || has(b"\"entries\"") || is_entry_list())
}

/// The entry with that number, from 1, or the likeliest.
pub(super) fn read(text: &[u8], entry: Option<usize>) -> Result<Capture, UnreadableCapture> {
    let mut search = Search { wanted: entry, ranks: Vec::new(), best: None };
    let mut json = serde_json::Deserializer::from_slice(text);
    let unreadable = |error: serde_json::Error| UnreadableCapture::Har {
        problem: if error.is_eof() { HarProblem::EndsEarly } else { HarProblem::OtherJson },
        line: error.line(),
        column: error.column(),
    };
    At { path: &["log", "entries"], search: &mut search }.deserialize(&mut json).map_err(unreadable)?;
    let Search { ranks, best, .. } = search;
    let asked = entry.unwrap_or(1);
    let (at, exchange) = best.ok_or_else(|| no_such_entry(asked, &ranks))?;
    let Exchange { request, url, reply, mut notes } = exchange?;
    if ranks.len() > 1 {
        notes.insert(0, Note::SeveralRequests { total: ranks.len(), taken: at + 1 });
    }
    notes.extend(reply.iter().flat_map(|reply| reply.damage.clone()));
    Ok(Capture { kind: CaptureKind::Har, request, url, reply, client: None, notes })
}

/// What is known about the entries so far.
struct Search {
    wanted: Option<usize>,
    ranks: Vec<usize>,
    best: Option<(usize, Result<Exchange, UnreadableCapture>)>,
}

impl Search {
    fn take(&mut self, entry: &Entry<'_>) {
        let rank = entry.rank();
        let at = self.ranks.len();
        let is_better = match self.wanted {
            Some(wanted) => wanted == at + 1,
            None => self.ranks.iter().all(|other| rank < *other),
        };
        if is_better {
            self.best = Some((at, entry.exchange()));
        }
        self.ranks.push(rank);
    }
}

/// The list of entries at the end of a path of names; everything else is skipped.
struct At<'a> {
    path: &'a [&'a str],
    search: &'a mut Search,
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() { deserializer.deserialize_seq(self) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a HAR file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, path)) = self.path.split_first() else { return Ok(()) };
        while let Some(found) = map.next_key::<Cow<'de, str>>()? {
            if found == *name {
                map.next_value_seed(At { path, search: &mut *self.search })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry<'de>>()? {
            self.search.take(&entry);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    request: Sent<'a>,
    #[serde(borrow, default)]
    response: Received<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
    #[serde(borrow, default)]
    headers: Vec<Pair<'a>>,
    #[serde(borrow, default)]
    post_data: Option<PostedData<'a>>,
    #[serde(default)]
    body_size: Option<f64>,
}

/// The body of a request in HAR: `postData`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostedData<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    encoding: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<Vec<Pair<'a>>>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Pair<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
struct Received<'a> {
    #[serde(default)]
    status: Option<f64>,
    #[serde(borrow, default)]
    headers: Vec<Pair<'a>>,
    #[serde(borrow, default)]
    content: Content<'a>,
}

#[derive(Deserialize, Default)]
struct Content<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    encoding: Option<Cow<'a, str>>,
}

impl Entry<'_> {
    fn rank(&self) -> usize {
        let authorization = self.request.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case("authorization"));
        let by_header = authorization.is_some_and(|pair| pair.value.contains("Signature="));
        let is_carrier = self.request.headers.iter().any(|pair| carrier::is_in_header(&pair.name, &pair.value));
        let is_signed = by_header || is_carrier || has_signed_query(self.request.url.as_bytes());
        rank(is_signed, self.status().is_some_and(|status| status >= 400))
    }

    fn status(&self) -> Option<u16> {
        let status = self.response.status.unwrap_or_default();
        (100.0..1000.0).contains(&status).then_some(status as u16)
    }

    fn exchange(&self) -> Result<Exchange, UnreadableCapture> {
        let sent = &self.request;
        let mut notes = Vec::new();
        let url = parse_url(&sent.url)?;
        let headers = self.request_headers(&url, &mut notes);
        let body = sent.body(&headers, &mut notes);
        let request = captured_request(sent.method.clone(), url.target(), headers, body);
        let reply = self.status().map(|status| self.reply(status));
        Ok(Exchange { request: Some(request), url: Some(url), reply, notes })
    }

    fn request_headers(&self, url: &RequestUrl, notes: &mut Vec<Note>) -> Headers {
        let fields = self.request.headers.iter().filter(|pair| !pair.name.starts_with(':'));
        let (headers, invalid) = valid_headers(fields.map(|pair| (&pair.name, pair.value.as_bytes())));
        notes.extend(invalid);
        if headers.contains("host") {
            return headers;
        }
        let authority = self.request.headers.iter().find(|pair| pair.name == ":authority");
        match authority {
            Some(authority) => with_host(&authority.value, &headers),
            None => {
                notes.push(Note::HostFromUrl);
                with_host(&url.host_header(), &headers)
            }
        }
    }

    fn reply(&self, status: u16) -> Reply {
        let Received { headers, content, .. } = &self.response;
        let (headers, _) = valid_headers(headers.iter().map(|pair| (&pair.name, pair.value.as_bytes())));
        Reply::parse(Some(status), &headers, &decoded(content.text.as_deref(), content.encoding.as_deref()))
    }
}

impl Sent<'_> {
    fn body(&self, headers: &Headers, notes: &mut Vec<Note>) -> Body {
        posted_body(self.post_data.as_ref(), self.body_size, headers, notes)
    }
}

/// The body that a browser kept. If its length differs from the declared one, it is not what was sent.
pub fn posted_body(
    posted: Option<&PostedData<'_>>,
    size: Option<f64>,
    headers: &Headers,
    notes: &mut Vec<Note>,
) -> Body {
    let declared = headers.content_length();
    let bytes = posted.map(PostedData::bytes).unwrap_or_default();
    let presented = bytes.len() as u64;
    let is_missing = bytes.is_empty() && declared.is_none() && size.is_some_and(|size| size > 0.0);
    match declared {
        Some(expected) if expected != presented => {
            notes.push(match presented {
                0 => Note::BodyNotCaptured,
                _ => Note::BodyLength { expected, presented },
            });
            Body::Unknown
        }
        _ if is_missing => {
            notes.push(Note::BodyNotCaptured);
            Body::Unknown
        }
        _ => Body::Bytes(bytes),
    }
}

impl<'a> PostedData<'a> {
    /// The body with that text, in base64 if `encoding` says so.
    pub(super) fn new(text: Option<&'a str>, encoding: Option<&'a str>, pairs: &[(&'a str, &'a str)]) -> Self {
        let pair = |&(name, value): &(&'a str, &'a str)| Pair { name: name.into(), value: value.into() };
        Self {
            text: text.map(Cow::Borrowed),
            encoding: encoding.map(Cow::Borrowed),
            params: Some(pairs.iter().map(pair).collect()),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self.text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => decoded(Some(text), self.encoding.as_deref()),
            None => {
                let pairs: Vec<String> =
                    self.params.iter().flatten().map(|pair| format!("{}={}", pair.name, pair.value)).collect();
                pairs.join("&").into_bytes()
            }
        }
    }
}

fn decoded(text: Option<&str>, encoding: Option<&str>) -> Vec<u8> {
    let text = text.unwrap_or_default();
    let decoded = encoding.filter(|encoding| *encoding == "base64").and_then(|_| base64::decode(text, &STANDARD));
    decoded.unwrap_or_else(|| text.as_bytes().to_vec())
}
