//! Judges requests by the known keys, by what the server expects of a signature, and by its clock.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigvet_core::canonical::PathRule;
use sigvet_core::credentials::{Credentials, is_temporary_key_id};
use sigvet_core::derivation::TokenTravel;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::scheme::SigningKey;
use sigvet_core::stream::Decoder;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{
    Alike, Claimed, DEFAULT_WINDOW, ExpectedScope, Finding, Judge, Known, Verdict, VerifyError,
    is_judged_by_certificate, verify,
};
use sigvet_core::x509::Certificate;
use sigvet_diagnose::{
    AppliedMistake, Diagnosis, Evidence, Explanation, Hints, Limits, NextStep, Note, OtherKey, Trial, catalogue,
    diagnose, named_access_key_id,
};

use super::Keyring;
use super::signature_parts::has_token;

/// Maximum number of simultaneous mistakes to try. For an ordinary request this takes a tenth of the
/// default time limit.
const DEEPEST: usize = 2;
/// Number of simultaneous mistakes that are always tried, whatever the clock says. It bounds how long a client can
/// be kept waiting: the number of other keys to try depends on the server's profiles, and the number of requests
/// on the clients.
const TO_THE_END: usize = 1;

/// The clock of a server.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that calls this function for the time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// What a server expects of a signature, and the keys it knows.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// The keys.
    pub keys: Keyring,
    /// Whether no other keys exist. If others do, a signature by an unknown key is neither right nor wrong.
    pub are_keys_complete: bool,
    /// The server's region, if it accepts only one.
    pub region: Option<String>,
    /// The server's service, if it accepts only one.
    pub service: Option<String>,
    /// How session tokens are sent, if not in the service's default way.
    pub token: Option<TokenTravel>,
    /// The rule for canonical paths, if not the service's default.
    pub path_rule: Option<PathRule>,
    /// Whether a temporary AWS key (`ASIA…`) is only accepted together with a session token.
    pub wants_session_tokens: bool,
    /// Maximum clock skew.
    pub window: Duration,
    /// The server's clock.
    pub clock: Clock,
    /// The CA certificates that the server trusts, if it judges certificates. With an empty list it trusts no
    /// certificate.
    pub anchors: Option<Vec<Certificate>>,
    /// The server's own host names with ports; a label in front of one of them is a bucket.
    pub endpoints: Vec<String>,
}

impl Verifier {
    /// A server that accepts any region and service, with the default clock skew.
    pub fn new(keys: Keyring, clock: Clock) -> Self {
        let (region, service, token, path_rule, endpoints) = (None, None, None, None, Vec::new());
        let (wants_session_tokens, window, are_keys_complete) = (false, DEFAULT_WINDOW, true);
        Self {
            keys,
            are_keys_complete,
            region,
            service,
            token,
            path_rule,
            wants_session_tokens,
            window,
            clock,
            anchors: None,
            endpoints,
        }
    }

    /// Judges a request by the key that it names.
    ///
    /// # Errors
    /// The request has no signature that could be checked.
    pub fn judge(&self, request: &Request, now: Timestamp) -> Result<Verdict, VerifyError> {
        self.judge_known(request, Known::WHOLE, now)
    }

    /// Judges a request that is only known in part.
    ///
    /// # Errors
    /// The request has no signature that could be checked.
    pub fn judge_known(&self, request: &Request, known: Known, now: Timestamp) -> Result<Verdict, VerifyError> {
        let claimed = Claimed::extract(request, self.buckets())?;
        let judge = self.judge_with(self.key_for(claimed.access_key_id()), now).with_known(known);
        let mut verdict = verify(request, &judge)?;
        if !is_by_certificate(request, &verdict) {
            self.refuse_unknown_key(&mut verdict);
        }
        if self.wants_session_tokens {
            verdict.findings.extend(missing_token(request, &verdict));
        }
        Ok(verdict)
    }

    /// The facts about a verified URL that are needed to judge similar URLs.
    pub fn alike(&self, request: &Request, verdict: &Verdict, known: Known) -> Option<Alike> {
        Alike::new(request, verdict, self.key_for(verdict.claimed.access_key_id()), known)
    }

