//! Secrets that differ from the right one by a single typing or copying error.

use zeroize::Zeroizing;

use crate::diagnosis::alternatives::secret::SecretBytes;
use crate::diagnosis::catalogue::SECRET_MISTYPED;
use crate::diagnosis::evidence::Key;
use crate::diagnosis::field::Step;

/// The characters that occur in secrets.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_";
/// Invisible characters that are copied along with text.
const INVISIBLE: [(&str, char); 6] = [
    ("a byte-order mark", '\u{feff}'),
    ("a zero-width space", '\u{200b}'),
    ("a zero-width joiner", '\u{200d}'),
    ("a left-to-right mark", '\u{200e}'),
    ("a word joiner", '\u{2060}'),
    ("a soft hyphen", '\u{ad}'),
];
/// No store has longer secrets; a longer one would have millions of possible typing errors.
const LONGEST: usize = 256;

/// The secrets, each with a description of the error. No description shows a character of the secret.
pub(in crate::diagnosis) fn step(keys: &[Key<'_>]) -> Step<SecretBytes> {
    let secret: Zeroizing<Vec<char>> =
        Zeroizing::new(keys.first().map(|own| own.secret.expose_secret().chars().collect()).unwrap_or_default());
    let mut step = Step::new(bytes(&secret));
    if secret.is_empty() || secret.len() > LONGEST {
        return step;
    }
    let mut add = |detail: String, slip: Vec<char>| step.add(&SECRET_MISTYPED, detail, bytes(&Zeroizing::new(slip)));
    add("the secret was empty".to_owned(), Vec::new());
    whole(&secret, &mut add);
    (0..secret.len()).for_each(|at| at_place(&secret, at, &mut add));
    step.without_repeats()
}

fn bytes(text: &[char]) -> SecretBytes {
    let text: Zeroizing<String> = Zeroizing::new(text.iter().collect());
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Errors that change the whole secret.
fn whole(secret: &[char], add: &mut dyn FnMut(String, Vec<char>)) {
    add("all letters in uppercase".to_owned(), secret.iter().map(char::to_ascii_uppercase).collect());
    add("all letters in lowercase".to_owned(), secret.iter().map(char::to_ascii_lowercase).collect());
    add("the secret was pasted twice".to_owned(), [secret, secret].concat());
    for between in [' ', '\n', '\t', ',', ':'] {
        add("the secret was pasted twice".to_owned(), [secret, &[between], secret].concat());
    }
    for (name, character) in INVISIBLE {
        add(format!("{name} precedes the secret"), [&[character], secret].concat());
        add(format!("{name} follows the secret"), [secret, &[character]].concat());
    }
    for end in 1..secret.len() {
        let (start, rest) = secret.split_at(end);
        add(format!("only the first {end} characters were used"), start.to_vec());
        add(format!("the first {end} characters were lost"), rest.to_vec());
    }
}

/// Errors at one position of the secret.
fn at_place(secret: &[char], at: usize, add: &mut dyn FnMut(String, Vec<char>)) {
    let number = at + 1;
    let (before, rest) = secret.split_at(at);
    let Some((character, behind)) = rest.split_first() else { return };
    let with = |middle: &[char]| [before, middle, behind].concat();
    add(format!("character {number} is missing"), with(&[]));
    add(format!("character {number} is doubled"), with(&[*character; 2]));
    if let [next, behind @ ..] = behind {
        add(
            format!("characters {number} and {} are swapped", number + 1),
            [before, &[*next, *character], behind].concat(),
        );
    }
    let other_case =
        if character.is_ascii_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() };
    add(format!("character {number} has the wrong case"), with(&[other_case]));
    for letter in LETTERS.chars() {
        add(format!("character {number} is wrong"), with(&[letter]));
        add(format!("there is an extra character before character {number}"), with(&[letter, *character]));
        if behind.is_empty() {
            add("there is an extra character at the end".to_owned(), with(&[*character, letter]));
        }
    }
}
