//! Searches for the mistakes that reproduce a wrong signature: fewest first, every smallest set of them.
//!
//! The canonical request and the key meet only in the last HMAC. Therefore each canonical variant is hashed
//! once for all keys, each key is derived once for all variants, and a hypothesis only costs the end of one
//! keyed hash. The caller owns the clock and says when time is up.

mod canonical;
mod keys;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use super::allowance::{Allowance, BudgetLimit};
use super::alternatives::Subject;
use super::alternatives::signing::{Frame, Signing};
use super::alternatives::singles::{Series, series};
use super::catalogue::{Mistake, PATH_REENCODED, PATH_RESERVED_RAW, QUERY_OMITTED};
use super::evidence::Key;
use super::outcome::{AppliedMistake, Search as Summary};
use super::size::Size;
use super::target::Target;
use canonical::{Canonical, Combination, Hashed};
use keys::{Chosen, Keys, Options};

/// Limits on a search.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Maximum number of simultaneous mistakes, up to [`DEEPEST`].
    pub deepest: usize,
    /// Up to this number of simultaneous mistakes, everything is tried regardless of time, unless the request
    /// is so large that it would take many times as long as a usual one. At most two; one is always tried.
    pub to_the_end: usize,
    /// Whether time is up.
    pub is_time_up: &'a (dyn Fn() -> bool + Sync),
}

/// Maximum number of simultaneous mistakes that are ever tried.
pub const DEEPEST: usize = 3;
/// Keys with more mistakes than this are derived on demand and not kept.
const KEPT: usize = 1;

/// Number of lines that are signed at a time: as many as fit in the processor's innermost cache.
const AT_ONCE: usize = 128;

/// With more lines than this, one key at a time is faster: what its strings to sign share is hashed once.
const FEW_LINES: usize = 12;

/// Mistakes that may give a text that a more specific mistake also gives.
const GENERAL: [&Mistake; 3] = [&PATH_REENCODED, &PATH_RESERVED_RAW, &QUERY_OMITTED];

/// The results of a search, and how far it got.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SearchResult {
    /// Every smallest set of mistakes that gives the signature. A single empty set means that the signature is right.
    pub(super) sets: Vec<Vec<AppliedMistake>>,
    /// Number of hypotheses tried.
    pub(super) hypotheses: u64,
    /// Maximum number of simultaneous mistakes tried.
    pub(super) deepest: usize,
    /// Whether all hypotheses up to that number of mistakes were tried.
    pub(super) is_exhausted: bool,
}

impl SearchResult {
    /// What one look shows, before anything is searched.
    pub(super) fn at_once(made: AppliedMistake) -> Self {
        Self { sets: vec![vec![made]], hypotheses: 1, deepest: 1, is_exhausted: true }
    }

    /// How far the search got, without its results.
    pub(super) fn summary(&self) -> Summary {
        let Self { hypotheses, deepest, is_exhausted, .. } = *self;
        Summary { is_made: true, hypotheses, deepest, is_exhausted }
    }

    /// Adds the mistake in the signature's encoding to each set.
    pub(super) fn add_to_each(&mut self, written: Option<AppliedMistake>) {
        self.sets.iter_mut().for_each(|set| set.extend(written.clone()));
    }

    /// If a set contains the same mistake twice, keeps only the first.
    pub(super) fn name_each_once(&mut self) {
        for set in &mut self.sets {
            let mut seen: Vec<AppliedMistake> = Vec::new();
            set.retain(|made| {
                let is_new = !seen.iter().any(|known| known.mistake == made.mistake && known.detail == made.detail);
                seen.push(made.clone());
                is_new
            });
        }
    }

    /// Moves sets of mistakes that could lead to many texts behind those that lead only to this one.
    pub(super) fn put_general_last(&mut self) {
        let is_general = |made: &&AppliedMistake| GENERAL.iter().any(|general| general.id == made.mistake.id);
        self.sets.sort_by_key(|set| set.iter().filter(is_general).count());
    }

