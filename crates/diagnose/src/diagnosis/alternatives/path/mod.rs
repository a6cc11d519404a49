//! Canonical paths that a client may have signed: another path, or another rule.

mod spelling;

use super::Subject;
use super::escaping::{Escaping, HexCase, is_encoded_again, raw_sets};
use super::text::replaced;
use crate::diagnosis::catalogue::{
    PATH_BUCKET_ADDED, PATH_BUCKET_MISSING, PATH_CHANGED, PATH_CHARSET, PATH_DOUBLE_ENCODED, PATH_EMPTY,
    PATH_ENCODED_ONCE, PATH_HEX_LOWERCASE, PATH_NO_SLASH, PATH_NORMALIZED, PATH_NOT_ENCODED, PATH_NOT_NORMALIZED,
    PATH_PLUS_AS_SPACE, PATH_PREFIX_CHANGED, PATH_REENCODED, PATH_RESERVED_RAW, PATH_SLASH_ENCODED, PATH_SLASHES,
    PATH_TILDE_ENCODED, PATH_TRAILING_SLASH, PATH_UNICODE_FORM, PATH_UNRESERVED_ENCODED, PATH_WHOLE_URL,
};
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::canonical::{PathEncoding, PathNormalization, PathPlus};
use sigvet_core::internal::encode::{Plus, decode, is_unreserved};
use spelling::{Normalization, PlusReading, Unicode};

/// The paths that an AppSync handshake is signed for, and the paths at which its WebSockets are opened.
/// AppSync refuses a handshake signed for the other kind.
const HANDSHAKES: [&str; 6] =
    ["/graphql/connect", "/event", "/graphql", "/event/connect", "/event/realtime", "/graphql/realtime"];
/// Reserved characters that may be left unencoded in a path.
const RESERVED: &[u8] = b"=@()*!':,;$&+?#[]";
/// Segments that API gateways and their clients put before a path.
const PREFIXES: [&str; 14] = [
    "prod",
    "production",
    "dev",
    "stage",
    "staging",
    "test",
    "beta",
    "live",
    "api",
    "v1",
    "v2",
    "latest",
    "default",
    "$default",
];
/// Pages that servers return for a folder.
const INDEX_PAGES: [&str; 4] = ["index.html", "index.htm", "index.php", "default.html"];
/// Maximum number of leading segments that a proxy may have removed.
const DEEPEST_PREFIX: usize = 3;

pub(super) struct Path {
    source: Step<Vec<u8>>,
    unicode: Step<Unicode>,
    normalization: Step<Normalization>,
    passes: Step<Passes>,
    plus: Step<PlusReading>,
    raw: Step<Vec<u8>>,
    over: Step<Vec<u8>>,
    slash: Step<SlashWriting>,
    hex: Step<HexCase>,
    front: Step<Vec<u8>>,
}

/// How many times the path is encoded, and whether it was decoded first.
#[derive(Clone, Copy)]
enum Passes {
    /// Decoded and not encoded again.
    Decoded,
    /// Decoded, then encoded once.
    Once,
    /// Decoded and encoded once, except for escapes of unreserved characters.
    OverEncoded,
    /// The wire path as it is.
    Verbatim,
    /// The wire path encoded again.
    Twice,
    /// Decoded, encoded once and encoded again, as by a client that starts from the plain name.
    OnceAndAgain,
}

#[derive(Clone, Copy)]
enum SlashWriting {
    Kept,
    /// Every separator is encoded.
    Encoded,
    /// Every separator is encoded except this many at the beginning: a key, or a bucket and a key, was
    /// encoded as one word.
    EncodedBehind(usize),
    /// Escapes of `/` stay as they are on the wire.
    EscapesKept,
}

