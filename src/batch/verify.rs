//! Verifies requests and writes verdicts.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use memchr::memmem;

use super::alike::{KnownUrls, Parts};
use super::blocks::{Block, Ending};
use super::document;
use super::host::other_host;
use super::json::{self, FieldNames, Fields, INVALID_METHOD};
use super::judged::Judged;
use super::other_text::{parse_discreetly, refuse_other};
use super::pipeline::{AT_ONCE, Finished, Worker};
use super::problem::{OnError, PROBLEM, Problem, Refusal, WhenWrong};
use super::quotes::BYTE_ORDER_MARK;
use crate::gateway::Verifier;
use sigvet_core::internal::capital_method;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Known, Outcome, Verdict, VerifyError};
use sigvet_diagnose::formats::{Note, SignedNames, Token, is_body_absent, is_placeholder, posted_body};
use sigvet_diagnose::refused_token;

/// The format of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyFormat {
    /// A presigned URL, or a token that contains one.
    Plain,
    /// An object with method, url, headers and body (`body_base64` if it is not text). The URL is in the field of
    /// that name, or otherwise in `url`.
    Json(Option<String>),
}

/// What the command line contributes: how URLs are read, and what is told to the user meanwhile.
pub trait Judging: Sync {
    /// Parses a URL as it was typed.
    ///
    /// # Errors
    /// A one-line message why it is not a URL.
    fn parse_url(&self, text: &str) -> Result<RequestUrl, String>;

    /// The text of the fields of a record, each with a comma, without what grants access in its request: session tokens and
    /// signatures.
    fn redact(&self, request: &Request, fields: String) -> String;

    /// The same for a record that is refused, in which they are recognized by their names too.
    fn redact_refused(&self, request: Option<&Request>, record: &[u8], fields: &str) -> String;

    /// Takes note that no known key has this access key ID, although not all keys are known.
    fn miss_key(&self, access_key_id: &str);

    /// Reports the number of records processed.
    fn progress(&self, records: u64);
}

/// What judges the records.
#[derive(Clone, Copy)]
pub struct Judges<'v> {
    /// The server whose verdicts are written.
    pub verifier: &'v Verifier,
    /// The same server with other keys that have the IDs of the first ones.
    pub namesakes: &'v [Verifier],
    /// What the command line contributes.
    pub judging: &'v dyn Judging,
}

impl Judges<'_> {
    /// Judges a request by each key with its ID until the signature is right; otherwise the first verdict counts.
    fn judge(&self, request: &Request, known: Known, now: Timestamp) -> Result<Verdict, VerifyError> {
        let verdict = self.verifier.judge_known(request, known, now)?;
        if verdict.is_signature_right() != Some(false) {
            return Ok(verdict);
        }
        let judged = |other: &Verifier| other.judge_known(request, known, now).ok();
        let is_right = |verdict: &Verdict| verdict.is_signature_right() == Some(true);
        let right = self.namesakes_of(verdict.claimed.access_key_id()).filter_map(judged).find(is_right);
        Ok(right.unwrap_or(verdict))
    }

    /// The verifiers with another key of that ID.
    fn namesakes_of(&self, access_key_id: &str) -> impl Iterator<Item = &Verifier> {
        self.namesakes.iter().filter(move |other| other.keys.find(access_key_id).is_some())
    }
}

/// Verifies the request of each record.
pub struct VerifyWorker<'v> {
    judges: Judges<'v>,
    format: VerifyFormat,
    ending: Ending,
    when_wrong: WhenWrong,
    known: KnownUrls,
    judged_at: Option<Timestamp>,
}

/// The fields of a record that describe the request.
const READ: [&str; 5] = ["method", "headers", "body", "body_base64", "postData"];

/// The fields that repeat parts of the request in HAR.
const REPEATED: [&str; 2] = ["queryString", "cookies"];

/// The fields that are added to a record, which replace fields of the record.
const ADDED: [&str; 8] =
    ["verdict", "findings", "signature_matches", "access_key_id", "method", "signed_host", "assumed", PROBLEM];

