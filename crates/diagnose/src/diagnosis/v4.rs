//! What Version 4 and 4A contribute to a diagnosis: the search through canonical requests and keys, and the
//! comparison of the server's and the client's texts field by field.

use super::alternatives::Subject;
use super::catalogue::{PAYLOAD_EMPTY_HASH, SECRET_WRONG};
use super::certified::{self, Presented, Right};
use super::chunks;
use super::compare::{self, agrees, of_party};
use super::evidence::Evidence;
use super::inspect;
use super::outcome::{AppliedMistake, Comparison, Explanation, JudgedV4, Proof};
use super::party::{Party, Texts};
use super::presented::target;
use super::scheme::SchemeCase;
use super::search::{DEEPEST, Limits, SearchResult, search};
use super::target::Target;
use crate::formats::reply::Reply;
use sigvet_core::crypto::sha256;
use sigvet_core::internal::is_payload_unknown;
use sigvet_core::verify::Finding;

/// A request of Version 4 or 4A.
pub(super) struct V4Case<'a> {
    evidence: &'a Evidence<'a>,
    judged: JudgedV4<'a>,
    subject: Subject<'a>,
}

impl<'a> V4Case<'a> {
    pub(super) fn new(evidence: &'a Evidence<'a>, judged: JudgedV4<'a>) -> Self {
        Self { evidence, judged, subject: Subject::new(judged.request, judged.claim, evidence.hints) }
    }
}

impl SchemeCase for V4Case<'_> {
    fn search(&self, limits: Limits<'_>) -> Option<SearchResult> {
        let (target, form) = match self.presented() {
            Presented::Target(target, form) => (target, form),
            // `refused` reports what the signature shows by itself.
            Presented::Mistake(made, Proof::Reproduced) => return Some(SearchResult::at_once(made)),
            Presented::Mistake(..) | Presented::Unreadable => return None,
        };
        let limits = Limits { deepest: limits.deepest.min(self.worth_trying()), ..limits };
        // Comparing with the right string to sign takes no time, so it comes before a search that takes seconds.
        let mut found = match self.hashed_before(&target) {
            Some(made) => SearchResult::at_once(made),
            None => search(&self.subject, &self.evidence.keys(), target, limits),
        };
        found.add_to_each(form);
        found.name_each_once();
        found.tell_once();
        found.put_general_last();
        if is_payload_unknown(self.judged.request, self.judged.claim) {
            found.sets.iter_mut().for_each(name_empty_hash);
        }
        Some(found)
    }

    fn compare(&self, whose: Party, texts: Texts<'_>) -> Option<Comparison> {
        let server = self.evidence.texts().into_iter().find(|(whose, _)| *whose == Party::Server);
        Some(compare::compare(&self.judged, whose, texts, server.map(|(_, texts)| texts)))
    }

    fn compared(&self, comparisons: &[Comparison], found: Option<&SearchResult>) -> Vec<Explanation> {
        let (server, client) = (of_party(comparisons, Party::Server), of_party(comparisons, Party::Client));
        match self.judged.is_signature_right() {
            Some(true) => self.changed_on_the_way(server),
            _ => self.signed_otherwise(server, client, found),
        }
    }

    fn chunks(&self) -> Vec<Explanation> {
        chunks::explain(self.evidence, &self.judged)
    }

    fn refused(&self) -> Vec<Explanation> {
        let shown = match self.presented() {
            Presented::Mistake(made, Proof::Observed) if self.judged.is_signature_right() == Some(false) => {
                Some(Explanation::from_mistake(Proof::Observed, made))
            }
            _ => None,
        };
        shown.into_iter().chain(inspect::request_v4(self.evidence, &self.judged)).collect()
    }

    fn suspicions(&self) -> Vec<Explanation> {
        inspect::suspicions(self.evidence, &self.judged)
    }

    fn of_right(&self) -> Vec<Explanation> {
        inspect::of_right(self.evidence, &self.judged)
    }
}

/// The search treats an unknown body as empty. If a set contains no mistake about the payload, the client
/// signed the hash of an empty body.
fn name_empty_hash(set: &mut Vec<AppliedMistake>) {
    let names_payload = set.iter().any(|made| made.mistake.id.starts_with("payload-"));
    if !names_payload {
        set.push(AppliedMistake::new(&PAYLOAD_EMPTY_HASH, sha256(b"").to_string(), ""));
    }
}

