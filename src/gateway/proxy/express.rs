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
use sigvet_core::internal::without_port;
use sigvet_core::prepare::Settings;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Claimed;
use sigvet_diagnose::formats::parse_session;
use sigvet_diagnose::formats::reply::Reply as Said;
use zeroize::Zeroizing;

use crate::gateway::upstream_refusal::headers_of;
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

/// What a session may do, as its client asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionMode {
    /// The client does not say: read and write if the key may, otherwise read.
    Unstated,
    /// Read and write.
    ReadWrite,
    /// Read.
    ReadOnly,
}

/// The header with the mode of a session.
const MODE: &str = "x-amz-create-session-mode";

/// The beginning of the names of headers that choose the encryption of what is written in a session.
const ENCRYPTION: &str = "x-amz-server-side-encryption";

impl SessionMode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Unstated, Self::ReadWrite, Self::ReadOnly];

    /// The value of the header, which is left out if the client does not say.
    fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Unstated => None,
            Self::ReadWrite => Some("ReadWrite"),
            Self::ReadOnly => Some("ReadOnly"),
        }
    }

    /// The last letter of the access key ID of a session.
    fn letter(self) -> char {
        match self {
            Self::Unstated => 'U',
            Self::ReadWrite => 'W',
            Self::ReadOnly => 'R',
        }
    }

    /// The mode that a client asks for in one of these fields; `None` if there is no such mode, or several are named.
    fn asked(fields: &[(String, Vec<u8>)]) -> Option<Self> {
        let mut values = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(MODE)).map(|(_, value)| &**value);
        let asked = values.next();
        let is_one = values.all(|value| Some(value) == asked);
        Self::ALL.into_iter().find(|mode| is_one && mode.as_str().map(str::as_bytes) == asked)
    }

    /// The mode of the session with this access key ID.
    fn of_session(access_key_id: &str) -> Self {
        let mode = Self::ALL.into_iter().find(|mode| access_key_id.ends_with(mode.letter()));
        mode.unwrap_or(Self::Unstated)
    }
}

/// The key for a client's sessions of one mode. It is the same in all of them and has the permissions of the
/// placeholder.
pub fn session_of(placeholder: &Credentials, mode: SessionMode) -> Credentials {
    let of = |what: &str| {
        let mut text = Zeroizing::new(format!("sigvet s3express {what} {mode:?}\n{}\n", placeholder.access_key_id));
        text.push_str(placeholder.secret_access_key.expose_secret());
        sha256(text.as_bytes()).to_string()
    };
    let id: String = of("id").to_ascii_uppercase().chars().take(15).chain([mode.letter()]).collect();
    let session = Credentials::new(format!("ASIA{id}"), of("secret"));
    Credentials { session_token: Some(Secret::new(of("token"))), ..session }
}

/// Why a client gets no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSession {
    /// Nobody knows what the session should allow.
    #[error("x-amz-create-session-mode must be ReadWrite or ReadOnly")]
    UnknownMode,
    /// The proxy has one session for several clients.
    #[error(
        "a session with its own encryption is not passed on: sessions of the proxy use the encryption of the bucket"
    )]
    Encryption,
}

/// The mode of the session that a client asks for.
///
/// # Errors
/// See [`NoSession`].
pub fn asked_mode(request: &Request) -> Result<SessionMode, NoSession> {
    let is_about_encryption = |name: &str| name.to_ascii_lowercase().starts_with(ENCRYPTION);
    // A presigned URL has in its query what other requests have in headers.
    let parameters = query::parameters(request.query().unwrap_or_default());
    let in_query = parameters.map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value));
    let in_headers = request.headers.iter().map(|header| (header.name.clone(), header.value.clone()));
    let fields: Vec<(String, Vec<u8>)> = in_query.chain(in_headers).collect();
    match fields.iter().any(|(name, _)| is_about_encryption(name)) {
        true => Err(NoSession::Encryption),
        false => SessionMode::asked(&fields).ok_or(NoSession::UnknownMode),
    }
}

/// Whether a request is a `CreateSession`.
pub fn is_create_session(request: &Request, claimed: &Claimed) -> bool {
    let is_signed_so = claimed.scope().is_some_and(|scope| scope.service == SERVICE);
    let inferred = || endpoint::infer(without_port(request.host().unwrap_or_default()));
    let is_sent_there = || inferred().is_some_and(|found| found.service.as_deref() == Some(SERVICE));
    request.method() == "GET" && query::parameter(request, "session").is_some() && (is_signed_so || is_sent_there())
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

/// A session of the proxy with a bucket.
#[derive(Clone)]
pub struct Session {
    /// Its credentials.
    pub source: Arc<CredentialSource>,
    refusal: Arc<Mutex<Option<String>>>,
}

impl Session {
    /// The code of the bucket's refusal, if the bucket refused the session.
    pub fn refusal(&self) -> Option<String> {
        locked(&self.refusal).clone()
    }
}

/// What a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// The region in the credential scope.
    pub region: String,
    /// The mode.
    pub mode: SessionMode,
}

