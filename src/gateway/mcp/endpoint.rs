//! An MCP server that requires signatures: a request is signed and sent, and sent again if the key is refused and
//! there are other credentials.
//!
//! The signature covers `host`, `content-type`, `x-amz-*` and the headers that the user adds. The MCP headers
//! are added after signing: AWS does not require them to be signed, and intermediaries may rewrite `accept` or
//! the session ID.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::Settings;
use sigvet_core::request::{Body, Request};
use sigvet_core::sign::Signed;
use sigvet_core::signer::Signer;
use sigvet_diagnose::formats::reply::Reply;

use super::problem::{Problem, RefusedKey};
use crate::gateway::masking::Masking;
use crate::gateway::onward;
use crate::gateway::upstream_refusal::{self, ReadAhead};
use crate::gateway::{Clock, CredentialSource, Searches};
use crate::locking::locked;
use crate::transport::{HttpVersion, Upstream};

/// How long to wait for other credentials after a server has refused the key.
const RENEWAL: Duration = Duration::from_secs(2);

/// The server, and how to sign requests to it.
pub struct Endpoint {
    /// The server and its URL.
    pub upstream: Upstream,
    /// The source of the credentials.
    pub source: Arc<CredentialSource>,
    /// How to sign.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// Headers to add to each request and to sign.
    pub headers: Vec<(String, String)>,
    /// The HTTP version to use.
    pub version: HttpVersion,
    /// Time limit for the server to begin its answer.
    pub limit: Duration,
    /// Time limit for a message, from its first byte to the last of its answer.
    pub max_time: Option<Duration>,
    /// Time limit for finding out why a signature was refused.
    pub explain_time: Duration,
    /// The searches for that.
    pub searches: Searches,
    /// The signer for the current credentials.
    pub signer: KeptSigner,
}

/// The signer for the current credentials, with its signing key of the day.
#[derive(Debug, Default)]
pub struct KeptSigner(Mutex<Option<(Arc<Credentials>, Arc<Signer>)>>);

/// A request to be signed and sent.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// The body: JSON or empty.
    pub body: Bytes,
    /// Headers that are not signed.
    pub unsigned: HeaderMap,
}

/// The response of the server.
#[derive(Debug)]
pub enum Answer {
    /// Status 2xx, with a body that has not been read yet.
    Taken(Response<Incoming>),
    /// Another status, for a reason other than the signature.
    Refused {
        /// The status.
        status: StatusCode,
        /// The header fields.
        headers: HeaderMap,
        /// The beginning of the body.
        body: Bytes,
    },
}

impl Endpoint {
    /// Signs and sends a request.
    ///
    /// # Errors
    /// There are no credentials, the server cannot be reached, or it refuses the signature.
    pub async fn send(&self, call: &Call) -> Result<Answer, Problem> {
        let began = Instant::now();
        let mut credentials = self.source.current().await?;
        let mut may_repeat = true;
        loop {
            let signed = self.sign(call, &credentials)?;
            let message = message(&signed.request, call)?;
            let sent = self.upstream.send(message, self.version, self.limit).await;
            let response = sent.map_err(|error| Problem::new(onward::unreached(&error).1))?;
            if response.status().is_success() {
                return Ok(Answer::Taken(response));
            }
            let (parts, body) = response.into_parts();
            let body = ReadAhead::of(body.map_err(Into::into).boxed_unsync()).await.beginning;
            let is_asked = matches!(parts.status.as_u16(), 400 | 401 | 403);
            let Some(said) = upstream_refusal::reply_about_signature(&parts, &body).filter(|_| is_asked) else {
                let body = Masking::new(&credentials, signed.signature.as_str()).apply(&body);
                return Ok(Answer::Refused { status: parts.status, headers: parts.headers, body: body.into() });
            };
            // A refused request had no effect, so repeating it is safe.
            if upstream_refusal::is_about_key(&said)
                && std::mem::take(&mut may_repeat)
                && let Some(other) = self.source.replacement_for(&credentials, (began, RENEWAL)).await
            {
                credentials = other;
                continue;
            }
            return Err(self.explain(parts.status, signed, said, &credentials).await);
        }
    }

    fn sign(&self, call: &Call, credentials: &Arc<Credentials>) -> Result<Signed, Problem> {
        let mut request = Request::new(call.method, self.upstream.url()).map_err(unsignable)?;
        if !call.body.is_empty() {
            request.headers.push("content-type", "application/json").map_err(unsignable)?;
        }
        for (name, value) in &self.headers {
            request.headers.push(name, value.as_str()).map_err(unsignable)?;
        }
        request.body = Body::Bytes(call.body.to_vec());
        self.signer.of(credentials, &self.settings).sign(request, self.clock.now()).map_err(unsignable)
    }

    async fn explain(
        &self,
        status: StatusCode,
        signed: Signed,
        said: Reply,
        credentials: &Arc<Credentials>,
    ) -> Problem {
        let masking = Masking::new(credentials, signed.signature.as_str());
        let key = RefusedKey { source: self.source.name(), is_temporary: credentials.session_token.is_some() };
        let (now, said) = (self.clock.now(), Arc::new(said));
        let (credentials, reply) = (Arc::clone(credentials), Arc::clone(&said));
        let search = move |limit| upstream_refusal::explain(&signed.request, &credentials, &reply, (now, limit));
        let diagnosis = self.searches.run(self.explain_time, search).await;
        let problem = Problem::from_refusal(status, &said, diagnosis.as_ref(), key);
        let text = masking.apply(problem.text.as_bytes());
        Problem { text: String::from_utf8_lossy(&text).into_owned(), ..problem }
    }
}

impl KeptSigner {
    fn of(&self, credentials: &Arc<Credentials>, settings: &Settings) -> Arc<Signer> {
        let mut kept = locked(&self.0);
        if let Some((own, signer)) = &*kept
            && Arc::ptr_eq(own, credentials)
        {
            return Arc::clone(signer);
        }
        let signer = Arc::new(Signer::from_settings((**credentials).clone(), settings.clone()));
        *kept = Some((Arc::clone(credentials), Arc::clone(&signer)));
        signer
    }
}

fn message(signed: &Request, call: &Call) -> Result<http::Request<crate::gateway::ReplyBody>, Problem> {
    let mut message = onward::own_head(signed, |_| false).map_err(unsignable)?;
    let headers = message.headers_mut();
    headers.insert(http::header::USER_AGENT, HeaderValue::from_static(concat!("sigvet/", env!("CARGO_PKG_VERSION"))));
    for (name, value) in &call.unsigned {
        headers.insert(HeaderName::clone(name), value.clone());
    }
    Ok(message.map(|()| Full::new(call.body.clone()).map_err(|never| match never {}).boxed_unsync()))
}

fn unsignable(error: impl fmt::Display) -> Problem {
    Problem::new(format!("the request cannot be signed: {error}"))
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}
