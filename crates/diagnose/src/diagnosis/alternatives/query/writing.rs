//! How the chosen parameters are written as a query, correctly and incorrectly: encoded, sorted, joined.

use super::Parameter;
use crate::diagnosis::alternatives::escaping::{Escaping, HexCase};
use crate::diagnosis::alternatives::text::replaced;
use sigvet_core::internal::encode::{Plus, decode};

#[derive(Clone, Copy)]
pub(super) enum Passes {
    Once,
    Twice,
    Decoded,
    Verbatim,
}

#[derive(Clone, Copy)]
pub(super) enum PlusReading {
    Space,
    /// A raw `+` is a plus sign.
    Literal,
    /// Spaces are written as `+`.
    Written,
    /// Spaces are written as `+`, which is then encoded.
    WrittenAndEncoded,
    /// `%2B` is also a space.
    EvenEscaped,
}

#[derive(Clone, Copy)]
pub(super) enum Order {
    Sorted,
    AsSent,
    SignatureFirst,
    SignatureLast,
    NamesOnly,
    Joined,
    Raw,
    Decoded,
    IgnoringCase,
    /// Sorted as if all letters were uppercase, which puts `_` after them.
    UpperCase,
}

#[derive(Clone, Copy)]
pub(super) enum Valueless {
    WithEquals,
    /// A name without `=` on the wire is written without `=`.
    AsSent,
    /// An empty value is written without `=`.
    WithoutEquals,
    Dropped,
    /// Parameters with an empty value are also omitted.
    EmptyDropped,
}

#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    pub(super) passes: Passes,
    pub(super) plus: PlusReading,
    pub(super) escaping: Escaping<'a>,
    pub(super) hex: HexCase,
}

impl Style<'_> {
    /// A plus sign in a session token has a mistake of its own.
    pub(super) fn of(self, parameter: &Parameter) -> Self {
        let is_token = parameter.is_of_signature && parameter.name.ends_with(b"-Token");
        if is_token { Self { plus: PlusReading::Space, ..self } } else { self }
    }

    fn encode(&self, wire: &[u8]) -> Vec<u8> {
        let plus = match self.plus {
            PlusReading::Literal => Plus::Literal,
            _ => Plus::Space,
        };
        let decoded = decode(wire, plus);
        let plain = match self.plus {
            PlusReading::EvenEscaped => replaced(&decoded, b"+", b" "),
            _ => decoded,
        };
        let text = match self.passes {
            Passes::Once => self.with_plus(self.escaping.escape(&plain)),
            Passes::Twice => self.escaping.escape(&self.with_plus(self.escaping.escape(&plain))),
            Passes::Decoded => plain,
            Passes::Verbatim => wire.to_vec(),
        };
        self.hex.apply(text)
    }

    fn with_plus(&self, text: Vec<u8>) -> Vec<u8> {
        match self.plus {
            PlusReading::Written => replaced(&text, b"%20", b"+"),
            PlusReading::WrittenAndEncoded => replaced(&text, b"%20", b"%2B"),
            _ => text,
        }
    }
}

/// A parameter written in a style, with its sort key.
pub(super) struct Pair {
    name: Vec<u8>,
    value: Vec<u8>,
    has_equals: bool,
    wire: (Vec<u8>, Vec<u8>),
    is_of_signature: bool,
}

impl Pair {
    pub(super) fn new(parameter: &Parameter, style: Style<'_>) -> Self {
        let value = parameter.value.as_deref().unwrap_or_default();
        Self {
            name: style.encode(&parameter.name),
            value: style.encode(value),
            has_equals: parameter.value.is_some(),
            wire: (parameter.name.clone(), value.to_vec()),
            is_of_signature: parameter.is_of_signature,
        }
    }

    fn joined(&self) -> Vec<u8> {
        [&self.name, &b"="[..], &self.value].concat()
    }
}

impl Order {
    pub(super) fn apply(self, mut pairs: Vec<Pair>) -> Vec<Pair> {
        let by_pair = |pair: &Pair| (pair.name.clone(), pair.value.clone());
        let decoded = |pair: &Pair| (decode(&pair.wire.0, Plus::Space), decode(&pair.wire.1, Plus::Space));
        match self {
            Self::Sorted => pairs.sort_by_cached_key(by_pair),
            Self::AsSent => {}
            Self::SignatureFirst => pairs.sort_by_key(|pair| !pair.is_of_signature),
            Self::SignatureLast => pairs.sort_by_key(|pair| pair.is_of_signature),
            Self::NamesOnly => pairs.sort_by_cached_key(|pair| pair.name.clone()),
            Self::Joined => pairs.sort_by_cached_key(Pair::joined),
            Self::Raw => pairs.sort_by_cached_key(|pair| pair.wire.clone()),
            Self::Decoded => pairs.sort_by_cached_key(decoded),
            Self::UpperCase => pairs.sort_by_cached_key(|pair| (pair.name.to_ascii_uppercase(), pair.value.clone())),
            Self::IgnoringCase => pairs.sort_by_cached_key(|pair| (pair.name.to_ascii_lowercase(), pair.value.clone())),
        }
        pairs
    }
}

impl Valueless {
    pub(super) fn join(self, pairs: &[Pair]) -> Vec<u8> {
        let mut out = Vec::new();
        for pair in pairs {
            let is_dropped = match self {
                Self::Dropped => !pair.has_equals,
                Self::EmptyDropped => pair.value.is_empty(),
                _ => false,
            };
            if is_dropped {
                continue;
            }
            if !out.is_empty() {
                out.push(b'&');
            }
            out.extend_from_slice(&pair.name);
            let has_equals = match self {
                Self::AsSent => pair.has_equals,
                Self::WithoutEquals => !pair.value.is_empty(),
                _ => true,
            };
            if has_equals {
                out.push(b'=');
                out.extend_from_slice(&pair.value);
            }
        }
        out
    }
}
