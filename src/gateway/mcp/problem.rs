//! Why a message got no answer from the server, and the error to send to the client instead.

use http::{HeaderMap, StatusCode, header};
use sigvet_core::request::Headers;
use sigvet_diagnose::Diagnosis;
use sigvet_diagnose::formats::reply::{Kind, Reply};

use crate::gateway::Unready;

/// The message is not JSON (JSON-RPC 2.0, §5.1).
pub const PARSE_ERROR: i64 = -32700;

/// The message is not a valid request. The Python SDK uses this code for a session that has ended.
pub const INVALID_REQUEST: i64 = -32600;

/// The first of the codes that JSON-RPC reserves for implementations.
pub const NOT_CARRIED: i64 = -32000;

/// Maximum number of characters to pass on from a server's own message.
const LONGEST_WORDS: usize = 500;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Problem {
    /// The JSON-RPC error code.
    pub code: i64,
    /// The problem, and what to do about it.
    pub text: String,
}

impl Problem {
    /// The message could not be delivered.
    pub fn new(text: impl Into<String>) -> Self {
        Self { code: NOT_CARRIED, text: text.into() }
    }

    /// The message is invalid.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self { code: INVALID_REQUEST, text: text.into() }
    }

    /// The client does not read any more.
    pub fn closed() -> Self {
        Self::new("standard output is closed")
    }

    /// The session has ended on the server.
    pub fn session_ended() -> Self {
        Self::invalid("the MCP session has ended on the server; reconnect, which sends 'initialize' again")
    }

    /// An error response for a reason other than the signature.
    pub fn from_status(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let reply = reply_of(status, headers, body);
        let said = words(&reply, headers, body);
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Self::new(format!("the server answered {status}{said}{}", hint(status, headers, &reply)))
    }

    /// Why a server refused a signature, and what to do about it.
    pub fn from_refusal(status: StatusCode, said: &Reply, diagnosis: Option<&Diagnosis>, key: RefusedKey<'_>) -> Self {
        let code = said.code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
        let mistakes = diagnosis.and_then(Diagnosis::best).map(|best| best.mistakes.as_slice()).unwrap_or_default();
        let mut text = format!("the server refused the signature ({}{code})", status.as_u16());
        for made in mistakes {
            text.push_str(&format!(": {} [{}]. {}", made.mistake.title, made.mistake.id, made.fix()));
        }
        if mistakes.is_empty() {
            let message = said.message.as_deref().map(|message| format!(": {}", shortened(message)));
            text.push_str(&message.unwrap_or_default());
        }
        if let Some(advice) = key.advice(said.kind()).filter(|_| mistakes.is_empty() || said.kind() == Kind::Token) {
            let text_end = text.trim_end_matches('.').len();
            text.truncate(text_end);
            text.push_str(&format!("; {advice}"));
        }
        Self::new(text)
    }
}

/// The key that signed a refused request.
#[derive(Debug, Clone, Copy)]
pub struct RefusedKey<'a> {
    /// Where it comes from: `aws profile 'work'`.
    pub source: &'a str,
    /// Whether it has a session token: only a session can be renewed.
    pub is_temporary: bool,
}

impl RefusedKey<'_> {
    /// What to do if the server gives no reason other than this kind, and no mistake was found.
    fn advice(self, kind: Kind) -> Option<String> {
        let Self { source, is_temporary } = self;
        match kind {
            Kind::Token if is_temporary => Some(format!(
                "renew the session of {source}, for example with 'aws sso login --profile NAME' or 'aws login --profile \
                 NAME', and try again"
            )),
            Kind::Signature => Some(format!(
                "no mistake was found in the request, so check the secret key of {source}, and --region and --service"
            )),
            Kind::Key => Some(format!("check that the key of {source} exists, and that it is active")),
            Kind::Clock => Some("check the clock of this machine".to_owned()),
            Kind::Region => Some("pass the server's --region".to_owned()),
            Kind::Service => Some("pass the server's --service".to_owned()),
            _ => None,
        }
    }
}

impl From<Unready> for Problem {
    fn from(unready: Unready) -> Self {
        Self::new(unready.to_string())
    }
}

