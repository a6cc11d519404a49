//! Holds the layering of the tree: a module uses only what stands above it, and what no core module may know stays out.
//!
//! It catches a convenient import that turns an arrow of knowledge around: `canonical` asking for a secret, the signer for
//! the clock, the library for the terminal. It reads code as text, with comments, literals and test modules taken out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules in reading order. Those that are still to be written have their place already.
const ORDER: [&str; 30] = [
    "encode",
    "time",
    "crypto",
    "checksum",
    "request",
    "credentials",
    "scheme",
    "canonical",
    "derivation",
    "endpoint",
    "prepare",
    "claim",
    "sign",
    "presign",
    "signer",
    "stream",
    "v2",
    "form",
    "verify",
    "http",
    "raw_http",
    "internal",
    "formats",
    "diagnosis",
    "platform",
    "profiles",
    "transport",
    "serve",
    "cli",
    "main",
];

/// What only `platform` and what stands below it may name: files, environment, network, clock, arguments.
const OUTSIDE_WORLD: [&str; 7] = ["Instant", "now", "clap", "tokio", "reqwest", "stdin", "stdout"];
const OUTSIDE_STD: [&str; 5] = ["env", "fs", "net", "process", "thread"];

/// What only `form`, whose policies are JSON, `formats` and what stands below that may name: readers of what others wrote.
const NOTATIONS: [&str; 2] = ["serde_json", "roxmltree"];

/// What the pure modules may not name.
const SECRETS: [&str; 4] = ["Secret", "Credentials", "SigningKey", "expose_secret"];
const PURE: [&str; 2] = ["canonical", "derivation"];

const PRINTERS: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];

