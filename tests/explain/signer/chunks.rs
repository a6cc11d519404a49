//! A chunked body, each chunk signed over the previous one, by a client that may get every step wrong.

use super::chain::{Scope, key, mac_hex, sha256_hex};
use super::{Breaks, Recipe};

/// How a payload is cut, and what follows it.
#[derive(Debug, Clone, Default)]
pub struct Chunking {
    /// Size of each chunk in bytes.
    pub size: usize,
    /// Trailing headers, `name:value`.
    pub trailer: Vec<String>,
}

/// The body of a request with this signature.
pub fn encode(payload: &[u8], chunking: &Chunking, seed: &str, scope: &Scope, recipe: &Recipe) -> Vec<u8> {
    let breaks = &recipe.breaks;
    let mut pieces: Vec<&[u8]> = payload.chunks(chunking.size).collect();
    pieces.push(b"");
    let mut client = Client { seed, scope, recipe, made: Vec::new(), read: Vec::new() };
    let mut body = Vec::new();
    for (at, data) in pieces.iter().enumerate() {
        let signature = client.sign(at, data);
        match (data.is_empty(), breaks.of("chunk-final")) {
            (true, Some("none")) => return body,
            (true, Some("unsigned")) => body.extend_from_slice(b"0\r\n"),
            _ => body.extend(format!("{:x};chunk-signature={signature}\r\n", data.len()).into_bytes()),
        }
        body.extend_from_slice(&sent(at, data, breaks));
        body.extend_from_slice(match breaks.has("chunk-line-end") {
            _ if data.is_empty() => b"",
            true => b"\n",
            false => b"\r\n",
        });
    }
    body.extend(client.trailer(chunking).into_bytes());
    body.extend_from_slice(b"\r\n");
    body
}

/// The data of a chunk as it is sent: `chunk-changed 2 TEXT` replaces it with other data of the same length; `2,3` does
/// so in both chunks.
fn sent(at: usize, data: &[u8], breaks: &Breaks) -> Vec<u8> {
    let changed = breaks.of("chunk-changed").and_then(|argument| argument.split_once(' '));
    match changed {
        Some((numbers, text)) if numbers.split(',').any(|number| number == (at + 1).to_string()) => {
            text.as_bytes()[..data.len()].to_vec()
        }
        _ => data.to_vec(),
    }
}

struct Client<'a> {
    seed: &'a str,
    scope: &'a Scope,
    recipe: &'a Recipe,
    made: Vec<String>,
    read: Vec<u8>,
}

impl Client<'_> {
    fn sign(&mut self, at: usize, data: &[u8]) -> String {
        let breaks = &self.recipe.breaks;
        self.read.extend_from_slice(data);
        let before = self.made.last().map_or(self.seed, String::as_str);
        let previous = match breaks.of("chunk-previous") {
            None => before.to_owned(),
            Some("seed") => self.seed.to_owned(),
            Some("empty") => String::new(),
            Some("first") if at > 1 => self.made[0].clone(),
            Some("first") => before.to_owned(),
            Some(what) => panic!("chunk-previous {what}"),
        };
        let algorithm = if breaks.has("chunk-algorithm") { "AWS4-HMAC-SHA256" } else { "AWS4-HMAC-SHA256-PAYLOAD" };
        let empty = if breaks.has("chunk-no-empty-hash") { String::new() } else { sha256_hex(b"") + "\n" };
        let hashed = match breaks.of("chunk-hash") {
            None => data.to_vec(),
            Some("line-end") => [data, b"\r\n"].concat(),
            Some("nothing") => Vec::new(),
            Some("so-far") => self.read.clone(),
            Some(what) => panic!("chunk-hash {what}"),
        };
        let signature = self.mac(algorithm, &format!("{previous}\n{empty}{}", sha256_hex(&hashed)));
        self.made.push(signature.clone());
        signature
    }

    fn trailer(&self, chunking: &Chunking) -> String {
        let breaks = &self.recipe.breaks;
        if chunking.trailer.is_empty() || breaks.has("trailer-forgotten") {
            return String::new();
        }
        let lines: Vec<String> = match breaks.of("trailer-value") {
            None => chunking.trailer.clone(),
            Some(value) => chunking.trailer.iter().map(|line| with_value(line, value)).collect(),
        };
        let end = if breaks.of("trailer-signed") == Some("crlf") { "\r\n" } else { "\n" };
        let mut signed: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        if breaks.of("trailer-signed") == Some("no-newline") {
            signed.pop();
        }
        let previous = match breaks.of("trailer-signed") {
            Some("over-seed") => self.seed,
            _ => self.made.last().unwrap(),
        };
        let signature = self.mac("AWS4-HMAC-SHA256-TRAILER", &format!("{previous}\n{}", sha256_hex(signed.as_bytes())));
        let sent: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        match breaks.of("trailer-signed") {
            Some("not") => sent,
            _ => format!("{sent}x-amz-trailer-signature:{signature}\r\n"),
        }
    }

    fn mac(&self, algorithm: &str, tail: &str) -> String {
        let (date, scope) = (&self.recipe.date, self.scope.join("/"));
        mac_hex(&key(self.scope, self.recipe), &format!("{algorithm}\n{date}\n{scope}/aws4_request\n{tail}"))
    }
}

fn with_value(line: &str, value: &str) -> String {
    let (name, _) = line.split_once(':').unwrap();
    format!("{name}:{value}")
}
