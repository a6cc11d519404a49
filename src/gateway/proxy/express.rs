//! S3 Express for clients with placeholder keys: the client has a session with the proxy, and the proxy has its own
//! with the upstream server.
//!
//! A client asks for a session (`CreateSession`) and signs the following requests with the key in the answer. The
//! upstream server's answer would contain a real key, so the proxy answers itself, with a key that only works at the
//! proxy. It requests its own session when a request needs one. Follows *Authorizing Zonal endpoint API operations
//! with CreateSession* of the S3 user guide.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::crypto::sha256;
use sigvet_core::endpoint;
use sigvet_core::internal::canonical::query;
use sigvet_core::prepare::Settings;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Claimed;
use sigvet_diagnose::formats::parse_session;

use super::pattern::without_port;
use crate::gateway::{Clock, CredentialSource, Reply, onward};
use crate::locking::locked;
use crate::transport::{HttpVersion, Upstream};

/// The service name of S3 Express in credential scopes.
const SERVICE: &str = "s3express";

/// Lifetime of a client's session in seconds, the same as AWS's.
const LIFE: i64 = 300;

/// Maximum size of a `CreateSession` answer in bytes. Real ones have about two thousand.
const LONGEST: usize = 64 * 1024;

/// Maximum number of cached sessions: one per bucket, region and key.
const KEPT: usize = 256;

/// The key for the sessions of a client. It is the same in all sessions and has the permissions of the placeholder.
pub fn session_of(placeholder: &Credentials) -> Credentials {
    let of = |what: &str| {
        let secret = placeholder.secret_access_key.expose_secret();
        sha256(format!("sigvet s3express {what}\n{}\n{secret}", placeholder.access_key_id).as_bytes()).to_string()
    };
    let id: String = of("id").to_ascii_uppercase().chars().take(16).collect();
    let session = Credentials::new(format!("ASIA{id}"), of("secret"));
    Credentials { session_token: Some(Secret::new(of("token"))), ..session }
}

/// Whether a request is a `CreateSession`.
pub fn is_create_session(request: &Request, claimed: &Claimed) -> bool {
    let is_signed_so = claimed.scope().is_some_and(|scope| scope.service == SERVICE);
    let inferred = || endpoint::infer(without_port(request.host().unwrap_or_default()));
    let is_sent_there = || inferred().is_some_and(|found| found.service.as_deref() == Some(SERVICE));
    request.method() == "GET" && query::parameter(request, "session").is_some() && (is_signed_so || is_sent_there())
}

/// Whether a request is signed with a session key.
pub fn is_in_session(claimed: &Claimed) -> bool {
    claimed.dialect() == Dialect::s3_express_session()
}

/// The answer to a `CreateSession`.
pub fn answer(session: &Credentials, now: Timestamp) -> Reply {
    let token = session.session_token.as_ref().map(Secret::expose_secret).unwrap_or_default();
    let end = Timestamp::from_epoch_seconds(now.epoch_seconds() + LIFE).to_rfc3339();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Credentials><SessionToken>{token}</SessionToken><SecretAccessKey>{}</SecretAccessKey><AccessKeyId>{}</AccessKeyId>\
         <Expiration>{end}</Expiration></Credentials></CreateSessionResult>",
        session.secret_access_key.expose_secret(),
        session.access_key_id,
    );
    Reply::new(200, "application/xml", text)
}

/// The proxy's own sessions with upstream servers.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<Vec<SessionPair>>);

struct SessionPair {
    origin: String,
    region: String,
    own: Arc<CredentialSource>,
    session: Arc<CredentialSource>,
}

impl Sessions {
    /// The source of session credentials for the bucket of a request, using the given credentials.
    pub fn source(
        &self,
        (upstream, limit): (&Arc<Upstream>, Duration),
        region: &str,
        own: &Arc<CredentialSource>,
        clock: &Clock,
    ) -> Arc<CredentialSource> {
        let origin = upstream.url().origin();
        let mut kept = locked(&self.0);
        let is_same =
            |kept: &&SessionPair| kept.origin == origin && kept.region == region && Arc::ptr_eq(&kept.own, own);
        if let Some(found) = kept.iter().find(is_same) {
            return Arc::clone(&found.session);
        }
        let asking = Asking {
            upstream: Arc::clone(upstream),
            limit,
            region: region.to_owned(),
            own: Arc::clone(own),
            clock: clock.clone(),
        };
        let runtime = tokio::runtime::Handle::current();
        // The source runs this on a thread that may block.
        let fetch = move || runtime.block_on(asking.create_session());
        let name = format!("CreateSession at {}", upstream.url().host_header());
        let session = Arc::new(CredentialSource::new(name, clock.clone(), Arc::new(fetch)));
        if kept.len() == KEPT {
            kept.remove(0);
        }
        let (region, own) = (region.to_owned(), Arc::clone(own));
        kept.push(SessionPair { origin, region, own, session: Arc::clone(&session) });
        session
    }
}

/// The facts needed to request a session.
struct Asking {
    upstream: Arc<Upstream>,
    limit: Duration,
    region: String,
    own: Arc<CredentialSource>,
    clock: Clock,
}

impl Asking {
    async fn create_session(&self) -> Result<Credentials, String> {
        let own = self.own.current().await.map_err(|unready| unready.to_string())?;
        let url = self.upstream.url().with_target("/?session").map_err(|error| error.to_string())?;
        let mut request = Request::new("GET", &url).map_err(|error| error.to_string())?;
        request.headers.push_unchecked("x-amz-create-session-mode", "ReadWrite");
        let signer = Signer::from_settings((*own).clone(), Settings::new(self.region.as_str(), SERVICE));
        let signed = signer.sign(request, self.clock.now()).map_err(|error| error.to_string())?;
        let head = onward::own_head(&signed.request, |_| false).map_err(|error| error.to_string())?;
        let message = head.map(|()| Empty::new().map_err(|never| match never {}).boxed_unsync());
        let sent = self.upstream.send(message, HttpVersion::Http1, self.limit).await;
        let response = sent.map_err(|error| onward::unreached(&error).1)?;
        let status = response.status();
        if status != http::StatusCode::OK {
            return Err(format!("the upstream answered with status {}", status.as_u16()));
        }
        let body = tokio::time::timeout(self.limit, Limited::new(response.into_body(), LONGEST).collect()).await;
        let body = body.map_err(|_| "the answer did not end in time".to_owned())?;
        let body = body.map_err(|error| format!("the answer cannot be read: {error}"))?.to_bytes();
        parse_session(&body).map_err(|error| format!("the answer is not a session: {error}"))
    }
}

impl fmt::Debug for SessionPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPair").field("origin", &self.origin).finish_non_exhaustive()
    }
}