impl V4Case<'_> {
    /// The presented signature, in any encoding, as the target of the search.
    fn presented(&self) -> Presented {
        let JudgedV4 { request, claim, derivation, .. } = self.judged;
        let text = claim.signature.as_str();
        if !claim.terms.scheme.is_certified() {
            return target(text, claim.terms.scheme)
                .map_or(Presented::Unreadable, |(target, form)| Presented::Target(target, form));
        }
        let Some(certificate) = certified::certificate(request, claim) else { return Presented::Unreadable };
        let chain = certified::chain(request, claim);
        let right = derivation.string_to_sign.as_bytes();
        certified::presented(text, Right { text: right, key: &certificate.key, chain: &chain })
    }

    /// The mistake, if the right string to sign was hashed before it was signed, or was signed with the key
    /// of another certificate.
    fn hashed_before(&self, target: &Target) -> Option<AppliedMistake> {
        let JudgedV4 { request, claim, derivation, .. } = self.judged;
        let certificate = certified::certificate(request, claim).filter(|_| claim.terms.scheme.is_certified())?;
        let right = derivation.string_to_sign.as_bytes();
        certified::hashed_before(right, target, &certificate.key).or_else(|| {
            let canonical = derivation.canonical_request.as_bytes();
            certified::canonical_request_signed(canonical, target, &certificate.key)
        })
    }

    /// Number of simultaneous mistakes that are worth trying. An unknown part is probably why the signature
    /// differs; in a URL, the method is one guess and the value of a header is another.
    fn worth_trying(&self) -> usize {
        match self.has_unknown_part() {
            false => DEEPEST,
            true if self.evidence.known.method => 1,
            true => 2,
        }
    }

    fn has_unknown_part(&self) -> bool {
        self.judged.findings().iter().any(|finding| matches!(finding, Finding::NotKnown { .. }))
    }

    /// Whether a party computed the right texts, as far as they are known.
    fn agrees(&self, comparison: &Comparison) -> bool {
        agrees(&self.judged.whole.verdict.texts, comparison)
    }

    /// What the texts of server and client show about a signature that is wrong or not known to be right.
    fn signed_otherwise(
        &self,
        server: Option<&Comparison>,
        client: Option<&Comparison>,
        found: Option<&SearchResult>,
    ) -> Vec<Explanation> {
        let mut explanations = Vec::new();
        if let Some(client) = client.filter(|client| !client.differences.is_empty()) {
            // Only the server's text proves that the client's text is wrong.
            let is_told = server.is_some_and(|server| self.agrees(server));
            let proof = if is_told { Proof::Server } else { Proof::Observed };
            let explained = compare::explain(&self.subject, client, false);
            explanations.extend(explained.map(|explanation| Explanation { proof, ..explanation }));
        }
        if let Some(server) = server.filter(|server| !server.differences.is_empty() && self.judged.is_captured()) {
            let is_client_right = client.is_some_and(|client| self.agrees(client));
            explanations.extend(compare::explain(&self.subject, server, is_client_right));
        }
        explanations.extend(self.wrong_secret(server, client, found));
        explanations
    }

    /// The mistake is the secret if the client signed the right text.
    fn wrong_secret(
        &self,
        server: Option<&Comparison>,
        client: Option<&Comparison>,
        found: Option<&SearchResult>,
    ) -> Option<Explanation> {
        let client = client.filter(|client| self.agrees(client))?;
        let is_told = server.is_some_and(|server| self.agrees(server) && client.string_to_sign.is_some())
            && self.evidence.reply.is_some_and(Reply::is_signature_refusal);
        // If a signed part is unknown, the secret may be right.
        if self.has_unknown_part() && !is_told {
            return None;
        }
        // A wrongly encoded signature is refused whatever the key is.
        match target(self.judged.claim.signature.as_str(), self.judged.claim.terms.scheme) {
            Some((_, None)) => {}
            None if is_told => {}
            _ => return None,
        }
        let is_all_tried = found.is_some_and(|found| found.sets.is_empty() && found.is_exhausted);
        let (proof, detail) = match server {
            Some(server) if self.agrees(server) && client.string_to_sign.is_none() => {
                (Proof::Observed, "the canonical requests are equal; the client's string to sign is unknown")
            }
            Some(server) if self.agrees(server) => (Proof::Server, "the client's texts and the server's are equal"),
            None if is_all_tried => {
                (Proof::Observed, "the client's canonical request and string to sign are right, but the secret is not")
            }
            _ => return None,
        };
        let detail = match self.odd_secret() {
            Some(odd) => format!("{detail}; {odd}"),
            None => detail.to_owned(),
        };
        Some(Explanation::from_mistake(proof, AppliedMistake::new(&SECRET_WRONG, "", "").with_detail(detail)))
    }

    /// What is odd about the known secret, without showing it: AWS's secrets have 40 characters of base64.
    fn odd_secret(&self) -> Option<String> {
        const LENGTH: usize = 40;
        let own = self.evidence.credentials?;
        let secret = own.secret_access_key.expose_secret();
        let is_of_aws = ["AKIA", "ASIA"].iter().any(|prefix| own.access_key_id.starts_with(prefix));
        let is_base64 = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
        match secret.chars().count() {
            _ if !is_of_aws => None,
            LENGTH if is_base64 => None,
            LENGTH => Some("your secret contains a character that AWS secrets never contain".to_owned()),
            length => Some(format!("your secret has {length} characters, but AWS secrets have {LENGTH}")),
        }
    }

    /// The signature is right for the captured request, but the server saw a different request or has a
    /// different secret.
    fn changed_on_the_way(&self, server: Option<&Comparison>) -> Vec<Explanation> {
        // The known secret may belong to a key other than the request's; then it proves nothing about the
        // request's key.
        let named = &self.judged.claim.terms.access_key_id;
        let is_of_named = self.evidence.credentials.is_some_and(|own| own.access_key_id == *named);
        let is_refused = self.evidence.reply.is_some_and(Reply::is_signature_refusal);
        let detail = "the signature is right for your secret, and the server computed the same string to sign: the server has a different secret";
        let explanation = match server {
            Some(server) if !server.differences.is_empty() => compare::explain(&self.subject, server, true),
            Some(server) if self.agrees(server) && is_refused && is_of_named => {
                let made = AppliedMistake::new(&SECRET_WRONG, "", "").with_detail(detail);
                Some(Explanation::from_mistake(Proof::Server, made))
            }
            _ => None,
        };
        explanation.into_iter().collect()
    }
}
