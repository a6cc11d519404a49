//! Presigns URLs and keys.
//!
//! What URLs have in common (host, method, headers, expiry, region) determines their presigner. Consecutive records with
//! the same presigner are signed in parallel.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::blocks::{Block, Ending};
use super::csv::CsvHeader;
use super::csv_row::Row;
use super::document;
use super::json::{self, EXPECTED_EXPIRY, FieldNames, Fields, INVALID_METHOD};
use super::other_text::{parse_discreetly, refuse_other};
use super::pipeline::{AT_ONCE, Finished, Worker};
use super::presigners::{Common, PresignCache, Ready, is_letter_of_name};
use super::problem::{Extent, OnError, PROBLEM, Problem, Refusal, WhenWrong};
use super::signing::Signing;
use memchr::{memchr, memchr_iter};
use sigvet_core::canonical::PathNormalization;
use sigvet_core::internal::canonical::path::has_dot_segment;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::is_token;
use sigvet_core::prepare::Warning;
use sigvet_core::presign::PresignedTarget;
use sigvet_core::request::{RequestUrl, write_path_for_key};

/// The fields of a record that determine how its URL is signed.
const READ: [&str; 5] = ["method", "headers", "expires", "bucket", "region"];

/// The fields that are added to a record, and those that are removed from a wrong record.
const URL: &str = "presigned_url";
const EXPIRES_AT: &str = "expires_at";
const HEADERS: &str = "send_headers";
const ADDED: [&str; 3] = [URL, EXPIRES_AT, HEADERS];
const ADDED_TO_WRONG: [&str; 4] = [URL, EXPIRES_AT, HEADERS, PROBLEM];

/// A base URL for records that are keys.
#[derive(Debug, Clone)]
pub struct Base {
    /// The URL as it was typed.
    pub typed: String,
    /// The URL that it means.
    pub url: Arc<RequestUrl>,
}

impl Base {
    /// Whether it is an `s3://` URL, whose host depends on the region.
    pub fn is_s3(&self) -> bool {
        self.typed.starts_with("s3://")
    }
}

/// How records spell object keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEncoding {
    /// As they are.
    Raw,
    /// As in the query of a URL, with `+` for a space.
    Url,
}

/// The format of the records.
#[derive(Debug, Clone)]
pub enum PresignFormat {
    /// A URL, or an unencoded key.
    Plain,
    /// A JSON object with the target in the field of that name, or in `url` or `key`.
    Json(Option<String>),
    /// A row of CSV.
    Csv(CsvHeader),
}

impl PresignFormat {
    /// The columns that are added to CSV.
    pub fn added_columns(on_error: OnError) -> &'static [&'static str] {
        match on_error {
            OnError::Report => &[URL, EXPIRES_AT, PROBLEM],
            OnError::Fail | OnError::Empty => &[URL, EXPIRES_AT],
        }
    }
}

/// Presigns the URL of each record.
pub struct PresignWorker<'s> {
    signing: &'s dyn Signing,
    /// The base URL, if the records are keys.
    base: Option<Base>,
    encoding: KeyEncoding,
    format: PresignFormat,
    ending: Ending,
    when_wrong: WhenWrong,
    presigners: PresignCache<'s>,
    /// Parses rows of CSV.
    row: Option<Row>,
    has_warned_of_plus: bool,
    has_warned_of_dots: bool,
    /// The targets of a block, one after the other.
    targets: Vec<u8>,
}

/// The result of a record: a URL to sign, or what is wrong with the record.
type Outcome<'b> = Result<Pending<'b>, Refusal>;

/// A record that has not been signed yet.
struct Pending<'b> {
    /// The number of the record.
    number: u64,
    terms: Rc<Ready>,
    /// The range of its target in the targets of the block.
    target: Range<usize>,
    record: &'b [u8],
    has_added: bool,
}

impl<'s> PresignWorker<'s> {
    /// Creates a worker with empty caches.
    pub fn new(
        signing: &'s dyn Signing,
        (base, encoding): (Option<Base>, KeyEncoding),
        format: PresignFormat,
        ending: Ending,
        when_wrong: WhenWrong,
    ) -> Self {
        let presigners = PresignCache::new(signing);
        let row = if let PresignFormat::Csv(header) = &format { Some(header.reader()) } else { None };
        Self {
            signing,
            base,
            encoding,
            format,
            ending,
            when_wrong,
            presigners,
            row,
            has_warned_of_plus: false,
            has_warned_of_dots: false,
            targets: Vec::new(),
        }
    }
}

