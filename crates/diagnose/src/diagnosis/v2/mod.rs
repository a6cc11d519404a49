//! The search for the mistakes of Version 2 that reproduce a wrong signature: fewest first, two at the most.
//!
//! The string to sign is one field in the sense of `field`: its parts are the steps. There is no chain of keys, so that
//! a hypothesis is one HMAC-SHA1; all of them are tried in a few milliseconds, and no clock is asked.

mod amz_headers;
mod heads;
mod lines;
mod making;
mod presented;
mod resource;

use super::allowance::{Allowance, Heed};
use super::alternatives::secret::{self, SecretBytes};
use super::evidence::Evidence;
use super::field::{Choice, Field, Step, Variant};
use super::outcome::Made;
use super::search::Found;
use making::StringMaking;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::internal::hmac_sha1;
use sigvet_core::request::Request;
use sigvet_core::v2::Claim;

/// The most mistakes at once.
const DEEPEST: usize = 2;

/// The texts that a client may have signed, from the right one to those of two mistakes.
pub(super) struct Texts {
    field: Field,
    claim: Claim,
    is_whole: bool,
}

impl Texts {
    /// Makes them; none where the request makes no claim of Version 2.
    pub(super) fn of(request: &Request, buckets: BucketRule<'_>, deepest: usize) -> Option<Self> {
        let claim = Claim::extract(request, buckets)?.ok()?;
        let right = claim.terms.derive(request).to_bytes();
        let making = StringMaking::new(request, &claim.terms);
        let allowance = Allowance::new(deepest.min(DEEPEST), Heed::Size, &|| false);
        let field = Field::new(&making, right, deepest.min(DEEPEST), &allowance);
        Some(Self { field, claim, is_whole: !allowance.is_spent() })
    }

    /// The mistakes that make a text which the client or the server shows; every smallest set of them.
    pub(super) fn explain(&self, text: &[u8]) -> Vec<Vec<Made>> {
        let found = self.field.find(text.trim_ascii_end()).or_else(|| self.field.find(text));
        found.map(|variant| self.field.explained(variant)).unwrap_or_default()
    }

    /// Searches for the mistakes behind the signature; none where that is no signature of Version 2 however it is read.
    pub(super) fn search(&self, evidence: &Evidence<'_>, deepest: usize) -> Option<Found> {
        let (target, form) = presented::target(self.claim.signature.as_str())?;
        let secrets = secret::step(&evidence.keys(), &self.claim.terms.access_key_id);
        let mut found = Found { is_exhausted: self.is_whole, ..Found::default() };
        for depth in 0..=deepest.min(DEEPEST) {
            found.deepest = depth;
            for of_secret in 0..=depth.min(1) {
                let options = if of_secret == 0 { 0..=0 } else { 1..=secrets.wrong_options() };
                for option in options {
                    self.try_secret(&secrets, option, (self.field.of_cost(depth - of_secret), &target), &mut found);
                }
            }
            if !found.sets.is_empty() {
                break;
            }
        }
        if let Some(form) = form {
            found.sets.iter_mut().for_each(|set| set.push(form.clone()));
        }
        found.tell_once();
        Some(found)
    }

    /// Tries one secret with texts.
    fn try_secret(
        &self,
        secrets: &Step<SecretBytes>,
        option: usize,
        (variants, target): (&[Variant], &presented::Target),
        found: &mut Found,
    ) {
        let secret = secrets.option(option);
        let of_secret = (option > 0).then(|| Made::from(secrets.cause(option).clone()));
        for variant in variants {
            found.hypotheses += 1;
            if target.is_met_by(&hmac_sha1(secret, &variant.text)) {
                let sets = self.field.explained(variant).into_iter();
                found.sets.extend(sets.map(|set| set.into_iter().chain(of_secret.clone()).collect()));
            }
        }
    }
}