/// A request, and what is known about it.
struct Read {
    request: Request,
    known: Known,
    notes: Vec<Note>,
    /// The `Host` header, if it is not the host of the URL.
    other_host: Option<String>,
}

impl<'v> VerifyWorker<'v> {
    /// Creates a worker that verifies as these servers would.
    pub fn new(judges: Judges<'v>, format: VerifyFormat, (ending, when_wrong): (Ending, WhenWrong)) -> Self {
        Self { judges, format, ending, when_wrong, known: KnownUrls::default(), judged_at: None }
    }

    /// Verifies a record, and remembers it if others may be like it. Returns the request too, if it can be read.
    fn judge(&mut self, record: &[u8], now: Timestamp) -> (Result<Judged, Refusal>, Option<Request>) {
        match self.read(record) {
            Ok(read) => (self.judge_read(record, &read, now), Some(read.request)),
            Err(what) => (Err(what), None),
        }
    }

    fn judge_read(&mut self, record: &[u8], read: &Read, now: Timestamp) -> Result<Judged, Refusal> {
        let (judged, verdict) = self.judge_request(read, now)?;
        // The path decides whether a URL with an action is a token, and each key with one ID has to be tried.
        if let (VerifyFormat::Plain, Some(verdict), Some(parts)) = (&self.format, verdict, Parts::read(record))
            && memmem::find(parts.query, b"Action=").is_none()
            && self.judges.namesakes_of(verdict.claimed.access_key_id()).next().is_none()
            && let Some(alike) = self.judges.verifier.alike(&read.request, &verdict, read.known)
        {
            self.known.keep(parts, alike, &judged);
        }
        Ok(judged)
    }

    fn judge_request(&self, read: &Read, now: Timestamp) -> Result<(Judged, Option<Verdict>), Refusal> {
        let Read { request, known, notes, other_host } = read;
        let verdict = match self.judges.judge(request, *known, now) {
            Ok(verdict) => verdict,
            Err(error) => return Ok((Judged::unreadable(request, error)?, None)),
        };
        let access_key_id = verdict.claimed.access_key_id();
        if !self.judges.verifier.are_keys_complete && self.judges.verifier.keys.find(access_key_id).is_none() {
            self.judges.judging.miss_key(access_key_id);
        }
        let judged = |request: &Request, verdict: &Verdict, known: Known| {
            Judged::new(request, verdict, &refused_token(request, verdict, notes), (known, other_host.as_deref()))
        };
        if let Some((request, verdict)) = self.judge_in_capitals(read, &verdict, now) {
            // Whoever wrote the record changed the method, so what was sent is an assumption.
            let mut known = *known;
            known.method = false;
            let judged = judged(&request, &verdict, known);
            return Ok((judged, Some(verdict)));
        }
        let judged = judged(request, &verdict, *known);
        Ok((judged, Some(verdict)))
    }

    /// The request with its method in capitals, if its signature is right then: many clients send `GET` for `get`, and log
    /// it as it was written in the program.
    fn judge_in_capitals(&self, read: &Read, verdict: &Verdict, now: Timestamp) -> Option<(Request, Verdict)> {
        let method = capital_method(read.request.method())?;
        if !read.known.method || verdict.is_signature_right() != Some(false) {
            return None;
        }
        let request = read.request.clone().with_method(method).ok()?;
        let verdict = self.judges.judge(&request, read.known, now).ok()?;
        (verdict.is_signature_right() == Some(true)).then_some((request, verdict))
    }

