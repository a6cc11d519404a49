//! A server's refusal of a request: code, message, and the facts that explain it.
//!
//! XML of S3 and compatible stores, XML of query services, JSON of all other services, HTML and an empty body
//! are all read into one [`Reply`]. Reading never fails: anything that cannot be parsed is absent. This
//! module does not judge whether the server is right.

mod fields;
mod json;
mod kind;
mod message;
mod summary;
mod xml;
mod damage;
mod exception;
mod texts;

#[cfg(test)]
mod tests;

pub(super) use damage::is_redacted;
pub use kind::Kind;
pub use texts::TextState;
pub(super) use texts::{around_texts, has_form_of_request};
pub(super) use xml::unescape;

use std::borrow::Cow;

use crate::formats::note::Note;
use crate::servers::Server;
use sigvet_core::crypto::sha256;
use sigvet_core::request::{Headers, Request};
use sigvet_core::time::Timestamp;

use fields::Fields;
use message::ErrorFields;

/// Maximum number of bytes of a body to read. No server writes more about a refusal.
const LONGEST_BODY: usize = 256 * 1024;

/// A server's refusal of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The error's name without its namespace, such as `SignatureDoesNotMatch`.
    pub code: Option<String>,
    /// The message, without the canonical request that some servers include. If there is no code, the first
    /// words of the body.
    pub message: Option<String>,
    /// The server's request ID, from the body or the headers.
    pub request_id: Option<String>,
    /// The second half of S3's request ID; for other servers, the host that answered.
    pub host_id: Option<String>,
    /// The region that the server expects or is in: `Region`, `x-amz-bucket-region`, or the region after
    /// `expecting` in the message.
    pub region: Option<String>,
    /// The service that the scope should name, according to the message.
    pub service: Option<String>,
    /// The server's clock: `ServerTime`, or the time in the message, or the `Date` header.
    pub server_time: Option<Timestamp>,
    /// The time of the request as the server read it.
    pub request_time: Option<Timestamp>,
    /// When the presigned URL expired.
    pub expires: Option<Timestamp>,
    /// The canonical request that the server computed, byte for byte if the server sent bytes.
    pub canonical_request: Option<Vec<u8>>,
    /// The string to sign that the server computed, byte for byte if the server sent bytes.
    pub string_to_sign: Option<Vec<u8>>,
    /// The signature as it reached the server.
    pub signature_provided: Option<String>,
    /// The access key ID as it reached the server.
    pub access_key_id: Option<String>,
    /// The declared and the computed hash, if the body is not the one that was signed.
    pub hashes: Option<Hashes>,
    /// The headers that should have been signed.
    pub headers_not_signed: Vec<String>,
    /// The host that serves the bucket, if the server names a different one.
    pub endpoint: Option<String>,
    /// The header that the server says it does not accept.
    pub header: Option<String>,
    /// The server, if its headers, IDs or messages identify it.
    pub server: Option<Server>,
    /// The gateway in front of the service that answered.
    pub gateway: Option<Gateway>,
    /// Details that the server adds to the message, such as Google's reason.
    pub details: Option<String>,
    /// The largest object that the server accepts in this request, in bytes.
    pub most_bytes: Option<u64>,
    /// Damage that the reply suffered in transit, and whether it was repaired.
    pub damage: Vec<Note>,
}

/// A gateway in front of a service, with its own rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// CloudFront, which may sign for its origin.
    CloudFront,
    /// The gateway of OpenSearch Serverless, which refused the request itself.
    OpenSearchServerless,
}

impl Gateway {
    fn from_headers(headers: &Headers) -> Option<Self> {
        let says = |name: &str, words: &str| {
            headers.first_text_lossy(name).is_some_and(|value| value.to_ascii_lowercase().contains(words))
        };
        match () {
            () if says("x-aoss-response-hint", "deny") => Some(Self::OpenSearchServerless),
            () if says("x-cache", "from cloudfront") => Some(Self::CloudFront),
            () => None,
        }
    }
}

/// The hashes of a body, in lowercase hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// The hash that the request declared.
    pub client: String,
    /// The hash that the server computed.
    pub server: String,
}

