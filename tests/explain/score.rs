//! Compares the answers with the expected ones, and counts.

use crate::case::Expected;
use crate::run::{Explanation, Said};

/// The result of one case; its faults are reported together with those of the others.
#[derive(Debug, Default)]
pub struct Mark {
    /// The first explanation is right; if nothing should be named, nothing is.
    pub first: bool,
    /// Some explanation is right.
    pub listed: bool,
    /// An explanation that claims a proof is false.
    pub wrong: bool,
    pub faults: Vec<String>,
}

/// The totals over all cases.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub cases: usize,
    pub first: usize,
    pub listed: usize,
    pub wrong: usize,
}

impl Score {
    pub fn of<'a>(marks: impl IntoIterator<Item = &'a Mark>) -> Self {
        marks.into_iter().fold(Self::default(), |sum, mark| Self {
            cases: sum.cases + 1,
            first: sum.first + usize::from(mark.first),
            listed: sum.listed + usize::from(mark.listed),
            wrong: sum.wrong + usize::from(mark.wrong),
        })
    }

    /// Cases whose first explanation is right, in percent.
    pub fn recall(&self) -> f64 {
        percent(self.first, self.cases)
    }

    /// Of the cases that are right first or wrong, the percentage of right ones.
    pub fn precision(&self) -> f64 {
        percent(self.first, self.first + self.wrong)
    }

    pub fn is_perfect(&self) -> bool {
        *self == Self { cases: self.cases, first: self.cases, listed: self.cases, wrong: 0 }
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    let [part, whole] = [part, whole].map(|count| f64::from(u32::try_from(count).unwrap()));
    if whole == 0.0 { 100.0 } else { part / whole * 100.0 }
}

impl Mark {
    pub fn of(expected: &Expected, said: Result<Said, String>) -> Self {
        let said = match said {
            Ok(said) => said,
            Err(fault) => return Self { faults: vec![fault], ..Self::default() },
        };
        let named: Vec<&[String]> = said.explanations.iter().map(|e| e.ids.as_slice()).collect();
        let right = |ids: &[String]| expected.sets.iter().any(|set| set == ids);
        let first = right(named.first().copied().unwrap_or_default());
        let mut faults = Vec::new();
        if !first {
            faults.push(format!("expected {:?}, got {named:?}", expected.sets));
        }
        if expected.verdict.as_ref().is_some_and(|verdict| *verdict != said.verdict) {
            faults.push(format!("expected the verdict {:?}, got {}", expected.verdict, said.verdict));
        }
        let proof = said.explanations.first().map(|explanation| explanation.proof.clone());
        if first && expected.proof.is_some() && proof != expected.proof {
            faults.push(format!("expected the proof {:?}, got {proof:?}", expected.proof));
        }
        if expected.servers.as_ref().is_some_and(|servers| *servers != said.servers) {
            faults.push(format!("expected the server to do {:?}, got {:?}", expected.servers, said.servers));
        }
        let wrong: Vec<_> = said.explanations.iter().filter(|e| e.is_wrong(expected)).collect();
        if !wrong.is_empty() {
            faults.push(format!("wrongly named: {wrong:?}"));
        }
        Self { first, listed: first || named.iter().any(|ids| right(ids)), wrong: !wrong.is_empty(), faults }
    }
}

impl Explanation {
    /// Whether it names, with a claim of proof, something that no right answer has; for a valid request, anything at
    /// all.
    fn is_wrong(&self, expected: &Expected) -> bool {
        let claims =
            ["reproduced", "server"].contains(&self.proof.as_str()) || expected.verdict.as_deref() == Some("valid");
        claims && self.ids.iter().any(|id| !expected.sets.iter().flatten().any(|right| right == id))
    }
}

/// Each row is distinguished by a different mark; otherwise the score would be worthless.
#[test]
fn the_marks_differ() {
    let ids = |set: &[&str]| set.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let marked = |sets: &[&[&str]], verdict: &str, said: &[(&str, &[&str])]| {
        let sets = sets.iter().map(|set| ids(set)).collect();
        let verdict = verdict.to_owned();
        let expected = Expected { sets, verdict: Some(verdict.clone()), proof: None, servers: None };
        let explanation = |(proof, set): &(&str, &[&str])| Explanation { proof: (*proof).to_owned(), ids: ids(set) };
        let explanations = said.iter().map(explanation).collect();
        let mark = Mark::of(&expected, Ok(Said { verdict, explanations, servers: Vec::new() }));
        (mark.first, mark.listed, mark.wrong)
    };
    let right: (&str, &[&str]) = ("reproduced", &["a", "b"]);
    let other: (&str, &[&str]) = ("reproduced", &["c"]);
    let seen: (&str, &[&str]) = ("observed", &["c"]);
    assert_eq!(marked(&[&["a", "b"]], "invalid", &[right]), (true, true, false));
    assert_eq!(marked(&[&["a", "b"]], "invalid", &[other, right]), (false, true, true));
    assert_eq!(marked(&[&["a", "b"], &["c"]], "invalid", &[other, right]), (true, true, false));
    assert_eq!(marked(&[&["a", "b"]], "invalid", &[("reproduced", &["a"])]), (false, false, false));
    assert_eq!(marked(&[&["a", "b"]], "invalid", &[right, seen]), (true, true, false));
    assert_eq!(marked(&[&[]], "invalid", &[]), (true, true, false));
    assert_eq!(marked(&[&[]], "invalid", &[other]), (false, false, true));
    assert_eq!(marked(&[&[]], "valid", &[seen]), (false, false, true));
}
