//! `sigvet demo`: shows what sigvet does in a few seconds, entirely on this machine.
//!
//! It runs a server in its own process. First, sigvet commands work with it; then five requests are broken and
//! explained. The demo knows what it broke, and fails if sigvet finds a different cause.

mod stage;
mod works;
mod breaks;
mod show;

use std::sync::Arc;

use clap::Args;

use breaks::{BREAKS, Break, Client};
use stage::Stage;
use works::unexpected;

use crate::cli::connection::failure::explain_transport;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::gateway::Exchange;
use crate::profiles::Environment;
use crate::transport::{self, Options, Outgoing};
use sigvet_core::request::{Request, RequestUrl};
use sigvet_diagnose::formats::reply::Reply;

/// The arguments of `sigvet demo`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet demo
  sigvet demo --page")]
pub struct DemoArgs {
    /// Keep the server running afterwards, with its page for the browser
    #[arg(long)]
    page: bool,
}

/// The content that is uploaded and read back.
const CONTENT: &str = "Hello from sigvet";
/// The URL of the object.
const OBJECT: &str = "s3://demo/hello.txt";

/// Runs the command.
pub fn run(args: &DemoArgs, context: &mut Context) -> Result<Exit, Failure> {
    let mut stage = Stage::open()?;
    show::opening(&stage, &mut context.stdout)?;
    play_what_works(&mut stage, context)?;
    let named = play_what_breaks(&mut stage, context)?;
    show::closing(named, BREAKS.len(), &mut context.stdout)?;
    if args.page {
        show::page(&stage, &mut context.stdout)?;
        stage.wait();
    }
    stage.close();
    Ok(if named == BREAKS.len() { Exit::Done } else { Exit::NotValid })
}

/// Uploads an object, reads it back, and fetches it with a presigned URL.
fn play_what_works(stage: &mut Stage, context: &mut Context) -> Result<(), Failure> {
    let out = &mut context.stdout;
    works::send(&["-X", "PUT", "-d", CONTENT, OBJECT], stage)?;
    show::worked(&format!("sigvet send -X PUT -d '{CONTENT}' {OBJECT}"), status(stage)?, "stored", out)?;
    let read = works::send(&[OBJECT], stage)?;
    expect_content(&read)?;
    show::worked(&format!("sigvet send {OBJECT}"), status(stage)?, CONTENT, out)?;
    let url = works::presign(&["--expires", "15m", OBJECT], stage)?;
    show::presigned(&format!("URL=$(sigvet presign --expires 15m {OBJECT})"), &url, out)?;
    let fetched = works::send(&["--no-sign-request", &url], stage)?;
    expect_content(&fetched)?;
    show::worked("sigvet send --no-sign-request \"$URL\"", status(stage)?, "the URL needs no key", out)?;
    Ok(())
}

fn status(stage: &mut Stage) -> Result<u16, Failure> {
    stage.last().map(|exchange| exchange.status).ok_or_else(|| unexpected("a request did not arrive"))
}

fn expect_content(read: &[u8]) -> Result<(), Failure> {
    match read == CONTENT.as_bytes() {
        true => Ok(()),
        false => Err(unexpected("what was read is not what was uploaded")),
    }
}

/// Breaks five requests, and counts how many causes sigvet found.
fn play_what_breaks(stage: &mut Stage, context: &mut Context) -> Result<usize, Failure> {
    show::breaks(&mut context.stdout)?;
    let mut named = 0;
    for (number, broken) in (1..).zip(&BREAKS) {
        let refused = refuse(broken, stage)?;
        show::refused(number, broken, &refused, &mut context.stdout)?;
        match refused.exchange.cause() {
            Some(cause) if cause == broken.id => named += 1,
            cause => show::wrong(broken, cause.as_deref(), &mut context.stdout)?,
        }
    }
    Ok(named)
}

/// A refused request: what its sender sees, and what the server found.
struct Refused {
    reply: Reply,
    exchange: Arc<Exchange>,
}

fn refuse(broken: &Break, stage: &mut Stage) -> Result<Refused, Failure> {
    let mut request = (broken.make)(&Client::new(stage)).map_err(Failure::invalid)?;
    transport::complete(&mut request, &[]);
    let reply = send(&request, stage)?;
    match stage.last() {
        Some(exchange) if reply.is_refusal() => Ok(Refused { reply, exchange }),
        _ => Err(unexpected("a request that was broken was not refused")),
    }
}

/// Sends a request unchanged, through the same code as `sigvet send`.
fn send(request: &Request, stage: &Stage) -> Result<Reply, Failure> {
    let url: RequestUrl = stage.url().parse().map_err(Failure::invalid)?;
    let options = Options::of_environment(&Environment::default());
    let outgoing =
        Outgoing { url: &url, request, body_file: None, encoder: None, fingerprints: None, options: &options };
    let mut exchange = transport::send(&outgoing).map_err(explain_transport)?;
    let body = exchange.read_up_to(64 * 1024).map_err(explain_transport)?;
    let head = exchange.response();
    Ok(Reply::parse(Some(head.status), &head.headers, &body))
}
