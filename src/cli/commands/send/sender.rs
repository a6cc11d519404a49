//! Sends a request until the final response: through retries, redirects and corrections, signing it again each
//! time.
//!
//! Every hop is signed for its own host. A hop to another host is not signed, and contains nothing that grants
//! access, unless the user trusts that host.

use std::io::Write;
use std::time::Duration;

use super::args::SendArgs;
use super::arrival::Arrival;
use super::confirmation;
use super::cookies::Cookies;
use super::differences;
use super::facts;
use super::redirect::{self, Hop, Method, Trust};
use super::refusal::{self, Corrections};
use super::retry::Retries;
use super::shared::Shared;
use crate::cli::commands::sign::sign;
use crate::cli::connection::failure::explain_transport;
use crate::cli::context::{self, Context};
use crate::cli::credentials::signer::Signer;
use crate::cli::curl::facts::Facts;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::show::Show;
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::{write_response_head, write_verbose_head};
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::note;
use crate::cli::terminal::progress;
use crate::transport::{self, BodyFile, Exchange, Fingerprints, Meter, Options, Outgoing, Response};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::stream::Encoder;
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::reply::Reply;

/// A request with its state between attempts.
pub struct Sender<'a> {
    args: &'a SendArgs,
    session: Session,
    options: Options,
    retries: Retries<'a>,
    hops: u32,
    signature: Signature,
    corrections: Corrections,
    cookies: Cookies,
    shared: &'a mut Shared,
    /// The heads of the responses so far.
    heads: Vec<Response>,
    /// The MD5s of a body in chunks.
    fingerprints: Option<Fingerprints>,
    facts: Facts,
}

/// Whether the current hop is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signature {
    Wanted,
    Unwanted,
}

/// How much of a refusal is read for the server's message.
const REFUSAL_LIMIT: usize = 256 * 1024;

/// What follows an attempt.
enum Step {
    Again(Duration),
    Arrived(Box<Arrival>),
}

impl<'a> Sender<'a> {
    /// Starts with a request that has not been sent.
    pub fn new(
        args: &'a SendArgs,
        session: Session,
        cookies: Cookies,
        shared: &'a mut Shared,
        context: &Context,
    ) -> Self {
        let options = args.connection.to_transport(context).trusting(session.ca_bundle());
        let is_signed = !matches!(session.signer, Signer::Nobody);
        let signature = if is_signed { Signature::Wanted } else { Signature::Unwanted };
        let (url, transfer) = (session.url.to_string(), shared.transfers);
        let facts = Facts { url, transfer, connections_before: shared.connections, ..Facts::default() };
        let (retries, corrections) = (Retries::new(&args.retries), Corrections::default());
        let (heads, fingerprints) = (Vec::new(), None);
        Self {
            args,
            session,
            options,
            retries,
            hops: 0,
            signature,
            corrections,
            cookies,
            shared,
            heads,
            fingerprints,
            facts,
        }
    }

    /// Sends the request until there is a final response.
    pub fn carry(&mut self, context: &mut Context) -> Result<Arrival, Failure> {
        loop {
            match self.attempt(context)? {
                Step::Again(wait) => {
                    self.refuse_spent()?;
                    self.pause(wait, context)?;
                }
                Step::Arrived(arrival) => return Ok(*arrival),
            }
        }
    }

    /// Refuses to send a pipe again whose bytes were used by an earlier attempt.
    fn refuse_spent(&self) -> Result<(), Failure> {
        if !self.session.unsigned.body_file.as_ref().is_some_and(BodyFile::is_spent) {
            return Ok(());
        }
        Err(Failure::new(Exit::CannotRead, "the body came from a pipe and cannot be sent again")
            .hint("upload it from a file, so that retries and redirects can sign it again"))
    }

    /// Writes the heads of all responses to the file of `-D`.
    pub fn dump_heads(&mut self, context: &mut Context) -> Result<(), Failure> {
        let Some(file) = &self.args.output.dump_header else { return Ok(()) };
        let mut text = Vec::new();
        self.heads.iter().try_for_each(|head| write_response_head("", head, &mut text))?;
        self.shared.dump(file, &text, context)
    }

