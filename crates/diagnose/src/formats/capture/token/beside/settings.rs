//! Reads settings that belong together: `PGHOST` and `PGPASSWORD`, `host` and `password`. Their names have the same
//! prefix, and they are in one line, or in lines with no other text between them.

use super::login::Login;
use super::place::{MARK, Place};
use super::{command, url};
use crate::formats::capture::token::escapes;
use crate::formats::capture::token::line::password_file_fields;

/// The meaning of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Password,
    User,
    Host,
    Port,
    Url,
}

/// The endings of the names of settings. A longer ending precedes a shorter one.
const ENDINGS: [(&str, Part); 25] = [
    ("password", Part::Password),
    ("passwd", Part::Password),
    ("pass", Part::Password),
    ("pwd", Part::Password),
    ("auth_token", Part::Password),
    ("token", Part::Password),
    ("secret", Part::Password),
    ("auth", Part::Password),
    ("user id", Part::User),
    ("user_name", Part::User),
    ("username", Part::User),
    ("user", Part::User),
    ("uid", Part::User),
    ("login", Part::User),
    ("hostname", Part::Host),
    ("host", Part::Host),
    ("server", Part::Host),
    ("address", Part::Host),
    ("addr", Part::Host),
    ("endpoint", Part::Host),
    ("tcp_port", Part::Port),
    ("port", Part::Port),
    ("jdbc_url", Part::Url),
    ("url", Part::Url),
    ("uri", Part::Url),
];
/// The maximum number of words in a line of settings.
const MOST_WORDS: usize = 6;
/// The maximum number of lines to read for one login.
const MOST_LINES: usize = 64;

/// Reads the line if it is one of libpq's password file; returns whether it is.
pub(super) fn read_password_file(line: &str, login: &mut Login) -> bool {
    let Some(fields) = password_file_fields(line) else { return false };
    if let [host, port, _, user, ..] = fields.as_slice() {
        login.host.add(host);
        login.port.add(port);
        login.user.add(user);
    }
    true
}

/// Reads the settings in the line of the marked token.
pub(super) fn read_line(marked: &str, login: &mut Login) {
    if let Some(prefix) = own_prefix(marked) {
        read_settings(marked, &prefix, login);
    }
}

/// Reads the settings in the lines above and below. Settings between two tokens may belong to either.
pub(super) fn around(place: &Place<'_>, marked: &str) -> Login {
    let Some(prefix) = own_prefix(marked) else { return Login::default() };
    let mut login = Login::default();
    read_block(place.above(), &prefix, &mut login);
    let is_told = place.is_first && !place.is_last && login != Login::default();
    if !is_told {
        read_block(place.below(), &prefix, &mut login);
    }
    login
}

fn read_block<'t>(lines: impl Iterator<Item = &'t str>, prefix: &str, login: &mut Login) {
    for line in lines.take(MOST_LINES).filter(|line| !line.starts_with('#')) {
        let line = escapes::unescaped(line);
        let is_command = command::is_one(&line);
        if !is_command && (line.split_whitespace().count() > MOST_WORDS || pairs(&line).is_empty()) {
            return;
        }
        command::read(&line, login);
        read_settings(&line, if is_command { "" } else { prefix }, login);
    }
}

/// The prefix of the setting whose value is the marked token.
fn own_prefix(marked: &str) -> Option<String> {
    let mut own = pairs(marked).into_iter().filter(|(_, value)| value.contains(MARK));
    let (prefix, part) = split_name(&own.next()?.0)?;
    (part == Part::Password).then_some(prefix)
}

fn read_settings(line: &str, wanted: &str, login: &mut Login) {
    for (name, value) in pairs(line) {
        // Shells set these variables themselves.
        let is_of_shell = matches!(name.as_str(), "USER" | "HOST" | "HOSTNAME") && line.contains(&format!("{name}="));
        let Some((_, part)) = split_name(&name).filter(|(prefix, _)| prefix == wanted && !is_of_shell) else {
            continue;
        };
        match part {
            Part::User => login.user.add(&value),
            Part::Host => login.add_address(&value),
            Part::Port => login.port.add(&value),
            Part::Url => url::read_setting(&value, login),
            Part::Password => {}
        }
    }
}

/// Splits a name into its prefix, in lower case, and its meaning: `PGHOST` into `pg` and the host.
fn split_name(name: &str) -> Option<(String, Part)> {
    let name = name.to_ascii_lowercase();
    let (ending, part) = ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending))?;
    let prefix = name.strip_suffix(ending)?.trim_end_matches(['_', '.', '-', ' ']);
    Some((prefix.to_owned(), part))
}

/// The names and values in a line: `NAME=VALUE`, `NAME: VALUE`, `"NAME": "VALUE"`.
fn pairs(line: &str) -> Vec<(String, String)> {
    let signs = line.match_indices(['=', ':']);
    signs.filter_map(|(at, sign)| pair(line.get(..at)?, sign, line.get(at + 1..)?)).collect()
}

fn pair(before: &str, sign: &str, behind: &str) -> Option<(String, String)> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    // The colon in `host:5432` does not separate a name from a value.
    if sign == ":" && !behind.is_empty() && !behind.starts_with(|c: char| c.is_whitespace() || is_quote(c)) {
        return None;
    }
    let before = before.trim_end().trim_end_matches(is_quote);
    let is_between = |c: char| c.is_whitespace() || is_quote(c) || ",;{}()[]<>&?:=".contains(c);
    let name = before.rsplit(is_between).next().filter(|name| !name.is_empty())?;
    let is_id = name.eq_ignore_ascii_case("id");
    let name = if is_id && before.to_ascii_lowercase().ends_with("user id") { "user id" } else { name };
    let behind = behind.trim_start();
    let value = match behind.chars().next().filter(|first| is_quote(*first)) {
        Some(quote) => behind.get(1..)?.split(quote).next()?,
        None => behind.split(|c: char| c.is_whitespace() || is_quote(c) || ",;{}()[]<>&".contains(c)).next()?,
    };
    (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}
