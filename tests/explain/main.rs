//! The proof of `sigvet explain`: it has to name the mistakes in requests that were signed with known mistakes.
//!
//! The cases are made by a separate signer, which is broken on purpose and shares no code with the library. The
//! expected answers follow from the definition of each mistake, never from the tool's output. Catches a mistake that is
//! not found, one that is found where there is none, and a right request that is called wrong.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod answer;
mod case;
mod expected;
use sigvet_testing as common;
mod frozen;
mod in_words;
mod replies;
mod rough;
mod run;
mod same_words;
mod score;
mod signer;
mod supplied;
mod tried;
mod vectors;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};

use case::{Case, Judged};
use common::Outcome;
use score::{Mark, Score};

#[test]
fn the_unbroken_signer_agrees_with_the_official_suite() {
    assert_eq!(vectors::compare_all(), 152);
}

#[test]
fn the_unbroken_signer_agrees_with_the_examples_of_s3() {
    assert_eq!(vectors::compare_s3(), 5);
}

/// Regenerates the files if `SIGVET_RENEW=1` is set.
#[test]
fn the_files_follow_from_their_recipes() {
    let renew = std::env::var_os("SIGVET_RENEW").is_some();
    let mut stale = Vec::new();
    for case in case::all() {
        for (name, content) in case.files() {
            let path = case.folder.join(name);
            if std::fs::read(&path).ok().as_ref() != Some(&content) {
                stale.push(path.display().to_string());
                if renew {
                    std::fs::write(&path, content).unwrap();
                }
            }
        }
    }
    assert!(renew || stale.is_empty(), "not as their recipes say:\n{}", stale.join("\n"));
}

/// A file that a case no longer uses looks like evidence, but is not.
#[test]
fn no_file_is_left_over() {
    let mut left: Vec<_> = case::all().iter().flat_map(Case::left_over).collect();
    left.sort();
    assert!(left.is_empty(), "nobody reads {left:?}");
}

#[test]
fn each_mistake_of_the_catalogue_is_the_only_one_of_some_case() {
    let catalogue: BTreeSet<&str> = include_str!("ids.txt").lines().collect();
    let cases = case::all();
    let alone = |id: &str| cases.iter().any(|case| case.expected.sets[0] == [id]);
    let missing: Vec<&str> = catalogue.iter().copied().filter(|id| !alone(id)).collect();
    assert!(missing.is_empty(), "no case has only {missing:?}");
    let expected: BTreeSet<&str> = cases.iter().flat_map(|c| c.expected.sets.iter().flatten()).map(|s| &**s).collect();
    assert!(expected.is_subset(&catalogue), "not in the catalogue: {:?}", expected.difference(&catalogue));
}

/// The ids are a contract with scripts: catches one that is lost or renamed, or found but not listed.
#[test]
fn the_list_has_exactly_these_mistakes_in_this_order() {
    let outcome = common::Sigvet::anonymous(&["explain", "--list"]).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let text = outcome.text();
    let listed: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, include_str!("ids.txt").lines().collect::<Vec<_>>());
}

#[test]
fn the_corpus_is_large_and_mixed() {
    let cases = case::all();
    let count = |is: fn(&Case) -> bool| cases.iter().filter(|case| is(case)).count();
    assert!(cases.len() >= 125);
    assert!(count(|case| case.expected.sets[0].len() > 1) >= 20, "several mistakes at once");
    assert!(count(|case| case.expected.sets[0].is_empty()) >= 15, "nothing to be named");
}

/// A break that changes nothing would make its case meaningless.
#[test]
fn each_break_makes_a_difference() {
    let mut void = Vec::new();
    for case in case::all() {
        let Some(recipe) = &case.recipe else { continue };
        let (broken, twin) = (recipe.sign(), recipe.unbroken().sign());
        let lines = recipe.breaks.lines();
        for left_out in 0..lines.len() {
            let mut fewer = lines.clone();
            let line = fewer.remove(left_out);
            let other = signer::Recipe { breaks: signer::Breaks::parse(&fewer), ..recipe.clone() }.sign();
            if other.wire == broken.wire {
                void.push(format!("{}: {line}", case.name));
            }
        }
        if broken.wire == twin.wire && recipe.arrived(&broken) == twin.wire && !lines.is_empty() {
            void.push(format!("{}: altogether", case.name));
        }
    }
    assert!(void.is_empty(), "without effect:\n{}", void.join("\n"));
}