    /// Verifies the waiting records, all of which are like one URL. The first whose signature matches in a new way, for
    /// example for another method, is verified by itself.
    fn settle(&mut self, waiting: &mut Waiting<'_>, now: Timestamp, out: &mut Vec<u8>, finished: &mut Finished) {
        if waiting.urls.is_empty() {
            return;
        }
        let matched = self.known.at(waiting.like).alike.match_each(&waiting.urls);
        let first = waiting.first;
        for ((number, record), matching) in (first..).zip(std::mem::take(&mut waiting.records)).zip(matched) {
            let judged = match self.known.at(waiting.like).judged(matching) {
                Some(judged) => Ok(judged.clone()),
                None => self.read(record).and_then(|read| self.judge_request(&read, now)).map(|(judged, _)| judged),
            };
            if let Ok(judged) = &judged {
                self.known.at(waiting.like).learn(matching, judged);
            }
            self.write((number, record), (judged, None), out, finished);
        }
        waiting.urls.clear();
    }

    fn write(
        &self,
        (number, record): (u64, &[u8]),
        (judged, request): (Result<Judged, Refusal>, Option<Request>),
        out: &mut Vec<u8>,
        finished: &mut Finished,
    ) {
        match judged {
            _ if finished.fatal.is_some() => {}
            Ok(judged) => {
                finished.wrong += u64::from(judged.outcome == Outcome::Invalid);
                finished.unknown += u64::from(judged.outcome == Outcome::Unknown);
                let redact = |own: String| match &request {
                    Some(request) => self.judges.judging.redact(request, own),
                    None => self.judges.judging.redact_refused(None, record, &own),
                };
                self.open((number, record), redact, out);
                out.extend_from_slice(&judged.tail);
            }
            Err(what) => {
                finished.wrong += 1;
                match self.when_wrong.on_error {
                    OnError::Fail => {
                        finished.fatal = Some(Problem::new(number, what));
                        return;
                    }
                    OnError::Empty => {}
                    OnError::Report => {
                        let judging = self.judges.judging;
                        let redact = |own: String| judging.redact_refused(request.as_ref(), record, &own);
                        self.open((number, record), redact, out);
                        json::push_field(PROBLEM, &Problem::new(number, what).text(), out);
                        out.push(b'}');
                    }
                }
                out.push(b'\n');
            }
        }
    }

    /// Begins the line of a record with what identifies it. The request itself is not repeated, because it is signed
    /// and may contain a session token.
    fn open(&self, (number, record): (u64, &[u8]), redact: impl Fn(String) -> String, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut own = String::new();
        let has_place = match &self.format {
            VerifyFormat::Plain => false,
            VerifyFormat::Json(field) => {
                let target = field.as_deref().unwrap_or("url");
                let lists = [&READ[..], &REPEATED, &ADDED];
                let is_kept = |name: &str| name != target && !lists.iter().any(|names| names.contains(&name));
                json::push_kept(record, is_kept, &mut own)
            }
        };
        if !own.is_empty() {
            out.extend_from_slice(redact(own).as_bytes());
        }
        if !has_place {
            json::push_place(self.when_wrong.file.as_deref(), number, out);
        }
    }

    fn read(&self, record: &[u8]) -> Result<Read, Refusal> {
        if record.is_empty() {
            return Err("the record is empty".into());
        }
        match &self.format {
            VerifyFormat::Plain => {
                let text = std::str::from_utf8(record).map_err(|_| "the URL is not UTF-8".to_owned())?;
                Ok(self.read_url(text)?.0)
            }
            VerifyFormat::Json(field) => {
                let target = Some(field.as_deref().unwrap_or("url"));
                self.read_fields(Fields::read(record, FieldNames { target, read: &READ, added: &[] })?)
            }
        }
    }

    /// Reads a URL, or a token, which contains one.
    fn read_url(&self, text: &str) -> Result<(Read, RequestUrl), Refusal> {
        let parse =
            |text: &str| parse_discreetly(text, |text| self.judges.judging.parse_url(text).map_err(Refusal::from));
        let (method, url, known, notes) = match Token::parse(text) {
            Some(Ok(token)) => (token.method, parse(&token.url)?, Known::TOKEN, token.flaws),
            Some(Err(error)) => return Err(error.to_string().into()),
            None => {
                refuse_other(
                    text,
                    "a URL or a token: expected https:// or http://",
                    self.format == VerifyFormat::Plain,
                )?;
                ("GET", parse(text)?, Known::URL, Vec::new())
            }
        };
        let request = Request::new(method, &url).map_err(|error| error.to_string())?;
        Ok((Read { request, known, notes, other_host: None }, url))
    }

