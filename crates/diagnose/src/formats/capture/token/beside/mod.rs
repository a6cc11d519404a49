//! Compares a token with the host and user that its client logs in with. A token is signed for one user of one
//! endpoint; servers report a mismatch in either as a wrong password.
//!
//! Only settings that certainly belong to the token are used: the URL or the line that it is the password of, the
//! command that contains it, the settings around it with the same prefix, and the server's own messages. If a text
//! has two different values, neither is used.

mod login;
mod place;
mod url;
mod command;
mod settings;
mod answer;
mod brokers;
mod clusters;

pub(super) use place::Place;

use login::Login;

use crate::formats::note::{Note, OtherLogin};
use crate::formats::token::is_other_endpoint;
use crate::formats::{Cache, Token, TokenKind};
use sigvet_core::internal::encode::{Plus, decode};

/// Notes on what the text around a token contradicts, and on the cluster that it names.
pub(super) fn notes(place: &Place<'_>, token: &Token) -> Vec<Note> {
    let Some(kind) = token.kind() else { return Vec::new() };
    match kind.name {
        "MSK" => brokers::other_region(place.text, token).into_iter().map(Note::OtherLogin).collect(),
        "EKS" => clusters::names(place.text).into_iter().map(|name| Note::ClusterBeside { name }).collect(),
        _ => {
            let login = login(place, token);
            let found = [other_user(kind, token, &login), other_host(kind, token, &login), other_region(token, &login)];
            found.into_iter().flatten().map(Note::OtherLogin).collect()
        }
    }
}

/// The server's messages come first, because the server has seen the client; then the settings next to the token,
/// then those around it.
fn login(place: &Place<'_>, token: &Token) -> Login {
    let mut login = Login::default();
    place.answers().for_each(|line| answer::read(line, &mut login));
    let line = place.line();
    let mut beside = Login::default();
    if !settings::read_password_file(&line, &mut beside)
        && let Some(marked) = place::marked(&line, token)
    {
        url::read(&marked, &mut beside);
        command::read(&marked, &mut beside);
        settings::read_line(&marked, &mut beside);
        beside.fill(settings::around(place, &marked));
    }
    login.fill(beside);
    login
}

fn other_user(kind: &TokenKind, token: &Token, login: &Login) -> Option<OtherLogin> {
    let used = login.user.known()?;
    let (signed, expected) = if kind == &TokenKind::DSQL {
        let [plain, admin] = ["Action=DbConnect", "Action=DbConnectAdmin"];
        if parameter(token, "Action")? == "DbConnectAdmin" { (admin, plain) } else { (plain, admin) }
    } else {
        let name = kind.marked_by?;
        let presented = parameter(token, name)?;
        let (signed, expected) = (format!("{name}={presented}"), format!("{name}={used}"));
        return (presented != used).then(|| OtherLogin::User { signed, expected, used: used.to_owned() });
    };
    let is_right = (used == "admin") == signed.ends_with("Admin");
    let owned = |text: &str| text.to_owned();
    (!is_right).then(|| OtherLogin::User { signed: owned(signed), expected: owned(expected), used: owned(used) })
}

fn other_host(kind: &TokenKind, token: &Token, login: &Login) -> Option<OtherLogin> {
    let used = login.host.known()?;
    let signed = authority(token);
    let (name, port) = signed.split_once(':').map_or((signed, None), |(name, port)| (name, Some(port)));
    if kind == &TokenKind::ELASTICACHE {
        let expected = Cache::parse(used).name.filter(|_| used.contains('.'))?;
        let is_other = !expected.eq_ignore_ascii_case(name);
        return is_other.then(|| OtherLogin::Host { signed: signed.to_owned(), expected, used: used.to_owned() });
    }
    let is_same = name.eq_ignore_ascii_case(used);
    let port = port.map(|port| login.port.known().filter(|_| is_same).unwrap_or(port));
    let expected = port.map_or_else(|| used.to_owned(), |port| format!("{used}:{port}"));
    let is_other = is_other_endpoint(kind, name, used) || is_same && !expected.eq_ignore_ascii_case(signed);
    is_other.then(|| OtherLogin::Host { signed: signed.to_owned(), used: expected.clone(), expected })
}

/// Compares the region of a cache's endpoint with the token's. The name of a cache, which the token is signed for,
/// shows no region.
fn other_region(token: &Token, login: &Login) -> Option<OtherLogin> {
    let used = login.host.known().filter(|host| host.contains('.'))?;
    let cache = Cache::parse(used).region?;
    let (expected, signed) = (cache.known()?.to_owned(), scope_region(token)?);
    (expected != signed).then(|| OtherLogin::Region { signed, expected, used: used.to_owned() })
}

/// The host in the token, with its port.
fn authority(token: &Token) -> &str {
    let behind = token.url.split_once("://").map_or(token.url.as_str(), |(_, behind)| behind);
    behind.split(['/', '?']).next().unwrap_or_default()
}

fn parameter(token: &Token, name: &str) -> Option<String> {
    let (_, query) = token.url.split_once('?')?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    String::from_utf8(decode(value.as_bytes(), Plus::Literal)).ok()
}

/// The region in the token's credential scope.
fn scope_region(token: &Token) -> Option<String> {
    parameter(token, "X-Amz-Credential")?.split('/').nth(2).map(str::to_owned)
}

#[cfg(test)]
mod tests;
