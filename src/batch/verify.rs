//! Verifies requests and writes verdicts.

use std::borrow::Cow;
use std::rc::Rc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use memchr::{memchr, memchr2, memmem};

use super::blocks::{BYTE_ORDER_MARK, Block, Ending};
use super::json::{FieldNames, Fields};
use super::pipeline::{AT_ONCE, Finished, Worker};
use super::problem::{OnError, Problem, WhenWrong};
use crate::gateway::Verifier;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Alike, FindingId, Known, Outcome, Verdict, VerifyError, is_plain_path};
use sigvet_diagnose::formats::{Note, Token};
use sigvet_diagnose::{AppliedMistake, Diagnosis, refused_token};

/// The format of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyFormat {
    /// A presigned URL, or a token that contains one.
    Plain,
    /// An object with method, url, headers and body (`body_base64` if it is not text). The URL is in the field of
    /// that name, or otherwise in `url`.
    Json(Option<String>),
}

/// Parses a URL as it was typed.
pub type ParseUrl = fn(&str) -> Result<RequestUrl, String>;

/// Verifies the request of each record.
pub struct VerifyWorker<'v> {
    verifier: &'v Verifier,
    parse_url: ParseUrl,
    format: VerifyFormat,
    ending: Ending,
    when_wrong: WhenWrong,
    progress: &'v (dyn Fn(u64) + Sync),
    /// URLs that were verified, the most recent last.
    known: Vec<KnownUrl>,
    judged_at: Option<Timestamp>,
}

/// The fields of a record that describe the request.
const READ: [&str; 4] = ["method", "headers", "body", "body_base64"];

/// Number of verified URLs that are kept: a URL that differs from one of them only in path and signature is
/// verified together with others like it.
const KNOWN: usize = 16;

/// A verified URL, and what other URLs must have in common with it.
struct KnownUrl {
    origin: Vec<u8>,
    query: Vec<u8>,
    alike: Alike,
    judged: Judged,
}

/// The parts of a URL in the form of presigned URLs, with the signature last.
#[derive(Clone, Copy)]
struct Parts<'r> {
    origin: &'r [u8],
    path: &'r [u8],
    query: &'r [u8],
    signature: &'r [u8],
}

impl<'r> Parts<'r> {
    fn read(record: &'r [u8]) -> Option<Self> {
        const NAME: &[u8] = b"&X-Amz-Signature=";
        let (url, signature) = record.split_at_checked(record.len().checked_sub(64)?)?;
        let url = url.strip_suffix(NAME)?;
        let authority = memmem::find(url, b"://")? + 3;
        let path = authority + memchr2(b'/', b'?', &url[authority..])?;
        let (place, query) = url.split_at(path + memchr(b'?', &url[path..])?);
        let (origin, path) = place.split_at(path);
        is_plain_path(path).then_some(Self { origin, path, query, signature })
    }
}

impl<'v> VerifyWorker<'v> {
    /// Creates a worker that verifies as this server would.
    pub fn new(
        verifier: &'v Verifier,
        parse_url: ParseUrl,
        format: VerifyFormat,
        (ending, when_wrong): (Ending, WhenWrong),
        progress: &'v (dyn Fn(u64) + Sync),
    ) -> Self {
        Self { verifier, parse_url, format, ending, when_wrong, progress, known: Vec::new(), judged_at: None }
    }

    fn judge(&mut self, record: &[u8], now: Timestamp) -> Result<Judged, String> {
        let (request, known, notes) = self.read(record)?;
        let verdict = match self.verifier.judge_known(&request, known, now) {
            Ok(verdict) => verdict,
            Err(error) => return Judged::unreadable(&request, error),
        };
        let judged = Judged::new(&verdict, &refused_token(&request, &verdict, &notes));
        // The path decides whether a URL with an action is a token.
        if let (VerifyFormat::Plain, Some(parts)) = (&self.format, Parts::read(record))
            && memmem::find(parts.query, b"Action=").is_none()
            && let Some(alike) = self.verifier.alike(&request, &verdict)
        {
            if self.known.len() == KNOWN {
                self.known.remove(0);
            }
            let (origin, query) = (parts.origin.to_vec(), parts.query.to_vec());
            self.known.push(KnownUrl { origin, query, alike, judged: judged.clone() });
        }
        Ok(judged)
    }

