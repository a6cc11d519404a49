//! Removes secrets from the command line in the process list, as curl does, because other users of the machine can
//! read it.
//!
//! This is a best effort and no guarantee: the words were visible between the start of the program and now, and not
//! every system allows changing them.

use std::ffi::OsString;
use std::ops::Range;

use super::typed::{TypedSecret, typed_secrets};
use crate::platform::blank_arguments;

/// Blanks the secrets in the words that this process was started with. The words must have been copied before.
pub fn leave_process_list(words: &[OsString]) {
    let secrets = typed_secrets(words);
    if secrets.is_empty() {
        return;
    }
    let bytes: Vec<&[u8]> = words.iter().map(|word| word.as_encoded_bytes()).collect();
    // If the system does not allow it, there is nothing to do: the manual documents that.
    drop(blank_arguments(&bytes, &pieces(&bytes, &secrets)));
}

/// The byte ranges of the secrets in the words, each of which ends with a NUL.
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
    fn ranges_count_from_the_first_word_and_include_terminators() {
        let words = ["sigvet", "-u", "K:s", "-xhttp://u:p@h"].map(OsString::from);
        let bytes: Vec<&[u8]> = words.iter().map(|word| word.as_encoded_bytes()).collect();
        assert_eq!(pieces(&bytes, &typed_secrets(&words)), [10..13, 23..26]);
    }
}
