//! Reads everything that the arguments name: the request, the reply, and the client's log. Nothing is judged here.

use std::io::Read;

use super::ExplainArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{BodyDigests, RequestSource, Unsigned};
use crate::cli::request::{address, input, supply};
use sigvet_core::claim::{Claim, ClaimError};
use sigvet_core::credentials::Secret;
use sigvet_core::crypto::Sha256Digest;
use sigvet_core::form::FormClaim;
use sigvet_core::request::{Headers, Request, RequestUrl};
use sigvet_core::v2;
use sigvet_core::verify::{Claimed, Known};
use sigvet_diagnose::formats::Note;
use sigvet_diagnose::formats::capture::{Capture, CaptureKind, ClientLog};
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::is_authorization_lost;

/// What to explain.
pub enum Subject {
    /// The evidence about a refused request.
    Evidence(Box<Evidence>),
    /// A captured request without a signature.
    ToSign {
        /// The URL of the request.
        url: RequestUrl,
        /// The request.
        request: Box<Captured>,
        /// Notes about the captured text.
        notes: Vec<String>,
    },
}

/// The evidence about a refused request.
pub struct Evidence {
    /// The request.
    pub request: Option<Request>,
    /// The URL that the request was sent to.
    pub url: Option<RequestUrl>,
    /// The server's reply.
    pub reply: Option<Reply>,
    /// The client's log of what it signed.
    pub client: Option<ClientLog>,
    /// Notes about the captured texts.
    pub notes: Vec<String>,
    /// The same of the text of the request, before it is put into words.
    pub of_text: Vec<Note>,
    /// What is known about the request.
    pub known: Known,
    /// The secret from `--try-secret`.
    pub tried_secret: Option<Secret>,
    /// The kind of text that the request was read from.
    kind: Option<CaptureKind>,
}

/// A captured request, to be signed as it is.
#[derive(Debug)]
pub struct Captured(Request);

impl RequestSource for Captured {
    fn build(&self, _: &RequestUrl, _: &mut dyn Read, _: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        Ok(Unsigned::of(self.0.clone()))
    }

    fn names_host(&self) -> bool {
        self.0.headers.contains("host")
    }
}

impl Subject {
    /// Reads everything that the arguments name.
    pub fn of(args: &ExplainArgs, context: &mut Context) -> Result<Self, Failure> {
        let mut evidence = Evidence::new();
        let names_other = args.response.is_some() || args.client_log.is_some();
        let captured = capture(args, names_other, context)?;
        let mut notes = captured.as_ref().map(|capture| capture.notes.clone()).unwrap_or_default();
        if let Some(capture) = captured {
            evidence.take(capture);
        }
        if let Some(name) = &args.response {
            let reply = input::reply(name, context)?;
            let lost = reply.damage.iter().filter(|note| matches!(note, Note::LostForm { .. }));
            notes.extend(lost.cloned());
            evidence.reply = Some(reply);
        }
        if let Some(name) = &args.client_log {
            evidence.add_client(input::client_log(name, context)?);
        }
        evidence.complete(args, &mut notes, context)?;
        evidence.notes.splice(0..0, notes.iter().map(ToString::to_string));
        evidence.of_text = notes;
        evidence.into_subject(args)
    }
}

/// Reads the captured request. If the reply or the client's log is given, they may be the only evidence: then
/// standard input may be empty, a terminal, or one of the two.
fn capture(args: &ExplainArgs, names_other: bool, context: &mut Context) -> Result<Option<Capture>, Failure> {
    match &args.input {
        None if names_other && (context.stdin_is_terminal || is_stdin_named(args)) => Ok(None),
        None if names_other => input::capture_if_any(args.entry, context),
        input => input::capture(input.as_deref(), args.entry, context).map(Some),
    }
}

/// Whether the reply or the client's log comes from standard input.
fn is_stdin_named(args: &ExplainArgs) -> bool {
    [&args.response, &args.client_log].into_iter().any(|name| name.as_deref() == Some("-"))
}

impl Evidence {
    fn new() -> Self {
        let (request, url, reply, client) = (None, None, None, None);
        let (notes, of_text, known, tried_secret, kind) = (Vec::new(), Vec::new(), Known::WHOLE, None, None);
        Self { request, url, reply, client, notes, of_text, known, tried_secret, kind }
    }

    fn take(&mut self, capture: Capture) {
        self.kind = Some(capture.kind);
        (self.request, self.url, self.reply, self.client) =
            (capture.request, capture.url, capture.reply, capture.client);
    }

