//! Derives every key and string to sign that a number of mistakes lead to.

use rayon::prelude::*;

use crate::diagnosis::alternatives::signing::{Frames, Links, STEPS, Signing};
use crate::diagnosis::field::for_each_choice;

/// Number of keys that are derived side by side: as many as fit in the processor's innermost cache.
const AT_ONCE: usize = 128;

/// The option taken at each step.
pub(super) type Options = [u16; STEPS];

/// Choices of options, and the frame of each.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) choices: Vec<Options>,
    pub(super) frames: Frames,
}

/// The keys that are kept, grouped by the number of mistakes that lead to them.
#[derive(Default)]
pub(super) struct Keys(Vec<Chosen>);

impl Keys {
    /// Derives the keys with at most `most` mistakes, if that has not been done yet.
    pub(super) fn prepare(&mut self, signing: &Signing, most: usize) {
        while self.0.len() <= most {
            let mut choices = Vec::new();
            for_each_choice(&signing.sizes(), self.0.len(), &mut |options| choices.push(packed(options)));
            let derived = choices.par_chunks(AT_ONCE).map(|choices| signing.make_each(choices, &mut Links::default()));
            let mut frames = Frames::default();
            derived.collect::<Vec<Frames>>().into_iter().for_each(|derived| frames.append(derived));
            self.0.push(Chosen { choices, frames });
        }
    }

    /// The keys with exactly this number of mistakes, if they were kept.
    pub(super) fn of_cost(&self, cost: usize) -> Option<&Chosen> {
        self.0.get(cost)
    }

    /// Derives the keys with exactly this number of mistakes, on all cores, and keeps none.
    pub(super) fn for_each(
        &self,
        signing: &Signing,
        cost: usize,
        is_over: &(dyn Fn() -> bool + Sync),
        visit: &(dyn Fn(&Chosen) + Sync),
    ) {
        let sizes = signing.sizes();
        let firsts: Vec<(usize, u16)> =
            (0..STEPS).flat_map(|step| (1..=sizes[step] as u16).map(move |at| (step, at))).collect();
        firsts.into_par_iter().for_each(|(step, first)| {
            // Everything before the first wrong step is right: another task handles wrong options there.
            let mut later = sizes;
            later.get_mut(..=step).unwrap_or_default().fill(0);
            let mut links = Links::default();
            let mut chosen = Chosen::default();
            let mut derive = |chosen: &mut Chosen| {
                if !is_over() {
                    chosen.frames = signing.make_each(&chosen.choices, &mut links);
                    visit(chosen);
                }
                chosen.choices.clear();
            };
            for_each_choice(&later, cost - 1, &mut |options| {
                let mut options = packed(options);
                options[step] = first;
                chosen.choices.push(options);
                if chosen.choices.len() == AT_ONCE {
                    derive(&mut chosen);
                }
            });
            derive(&mut chosen);
        });
    }
}

/// The casts are safe: a step has a few hundred options at most.
fn packed(options: &[usize]) -> Options {
    std::array::from_fn(|step| options[step] as u16)
}
