//! Compares a token with the host and user that its client logs in with. A token is signed for one user of one
//! endpoint; servers report a mismatch in either as a wrong password.
//!
//! Only settings that certainly belong to the token are used: the URL or the line that it is the password of, the
//! command that contains it, the settings around it with the same prefix, and the server's own messages. If a text
//! has two different values, neither is used.

mod login;
mod place;
mod pairs;
mod strings;
mod command;
mod block;
mod answer;
mod caches;
mod regions;
mod clusters;

pub(super) use place::Place;
pub(super) use regions::other_than_host;

use std::ops::Range;

use login::{Login, Seen};
use place::Marked;

use super::without_quote;
use crate::formats::note::{Note, OtherLogin};
use crate::formats::token::is_other_endpoint;
use crate::formats::{Cache, Token, TokenKind, TokenServer};
use sigvet_core::internal::encode::{Plus, decode};

/// Notes on what the text around a token contradicts, and on the cluster that it names.
pub(super) fn notes(place: &Place<'_>, token: &Token) -> Vec<Note> {
    let Some(kind) = token.kind() else { return Vec::new() };
    match kind.server {
        TokenServer::Msk | TokenServer::Bedrock => {
            regions::other_region(kind, place.text, token).into_iter().map(Note::OtherLogin).collect()
        }
        TokenServer::Eks => clusters::names(place.text).into_iter().map(|name| Note::ClusterBeside { name }).collect(),
        TokenServer::Rds | TokenServer::ElastiCache | TokenServer::Dsql => {
            let mut login = login(kind, place, token);
            if is_tunnel(place.text, &login) {
                (login.host, login.port) = (Seen::Several, Seen::Several);
            }
            let found = [other_user(kind, token, &login), other_host(kind, token, &login), other_region(token, &login)];
            let of_cache = [other_type(kind, token, &login), other_service(kind, token, &login)];
            found.into_iter().chain(of_cache).flatten().map(Note::OtherLogin).collect()
        }
    }
}

/// Whether a setting with this name has a password as its value.
pub(super) fn names_password(name: &str) -> bool {
    pairs::split_name(name).is_some_and(|(_, part)| part == pairs::Part::Password)
}

/// The server's messages come first, because the server has seen the client; then the connection string or the command
/// that the token is in, then the commands that read it from a setting, then the settings around it.
fn login(kind: &TokenKind, place: &Place<'_>, token: &Token) -> Login {
    let mut login = Login::default();
    let line = place.line();
    place.answers().chain([line.as_str()]).for_each(|line| answer::read(line, &mut login));
    let mut beside = Login::default();
    if block::read_password_file(&line, &mut beside) {
        login.fill(beside);
    } else if let Some(marked) = place::marked(&line, token) {
        login.fill(around(kind, place, &marked));
    } else if let Some(text) = place::text_in_base64(&line, token) {
        login.fill(inside(kind, &text, token));
    }
    login
}

/// The login in a text that contains the token, from the base64 of a line.
fn inside(kind: &TokenKind, text: &str, token: &Token) -> Login {
    let lines: Vec<&str> = text.lines().map(without_quote).collect();
    let own = lines.iter().position(|line| place::marked(line, token).is_some()).unwrap_or_default();
    let (own, free): (Range<usize>, Range<usize>) = (own..own + 1, 0..lines.len());
    let place = Place { text, lines: &lines, own, free, is_first: true, is_last: true };
    let marked = place::marked(&place.line(), token);
    marked.map(|marked| around(kind, &place, &marked)).unwrap_or_default()
}

fn around(kind: &TokenKind, place: &Place<'_>, marked: &Marked) -> Login {
    let mut login = strings::with_token(&marked.line);
    caches::read(place, &marked.line, &mut login);
    let commands = command::all(&marked.line);
    if let Some(command) = commands.iter().find(|command| command.has_token()) {
        let mut settings = command.settings("");
        let above = command.variables().map(|prefix| block::variables_above(place, prefix));
        settings.environment.fill(above.unwrap_or_default());
        login.fill(settings.into_login());
        return login;
    }
    let name = block::own_name(place, marked);
    let is_alone = marked.line.trim() == place::MARK;
    if login == Login::default() && (name.is_some() || is_alone) {
        login = of_commands(kind, place, marked, name.as_deref().unwrap_or_default());
    }
    login.fill(block::read(place, marked));
    login.fill(strings::without_password(&marked.line));
    login
}

