//! Secrets that a client may have signed with: the right one, a damaged one, or another one.

use zeroize::Zeroizing;

use super::text::replaced;
use crate::diagnosis::catalogue::{
    SECRET_BASE64, SECRET_IS_ACCESS_KEY, SECRET_OTHER_PROFILE, SECRET_QUOTED, SECRET_URL_CODED, SECRET_WHITESPACE,
};
use crate::diagnosis::evidence::Key;
use crate::diagnosis::field::Step;
use sigvet_core::internal::encode::{Plus, decode};

pub(in crate::diagnosis) type SecretBytes = Zeroizing<Vec<u8>>;

/// White space that is often copied along with a secret.
const WHITE_SPACE: [(&str, &str); 7] = [
    ("a newline", "\n"),
    ("CR LF", "\r\n"),
    ("CR", "\r"),
    ("a space", " "),
    ("a tab", "\t"),
    ("two newlines", "\n\n"),
    ("a no-break space", "\u{a0}"),
];
/// Quotes and similar characters that come from configuration files and shells.
const QUOTES: [(&str, &str); 9] =
    [("\"", "\""), ("'", "'"), ("`", "`"), ("", "%"), ("", "$"), ("\"", ""), ("", "\""), ("", ","), ("", ";")];

/// The secrets that the request may have been signed with.
pub(in crate::diagnosis) fn step(keys: &[Key<'_>], access_key_id: &str) -> Step<SecretBytes> {
    let Some((own, others)) = keys.split_first() else { return Step::new(Zeroizing::default()) };
    let secret = own.secret.expose_secret();
    let mut step = Step::new(Zeroizing::new(secret.as_bytes().to_vec()));
    let mut add = |mistake, detail: String, bytes: Vec<u8>| step.add(mistake, detail, Zeroizing::new(bytes));
    for (name, space) in WHITE_SPACE {
        add(&SECRET_WHITESPACE, format!("signed with {name} after the secret"), format!("{secret}{space}").into());
        add(&SECRET_WHITESPACE, format!("signed with {name} before the secret"), format!("{space}{secret}").into());
    }
    add(&SECRET_WHITESPACE, "your secret has whitespace around it".to_owned(), secret.trim().into());
    for (before, behind) in QUOTES {
        let detail = format!("signed with {before}…{behind} around the secret");
        add(&SECRET_QUOTED, detail, format!("{before}{secret}{behind}").into());
    }
    let bare = secret.trim_matches(['"', '\'', '`']);
    add(&SECRET_QUOTED, "your secret has quotes around it".to_owned(), bare.into());
    for (detail, bytes) in url_coded(secret.as_bytes()) {
        add(&SECRET_URL_CODED, detail.to_owned(), bytes);
    }
    for (detail, bytes) in decoded(secret) {
        add(&SECRET_BASE64, detail.to_owned(), bytes);
    }
    add(&SECRET_IS_ACCESS_KEY, "signed with the access key ID as the secret".to_owned(), access_key_id.into());
    add(&SECRET_IS_ACCESS_KEY, "signed with the access key ID as the secret".to_owned(), own.access_key_id.into());
    for other in others {
        let detail = format!("signed with the secret of {}", other.name);
        add(&SECRET_OTHER_PROFILE, detail, other.secret.expose_secret().into());
    }
    step.without_repeats()
}

fn url_coded(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut escaped = Vec::new();
    sigvet_core::internal::encode::encode(secret, sigvet_core::internal::encode::Slash::Encode, &mut escaped);
    let lower = super::escaping::HexCase::Lower.apply(escaped.clone());
    vec![
        ("signed with the secret percent-encoded", escaped),
        ("signed with the secret percent-encoded with lowercase hex", lower),
        ("signed with the secret percent-decoded", decode(secret, Plus::Literal)),
        ("signed with the secret form-decoded, so that '+' is a space", decode(secret, Plus::Space)),
        ("signed with '+' turned into a space", replaced(secret, b"+", b" ")),
        ("signed with '+' as %2B", replaced(secret, b"+", b"%2B")),
        ("signed with '/' as %2F", replaced(secret, b"/", b"%2F")),
        ("signed with '/' as \\/", replaced(secret, b"/", b"\\/")),
        ("signed with a backslash removed", replaced(secret, b"\\", b"")),
        ("signed with '/' doubled", replaced(secret, b"/", b"//")),
        ("signed with '/' removed", replaced(secret, b"/", b"")),
        ("signed with '+' removed", replaced(secret, b"+", b"")),
        ("signed with '+' as '-' and '/' as '_'", replaced(&replaced(secret, b"+", b"-"), b"/", b"_")),
        ("signed with '-' as '+' and '_' as '/'", replaced(&replaced(secret, b"-", b"+"), b"_", b"/")),
    ]
}

fn decoded(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let from_hex = hex::decode(secret).ok().map(|bytes| ("signed with the secret decoded from hex", bytes));
    let from_base64 = super::from_base64(secret).map(|bytes| ("signed with the secret decoded from base64", bytes));
    let to_base64 = ("signed with the secret encoded in base64", super::base64(secret.as_bytes()).into_bytes());
    let to_hex = ("signed with the secret encoded in hex", hex::encode(secret).into_bytes());
    from_hex.into_iter().chain(from_base64).chain([to_base64, to_hex]).collect()
}
