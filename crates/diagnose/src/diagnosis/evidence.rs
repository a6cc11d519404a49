//! The evidence about a refused request: the request, the reply, the client's texts, keys. Any part may be missing.

use super::party::{Party, Texts};
use std::time::Duration;

use crate::formats::Note;
use crate::formats::capture::ClientLog;
use crate::formats::reply::Reply;
use sigvet_core::canonical::PathRule;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::derivation::TokenTravel;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{DEFAULT_WINDOW, ExpectedScope, Judge, Known};
use sigvet_core::x509::Certificate;

/// The evidence about a refused request.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The request as it arrived, or as it was sent.
    pub request: Option<&'a Request>,
    /// The server's reply.
    pub reply: Option<&'a Reply>,
    /// Whether the reply is known to answer this request, rather than merely given along with it.
    pub is_exchange: bool,
    /// The texts that the client says it signed.
    pub client: Option<ClientTexts<'a>>,
    /// The key that the request should have been signed with.
    pub credentials: Option<&'a Credentials>,
    /// Other keys of the user.
    pub other_keys: &'a [OtherKey],
    /// The server's clock.
    pub now: Timestamp,
    /// How far the client's clock may be off.
    pub window: Duration,
    /// Which parts of the request were seen.
    pub known: Known,
    /// The region and service that the server expects, as far as they are known.
    pub scope: ExpectedScope<'a>,
    /// How the session token is sent, if that is known to differ from the service's usual way.
    pub token: Option<TokenTravel>,
    /// The rule by which the path was signed, if it is known to differ from the service's usual rule.
    pub path_rule: Option<PathRule>,
    /// The CA certificates that the server trusts, if they are known.
    pub anchors: Option<&'a [Certificate]>,
    /// Names from outside the request.
    pub hints: &'a Hints,
    /// The values that the user asks to try.
    pub trial: Trial<'a>,
    /// Notes about the text that the request was read from.
    pub notes: &'a [Note],
}

/// Values that the user asks to try: would the signature be right with them?
#[derive(Debug, Clone, Copy, Default)]
pub struct Trial<'a> {
    /// A host, with its port if the client sends one.
    pub host: Option<&'a str>,
    /// A secret for the request's access key ID.
    pub secret: Option<&'a Secret>,
}

/// The texts that the client says it computed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientTexts<'a> {
    /// The client's canonical request.
    pub canonical_request: Option<&'a [u8]>,
    /// The client's string to sign.
    pub string_to_sign: Option<&'a [u8]>,
    /// The signature, in hex.
    pub signature: Option<&'a str>,
}

/// A key that the request may have been signed with by mistake.
#[derive(Debug, Clone)]
pub struct OtherKey {
    /// The user's name for the key, such as `profile 'work'`. Only this name is ever shown.
    pub name: String,
    /// The access key ID.
    pub access_key_id: String,
    /// The secret.
    pub secret: Secret,
}

/// Names that a mistake may involve and that the request does not contain.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Hosts of endpoints, with their ports.
    pub hosts: Vec<String>,
    /// Regions that the user or the server mentioned.
    pub regions: Vec<String>,
    /// Services that the user or the server mentioned.
    pub services: Vec<String>,
    /// Path prefixes that a proxy may add or remove.
    pub path_prefixes: Vec<String>,
    /// Hosts of the user's stores, with their ports. If a host name ends with one of them, the part in front
    /// is the bucket.
    pub endpoints: Vec<String>,
    /// The bucket in the host name, according to the user. Empty means that the host name contains no bucket.
    pub bucket: Option<String>,
    /// The current time, if it may have been signed.
    pub now: Option<Timestamp>,
    /// EKS clusters that the text around a token names.
    pub clusters: Vec<String>,
}

/// A key to try.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) access_key_id: &'a str,
    pub(super) secret: &'a Secret,
}

impl<'a> From<&'a ClientLog> for ClientTexts<'a> {
    fn from(log: &'a ClientLog) -> Self {
        Self {
            canonical_request: log.canonical_request.as_deref(),
            string_to_sign: log.string_to_sign.as_deref(),
            signature: log.signature.as_deref(),
        }
    }
}

impl<'a> Evidence<'a> {
    /// Evidence with only the server's clock and names from outside. The client's clock may be off by as much
    /// as most servers allow.
    pub fn new(now: Timestamp, hints: &'a Hints) -> Self {
        Self {
            request: None,
            reply: None,
            is_exchange: false,
            client: None,
            credentials: None,
            other_keys: &[],
            now,
            window: DEFAULT_WINDOW,
            known: Known::WHOLE,
            scope: ExpectedScope::Any,
            token: None,
            path_rule: None,
            anchors: None,
            hints,
            trial: Trial::default(),
            notes: &[],
        }
    }

    /// The judge that verifies the request.
    pub(super) fn judge(&self) -> Judge<'a> {
        let buckets = BucketRule { chosen: self.hints.bucket.as_deref(), endpoints: &self.hints.endpoints };
        let mut judge = Judge::new(self.credentials, self.now, self.scope);
        judge = judge.with_window(self.window).with_known(self.known).with_buckets(buckets);
        (judge.path_rule, judge.token, judge.anchors) = (self.path_rule, self.token, self.anchors);
        judge
    }

    /// The same judge with another clock, and without the key.
    pub(super) fn judge_without_key(&self, now: Timestamp) -> Judge<'a> {
        let mut judge = self.judge();
        (judge.credentials, judge.now) = (None, now);
        judge
    }

    /// The texts of server and client, if there are any.
    pub(super) fn texts(&self) -> Vec<(Party, Texts<'a>)> {
        let server = self.reply.map(|reply| Texts {
            canonical_request: reply.canonical_request.as_deref(),
            string_to_sign: reply.string_to_sign.as_deref().filter(|_| !reply.is_of_chunk()),
        });
        let client = self
            .client
            .map(|client| Texts { canonical_request: client.canonical_request, string_to_sign: client.string_to_sign });
        let texts = [(Party::Server, server), (Party::Client, client)].into_iter();
        texts.filter_map(|(whose, texts)| Some((whose, texts.filter(|texts| !texts.is_empty())?))).collect()
    }

    /// The keys to try, the right one first. Empty if the right key is not known.
    pub(super) fn keys(&self) -> Vec<Key<'a>> {
        let own =
            |own: &'a Credentials| Key { name: "", access_key_id: &own.access_key_id, secret: &own.secret_access_key };
        let others = self.other_keys.iter();
        let others = others.map(|key| Key { name: &key.name, access_key_id: &key.access_key_id, secret: &key.secret });
        self.credentials.map(|credentials| [own(credentials)].into_iter().chain(others).collect()).unwrap_or_default()
    }
}
