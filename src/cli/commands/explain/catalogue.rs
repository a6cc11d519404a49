//! The catalogue of mistakes: a list of all of them, or a description of one.

use std::io::Write;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::client_fixes::clients;
use crate::cli::render::signed::write_json;
use crate::cli::render::wrap::wrap;
use sigvet_diagnose::catalogue::{self, Mistake, Proof};
use sigvet_diagnose::servers::{Difference, TABLE};

const WIDTH: usize = 80;

/// Prints one line per mistake.
pub fn list(is_json: bool, context: &mut Context) -> Result<Exit, Failure> {
    if is_json {
        let all: Vec<Value> = catalogue::all().map(object).collect();
        write_json(&Value::Array(all), &mut context.stdout)?;
    } else {
        for mistake in catalogue::all() {
            writeln!(context.stdout, "{:<26} {}", mistake.id, mistake.title)?;
        }
    }
    context.stdout.flush()?;
    Ok(Exit::Done)
}

/// Describes one mistake, or one thing that servers compute differently from AWS.
pub fn one(id: &str, is_json: bool, context: &mut Context) -> Result<Exit, Failure> {
    if let Some(difference) = TABLE.iter().copied().flatten().find(|difference| difference.id == id) {
        if is_json {
            write_json(&difference_object(difference), &mut context.stdout)?;
        } else {
            write_difference(difference, &mut context.stdout)?;
        }
        context.stdout.flush()?;
        return Ok(Exit::Done);
    }
    let mistake = catalogue::find(id).ok_or_else(|| {
        Failure::usage(format!("unknown mistake ID '{id}'"))
            .hint(format!("{}list all IDs with 'sigvet explain --list'", nearest(id)))
    })?;
    if is_json {
        write_json(&object(mistake), &mut context.stdout)?;
    } else {
        write(mistake, &mut context.stdout)?;
    }
    context.stdout.flush()?;
    Ok(Exit::Done)
}

fn write(mistake: &Mistake, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}: {}\n", mistake.id, mistake.title)?;
    writeln!(out, "{}", wrap(mistake.explanation, WIDTH, ""))?;
    writeln!(out, "\nFix: {}", wrap(mistake.fix, WIDTH, "     ").trim_start())?;
    for (client, advice) in clients(mistake) {
        writeln!(out, "{}", wrap(&format!("{client}: {advice}"), WIDTH, "     "))?;
    }
    writeln!(out, "\nProved by:")?;
    mistake.proofs.iter().try_for_each(|proof| writeln!(out, "  {}", words(*proof)))
}

fn write_difference(difference: &Difference, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}: {}\n", difference.id, difference.computes)?;
    writeln!(out, "{}", wrap(&format!("Servers: {}", names(difference).join(", ")), WIDTH, "         ").trim_start())?;
    writeln!(out, "\nFix: {}", wrap(difference.send, WIDTH, "     ").trim_start())?;
    writeln!(out, "\nSource: {}", wrap(difference.source, WIDTH, "        ").trim_start())
}

fn names(difference: &Difference) -> Vec<String> {
    difference.servers.iter().map(|server| difference.name_of(*server)).collect()
}

fn difference_object(difference: &Difference) -> Value {
    json!({
        "id": difference.id,
        "servers": names(difference),
        "computes": difference.computes,
        "fix": difference.send,
        "source": difference.source,
    })
}

fn object(mistake: &Mistake) -> Value {
    let clients: Vec<Value> =
        clients(mistake).iter().map(|(client, advice)| json!({ "client": client, "fix": advice })).collect();
    let proofs: Vec<&str> = mistake.proofs.iter().map(|proof| word(*proof)).collect();
    json!({
        "id": mistake.id,
        "title": mistake.title,
        "where": mistake.place,
        "explanation": mistake.explanation,
        "fix": mistake.fix,
        "clients": clients,
        "proofs": proofs,
    })
}

fn word(proof: Proof) -> &'static str {
    match proof {
        Proof::Search => "search",
        Proof::Compare => "compare",
        Proof::Error => "error",
        Proof::Time => "time",
        Proof::Lint => "lint",
    }
}

fn words(proof: Proof) -> &'static str {
    match proof {
        Proof::Search => "reproducing the wrong signature, with the secret",
        Proof::Compare => "the server's canonical request or string to sign, or the client's",
        Proof::Error => "the server's error code or message",
        Proof::Time => "the dates and the server's clock",
        Proof::Lint => "the request itself",
    }
}

/// `did you mean …? ` with similar IDs, or those that begin with the same word.
fn nearest(id: &str) -> String {
    let word = id.split('-').next().unwrap_or_default();
    let near: Vec<&str> =
        catalogue::all().map(|mistake| mistake.id).filter(|known| known.contains(id)).take(3).collect();
    match near.as_slice() {
        [] if !word.is_empty() && catalogue::all().any(|mistake| mistake.id.split('-').next() == Some(word)) => {
            format!("other IDs begin with '{word}-'; ")
        }
        [] => String::new(),
        near => format!("did you mean {}? ", near.join(", ")),
    }
}
