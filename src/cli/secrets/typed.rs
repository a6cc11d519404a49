//! Finds the secrets on a command line before it is parsed, to remove them from all output and from the process
//! list, which other users of the machine can read.

use std::ffi::OsString;
use std::ops::Range;

use sigvet_core::request::Header;
use zeroize::Zeroizing;

/// Options whose value is or contains a secret, by long name.
const LONG: [(&str, Kind); 15] = [
    ("user", Kind::Pair),
    ("proxy-user", Kind::Pair),
    ("secret-key", Kind::Whole),
    ("secret_key", Kind::Whole),
    ("session-token", Kind::Whole),
    ("session_token", Kind::Whole),
    ("security-token", Kind::Whole),
    ("security_token", Kind::Whole),
    ("oauth2-bearer", Kind::Whole),
    ("pkcs8-password", Kind::Whole),
    ("pass", Kind::Whole),
    ("proxy", Kind::Url),
    ("endpoint-url", Kind::Url),
    ("header", Kind::Header),
    ("cookie", Kind::Whole),
];

/// The same options by letter.
const SHORT: [(char, Kind); 5] =
    [('u', Kind::Pair), ('U', Kind::Pair), ('x', Kind::Url), ('H', Kind::Header), ('b', Kind::Whole)];

/// curl's letters that take no value, and may precede one that does in the same word.
const FLAGS: &str = "#0123469GILNOSZafgijklnqsv";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `ID:SECRET`.
    Pair,
    /// A secret.
    Whole,
    /// A URL, possibly with a user.
    Url,
    /// A header, which may grant access.
    Header,
}

/// The place of a secret on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The index of the word.
    pub word: usize,
    /// The bytes within the word.
    pub bytes: Range<usize>,
}

/// A secret on a command line. `Debug` does not show it.
pub struct TypedSecret {
    /// Where it is, including neighboring text that is better hidden.
    pub place: Place,
    /// The secret values in it.
    pub values: Vec<Zeroizing<String>>,
}

/// Finds the secrets of a command line. A word that is not UTF-8 contains none.
pub fn typed_secrets(words: &[OsString]) -> Vec<TypedSecret> {
    let mut found = Vec::new();
    let mut waiting = None;
    // The options of the program that `watch` runs are not ours.
    let own = words.iter().position(|word| word == "--").filter(|_| words.get(1).is_some_and(|word| word == "watch"));
    // The user of a database is not a key.
    let is_of_token = words.get(1).is_some_and(|word| word == "token");
    for (at, word) in words.iter().enumerate().take(own.unwrap_or(words.len())) {
        let text = word.to_str().unwrap_or_default();
        let option = match waiting.take() {
            Some(kind) => Some((kind, 0)),
            None => match option_of(text) {
                Some((kind, None)) => {
                    waiting = Some(kind);
                    None
                }
                Some((kind, Some(start))) => Some((kind, start)),
                None => text.contains("://").then_some((Kind::Url, 0)),
            },
        };
        let option = option.filter(|(kind, _)| !(is_of_token && *kind == Kind::Pair && !text.contains(':')));
        found.extend(option.and_then(|(kind, start)| kind.secret_in(text, at, start)));
    }
    found
}

/// The kind of secret if a word is an option for one, and where the value begins if it is in the same word.
fn option_of(text: &str) -> Option<(Kind, Option<usize>)> {
    if let Some(long) = text.strip_prefix("--") {
        let name = long.split('=').next().unwrap_or_default();
        let (_, kind) = LONG.into_iter().find(|(known, _)| *known == name)?;
        return Some((kind, long.contains('=').then_some(name.len() + 3)));
    }
    let letters = text.strip_prefix('-')?;
    let at = letters.find(|letter| !FLAGS.contains(letter))?;
    let letter = letters.get(at..)?.chars().next()?;
    let (_, kind) = SHORT.into_iter().find(|(known, _)| *known == letter)?;
    let start = at + 2;
    Some((kind, (text.len() > start).then_some(start)))
}

