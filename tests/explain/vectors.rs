//! The official suite, as it lies inside the package of the `aws-sigv4` crate, signed by the breakable signer unbroken.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::signer::{Breaks, Keys, Recipe, Wire, header_line};

/// Signs every case of the suite in both forms; returns how many were compared.
pub fn compare_all() -> usize {
    let v4 = package_root().join("aws-signing-test-suite").join("v4");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(v4).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("context.json").is_file());
    folders.sort();
    for folder in &folders {
        compare(folder, "header");
        compare(folder, "query");
    }
    2 * folders.len()
}

fn compare(folder: &Path, form: &str) {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let context: Value = serde_json::from_str(&read("context.json")).unwrap();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let mut recipe = recipe(&context, wire(&read("request.txt")), name);
    if form == "query" {
        recipe.expires = Some(context["expiration_in_seconds"].to_string());
    }
    let signed = recipe.sign();
    let theirs = |stage: &str| read(&format!("{form}-{stage}.txt"));
    assert_eq!(signed.stages.canonical_request, theirs("canonical-request"), "{name} {form}");
    assert_eq!(signed.stages.string_to_sign, theirs("string-to-sign"), "{name} {form}");
    assert_eq!(signed.signature, theirs("signature"), "{name} {form}");
    let agrees = recipe.expected(&signed) == signed.stages;
    assert!(agrees || !recipe.breaks.is_empty(), "{name} {form}: the server agrees with who breaks no rule");
}

fn recipe(context: &Value, wire: Wire, name: &str) -> Recipe {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let keys = &context["credentials"];
    // Two settings of the suite are mistakes at most services: paths as they are, and in one case encoded only once.
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

/// Reads a raw request as the suite writes them, with `\n` for line ends and folded lines.
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

fn package_root() -> PathBuf {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let flags = ["metadata", "--format-version", "1", "--locked", "--offline", "--manifest-path", manifest];
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = cargo(&[&flags[..], &["--no-default-features", "--filter-platform", host]].concat());
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "aws-sigv4").unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