    /// Reads a request. A log has a placeholder for what a request does not have.
    fn read_fields(&self, mut fields: Fields<'_>) -> Result<Read, Refusal> {
        let is_there = |text: &Cow<'_, str>| !is_placeholder(text);
        let target = fields.target.take().filter(is_there).ok_or("the record has no URL")?;
        if fields.headers.iter().any(|(_, value)| is_placeholder(value)) {
            let pairs = fields.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let signed = SignedNames::of(target.as_bytes(), pairs);
            fields.headers.retain(|(name, value)| !signed.is_absent(name, value));
        }
        let (mut read, url) = self.read_url(&whole_url(&target, &fields.headers)?)?;
        let Read { request, known, other_host: other, .. } = &mut read;
        if let Some(method) = fields.method.take().filter(is_there) {
            request.set_method(&method).map_err(|_| INVALID_METHOD)?;
            known.method = true;
        }
        known.headers |= !fields.headers.is_empty();
        // A proxy records the URL where it sent the request, and the Host that the client signed.
        *other = other_host(&fields.headers, &url).map(str::to_owned);
        if fields.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request.headers.remove("host");
        }
        for (name, value) in std::mem::take(&mut fields.headers) {
            request.headers.push(&name, value).map_err(|error| error.to_string())?;
        }
        request.body = body(fields, request, *known)?;
        Ok(read)
    }
}

/// The body of a request.
fn body(fields: Fields<'_>, request: &Request, known: Known) -> Result<Body, Refusal> {
    let is_there = |text: &Cow<'_, str>| !is_body_absent(text, &request.headers);
    let is_given = fields.body.is_some();
    let body = match (fields.body.filter(is_there), fields.body_base64) {
        (_, Some(_)) if is_given => return Err("the record has both 'body' and 'body_base64'".into()),
        (Some(text), _) => Body::Bytes(text.into_owned().into_bytes()),
        (None, Some(text)) => {
            Body::Bytes(STANDARD.decode(&*text).map_err(|_| "field 'body_base64': expected base64".to_owned())?)
        }
        (None, None) => match fields.posted {
            Some(posted) => posted_body(Some(&posted), None, &request.headers, &mut Vec::new()),
            None if may_have_body(request, known) => Body::Unknown,
            None => Body::Bytes(Vec::new()),
        },
    };
    Ok(body)
}

/// The URL of a request. Servers log the path and the query alone, and the host is in a header.
fn whole_url<'u>(target: &'u str, headers: &[(String, String)]) -> Result<Cow<'u, str>, String> {
    if !target.starts_with('/') {
        return Ok(Cow::Borrowed(target));
    }
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, host)| host.trim());
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', '\\']) => {
            Ok(Cow::Owned(format!("https://{host}{target}")))
        }
        _ => Err("the URL has only a path: expected https://… or http://, or a header Host with the host".to_owned()),
    }
}

