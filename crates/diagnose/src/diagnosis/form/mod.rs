//! Searches for the mistakes behind a form's wrong signature: every text that may have been signed instead of
//! the policy, and every key.
//!
//! A form has no canonical request, so all combinations of two mistakes are only tens of thousands of
//! hypotheses. All of them are tried, fewest mistakes first. The signed text is not shown, because a policy
//! may contain a session token.

mod texts;

use std::ops::ControlFlow;

use super::allowance::Allowance;
use super::alternatives::from_base64;
use super::alternatives::names::{REGIONS, SERVICES};
use super::alternatives::secret::{self, SecretBytes};
use super::alternatives::signing::{Chain, Links, chain_step};
use super::catalogue::{KEY_OTHER_DAY, KEY_OTHER_SCOPE, MECHANISM_V2, SIGNATURE_FORM};
use super::compare::compare_string;
use super::evidence::{Evidence, Key};
use super::field::{Choice, Step, try_each_choice};
use super::inspect;
use super::outcome::{AppliedMistake, Comparison, Explanation, Judged};
use super::party::{Party, Texts};
use super::presented;
use super::scheme::SchemeCase;
use super::search::{Limits, SearchResult};
use super::target::Target;
use sigvet_core::form::{FormClaim, FormScheme};
use sigvet_core::internal::{hmac, hmac_sha1};
use sigvet_core::scheme::{Dialect, Scheme, Scope};
use sigvet_core::time::Timestamp;

/// Maximum number of simultaneous mistakes.
const DEEPEST: usize = 2;
/// The number of decisions.
const STEPS: usize = 7;

/// An upload by form.
pub(super) struct FormCase<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) judged: &'a Judged,
    pub(super) claim: &'a FormClaim,
}

impl SchemeCase for FormCase<'_> {
    fn search(&self, limits: Limits<'_>) -> Option<SearchResult> {
        let keys = self.evidence.keys();
        let (target, written) = target(self.claim).filter(|_| !keys.is_empty())?;
        let making = Making::new(self.claim, &keys, self.evidence);
        let sizes = making.steps().map(Choice::wrong_options);
        let mut found = SearchResult { is_exhausted: true, ..SearchResult::default() };
        // Hashing a policy with thousands of conditions takes milliseconds, and it is hashed thirty thousand times.
        let allowance = Allowance::for_trying(limits.is_time_up);
        let mut links = Links::default();
        for cost in 0..=DEEPEST {
            found.deepest = cost;
            let tried = try_each_choice(&sizes, cost, &mut |options| {
                if cost > 0 && allowance.is_over() {
                    return ControlFlow::Break(());
                }
                allowance.count(making.text_of(options));
                found.hypotheses += 1;
                if making.sign(options, &mut links).starts_with(&target) {
                    found.sets.push(making.causes(options).chain(written.clone()).collect());
                }
                ControlFlow::Continue(())
            });
            found.is_exhausted = tried.is_continue();
            if !found.sets.is_empty() || tried.is_break() {
                break;
            }
        }
        // The right text and key, written in the right way, are not a mistake.
        found.sets.retain(|set| !set.is_empty());
        Some(found)
    }

    fn compare(&self, whose: Party, texts: Texts<'_>) -> Option<Comparison> {
        compare_string(self.judged.verdict.texts.string_to_sign(), whose, texts)
    }

    /// Reports nothing, because the text that was signed instead of a policy may contain a session token.
    fn compared(&self, _: &[Comparison], _: Option<&SearchResult>) -> Vec<Explanation> {
        Vec::new()
    }

    fn refused(&self) -> Vec<Explanation> {
        inspect::request_without_canonical(self.evidence, self.judged)
    }
}

/// The bytes of the presented signature, and the mistake in its encoding.
fn target(claim: &FormClaim) -> Option<(Vec<u8>, Option<AppliedMistake>)> {
    let presented = claim.signature.as_str();
    let of_20 = |text: &str| from_base64(text).filter(|bytes| bytes.len() == 20);
    match claim.scheme {
        FormScheme::V4 { .. } => match of_20(presented) {
            Some(bytes) => Some((bytes, None)),
            None => match presented::target(presented, Scheme::V4)? {
                (Target::Digest { bytes, length }, made) => {
                    Some((bytes.get(..length).unwrap_or_default().to_vec(), made))
                }
                (Target::Der(_) | Target::Hash(_), _) => None,
            },
        },
        FormScheme::V2 { .. } => {
            let form = |detail: &str| AppliedMistake::new(&SIGNATURE_FORM, presented, "").with_detail(detail);
            let of_hex = || hex::decode(presented).ok().filter(|bytes| bytes.len() == 20);
            match of_20(presented) {
                Some(bytes) if super::alternatives::base64(&bytes) == presented => Some((bytes, None)),
                Some(bytes) => Some((bytes, Some(form("in a different base64 alphabet")))),
                None => of_hex().map(|bytes| (bytes, Some(form("in hex instead of base64")))),
            }
        }
    }
}

