//! `credential_process`: a program that prints a key as JSON. Like botocore, it is run without a shell.

use super::wire::{credentials_of_json, parse_json};
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::secret::print_of;
use sigvet_core::credentials::Credentials;

/// Runs the program. Its output is never shown, because any part of it may be the secret.
pub(super) fn run(command: &str) -> Result<Credentials, AwsCause> {
    let words = split(command).ok_or_else(|| AwsCause::new("a quote in credential_process is not closed"))?;
    let (program, arguments) =
        words.split_first().ok_or_else(|| AwsCause::new("credential_process names no program"))?;
    let printed =
        print_of(program, arguments).map_err(|problem| AwsCause::new(format!("credential_process {problem}")))?;
    let json = parse_json(&printed, "what credential_process prints")?;
    match json.get("Version").map(|version| version.as_i64()) {
        Some(Some(1)) => {}
        _ => return Err(AwsCause::new("credential_process prints another Version than 1")),
    }
    credentials_of_json(
        &json,
        "what credential_process prints",
        ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"],
    )
}

/// Splits words by the rules of a POSIX shell, without expanding anything. `None` if a quote or an escape is
/// not closed. `shell_words` would not do, because it treats `#` as the beginning of a comment.
fn split(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match (quote, next) {
            (Some(open), _) if next == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(next);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().push(rest.next()?),
            (Some('"'), '\\') => {
                let escaped = rest.next()?;
                if !matches!(escaped, '"' | '\\') {
                    word.get_or_insert_default().push('\\');
                }
                word.get_or_insert_default().push(escaped);
            }
            (None, _) if next.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(next),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: `shlex.split` of Python 3.11, which botocore uses.
    #[test]
    fn words_are_split_as_botocore_splits_them() {
        for (text, words) in [
            (r#"./h "a b" c"#, vec!["./h", "a b", "c"]),
            (r"./h 'a b'c\ d", vec!["./h", "a bc d"]),
            (r"./h $HOME ~ | && ; #b", vec!["./h", "$HOME", "~", "|", "&&", ";", "#b"]),
            (r#"h "a\"b\\c\d" '' "#, vec!["h", r#"a"b\c\d"#, ""]),
            ("  ", vec![]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert_eq!(split("h 'a"), None);
        assert_eq!(split("h \\"), None);
    }
}
