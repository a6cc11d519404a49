//! Other spellings of the same path: Unicode forms, resolved segments, plus signs read as spaces.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::RESERVED;
use crate::diagnosis::alternatives::escaping::Escaping;
use crate::diagnosis::alternatives::text::replaced;
use sigvet_core::internal::encode::{Plus, decode};

/// Writes a path and leaves reserved characters raw.
const KEEPING_RESERVED: Escaping<'static> = Escaping { raw: RESERVED, keeps_slash: true, also: b"" };

#[derive(Clone, Copy)]
pub(super) enum Unicode {
    AsIs,
    Composed,
    Decomposed,
    /// Escapes of Latin-1 bytes instead of UTF-8.
    AsLatin1,
    /// Escapes of UTF-8 bytes instead of Latin-1.
    FromLatin1,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Normalization {
    None,
    /// Empty and dot segments are removed.
    Full,
    /// `//` becomes one slash; dot segments are kept.
    Slashes,
    /// Dot segments are resolved; `//` is kept.
    Dots,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum PlusReading {
    Literal,
    /// A raw `+` is a space.
    Space,
    /// `%2B` is also a space.
    EvenEscaped,
}

impl Unicode {
    pub(super) fn apply(self, wire: &[u8]) -> Option<Vec<u8>> {
        let normalized = |normalize: &dyn Fn(&str) -> String| {
            let decoded = String::from_utf8(decode(wire, Plus::Literal)).ok()?;
            let changed = normalize(&decoded);
            Some(if changed == decoded { wire.to_vec() } else { KEEPING_RESERVED.escape(changed.as_bytes()) })
        };
        match self {
            Self::AsIs => Some(wire.to_vec()),
            Self::AsLatin1 => as_latin1(wire),
            Self::FromLatin1 => from_latin1(wire),
            Self::Composed => normalized(&|text| ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()),
            Self::Decomposed => {
                normalized(&|text| DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned())
            }
        }
    }
}

/// The path with its characters encoded in Latin-1, if all of them exist in Latin-1.
fn as_latin1(wire: &[u8]) -> Option<Vec<u8>> {
    let decoded = String::from_utf8(decode(wire, Plus::Literal)).ok().filter(|text| !text.is_ascii())?;
    let bytes: Option<Vec<u8>> = decoded.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    Some(KEEPING_RESERVED.escape(&bytes?))
}

/// The path with its characters encoded in UTF-8, if they are not yet.
fn from_latin1(wire: &[u8]) -> Option<Vec<u8>> {
    let decoded = decode(wire, Plus::Literal);
    std::str::from_utf8(&decoded).is_err().then(|| {
        let text: String = decoded.iter().map(|byte| char::from(*byte)).collect();
        KEEPING_RESERVED.escape(text.as_bytes())
    })
}

impl PlusReading {
    pub(super) fn apply(self, wire: Vec<u8>) -> Vec<u8> {
        let text = match self {
            Self::Literal => return wire,
            Self::Space => wire,
            Self::EvenEscaped => replaced(&replaced(&wire, b"%2B", b"+"), b"%2b", b"+"),
        };
        replaced(&text, b"+", b"%20")
    }
}

impl Normalization {
    pub(super) fn apply(self, path: Vec<u8>) -> Vec<u8> {
        if self == Self::None {
            return path;
        }
        let mut kept: Vec<&[u8]> = Vec::new();
        let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            match segment {
                b"" if is_last => kept.push(segment),
                b"" if self != Self::Dots => {}
                b"." if self != Self::Slashes => kept.extend(is_last.then_some(&b""[..])),
                b".." if self != Self::Slashes => {
                    kept.pop();
                    kept.extend(is_last.then_some(&b""[..]));
                }
                _ => kept.push(segment),
            }
        }
        [b"/", kept.join(&b'/').as_slice()].concat()
    }
}