    /// The facts about all attempts.
    pub fn into_facts(self) -> Facts {
        self.facts
    }

    fn attempt(&mut self, context: &mut Context) -> Result<Step, Failure> {
        let is_trusted = self.args.redirects.location_trusted;
        let headers = &mut self.session.unsigned.request.headers;
        self.cookies.put(&self.session.url, is_trusted, &self.shared.jar, headers);
        let (wire, encoder) = self.wire_request(context)?;
        self.fingerprints = self.fingerprints_of(&wire, encoder.is_some());
        let length = self.session.unsigned.body_file.as_ref().map(BodyFile::length);
        let bar = progress::bar("sending", length, self.args.output.progress(), context);
        let listener = bar.clone();
        self.options.meter = Meter::new(move |bytes| listener.inc(bytes));
        let outgoing = Outgoing {
            url: &self.session.url,
            request: &wire,
            body_file: self.session.unsigned.body_file.as_ref(),
            encoder: encoder.as_ref(),
            fingerprints: self.fingerprints.as_ref(),
            options: &self.options,
        };
        let outcome = transport::send(&outgoing);
        bar.finish_and_clear();
        match outcome {
            Ok(exchange) => self.judge(exchange, &wire, context),
            Err(error) => {
                let wait = self.retries.after_error(&error);
                let failure = explain_transport(error);
                let Some(wait) = wait else { return Err(failure) };
                note(context, &failure.to_string())?;
                Ok(Step::Again(wait))
            }
        }
    }

    /// The MD5s of a body in chunks: computed at once for a body in memory, and while sending for a file.
    fn fingerprints_of(&self, wire: &Request, is_read_while_sent: bool) -> Option<Fingerprints> {
        self.session.plan?;
        match (&self.session.unsigned.request.body, &wire.body) {
            _ if is_read_while_sent => Some(Fingerprints::default()),
            (Body::Bytes(payload), Body::Bytes(framed)) => Some(Fingerprints::of(payload, framed)),
            _ => None,
        }
    }

    /// The request as it is sent now: signed, and completed with the client's headers.
    fn wire_request(&self, context: &mut Context) -> Result<(Request, Option<Encoder>), Failure> {
        let is_first = self.hops == 0 && self.retries.done() == 0;
        let (mut wire, encoder) = match self.signature {
            Signature::Unwanted => (self.session.unsigned.request.clone(), None),
            Signature::Wanted => {
                let show = if is_first { &self.args.show } else { &Show::default() };
                let parts = sign(&self.session, show, context)?;
                (parts.signed.request, parts.encoder)
            }
        };
        if is_first && self.signature == Signature::Wanted {
            differences::warn_of_host(&wire, &self.session, context)?;
        }
        transport::complete(&mut wire, &self.session.unsigned.removed);
        // A server may echo the request, so what grants access in it must not be shown.
        context.secrets.extend(Redactor::of(&wire, &self.session.settings.dialect).secrets());
        if self.args.signing.verbose > 0 {
            write_verbose_head(&wire, &mut context.stderr)?;
        }
        Ok((wire, encoder))
    }