impl Worker for PresignWorker<'_> {
    fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished {
        self.presigners.renew(self.signing.now());
        self.warn_of_separators(block);
        let mut finished = Finished::default();
        if let Some(refusal) = document::refusal(block, self.ending, matches!(self.format, PresignFormat::Json(_))) {
            finished.fatal = Some(Problem::new(block.first, refusal));
            return finished;
        }
        let mut targets = std::mem::take(&mut self.targets);
        targets.clear();
        let mut waiting: Vec<Pending<'_>> = Vec::with_capacity(AT_ONCE);
        for (number, record) in block.records(self.ending) {
            let text = match &record {
                Ok(text) => *text,
                Err(unusable) => unusable.text,
            };
            if matches!((&self.format, &record), (PresignFormat::Csv(_), Ok(b""))) {
                // Spreadsheets end a file with blank lines.
                self.sign(&mut waiting, &targets, out, &mut finished);
                self.end_record(out);
                continue;
            }
            finished.records += 1;
            let outcome = record
                .map_err(|unusable| Refusal::from(unusable.problem))
                .and_then(|record| self.read((number, record), &mut targets));
            let is_alike =
                |pending: &Pending<'_>| waiting.last().is_none_or(|last| Rc::ptr_eq(&last.terms, &pending.terms));
            if waiting.len() == AT_ONCE || !outcome.as_ref().is_ok_and(is_alike) {
                self.sign(&mut waiting, &targets, out, &mut finished);
            }
            match outcome {
                Ok(pending) => waiting.push(pending),
                Err(refusal) if finished.fatal.is_none() => {
                    self.refuse(Problem::new(number, refusal), text, out, &mut finished);
                }
                Err(_) => {}
            }
            if finished.fatal.is_some() {
                break;
            }
        }
        if finished.fatal.is_none() {
            self.sign(&mut waiting, &targets, out, &mut finished);
        }
        self.signing.progress(block.records);
        self.targets = targets;
        finished
    }
}