    /// Merges sets that name the same mistakes.
    pub(super) fn tell_once(&mut self) {
        let ids = |set: &[AppliedMistake]| {
            let mut ids: Vec<&'static str> = set.iter().map(|made| made.mistake.id).collect();
            ids.sort_unstable();
            ids
        };
        let mut seen = HashSet::new();
        self.sets.retain(|set| seen.insert(ids(set)));
    }
}

/// Searches for the mistakes behind a signature.
pub(super) fn search(subject: &Subject<'_>, keys: &[Key<'_>], target: Target, limits: Limits<'_>) -> SearchResult {
    let size = subject.size();
    if size.is_excessive() {
        return SearchResult::default();
    }
    let deepest = limits.deepest.min(DEEPEST);
    let mut search = Search::new(target, limits, size);
    let mut worlds = vec![World::new(None, subject.clone(), keys)];
    for depth in 0..=deepest {
        if depth == 1 {
            let others = subject.others().into_par_iter();
            worlds.par_extend(others.map(|(cause, subject)| World::new(Some(cause), subject, keys)));
        }
        search.try_depth(&mut worlds, depth);
        if let Some(arrived) = worlds.first()
            && depth == 1
            && search.is_nothing_found()
        {
            search.try_singles(&series(&arrived.subject, keys, &arrived.signing));
        }
        let is_cut_short = search.is_cut_short.load(Ordering::Relaxed);
        let sets = search.take_sets();
        if !sets.is_empty() || is_cut_short || depth == deepest {
            let hypotheses = search.hypotheses.load(Ordering::Relaxed);
            return SearchResult { sets, hypotheses, deepest: depth, is_exhausted: !is_cut_short };
        }
    }
    SearchResult::default()
}

/// A request that may have been signed, with all its variants.
struct World<'a> {
    /// Why the request differs from the one that arrived; this counts as a mistake.
    cause: Option<AppliedMistake>,
    subject: Subject<'a>,
    canonical: Canonical,
    signing: Signing,
    keys: Keys,
}

impl<'a> World<'a> {
    fn new(cause: Option<AppliedMistake>, subject: Subject<'a>, keys: &[Key<'_>]) -> Self {
        let signing = Signing::new(&subject, keys);
        Self { cause, subject, canonical: Canonical::default(), signing, keys: Keys::default() }
    }

    /// The number of mistakes that are left to make in this request.
    fn left_of(&self, depth: usize) -> usize {
        depth.saturating_sub(usize::from(self.cause.is_some()))
    }
}

struct Search<'a> {
    target: Target,
    limits: Limits<'a>,
    size: Size,
    hits: Mutex<Vec<Vec<AppliedMistake>>>,
    hypotheses: AtomicU64,
    is_cut_short: AtomicBool,
}

impl<'a> Search<'a> {
    fn new(target: Target, limits: Limits<'a>, size: Size) -> Self {
        let (hits, hypotheses, is_cut_short) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
        Self { target, limits, size, hits, hypotheses, is_cut_short }
    }

    /// Tries every hypothesis with exactly `depth` mistakes, starting with those that are entirely in the
    /// canonical request.
    fn try_depth(&self, worlds: &mut [World<'_>], depth: usize) {
        let to_the_end = self.target.tried_to_the_end().min(self.limits.to_the_end);
        let is_timed = depth > to_the_end || self.size != Size::Usual;
        let limit = if is_timed { BudgetLimit::Time } else { BudgetLimit::Size };
        let allowance = Allowance::new(depth, limit, self.limits.is_time_up);
        let prepare = |world: &mut World<'_>| {
            let left = world.left_of(depth);
            world.canonical.prepare(&world.subject, left, &allowance);
            world.keys.prepare(&world.signing, left.min(KEPT));
        };
        // The request as it arrived comes first, because it is the likeliest.
        if let Some((arrived, others)) = worlds.split_first_mut() {
            prepare(arrived);
            others.par_iter_mut().for_each(prepare);
        }
        let is_over = || allowance.ends_trying();
        for of_key in 0..=depth {
            for world in worlds.iter() {
                let spent = usize::from(world.cause.is_some());
                if let Some(of_canonical) = depth.checked_sub(of_key + spent) {
                    self.join(world, of_canonical, of_key, &is_over);
                }
            }
        }
        self.is_cut_short.fetch_or(allowance.is_spent(), Ordering::Relaxed);
    }

