//! Keys derived from other secrets and for other days.

use std::ops::Range;

use super::{Right, Series};
use crate::diagnosis::alternatives::signing::{Links, STEPS, Signing};
use crate::diagnosis::evidence::Key;
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use sigvet_core::internal::Hex;

/// Every key that results from one typing error in the secret, or from another day of the year.
pub(super) struct Keys {
    signing: Signing,
    choices: Vec<[u16; STEPS]>,
    line: Hex,
}

impl Keys {
    pub(super) fn new(right: &Right<'_, '_>, keys: &[Key<'_>]) -> Self {
        let signing = Signing::with_many_secrets_and_days(right.subject, keys);
        let choices = signing.single_choices();
        Self { signing, choices, line: Hex::new(&right.text.sha256()) }
    }

    fn options(&self, number: usize) -> [u16; STEPS] {
        self.choices.get(number).copied().unwrap_or_default()
    }
}

impl Series for Keys {
    fn count(&self) -> usize {
        self.choices.len()
    }

    fn give_each(&self, numbers: Range<usize>, target: &Target) -> Vec<usize> {
        let choices = self.choices.get(numbers.clone()).unwrap_or_default();
        let frames = self.signing.make_each(choices, &mut Links::default());
        let found = frames.each_that_gives(self.line.as_bytes(), target);
        found.into_iter().map(|at| numbers.start + at).collect()
    }

    fn causes(&self, number: usize) -> Vec<AppliedMistake> {
        self.signing.causes(&self.options(number))
    }
}
