//! Reads settings that belong together: `PGHOST` and `PGPASSWORD`, `host` and `password`. Their names have the same
//! prefix, and they are in one line, or in lines with no other text between them.

use super::login::Login;
use super::pairs::{self, Pair, Part, split_name};
use super::place::{MARK, Marked, Place};
use super::{command, strings};
use crate::formats::capture::token::escapes;
use crate::formats::capture::token::line::password_file_fields;
use crate::formats::token::decoded;

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

/// Reads the settings in the line of the marked token, and then those in the lines around it. Settings between two
/// tokens may belong to either.
pub(super) fn read(place: &Place<'_>, marked: &Marked) -> Login {
    let own = || marked.line.clone();
    let is_list = pairs::in_line(&marked.line).iter().any(|pair| is_value(pair) && pair.value.contains(MARK));
    let mut above = lines_of_block(place.above(), is_list);
    above.reverse();
    let below = lines_of_block(place.below(), is_list);
    let of_lines = |lines: Vec<String>| settings(&lines, marked.is_base64);
    let mut login = of_lines(vec![own()]);
    let told = of_lines([above.clone(), vec![own()]].concat());
    let is_told = place.is_first && !place.is_last && told != login;
    login.fill(if is_told { told } else { of_lines([above, vec![own()], below].concat()) });
    login
}

/// The name of the setting whose value is the marked token.
pub(super) fn own_name(place: &Place<'_>, marked: &Marked) -> Option<String> {
    let above = place.above().next().map(str::to_owned);
    let lines: Vec<String> = above.into_iter().chain([marked.line.clone()]).collect();
    own(&pairs::in_lines(&lines)).map(|pair| pair.name.to_owned())
}

/// Reads the variables that a client with this prefix reads from lines above its command.
pub(super) fn variables_above(place: &Place<'_>, prefix: &str) -> Login {
    let mut lines = lines_of_block(place.above(), false);
    lines.reverse();
    let mut login = Login::default();
    for Pair { name, value, .. } in lines.iter().flat_map(|line| pairs::in_line(line)) {
        let is_variable = !name.contains(|c: char| c.is_ascii_lowercase());
        if is_variable {
            command::read_variable(prefix, name, value, &mut login);
        }
    }
    login
}

fn is_value(pair: &Pair<'_>) -> bool {
    pair.name.eq_ignore_ascii_case("value")
}

/// The lines of one block, nearest first: up to a line that is neither a setting nor a command. In a list of names and
/// values, other lines may be between the items.
fn lines_of_block<'t>(lines: impl Iterator<Item = &'t str>, is_list: bool) -> Vec<String> {
    let mut block = Vec::new();
    for line in lines.take(MOST_LINES).filter(|line| !line.starts_with('#')) {
        let line = escapes::unescaped(line);
        if !command::all(&line).is_empty() {
            continue;
        }
        let is_between = is_list && !line.is_empty();
        if line.split_whitespace().count() > MOST_WORDS || !is_between && pairs::in_line(&line).is_empty() {
            break;
        }
        block.push(line.into_owned());
    }
    block
}

/// The setting whose value is the marked token. The value of a setting around it contains more.
fn own<'t>(pairs: &[Pair<'t>]) -> Option<Pair<'t>> {
    pairs.iter().filter(|pair| pair.value.contains(MARK)).min_by_key(|pair| pair.value.len()).copied()
}

fn settings(lines: &[String], is_base64: bool) -> Login {
    let pairs = pairs::in_lines(lines);
    let mut login = Login::default();
    let Some(own) = own(&pairs) else { return login };
    let Some((wanted, Part::Password)) = split_name(own.name) else { return login };
    for pair in pairs.iter().filter(|pair| pair.is_beside(&own)) {
        // Shells set these variables themselves.
        let is_variable = || lines.iter().any(|line| line.contains(&format!("{}=", pair.name)));
        let is_of_shell = matches!(pair.name, "USER" | "HOST" | "HOSTNAME") && is_variable();
        let Some((_, part)) = split_name(pair.name).filter(|(prefix, _)| *prefix == wanted && !is_of_shell) else {
            continue;
        };
        let plain = if is_base64 { decoded(pair.value) } else { None };
        let value = plain.as_deref().map_or(pair.value, str::trim_end);
        match part {
            Part::User => login.user.add(value),
            Part::Host => login.add_address(value),
            Part::Port => login.port.add(value),
            Part::Address => login.address.add(value),
            Part::Url => login.merge(strings::without_password(value)),
            Part::Password => {}
        }
    }
    login
}
