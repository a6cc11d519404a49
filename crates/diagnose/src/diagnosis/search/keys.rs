//! Derives every key and string to sign that a number of mistakes lead to.

use rayon::prelude::*;

use crate::diagnosis::alternatives::signing::{Frame, Links, STEPS, Signing};
use crate::diagnosis::field::for_each_choice;

/// The option taken at each step.
pub(super) type Options = [u16; STEPS];

/// The keys that are kept, grouped by the number of mistakes that lead to them.
#[derive(Default)]
pub(super) struct Keys(Vec<Vec<(Options, Frame)>>);

impl Keys {
    /// Derives the keys with at most `most` mistakes, if that has not been done yet.
    pub(super) fn prepare(&mut self, signing: &Signing, most: usize) {
        while self.0.len() <= most {
            let mut choices = Vec::new();
            for_each_choice(&signing.sizes(), self.0.len(), &mut |options| choices.push(packed(options)));
            let derived = choices
                .into_par_iter()
                .map_init(Links::default, |links, options| (options, signing.make(&options, links)));
            self.0.push(derived.collect());
        }
    }

    pub(super) fn of_cost(&self, cost: usize) -> &[(Options, Frame)] {
        self.0.get(cost).map_or(&[], Vec::as_slice)
    }

    /// Derives each key with exactly this number of mistakes, on all cores, and keeps none.
    pub(super) fn for_each(
        &self,
        signing: &Signing,
        cost: usize,
        is_over: &(dyn Fn() -> bool + Sync),
        visit: &(dyn Fn(&Options, &Frame) + Sync),
    ) {
        let sizes = signing.sizes();
        let firsts: Vec<(usize, u16)> =
            (0..STEPS).flat_map(|step| (1..=sizes[step] as u16).map(move |at| (step, at))).collect();
        firsts.into_par_iter().for_each(|(step, first)| {
            // Everything before the first wrong step is right: another task handles wrong options there.
            let mut later = sizes;
            later.get_mut(..=step).unwrap_or_default().fill(0);
            let mut countdown = 0_u32;
            let mut is_stopped = false;
            let mut links = Links::default();
            for_each_choice(&later, cost - 1, &mut |options| {
                if countdown == 0 {
                    countdown = 64;
                    is_stopped = is_stopped || is_over();
                }
                countdown -= 1;
                if !is_stopped {
                    let mut options = packed(options);
                    options[step] = first;
                    visit(&options, &signing.make(&options, &mut links));
                }
            });
        });
    }
}

/// The casts are safe: a step has a few hundred options at most.
fn packed(options: &[usize]) -> Options {
    std::array::from_fn(|step| options[step] as u16)
}