/// Whether a request without a body in its record may have had one: its method usually has one, or the method is not
/// known and the headers sign the hash of a body; or the headers declare one.
fn may_have_body(request: &Request, known: Known) -> bool {
    match known.method {
        _ if request.headers.content_length().is_some_and(|length| length > 0) => true,
        true => {
            let method = request.method();
            !matches!(capital_method(method).unwrap_or(method), "GET" | "HEAD" | "DELETE" | "OPTIONS")
        }
        false => ["authorization", "x-amz-content-sha256"].iter().any(|name| request.headers.contains(name)),
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
        let now = self.judges.verifier.clock.now();
        if self.judged_at.replace(now) != Some(now) {
            self.known.clear();
        }
        let mut finished = Finished::default();
        if let Some(refusal) = document::refusal(block, self.ending, matches!(self.format, VerifyFormat::Json(_))) {
            finished.fatal = Some(Problem::new(block.first, refusal));
            return finished;
        }
        let mut waiting = Waiting::default();
        for (number, record) in block.records(self.ending) {
            finished.records += 1;
            let record = record.map(clean).map_err(|unusable| unusable.problem);
            let find = |worker: &Self| worker.known.find(record.as_ref().ok()?);
            let mut found = find(self);
            let is_further = found.is_some_and(|(like, _)| like == waiting.like) && waiting.urls.len() < AT_ONCE;
            if !is_further && !waiting.urls.is_empty() {
                self.settle(&mut waiting, now, out, &mut finished);
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
                    let text = record.as_ref().copied().unwrap_or_default();
                    let judged = match record {
                        Ok(record) => self.judge(record, now),
                        Err(problem) => (Err(problem.into()), None),
                    };
                    self.write((number, text), judged, out, &mut finished);
                }
            }
            if finished.fatal.is_some() {
                break;
            }
        }
        self.settle(&mut waiting, now, out, &mut finished);
        self.judges.judging.progress(block.records);
        finished
    }
}

/// A record without what editors and shells leave around a line: white space, a byte order mark, and quotes.
fn clean(record: &[u8]) -> &[u8] {
    let record = record.strip_prefix(BYTE_ORDER_MARK).unwrap_or(record).trim_ascii();
    let unquoted = |quote: &[u8]| record.strip_prefix(quote)?.strip_suffix(quote);
    unquoted(b"\"").or_else(|| unquoted(b"'")).unwrap_or(record)
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

    struct Silent;

    impl Judging for Silent {
        fn parse_url(&self, text: &str) -> Result<RequestUrl, String> {
            RequestUrl::parse(text).map_err(|error| error.to_string())
        }

        fn redact(&self, _: &Request, fields: String) -> String {
            fields
        }

        fn redact_refused(&self, _: Option<&Request>, _: &[u8], fields: &str) -> String {
            fields.to_owned()
        }

        fn miss_key(&self, _: &str) {}

        fn progress(&self, _: u64) {}
    }

    fn verifier() -> Verifier {
        let keys = ["AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE"].map(|id| {
            let credentials = Credentials::new(id, "secret");
            NamedKey { name: id.to_owned(), credentials }
        });
        Verifier::new(Keyring::new(keys), Clock::new(|| Timestamp::from_epoch_seconds(NOW)))
    }

    fn judged(lines: &[String], is_one_by_one: bool) -> Vec<String> {
        let verifier = verifier();
        let ending = (Ending::Newline, WhenWrong { on_error: OnError::Report, file: None });
        let judges = Judges { verifier: &verifier, namesakes: &[], judging: &Silent };
        let mut worker = VerifyWorker::new(judges, VerifyFormat::Plain, ending);
        let mut out = Vec::new();
        let block = |lines: &[String]| Block { bytes: lines.join("\n").into_bytes(), first: 1, ..Block::default() };
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
        let method = prop_oneof![4 => Just("GET"), 1 => Just("PUT")];
        let broken = prop_oneof![8 => Just(None), 1 => Just(Some(('a', 'b'))), 1 => Just(Some(('1', '2'))), 1 => Just(Some(('&', ';')))];
        (host, key, age, (method, path), broken).prop_map(|((origin, service), id, age, (method, path), broken)| {
            let signer = Signer::new(Credentials::new(id, "secret"), "us-east-1", service);
            let url = RequestUrl::parse(&format!("{origin}{path}")).unwrap();
            let at = Timestamp::from_epoch_seconds(NOW - age);
            let request = Request::new(method, &url).unwrap();
            let signed = signer.presign_request(request, Duration::from_secs(3_600), at).unwrap();
            let text = url.for_request(&signed.request).to_string();
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
            // One by one, each is in line 1.
            let numbered = |lines: Vec<String>| -> Vec<String> {
                lines.into_iter().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
            };
            prop_assert_eq!(numbered(judged(&lines, false)), numbered(judged(&lines, true)));
        }
    }
}
