//! Requests in, verdicts out.

use std::borrow::Cow;
use std::io::Write;

use super::blocks::{Block, Ending};
use super::json::{self, Fields};
use super::pipeline::{Finished, Worker};
use super::problem::{OnError, Problem};
use crate::gateway::Verifier;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{FindingId, Known, Outcome, Verdict, VerifyError};
use sigvet_diagnose::Diagnosis;

/// What a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyFormat {
    /// A presigned URL.
    Plain,
    /// An object of method, url, headers and body, with the URL in the field of that name, or in `url`.
    Json(Option<String>),
}

/// Reads a URL as it was typed.
pub type ParseUrl = fn(&str) -> Result<RequestUrl, String>;

/// Judges the request of each record.
pub struct VerifyWorker<'v> {
    verifier: &'v Verifier,
    parse_url: ParseUrl,
    format: VerifyFormat,
    ending: Ending,
    on_error: OnError,
    progress: &'v (dyn Fn(u64) + Sync),
}

impl<'v> VerifyWorker<'v> {
    /// A worker that judges as this server would.
    pub fn new(
        verifier: &'v Verifier,
        parse_url: ParseUrl,
        format: VerifyFormat,
        (ending, on_error): (Ending, OnError),
        progress: &'v (dyn Fn(u64) + Sync),
    ) -> Self {
        Self { verifier, parse_url, format, ending, on_error, progress }
    }

    fn judge(&self, record: &[u8], now: Timestamp) -> Result<Judged, String> {
        let (request, known) = self.read(record)?;
        match self.verifier.judge_known(&request, known, now) {
            Ok(verdict) => Ok(Judged::new(&verdict)),
            Err(error) => Judged::unreadable(&request, error),
        }
    }

    fn read(&self, record: &[u8]) -> Result<(Request, Known), String> {
        if record.is_empty() {
            return Err("the record is empty".to_owned());
        }
        match &self.format {
            VerifyFormat::Plain => {
                let text = std::str::from_utf8(record).map_err(|_| "the URL is not UTF-8".to_owned())?;
                let url = (self.parse_url)(text)?;
                Ok((Request::new("GET", &url).map_err(|error| error.to_string())?, Known::URL))
            }
            VerifyFormat::Json(field) => {
                self.read_fields(Fields::read(record, Some(field.as_deref().unwrap_or("url")), &[])?)
            }
        }
    }

    fn read_fields(&self, fields: Fields<'_>) -> Result<(Request, Known), String> {
        let url = (self.parse_url)(&fields.target.ok_or("the record has no URL")?)?;
        let method = fields.method.as_deref().unwrap_or("GET");
        let mut request = Request::new(method, &url).map_err(|error| error.to_string())?;
        let mut known = Known::WHOLE;
        (known.method, known.headers) = (fields.method.is_some(), !fields.headers.is_empty());
        if fields.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request.headers.remove("host");
        }
        for (name, value) in fields.headers {
            request.headers.push(&name, value).map_err(|error| error.to_string())?;
        }
        request.body = match fields.body {
            Some(Cow::Borrowed(text)) => Body::Bytes(text.as_bytes().to_vec()),
            Some(Cow::Owned(text)) => Body::Bytes(text.into_bytes()),
            None if matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS") => Body::Bytes(Vec::new()),
            None => Body::Unknown,
        };
        Ok((request, known))
    }
}

impl Worker for VerifyWorker<'_> {
    fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished {
        let now = self.verifier.clock.now();
        let mut finished = Finished::default();
        let records = self.ending.split(&block.bytes).map(Some).chain(block.is_overlong.then_some(None));
        for (record, text) in (block.first..).zip(records) {
            let judged = match text {
                Some(text) => self.judge(text, now),
                None => Err("the record is longer than 1 MiB".to_owned()),
            };
            match judged {
                Ok(judged) => {
                    finished.wrong += u64::from(judged.outcome != Outcome::Valid);
                    judged.write(out);
                }
                Err(what) => {
                    finished.wrong += 1;
                    match self.on_error {
                        OnError::Fail => {
                            finished.fatal = Some(Problem { record, what });
                            break;
                        }
                        OnError::Empty => {}
                        OnError::Report => Problem { record, what }.write_json(out),
                    }
                    out.push(b'\n');
                }
            }
        }
        (self.progress)(block.records);
        finished
    }
}

/// What is told of a request.
struct Judged {
    outcome: Outcome,
    is_signature_right: Option<bool>,
    findings: Vec<Cow<'static, str>>,
    access_key_id: Option<String>,
}

impl Judged {
    fn new(verdict: &Verdict) -> Self {
        Self {
            outcome: verdict.outcome(),
            is_signature_right: verdict.is_signature_right(),
            findings: verdict
                .findings
                .iter()
                .filter_map(|finding| finding.id())
                .map(FindingId::as_str)
                .map(Cow::Borrowed)
                .collect(),
            access_key_id: Some(verdict.claimed.access_key_id().to_owned()),
        }
    }

    /// A signature that cannot be read is not valid, if that is a mistake; a request without one is not to be judged.
    fn unreadable(request: &Request, error: VerifyError) -> Result<Self, String> {
        let text = error.to_string();
        let diagnosis = Diagnosis::from_unreadable(request, error);
        if diagnosis.outcome != Outcome::Invalid {
            return Err(text);
        }
        let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
        let findings = mistakes.map(|applied| Cow::Borrowed(applied.mistake.id)).collect();
        Ok(Self { outcome: Outcome::Invalid, is_signature_right: None, findings, access_key_id: None })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let verdict = match self.outcome {
            Outcome::Valid => "valid",
            Outcome::Invalid => "invalid",
            Outcome::Unknown => "unknown",
        };
        out.extend_from_slice(b"{\"verdict\":\"");
        out.extend_from_slice(verdict.as_bytes());
        out.extend_from_slice(b"\",\"findings\":[");
        for (at, id) in self.findings.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            json::push_text(id, out);
        }
        out.extend_from_slice(b"],\"signature_matches\":");
        match self.is_signature_right {
            Some(is_right) => write!(out, "{is_right}").expect("memory can be written to"),
            None => out.extend_from_slice(b"null"),
        }
        if let Some(id) = &self.access_key_id {
            out.push(b',');
            json::push_field("access_key_id", id, out);
        }
        out.extend_from_slice(b"}\n");
    }
}
