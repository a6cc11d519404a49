//! The pieces of a body in curl's options, and how curl joins them. The contents of files are unknown.

use sigvet_core::internal::encode::{Slash, encode};

/// Used instead of an option: only the shell knows the text, and there is no file.
pub(super) const FROM_SHELL: &str = "";

/// One piece of a body or of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// The piece is in the command.
    Known { bytes: Vec<u8>, joint: Joint },
    /// The piece is in a file, which is not opened.
    Unknown { option: &'static str },
}

/// The separator before a piece, if it is not the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Ampersand,
    /// `--json` joins its texts directly.
    Nothing,
}

impl Piece {
    /// A piece that the shell would have inserted; a note says so already.
    pub(super) const FROM_SHELL: Self = Self::Unknown { option: FROM_SHELL };

    /// `@FILE`, or the text itself.
    pub(super) fn form(option: &'static str, text: String) -> Self {
        if text.starts_with('@') { Self::Unknown { option } } else { Self::raw(text) }
    }

    pub(super) fn raw(text: String) -> Self {
        Self::Known { bytes: text.into_bytes(), joint: Joint::Ampersand }
    }

    pub(super) fn json(text: String) -> Self {
        match text.starts_with('@') {
            true => Self::Unknown { option: "--json @" },
            false => Self::Known { bytes: text.into_bytes(), joint: Joint::Nothing },
        }
    }

    /// The number of bytes, as far as they are in the command.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Known { bytes, .. } => bytes.len(),
            Self::Unknown { .. } => 0,
        }
    }

    /// curl's forms: `content`, `=content`, `name=content`, `@file`, `name@file`. A `=` counts anywhere, `@` only in
    /// a text without `=`. A space becomes `+`.
    pub(super) fn urlencoded(option: &'static str, text: &str) -> Self {
        let (name, content) = match text.split_once('=') {
            Some(split) => split,
            None if text.contains('@') => return Self::Unknown { option },
            None => ("", text),
        };
        let mut bytes = name.as_bytes().to_vec();
        if !name.is_empty() {
            bytes.push(b'=');
        }
        for (at, word) in content.split(' ').enumerate() {
            if at > 0 {
                bytes.push(b'+');
            }
            encode(word.as_bytes(), Slash::Encode, &mut bytes);
        }
        Self::Known { bytes, joint: Joint::Ampersand }
    }

    /// `--url-query`: the text after a `+` is literal, otherwise as with `--data-urlencode`.
    pub(super) fn query(text: &str) -> Self {
        match text.strip_prefix('+') {
            Some(raw) => Self::raw(raw.to_owned()),
            None => Self::urlencoded("--url-query", text),
        }
    }
}

/// The joined pieces, or the option that names a file.
pub(super) fn joined(pieces: &[Piece]) -> Result<Vec<u8>, &'static str> {
    let mut all = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Unknown { option } => return Err(option),
            Piece::Known { bytes, joint } => {
                if at > 0 && *joint == Joint::Ampersand {
                    all.push(b'&');
                }
                all.extend_from_slice(bytes);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a listener received from curl 7.88.
    #[test]
    fn pieces_join_as_curl_joins_them() {
        let raw = |text: &str| Piece::raw(text.to_owned());
        let encoded = |text: &str| Piece::urlencoded("--data-urlencode", text);
        let json = |text: &str| Piece::json(text.to_owned());
        for (pieces, expected) in [
            (vec![raw("a=1"), raw("@b"), raw("c")], "a=1&@b&c"),
            (vec![encoded("a b&c"), encoded("n=ü ~"), encoded("=x=y")], "a+b%26c&n=%C3%BC+~&x%3Dy"),
            (vec![encoded("a@b=c"), encoded("n=a@b")], "a@b=c&n=a%40b"),
            (vec![json("{}"), raw("x")], "{}&x"),
            (vec![raw("x"), json("{}")], "x{}"),
            (vec![raw(""), raw("x")], "&x"),
            (vec![Piece::query("a=b&c"), Piece::query("+raw&x")], "a=b%26c&raw&x"),
        ] {
            assert_eq!(joined(&pieces).as_deref(), Ok(expected.as_bytes()));
        }
    }

    #[test]
    fn the_content_of_a_file_is_unknown() {
        let at = |text: &str| text.to_owned();
        for (piece, option) in [
            (Piece::form("-d @", at("@f")), "-d @"),
            (Piece::json(at("@-")), "--json @"),
            (Piece::urlencoded("--data-urlencode", "n@f"), "--data-urlencode"),
            (Piece::urlencoded("--data-urlencode", "@f"), "--data-urlencode"),
            (Piece::query("n@f"), "--url-query"),
        ] {
            assert_eq!(joined(&[Piece::raw("a".to_owned()), piece]), Err(option));
        }
    }
}