    /// Finds the verified URL that a record is like, and the parts of the record.
    fn find<'r>(&self, record: &'r [u8]) -> Option<(usize, Parts<'r>)> {
        if self.known.is_empty() {
            return None;
        }
        let parts = Parts::read(record)?;
        let is_like = |known: &KnownUrl| known.query == parts.query && known.origin == parts.origin;
        Some((self.known.iter().rposition(is_like)?, parts))
    }

    /// Verifies the waiting records, all of which are like one URL; those whose signature does not match are
    /// verified one by one.
    fn settle(&mut self, waiting: &mut Waiting<'_>, now: Timestamp, out: &mut Vec<u8>, finished: &mut Finished) {
        if waiting.urls.is_empty() {
            return;
        }
        let known = &self.known[waiting.like];
        let are_right = known.alike.verify_each(&waiting.urls);
        let judged = known.judged.clone();
        let first = waiting.first;
        for ((number, record), is_right) in (first..).zip(std::mem::take(&mut waiting.records)).zip(are_right) {
            match is_right {
                true => self.write(number, Ok(judged.clone()), out, finished),
                false => {
                    let judged = self.judge(record, now);
                    self.write(number, judged, out, finished);
                }
            }
        }
        waiting.urls.clear();
    }

    fn write(&self, record: u64, judged: Result<Judged, String>, out: &mut Vec<u8>, finished: &mut Finished) {
        match judged {
            _ if finished.fatal.is_some() => {}
            Ok(judged) => {
                finished.wrong += u64::from(judged.outcome != Outcome::Valid);
                out.extend_from_slice(&judged.line);
            }
            Err(what) => {
                finished.wrong += 1;
                match self.when_wrong.on_error {
                    OnError::Fail => {
                        finished.fatal = Some(Problem::new(record, &what));
                        return;
                    }
                    OnError::Empty => {}
                    OnError::Report => Problem::new(record, &what).write_json(self.when_wrong.file.as_deref(), out),
                }
                out.push(b'\n');
            }
        }
    }

    fn read(&self, record: &[u8]) -> Result<(Request, Known, Vec<Note>), String> {
        if record.is_empty() {
            return Err("the record is empty".to_owned());
        }
        match &self.format {
            VerifyFormat::Plain => {
                let text = std::str::from_utf8(record).map_err(|_| "the URL is not UTF-8".to_owned())?;
                if let Some(token) = Token::parse(text) {
                    let token = token.map_err(|error| error.to_string())?;
                    let request = Request::new(token.method, &(self.parse_url)(&token.url)?);
                    return Ok((request.map_err(|error| error.to_string())?, Known::TOKEN, token.flaws));
                }
                // The text may be a secret, so it is not shown.
                if !text.contains("://") {
                    return Err("the record is not a URL or a token: expected https:// or http://".to_owned());
                }
                let url = (self.parse_url)(text)?;
                Ok((Request::new("GET", &url).map_err(|error| error.to_string())?, Known::URL, Vec::new()))
            }
            VerifyFormat::Json(field) => {
                let target = Some(field.as_deref().unwrap_or("url"));
                self.read_fields(Fields::read(record, FieldNames { target, read: &READ, added: &[] })?)
            }
        }
    }

    fn read_fields(&self, fields: Fields<'_>) -> Result<(Request, Known, Vec<Note>), String> {
        let url = (self.parse_url)(&fields.target.ok_or("the record has no URL")?)?;
        let method = fields.method.as_deref().unwrap_or("GET");
        let mut request = Request::new(method, &url).map_err(|error| error.to_string())?;
        let mut known = Known::WHOLE;
        (known.method, known.headers) = (fields.method.is_some(), !fields.headers.is_empty());
        for (_, host) in fields.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")) {
            let with_port = format!("{}:{}", url.host(), url.port_or_default());
            if ![url.host_header(), with_port].iter().any(|own| own.eq_ignore_ascii_case(host)) {
                return Err("the Host header names another host than the URL".to_owned());
            }
            request.headers.remove("host");
        }
        for (name, value) in fields.headers {
            request.headers.push(&name, value).map_err(|error| error.to_string())?;
        }
        request.body = match (fields.body, fields.body_base64) {
            (Some(_), Some(_)) => return Err("the record has both 'body' and 'body_base64'".to_owned()),
            (Some(Cow::Borrowed(text)), None) => Body::Bytes(text.as_bytes().to_vec()),
            (Some(Cow::Owned(text)), None) => Body::Bytes(text.into_bytes()),
            (None, Some(text)) => {
                Body::Bytes(STANDARD.decode(&*text).map_err(|_| "field 'body_base64': expected base64".to_owned())?)
            }
            _ if matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS") => Body::Bytes(Vec::new()),
            _ => Body::Unknown,
        };
        Ok((request, known, Vec::new()))
    }
}

