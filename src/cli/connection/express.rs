//! Provides the session that S3 Express requires for access to objects: a cached one, or a new one from
//! `CreateSession`.
//!
//! Requests for objects on the host of a directory bucket are signed with the session's credentials; a few requests
//! to the same host, and all requests to `s3express-control`, with the user's own. Follows *Authorizing Zonal
//! endpoint API operations with CreateSession* of the S3 user guide; which requests those few are comes from
//! botocore's model.

use std::io::Write;

use zeroize::Zeroizing;

use super::failure::explain_transport;
use super::options::ConnectionOptions;
use crate::cli::context::Context;
use crate::cli::credentials::signer::Signer;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::signing::ExpressSession;
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::{note, warn};
use crate::profiles::{KeptSession, LONGEST_SESSION, is_good};
use crate::transport::{self, Options, Outgoing};
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::canonical::query;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Request, RequestUrl, UriScheme};
use sigvet_core::scheme::Dialect;
use sigvet_diagnose::formats::parse_session;
use sigvet_diagnose::formats::reply::Reply;

/// The service name of S3 Express in credential scopes.
const SERVICE: &str = "s3express";

/// Where a command may get a session from if no option says so.
#[derive(Debug, Clone, Copy)]
pub enum SessionLookup<'o> {
    /// From the network, with these connection options.
    Network(&'o Options),
    /// From the cache only: the command sends nothing by itself.
    Kept,
}

/// Gives the request the credentials of a session, if it needs one.
pub fn enter(session: &mut Session, lookup: SessionLookup<'_>, context: &mut Context) -> Result<(), Failure> {
    let choice = session.express_session();
    check_service(choice, &session.settings)?;
    if !wants_session(session) || choice == Some(ExpressSession::None) {
        return Ok(());
    }
    if choice != Some(ExpressSession::Given) {
        let own = session.signer.credentials().ok_or_else(no_credentials)?.clone();
        let credentials = match (kept(session, &own, context)?, lookup, choice) {
            (Some(credentials), _, _) => credentials,
            (None, SessionLookup::Network(options), _) => create(session, &own, options, context)?,
            (None, SessionLookup::Kept, Some(_)) => {
                let options = ConnectionOptions::default().to_transport(context);
                create(session, &own, &options, context)?
            }
            (None, SessionLookup::Kept, None) => return Err(no_session(session)),
        };
        session.signer = Signer::Credentials(credentials);
    } else {
        check_given(&session.signer)?;
    }
    session.settings.dialect = Dialect::s3_express_session();
    Ok(())
}

/// Refuses a choice of a session for a service that has none.
pub fn check_service(choice: Option<ExpressSession>, settings: &Settings) -> Result<(), Failure> {
    match settings.service.as_str() {
        other if choice.is_some() && other != SERVICE => {
            Err(Failure::usage(format!("--s3express-session works only with the service {SERVICE}, not {other}"))
                .hint("omit it, or pass --service s3express"))
        }
        _ => Ok(()),
    }
}

/// Refuses credentials that were given as those of a session, and have no session token.
pub fn check_given(signer: &Signer) -> Result<(), Failure> {
    match signer.credentials() {
        Some(given) if given.session_token.is_none() => {
            Err(Failure::new(Exit::NoCredentials, "the credentials are not a session's: they have no session token")
                .hint("use the session token that CreateSession returned, or --s3express-session auto to call it"))
        }
        _ => Ok(()),
    }
}

/// Whether the request is for objects of a directory bucket: because of its host, or because an option requests a
/// session.
fn wants_session(session: &Session) -> bool {
    let is_express = session.settings.service == SERVICE && session.settings.dialect == Dialect::AWS4;
    is_express
        && (session.zone.is_some() || session.express_session().is_some())
        && !is_signed_with_own(&session.unsigned.request)
}

/// Whether the request is `CreateSession`, `CopyObject`, `UploadPartCopy` or `HeadBucket`, or already has a session
/// token.
fn is_signed_with_own(request: &Request) -> bool {
    query::parameter(request, "session").is_some()
        || (request.method() == "PUT" && request.headers.contains("x-amz-copy-source"))
        || (request.method() == "HEAD" && request.path() == b"/")
        || request.headers.contains(&Dialect::s3_express_session().token_header)
}

