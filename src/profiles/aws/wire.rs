//! Asks a service for credentials over HTTP, and describes its answer if it returns none.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::{Answer, Call, Outside, Route};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::reply::Reply;

/// A request to a service.
pub(super) struct Question {
    /// What is requested, worded for use in a sentence: `AssumeRole of STS`.
    pub(super) what: String,
    pub(super) url: RequestUrl,
    pub(super) request: Request,
    pub(super) limit: Option<Duration>,
    pub(super) route: Route,
}

impl Question {
    /// A GET request for a URL.
    pub(super) fn get(what: impl Into<String>, url: &str) -> Result<Self, AwsCause> {
        Self::new(what, "GET", url)
    }

    pub(super) fn new(what: impl Into<String>, method: &str, url: &str) -> Result<Self, AwsCause> {
        let what = what.into();
        let parsed = RequestUrl::parse(url);
        let url = parsed.map_err(|error| AwsCause::new(format!("{what} has no usable URL: {error}")))?;
        let request = Request::new(method, &url).map_err(|error| AwsCause::new(error.to_string()))?;
        Ok(Self { what, url, request, limit: None, route: Route::Usual })
    }

    /// The same request with another header.
    pub(super) fn with_header(mut self, name: &str, value: &str) -> Result<Self, AwsCause> {
        let pushed = self.request.headers.push(name, value);
        pushed.map_err(|_| AwsCause::new(format!("the header {name} for {} cannot be sent as it is", self.what)))?;
        Ok(self)
    }

    /// Sends the request, and returns the body of a successful response.
    pub(super) fn ask(self, outside: &dyn Outside) -> Result<Zeroizing<Vec<u8>>, AwsCause> {
        let (what, origin) = (self.what, self.url.origin());
        let call = Call { url: self.url, request: self.request, limit: self.limit, route: self.route, ca_bundle: None };
        let answer = outside.send(call).map_err(|error| AwsCause::new(format!("no answer to {what}: {error}")))?;
        match answer.status {
            200..=299 => Ok(answer.body),
            _ => Err(AwsCause::new(format!("{what} at {origin} was refused: {}", describe_refusal(&answer)))),
        }
    }
}

/// The code and message of a refusal, or only its status. A body that may contain credentials is not shown,
/// whatever the status is.
fn describe_refusal(answer: &Answer) -> String {
    if holds_credentials(&answer.body) {
        return format!("status {}", answer.status);
    }
    let reply = Reply::parse(Some(answer.status), &answer.headers, &answer.body);
    match (&reply.code, &reply.message) {
        (Some(code), Some(message)) => format!("{code}: {message} (status {})", answer.status),
        (None, Some(said)) | (Some(said), None) => format!("{said} (status {})", answer.status),
        (None, None) => format!("status {}", answer.status),
    }
}

/// Whether a body contains a field for a secret or a token, in any service's spelling.
fn holds_credentials(body: &[u8]) -> bool {
    const NAMES: [&str; 5] = ["secretaccesskey", "sessiontoken", "accesstoken", "securitytoken", "\"token\""];
    let letters = body.iter().filter(|byte| !b"_-".contains(byte)).map(u8::to_ascii_lowercase);
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(letters.collect());
    NAMES.iter().any(|name| memchr::memmem::find(&text, name.as_bytes()).is_some())
}

/// Reads credentials from JSON with these field names. The expiry is optional.
pub(super) fn credentials_of_json(
    json: &serde_json::Value,
    what: &str,
    [id, secret, token, expiry]: [&str; 4],
) -> Result<Credentials, AwsCause> {
    let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    let needed = |name: &str| text(name).ok_or_else(|| AwsCause::new(format!("{what} has no {name}")));
    let expires_at = text(expiry).map(parse_time).transpose();
    Ok(Credentials {
        access_key_id: needed(id)?.to_owned(),
        secret_access_key: Secret::new(needed(secret)?),
        session_token: text(token).map(Secret::new),
        expires_at: expires_at.map_err(|()| AwsCause::new(format!("{expiry} of {what} is not a date and time")))?,
    })
}

/// Parses a time as AWS's programs write it. Some write `UTC` for `Z`.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, ()> {
    let text = text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
    Timestamp::parse(&text).map_err(|_| ())
}

/// Parses JSON. The error does not quote the text.
pub(super) fn parse_json(body: &[u8], what: &str) -> Result<serde_json::Value, AwsCause> {
    serde_json::from_slice(body).map_err(|_| AwsCause::new(format!("{what} is not JSON")))
}