impl Path {
    pub(super) fn new(subject: &Subject<'_>) -> Self {
        let path = subject.path.clone();
        let stores_objects = subject.stores_objects();
        let rule = subject.terms.path_rule;
        let decoded = decode(&path, Plus::Literal);
        Self {
            raw: raw_step(&decoded),
            over: over_step(&decoded),
            front: front_step(subject),
            source: source_step(&path, subject),
            unicode: Step::new(Unicode::AsIs)
                .or(&PATH_UNICODE_FORM, Unicode::Composed)
                .or(&PATH_UNICODE_FORM, Unicode::Decomposed)
                .or(&PATH_CHARSET, Unicode::AsLatin1)
                .or(&PATH_CHARSET, Unicode::FromLatin1),
            normalization: normalization_step(rule.normalization),
            passes: passes_step(rule.encoding, &path),
            plus: match (stores_objects, rule.plus) {
                (true, PathPlus::Plus) => Step::new(PlusReading::Literal)
                    .or(&PATH_PLUS_AS_SPACE, PlusReading::Space)
                    .or(&PATH_PLUS_AS_SPACE, PlusReading::EvenEscaped),
                (true, PathPlus::Space) => Step::new(PlusReading::Space)
                    .or(&PATH_PLUS_AS_SPACE, PlusReading::Literal)
                    .or(&PATH_PLUS_AS_SPACE, PlusReading::EvenEscaped),
                (false, _) => Step::new(PlusReading::Literal).or(&PATH_PLUS_AS_SPACE, PlusReading::Space),
            },
            slash: Step::new(SlashWriting::Kept)
                .or(&PATH_SLASH_ENCODED, SlashWriting::EncodedBehind(1))
                .or(&PATH_SLASH_ENCODED, SlashWriting::EncodedBehind(2))
                .or(&PATH_SLASH_ENCODED, SlashWriting::Encoded)
                .or(&PATH_SLASH_ENCODED, SlashWriting::EscapesKept),
            hex: Step::new(HexCase::AsIs)
                .or(&PATH_HEX_LOWERCASE, HexCase::Lower)
                .or(&PATH_HEX_LOWERCASE, HexCase::Upper),
        }
    }
}

impl Making for Path {
    fn steps(&self) -> Vec<&dyn Choice> {
        vec![
            &self.source,
            &self.unicode,
            &self.normalization,
            &self.passes,
            &self.plus,
            &self.raw,
            &self.over,
            &self.slash,
            &self.hex,
            &self.front,
        ]
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let [source, unicode, normalization, passes, plus, raw, over, slash, hex, front] = *options else {
            return None;
        };
        let wire = self.source.option(source);
        if wire.is_empty() {
            return options.get(1..).unwrap_or_default().iter().all(|option| *option == 0).then(Vec::new);
        }
        let wire = self.unicode.option(unicode).apply(wire)?;
        let wire = self.normalization.option(normalization).apply(wire);
        let wire = self.plus.option(plus).apply(wire);
        let escaping = Escaping {
            raw: self.raw.option(raw),
            keeps_slash: !matches!(self.slash.option(slash), SlashWriting::Encoded),
            also: self.over.option(over),
        };
        let text = match self.slash.option(slash) {
            SlashWriting::EscapesKept => {
                keeping_escapes(&wire, slash_escape, |part| self.encoded(part, passes, escaping))
            }
            SlashWriting::EncodedBehind(count) => {
                let text = self.encoded(&wire, passes, escaping);
                let kept = text.iter().enumerate().filter(|(_, byte)| **byte == b'/').nth(count - 1)?.0 + 1;
                [text.get(..kept).unwrap_or_default(), &replaced(text.get(kept..).unwrap_or_default(), b"/", b"%2F")]
                    .concat()
            }
            _ => self.encoded(&wire, passes, escaping),
        };
        let text = self.hex.option(hex).apply(text);
        Some(match front {
            0 => text,
            // A root path without its slash is an empty path, and a doubled slash without its first one is a
            // single slash; both have mistakes of their own.
            _ if text == b"/" || text.starts_with(b"//") => return None,
            _ => [self.front.option(front), text.strip_prefix(b"/")?].concat(),
        })
    }
}

impl Path {
    fn encoded(&self, wire: &[u8], passes: usize, escaping: Escaping<'_>) -> Vec<u8> {
        match self.passes.option(passes) {
            Passes::Decoded => decode(wire, Plus::Literal),
            Passes::Once => escaping.escape(&decode(wire, Plus::Literal)),
            Passes::OverEncoded => {
                keeping_escapes(wire, unreserved_escape, |part| escaping.escape(&decode(part, Plus::Literal)))
            }
            Passes::Verbatim => wire.to_vec(),
            Passes::Twice => escaping.escape(wire),
            Passes::OnceAndAgain => escaping.escape(&escaping.escape(&decode(wire, Plus::Literal))),
        }
    }
}

