//! Quotes the words of a command to be pasted into sh, bash, dash or zsh, in a script or at a prompt.
//!
//! Each word arrives byte for byte, or no command is produced. What the words mean to the program that the shell
//! runs is up to the caller.

use std::borrow::Cow;

/// The longest word that Linux accepts in a command line: 32 pages, including the terminating NUL.
pub const LONGEST_WORD: usize = 128 * 1024;

/// Why a word cannot be part of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnfitWord {
    /// A shell, a prompt or a terminal interprets the character, and quotes do not prevent it.
    #[error("contains the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// The word is displayed in a different order than it is stored, so that nobody sees what the command does.
    #[error("contains the direction mark U+{:04X}", u32::from(*.0))]
    Direction(char),
    /// No system accepts it.
    #[error("is too long for a command line")]
    Long,
}

/// Whether a command has one line or several, because a prompt processes history expansion for each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Several,
}

impl Lines {
    fn of_words(words: &[impl AsRef<str>]) -> Self {
        if words.iter().any(|word| word.as_ref().contains('\n')) { Self::Several } else { Self::One }
    }
}

/// The word quoted so that a shell reads it back unchanged.
///
/// # Errors
/// The word has a control character other than a line feed and a tab, or a direction mark, or is too long.
pub fn quote(word: &str) -> Result<Cow<'_, str>, UnfitWord> {
    quote_among(word, Lines::of_words(&[word]))
}

fn quote_among(word: &str, lines: Lines) -> Result<Cow<'_, str>, UnfitWord> {
    if word.len() >= LONGEST_WORD {
        return Err(UnfitWord::Long);
    }
    if let Some(control) = word.chars().find(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        return Err(UnfitWord::Control(control));
    }
    if let Some(mark) = word.chars().find(|character| is_direction_mark(*character)) {
        return Err(UnfitWord::Direction(mark));
    }
    // zsh replaces `=word` with the path of a program, and can be configured to do so after another `=` or a `:`
    // too.
    let has_path = word.starts_with('=') || word.contains("==") || word.contains(":=");
    let is_plain = !word.is_empty() && !has_path && !word.starts_with('-') && word.chars().all(is_plain);
    Ok(if is_plain { word.into() } else { in_quotes(word, lines).into() })
}

/// The history expansion of bash reads a command line by line: a `^` at the start of a line edits the previous
/// command, even in quotes, and before version 5 a `!` on a later line is expanded too. A backslash outside quotes
/// before the character prevents both.
fn in_quotes(word: &str, lines: Lines) -> String {
    let word = word.replace('\'', r"'\''");
    match lines {
        Lines::One => format!("'{word}'"),
        Lines::Several => format!("'{}'", word.replace('!', r"'\!'").replace("\n^", "\n'\\^'")),
    }
}

/// A command on one line; each word is one of ours, or is quoted.
///
/// # Errors
/// A word that cannot be quoted, with its index.
pub fn command(words: &[impl AsRef<str>]) -> Result<String, (usize, UnfitWord)> {
    let lines = Lines::of_words(words);
    let quote = |word| quote_argument(word, lines);
    let quoted = words.iter().enumerate().map(|(at, word)| quote(word.as_ref()).map_err(|unfit| (at, unfit)));
    Ok(quoted.collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// One of our options needs no quotes for its hyphens.
fn quote_argument(word: &str, lines: Lines) -> Result<Cow<'_, str>, UnfitWord> {
    let is_option =
        word.strip_prefix("--").is_some_and(|name| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()));
    if is_option { Ok(word.into()) } else { quote_among(word, lines) }
}

/// A command for a hint: in quotes if none of its words needs any. `None` if the command cannot be pasted, or if a
/// word that others chose would be taken for an option.
pub fn suggestion(program: &[&str], argument: Option<&str>) -> Option<String> {
    let argument = argument?;
    if argument.starts_with('-') {
        return None;
    }
    let quoted = quote(argument).ok()?;
    let command = format!("{} {quoted}", program.join(" "));
    Some(if quoted == argument { format!("'{command}'") } else { command })
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_./:@%+,=-".contains(character)
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_unquoted_only_if_every_shell_leaves_it_alone() {
        for bare in ["a", "/a/b.c_d", "10:20@30%2F+x,y=z-", "a=-"] {
            assert_eq!(quote(bare).unwrap(), bare);
        }
        for quoted in [
            "", "=ls", "a==ls", "a=b:=ls", "-n", "{a,b}", "a b", "~", "a^b", "!x", "[a]", "*", "#", "é", "a\nb\tc",
            "$x", "\\", "a:~",
        ] {
            assert_eq!(quote(quoted).unwrap(), format!("'{quoted}'"));
        }
        assert_eq!(quote("it's").unwrap(), r"'it'\''s'");
    }

    /// Catches history expansion of bash on a later line: it does not know about quotes that began on an earlier
    /// one.
    #[test]
    fn no_line_triggers_history_expansion() {
        assert_eq!(quote("a\n^b^c\n!d").unwrap(), "'a\n'\\^'b^c\n'\\!'d'");
        assert_eq!(quote("^a!").unwrap(), "'^a!'");
        assert_eq!(command(&["x", "a\nb", "c!d"]).unwrap(), "x 'a\nb' 'c'\\!'d'");
    }

    #[test]
    fn a_word_that_quotes_cannot_protect_is_refused() {
        for control in ['\0', '\x07', '\r', '\x1b', '\x7f', '\u{9b}'] {
            assert_eq!(quote(&format!("a{control}")), Err(UnfitWord::Control(control)));
        }
        assert_eq!(quote("a\u{202e}b"), Err(UnfitWord::Direction('\u{202e}')));
        assert_eq!(quote(&"x".repeat(LONGEST_WORD)), Err(UnfitWord::Long));
        assert_eq!(command(&["curl", "--globoff", "--output=x", "\x1b"]), Err((3, UnfitWord::Control('\x1b'))));
        assert_eq!(command(&["curl", "--globoff", "--o{a,b}", "-x"]).unwrap(), "curl --globoff '--o{a,b}' '-x'");
        assert_eq!(UnfitWord::Control('\r').to_string(), "contains the control character U+000D");
    }

    #[test]
    fn a_hint_names_a_command_only_if_it_can_be_pasted() {
        let chmod = |path| suggestion(&["chmod", "600"], path);
        assert_eq!(chmod(Some("/p.toml")).unwrap(), "'chmod 600 /p.toml'");
        assert_eq!(chmod(Some("/a b/;id")).unwrap(), "chmod 600 '/a b/;id'");
        assert_eq!([chmod(Some("/\x1b")), chmod(Some("-R")), chmod(None)], [None, None, None]);
    }
}