    /// Tries every canonical variant with `of_canonical` mistakes with every key with `of_key` mistakes.
    fn join(&self, world: &World<'_>, of_canonical: usize, of_key: usize, is_over: &(dyn Fn() -> bool + Sync)) {
        if of_key > KEPT {
            let lines = world.canonical.lines(of_canonical);
            world.keys.for_each(&world.signing, of_key, is_over, &|keys| self.try_all(world, keys, lines));
        } else if let Some(keys) = world.keys.of_cost(of_key) {
            world.canonical.for_each(of_canonical, is_over, &|lines| self.try_all(world, keys, lines));
        }
    }

    /// Tries every line with every key: many lines side by side, or many keys if there are only few lines.
    fn try_all(&self, world: &World<'_>, keys: &Chosen, lines: &[Hashed]) {
        self.count(keys.choices.len() * lines.len());
        if lines.len() <= FEW_LINES && lines.len() < keys.choices.len() {
            return self.try_keys(world, keys, lines);
        }
        for (options, frame) in keys.choices.iter().zip(keys.frames.iter()) {
            self.try_lines(world, (options, frame), lines);
        }
    }

    fn is_nothing_found(&mut self) -> bool {
        self.hits.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()).is_empty()
    }

    /// Tries the mistakes that have too many variants to combine, one kind at a time, until one gives the
    /// signature or time is up.
    fn try_singles(&self, all: &[Box<dyn Series + '_>]) {
        for series in all {
            if (self.limits.is_time_up)() {
                return;
            }
            self.count(series.count());
            let batches = (0..series.count().div_ceil(AT_ONCE)).into_par_iter();
            let found = batches.flat_map_iter(|batch| {
                let first = batch * AT_ONCE;
                series.give_each(first..series.count().min(first + AT_ONCE), &self.target)
            });
            let found: Vec<usize> = found.collect();
            if !found.is_empty() {
                let mut hits = self.hits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                return hits.extend(found.into_iter().map(|number| series.causes(number)));
            }
        }
    }

    fn count(&self, hypotheses: usize) {
        self.hypotheses.fetch_add(hypotheses as u64, Ordering::Relaxed);
    }

    fn try_lines(&self, world: &World<'_>, (options, frame): (&Options, Frame<'_>), lines: &[Hashed]) {
        for lines in lines.chunks(AT_ONCE) {
            for hit in frame.gives_each(lines.iter().map(|hashed| hashed.line.as_bytes()), &self.target) {
                self.record(world, &lines[hit].combination, options);
            }
        }
    }

    /// Tries many keys side by side. Hits are recorded in the same order as those of many lines.
    fn try_keys(&self, world: &World<'_>, keys: &Chosen, lines: &[Hashed]) {
        let mut hits = Vec::new();
        for line in lines {
            let found = keys.frames.each_that_gives(line.line.as_bytes(), &self.target);
            hits.extend(found.into_iter().map(|key| (key, line)));
        }
        hits.sort_by_key(|(key, _)| *key);
        hits.into_iter().for_each(|(key, line)| self.record(world, &line.combination, &keys.choices[key]));
    }

    fn record(&self, world: &World<'_>, combination: &Combination, options: &Options) {
        let of_key = world.signing.causes(options);
        let mut hits = self.hits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for of_canonical in world.canonical.causes(combination) {
            hits.push(world.cause.iter().cloned().chain(of_canonical).chain(of_key.iter().cloned()).collect());
        }
    }

    fn take_sets(&mut self) -> Vec<Vec<AppliedMistake>> {
        std::mem::take(self.hits.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}
