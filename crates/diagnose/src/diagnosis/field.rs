//! One field of the signed text, with every variant that known mistakes make of it.
//!
//! A field is made in steps; a mistake takes a wrong option at one step. A wrong option that does not change the
//! text is not a hypothesis. Mistakes that lead to the same text cannot be distinguished, so they are kept together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;

use super::allowance::Allowance;
use super::catalogue::Mistake;
use super::outcome::AppliedMistake;
use super::texts::differing_lines;

/// A known mistake, as it appears in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The mistake.
    pub mistake: &'static Mistake,
    /// What exactly was done, if the mistake leaves it open: which header, parameter or value.
    pub detail: Option<String>,
}

/// One step in making a field: the right option and the known wrong ones.
pub(super) struct Step<T> {
    right: T,
    wrong: Vec<(Cause, T)>,
}

impl<T> Step<T> {
    pub(super) fn new(right: T) -> Self {
        Self { right, wrong: Vec::new() }
    }

    /// Adds a wrong option.
    pub(super) fn or(mut self, mistake: &'static Mistake, option: T) -> Self {
        self.wrong.push((Cause { mistake, detail: None }, option));
        self
    }

    /// Adds a wrong option with a description of what exactly it is.
    pub(super) fn add(&mut self, mistake: &'static Mistake, detail: impl Into<String>, option: T) {
        self.wrong.push((Cause { mistake, detail: Some(detail.into()) }, option));
    }

    /// Keeps only the first of equal options, and the right one before all others: a specific name has
    /// priority over a general one.
    pub(super) fn without_repeats(self) -> Self
    where
        T: PartialEq,
    {
        let Self { right, wrong } = self;
        let mut kept: Vec<(Cause, T)> = Vec::with_capacity(wrong.len());
        for (cause, option) in wrong {
            if option != right && !kept.iter().any(|(_, known)| *known == option) {
                kept.push((cause, option));
            }
        }
        Self { right, wrong: kept }
    }

    /// The option with this number: 0 is the right one, the wrong ones start at 1.
    pub(super) fn option(&self, at: usize) -> &T {
        if at == 0 { &self.right } else { &self.wrong[at - 1].1 }
    }
}

/// A step without its options' values: the number of wrong options, and their mistakes.
pub(super) trait Choice {
    fn wrong_options(&self) -> usize;
    fn cause(&self, at: usize) -> &Cause;
}

impl<T> Choice for Step<T> {
    fn wrong_options(&self) -> usize {
        self.wrong.len()
    }

    fn cause(&self, at: usize) -> &Cause {
        &self.wrong[at - 1].0
    }
}

/// How a field is made, step by step.
pub(super) trait Making {
    /// The steps in order.
    fn steps(&self) -> Vec<&dyn Choice>;

    /// The text that results from these options, one for each step. `None` if the options exclude each other.
    fn text(&self, options: &[usize]) -> Option<Vec<u8>>;
}

/// The mistakes of one hypothesis, each as its step and option.
pub(super) type Wrong = Vec<(u16, u16)>;

/// A text that mistakes make, with every smallest set of mistakes that makes it.
pub(super) struct Variant {
    pub(super) text: Vec<u8>,
    pub(super) sets: Vec<Wrong>,
}

/// A field with its variants, grouped by the number of mistakes that they take.
pub(super) struct Field {
    by_cost: Vec<Vec<Variant>>,
    causes: Vec<Vec<Cause>>,
}

impl Field {
    /// Generates every variant with at most `most` mistakes, within the allowance. `right` is the text
    /// without mistakes; it comes from the derivation, not from this module.
    pub(super) fn new(making: &dyn Making, right: Vec<u8>, most: usize, allowance: &Allowance<'_>) -> Self {
        let steps = making.steps();
        let causes = steps.iter().map(|step| causes_of(*step)).collect();
        let sizes: Vec<usize> = steps.iter().map(|step| step.wrong_options()).collect();
        // Keyed by hash, because the texts of a large request would not fit into memory twice.
        let hashes = RandomState::new();
        let mut known: HashMap<u64, (usize, usize)> = HashMap::from([(hashes.hash_one(&right), (0, 0))]);
        let mut by_cost = vec![vec![Variant { text: right, sets: vec![Vec::new()] }]];
        for cost in 1..=most {
            let mut variants: Vec<Variant> = Vec::new();
            let _ = try_each_choice(&sizes, cost, &mut |options| {
                if allowance.is_over() {
                    return ControlFlow::Break(());
                }
                let Some(text) = making.text(options) else { return ControlFlow::Continue(()) };
                allowance.count(&text);
                let wrong = wrong_of(options);
                match known.entry(hashes.hash_one(&text)) {
                    Entry::Vacant(entry) => {
                        entry.insert((cost, variants.len()));
                        variants.push(Variant { text, sets: vec![wrong] });
                    }
                    Entry::Occupied(entry) if entry.get().0 == cost => variants[entry.get().1].sets.push(wrong),
                    Entry::Occupied(_) => {}
                }
                ControlFlow::Continue(())
            });
            by_cost.push(variants);
        }
        Self { by_cost, causes }
    }

