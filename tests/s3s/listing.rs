//! Queries: a list request asks for what was meant, however it was typed.

use crate::server::{bucket, send};

/// The keys of a list, in order.
fn listed(words: &[&str]) -> Vec<String> {
    let text = send(&[&["-f"], words].concat()).run().expect(0).text();
    let keys = text.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap());
    keys.map(|key| key.replace("&amp;", "&").replace("&apos;", "'").replace("&quot;", "\"")).collect()
}

const NAMES: [&str; 5] = ["a b+c&d=e", "a b+é", "it's (1)*!", "plain", "q?#[x]@:,;$%41"];

fn filled(name: &str) -> String {
    let url = bucket(name);
    for name in NAMES {
        let key: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        send(&["-f", "-X", "PUT", "-d", "x", &format!("{url}/{key}")]).run().expect(0);
    }
    url
}

/// Catches a query whose parameters are encoded twice, not at all, or sorted before they are encoded.
#[test]
fn a_prefix_with_odd_characters_finds_its_keys() {
    let url = filled("prefixes");
    assert_eq!(listed(&[&format!("{url}?list-type=2")]), NAMES);
    for name in NAMES {
        let prefix = format!("prefix={name}");
        let found = listed(&["-G", "-d", "list-type=2", "--data-urlencode", &prefix, &url]);
        assert_eq!(found, [name]);
    }
}

/// A query as people type it: spaces, UTF-8, both cases of escapes, `+` for a space, repeats and empty parameters.
#[test]
fn a_query_as_typed_is_signed_as_the_server_reads_it() {
    let url = filled("queries");
    for query in [
        "list-type=2&prefix=a b%2Bé",
        "prefix=a+b%2b%c3%a9&list-type=2",
        "list-type=2&prefix=a%20b%2B%C3%A9&start-after=",
        "list-type=2&&prefix=%61%20b%2Bé&start-after",
    ] {
        assert_eq!(listed(&[&format!("{url}?{query}")]), ["a b+é"], "{query}");
    }
}

/// Catches a flag without a value (`?location`) that is signed differently from `location=`.
#[test]
fn a_parameter_without_a_value_is_signed() {
    let url = bucket("flags");
    let location = send(&["-f", &format!("{url}?location")]).run().expect(0).text();
    assert!(location.contains("<LocationConstraint"), "{location}");
}