    /// Refuses an access key ID that looks redacted: no key has such an ID. A judge of captured evidence ignores
    /// redacted IDs, but here that would mean checking the signature against a different key.
    fn refuse_unknown_key(&self, verdict: &mut Verdict) {
        let is_told = verdict.findings.iter().any(|finding| matches!(finding, Finding::AccessKeyUnknown { .. }));
        let presented = verdict.claimed.access_key_id().to_owned();
        if let (false, None, Some(key)) = (is_told, self.keys.find(&presented), self.key_for(&presented)) {
            verdict.findings.push(Finding::AccessKeyUnknown { expected: key.access_key_id.clone(), presented });
        }
    }

    /// A decoder for the chunks after a valid head; `None` if the body is not chunked.
    pub fn decoder(&self, head: &Request, verdict: &Verdict) -> Option<Decoder> {
        let (claim, _) = verdict.as_v4()?;
        let credentials = self.key_for(verdict.claimed.access_key_id())?;
        let terms = &claim.terms;
        let key = SigningKey::for_scheme(terms.scheme, credentials, &terms.dialect, &terms.scope);
        Decoder::new(head, claim, &key, Decoder::CHUNK_LIMIT)
    }

    /// Finds the mistake behind a refusal within the time limit.
    pub fn explain(&self, request: &Request, now: Timestamp, limit: Duration) -> Diagnosis {
        let named = named_access_key_id(request, self.buckets());
        let credentials = self.key_for(named.as_deref().unwrap_or_default());
        let others = self.others(credentials);
        let began = Instant::now();
        let is_time_up = || began.elapsed() >= limit;
        let hints = Hints {
            hosts: self.endpoints.clone(),
            regions: self.region.iter().cloned().collect(),
            services: self.service.iter().cloned().collect(),
            endpoints: self.endpoints.clone(),
            now: Some(now),
            ..Hints::default()
        };
        let evidence = Evidence {
            request: Some(request),
            credentials,
            other_keys: &others,
            window: self.window,
            known: Known::WHOLE,
            scope: self.scope(),
            token: self.token,
            path_rule: self.path_rule,
            anchors: self.anchors.as_deref(),
            trial: Trial::default(),
            ..Evidence::new(now, &hints)
        };
        let limits = Limits { deepest: DEEPEST, to_the_end: TO_THE_END, is_time_up: &is_time_up };
        let mut diagnosis = diagnose(&evidence, limits);
        // A server checks the scope first and reports it first, because the service decides which rules
        // apply to the rest.
        // After that, it looks for the key, without which it cannot check anything else.
        diagnosis.explanations.sort_by_key(|explanation| (!is_about_scope(explanation), !is_about_key(explanation)));
        // Hints about missing evidence are meant for captures; here the request itself is available.
        diagnosis.next.retain(|step| *step == NextStep::OtherSigner);
        diagnosis.notes.retain(|note| *note != Note::NoTextsKnown);
        diagnosis
    }

    /// The key that a request names, or else the preferred key: a signature by an unknown key must be checked against
    /// some key, so that it is refused rather than left undecided, unless other keys exist.
    fn key_for(&self, access_key_id: &str) -> Option<&Credentials> {
        let preferred = || self.keys.keys().first().filter(|_| self.are_keys_complete);
        let named = self.keys.find(access_key_id).or_else(preferred);
        named.map(|key| &key.credentials)
    }

    fn others(&self, own: Option<&Credentials>) -> Vec<OtherKey> {
        let is_other = |id: &str| own.is_none_or(|own| own.access_key_id != id);
        let others = self.keys.keys().iter().filter(|key| is_other(&key.credentials.access_key_id));
        let other = |key: &super::NamedKey| OtherKey {
            name: key.name.clone(),
            access_key_id: key.credentials.access_key_id.clone(),
            secret: key.credentials.secret_access_key.clone(),
        };
        others.map(other).collect()
    }