    /// Completes the request with the options. If the input is an unsigned URL, the options describe the request to
    /// sign.
    fn complete(&mut self, args: &ExplainArgs, notes: &mut Vec<Note>, context: &mut Context) -> Result<(), Failure> {
        let is_stdin_read = input::is_stdin(args.input.as_deref()) || is_stdin_named(args);
        if let (Some(CaptureKind::Url), Some(url), false) = (self.kind, &self.url, looks_signed(self.request.as_ref()))
        {
            let request = supply::with_stdin(is_stdin_read, context, |stdin| args.supply.make(url, stdin))?;
            self.request = Some(request);
            return Ok(());
        }
        let (supplied, secret) = supply::with_stdin(is_stdin_read, context, |stdin| {
            Ok((args.supply.read(stdin)?, args.trial.read_secret(stdin)?))
        })?;
        self.tried_secret = secret;
        match &mut self.request {
            Some(request) => self.known = supply::complete(request, self.kind, notes, &supplied)?,
            None => supply::refuse_without_request(&supplied)?,
        }
        Ok(())
    }

    /// Leaves out a log with another signature than the request: it belongs to another request, and would be
    /// misleading.
    pub fn leave_out_other_log(&mut self, claimed: Option<&Claimed>) {
        let signed = self.client.as_ref().and_then(|client| client.signature.as_deref());
        let is_other = signed.zip(claimed).is_some_and(|(signed, claimed)| {
            let presented = claimed.signature().as_str();
            !signed.eq_ignore_ascii_case(presented)
                && [signed, presented].iter().all(|text| Sha256Digest::from_hex(text).is_some())
        });
        if is_other {
            self.client = None;
            self.notes.push(
                "the client's log has another signature, so it belongs to another request and was ignored".to_owned(),
            );
        }
    }

    fn add_client(&mut self, client: ClientLog) {
        self.notes.extend(client.notes.iter().map(|note| format!("client's log: {note}")));
        if self.request.is_none() {
            (self.request, self.url) = (client.request.clone(), client.url.clone());
        }
        self.client = Some(client);
    }

    /// A request without a signature and without a server's reply is one to sign.
    fn into_subject(self, args: &ExplainArgs) -> Result<Subject, Failure> {
        let is_unsigned = |request: &Request| matches!(Claim::extract(request), Err(ClaimError::NotSigned));
        let is_token = self.kind == Some(CaptureKind::Token);
        let is_refused =
            self.reply.is_some() || self.client.is_some() || is_token || looks_signed(self.request.as_ref());
        match self.request {
            Some(request) if is_unsigned(&request) && !is_refused => {
                args.trial.refuse_unsigned()?;
                let url = match self.url {
                    Some(url) => url,
                    None => url_of(&request)?,
                };
                let request = if self.kind == Some(CaptureKind::CurlCommand) { as_typed(request) } else { request };
                Ok(Subject::ToSign { url, request: Box::new(Captured(request)), notes: self.notes })
            }
            request => {
                if args.signing.is_for_signing() || args.presign.is_some() {
                    return Err(Failure::usage("signing options cannot be used with a request that is already signed")
                        .hint(
                            "remove them; only --region, --service, --token-unsigned, --normalize-path and \
                             --encode-path also apply to signed requests: they say what the server expects",
                        ));
                }
                Ok(Subject::Evidence(Box::new(Self { request, ..self })))
            }
        }
    }
}

/// Whether there is a trace of a signature even if it cannot be parsed: a URL that was escaped, or an older scheme.
fn looks_signed(request: Option<&Request>) -> bool {
    let Some(request) = request else { return false };
    let target = String::from_utf8_lossy(request.target()).to_ascii_lowercase();
    let marks = ["amz-signature", "goog-signature", "amz-credential", "amz-algorithm", "awsaccesskeyid="];
    let is_form = || FormClaim::is_made_by(request) || v2::Claim::is_made_by(request);
    request.headers.contains("authorization")
        || is_authorization_lost(request)
        || is_form()
        || marks.iter().any(|mark| target.contains(mark))
}

fn url_of(request: &Request) -> Result<RequestUrl, Failure> {
    let host = request.host().ok_or_else(|| {
        Failure::usage("the request is not signed and has no Host header").hint("pass the URL as an argument instead")
    })?;
    let target = String::from_utf8_lossy(request.target()).into_owned();
    address::parse(&format!("https://{host}{target}"))
}

/// The request of a curl command without what curl adds when it sends, which is not signed.
fn as_typed(mut request: Request) -> Request {
    let mut headers = Headers::default();
    for header in &request.headers {
        let is_of_curl = header.is_named("content-length") || (header.is_named("accept") && header.value == b"*/*");
        if !is_of_curl {
            headers.push_unchecked(&header.name, header.value.clone());
        }
    }
    request.headers = headers;
    request
}