#[test]
fn without_its_breaks_each_request_is_valid() {
    let twins = each(&case::all(), |case| {
        let recipe = case.recipe.as_ref()?.unbroken();
        // A token or a scope may be refused for what it asks, though nothing is broken in how it was signed.
        let is_token = case.recipe.as_ref().is_some_and(|recipe| recipe.wire.target.starts_with("/?Action="));
        if case.judged == Judged::Invalid && (is_token || case.name.starts_with("scope-service")) {
            return None;
        }
        let signed = recipe.sign();
        assert_eq!(recipe.expected(&signed), signed.stages, "{}: the server computes what the client did", case.name);
        let (code, text) = run::verify(case, &signed.wire, &recipe.date);
        (code != Some(0)).then(|| format!("{}: {text}", case.name))
    });
    assert!(twins.is_empty(), "{}", twins.join("\n"));
}

#[test]
fn each_broken_request_is_refused() {
    let faults = each(&case::all(), |case| {
        let recipe = case.recipe.as_ref()?;
        let (code, text) = run::verify(case, &recipe.arrived(&recipe.sign()), &case.now);
        let expected = match case.judged {
            Judged::Valid => 0,
            Judged::Invalid | Judged::Unreadable => 1,
        };
        (code != Some(expected)).then(|| format!("{}: expected {:?}: {text}", case.name, case.judged))
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn explain_names_the_mistakes() {
    let mark =
        |(case, outcome): &'static (Case, Outcome)| (case, Mark::of(&case.expected, run::read_answer(case, outcome)));
    let marks: Vec<(&Case, Mark)> = answers().iter().map(mark).collect();
    let lines: Vec<String> =
        marks.iter().flat_map(|(case, m)| m.faults.iter().map(move |f| format!("{}: {f}", case.name))).collect();
    let score = Score::of(marks.iter().map(|(_, mark)| mark));
    println!("{score:?}");
    println!("{}{}", table("kind of mistake", &marks, Case::kind), table("form of evidence", &marks, Case::form));
    assert!(score.is_perfect() && lines.is_empty(), "{score:?}\n{}", lines.join("\n"));
}

/// Recall is how often the first explanation is right; precision is how often it is right when a proof is claimed.
fn table(what: &str, marks: &[(&Case, Mark)], group: fn(&Case) -> String) -> String {
    let mut groups: BTreeMap<String, Vec<&Mark>> = BTreeMap::new();
    marks.iter().for_each(|(case, mark)| groups.entry(group(case)).or_default().push(mark));
    let row = |(name, marks): (String, Vec<&Mark>)| {
        let score = Score::of(marks);
        format!("{name:24} {:5}  {:5.1}%  {:8.1}%\n", score.cases, score.recall(), score.precision())
    };
    format!("{what:24} cases  recall  precision\n") + &groups.into_iter().map(row).collect::<String>()
}

/// Every case with the answer of `explain --json`. It takes minutes, so all tests share one run.
fn answers() -> &'static [(Case, Outcome)] {
    static ANSWERS: OnceLock<Vec<(Case, Outcome)>> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let cases = case::all();
        let outcomes = each(&cases, |case| Some(run::explain_json(case)));
        cases.into_iter().zip(outcomes).collect()
    })
}

/// Runs over the cases in parallel; the results are in the order of the cases.
fn each<T: Send>(cases: &[Case], run: impl Fn(&Case) -> Option<T> + Sync) -> Vec<T> {
    let results = Mutex::new(Vec::new());
    let next = Mutex::new(cases.iter().enumerate());
    let work = || {
        loop {
            // The lock is released before the run.
            let taken = next.lock().unwrap().next();
            let Some((at, case)) = taken else { return };
            if let Some(result) = run(case) {
                results.lock().unwrap().push((at, result));
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
