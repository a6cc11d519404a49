//! Secrets that were typed leave the list of processes, as curl's do: other users of the machine read it.
//!
//! It is a courtesy and no promise: between the start of the program and this moment the words could be seen, and not every
//! system lets them be changed.

use std::ffi::OsString;
use std::ops::Range;

use super::typed::{TypedSecret, typed_secrets};
use crate::platform::blank_arguments;

/// Blanks the secrets among the words that this process was started with. The words have been copied before.
pub fn leave_process_list(words: &[OsString]) {
    let secrets = typed_secrets(words);
    if secrets.is_empty() {
        return;
    }
    let bytes: Vec<&[u8]> = words.iter().map(|word| word.as_encoded_bytes()).collect();
    // Where the system does not let it happen there is nobody to tell: the manual says so.
    drop(blank_arguments(&bytes, &pieces(&bytes, &secrets)));
}

/// Where the secrets stand in the words, each of which ends with a NUL.
fn pieces(words: &[&[u8]], secrets: &[TypedSecret]) -> Vec<Range<usize>> {
    let begins = |word: usize| words.iter().take(word).map(|word| word.len() + 1).sum::<usize>();
    let piece = |secret: &TypedSecret| {
        let (begin, bytes) = (begins(secret.place.word), &secret.place.bytes);
        begin + bytes.start..begin + bytes.end
    };
    secrets.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_counted_from_the_first_word_with_the_ends_of_words() {
        let words = ["sigvet", "-u", "K:s", "-xhttp://u:p@h"].map(OsString::from);
        let bytes: Vec<&[u8]> = words.iter().map(|word| word.as_encoded_bytes()).collect();
        assert_eq!(pieces(&bytes, &typed_secrets(&words)), [10..13, 23..26]);
    }
}