    fn judge_with<'a>(&'a self, credentials: Option<&'a Credentials>, now: Timestamp) -> Judge<'a> {
        let mut judge =
            Judge::new(credentials, now, self.scope()).with_window(self.window).with_buckets(self.buckets());
        (judge.path_rule, judge.token, judge.anchors) = (self.path_rule, self.token, self.anchors.as_deref());
        judge
    }

    fn scope(&self) -> ExpectedScope<'_> {
        ExpectedScope::Given { region: self.region.as_deref(), service: self.service.as_deref() }
    }

    fn buckets(&self) -> BucketRule<'_> {
        BucketRule { chosen: None, endpoints: &self.endpoints }
    }
}

/// Whether the key comes with the request, in a certificate.
fn is_by_certificate(request: &Request, verdict: &Verdict) -> bool {
    matches!(&verdict.claimed, Claimed::V4(claim) if is_judged_by_certificate(request, claim))
}

/// AWS accepts a temporary key only together with its session token (*IAM identifiers*, unique prefixes), no matter
/// which host the request is for.
fn missing_token(request: &Request, verdict: &Verdict) -> Option<Finding> {
    let (claim, _) = verdict.as_v4()?;
    let id = &claim.terms.access_key_id;
    let is_told = verdict.findings.iter().any(|finding| matches!(finding, Finding::TokenMissing { .. }));
    let is_missing = is_temporary_key_id(id) && !has_token(request) && !is_told;
    is_missing.then(|| Finding::TokenMissing { name: claim.terms.dialect.token_header.to_string() })
}

/// Whether the mistake is an access key ID that the server does not know.
fn is_about_key(explanation: &Explanation) -> bool {
    explanation.mistakes.iter().any(|applied| applied.mistake.id == catalogue::ACCESS_KEY_UNKNOWN.id)
}

/// Whether the mistake is a region or service that differs from the server's.
fn is_about_scope(explanation: &Explanation) -> bool {
    let is_scope = |applied: &AppliedMistake| ["scope-region", "scope-service"].contains(&applied.mistake.id);
    explanation.mistakes.iter().any(is_scope)
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::RequestUrl;
    use sigvet_core::signer::Signer;

    use super::super::NamedKey;
    use super::*;

    /// Catches a client whose own secret is called that of another profile, because the damage that was done to its URL
    /// hides which key it names.
    #[test]
    fn a_damaged_url_is_judged_by_the_key_that_it_names() {
        let now = Timestamp::parse("20260301T000000Z").unwrap();
        let first = Credentials::new("AKIAPLACEHOLDER00001", "first/secret");
        let own = Credentials::new("ASIAPLACEHOLDER00002", "second/secret").with_session_token("a/token+==");
        let named = |credentials: &Credentials| NamedKey { name: "key".to_owned(), credentials: credentials.clone() };
        let keys = Keyring::new([named(&first), named(&own)]);
        let verifier = Verifier::new(keys, Clock::new(move || now));
        let url = RequestUrl::parse("https://examplebucket.s3.us-east-1.amazonaws.com/k").unwrap();
        for key in [&first, &own] {
            let signer = Signer::new(key.clone(), "us-east-1", "s3");
            let signed = signer.presign_request(Request::new("GET", &url).unwrap(), Duration::from_secs(60), now);
            let request = signed.unwrap().request;
            let target = String::from_utf8(request.target().to_vec()).unwrap();
            for (damaged, id) in [
                (target.replace('&', "&amp;"), "query-html-escaped"),
                (target.replace('&', "\\u0026"), "query-json-escaped"),
                (target.replace("%2F", "%252F"), "url-double-encoded"),
            ] {
                let mut damaged_request = request.clone();
                damaged_request.set_target(damaged.clone().into_bytes()).unwrap();
                let diagnosis = verifier.explain(&damaged_request, now, Duration::from_secs(60));
                let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
                let ids: Vec<_> = mistakes.map(|made| made.mistake.id).collect();
                assert_eq!(ids, [id], "{damaged}");
            }
        }
    }
}