impl Purpose {
    /// The purpose of the session that a request is signed with; `None` if it is signed with another key.
    pub fn of(claimed: &Claimed) -> Option<Self> {
        let is_in_session = claimed.dialect() == Dialect::s3_express_session();
        let region = claimed.scope().filter(|_| is_in_session)?.region.clone()?;
        Some(Self { region, mode: SessionMode::of_session(claimed.access_key_id()) })
    }
}

struct SessionPair {
    origin: String,
    purpose: Purpose,
    own: Arc<CredentialSource>,
    session: Session,
}

impl Sessions {
    /// The session with the bucket of a request, using the given credentials.
    pub fn session(
        &self,
        (upstream, limit): (&Arc<Upstream>, Duration),
        purpose: Purpose,
        own: &Arc<CredentialSource>,
        clock: &Clock,
    ) -> Session {
        let origin = upstream.url().origin();
        let mut kept = locked(&self.0);
        let is_same =
            |kept: &&SessionPair| kept.origin == origin && kept.purpose == purpose && Arc::ptr_eq(&kept.own, own);
        if let Some(found) = kept.iter().find(is_same) {
            return found.session.clone();
        }
        let refusal = Arc::default();
        let asking = Asking {
            upstream: Arc::clone(upstream),
            limit,
            purpose: purpose.clone(),
            own: Arc::clone(own),
            clock: clock.clone(),
            refusal: Arc::clone(&refusal),
        };
        let runtime = tokio::runtime::Handle::current();
        // The source runs this on a thread that may block.
        let fetch = move || runtime.block_on(asking.create_session());
        let name = format!("CreateSession at {}", upstream.url().host_header());
        let source = Arc::new(CredentialSource::new(name, clock.clone(), Arc::new(fetch)));
        let session = Session { source, refusal };
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(SessionPair { origin, purpose, own: Arc::clone(own), session: session.clone() });
        session
    }
}

/// The facts needed to request a session.
struct Asking {
    upstream: Arc<Upstream>,
    limit: Duration,
    purpose: Purpose,
    own: Arc<CredentialSource>,
    clock: Clock,
    refusal: Arc<Mutex<Option<String>>>,
}

impl Asking {
    async fn create_session(&self) -> Result<Credentials, String> {
        let own = self.own.current().await.map_err(|unready| unready.to_string())?;
        let url = self.upstream.url().with_target("/?session").map_err(|error| error.to_string())?;
        let mut request = Request::new("GET", &url).map_err(|error| error.to_string())?;
        if let Some(mode) = self.purpose.mode.as_str() {
            request.headers.push_unchecked(MODE, mode);
        }
        let signer = Signer::from_settings((*own).clone(), Settings::new(self.purpose.region.as_str(), SERVICE));
        let signed = signer.sign(request, self.clock.now()).map_err(|error| error.to_string())?;
        let head = onward::own_head(&signed.request, |_| false).map_err(|error| error.to_string())?;
        let message = head.map(|()| Empty::new().map_err(|never| match never {}).boxed_unsync());
        let sent = self.upstream.send(message, HttpVersion::Http1, self.limit).await;
        let response = sent.map_err(|error| onward::unreached(&error).1)?;
        let (head, body) = response.into_parts();
        let body = tokio::time::timeout(self.limit, Limited::new(body, LONGEST).collect()).await;
        let body = body.map_err(|_| "the response did not end in time".to_owned())?;
        let body = body.map_err(|error| format!("the response cannot be read: {error}"))?.to_bytes();
        if head.status == http::StatusCode::OK {
            *locked(&self.refusal) = None;
            return parse_session(&body).map_err(|error| format!("the response is not a session: {error}"));
        }
        let said = Said::parse(Some(head.status.as_u16()), &headers_of(&head), &body);
        let code = said.code.clone().unwrap_or_else(|| format!("status {}", head.status.as_u16()));
        *locked(&self.refusal) = Some(code).filter(|_| head.status.is_client_error());
        Err(format!("the upstream says {}", said.summary()))
    }
}

impl fmt::Debug for SessionPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPair").field("origin", &self.origin).finish_non_exhaustive()
    }
}
