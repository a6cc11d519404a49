//! The wording of what a server computes differently from AWS, shared by text, JSON and the page.

use serde_json::{Value, json};

use super::Shown;
use sigvet_core::verify::Outcome;
use sigvet_diagnose::servers::{Consequence, Difference, Server};
use sigvet_diagnose::{AppliedDifference, Certainty};

impl Shown<'_> {
    /// Why a correct request was refused, if the server is known to compute something differently.
    pub(super) fn server_answer(&self) -> Option<String> {
        let applied = self.server_differences();
        let first = applied.first()?;
        let server = listed(first.servers.iter().map(|server| server.name().to_owned()).collect());
        let begin = match (first.difference.consequence(), first.certainty, self.diagnosis.outcome) {
            (Consequence::FramingStored, ..) => format!("the server accepted it, but at {server}, "),
            (Consequence::Refused { .. }, ..) => format!("AWS accepts such a request, but at {server}, "),
            (_, Certainty::Recognized, _) => {
                format!("by AWS's rules the signature is right; {server} is known to compute a different one: ")
            }
            (_, _, Outcome::Valid) => {
                format!("by AWS's rules the signature is right; {server} computes a different one: ")
            }
            _ => format!("{server} computes a different signature from AWS: "),
        };
        let all: Vec<&str> = applied.iter().map(|applied| applied.difference.computes).collect();
        Some(begin + &all.join("; and "))
    }

    /// The differences that are proven or likely.
    pub(super) fn server_differences(&self) -> Vec<&AppliedDifference> {
        self.diagnosis.server_differences().collect()
    }

    /// What to send instead, without duplicates.
    pub(super) fn server_fixes(&self) -> Vec<&'static str> {
        let mut fixes: Vec<&str> = self.server_differences().iter().map(|applied| applied.difference.send).collect();
        fixes.dedup();
        fixes
    }

    /// What servers may compute differently, if it is not known which server replied.
    pub(super) fn possible_differences(&self) -> Vec<String> {
        let possible = self.diagnosis.differences.iter().filter(|applied| applied.certainty == Certainty::Possible);
        possible.map(|applied| advice(applied.difference, &applied.servers)).collect()
    }

    /// The differences as JSON.
    pub(super) fn server_differences_json(&self) -> Vec<Value> {
        self.diagnosis.differences.iter().map(to_json).collect()
    }
}

/// How a difference is known.
pub(super) fn known_by(applied: &AppliedDifference) -> &'static str {
    match (applied.certainty, applied.difference.consequence()) {
        (Certainty::Proven, Consequence::OtherSignature) => {
            "the server's own text is exactly what these rules produce from the request"
        }
        (Certainty::Proven, Consequence::Refused { .. }) => "the server's message says so",
        (Certainty::Proven, Consequence::FramingStored) => "the server was recognized by its reply",
        (Certainty::Recognized, _) => "the server was recognized, and the request triggers this difference",
        (Certainty::Possible, _) => "the request triggers this difference; the server is unknown",
    }
}

/// What a server does differently, and what to send instead.
pub fn advice(difference: &Difference, servers: &[Server]) -> String {
    let does = match difference.consequence() {
        Consequence::OtherSignature => " computes a different signature from AWS",
        Consequence::Refused { .. } => " refuses what AWS accepts",
        Consequence::FramingStored => "",
    };
    let servers = listed(servers.iter().map(|server| difference.name_of(*server)).collect());
    format!("{servers}{does}: {}. {}", difference.computes, difference.send.trim_end_matches('.'))
}

/// A list of names in a sentence.
fn listed(names: Vec<String>) -> String {
    match names.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        names => names.concat(),
    }
}

fn to_json(applied: &AppliedDifference) -> Value {
    let known_by = match applied.certainty {
        Certainty::Proven => "reply",
        Certainty::Recognized => "server",
        Certainty::Possible => "request",
    };
    let difference = applied.difference;
    let servers: Vec<&str> = applied.servers.iter().map(|server| server.name()).collect();
    json!({
        "id": difference.id,
        "servers": servers,
        "known_by": known_by,
        "computes": difference.computes,
        "fix": difference.send,
        "source": difference.source,
    })
}