/// Consecutive URLs that are like the same verified URL.
#[derive(Default)]
struct Waiting<'r> {
    /// The index of the verified URL.
    like: usize,
    /// The number of the first record.
    first: u64,
    records: Vec<&'r [u8]>,
    /// Path and signature of each URL.
    urls: Vec<(&'r [u8], &'r [u8])>,
}

impl Worker for VerifyWorker<'_> {
    fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished {
        let now = self.verifier.clock.now();
        if self.judged_at.replace(now) != Some(now) {
            self.known.clear();
        }
        let mut finished = Finished::default();
        let mut waiting = Waiting::default();
        for (number, record) in block.records(self.ending) {
            let record = record.map(clean);
            let find = |worker: &Self| worker.find(record.as_ref().ok()?);
            let mut found = find(self);
            let is_further = found.is_some_and(|(like, _)| like == waiting.like) && waiting.urls.len() < AT_ONCE;
            if !is_further && !waiting.urls.is_empty() {
                self.settle(&mut waiting, now, out, &mut finished);
                // Waiting records may have been verified one by one, so the known URLs may have changed.
                found = find(self);
            }
            match (found, record) {
                (Some((like, parts)), Ok(record)) => {
                    if waiting.urls.is_empty() {
                        (waiting.like, waiting.first) = (like, number);
                    }
                    waiting.records.push(record);
                    waiting.urls.push((parts.path, parts.signature));
                }
                (_, record) => {
                    let judged = record.and_then(|record| self.judge(record, now));
                    self.write(number, judged, out, &mut finished);
                }
            }
            if finished.fatal.is_some() {
                break;
            }
        }
        self.settle(&mut waiting, now, out, &mut finished);
        (self.progress)(block.records);
        finished
    }
}

/// A record without what editors and shells leave around a line: white space, a byte order mark, and quotes.
fn clean(record: &[u8]) -> &[u8] {
    let record = record.strip_prefix(BYTE_ORDER_MARK).unwrap_or(record).trim_ascii();
    let unquoted = |quote: &[u8]| record.strip_prefix(quote)?.strip_suffix(quote);
    unquoted(b"\"").or_else(|| unquoted(b"'")).unwrap_or(record)
}

/// The result of a request.
#[derive(Clone)]
struct Judged {
    outcome: Outcome,
    line: Rc<[u8]>,
}

impl Judged {
    fn new(verdict: &Verdict, refused: &[AppliedMistake]) -> Self {
        let findings = verdict.findings.iter().filter_map(|finding| finding.id()).map(FindingId::as_str);
        let findings = findings.chain(refused.iter().map(|made| made.mistake.id));
        let access_key_id = Some(verdict.claimed.access_key_id());
        let outcome = if refused.is_empty() { verdict.outcome() } else { Outcome::Invalid };
        Self::write(outcome, verdict.is_signature_right(), findings, access_key_id)
    }

    /// A signature that cannot be parsed is invalid if that is a known mistake; a request without a signature is an
    /// error.
    fn unreadable(request: &Request, error: VerifyError) -> Result<Self, String> {
        let text = error.to_string();
        let diagnosis = Diagnosis::from_unreadable(request, error);
        if diagnosis.outcome != Outcome::Invalid {
            return Err(text);
        }
        let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
        Ok(Self::write(Outcome::Invalid, None, mistakes.map(|applied| applied.mistake.id), None))
    }

