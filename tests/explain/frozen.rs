//! What `verify --json` and `explain --json` print for every case, kept in `frozen/`, one line for each case.
//!
//! The corpus says which mistakes have to be named. This test catches every other change of an answer: a word, the text
//! of a stage, an order. `SIGVET_RENEW=1` regenerates the files; read the diff before you commit it.

use serde_json::{Value, json};

use crate::case::{self, Case};
use crate::common::Outcome;
use crate::{answers, each, run};

#[test]
fn explain_answers_as_it_did() {
    compare("explain", &answers().iter().map(|(case, outcome)| line(case, outcome)).collect::<Vec<_>>());
}

#[test]
fn verify_answers_as_it_did() {
    compare("verify", &each(&case::all(), |case| Some(line(case, &run::verify_json(case)?))));
}

fn compare(command: &str, lines: &[String]) {
    let path = case::root().join("../frozen").join(format!("{command}.jsonl"));
    if std::env::var_os("SIGVET_RENEW").is_some() {
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = kept.lines().collect();
    let differing: Vec<&str> =
        lines.iter().filter(|line| !kept.contains(&line.as_str())).filter_map(|line| line.get(..200)).collect();
    assert!(differing.is_empty(), "{} answers of {command} differ:\n{}", differing.len(), differing.join("\n"));
    assert_eq!(lines.len(), kept.len());
}

fn line(case: &Case, outcome: &Outcome) -> String {
    let folder = case.folder.display().to_string();
    let mut answer: Value = serde_json::from_slice(&outcome.stdout).unwrap_or_else(|_| json!(outcome.text()));
    settle(&mut answer);
    let said = outcome.stderr.replace(&folder, "");
    json!({ "case": case.name, "exit": outcome.code, "answer": answer, "stderr": said })
        .to_string()
        .replace(&folder, "")
}

/// Removes what depends on the machine's speed.
fn settle(answer: &mut Value) {
    let Some(search) = answer.get_mut("search").and_then(Value::as_object_mut) else { return };
    search.remove("milliseconds");
    if search["exhausted"] == json!(false) {
        search.remove("hypotheses");
    }
}