    /// The field without any mistake: no variants are generated.
    pub(super) fn only_right(right: Vec<u8>) -> Self {
        Self { by_cost: vec![vec![Variant { text: right, sets: vec![Vec::new()] }]], causes: Vec::new() }
    }

    /// The variants with exactly this number of mistakes.
    pub(super) fn of_cost(&self, cost: usize) -> &[Variant] {
        self.by_cost.get(cost).map_or(&[], Vec::as_slice)
    }

    /// The variant with this text.
    pub(super) fn find(&self, text: &[u8]) -> Option<&Variant> {
        self.by_cost.iter().flatten().find(|variant| variant.text == text)
    }

    /// Every set of mistakes that makes a variant. Each mistake comes with the text that it makes by itself
    /// of the right one, so that each of several mistakes shows its own difference.
    pub(super) fn explained(&self, variant: &Variant) -> Vec<Vec<AppliedMistake>> {
        let right = &self.by_cost[0][0].text;
        let is_secret = variant.sets.iter().any(|set| self.involves_token(set));
        let made = |(step, option): &(u16, u16)| {
            let cause = self.causes[usize::from(*step)][usize::from(*option) - 1].clone();
            let text = self.alone((*step, *option)).unwrap_or(&variant.text);
            let (signed, expected) = if is_secret { Default::default() } else { differing_lines(text, right) };
            AppliedMistake { signed, expected, ..AppliedMistake::from(cause) }
        };
        variant.sets.iter().map(|wrong| wrong.iter().map(made).collect()).collect()
    }
}

impl Field {
    /// The text that a mistake makes by itself. `None` if it changes the text only together with others.
    fn alone(&self, wrong: (u16, u16)) -> Option<&Vec<u8>> {
        let is_of = |variant: &&Variant| variant.sets.iter().any(|set| set.as_slice() == [wrong]);
        self.of_cost(1).iter().find(is_of).map(|variant| &variant.text)
    }

    /// Whether a set of mistakes changes the session token, so that redaction would no longer find it.
    fn involves_token(&self, wrong: &Wrong) -> bool {
        wrong
            .iter()
            .any(|(step, option)| self.causes[usize::from(*step)][usize::from(*option) - 1].mistake.place == "token")
    }
}

impl From<Cause> for AppliedMistake {
    fn from(cause: Cause) -> Self {
        Self { detail: cause.detail, ..Self::new(cause.mistake, Vec::new(), Vec::new()) }
    }
}

fn causes_of(step: &dyn Choice) -> Vec<Cause> {
    (1..=step.wrong_options()).map(|at| step.cause(at).clone()).collect()
}

/// The casts are safe: a field has a few hundred options at most.
fn wrong_of(options: &[usize]) -> Wrong {
    let wrong = options.iter().enumerate().filter(|(_, option)| **option > 0);
    wrong.map(|(step, option)| (step as u16, *option as u16)).collect()
}

/// Calls `visit` for every choice of options with exactly `cost` wrong ones; `sizes` are the numbers of wrong
/// options of the steps.
pub(super) fn for_each_choice(sizes: &[usize], cost: usize, visit: &mut dyn FnMut(&[usize])) {
    let _ = try_each_choice(sizes, cost, &mut |options| {
        visit(options);
        ControlFlow::Continue(())
    });
}

pub(super) type Visit<'a> = &'a mut dyn FnMut(&[usize]) -> ControlFlow<()>;

/// The same as [`for_each_choice`], until a visit stops it.
pub(super) fn try_each_choice(sizes: &[usize], cost: usize, visit: Visit<'_>) -> ControlFlow<()> {
    descend(sizes, 0, cost, &mut vec![0; sizes.len()], visit)
}

fn descend(sizes: &[usize], from: usize, cost: usize, options: &mut [usize], visit: Visit<'_>) -> ControlFlow<()> {
    if cost == 0 {
        return visit(options);
    }
    for step in from..sizes.len() {
        for option in 1..=sizes[step] {
            options[step] = option;
            descend(sizes, step + 1, cost - 1, options, visit)?;
        }
        options[step] = 0;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_visited_once() {
        let mut seen = Vec::new();
        for cost in 0..=3 {
            for_each_choice(&[2, 0, 1], cost, &mut |options| seen.push(options.to_vec()));
        }
        let expected = [[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 0, 1], [1, 0, 1], [2, 0, 1]];
        assert_eq!(seen, expected);
    }
}