/// Applies `make` to each part between certain escapes. For such an escape, `kept` returns its replacement.
fn keeping_escapes(wire: &[u8], kept: impl Fn(&[u8]) -> Option<Vec<u8>>, make: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = wire;
    while let Some((at, escape)) = rest.windows(3).enumerate().find_map(|(at, bytes)| Some((at, kept(bytes)?))) {
        out.extend(make(rest.get(..at).unwrap_or_default()));
        out.extend(escape);
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    out.extend(make(rest));
    out
}

fn slash_escape(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.eq_ignore_ascii_case(b"%2f").then(|| b"%2F".to_vec())
}

fn unreserved_escape(bytes: &[u8]) -> Option<Vec<u8>> {
    is_escaped_unreserved(bytes).then(|| bytes.to_vec())
}

/// Whether this is an escape of an unreserved character, such as `%2D`. `~` has a mistake of its own.
fn is_escaped_unreserved(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', ..])
        && matches!(*decode(bytes, Plus::Literal), [byte] if is_unreserved(byte) && byte != b'~')
}

/// The unreserved characters that a faulty encoder may have encoded.
fn over_step(decoded: &[u8]) -> Step<Vec<u8>> {
    let mut step = Step::new(Vec::new()).or(&PATH_TILDE_ENCODED, b"~".to_vec());
    let present: Vec<u8> = b"-._".iter().copied().filter(|byte| decoded.contains(byte)).collect();
    let mut add = |bytes: &[u8]| {
        let shown = String::from_utf8_lossy(bytes).into_owned();
        step.add(&PATH_UNRESERVED_ENCODED, format!("encoded: {shown}"), bytes.to_vec());
    };
    present.chunks(1).for_each(&mut add);
    if present.len() > 1 {
        add(&present);
    }
    if !present.is_empty() && decoded.contains(&b'~') {
        add(&[&present, &b"~"[..]].concat());
    }
    step
}

/// Text that may replace the leading slash.
fn front_step(subject: &Subject<'_>) -> Step<Vec<u8>> {
    let mut step = Step::new(b"/".to_vec()).or(&PATH_NO_SLASH, Vec::new());
    let Some(host) = subject.headers.first_text("host") else { return step };
    for before in ["https://", "http://", "//", "/", "", "https%3A//"] {
        step.add(&PATH_WHOLE_URL, format!("{before}{host} before the path"), format!("{before}{host}/").into_bytes());
    }
    step
}

fn raw_step(decoded: &[u8]) -> Step<Vec<u8>> {
    let mut step = Step::new(Vec::new());
    for set in raw_sets(decoded, RESERVED) {
        let shown = String::from_utf8_lossy(&set).into_owned();
        step.add(&PATH_RESERVED_RAW, format!("not encoded: {shown}"), set);
    }
    step
}

fn normalization_step(right: PathNormalization) -> Step<Normalization> {
    match right {
        PathNormalization::Verbatim => Step::new(Normalization::None)
            .or(&PATH_NORMALIZED, Normalization::Full)
            .or(&PATH_NORMALIZED, Normalization::Slashes)
            .or(&PATH_NORMALIZED, Normalization::Dots),
        PathNormalization::Normalized => Step::new(Normalization::Full)
            .or(&PATH_NOT_NORMALIZED, Normalization::None)
            .or(&PATH_NOT_NORMALIZED, Normalization::Slashes)
            .or(&PATH_NOT_NORMALIZED, Normalization::Dots),
    }
}

fn passes_step(right: PathEncoding, wire: &[u8]) -> Step<Passes> {
    // A wire path that escapes too much was not left raw.
    let verbatim = match wire.windows(3).any(is_escaped_unreserved) {
        true => (&PATH_UNRESERVED_ENCODED, Passes::OverEncoded),
        false => (&PATH_RESERVED_RAW, Passes::Verbatim),
    };
    let is_again = is_encoded_again(wire);
    let mut step = match right {
        PathEncoding::Once => Step::new(Passes::Once)
            .or(&PATH_DOUBLE_ENCODED, Passes::Twice)
            .or(&PATH_DOUBLE_ENCODED, Passes::OnceAndAgain),
        PathEncoding::Twice => Step::new(Passes::Twice),
    };
    if is_again {
        let before = if right == PathEncoding::Once { Passes::Decoded } else { Passes::Verbatim };
        step.add(&PATH_DOUBLE_ENCODED, "it was encoded again when it was sent", before);
    }
    match right {
        PathEncoding::Once if is_again => step.or(verbatim.0, verbatim.1),
        PathEncoding::Once => step.or(&PATH_NOT_ENCODED, Passes::Decoded).or(verbatim.0, verbatim.1),
        PathEncoding::Twice => step
            .or(&PATH_ENCODED_ONCE, Passes::Verbatim)
            .or(&PATH_ENCODED_ONCE, Passes::Once)
            .or(&PATH_NOT_ENCODED, Passes::Decoded),
    }
}

/// Paths that may have been signed instead of the one that arrived.
fn source_step(path: &[u8], subject: &Subject<'_>) -> Step<Vec<u8>> {
    let mut step = Step::new(path.to_vec());
    let slashed = match path.strip_suffix(b"/") {
        Some(bare) if !bare.is_empty() => bare.to_vec(),
        _ => [path, b"/"].concat(),
    };
    step = step.or(&PATH_TRAILING_SLASH, slashed).or(&PATH_EMPTY, Vec::new());
    if let Some(rest) = path.strip_prefix(b"/").filter(|rest| rest.starts_with(b"/") && subject.stores_objects()) {
        step.add(&PATH_SLASHES, "the leading slash was doubled after signing", rest.to_vec());
    }
    if let Some(folder) = INDEX_PAGES.iter().find_map(|page| path.strip_suffix(page.as_bytes())) {
        step.add(&PATH_CHANGED, "an index page was appended after signing", folder.to_vec());
    }
    if subject.stores_objects() {
        for bucket in subject.buckets() {
            let prefixed = [b"/", bucket.as_bytes(), path].concat();
            step.add(&PATH_BUCKET_ADDED, format!("/{bucket} before the path"), prefixed);
        }
        if !subject.has_bucket_in_host() {
            step = step.or(&PATH_BUCKET_MISSING, without_segments(path, 1));
        }
    } else {
        for other in reencoded(path) {
            let shown = String::from_utf8_lossy(&other).into_owned();
            step.add(&PATH_REENCODED, format!("signed as {shown}"), other);
        }
    }
    if subject.terms.scope.service == "appsync" {
        for other in HANDSHAKES {
            let detail = format!("the WebSocket handshake was signed for {other}");
            step.add(&PATH_PREFIX_CHANGED, detail, other.as_bytes().to_vec());
        }
    }
    for count in 1..=DEEPEST_PREFIX {
        let rest = without_segments(path, count);
        let gone = path.strip_suffix(rest.as_slice()).unwrap_or(path);
        if gone == b"/" {
            continue;
        }
        let gone = String::from_utf8_lossy(gone).into_owned();
        step.add(&PATH_PREFIX_CHANGED, format!("{gone} was added after signing"), rest);
    }
    for prefix in PREFIXES.into_iter().chain(subject.hints.path_prefixes.iter().map(String::as_str)) {
        let prefixed = [b"/", prefix.trim_matches('/').as_bytes(), path].concat();
        step.add(&PATH_PREFIX_CHANGED, format!("/{prefix} was removed after signing"), prefixed);
    }
    step
}

/// The same path in other percent-encodings.
fn reencoded(path: &[u8]) -> Vec<Vec<u8>> {
    let decoded = decode(path, Plus::Literal);
    let raw = std::iter::once(Vec::new()).chain(raw_sets(&decoded, RESERVED));
    let mut others: Vec<Vec<u8>> =
        raw.map(|raw| Escaping { raw: &raw, keeps_slash: true, also: b"" }.escape(&decoded)).collect();
    others.extend([HexCase::Lower, HexCase::Upper].map(|case| case.apply(path.to_vec())));
    let mut seen = std::collections::HashSet::from([path.to_vec()]);
    others.retain(|other| seen.insert(other.clone()));
    others
}

/// The path without its first segments, or `/` if nothing is left.
fn without_segments(path: &[u8], count: usize) -> Vec<u8> {
    let mut slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    slashes.nth(count).map_or_else(|| b"/".to_vec(), |at| path.get(at..).unwrap_or_default().to_vec())
}