impl PresignWorker<'_> {
    /// Parses a record, and appends its target to the others.
    fn read<'b>(&mut self, (number, record): (u64, &'b [u8]), targets: &mut Vec<u8>) -> Outcome<'b> {
        match &self.format {
            PresignFormat::Plain => {
                let common = Common::default();
                self.pend((number, record), Cow::Borrowed(record), &common, targets)
            }
            PresignFormat::Json(field) => {
                let names = FieldNames { target: field.as_deref(), read: &READ, added: self.added() };
                let fields = Fields::read(record, names)?;
                let named = || field.clone().map_or_else(|| "'url' or 'key'".to_owned(), |name| format!("'{name}'"));
                if fields.has_two_targets {
                    return Err("the record has several fields that name an object: say which with --field".into());
                }
                if fields.is_key && fields.bucket.is_none() && self.base.is_none() {
                    return Err(Refusal::with_hint(
                        "the record has a key, but no bucket",
                        "add the field 'bucket', or pass --base s3://bucket/",
                    ));
                }
                let target = fields.target.ok_or_else(|| format!("the record has no field {}", named()))?;
                // Their texts may be anything in the wrong field, such as a secret, so they are not shown.
                let expires = fields.expires.map(|text| self.signing.parse_expires(&text)).transpose();
                let expires = expires.map_err(|_| format!("field 'expires': {EXPECTED_EXPIRY}"))?;
                let Fields { method, headers, bucket, region, has_added, .. } = fields;
                if method.as_deref().is_some_and(|method| !is_token(method)) {
                    return Err(INVALID_METHOD.into());
                }
                if region.as_deref().is_some_and(|region| !is_name_of_region(region)) {
                    return Err("field 'region': expected the name of a region, such as eu-west-1, or null".into());
                }
                let common = Common { method, headers, expires, bucket, region };
                if memchr(0, target.as_bytes()).is_some() {
                    self.signing.warn(NUL_IN_FIELD.to_owned());
                }
                let target = match target {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                };
                Ok(Pending { has_added, ..self.pend((number, record), target, &common, targets)? })
            }
            PresignFormat::Csv(header) => {
                let row = self.row.get_or_insert_with(|| header.reader());
                let field = header.field(row, record, number)?.to_vec();
                if memchr(0, &field).is_some() {
                    self.signing.warn(NUL_IN_KEY.to_owned());
                }
                self.pend((number, record), Cow::Owned(field), &Common::default(), targets)
            }
        }
    }

    fn pend<'b>(
        &mut self,
        (number, record): (u64, &'b [u8]),
        target: Cow<'_, [u8]>,
        common: &Common<'_>,
        targets: &mut Vec<u8>,
    ) -> Outcome<'b> {
        let start = targets.len();
        let terms = self.locate(&target, common, targets)?;
        Ok(Pending { number, terms, target: start..targets.len(), record, has_added: false })
    }

    /// Finds the presigner for a URL, and appends its target.
    fn locate(&mut self, typed: &[u8], common: &Common<'_>, targets: &mut Vec<u8>) -> Result<Rc<Ready>, Refusal> {
        if typed.is_empty() {
            return Err("the record is empty".into());
        }
        let region = common.region.as_deref();
        let under = match (&common.bucket, &self.base) {
            (Some(_), Some(_)) => return Err("the record has a bucket, and --base names another place".into()),
            (Some(bucket), None) => Some((self.presigners.bucket(bucket, region)?, true)),
            (None, Some(base)) if base.is_s3() && region.is_some() => {
                Some((self.presigners.located(&base.typed, region)?, true))
            }
            (None, Some(base)) => Some((Arc::clone(&base.url), base.is_s3())),
            (None, None) => None,
        };
        if let Some((url, is_s3)) = under {
            let key = match self.encoding {
                KeyEncoding::Raw => Cow::Borrowed(typed),
                KeyEncoding::Url => Cow::Owned(decode_key(typed)?),
            };
            return self.locate_key(&key, (&url, is_s3), common, targets);
        }
        let text = std::str::from_utf8(typed).map_err(|_| "the URL is not UTF-8")?;
        match text.strip_prefix("s3://").and_then(simple_key) {
            Some((bucket, key)) => {
                let located = self.presigners.bucket(bucket, region)?;
                self.locate_key(key.as_bytes(), (&located, true), common, targets)
            }
            None => {
                let is_line = matches!(self.format, PresignFormat::Plain);
                refuse_other(text, "a URL: expected https://, http://, wss:// or s3://", is_line)?;
                let url = parse_discreetly(text, |text| self.signing.locate(text, region))?;
                targets.extend_from_slice(url.target());
                let ready = self.presigners.find(&url, text.starts_with("s3://"), common)?;
                self.warn_of_path(&url, &ready);
                Ok(ready)
            }
        }
    }

    /// Warns about the path of a URL: `prepare` does not see the paths of a list.
    fn warn_of_path(&mut self, url: &RequestUrl, ready: &Ready) {
        let path = url.target().split(|byte| *byte == b'?').next().unwrap_or_default();
        if may_have_dot_segment(path) && !is_normalized(ready) && has_dot_segment(path) {
            self.warn_of_dots();
        }
        if self.has_warned_of_plus || !path.contains(&b'+') {
            return;
        }
        let terms = ready.presigner.terms();
        if terms.dialect.stores_objects(&terms.scope.service) {
            self.has_warned_of_plus = true;
            self.signing.warn(Warning::PlusInPath.to_string());
        }
    }

    /// Warns if a byte that ends records in the other mode is part of keys: `-0` was forgotten, or is one too many, or the
    /// text is UTF-16 without a mark.
    fn warn_of_separators(&mut self, block: &Block) {
        let warning = match (self.ending, &self.format) {
            (Ending::Newline, PresignFormat::Plain) if self.base.is_some() && block.bytes.starts_with(b"{\"") => {
                Some(JSON_IN_KEY)
            }
            (Ending::Newline, PresignFormat::Plain) => memchr(0, &block.bytes).map(|_| NUL_IN_KEY),
            // Keys may contain newlines, but this one would contain the whole input.
            (Ending::Zero, _) if block.first == 1 && memchr(0, &block.bytes).is_none() => {
                memchr(b'\n', &block.bytes).map(|_| NEWLINE_IN_KEY)
            }
            (Ending::Zero, _) if block.first == 1 && looks_like_utf_16(&block.bytes) => Some(NUL_IN_KEY_OF_UTF_16),
            _ => None,
        };
        if let Some(warning) = warning {
            self.signing.warn(warning.to_owned());
        }
    }

    /// The fields that are added to a record, which replace fields of the record. A report of an earlier run is one
    /// of them if this run writes reports.
    fn added(&self) -> &'static [&'static str] {
        if self.when_wrong.on_error == OnError::Report { &ADDED_TO_WRONG } else { &ADDED }
    }

    /// Finds the presigner for a key under a base URL, and appends its target.
    fn locate_key(
        &mut self,
        key: &[u8],
        (under, is_s3): (&RequestUrl, bool),
        common: &Common<'_>,
        targets: &mut Vec<u8>,
    ) -> Result<Rc<Ready>, Refusal> {
        if let Some(scheme) = SCHEMES.into_iter().find(|scheme| begins_with_scheme(key, scheme)) {
            let what = format!("the record begins with {scheme}://, but a key is expected");
            return Err(Refusal::with_hint(what, "omit --base or the bucket"));
        }
        push_key(under, key, targets);
        let ready = self.presigners.find(under, is_s3, common)?;
        if may_have_dot_segment(key) && key.split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b"..")) {
            if is_normalized(&ready) {
                return Err("the key has a segment '.' or '..', which this service takes out of the path".into());
            }
            self.warn_of_dots();
        }
        Ok(ready)
    }

    fn warn_of_dots(&mut self) {
        if !std::mem::replace(&mut self.has_warned_of_dots, true) {
            self.signing.warn(Warning::DotSegment.to_string());
        }
    }

    /// Signs and writes the pending records.
    fn sign(&mut self, waiting: &mut Vec<Pending<'_>>, targets: &[u8], out: &mut Vec<u8>, finished: &mut Finished) {
        let Some(terms) = waiting.first().map(|first| Rc::clone(&first.terms)) else { return };
        let own: Vec<&[u8]> = waiting.iter().map(|pending| &targets[pending.target.clone()]).collect();
        let mut pending = waiting.iter().zip(&own);
        terms.presigner.presign_each(&own, |presigned| {
            let Some((pending, target)) = pending.next() else { return };
            match presigned {
                _ if finished.fatal.is_some() => {}
                Ok(presigned) => self.write(pending, target, &presigned, out),
                Err(error) => {
                    let problem = Problem::new(pending.number, error.to_string());
                    self.refuse(problem, pending.record, out, finished);
                }
            }
        });
        waiting.clear();
    }

    fn write(&self, pending: &Pending<'_>, target: &[u8], presigned: &PresignedTarget<'_>, out: &mut Vec<u8>) {
        let Ready { origin, expires_at, headers, .. } = &*pending.terms;
        match &self.format {
            PresignFormat::Plain => {
                out.extend_from_slice(origin.as_bytes());
                presigned.write(out);
                out.push(b'\n');
            }
            PresignFormat::Json(_) => {
                json::open_record(pending.record, pending.has_added.then(|| self.added()), out);
                out.extend_from_slice(b"\"presigned_url\":");
                if json::is_plain(target) {
                    out.push(b'"');
                    out.extend_from_slice(origin.as_bytes());
                    presigned.write(out);
                    out.push(b'"');
                } else {
                    json::push_text(&text_of(origin, presigned), out);
                }
                out.push(b',');
                json::push_field("expires_at", expires_at, out);
                if !headers.is_empty() {
                    out.extend_from_slice(b",\"send_headers\":");
                    json::push_pairs(headers, out);
                }
                out.extend_from_slice(b"}\n");
            }
            PresignFormat::Csv(header) => {
                out.extend_from_slice(pending.record);
                header.separate(out);
                header.push_field(text_of(origin, presigned).as_bytes(), out);
                header.separate(out);
                out.extend_from_slice(expires_at.as_bytes());
                if self.when_wrong.on_error == OnError::Report {
                    header.separate(out);
                }
                header.end_row(out);
            }
        }
    }

    /// Writes what replaces a wrong record.
    fn refuse(&mut self, problem: Problem, record: &[u8], out: &mut Vec<u8>, finished: &mut Finished) {
        finished.wrong += 1;
        if problem.refusal.extent == Extent::Credentials {
            finished.fatal = Some(problem);
            return;
        }
        match (self.when_wrong.on_error, &self.format) {
            (OnError::Fail, _) => {
                finished.fatal = Some(problem);
                return;
            }
            (on_error, PresignFormat::Csv(header)) => {
                let reader = self.row.get_or_insert_with(|| header.reader());
                header.keep_wrong(reader, record, out);
                (0..2).for_each(|_| header.separate(out));
                if on_error == OnError::Report {
                    header.separate(out);
                    let file = self.when_wrong.file.as_ref().map(|file| format!("{file}, ")).unwrap_or_default();
                    header.push_field(format!("{file}line {}: {}", problem.record, problem.text()).as_bytes(), out);
                }
            }
            (OnError::Empty, _) => {}
            (OnError::Report, PresignFormat::Json(field)) if json::is_object(record) => {
                // The field with the URL stays, whatever its name.
                let is_target = |name: &&str| field.as_deref() == Some(name);
                let removed: Vec<&str> = ADDED_TO_WRONG.into_iter().filter(|name| !is_target(name)).collect();
                json::open_record(record, Some(&removed), out);
                json::push_field(PROBLEM, &problem.text(), out);
                out.push(b'}');
            }
            (OnError::Report, _) => problem.write_json(self.when_wrong.file.as_deref(), out),
        }
        self.end_record(out);
    }

    fn end_record(&self, out: &mut Vec<u8>) {
        match &self.format {
            PresignFormat::Csv(header) => header.end_row(out),
            _ => out.push(b'\n'),
        }
    }
}

