//! Searches for Version 2 mistakes that reproduce a wrong signature: fewest first, at most two.
//!
//! The string to sign is one field in the sense of `field`, and its parts are the steps. There is no key chain,
//! so a hypothesis is a single HMAC-SHA1. All hypotheses are tried in a few milliseconds, without a time limit.

mod amz_headers;
mod heads;
mod lines;
mod presented;
mod resource;
mod making;

use super::allowance::{Allowance, BudgetLimit};
use super::alternatives::secret::{self, SecretBytes};
use super::compare::compare_string;
use super::evidence::Evidence;
use super::field::{Choice, Field, Step, Variant};
use super::inspect;
use super::outcome::{AppliedMistake, Comparison, Explanation, Judged, Proof};
use super::party::{Party, Texts};
use super::scheme::SchemeCase;
use super::search::{Limits, SearchResult};
use super::size::Size;
use making::StringMaking;
use sigvet_core::internal::hmac_sha1;
use sigvet_core::v2::{Claim, Placement};

/// Maximum number of simultaneous mistakes.
const DEEPEST: usize = 2;

/// A Version 2 request, with every text that its client may have signed with at most two mistakes.
pub(super) struct V2Case<'a> {
    evidence: &'a Evidence<'a>,
    judged: &'a Judged,
    claim: &'a Claim,
    field: Field,
    is_whole: bool,
}

impl<'a> V2Case<'a> {
    pub(super) fn new(evidence: &'a Evidence<'a>, judged: &'a Judged, claim: &'a Claim, limits: Limits<'_>) -> Self {
        let right = judged.verdict.texts.string_to_sign().to_vec();
        let making = StringMaking::new(&judged.request, &claim.terms);
        let size = Size::of_request(&judged.request, 0);
        let deepest = size.deepest(limits.deepest.min(DEEPEST));
        let limit = if size == Size::Usual { BudgetLimit::Size } else { BudgetLimit::Time };
        let allowance = Allowance::new(deepest, limit, limits.is_time_up);
        let field = Field::new(&making, right, deepest, &allowance);
        let is_whole = making.is_whole && !allowance.is_spent() && !size.is_excessive();
        Self { evidence, judged, claim, field, is_whole }
    }
}

impl SchemeCase for V2Case<'_> {
    fn search(&self, limits: Limits<'_>) -> Option<SearchResult> {
        let is_url = matches!(self.claim.terms.placement, Placement::Query { .. });
        let (target, form) = presented::target(self.claim.signature.as_str(), is_url)?;
        let secrets = secret::step(&self.evidence.keys(), &self.claim.terms.access_key_id);
        let mut found = SearchResult { is_exhausted: self.is_whole, ..SearchResult::default() };
        let allowance = Allowance::for_trying(limits.is_time_up);
        for depth in 0..=limits.deepest.min(DEEPEST) {
            found.deepest = depth;
            for of_secret in 0..=depth.min(1) {
                let options = if of_secret == 0 { 0..=0 } else { 1..=secrets.wrong_options() };
                for option in options {
                    if depth > 1 && allowance.is_over() {
                        found.is_exhausted = false;
                        break;
                    }
                    self.field.of_cost(depth - of_secret).iter().for_each(|variant| allowance.count(&variant.text));
                    self.try_secret(&secrets, option, (self.field.of_cost(depth - of_secret), &target), &mut found);
                }
            }
            if !found.sets.is_empty() {
                break;
            }
        }
        found.add_to_each(form);
        found.tell_once();
        Some(found)
    }

    fn compare(&self, whose: Party, texts: Texts<'_>) -> Option<Comparison> {
        compare_string(self.judged.verdict.texts.string_to_sign(), whose, texts)
    }

    /// The client's text is what it signed; the server's text is what it computed from the request.
    fn compared(&self, comparisons: &[Comparison], _: Option<&SearchResult>) -> Vec<Explanation> {
        let is_right = self.judged.is_signature_right() == Some(true);
        let says_more = |comparison: &&Comparison| match comparison.whose {
            Party::Client if is_right => false,
            _ => !comparison.differences.is_empty(),
        };
        comparisons.iter().filter(says_more).flat_map(|comparison| self.explain(comparison)).collect()
    }

    fn refused(&self) -> Vec<Explanation> {
        inspect::request_without_canonical(self.evidence, self.judged)
    }
}

impl V2Case<'_> {
    /// The mistakes that explain the client's or the server's text; every smallest set of them.
    fn explain(&self, comparison: &Comparison) -> Vec<Explanation> {
        let proof = match comparison.whose {
            Party::Server => Proof::Server,
            Party::Client => Proof::Observed,
        };
        let text = comparison.string_to_sign.as_deref().unwrap_or_default();
        let found = self.field.find(text.trim_ascii_end()).or_else(|| self.field.find(text));
        let sets = found.map(|variant| self.field.explained(variant)).unwrap_or_default();
        sets.into_iter().map(|mistakes| Explanation { proof, mistakes }).collect()
    }

    /// Tries one secret with all the texts.
    fn try_secret(
        &self,
        secrets: &Step<SecretBytes>,
        option: usize,
        (variants, target): (&[Variant], &presented::Target),
        found: &mut SearchResult,
    ) {
        let secret = secrets.option(option);
        let of_secret = (option > 0).then(|| AppliedMistake::from(secrets.cause(option).clone()));
        for variant in variants {
            found.hypotheses += 1;
            if target.is_met_by(&hmac_sha1(secret, &variant.text)) {
                let sets = self.field.explained(variant).into_iter();
                found.sets.extend(sets.map(|set| set.into_iter().chain(of_secret.clone()).collect()));
            }
        }
    }
}