/// The login of the commands that read the token from a setting: those below it, or otherwise those above it.
fn of_commands(kind: &TokenKind, place: &Place<'_>, marked: &Marked, name: &str) -> Login {
    let is_other = |command: &command::Command| !command.has_token() && command.is_for(kind);
    let merged = |commands: &mut dyn Iterator<Item = command::Command>| {
        let mut login = Login::default();
        commands.for_each(|command| login.merge(command.settings(name).into_login()));
        login
    };
    let own = command::all(&marked.line).into_iter();
    let below = place.commands_below().flat_map(|line| command::all(&line));
    let login = merged(&mut own.chain(below).filter(is_other));
    if login != Login::default() {
        return login;
    }
    merged(&mut place.above().flat_map(command::all).filter(is_other))
}

/// Whether the client connects to another address than the host's own: by `hostaddr`, by the machine's own file of
/// hosts, or because something forwards its port.
fn is_tunnel(text: &str, login: &Login) -> bool {
    let forwards = ["-L", "localPortNumber", "port-forward"];
    let is_forwarded = |port: &str| {
        let marks = forwards.iter().flat_map(|mark| text.match_indices(mark));
        let behind = marks.filter_map(|(at, mark)| text.get(at + mark.len()..));
        let mut beginnings = behind.map(|rest| rest.chars().take(128).take_while(|c| *c != '\n').collect::<String>());
        beginnings.any(|line| line.split(|c: char| !c.is_ascii_digit()).any(|number| number == port))
    };
    let is_local = |host: &str| {
        text.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next().is_some_and(answer::is_local) && words.any(|word| word == host)
        })
    };
    login.address != Seen::Nothing
        || login.port.known().is_some_and(is_forwarded)
        || login.host.known().is_some_and(is_local)
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
    let (expected, signed) = (cache.known()?.to_owned(), scope_part(token, 2)?);
    (expected != signed).then(|| OtherLogin::Region { signed, expected, used: used.to_owned() })
}

/// Compares the type of a cache with the token's parameter, which tokens for serverless caches have and others do not
/// (*Authenticating with IAM*, ElastiCache).
fn other_type(kind: &TokenKind, token: &Token, login: &Login) -> Option<OtherLogin> {
    const SERVERLESS: &str = "ResourceType=ServerlessCache";
    let used = login.host.known().filter(|_| kind == &TokenKind::ELASTICACHE)?;
    let is_of_type = parameter(token, "ResourceType").is_some();
    let is_serverless = Cache::parse(used).is_serverless;
    if Cache::service_of(used)? != "elasticache" || is_of_type == is_serverless {
        return None;
    }
    let (signed, expected) = if is_serverless { ("", SERVERLESS) } else { (SERVERLESS, "") };
    Some(OtherLogin::CacheType { signed, expected, used: used.to_owned() })
}

/// Compares the service of a cache's endpoint with the one in the token's credential scope.
fn other_service(kind: &TokenKind, token: &Token, login: &Login) -> Option<OtherLogin> {
    let used = login.host.known().filter(|_| kind == &TokenKind::ELASTICACHE)?;
    let (expected, signed) = (Cache::service_of(used)?, scope_part(token, 3)?);
    let is_other = signed != expected && kind.services.contains(&signed.as_str());
    is_other.then(|| OtherLogin::CacheService { signed, expected, used: used.to_owned() })
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

/// A part of the token's credential, counted from the access key ID: 2 is the region, 3 the service.
fn scope_part(token: &Token, at: usize) -> Option<String> {
    parameter(token, "X-Amz-Credential")?.split('/').nth(at).map(str::to_owned)
}

#[cfg(test)]
mod tests;
