//! Messages about the access key and its session token.

use super::{ReplyContext, dates, one};
use crate::diagnosis::catalogue::{ACCESS_KEY_MALFORMED, ACCESS_KEY_UNKNOWN, TOKEN_INVALID, TOKEN_UNEXPECTED};
use crate::diagnosis::inspect::{key, token};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::credentials::is_temporary_key_id;

/// Messages that AWS sends about both keys and tokens.
const OF_BOTH: [&str; 2] =
    ["security token included in the request is invalid", "security token included in the request is not valid"];

/// A token that has expired, is damaged, or belongs to another key.
pub(super) fn token(said: &ReplyContext<'_>) -> Vec<Explanation> {
    const CODES: [&str; 8] = [
        "InvalidToken",
        "InvalidTokenId",
        "InvalidTokenException",
        "InvalidSecurityToken",
        "ExpiredToken",
        "ExpiredTokenException",
        "TokenRefreshRequired",
        "SecurityTokenExpired",
    ];
    const WORDS: [&str; 5] = [
        "the provided token must be refreshed",
        "security token included in the request is expired",
        "the provided token has expired",
        "the provided token is malformed",
        "token is expired",
    ];
    if !said.has_code(&CODES) && !said.says(&WORDS) {
        return Vec::new();
    }
    let made = spoilt(said).unwrap_or_else(|| invalid(said));
    one(made)
}

/// A key that the server does not know.
pub(super) fn access_key(said: &ReplyContext<'_>) -> Vec<Explanation> {
    if said.says(&["credential access key has length", "malformed access key id"]) {
        return one(wrong_form(said));
    }
    if !is_unknown(said) {
        return Vec::new();
    }
    // EC2 has one code for everything that may be wrong with a signature.
    let by_clock = if said.has_code(&["AuthFailure"]) { dates::far_off(said) } else { Vec::new() };
    match spoilt(said) {
        _ if !by_clock.is_empty() => by_clock,
        Some(made) => one(made),
        None if has_token(said) && is_own_without_token(said) => {
            one(invalid(said).with_detail("some stores report a wrong token as an unknown key"))
        }
        None if has_token(said) && said.says(&OF_BOTH) => {
            one(invalid(said).with_detail("AWS also says this about a key that it does not know"))
        }
        None => one(unknown(said)),
    }
}

fn is_unknown(said: &ReplyContext<'_>) -> bool {
    const CODES: [&str; 8] = [
        "InvalidAccessKeyId",
        "NotSignedUp",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSecurity",
        "AuthFailure",
        "AccessKeyIdNotFound",
        "InvalidAccessKey",
    ];
    // Messages of Garage, and of stores that use S3's message with another code.
    const WORDS: [&str; 6] = [
        "no such key: ",
        "access key id you provided does not exist",
        "access key id does not exist",
        "access key id is disabled",
        "your account is disabled",
        "account is not signed up",
    ];
    // Backblaze quotes the key.
    let is_of_b2 = said.quoted_after("the key ").is_some() && said.says(&["' is not valid"]);
    said.has_code(&CODES) || said.says(&OF_BOTH) || said.says(&WORDS) || is_of_b2
}

/// A fault in the key or token that the request itself shows.
fn spoilt(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let id = id(said).unwrap_or_default();
    if is_secret(said, &id) {
        return Some(key::exchanged());
    }
    let with_space = || said.request().and_then(|request| token::with_space(request, &said.dialect()));
    let is_alone = said.judged.is_some_and(|judged| judged.is_captured()) && !has_token(said);
    let missing = || (is_alone && is_temporary_key_id(&id)).then(|| token::missing(&said.dialect()));
    let malformed = || if id.is_empty() { None } else { key::malformed(&id) };
    malformed().or_else(with_space).or_else(missing)
}

/// Whether a secret was used as the ID, because it looks like one or is the known secret.
fn is_secret(said: &ReplyContext<'_>, id: &str) -> bool {
    let own = said.evidence.credentials.map(|credentials| credentials.secret_access_key.expose_secret());
    own == Some(id) || key::looks_like_a_secret(id)
}

/// `Credential access key has length 20, should be 32`.
fn wrong_form(said: &ReplyContext<'_>) -> AppliedMistake {
    let id = id(said).unwrap_or_default();
    if is_secret(said, &id) {
        return key::exchanged();
    }
    let cleaned = key::cleaned(&id);
    let expected = if cleaned == id { "" } else { key::shown(&cleaned) };
    let made = AppliedMistake::new(&ACCESS_KEY_MALFORMED, key::shown(&id), expected);
    match said.words.split_once("has length ") {
        Some((_, lengths)) => made.with_detail(format!("its length is {}", lengths.trim_end_matches('.'))),
        None => made.with_detail("the server's access key IDs have a different form"),
    }
}

fn unknown(said: &ReplyContext<'_>) -> AppliedMistake {
    let presented = id(said).unwrap_or_default();
    let own = said.evidence.credentials.map(|credentials| credentials.access_key_id.as_str());
    let expected = own.filter(|own| *own != presented).unwrap_or_default();
    let made = AppliedMistake::new(&ACCESS_KEY_UNKNOWN, key::shown(&presented), expected);
    if said.has_code(&["AuthFailure"]) {
        return made.with_detail("EC2 also says this about a wrong secret or a wrong clock");
    }
    match said.evidence.other_keys.iter().find(|key| key.access_key_id == presented) {
        Some(key) => made.with_detail(format!("it is the key of {}", key.name)),
        None => made,
    }
}

fn invalid(said: &ReplyContext<'_>) -> AppliedMistake {
    let made = AppliedMistake::new(&TOKEN_INVALID, "", "");
    let is_long_lived = id(said).is_some_and(|id| id.starts_with("AKIA")) && has_token(said);
    match () {
        () if said.says(&["expired"]) || said.reply.code.as_deref().is_some_and(|code| code.starts_with("Expired")) => {
            made.with_detail("it has expired")
        }
        () if is_long_lived => AppliedMistake::new(&TOKEN_UNEXPECTED, "", ""),
        () => made,
    }
}

/// Whether the request's key is the user's own long-term key.
fn is_own_without_token(said: &ReplyContext<'_>) -> bool {
    let own = said.evidence.credentials.filter(|credentials| credentials.session_token.is_none());
    own.is_some_and(|own| id(said).as_deref() == Some(&own.access_key_id))
}

fn has_token(said: &ReplyContext<'_>) -> bool {
    said.request().is_some_and(|request| token::presented(request, &said.dialect()).is_some())
}

/// The ID in the request; if there is none, the ID that the server read.
fn id(said: &ReplyContext<'_>) -> Option<String> {
    let claimed = said.claim().map(|claim| claim.terms.access_key_id.clone()).filter(|id| !id.is_empty());
    claimed.or_else(|| said.reply.access_key_id.clone())
}
