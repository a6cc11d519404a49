//! Warnings and hints about a request that the server is known to handle differently from AWS.
//!
//! If the host belongs to a known provider, the warning is printed before the request is sent. Any other server is
//! recognized by its response: if it refuses the request, or accepts a body and stores it incorrectly, the hint
//! says what to send instead.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::render::diagnosis::servers::advice;
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::warn;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::{Headers, Request};
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::servers::{Consequence, Difference, Server, triggered};

/// Warns about what the server of a known host computes differently.
pub fn warn_of_host(request: &Request, session: &Session, context: &mut Context) -> Result<(), Failure> {
    let Some(server) = request.host().and_then(Server::from_host) else { return Ok(()) };
    let found = of_request(request, server, session);
    found.into_iter().try_for_each(|difference| warn(context, &advice(difference, &[server])))
}

/// Warns about a body that the server accepted but is known to store with its framing.
pub fn warn_of_framing(
    headers: &Headers,
    request: &Request,
    session: &Session,
    context: &mut Context,
) -> Result<(), Failure> {
    let Some(server) = Server::from_headers(headers) else { return Ok(()) };
    let found = of_request(request, server, session).into_iter();
    let mut stored = found.filter(|difference| difference.consequence() == Consequence::FramingStored);
    stored.try_for_each(|difference| warn(context, &advice(difference, &[server])))
}

/// What to send instead to a server that refused the request, one line each.
pub fn hints(reply: &Reply, request: &Request, session: &Session) -> Vec<String> {
    let Some(server) = reply.recognize_server(request) else { return Vec::new() };
    let message = reply.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_reason = |difference: &&'static Difference| match difference.consequence() {
        Consequence::OtherSignature => reply.is_signature_refusal(),
        Consequence::Refused { words } => message.contains(words),
        Consequence::FramingStored => false,
    };
    let found = of_request(request, server, session).into_iter().filter(is_reason);
    found.map(|difference| advice(difference, &[server])).collect()
}

fn of_request(request: &Request, server: Server, session: &Session) -> Vec<&'static Difference> {
    let endpoints = session.endpoints();
    triggered(request, server, BucketRule { chosen: session.chosen_bucket(), endpoints: &endpoints })
}