impl Reply {
    /// Reads a response from its status, headers and body.
    pub fn parse(status: Option<u16>, headers: &Headers, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body.get(..body.len().min(LONGEST_BODY)).unwrap_or_default());
        let (text, damage) = damage::repair(text.trim_start_matches('\u{feff}').trim());
        let text = text.as_ref();
        let fields = json::read(text).or_else(|| xml::read(text));
        let fields = fields.or_else(|| exception::read(text));
        let is_refusal = !status.is_some_and(|status| (200..300).contains(&status));
        let words = if fields.is_none() && is_refusal && !holds_keys(text) { first_words(text) } else { None };
        let fields = fields.unwrap_or_default();
        let stated = fields.get(&["Message"]).map(|message| ErrorFields::in_message(&message));
        // The text of an exception contains only the message.
        let stated = stated.or_else(|| words.as_ref().map(|_| ErrorFields::in_message(text))).unwrap_or_default();
        let header = |name: &str| headers.first_text_lossy(name).filter(|value| !value.is_empty()).map(Cow::into_owned);
        let mut reply = Self {
            status: status.or_else(|| fields.get(&["Status"]).and_then(|status| status.parse().ok())),
            code: header("x-amzn-errortype").or_else(|| fields.get(&["Code"])).as_deref().and_then(bare_code),
            message: if fields.is_empty() { words } else { stated.text },
            request_id: fields
                .get(&["RequestId", "RequestID"])
                .or_else(|| REQUEST_ID_HEADERS.iter().find_map(|name| header(name))),
            host_id: fields.get(&["HostId"]).or_else(|| header("x-amz-id-2")),
            region: stated
                .region
                .or_else(|| fields.get(&["Region", "ExpectSigningRegion"]))
                .or_else(|| header("x-amz-bucket-region")),
            service: stated.service,
            server_time: fields
                .instant("ServerTime")
                .or(stated.server_time)
                .or_else(|| header("date").and_then(|date| Timestamp::parse(&date).ok())),
            request_time: fields
                .instant("RequestTime")
                .or_else(|| fields.instant("X-Amz-Date"))
                .or(stated.request_time),
            expires: fields.instant("Expires"),
            canonical_request: fields.bytes("CanonicalRequest").or(stated.canonical_request),
            string_to_sign: fields.bytes("StringToSign").or(stated.string_to_sign),
            signature_provided: fields.get(&["SignatureProvided"]),
            access_key_id: fields.get(&["AWSAccessKeyId", "OSSAccessKeyId"]),
            hashes: Hashes::of(&fields),
            headers_not_signed: headers_not_signed(&fields),
            endpoint: fields.get(&["Endpoint"]).or_else(|| header("location").and_then(|url| host_of(&url))),
            header: fields.get(&["Header"]),
            server: Server::from_headers(headers),
            gateway: Gateway::from_headers(headers),
            details: fields.get(&["Details"]),
            most_bytes: fields.get(&["MaxSizeAllowed"]).and_then(|bytes| bytes.parse().ok()),
            damage,
        };
        damage::mend_blocks(&mut reply);
        let (id, host, message) = (&reply.request_id, &reply.host_id, &reply.message);
        let by_form = Server::from_form(id.as_deref(), host.as_deref(), message.as_deref());
        reply.server = reply.server.or(by_form);
        reply
    }

    /// The server that answered, recognised by its reply, or otherwise by the host of the request.
    pub fn recognize_server(&self, request: &Request) -> Option<Server> {
        self.server.or_else(|| request.host().and_then(Server::from_host))
    }

    /// Whether a text is a JSON error, rather than text that resembles one.
    pub(super) fn is_json_error(&self, text: &[u8]) -> bool {
        json::read(String::from_utf8_lossy(text).trim()).is_some()
    }

    /// Whether the server refused the request, for whatever reason.
    pub fn is_refusal(&self) -> bool {
        self.status.map_or_else(|| self.kind() != Kind::Other, |status| status >= 400)
    }

    /// Whether this is certainly a server's message about a signature, a checksum or a policy. Other text is
    /// not a reply.
    pub(super) fn is_of_a_server(&self) -> bool {
        const SENTENCES: [&str; 9] = [
            // The reply to a HEAD request has no body, so botocore only has the status.
            "when calling the head",
            "x-amz-checksum-",
            "x-amz-sdk-checksum-algorithm",
            "aws-chunked",
            "invalid according to policy",
            "implies functionality that is not implemented",
            "x-amz-content-sha256",
            "content-md5",
            "credential should be scoped",
        ];
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.code.is_some() || self.kind() != Kind::Other || SENTENCES.iter().any(|words| message.contains(words))
    }

    /// Whether the code or the message is one that servers use for signatures.
    pub(super) fn is_of_known_kind(&self) -> bool {
        self.kind() != Kind::Other || self.code.as_deref().is_some_and(exception::is_known)
    }

    /// Fills in missing parts (code, status, request ID and the server's texts) from the surrounding text.
    pub(super) fn complete_from(&mut self, around: Self) {
        self.code = self.code.take().or(around.code);
        self.status = self.status.or(around.status);
        self.request_id = self.request_id.take().or(around.request_id);
        self.region = self.region.take().or(around.region);
        self.canonical_request = self.canonical_request.take().or(around.canonical_request);
        self.string_to_sign = self.string_to_sign.take().or(around.string_to_sign);
        self.signature_provided = self.signature_provided.take().or(around.signature_provided);
        self.access_key_id = self.access_key_id.take().or(around.access_key_id);
    }

    /// The kind of refusal.
    pub fn kind(&self) -> Kind {
        Kind::of(self)
    }

    /// Whether the server's string to sign belongs to a chunk or a trailer rather than to the request, as
    /// Swift shows it.
    pub fn is_of_chunk(&self) -> bool {
        let algorithm = self.string_to_sign.as_deref().and_then(|text| text.split(|byte| *byte == b'\n').next());
        let ends = |algorithm: &[u8]| [&b"-PAYLOAD"[..], b"-TRAILER"].iter().any(|end| algorithm.ends_with(end));
        algorithm.is_some_and(|algorithm| ends(algorithm.trim_ascii_end()))
    }

    /// Whether the server says that the signature is wrong, and nothing more specific.
    pub fn is_signature_refusal(&self) -> bool {
        self.kind() == Kind::Signature
    }

    /// Seconds by which the server's clock is ahead of the time of signing; negative if it is behind.
    pub fn skew(&self, signed_at: Timestamp) -> Option<i64> {
        self.server_time.map(|server| signed_at.seconds_until(server))
    }

    /// The region that the server expects or is in, if it needs no quotes in a shell.
    pub fn expected_region(&self) -> Option<&str> {
        self.region.as_deref().filter(|region| is_plain(region))
    }

    /// The service that the server expects, if it needs no quotes in a shell.
    pub fn expected_service(&self) -> Option<&str> {
        self.service.as_deref().filter(|service| is_plain(service))
    }

    /// Whether the canonical request has the hash at the end of the string to sign; if not, the text was
    /// altered in transit. `None` if either is missing, or if the string to sign does not belong to a request.
    pub fn is_unaltered(&self) -> Option<bool> {
        let canonical_request = self.canonical_request.as_deref()?;
        let string_to_sign = std::str::from_utf8(self.string_to_sign.as_deref()?).ok()?;
        let lines: Vec<&str> = string_to_sign.split('\n').collect();
        let [_, _, _, hash] = lines.as_slice() else { return None };
        Some(hash.eq_ignore_ascii_case(&sha256(canonical_request).to_string()))
    }

    /// The reply in one line: code, message, request ID. Characters that could affect a terminal are escaped,
    /// and long texts are truncated.
    pub fn summary(&self) -> String {
        summary::of(self)
    }
}

