//! `sigvet send`: signs and sends a request, with retries and redirects according to the options.
//!
//! `sender` handles retries and redirects until the final response; `delivery` writes that response.

mod output_options;
mod args;
mod arrival;
mod check;
mod shared;
mod confirmation;
mod cookies;
mod additions;
mod destination;
mod incoming;
mod delivery;
mod facts;
mod differences;
mod redirect;
mod refusal;
mod retry;
mod sender;

pub use args::SendArgs;
pub use shared::Shared;

use cookies::Cookies;
use destination::Destination;
use sender::Sender;

use crate::cli::connection::express::{self, SessionLookup};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::typed::Typed;
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::note;

/// Runs the command.
pub fn run(args: &SendArgs, shared: &mut Shared, context: &mut Context) -> Result<(), Failure> {
    if args.output.silent {
        context.hush();
    }
    let outcome = send(args, shared, context);
    shared.transfers += 1;
    if args.output.show_error {
        context.unhush();
    }
    outcome
}

fn send(args: &SendArgs, shared: &mut Shared, context: &mut Context) -> Result<(), Failure> {
    refuse_websocket(&args.url)?;
    let mut session = settle(args, context)?;
    let destination = Destination::of(&args.output, &session.url)?;
    let offset = additions::offset(args, destination.file())?;
    additions::put(args, offset, &mut session.unsigned)?;
    let cookies = Cookies::of(args, &session.url, &session.unsigned.request.headers, &mut shared.jar, context)?;
    let mut sender = Sender::new(args, session, cookies, shared, context);
    let arrival = sender.carry(context);
    let dumped = sender.dump_heads(context);
    let outcome = arrival.and_then(|arrival| {
        dumped?;
        delivery::deliver(args, destination.from(offset), arrival, context)
    });
    let facts = sender.into_facts();
    if let Some(jar) = &args.cookies.cookie_jar {
        cookies::write(jar, &shared.jar, context)?;
    }
    match &args.write_out {
        Some(format) => facts::write(format, facts, outcome, context),
        None => outcome.map(drop),
    }
}

/// Decides how to sign, or that the request is not signed.
fn settle(args: &SendArgs, context: &mut Context) -> Result<Session, Failure> {
    let SendArgs { url, request, credentials, signing, .. } = args;
    let typed = Typed { url, request, credentials, signing };
    context.connection = args.connection.to_credentials(context);
    if args.no_sign_request {
        return Session::unsigned(typed, context);
    }
    if is_presigned(url) {
        note(context, "the URL is presigned, so it is sent unchanged")?;
        return Session::unsigned(typed, context);
    }
    let mut session = Session::settle(typed, context)?;
    let options = args.connection.to_transport(context);
    express::enter(&mut session, SessionLookup::Network(&options), context)?;
    Ok(session)
}

/// Whether the query of a URL contains a signature, with the names of AWS, Google, or Version 2.
fn is_presigned(url: &str) -> bool {
    let names = || url.split('?').skip(1).flat_map(|query| query.split('&')).filter_map(|pair| pair.split('=').next());
    let has = |wanted: &[&str]| names().any(|name| wanted.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
    has(&["X-Amz-Signature", "X-Goog-Signature"]) || (has(&["Signature"]) && has(&["AWSAccessKeyId", "GoogleAccessId"]))
}

/// Refuses a WebSocket, which is more than a request and its response.
fn refuse_websocket(url: &str) -> Result<(), Failure> {
    match url.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("wss://")) {
        Some(_) => Err(Failure::usage("'send' cannot open a WebSocket: it sends one request and reads the response")
            .hint("use 'sigvet presign' to print the URL for the program that opens it")),
        None => Ok(()),
    }
}
