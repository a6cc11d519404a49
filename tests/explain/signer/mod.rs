//! A second Signature Version 4 signer, which can be broken in the ways real clients are broken.
//!
//! It shares no code with the library: a case made with it proves that a mistake is found, not that two halves of one
//! program agree. Without breaks, it is checked against the official suite. It does not know how a mistake is found.

mod breaks;
mod chain;
mod chunks;
mod edits;
mod encode;
mod headers;
mod path;
mod query;
mod wire;

pub use breaks::Breaks;
pub use chain::{public_key, sha256_hex, verifies};
pub use chunks::Chunking;
pub use encode::encode;
pub use wire::{Wire, header_line};

use chain::Scope;

/// The keys of a client.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    pub access_key: String,
    pub secret: String,
    pub token: Option<String>,
}

/// A plain request, and how to sign it.
#[derive(Debug, Clone, Default)]
pub struct Recipe {
    pub wire: Wire,
    pub keys: Keys,
    pub date: String,
    pub region: String,
    /// If present, the signature is one of Version 4A.
    pub region_set: Option<String>,
    pub service: String,
    /// Seconds; if present, the signature goes into the query.
    pub expires: Option<String>,
    /// `hash`, `none`, or the value of `x-amz-content-sha256`.
    pub content_sha256: String,
    pub also_signed: Vec<String>,
    pub never_signed: Vec<String>,
    /// Whether this service expects the session token to be added after signing.
    pub token_after: bool,
    /// If present, the payload is sent in signed chunks.
    pub chunking: Option<Chunking>,
    pub breaks: Breaks,
    /// What changes between the client and the server.
    pub arrived: Breaks,
}

/// A signed request, with what the client computed.
#[derive(Debug)]
pub struct Signed {
    pub wire: Wire,
    pub stages: Stages,
    pub signature: String,
    names: Vec<String>,
}

/// The two intermediate texts of a signature.
#[derive(Debug, PartialEq, Eq)]
pub struct Stages {
    pub canonical_request: String,
    pub string_to_sign: String,
}

impl Recipe {
    /// The same request from a client that makes no mistake.
    pub fn is_broken(&self) -> bool {
        !self.breaks.is_empty() || !self.arrived.is_empty()
    }

    pub fn unbroken(&self) -> Self {
        Self { breaks: Breaks::default(), arrived: Breaks::default(), ..self.clone() }
    }

    pub fn is_s3(&self) -> bool {
        self.service.starts_with("s3")
    }

    pub fn sign(&self) -> Signed {
        let (mut sent, mut seen) = (self.wire.clone(), self.wire.clone());
        edits::see(&mut seen, &self.breaks);
        let declared = self.declared(&seen);
        self.add_headers(&mut sent, &declared);
        self.add_headers(&mut seen, &declared);
        edits::see_headers(&mut seen, &self.breaks);
        let names = headers::signed_names(&seen, &self.also_signed, &self.never_signed, &self.breaks);
        self.add_parameters(&mut sent, &names);
        self.add_parameters(&mut seen, &names);
        let stages = self.stages(&seen, &names);
        let signature = chain::signature(&stages.string_to_sign, &self.scope(), self);
        self.attach(&mut sent, &names, edits::written(&signature, &self.breaks));
        if let Some(chunking) = &self.chunking {
            sent.body = chunks::encode(&seen.body, chunking, &hex::encode(&signature), &self.scope(), self);
        }
        edits::send(&mut sent, &self.breaks);
        Signed { wire: sent, stages, signature: hex::encode(signature), names }
    }

    /// The request as it reaches the server.
    pub fn arrived(&self, signed: &Signed) -> Wire {
        let mut wire = signed.wire.clone();
        edits::see(&mut wire, &self.arrived);
        edits::see_headers(&mut wire, &self.arrived);
        wire
    }

    /// What the server computes from what reaches it.
    pub fn expected(&self, signed: &Signed) -> Stages {
        let mut seen = self.arrived(signed);
        let unsigned = if self.token_after { "X-Amz-Security-Token=" } else { "X-Amz-Signature=" };
        let of_query = |p: &&str| !p.starts_with("X-Amz-Signature=") && !p.starts_with(unsigned);
        let query = seen.query().split('&').filter(of_query).collect::<Vec<_>>().join("&");
        seen.put_query(&query);
        let scope = self.breaks.of("scope").map(|scope| format!("scope {scope}"));
        let breaks = Breaks::parse(&scope.into_iter().collect::<Vec<_>>());
        Self { breaks, ..self.clone() }.stages(&seen, &signed.names)
    }

    fn stages(&self, seen: &Wire, names: &[String]) -> Stages {
        let canonical_request = self.canonical_request(seen, names);
        let string_to_sign = chain::string_to_sign(canonical_request.as_bytes(), &self.scope(), self);
        Stages { canonical_request, string_to_sign }
    }

    fn canonical_request(&self, seen: &Wire, names: &[String]) -> String {
        let query = match self.breaks.has("query-signature-signed") {
            true => format!("{}&X-Amz-Signature=", seen.query()),
            false => seen.query().to_owned(),
        };
        let blank = match self.breaks.of("block-newline") {
            None => "\n",
            Some("missing") => "",
            Some("doubled") => "\n\n",
            Some(what) => panic!("block-newline {what}"),
        };
        let block = headers::block(seen, names, &self.breaks);
        let lines = [
            &seen.method,
            &path::canonical(seen.path(), seen.query(), self.is_s3(), &self.breaks),
            &query::canonical(&query, &self.breaks),
            &format!("{block}{blank}{}", names.join(";")),
            &self.payload_line(seen),
        ];
        chain::with_newlines(lines.map(String::as_str).join("\n"), self.breaks.of("canonical-newlines"))
    }