#[test]
fn every_module_knows_only_what_stands_above_it() {
    let mut found = Vec::new();
    let sources = sources();
    assert!(sources.len() > 30, "the sources were not found");
    for (path, text) in &sources {
        found.extend(violations(path, text).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn lib_rs_declares_its_modules_in_reading_order() {
    for root in roots() {
        let library = std::fs::read_to_string(root.join("lib.rs")).unwrap();
        let declared: Vec<&str> = library.lines().filter_map(declared_module).collect();
        let expected: Vec<&str> = ORDER.into_iter().filter(|name| declared.contains(name)).collect();
        assert!(declared.len() > 1);
        assert_eq!(declared, expected);
    }
}

/// Each row breaks one rule; were it not found, the rule would be worth nothing.
#[test]
fn the_rules_bite() {
    for (path, text, expected) in [
        ("time.rs", "use crate::request::Request;", "request"),
        ("scheme/key.rs", "fn f() { crate::sign::sign() }", "sign"),
        ("prepare/mod.rs", "use crate::{encode, time::Timestamp,\n verify::{Judge, Verdict}};", "verify"),
        ("claim.rs", "use super::verify::Judge;", "verify"),
        ("formats/har.rs", "use crate::cli::failure::Failure;", "cli"),
        ("formats/reply/kind.rs", "use crate::diagnosis::catalogue;", "diagnosis"),
        ("nowhere.rs", "", "nowhere"),
        ("canonical/query.rs", "fn f(s: &crate::credentials::Secret) {}", "Secret"),
        ("derivation/mod.rs", "use crate::scheme::{Scope, SigningKey};", "SigningKey"),
        ("request/mod.rs", "use std::fs::File;", "std::fs"),
        ("sign.rs", "use std::{fmt, env};", "std::env"),
        ("verify.rs", "let now = SystemTime::now();", "now"),
        ("verify/finding.rs", "jiff::Timestamp::now()", "now"),
        ("claim.rs", "let j: serde_json::Value;", "serde_json"),
        ("verify.rs", "use roxmltree::Document;", "roxmltree"),
        ("formats/reply/mod.rs", "use std::fs::File;", "std::fs"),
        ("profiles/mod.rs", "fn f() { println!(\"{}\", '\"'); }", "println!"),
        ("request/url.rs", "dbg!(x);", "dbg!"),
    ] {
        let found = violations(Path::new(path), text);
        assert!(found.iter().any(|what| what.split(' ').any(|word| word == expected)), "{path}: {text}: {found:?}");
    }
}

#[test]
fn what_is_allowed_is_let_pass() {
    for (path, text) in [
        ("sign.rs", "use crate::prepare::Prepared; use crate::{encode, derivation::{Placement, derive}};"),
        ("time.rs", "impl From<SystemTime> for Timestamp {}"),
        ("time.rs", "// use crate::verify; std::env\nfn f(now: Timestamp) -> &'static str { \"crate::cli println!\" }"),
        ("time.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::verify::verify;\n}\n"),
        ("canonical/path.rs", "use super::query; use std::fmt;"),
        ("cli/context.rs", "println!(\"{}\", std::env::var(\"X\").is_ok()); use crate::verify::Judge;"),
        ("profiles/mod.rs", "use std::fs; use serde_json::Value;"),
        ("form/policy.rs", "use serde_json::Value;"),
        ("formats/reply/json.rs", "use serde_json::Value; use roxmltree::Document;"),
        ("diagnosis/reply.rs", "use crate::formats::reply::Reply;"),
    ] {
        assert_eq!(violations(Path::new(path), text), Vec::<String>::new(), "{path}");
    }
}

/// What a file, named by its path under `src`, does against the rules.
fn violations(path: &Path, text: &str) -> Vec<String> {
    let first = path.iter().next().and_then(|part| part.to_str()).unwrap_or_default();
    let module = first.strip_suffix(".rs").unwrap_or(first);
    let Some(place) = place_of(module) else { return vec![format!("module {module} has no place in the order")] };
    let code = code_of(text);
    let mut found = Vec::new();
    for used in used_modules(path, module, &code) {
        if place_of(&used).is_some_and(|other| other > place) {
            found.push(format!("{module} uses {used} which stands below it"));
        }
    }
    let words: BTreeSet<&str> = words(&code).collect();
    let named = |names: &[&'static str]| names.iter().copied().filter(|name| words.contains(name)).collect::<Vec<_>>();
    if Some(place) < place_of("platform") {
        let std = heads_of(&code, "std");
        found.extend(
            OUTSIDE_STD.iter().filter(|name| std.contains(**name)).map(|name| format!("names std::{name} here")),
        );
        let clock = |name: &str| name != "now" || code.contains("::now");
        found.extend(named(&OUTSIDE_WORLD).into_iter().filter(|n| clock(n)).map(|name| format!("names {name} here")));
    }
    if Some(place) < place_of("formats") && module != "form" {
        found.extend(named(&NOTATIONS).into_iter().map(|name| format!("names {name} here")));
    }
    if PURE.contains(&module) {
        found.extend(named(&SECRETS).into_iter().map(|name| format!("names {name} though it is to be pure")));
    }
    if !["cli", "main"].contains(&module) {
        found.extend(named(&PRINTERS).into_iter().map(|name| format!("prints by {name} here")));
    }
    found
}

fn place_of(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

/// The modules of this crate that the code names. In the file that is the module itself, `super` is the crate.
fn used_modules(path: &Path, module: &str, code: &str) -> BTreeSet<String> {
    let mut used = heads_of(code, "crate");
    let is_root_of_module = path == Path::new(&format!("{module}.rs")) || path.ends_with("mod.rs");
    if is_root_of_module && path.components().count() <= 2 {
        used.extend(heads_of(code, "super"));
    }
    used
}

/// The first segments of all paths below `root`: `a` and `b` of `root::a::x` and `root::{a, b::{c, d}}`.
fn heads_of(code: &str, root: &str) -> BTreeSet<String> {
    let mut heads = BTreeSet::new();
    let start = format!("{root}::");
    for (at, _) in code.match_indices(&start) {
        let inside_a_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let rest = code[at + start.len()..].trim_start();
        match rest.strip_prefix('{') {
            _ if inside_a_word => {}
            Some(group) => heads.extend(heads_of_group(group)),
            None => heads.extend(words(rest).next().map(str::to_owned)),
        }
    }
    heads
}

fn heads_of_group(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut item_start) = (0_i32, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.extend(words(&group[item_start..at]).next().map(str::to_owned));
                item_start = at + 1;
            }
            _ => {}
        }
        if character == '}' && depth == 0 && item_start == at + 1 {
            break;
        }
    }
    heads
}

/// Identifiers, a macro's with its `!`.
fn words(code: &str) -> impl Iterator<Item = &str> {
    let of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
    code.split(move |c: char| !of_word(c)).filter(|word| !word.is_empty() && *word != "!")
}

/// The code without comments, literals and the test module, which the house style puts last.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = literal_or_comment(rest);
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

/// How many bytes of the text are a comment or a literal that it begins with.
fn literal_or_comment(text: &str) -> usize {
    let up_to = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    let quoted = |quote: char| {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|&(_, c)| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        end.map_or(text.len(), |(at, _)| at + 1)
    };
    let mut characters = text.chars().skip(1);
    let (second, third) = (characters.next(), characters.next());
    match text.as_bytes()[0] {
        b'/' if second == Some('/') => up_to("\n", 0),
        b'/' if second == Some('*') => up_to("*/", 2),
        b'"' => quoted('"'),
        b'r' if text.starts_with("r#\"") => up_to("\"#", 3),
        b'r' if text.starts_with("r\"") => up_to("\"", 2),
        b'\'' if second == Some('\\') || third == Some('\'') => quoted('\''),
        _ => 0,
    }
}

fn declared_module(line: &str) -> Option<&str> {
    let (visibility, name) = line.trim().strip_suffix(';')?.split_once("mod ")?;
    ["", "pub ", "pub(crate) "].contains(&visibility).then_some(name)
}

/// The sources of each package.
fn roots() -> [PathBuf; 3] {
    ["crates/core/src", "crates/diagnose/src", "src"].map(|root| Path::new(env!("CARGO_MANIFEST_DIR")).join(root))
}

/// All source files but `lib.rs`, which only declares, and files of tests, by their path under `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    for root in roots() {
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if name.ends_with(".rs") && !["lib.rs", "tests.rs"].contains(&name.as_str()) {
                    let text = std::fs::read_to_string(&path).unwrap();
                    sources.push((path.strip_prefix(&root).unwrap().to_owned(), text));
                }
            }
        }
    }
    sources
}
