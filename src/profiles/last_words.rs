//! What a program said on standard error before it failed, without anything that may be a secret.

use std::io::Read;
use std::process::ChildStderr;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::looks_like_secret;
use crate::redaction::REDACTED;

/// Number of bytes that are kept; the rest is read and dropped, so that the program is not held up.
const KEPT: usize = 16 * 1024;

/// Number of bytes to read at a time.
const PIECE: usize = 4096;

/// Maximum number of characters of the line.
const LONGEST: usize = 200;

/// Time to wait for the end of the text once the program has ended: a grandchild may keep the pipe open.
const PATIENCE: Duration = Duration::from_millis(200);

/// Words with this many letters and digits in a row may be secrets.
const LONG: usize = 20;

/// Listens to the standard error of a program.
pub(super) struct Said(Receiver<Zeroizing<Vec<u8>>>);

impl Said {
    /// Reads on a separate thread until the text ends.
    pub(super) fn listen(mut stderr: ChildStderr, deadline: Instant) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let (mut kept, mut piece) = (Zeroizing::new(Vec::with_capacity(KEPT + PIECE)), Zeroizing::new([0; PIECE]));
            while let Ok(length @ 1..) = stderr.read(&mut piece[..]) {
                kept.extend_from_slice(piece.get(..length).unwrap_or_default());
                // The last line says what went wrong.
                let excess = kept.len().saturating_sub(KEPT);
                kept.drain(..excess);
                if Instant::now() > deadline {
                    break;
                }
            }
            // Nobody receives this if the program succeeded.
            let _ = sender.send(kept);
        });
        Self(receiver)
    }

    /// The last line with a word in it, without the lines that the program printed on its standard output.
    pub(super) fn line_without(self, printed: &[u8]) -> Option<String> {
        let text = self.0.recv_timeout(PATIENCE).ok()?;
        last_line(&text, printed)
    }
}

fn last_line(text: &[u8], printed: &[u8]) -> Option<String> {
    let text = Zeroizing::new(String::from_utf8_lossy(text).into_owned());
    let printed = Zeroizing::new(String::from_utf8_lossy(printed).into_owned());
    let line = text.lines().map(str::trim).rfind(|line| line.contains(char::is_alphanumeric))?;
    let mut line = Zeroizing::new(line.to_owned());
    for secret in printed.lines().map(str::trim).filter(|line| line.contains(char::is_alphanumeric)) {
        line = Zeroizing::new(line.replace(secret, REDACTED));
    }
    let words: Vec<&str> =
        line.split_whitespace().map(|word| if may_be_secret(word) { REDACTED } else { word }).collect();
    Some(words.join(" ").chars().take(LONGEST).collect())
}

/// Whether a word has a long run of letters and digits with both in it, as keys and tokens do.
fn may_be_secret(word: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "+/=_-".contains(character);
    word.split(|character| !is_part(character)).any(|run| {
        let has = |class: fn(&u8) -> bool| run.bytes().any(|byte| class(&byte));
        let is_mixed = run.len() >= LONG && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        looks_like_secret(run) || (is_mixed && !run.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a secret in the message of a program that quotes it.
    #[test]
    fn the_last_line_is_kept_without_what_may_be_a_secret() {
        let said = |text: &str| last_line(text.as_bytes(), b"");
        assert_eq!(
            said("Traceback:\n  x\nError: the session has expired\n\n").as_deref(),
            Some("Error: the session has expired")
        );
        assert_eq!(said("bad key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY!").as_deref(), Some("bad key [redacted]"));
        assert_eq!(said("token=IQoJb3JpZ2luX2VjEJ3wZz9h").as_deref(), Some("[redacted]"));
        assert_eq!(
            said("cannot read /etc/somewhere/else/v2/token").as_deref(),
            Some("cannot read /etc/somewhere/else/v2/token")
        );
        assert_eq!(said(" \n--\n"), None);
        assert_eq!(said(&"x ".repeat(500)).unwrap().len(), LONGEST);
    }
}