impl Kind {
    fn secret_in(self, word: &str, at: usize, start: usize) -> Option<TypedSecret> {
        let value = word.get(start..)?;
        let found = |bytes: Range<usize>, values: Vec<&str>| {
            let values = values.into_iter().map(|value| Zeroizing::new(value.to_owned())).collect();
            Some(TypedSecret { place: Place { word: at, bytes }, values })
        };
        match self {
            Self::Whole => found(start..word.len(), vec![value]),
            Self::Pair => {
                // Everything after a colon, because users also type `ID:SECRET:TOKEN`. Without a colon, the whole
                // value may be the secret.
                let parts = match value.split_once(':') {
                    Some((_, behind)) => std::iter::once(behind).chain(behind.split(':')).collect(),
                    None => vec![value],
                };
                found(start..word.len(), parts)
            }
            Self::Url => {
                let user = user_of_url(value)?;
                found(start + user.start..start + user.end, users_of_url(value))
            }
            Self::Header => {
                let (name, of_header) = value.split_once(':')?;
                let header = Header { name: name.trim().to_owned(), value: Vec::new() };
                let offset = word.len() - of_header.len();
                let values = vec![of_header.trim(), of_header.trim().rsplit(' ').next().unwrap_or_default()];
                if header.is_bearer() { found(offset..word.len(), values) } else { None }
            }
        }
    }
}

/// Where user and password are in a URL that has both; a password may contain any character.
fn user_of_url(url: &str) -> Option<Range<usize>> {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = start + url.get(start..)?.rfind('@')?;
    url.get(start..end).filter(|user| user.contains(':')).map(|_| start..end)
}

/// User and password together, and the password alone.
pub(super) fn users_of_url(url: &str) -> Vec<&str> {
    let both = user_of_url(url).and_then(|range| url.get(range));
    both.into_iter().flat_map(|both| [both, both.split_once(':').map_or(both, |(_, password)| password)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words with the secrets blanked, and the values.
    fn found(words: &[&str]) -> (Vec<String>, Vec<String>) {
        let typed: Vec<OsString> = words.iter().map(OsString::from).collect();
        let mut shown: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut values = Vec::new();
        for secret in typed_secrets(&typed) {
            let Place { word, bytes } = secret.place;
            shown[word].replace_range(bytes, "*");
            values.extend(secret.values.iter().map(|value| value.to_string()));
        }
        (shown, values)
    }

    #[test]
    fn secrets_are_found_in_every_spelling_of_their_options() {
        for (words, blanked, value) in [
            (&["-u", "K:hush"][..], &["-u", "*"][..], "hush"),
            (&["-uK:hush"], &["-u*"], "hush"),
            (&["-svuK:hush"], &["-svu*"], "hush"),
            (&["-sv", "-vu", "K:hush"], &["-sv", "-vu", "*"], "hush"),
            (&["--user=K:hush"], &["--user=*"], "hush"),
            (&["--user", "K:hush:t"], &["--user", "*"], "hush"),
            (&["--secret_key", "hush"], &["--secret_key", "*"], "hush"),
            (&["--session-token=hush"], &["--session-token=*"], "hush"),
            (&["-x", "http://u:hu/sh@p:1"], &["-x", "http://*@p:1"], "hu/sh"),
            (&["-xu:hush@p"], &["-x*@p"], "hush"),
            (&["-H", "X-Api-Key: hush"], &["-H", "X-Api-Key:*"], "hush"),
            (&["-HAuthorization: Bearer hush"], &["-HAuthorization:*"], "hush"),
            (&["https://K:hu/sh@h/x"], &["https://*@h/x"], "hu/sh"),
        ] {
            let (shown, values) = found(words);
            assert_eq!(shown, blanked);
            assert!(values.contains(&value.to_owned()), "{words:?}: {values:?}");
        }
    }

    #[test]
    fn other_words_contain_no_secrets() {
        for words in [
            &["sign", "-X", "PUT", "https://h.example:8443/u"][..],
            &["-dau=b:c", "--region", "u:s"],
            &["-H", "X-Tag: v", "-x", "http://proxy:3128", "-u"],
            &["--", "", "-"],
        ] {
            assert_eq!(found(words), (words.iter().map(|word| (*word).to_owned()).collect(), Vec::new()));
        }
    }
}
