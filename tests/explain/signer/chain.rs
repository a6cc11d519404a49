//! From the canonical request to the signature: string to sign, key, signature.

use hmac::{Hmac, KeyInit, Mac};
use p256::U256;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{DerSignature, SigningKey};
use sha2::{Digest, Sha256, Sha512};

use super::Recipe;
use super::encode::base64;

/// Date, region and service, from which the key and the scope are made.
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
    let signed = breaks.of("scope-signed").map(|text| text.to_owned()).unwrap_or_else(|| recipe.written(scope));
    let time = breaks.of("time-signed").unwrap_or(&recipe.date).to_owned();
    let lines = [recipe.algorithm().to_owned(), time, format!("{signed}/aws4_request"), hash];
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

/// Carriage returns, or an extra newline at the end.
pub fn with_newlines(text: String, which: Option<&str>) -> String {
    match which {
        None => text,
        Some("crlf") => text.replace('\n', "\r\n"),
        Some("trailing") => text + "\n",
        Some(what) => panic!("newlines {what}"),
    }
}

pub fn signature(string_to_sign: &str, scope: &Scope, recipe: &Recipe) -> Vec<u8> {
    match recipe.region_set {
        None if recipe.breaks.of("hmac-swapped") == Some("last") => {
            hmac(string_to_sign.as_bytes(), &key(scope, recipe))
        }
        None => hmac(&key(scope, recipe), string_to_sign.as_bytes()),
        Some(_) => {
            let signature: DerSignature = key_pair(recipe).sign(string_to_sign.as_bytes());
            signature.as_bytes().to_vec()
        }
    }
}

/// The key pair of Version 4A, as aws-c-auth derives it: NIST SP 800-108, counter mode, plus one.
fn key_pair(recipe: &Recipe) -> SigningKey {
    let key = first_key(recipe);
    let number = |counter: u8| {
        let mut input = vec![0, 0, 0, 1];
        input.extend_from_slice(b"AWS4-ECDSA-P256-SHA256\0");
        input.extend_from_slice(recipe.keys.access_key.as_bytes());
        input.extend_from_slice(&[counter, 0, 0, 1, 0]);
        U256::from_be_slice(&hmac(&key, &input))
    };
    let order = U256::from_be_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    let two_below = order.wrapping_sub(&U256::from(2u8));
    let number = (1..255).map(number).find(|number| *number <= two_below).unwrap();
    SigningKey::from_slice(&number.wrapping_add(&U256::ONE).to_be_bytes()).unwrap()
}

/// The public key of Version 4A, in SEC 1 encoding.
pub fn public_key(recipe: &Recipe) -> String {
    hex::encode(key_pair(recipe).verifying_key().to_sec1_point(false).as_bytes())
}

/// Whether a hex signature of Version 4A was made with the recipe's key.
pub fn verifies(recipe: &Recipe, string_to_sign: &str, signature: &str) -> bool {
    let signature = DerSignature::from_bytes(&hex::decode(signature).unwrap()).unwrap();
    key_pair(recipe).verifying_key().verify(string_to_sign.as_bytes(), &signature).is_ok()
}

/// The secret with its prefix.
fn first_key(recipe: &Recipe) -> Vec<u8> {
    let breaks = &recipe.breaks;
    let secret = breaks.of("secret").map_or_else(|| recipe.keys.secret.clone().into_bytes(), unescaped);
    let prefix = match (breaks.of("key-prefix"), &recipe.region_set) {
        (None, None) | (Some("of-v4"), Some(_)) => "AWS4",
        (None, Some(_)) => "AWS4A",
        (Some("none"), _) => "",
        (Some("twice"), None) => "AWS4AWS4",
        (Some(what), _) => panic!("key-prefix {what}"),
    };
    let secret = if secret.starts_with(b"hex:") { hex::decode(&secret[4..]).unwrap() } else { secret };
    [prefix.as_bytes(), &secret].concat()
}

pub fn key(scope: &Scope, recipe: &Recipe) -> Vec<u8> {
    let breaks = &recipe.breaks;
    let date = breaks.of("key-day").unwrap_or(&scope[0]);
    let region = breaks.of("key-region").unwrap_or(&scope[1]);
    let service = breaks.of("key-service").unwrap_or(&scope[2]);
    let steps = match breaks.of("key-order") {
        None => vec![date, region, service, "aws4_request"],
        Some("service-first") => vec![date, service, region, "aws4_request"],
        Some("no-terminator") => vec![date, region, service],
        Some(what) => panic!("key-order {what}"),
    };
    let in_hex = breaks.of("key-hex-links").unwrap_or_default();
    steps.into_iter().enumerate().fold(first_key(recipe), |key, (at, step)| {
        let result = match breaks.of("hmac-swapped") {
            Some("chain") => hmac(step.as_bytes(), &key),
            _ => hmac(&key, step.as_bytes()),
        };
        match breaks.has("key-hex-chain") || in_hex.contains(&at.to_string()) {
            true => hex::encode(result).into_bytes(),
            false => result,
        }
    })
}

/// The secret of a break is written with `\n`, `\r`, `\t` and `\s` for white space, so that no editor removes it.
fn unescaped(text: &str) -> Vec<u8> {
    let text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\s", " ");
    text.into_bytes()
}

/// The HMAC of a text, in hex.
pub fn mac_hex(key: &[u8], text: &str) -> String {
    hex::encode(hmac(key, text.as_bytes()))
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}