/// The host of the bucket, as it is signed.
fn host(session: &Session) -> String {
    session.unsigned.request.host().map_or_else(|| session.url.host_header(), str::to_owned)
}

fn kept(session: &Session, own: &Credentials, context: &mut Context) -> Result<Option<Credentials>, Failure> {
    let place = KeptSession::of(&context.environment, &host(session), &own.access_key_id);
    let found = place.and_then(|place| place.read(context.now));
    if let Some(found) = found.as_ref().filter(|_| session.is_verbose()) {
        note(context, &format!("session: one that is kept, {}", lasting(found)))?;
    }
    Ok(found)
}

fn lasting(session: &Credentials) -> String {
    session.expires_at.map_or_else(String::new, |end| format!("good until {}", end.to_rfc3339()))
}

/// Creates a session and caches it.
fn create(
    session: &Session,
    own: &Credentials,
    options: &Options,
    context: &mut Context,
) -> Result<Credentials, Failure> {
    let host = host(session);
    if session.url.scheme() == UriScheme::Http {
        warn(context, "the session's secret is received unencrypted, over http")?;
    }
    let reply = ask(session, own, options, context)?;
    let malformed = format!("{host} answers CreateSession with no session");
    let created =
        parse_session(&reply).map_err(|error| Failure::located(Exit::NoCredentials, malformed.as_str(), error))?;
    if !is_good(&created, context.now) {
        return Err(Failure::new(Exit::NoCredentials, format!("{malformed}: it has already expired"))
            .hint("check this machine's clock"));
    }
    if session.is_verbose() {
        note(context, &format!("session: created by {host}, {}", lasting(&created)))?;
    }
    let place = KeptSession::of(&context.environment, &host, &own.access_key_id);
    if let Some(Err(error)) = place.map(|place| place.write(&reply)) {
        warn(context, &format!("the session cannot be kept: {error}"))?;
    }
    Ok(created)
}

/// Sends `CreateSession`, signed with the user's own credentials at the current time, regardless of `--date`.
fn ask(
    session: &Session,
    own: &Credentials,
    options: &Options,
    context: &mut Context,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let url = session.url.with_target("/?session").expect("the target can be on the wire");
    let request = create_session(&url, &host(session))?;
    let settings = Settings::new(session.settings.region.as_str(), SERVICE);
    let prepared = prepare(request, &Identity::from(own), &settings, context.now);
    let signed = prepared.map_err(Failure::invalid)?.sign_once(&own.secret_access_key);
    let mut wire = signed.request;
    transport::complete(&mut wire, &[]);
    context.stderr.flush()?;
    let outgoing = Outgoing { url: &url, request: &wire, body_file: None, encoder: None, fingerprints: None, options };
    let mut exchange = transport::send(&outgoing).map_err(explain_transport)?;
    let body = Zeroizing::new(exchange.read_up_to(LONGEST_SESSION).map_err(explain_transport)?);
    let head = exchange.response();
    if head.status == 200 {
        return Ok(body);
    }
    let summary = Reply::parse(Some(head.status), &head.headers, &body).summary();
    Err(Failure::new(Exit::NoCredentials, format!("no S3 Express session: {} says {summary}", host(session)))
        .hint("grant s3express:CreateSession, or use --s3express-session none"))
}

fn create_session(url: &RequestUrl, host: &str) -> Result<Request, Failure> {
    let mut request = Request::new("GET", url).map_err(Failure::invalid)?;
    request.headers.remove("host");
    for (name, value) in [("host", host), ("x-amz-create-session-mode", "ReadWrite")] {
        request.headers.push(name, value).map_err(Failure::invalid)?;
    }
    Ok(request)
}

fn no_credentials() -> Failure {
    Failure::new(Exit::NoCredentials, "a signing key cannot request an S3 Express session")
        .hint("--s3express-session given says that the key is of a session's secret, none that it is not")
}

fn no_session(session: &Session) -> Failure {
    let message =
        format!("no S3 Express session is cached for {}, and this command does not request one", host(session));
    Failure::new(Exit::NoCredentials, message)
        .hint("--s3express-session auto asks CreateSession for one; given: the credentials are a session's; none: sign with them as they are")
}
