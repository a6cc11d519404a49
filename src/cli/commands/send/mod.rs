//! `sigvet send`: signs a request and sends it, as often and as far as the options say.
//!
//! `sender` carries the request through retries and redirects to the response that counts; `delivery` writes that out.

mod args;
mod arrival;
mod check;
mod delivery;
mod facts;
mod differences;
mod redirect;
mod refusal;
mod retry;
mod sender;

pub use args::SendArgs;

use sender::Sender;

use crate::cli::connection::express::{self, SessionLookup};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::typed::Typed;
use crate::cli::signing::session::Session;

/// Runs the command.
pub fn run(args: &SendArgs, context: &mut Context) -> Result<(), Failure> {
    if args.output.silent {
        context.hush();
    }
    let outcome = send(args, context);
    if args.output.show_error {
        context.unhush();
    }
    outcome
}

fn send(args: &SendArgs, context: &mut Context) -> Result<(), Failure> {
    let SendArgs { url, request, credentials, signing, .. } = args;
    let typed = Typed { url, request, credentials, signing };
    refuse_websocket(url)?;
    context.connection = args.connection.to_credentials(context);
    let session = match args.no_sign_request {
        true => Session::unsigned(typed, context)?,
        false => {
            let mut session = Session::settle(typed, context)?;
            let options = args.connection.to_transport(context);
            express::enter(&mut session, SessionLookup::Network(&options), context)?;
            session
        }
    };
    let file = args.output.file(&session.url)?;
    let mut sender = Sender::new(args, session, context);
    let outcome = sender.carry(context).and_then(|arrival| delivery::deliver(args, file, arrival, context));
    match &args.write_out {
        Some(format) => facts::write(format, sender.into_facts(), outcome, context),
        None => outcome.map(drop),
    }
}

/// A WebSocket is more than a request and its response.
fn refuse_websocket(url: &str) -> Result<(), Failure> {
    match url.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("wss://")) {
        Some(_) => {
            Err(Failure::usage("a WebSocket is not opened by 'send': it sends one request and reads its response")
                .hint("'sigvet presign' prints the URL for the program that opens it"))
        }
        None => Ok(()),
    }
}
