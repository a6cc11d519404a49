//! Carries a request to the response that counts: through retries, redirects and corrections, each time signed anew.
//!
//! Every hop is signed for its own host. A hop to another host goes unsigned, and without anything that gives access, unless
//! the user trusts it.

use std::io::Write;
use std::time::Duration;

use super::args::SendArgs;
use super::explain_transport;
use super::redirect::{self, Method};
use super::retry::Retries;
use crate::cli::commands::sign::sign;
use crate::cli::context::{self, Context};
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::show::Show;
use crate::cli::render::signed::{write_response_head, write_verbose_head};
use crate::cli::session::{Session, note};
use crate::request::{Request, RequestUrl};
use crate::transport::{self, Exchange, Options, Outgoing};

/// A request under way.
pub struct Courier<'a> {
    args: &'a SendArgs,
    session: Session,
    options: Options,
    retries: Retries<'a>,
    hops: u32,
    signature: Signature,
}

/// Whether the hop at hand is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signature {
    Wanted,
    Unwanted,
}

/// The response that counts, with the request that it answers.
pub struct Arrival {
    /// The response, its body still to be read.
    pub exchange: Exchange,
    /// The request as it was sent.
    pub sent: Request,
    /// Where it was sent to.
    pub url: RequestUrl,
    /// How many redirects were followed.
    pub redirects: u32,
    /// How often it was tried again.
    pub retries: u32,
}

/// What comes after a try.
enum Step {
    Again(Duration),
    Arrived(Box<Arrival>),
}

impl<'a> Courier<'a> {
    /// Takes a request on its way.
    pub fn new(args: &'a SendArgs, session: Session, context: &Context) -> Self {
        let options = args.connection.to_transport(context);
        let signature = if args.no_sign_request { Signature::Unwanted } else { Signature::Wanted };
        Self { args, session, options, retries: Retries::new(&args.retries), hops: 0, signature }
    }

    /// Carries it until there is nothing more to do.
    pub fn carry(mut self, context: &mut Context) -> Result<Arrival, Failure> {
        loop {
            match self.attempt(context)? {
                Step::Again(wait) => self.pause(wait, context)?,
                Step::Arrived(arrival) => return Ok(*arrival),
            }
        }
    }

    fn attempt(&mut self, context: &mut Context) -> Result<Step, Failure> {
        let wire = self.wire_request(context)?;
        let outgoing = Outgoing {
            url: &self.session.url,
            request: &wire,
            body_file: self.session.unsigned.body_file.as_deref(),
            options: &self.options,
        };
        match transport::send(&outgoing) {
            Ok(exchange) => self.judge(exchange, wire, context),
            Err(error) => {
                let wait = self.retries.after_error(&error).ok_or_else(|| explain_transport(error.clone()))?;
                note(context, &error.to_string())?;
                Ok(Step::Again(wait))
            }
        }
    }

    /// The request as it goes out now: signed, and completed as a client does.
    fn wire_request(&self, context: &mut Context) -> Result<Request, Failure> {
        let is_first = self.hops == 0 && self.retries.done() == 0;
        let mut wire = match self.signature {
            Signature::Unwanted => self.session.unsigned.request.clone(),
            Signature::Wanted if is_first => sign(&self.session, &self.args.show, context)?.signed.request,
            Signature::Wanted => sign(&self.session, &Show::default(), context)?.signed.request,
        };
        transport::complete(&mut wire);
        if self.args.signing.verbose > 0 {
            write_verbose_head(&wire, &mut context.stderr)?;
        }
        Ok(wire)
    }

    fn judge(&mut self, exchange: Exchange, sent: Request, context: &mut Context) -> Result<Step, Failure> {
        if self.args.signing.verbose > 0 {
            write_response_head("< ", exchange.response(), &mut context.stderr)?;
        }
        let follows = self.args.redirects.location || self.args.redirects.location_trusted;
        if let Some(to) = redirect::target(exchange.response(), &self.session.url)?.filter(|_| follows) {
            self.follow(exchange.response().status, to, context)?;
            return Ok(Step::Again(Duration::ZERO));
        }
        if let Some(wait) = self.retries.after_response(exchange.response()) {
            let status = exchange.response().status;
            note(context, &format!("{} answered {status}", self.session.url.host_header()))?;
            return Ok(Step::Again(wait));
        }
        let (url, redirects, retries) = (self.session.url.clone(), self.hops, self.retries.done());
        Ok(Step::Arrived(Box::new(Arrival { exchange, sent, url, redirects, retries })))
    }

    fn follow(&mut self, status: u16, to: RequestUrl, context: &mut Context) -> Result<(), Failure> {
        if self.hops >= self.args.redirects.max_redirs {
            let limit = self.args.redirects.max_redirs;
            return Err(Failure::new(Exit::TooManyRedirects, format!("more than {limit} redirects"))
                .hint("--max-redirs allows more"));
        }
        self.hops += 1;
        let from = self.session.url.clone();
        let method = if self.args.request.names_method() { Method::Typed } else { Method::Implied };
        let unsigned = redirect::follow(&self.session.unsigned, status, &from, &to, method);
        if !from.is_same_origin(&to) && !self.args.redirects.location_trusted {
            self.signature = Signature::Unwanted;
            note(context, &format!("redirected to another host, {}: not signed", to.host_header()))?;
        }
        match self.signature {
            Signature::Wanted => self.session.move_to(to, unsigned),
            Signature::Unwanted => {
                (self.session.url, self.session.unsigned) = (to, unsigned);
                Ok(())
            }
        }
    }

    /// Waits, and lets the next signature be of then.
    fn pause(&mut self, wait: Duration, context: &mut Context) -> Result<(), Failure> {
        if !wait.is_zero() {
            note(context, &format!("trying again in {} s", wait.as_secs_f32()))?;
            context.stderr.flush()?;
            std::thread::sleep(wait);
        }
        if self.args.signing.date.is_none() {
            self.session.date = context::now();
        }
        Ok(())
    }
}