/// The algorithm that signs the text.
#[derive(Clone, Copy)]
enum Code {
    /// HMAC-SHA256 with a derived key.
    V4,
    /// HMAC-SHA1 with the secret itself.
    V2,
}

/// How a form's signature is made, step by step.
struct Making {
    prefix: String,
    terminator: String,
    secret: Step<SecretBytes>,
    chain: Step<Chain>,
    day: Step<String>,
    region: Step<String>,
    service: Step<String>,
    code: Step<Code>,
    text: Step<Vec<u8>>,
}

impl Making {
    fn new(claim: &FormClaim, keys: &[Key<'_>], evidence: &Evidence<'_>) -> Self {
        let secret = secret::step(keys, &claim.access_key_id);
        let text = texts::step(claim);
        let nothing = || Step::new(String::new());
        match &claim.scheme {
            FormScheme::V4 { dialect, scope, timestamp } => {
                Self::version_4(secret, text, dialect, (scope, *timestamp), evidence)
            }
            FormScheme::V2 { .. } => Self {
                prefix: String::new(),
                terminator: String::new(),
                secret,
                chain: Step::new(Chain::Right),
                day: nothing(),
                region: nothing(),
                service: nothing(),
                code: Step::new(Code::V2),
                text,
            },
        }
    }

    fn version_4(
        secret: Step<SecretBytes>,
        text: Step<Vec<u8>>,
        dialect: &Dialect,
        (scope, timestamp): (&Scope, Timestamp),
        evidence: &Evidence<'_>,
    ) -> Self {
        let mut code = Step::new(Code::V4);
        code.add(&MECHANISM_V2, "the policy was signed as in Version 2, with HMAC-SHA1", Code::V2);
        let now = evidence.hints.now.into_iter().chain([evidence.now]);
        let days = (-7..=7).map(|days| Timestamp::from_epoch_seconds(timestamp.epoch_seconds() + days * 86_400));
        let mut day = Step::new(scope.date.clone());
        for instant in days.chain(now) {
            let detail = format!("the key was derived for {}", instant.day());
            day.add(&KEY_OTHER_DAY, detail, instant.day().to_owned());
        }
        Self {
            prefix: dialect.secret_prefix.to_string(),
            terminator: scope.terminator.clone(),
            secret,
            chain: chain_step(Scheme::V4),
            day: day.without_repeats(),
            region: names(scope.region(), &evidence.hints.regions, &REGIONS),
            service: names(&scope.service, &evidence.hints.services, &SERVICES),
            code,
            text,
        }
    }

    fn steps(&self) -> [&dyn Choice; STEPS] {
        [&self.secret, &self.chain, &self.day, &self.region, &self.service, &self.code, &self.text]
    }

    fn text_of(&self, options: &[usize]) -> &[u8] {
        self.text.option(options[6])
    }

    fn causes<'a>(&'a self, options: &'a [usize]) -> impl Iterator<Item = AppliedMistake> + 'a {
        let wrong = self.steps().into_iter().zip(options).filter(|(_, option)| **option > 0);
        wrong.map(|(step, option)| AppliedMistake::from(step.cause(*option).clone()))
    }

    fn sign(&self, options: &[usize], links: &mut Links) -> Vec<u8> {
        let secret = self.secret.option(options[0]);
        let text = self.text_of(options);
        match self.code.option(options[5]) {
            Code::V2 => hmac_sha1(secret, text).to_vec(),
            Code::V4 => {
                let chain = *self.chain.option(options[1]);
                let parts =
                    [self.day.option(options[2]), self.region.option(options[3]), self.service.option(options[4])];
                let messages = chain.messages([parts[0], parts[1], parts[2], &self.terminator]);
                let origin = (options[0] as u16, options[1] as u16);
                let first = || chain.first_key(self.prefix.as_bytes(), secret);
                let key = links.derive(origin, chain, first, messages);
                let signature = match chain.exchanges_the_last() {
                    true => hmac(text, key),
                    false => hmac(key, text),
                };
                signature.0.to_vec()
            }
        }
    }
}

/// The regions or services that the key may have been derived for.
fn names(right: &str, hints: &[String], known: &[&str]) -> Step<String> {
    let mut step = Step::new(right.to_owned());
    for name in hints.iter().map(String::as_str).chain(known.iter().copied()) {
        step.add(&KEY_OTHER_SCOPE, format!("the key was derived for {name}"), name.to_owned());
    }
    step.without_repeats()
}
