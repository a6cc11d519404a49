//! Connection URLs: `postgresql://user:TOKEN@host:port/db`; Go's form `user:TOKEN@tcp(host:port)/db`; and URLs
//! without a password, such as `jdbc:postgresql://host:port/db?user=…`.

use super::login::Login;
use super::place::MARK;
use sigvet_core::internal::encode::{Plus, decode};

/// The URL schemes of databases and caches.
const SCHEMES: [&str; 8] = ["postgres", "postgresql", "mysql", "mariadb", "redis", "rediss", "valkey", "valkeys"];

/// Reads the URL whose password is the marked token; otherwise a database URL without a password.
pub(super) fn read(line: &str, login: &mut Login) {
    let Some((before, behind)) = line.split_once(MARK) else { return };
    match behind.strip_prefix('@') {
        Some(address) => {
            login.add_address(authority(address.strip_prefix("tcp(").unwrap_or(address)));
            if let Some(user) = before.strip_suffix(':').and_then(user) {
                login.user.add(&user);
            }
        }
        None => without_password(line).for_each(|address| login.add_address(address)),
    }
}

/// Reads a URL that is a separate setting from the password.
pub(super) fn read_setting(value: &str, login: &mut Login) {
    without_password(value).for_each(|address| login.add_address(address));
}

/// The user name before the password.
fn user(before: &str) -> Option<String> {
    let is_between = |c: char| c.is_whitespace() || "\"'`=/".contains(c);
    let user = before.rsplit(is_between).next().filter(|user| !user.is_empty())?;
    String::from_utf8(decode(user.as_bytes(), Plus::Literal)).ok()
}

/// The hosts in those database URLs of a line that have no password.
fn without_password(line: &str) -> impl Iterator<Item = &str> {
    let has_scheme = |at: usize| {
        let before = line.get(..at).unwrap_or_default();
        let scheme = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next().unwrap_or_default();
        SCHEMES.contains(&scheme.split('+').next().unwrap_or_default())
    };
    let urls = line.match_indices("://").filter(move |(at, _)| has_scheme(*at));
    urls.filter_map(|(at, mark)| {
        let address = authority(line.get(at + mark.len()..)?);
        (!address.contains('@') && !address.is_empty()).then_some(address)
    })
}

/// The text up to the end of the host and port.
fn authority(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || "/?#)'\"`;&\\<>".contains(c)).next().unwrap_or_default()
}