    fn write<'i>(
        outcome: Outcome,
        is_signature_right: Option<bool>,
        findings: impl Iterator<Item = &'i str>,
        access_key_id: Option<&str>,
    ) -> Self {
        let verdict = match outcome {
            Outcome::Valid => "valid",
            Outcome::Invalid => "invalid",
            Outcome::Unknown => "unknown",
        };
        let mut line = serde_json::Map::new();
        line.insert("verdict".to_owned(), verdict.into());
        line.insert("findings".to_owned(), findings.collect::<Vec<_>>().into());
        line.insert("signature_matches".to_owned(), is_signature_right.into());
        if let Some(id) = access_key_id {
            line.insert("access_key_id".to_owned(), id.into());
        }
        let line = serde_json::Value::from(line).to_string() + "\n";
        Self { outcome, line: line.into_bytes().into() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::gateway::{Clock, Keyring, NamedKey};
    use sigvet_core::credentials::Credentials;
    use sigvet_core::signer::Signer;

    const NOW: i64 = 1_369_353_600;

    fn verifier() -> Verifier {
        let keys = ["AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE"].map(|id| {
            let credentials = Credentials::new(id, "secret");
            NamedKey { name: id.to_owned(), credentials }
        });
        Verifier::new(Keyring::new(keys), Clock::new(|| Timestamp::from_epoch_seconds(NOW)))
    }

    fn judged(lines: &[String], is_one_by_one: bool) -> Vec<String> {
        let verifier = verifier();
        let parse: ParseUrl = |text| RequestUrl::parse(text).map_err(|error| error.to_string());
        let ending = (Ending::Newline, WhenWrong { on_error: OnError::Report, file: None });
        let mut worker = VerifyWorker::new(&verifier, parse, VerifyFormat::Plain, ending, &|_| {});
        let mut out = Vec::new();
        let block =
            |lines: &[String]| Block { bytes: lines.join("\n").into_bytes(), first: 1, records: 0, is_overlong: false };
        match is_one_by_one {
            true => lines.iter().for_each(|line| {
                worker.known.clear();
                worker.work(&block(std::slice::from_ref(line)), &mut out);
            }),
            false => drop(worker.work(&block(lines), &mut out)),
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    /// A URL presigned with one of the keys, at one of the times, for one of the services, and perhaps broken
    /// afterwards.
    fn url() -> impl Strategy<Value = String> {
        let host = prop_oneof![
            Just(("https://b.s3.us-east-1.amazonaws.com", "s3")),
            Just(("https://s3.us-east-1.amazonaws.com", "s3")),
            Just(("https://abc.execute-api.us-east-1.amazonaws.com", "execute-api")),
            Just(("http://127.0.0.1:9000", "s3")),
        ];
        let key = prop_oneof![4 => Just("AKIDEXAMPLE"), 1 => Just("ASIAIOSFODNN7EXAMPLE"), 1 => Just("AKIDNOBODY")];
        let age = prop_oneof![3 => Just(60), 1 => Just(7_200), 1 => Just(-3_600)];
        let path = prop_oneof![6 => "(/[a-c~_.]{1,3}){1,3}/?", 1 => "(/[a-c+ %é.]{0,3}){1,3}"];
        let broken = prop_oneof![8 => Just(None), 1 => Just(Some(('a', 'b'))), 1 => Just(Some(('1', '2'))), 1 => Just(Some(('&', ';')))];
        (host, key, age, path, broken).prop_map(|((origin, service), id, age, path, broken)| {
            let signer = Signer::new(Credentials::new(id, "secret"), "us-east-1", service);
            let url = RequestUrl::parse(&format!("{origin}{path}")).unwrap();
            let at = Timestamp::from_epoch_seconds(NOW - age);
            let text = signer.presign(&url, Duration::from_secs(3_600), at).unwrap().to_string();
            match broken {
                Some((from, to)) => text.replacen(from, &to.to_string(), 3),
                None => text,
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// Catches a verdict that is taken from a URL that is not alike, and a wrong signature that passes together
        /// with others.
        #[test]
        fn a_list_is_judged_as_one_by_one(lines in proptest::collection::vec(url(), 1..40)) {
            let numbered = |lines: Vec<String>| -> Vec<String> {
                lines.into_iter().map(|line| match line.find("\"error\"") {
                    Some(at) => line[at..].to_owned(),
                    None => line,
                }).collect()
            };
            prop_assert_eq!(numbered(judged(&lines, false)), numbered(judged(&lines, true)));
        }
    }
}
