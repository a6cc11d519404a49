//! The server of MCP behind a signature: a request is signed, sent, and once more if other credentials are to be had.
//!
//! Signed are `host`, `content-type`, `x-amz-*` and the headers that the user adds. The headers of MCP are put on behind the
//! signature: AWS asks for no more, and what stands between may rewrite `accept` or the id of a session.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
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
use sigvet_diagnose::Diagnosis;
use sigvet_diagnose::formats::reply::Reply;

use super::problem::Problem;
use crate::gateway::onward;
use crate::gateway::proxy::masking::Masking;
use crate::gateway::proxy::refused::{self, ReadAhead};
use crate::gateway::{Clock, CredentialSource};
use crate::transport::{HttpVersion, Upstream};

/// How long other credentials are waited for once a server has refused the key.
const RENEWAL: Duration = Duration::from_secs(2);

/// How often it is looked for them.
const LOOK: Duration = Duration::from_millis(50);

/// The server, and how requests to it are signed.
pub struct Endpoint {
    /// The server with its URL.
    pub upstream: Upstream,
    /// Whose credentials sign.
    pub source: Arc<CredentialSource>,
    /// How to sign.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// Headers that go with each request, and are signed.
    pub headers: Vec<(String, String)>,
    /// What the server is spoken to in.
    pub version: HttpVersion,
    /// Time for the server to begin an answer.
    pub limit: Duration,
    /// Time to find out why a signature was refused.
    pub explain_time: Duration,
    /// The signer of the credentials that are in use.
    pub signer: KeptSigner,
}

/// The signer of the credentials that are in use, with its key of the day.
#[derive(Debug, Default)]
pub struct KeptSigner(Mutex<Option<(Arc<Credentials>, Arc<Signer>)>>);

/// A request to be.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its method.
    pub method: &'static str,
    /// Its body, which is JSON if there is one.
    pub body: Bytes,
    /// Headers that are not signed.
    pub unsigned: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub enum Answer {
    /// Status 2xx, with a body that is still to be read.
    Taken(Response<Incoming>),
    /// Another status, which is not about the signature.
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
    /// Signs and sends.
    ///
    /// # Errors
    /// There are no credentials, the server cannot be reached, or it refuses the signature.
    pub async fn send(&self, call: &Call) -> Result<Answer, Problem> {
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
            let body = ReadAhead::of(body).await.beginning;
            let is_asked = matches!(parts.status.as_u16(), 400 | 401 | 403);
            let Some(said) = refused::reply_about_signature(&parts, &body).filter(|_| is_asked) else {
                let body = Masking::new(&credentials, signed.signature.as_str()).apply(&body);
                return Ok(Answer::Refused { status: parts.status, headers: parts.headers, body: body.into() });
            };
            // A refused request was not carried out, and may be repeated whatever it does.
            if refused::is_about_key(&said)
                && std::mem::take(&mut may_repeat)
                && let Some(other) = self.other_than(&credentials).await
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

    /// Credentials that the source gives instead of those that were refused, if it does soon.
    async fn other_than(&self, refused: &Arc<Credentials>) -> Option<Arc<Credentials>> {
        self.source.distrust(refused);
        let began = Instant::now();
        while began.elapsed() < RENEWAL {
            let current = self.source.current().await.ok()?;
            if !Arc::ptr_eq(&current, refused) {
                return Some(current);
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }

    async fn explain(
        &self,
        status: StatusCode,
        signed: Signed,
        said: Reply,
        credentials: &Arc<Credentials>,
    ) -> Problem {
        let masking = Masking::new(credentials, signed.signature.as_str());
        let (limit, now, credentials) = (self.explain_time, self.clock.now(), Arc::clone(credentials));
        let search = move || {
            let diagnosis: Option<Diagnosis> =
                (!limit.is_zero()).then(|| refused::explain(&signed.request, &credentials, &said, (now, limit)));
            Problem::from_refusal(status, &said, diagnosis.as_ref())
        };
        let found = tokio::task::spawn_blocking(search).await;
        let problem = found.unwrap_or_else(|_| Problem::new("the server refused the signature"));
        let text = masking.apply(problem.text.as_bytes());
        Problem { text: String::from_utf8_lossy(&text).into_owned(), ..problem }
    }
}

impl KeptSigner {
    fn of(&self, credentials: &Arc<Credentials>, settings: &Settings) -> Arc<Signer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
