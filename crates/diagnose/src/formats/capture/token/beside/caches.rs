//! The commands with which clients log in to Redis and Valkey, as typed, as `MONITOR` shows them, and as they are on the
//! wire: `AUTH [user] password`, `HELLO 3 AUTH user password`.

use super::login::Login;
use super::place::{MARK, Place};
use super::strings::DEFAULT_USER;

/// The maximum number of lines before the password on the wire.
const MOST_LINES: usize = 8;

/// Reads the user of the command whose password is the marked token. A password alone is that of the user `default`
/// (Redis, *AUTH*).
pub(super) fn read(place: &Place<'_>, marked: &str, login: &mut Login) {
    let is_quote = |c: char| matches!(c, '"' | '\'');
    let mut words: Vec<&str> = marked.split_whitespace().map(|word| word.trim_matches(is_quote)).collect();
    if words == [MARK] {
        // On the wire, the length of each argument precedes it (*RESP*).
        let above = place.above().take(MOST_LINES).take_while(|line| !line.is_empty());
        let mut arguments: Vec<&str> = above.filter(|line| !line.starts_with('$')).collect();
        arguments.reverse();
        words.splice(0..0, arguments);
    }
    let Some(at) = words.iter().position(|word| *word == MARK) else { return };
    let before = words.get(..at).unwrap_or_default();
    let is_command = |word: &str| word.eq_ignore_ascii_case("auth");
    // In a sentence, the word is in lower case, and other words precede it.
    let is_prompt = |word: &str| {
        let is_version = word.bytes().all(|byte| byte.is_ascii_digit());
        word.ends_with('>') || word.starts_with('*') || word.eq_ignore_ascii_case("hello") || is_version
    };
    let is_meant = |at: usize| {
        let typed = before.get(at).copied().unwrap_or_default();
        typed == "AUTH" || before.get(..at).is_some_and(|words| words.iter().all(|word| is_prompt(word)))
    };
    match before {
        [.., command, user] if is_command(command) && is_meant(at - 2) => login.user.add(user),
        [.., command] if is_command(command) && is_meant(at - 1) => login.user.add(DEFAULT_USER),
        _ => {}
    }
}
