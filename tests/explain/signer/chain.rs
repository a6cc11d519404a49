//! From the canonical request to the signature: string to sign, key, signature.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

use super::Recipe;
use super::encode::base64;

/// Date, region and service, of which the key and the scope are made.
pub type Scope = [String; 3];

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub fn string_to_sign(canonical: &[u8], scope: &Scope, recipe: &Recipe) -> String {
    let breaks = &recipe.breaks;
    let hash = match breaks.of("canonical-hash") {
        Some("none") => String::from_utf8_lossy(canonical).into_owned(),
        Some("twice") => sha256_hex(sha256_hex(canonical).as_bytes()),
        Some("upper") => sha256_hex(canonical).to_ascii_uppercase(),
        Some("base64") => base64(&Sha256::digest(canonical)),
        Some("sha512") => hex::encode(Sha512::digest(canonical)),
        other => other.map_or_else(|| sha256_hex(canonical), |what| panic!("canonical-hash {what}")),
    };
    let signed = breaks.of("scope-signed").map(|text| text.to_owned()).unwrap_or_else(|| scope.join("/"));
    let time = breaks.of("time-signed").unwrap_or(&recipe.date).to_owned();
    let lines = ["AWS4-HMAC-SHA256".to_owned(), time, format!("{signed}/aws4_request"), hash];
    let [algorithm, time, scope, hash] = &lines;
    let lines = match breaks.of("string-to-sign") {
        Some("no-time") => vec![algorithm, scope, hash],
        Some("no-algorithm") => vec![time, scope, hash],
        Some("scope-first") => vec![algorithm, scope, time, hash],
        Some("short-date") => {
            return finished(format!("{algorithm}\n{}\n{scope}\n{hash}", &time[..8]), recipe);
        }
        other => other.map_or_else(|| lines.iter().collect(), |what| panic!("string-to-sign {what}")),
    };
    finished(lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"), recipe)
}

fn finished(text: String, recipe: &Recipe) -> String {
    with_newlines(text, recipe.breaks.of("string-to-sign-newlines"))
}

/// Carriage returns, or a newline too many at the end.
pub fn with_newlines(text: String, which: Option<&str>) -> String {
    match which {
        None => text,
        Some("crlf") => text.replace('\n', "\r\n"),
        Some("trailing") => text + "\n",
        Some(what) => panic!("newlines {what}"),
    }
}

pub fn signature(string_to_sign: &str, scope: &Scope, recipe: &Recipe) -> Vec<u8> {
    hmac(&key(scope, recipe), string_to_sign.as_bytes())
}

fn key(scope: &Scope, recipe: &Recipe) -> Vec<u8> {
    let breaks = &recipe.breaks;
    let secret = breaks.of("secret").map_or_else(|| recipe.keys.secret.clone().into_bytes(), unescaped);
    let prefix = match breaks.of("key-prefix") {
        None => "AWS4",
        Some("none") => "",
        Some("twice") => "AWS4AWS4",
        Some(what) => panic!("key-prefix {what}"),
    };
    let secret = if secret.starts_with(b"hex:") { hex::decode(&secret[4..]).unwrap() } else { secret };
    let date = breaks.of("key-day").unwrap_or(&scope[0]);
    let region = breaks.of("key-region").unwrap_or(&scope[1]);
    let service = breaks.of("key-service").unwrap_or(&scope[2]);
    let steps = match breaks.of("key-order") {
        None => vec![date, region, service, "aws4_request"],
        Some("service-first") => vec![date, service, region, "aws4_request"],
        Some("no-terminator") => vec![date, region, service],
        Some(what) => panic!("key-order {what}"),
    };
    let first = [prefix.as_bytes(), &secret].concat();
    steps.into_iter().fold(first, |key, step| match breaks.has("key-hex-chain") {
        true => hex::encode(hmac(&key, step.as_bytes())).into_bytes(),
        false => hmac(&key, step.as_bytes()),
    })
}

/// The secret of a break is written with `\n`, `\r`, `\t` and `\s` for its white space, lest an editor takes it away.
fn unescaped(text: &str) -> Vec<u8> {
    let text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\s", " ");
    text.into_bytes()
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}