    fn judge(&mut self, mut exchange: Exchange, sent: &Request, context: &mut Context) -> Result<Step, Failure> {
        self.observe(&exchange, sent);
        self.cookies.receive(&self.session.url, &exchange.response().headers, &mut self.shared.jar);
        self.heads.push(exchange.response().clone());
        if self.args.signing.verbose > 0 {
            write_response_head("< ", exchange.response(), &mut context.stderr)?;
        }
        let follows = self.args.redirects.location || self.args.redirects.location_trusted;
        let to = if follows { redirect::target(exchange.response(), &self.session.url)? } else { None };
        if let Some(to) = to {
            self.follow(exchange.response().status, to, context)?;
            return Ok(Step::Again(Duration::ZERO));
        }
        if let Some(wait) = self.retries.after_response(exchange.response()) {
            let status = exchange.response().status;
            note(context, &format!("{} answered {status}", self.session.url.host_header()))?;
            return Ok(Step::Again(wait));
        }
        let mut beginning = Vec::new();
        if exchange.response().status >= 400 || exchange.response().status == 301 {
            beginning = exchange.read_up_to(REFUSAL_LIMIT).map_err(explain_transport)?;
            let head = exchange.response();
            let reply = Reply::parse(Some(head.status), &head.headers, &beginning);
            // An unsigned request has no date or scope to correct.
            let is_signed = self.signature == Signature::Wanted;
            if is_signed && self.corrections.apply(&reply, &mut self.session, self.args, context)? {
                return Ok(Step::Again(Duration::ZERO));
            }
            refusal::report(&reply, sent, &self.session, self.args, self.corrections, context)?;
        } else if self.signature == Signature::Wanted {
            differences::warn_of_framing(&exchange.response().headers, sent, &self.session, context)?;
        }
        let wanted = self.args.signing.checksum.algorithm.filter(|_| sent.body.length() != Some(0));
        let upload = confirmation::judge(exchange.response(), sent, wanted, self.fingerprints.as_ref());
        let (method, heads) = (sent.method().to_owned(), self.heads.clone());
        Ok(Step::Arrived(Box::new(Arrival { exchange, method, beginning, heads, upload })))
    }

    /// Records what `-w` may print.
    fn observe(&mut self, exchange: &Exchange, sent: &Request) {
        let (head, url) = (exchange.response(), &self.session.url);
        let redirect = redirect::target(head, url).ok().flatten().map(|to| to.to_string());
        self.facts = Facts {
            method: sent.method().to_owned(),
            url_effective: url.to_string(),
            redirect_url: redirect,
            redirects: self.hops.into(),
            retries: self.retries.done().into(),
            size_upload: sent.body.length().unwrap_or_default(),
            proxy_used: self.options.proxies.is_used_for(url),
            ..facts::of_exchange(exchange, sent, std::mem::take(&mut self.facts))
        };
        self.shared.connections += 1;
    }

    fn follow(&mut self, status: u16, to: RequestUrl, context: &mut Context) -> Result<(), Failure> {
        let limit = self.args.redirects.max_redirs;
        if limit >= 0 && i64::from(self.hops) >= limit {
            return Err(Failure::new(Exit::TooManyRedirects, format!("more than {limit} redirects"))
                .hint("allow more with --max-redirs"));
        }
        self.hops += 1;
        let from = self.session.url.clone();
        let method = if self.args.request.names_method() { Method::Typed } else { Method::Implied };
        let trust = if self.args.redirects.location_trusted { Trust::EveryHost } else { Trust::SameHost };
        redirect::follow(&mut self.session.unsigned, status, Hop { from: &from, to: &to, trust }, method);
        if !from.is_same_origin(&to) && trust == Trust::SameHost {
            self.signature = Signature::Unwanted;
            note(context, &format!("redirected to another host, {}: not signed", to.host_header()))?;
        }
        match self.signature {
            Signature::Wanted => self.session.move_to(to),
            Signature::Unwanted => {
                self.session.url = to;
                Ok(())
            }
        }
    }

    /// Waits, and updates the time for the next signature.
    fn pause(&mut self, wait: Duration, context: &mut Context) -> Result<(), Failure> {
        if !wait.is_zero() {
            note(context, &format!("trying again in {} s", wait.as_secs_f32()))?;
            context.stderr.flush()?;
            std::thread::sleep(wait);
        }
        if self.args.signing.date.is_none() || self.corrections.clock.is_some() {
            let ahead = self.corrections.clock.unwrap_or_default();
            self.session.date = Timestamp::from_epoch_seconds(context::now().epoch_seconds() + ahead);
        }
        Ok(())
    }
}
