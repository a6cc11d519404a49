//! The official suite, from the package of the `aws-sigv4` crate, signed by the breakable signer without breaks.

use sigvet_testing::official_suite;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::signer::{self, Breaks, Keys, Recipe, Wire, header_line};

/// Signs every case of the suites of Version 4 and 4A in both forms; returns the number of comparisons.
pub fn compare_all() -> usize {
    ["v4", "v4a"].into_iter().map(compare_suite).sum()
}

fn compare_suite(suite: &str) -> usize {
    let folder = official_suite::package_root().join("aws-signing-test-suite").join(suite);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("context.json").is_file());
    folders.sort();
    for folder in &folders {
        compare(folder, suite, "header");
        compare(folder, suite, "query");
    }
    2 * folders.len()
}

/// The examples in S3's own documentation, whose rules for paths and payloads differ from the suite's; returns their
/// number.
pub fn compare_s3() -> usize {
    let examples = [
        (
            "GET",
            "/test.txt",
            "Range: bytes=0-9",
            "",
            None,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test%24file.text",
            "x-amz-storage-class: REDUCED_REDUNDANCY",
            "Welcome to Amazon S3.",
            None,
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/?lifecycle", "", "", None, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "GET",
            "/?max-keys=2&prefix=J",
            "",
            "",
            None,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
        ("GET", "/test.txt", "", "", Some("86400"), "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
    ];
    for (method, target, header, body, expires, signature) in examples {
        let mut recipe = s3_example(method, target, body);
        recipe.expires = expires.map(str::to_owned);
        recipe.wire.headers.extend((!header.is_empty()).then(|| header_line(header)));
        // The PUT request also has a Date header.
        recipe.wire.headers.extend((method == "PUT").then(|| header_line("Date: Fri, 24 May 2013 00:00:00 GMT")));
        assert_eq!(recipe.sign().signature, signature, "{method} {target}");
    }
    examples.len()
}

fn s3_example(method: &str, target: &str, body: &str) -> Recipe {
    Recipe {
        wire: Wire {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![header_line("Host: examplebucket.s3.amazonaws.com")],
            body: body.as_bytes().to_vec(),
        },
        keys: Keys {
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        },
        date: "20130524T000000Z".to_owned(),
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
        content_sha256: "hash".to_owned(),
        ..Recipe::default()
    }
}

fn compare(folder: &Path, suite: &str, form: &str) {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let context: Value = serde_json::from_str(&read("context.json")).unwrap();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let mut recipe = recipe(&context, wire(&read("request.txt")), name);
    if suite == "v4a" {
        recipe.region_set = Some(recipe.region.clone());
        // In this suite, the case has a raw space in its request, and nothing is encoded only once.
        recipe.breaks = if name == "get-space-normalized" { Breaks::default() } else { recipe.breaks };
    }
    if form == "query" {
        recipe.expires = Some(context["expiration_in_seconds"].to_string());
    }
    let signed = recipe.sign();
    let theirs = |stage: &str| read(&format!("{form}-{stage}.txt"));
    assert_eq!(signed.stages.canonical_request, theirs("canonical-request"), "{name} {form}");
    assert_eq!(signed.stages.string_to_sign, theirs("string-to-sign"), "{name} {form}");
    match suite {
        "v4" => assert_eq!(signed.signature, theirs("signature"), "{name} {form}"),
        _ => {
            let point: Value = serde_json::from_str(&read("public-key.json")).unwrap();
            let key = signer::public_key(&recipe);
            assert_eq!(key, format!("04{}{}", point["X"].as_str().unwrap(), point["Y"].as_str().unwrap()), "{name}");
            assert!(signer::verifies(&recipe, &signed.stages.string_to_sign, &theirs("signature")), "{name} {form}");
        }
    }
    let agrees = recipe.expected(&signed) == signed.stages;
    assert!(agrees || !recipe.breaks.is_empty(), "{name} {form}: the server agrees with who breaks no rule");
}

fn recipe(context: &Value, wire: Wire, name: &str) -> Recipe {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let keys = &context["credentials"];
    // Two settings of the suite are mistakes at most services: paths left as they are, and in one case encoded only
    // once.
    let not_normalized = (context["normalize"] == false).then_some("path-not-normalized");
    let once = (name == "get-space-normalized").then_some("path-once");
    let breaks: Vec<String> = not_normalized.into_iter().chain(once).map(str::to_owned).collect();
    Recipe {
        wire,
        keys: Keys {
            access_key: text(&keys["access_key_id"]),
            secret: text(&keys["secret_access_key"]),
            token: keys["token"].as_str().map(str::to_owned),
        },
        date: text(&context["timestamp"]).replace(['-', ':'], ""),
        region: text(&context["region"]),
        service: text(&context["service"]),
        content_sha256: if context["sign_body"] == true { "hash" } else { "none" }.to_owned(),
        token_after: context["omit_session_token"] == true,
        breaks: Breaks::parse(&breaks),
        ..Recipe::default()
    }
}

/// Parses a raw request of the suite, with `\n` for line ends and folded lines.
fn wire(raw: &str) -> Wire {
    let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
    let folded = head.replace("\n ", " ");
    let mut lines = folded.lines();
    let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
    Wire {
        method: method.to_owned(),
        target: rest.strip_suffix(" HTTP/1.1").unwrap().to_owned(),
        headers: lines.map(header_line).collect(),
        body: body.as_bytes().to_vec(),
    }
}