fn reply_of(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Reply {
    let mut fields = Headers::default();
    for (name, value) in headers {
        fields.push_unchecked(name.as_str(), value.as_bytes());
    }
    Reply::parse(Some(status.as_u16()), &fields, body)
}

/// The server's own message, from an AWS error or from plain text.
fn words(reply: &Reply, headers: &HeaderMap, body: &[u8]) -> String {
    let is_text = content_type(headers) == "text/plain";
    let text = is_text.then(|| String::from_utf8_lossy(body).into_owned());
    match (reply.code.clone(), reply.message.clone().or(text)) {
        (Some(code), Some(message)) => format!("{code}: {}", shortened(&message)),
        (Some(only), None) => only,
        (None, Some(only)) => shortened(&only),
        (None, None) => String::new(),
    }
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(LONGEST_WORDS).collect()
}

fn hint(status: StatusCode, headers: &HeaderMap, reply: &Reply) -> String {
    match status.as_u16() {
        300..=399 => {
            let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
            location.map(|location| format!("; pass {location} instead of this URL")).unwrap_or_default()
        }
        401 if wants_bearer_token(headers) => {
            "; the server accepts bearer tokens (OAuth), not signatures: use a client that supports them, or an endpoint \
             with IAM authorization"
                .to_owned()
        }
        401 | 403 => describe_denial(headers, reply).to_owned(),
        404 => "; check the URL".to_owned(),
        405 => "; this URL is not a streamable HTTP endpoint of MCP".to_owned(),
        429 => "; wait, and try again".to_owned(),
        _ => String::new(),
    }
}

/// Only an error code of AWS shows that the signature was accepted. Firewalls and proxies answer 403 as well.
fn describe_denial(headers: &HeaderMap, reply: &Reply) -> &'static str {
    if reply.code.is_some() && reply.kind() == Kind::Denied {
        "; the signature was not the reason: check what these credentials are allowed to do"
    } else if content_type(headers) == "text/html" {
        "; the answer is a web page instead of an AWS error: a proxy or a firewall on the way may have refused the request"
    } else {
        "; the answer has no AWS error code, so the reason is unknown: check what these credentials are allowed to do, and \
         whether a proxy or a firewall is on the way"
    }
}

/// Whether a server asks for a bearer token and for nothing else (RFC 6750 §3).
fn wants_bearer_token(headers: &HeaderMap) -> bool {
    let schemes = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let mut schemes = schemes.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase()).peekable();
    schemes.peek().is_some() && schemes.all(|scheme| scheme.starts_with("bearer"))
}

/// The media type without parameters, in lower case.
pub fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches the advice to renew a session for a key that has none.
    #[test]
    fn only_the_holder_of_temporary_credentials_is_told_to_renew_them() {
        let body =
            br#"{"__type":"ExpiredTokenException","message":"The security token included in the request is expired."}"#;
        let headers = Headers::from_pairs([("content-type", "application/json")]).unwrap();
        let said = Reply::parse(Some(403), &headers, body);
        assert_eq!(said.kind(), Kind::Token);
        let text = |is_temporary| {
            let key = RefusedKey { source: "profile 'work'", is_temporary };
            Problem::from_refusal(StatusCode::FORBIDDEN, &said, None, key).text
        };
        let problem = "the server refused the signature (403 ExpiredTokenException): The security token included in \
            the request is expired";
        assert_eq!(text(false), format!("{problem}."));
        let advice = "renew the session of profile 'work', for example with 'aws sso login --profile NAME' or 'aws login \
            --profile NAME', and try again";
        assert_eq!(text(true), format!("{problem}; {advice}"));
    }

    /// Catches an error that only repeats the server's words (AWS's own, from public threads).
    #[test]
    fn every_refusal_says_what_to_do() {
        for (code, message, advice) in [
            (
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
                "check the secret key of profile 'work', and --region and --service",
            ),
            ("UnrecognizedClientException", "The security token included in the request is invalid.", "profile 'work'"),
            (
                "InvalidSignatureException",
                "Signature expired: 20240101T000000Z is now earlier than 20240101T001000Z (20240101T001500Z - 5 min.)",
                "check the clock of this machine",
            ),
            (
                "InvalidSignatureException",
                "Credential should be scoped to a valid region.",
                "pass the server's --region",
            ),
        ] {
            let body = serde_json::json!({ "__type": code, "message": message }).to_string();
            let headers = Headers::from_pairs([("content-type", "application/json")]).unwrap();
            let said = Reply::parse(Some(403), &headers, body.as_bytes());
            let key = RefusedKey { source: "profile 'work'", is_temporary: true };
            let text = Problem::from_refusal(StatusCode::FORBIDDEN, &said, None, key).text;
            assert!(text.contains(advice) && text.contains(message.trim_end_matches('.')), "{text}");
        }
    }
}
