//! Checks the layering inside each crate, which the compiler does not: a module uses only modules declared above it.
//!
//! Catches a convenient import that reverses a dependency, a cycle between two modules of one folder, a path that
//! breaks when its file moves, printing outside the command line, and a canonical request that knows a secret. The
//! compiler ensures that one crate does not know another; clippy ensures that two of them do no IO (`tests/no_io.rs`).
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod paths;
mod rules;
mod source;

use rules::violations;
use source::Crate;

const CRATES: [(&str, &str); 3] =
    [("sigvet_core", "crates/core/src"), ("sigvet_diagnose", "crates/diagnose/src"), ("sigvet", "src")];

#[test]
fn every_module_uses_only_modules_declared_above_it() {
    let mut found = Vec::new();
    for (name, folder) in CRATES {
        let read = Crate::read(name, folder);
        assert!(read.modules.len() > 20, "the sources of {name} were not found");
        found.extend(violations(&read));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Each row breaks one rule; if that were not found, the rule would be worthless.
#[test]
fn each_broken_rule_is_found() {
    let order = ("lib.rs", "mod a; mod b; mod c;");
    let folder = ("b/mod.rs", "mod d; mod e; pub use e::E;");
    for (name, files, expected) in [
        ("x", vec![order, ("a.rs", "use crate::b::B;"), ("b.rs", "")], "a uses b"),
        ("x", vec![order, ("a.rs", "fn f() { super::b::f() }"), ("b.rs", "")], "a uses b"),
        ("x", vec![order, ("a.rs", "fn f() { println!(\"{}\", crate::b::f()) }"), ("b.rs", "")], "a uses b"),
        ("x", vec![order, ("a.rs", "use crate::{c::C, b::{d, D}};"), ("b.rs", ""), ("c.rs", "")], "a uses c"),
        ("x", vec![order, ("a.rs", "mod inline { use super::super::b::B; }"), ("b.rs", "")], "a uses b"),
        ("x", vec![order, folder, ("b/d.rs", "use super::e;"), ("b/e.rs", "")], "b::d uses b::e"),
        ("x", vec![order, folder, ("b/d.rs", "use crate::b::E;"), ("b/e.rs", "")], "b::d uses b::e"),
        ("x", vec![("lib.rs", "mod b; mod a; use b::B;"), ("a.rs", ""), ("b.rs", "use crate::a;")], "b uses a"),
        ("x", vec![("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b;"), ("b.rs", "use crate::a;")], "a uses b"),
        ("x", vec![order, ("a.rs", "use super::super::A;")], "super::super"),
        ("x", vec![order, ("a.rs", "fn f() { super::super::f() }")], "super::super"),
        ("x", vec![order, ("a.rs", "use crate as whole;")], "another name"),
        ("x", vec![order, ("a.rs", "use crate::{self as whole};")], "another name"),
        ("sigvet_core", vec![("lib.rs", "mod a;"), ("a.rs", "fn f() { dbg!(1); }")], "prints by dbg!"),
        (
            "sigvet",
            vec![("lib.rs", "mod profiles;"), ("profiles.rs", "fn f() { eprintln!(); }")],
            "prints by eprintln!",
        ),
        ("sigvet", vec![("lib.rs", "mod profiles;"), ("profiles.rs", "use clap::Args;")], "names clap"),
        ("sigvet_core", vec![("lib.rs", "mod canonical;"), ("canonical.rs", "fn f(s: &Secret) {}")], "names Secret"),
        (
            "sigvet_core",
            vec![("lib.rs", "mod derivation;"), ("derivation.rs", "use k::SigningKey;")],
            "names SigningKey",
        ),
    ] {
        let found = violations(&Crate::parse(name, &files));
        assert!(found.iter().any(|what| what.contains(expected)), "{files:?}: {found:?}");
    }
}

#[test]
fn allowed_code_passes() {
    let order = ("lib.rs", "mod a; mod b;");
    for (name, files) in [
        ("x", vec![order, ("a.rs", ""), ("b.rs", "use crate::a::A; use super::a; use std::fmt;")]),
        ("x", vec![order, ("a.rs", "// crate::b\n/// [`crate::b`]\nconst T: &str = \"crate::b\";"), ("b.rs", "")]),
        ("x", vec![order, ("a.rs", "#[cfg(test)]\nmod tests { use crate::b; use super::super::b::B; }"), ("b.rs", "")]),
        ("x", vec![order, ("a.rs", "#[cfg(test)]\nuse crate::b;\nfn f() {}"), ("b.rs", "")]),
        ("x", vec![("lib.rs", "mod a;"), ("a/mod.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A;")]),
        ("x", vec![order, ("a.rs", "use b::B; fn f() { other::b::f() }"), ("b.rs", "")]),
        ("sigvet", vec![("lib.rs", "mod cli;"), ("cli.rs", "use clap::Args; fn f() { println!(); }")]),
        ("sigvet_core", vec![("lib.rs", "mod sign;"), ("sign.rs", "fn f(s: &Secret) {}")]),
    ] {
        assert_eq!(violations(&Crate::parse(name, &files)), Vec::<String>::new(), "{files:?}");
    }
}