/// Whether the reply contains keys, which must not be repeated.
fn holds_keys(text: &str) -> bool {
    ["SecretAccessKey", "SessionToken", "secret_access_key", "session_token"].iter().any(|name| text.contains(name))
}

impl Hashes {
    fn of(fields: &Fields) -> Option<Self> {
        let client = fields.get(&["ClientComputedContentSHA256"])?;
        let server = fields.get(&["S3ComputedContentSHA256"])?;
        Some(Self { client, server })
    }
}

/// Headers that contain the server's request ID, AWS's own first.
const REQUEST_ID_HEADERS: [&str; 9] = [
    "x-amz-request-id",
    "x-amzn-requestid",
    "x-amzn-request-id",
    "x-oss-request-id",
    "x-obs-request-id",
    "x-guploader-uploadid",
    "x-openstack-request-id",
    "x-trans-id",
    "cf-ray",
];

/// The name in `com.amazon.coral.service#Name` and `Name:http://…`.
fn bare_code(code: &str) -> Option<String> {
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().trim();
    Some(code.to_owned()).filter(|code| !code.is_empty())
}

/// The host of a URL, with its port.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// The unsigned headers. S3 writes one name, or several names separated by commas.
fn headers_not_signed(fields: &Fields) -> Vec<String> {
    let names = fields.get(&["HeadersNotSigned"]).unwrap_or_default();
    names.split([',', ';', ' ']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The title of a page, or otherwise its text without tags. Binary bodies have no words.
fn first_words(text: &str) -> Option<String> {
    let words = xml::title(text).unwrap_or_else(|| xml::without_tags(text));
    Some(words).filter(|words| !words.trim().is_empty() && !words.contains('\0'))
}

fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&word.len()) && !word.starts_with('-') && word.bytes().all(plain)
}