/// Decodes a URL-encoded key.
fn decode_key(key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let is_escape = |at: usize| key.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if memchr_iter(b'%', key).all(is_escape) {
        return Ok(decode(key, Plus::Space));
    }
    let what = "the key is not URL-encoded: it has a '%' without two hexadecimal digits";
    Err(Refusal::with_hint(what, "omit --url-encoded if the keys are as they are"))
}

const JSON_IN_KEY: &str =
    "a record looks like a JSON object, and is taken for a key: pass --jsonl if the records are objects";
const NUL_IN_KEY: &str = "a record contains a NUL byte, which becomes %00 in its URL: pass -0 if records end with NUL \
     bytes, or convert the text to UTF-8 if it is UTF-16";
const NUL_IN_FIELD: &str = "a key contains a NUL byte, which becomes %00 in its URL";
const NUL_IN_KEY_OF_UTF_16: &str = "the text looks like UTF-16, each character of which is a record with -0: convert it to UTF-8, and omit -0 if records are lines";
const NEWLINE_IN_KEY: &str = "-0 was given, but the input has newlines and no NUL byte: it is one record, with %0A in \
     its URL; omit -0 if records are lines";

/// The schemes of URLs that lead to objects; a key that begins with one is a URL in the wrong place.
const SCHEMES: [&str; 7] = ["s3", "https", "http", "wss", "ws", "s3a", "s3n"];