    fn payload_line(&self, seen: &Wire) -> String {
        match self.breaks.of("payload") {
            Some(form) => edits::payload(form, seen),
            None if self.expires.is_some() && self.is_s3() => "UNSIGNED-PAYLOAD".to_owned(),
            None => seen.header("x-amz-content-sha256").map_or_else(|| sha256_hex(&seen.body), str::to_owned),
        }
    }

    /// What the client writes into `x-amz-content-sha256`: for the body that it saw, whatever is sent.
    fn declared(&self, seen: &Wire) -> Option<String> {
        match (self.breaks.of("content-sha256"), self.content_sha256.as_str()) {
            (Some("none"), _) | (None, "none") => None,
            (Some(form), _) => Some(edits::payload(form, seen)),
            (None, "hash") => Some(sha256_hex(&seen.body)),
            (None, other) => Some(other.to_owned()),
        }
    }

    fn add_headers(&self, wire: &mut Wire, declared: &Option<String>) {
        if self.expires.is_some() {
            return;
        }
        if let Some(declared) = declared {
            wire.put_header(&format!("X-Amz-Content-Sha256: {declared}"));
        }
        if let Some(line) = self.breaks.of("checksum") {
            wire.put_header(line);
        }
        wire.put_header(&format!("X-Amz-Date: {}", self.date));
        if let Some(region_set) = self.sent_region_set() {
            wire.put_header(&format!("X-Amz-Region-Set: {region_set}"));
        }
        if self.chunking.is_some() {
            let length = wire.body.len().to_string();
            let length = self.breaks.of("decoded-length").unwrap_or(&length);
            wire.put_header(&format!("X-Amz-Decoded-Content-Length: {length}"));
        }
        if let Some(token) = self.signed_token() {
            wire.put_header(&format!("X-Amz-Security-Token: {token}"));
        }
    }

    fn add_parameters(&self, wire: &mut Wire, names: &[String]) {
        let Some(expires) = &self.expires else { return };
        let mut parameters = vec![
            ("Algorithm", self.algorithm().to_owned()),
            ("Credential", self.credential()),
            ("Date", self.date.clone()),
            ("Expires", self.breaks.of("expires").unwrap_or(expires).to_owned()),
        ];
        parameters.extend(self.sent_region_set().map(|region_set| ("Region-Set", region_set)));
        parameters.extend(self.signed_token().map(|token| ("Security-Token", token)));
        parameters.push(("SignedHeaders", names.join(";")));
        for (name, value) in parameters {
            wire.add_parameter(&format!("X-Amz-{name}={}", encode(value.as_bytes(), "")));
        }
    }

    /// Puts the signature on the request, and after it a token that is not signed.
    fn attach(&self, wire: &mut Wire, names: &[String], signature: String) {
        let unsigned = self.unsigned_token();
        if self.expires.is_some() {
            wire.add_parameter(&format!("X-Amz-Signature={}", encode(signature.as_bytes(), "")));
            if let Some(token) = unsigned {
                wire.add_parameter(&format!("X-Amz-Security-Token={}", encode(token.as_bytes(), "")));
            }
            return;
        }
        let (credential, names) = (self.credential(), names.join(";"));
        wire.put_header(&format!(
            "Authorization: {} Credential={credential}, SignedHeaders={names}, Signature={signature}",
            self.algorithm()
        ));
        if let Some(token) = unsigned {
            wire.put_header(&format!("X-Amz-Security-Token: {token}"));
        }
    }

    fn signed_token(&self) -> Option<String> {
        let after = self.token_after && !self.breaks.has("token-signed") || self.breaks.has("token-unsigned");
        self.keys.token.clone().filter(|_| !after && !self.breaks.has("no-token"))
    }

    fn unsigned_token(&self) -> Option<String> {
        self.keys.token.clone().filter(|_| self.signed_token().is_none() && !self.breaks.has("no-token"))
    }

    fn credential(&self) -> String {
        let access_key = self.breaks.of("access-key").unwrap_or(&self.keys.access_key);
        format!("{access_key}/{}/aws4_request", self.written(&self.scope()))
    }

    fn algorithm(&self) -> &'static str {
        if self.region_set.is_some() { "AWS4-ECDSA-P256-SHA256" } else { "AWS4-HMAC-SHA256" }
    }

    fn sent_region_set(&self) -> Option<String> {
        self.region_set.clone().filter(|_| !self.breaks.has("no-region-set"))
    }

    /// Date, region and service as they are written; Version 4A writes no region.
    fn written(&self, scope: &Scope) -> String {
        let [date, region, service] = scope;
        if self.region_set.is_some() { format!("{date}/{service}") } else { format!("{date}/{region}/{service}") }
    }

    fn scope(&self) -> Scope {
        match self.breaks.of("scope") {
            Some(scope) => scope.splitn(3, '/').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap(),
            None => [self.date.chars().take(8).collect(), self.region.clone(), self.service.clone()],
        }
    }
}