/// Whether every other byte is a NUL, and one of the others a newline: UTF-16 without a byte order mark.
fn looks_like_utf_16(text: &[u8]) -> bool {
    const SEARCHED: usize = 4096;
    let text = &text[..text.len().min(SEARCHED)];
    [0, 1].into_iter().any(|at| {
        let mut zeros = text.iter().skip(at).step_by(2);
        let mut others = text.iter().skip(1 - at).step_by(2);
        text.len() >= 8
            && zeros.all(|byte| *byte == 0)
            && others.clone().all(|byte| *byte != 0)
            && others.any(|byte| *byte == b'\n')
    })
}

/// Whether a segment of a key or a path begins with a dot or an escape, as few do: looking closer at each would take longer.
fn may_have_dot_segment(path: &[u8]) -> bool {
    let begins_dots = |at: usize| matches!(path.get(at), Some(b'.' | b'%'));
    begins_dots(0) || memchr_iter(b'/', path).any(|at| begins_dots(at + 1))
}

fn is_normalized(ready: &Ready) -> bool {
    ready.presigner.terms().path_rule.normalization == PathNormalization::Normalized
}

fn is_name_of_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_letter_of_name)
}

fn begins_with_scheme(key: &[u8], scheme: &str) -> bool {
    let split = key.split_at_checked(scheme.len());
    split.is_some_and(|(begin, rest)| begin.eq_ignore_ascii_case(scheme.as_bytes()) && rest.starts_with(b"://"))
}

/// Splits the text after `s3://` into bucket and key, unless it could contain a query, or a name with slashes such
/// as an ARN.
fn simple_key(rest: &str) -> Option<(&str, &str)> {
    let (bucket, key) = rest.split_once('/')?;
    let is_simple = !bucket.is_empty() && !key.is_empty() && !rest.contains('?') && !bucket.contains(['@', ':']);
    is_simple.then_some((bucket, key))
}

/// Appends the target of a key under a base URL.
fn push_key(base: &RequestUrl, key: &[u8], targets: &mut Vec<u8>) {
    let target = base.target();
    targets.extend_from_slice(target.strip_suffix(b"/").unwrap_or(target));
    write_path_for_key(key, targets);
}

fn text_of(origin: &str, presigned: &PresignedTarget<'_>) -> String {
    let mut text = origin.as_bytes().to_vec();
    presigned.write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
