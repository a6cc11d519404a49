//! Which options of `sigvet send` take a value, from the definition of the command line. Code that reads words
//! before clap does has to know which of them are values.

use std::collections::HashMap;

/// The options of `send`, and whether they take a value.
pub(super) struct KnownOptions {
    /// By long name: whether a value follows.
    pub(super) longs: HashMap<String, Value>,
    pub(super) shorts: HashMap<char, (Value, Option<String>)>,
}

/// Whether a value follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Needed,
    None,
}

impl KnownOptions {
    pub(super) fn of_send(mut definition: clap::Command) -> Self {
        let mut known = Self { longs: HashMap::new(), shorts: HashMap::new() };
        definition.build();
        for arg in definition.find_subcommand("send").into_iter().flat_map(clap::Command::get_arguments) {
            let may_stand_alone = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
            let value = if arg.get_action().takes_values() && !may_stand_alone { Value::Needed } else { Value::None };
            let aliases = arg.get_all_aliases().unwrap_or_default();
            known.longs.extend(arg.get_long().into_iter().chain(aliases).map(|long| (long.to_owned(), value)));
            let letters = arg.get_short().into_iter().chain(arg.get_all_short_aliases().unwrap_or_default());
            known.shorts.extend(letters.map(|letter| (letter, (value, arg.get_long().map(str::to_owned)))));
        }
        known.longs.entry("help".to_owned()).or_insert(Value::None);
        known.shorts.entry('h').or_insert((Value::None, Some("help".to_owned())));
        known
    }
}

/// A word of single letters, such as `-sS`, `-XPUT` or `-K`.
pub(super) struct Cluster<'a> {
    /// The letters that take no value.
    pub(super) flags: &'a str,
    /// The letter that takes a value, its long name, and the rest of the word.
    pub(super) last: Option<(char, Option<&'a str>, &'a str)>,
}

impl KnownOptions {
    /// The long name of a letter; empty if it has none.
    pub(super) fn long_of(&self, letter: char) -> &str {
        self.shorts.get(&letter).and_then(|(_, long)| long.as_deref()).unwrap_or_default()
    }

    /// Parses the letters after the dash; the error is an unknown letter.
    pub(super) fn cluster<'a>(&'a self, letters: &'a str) -> Result<Cluster<'a>, char> {
        for (at, letter) in letters.char_indices() {
            let (value, long) = self.shorts.get(&letter).ok_or(letter)?;
            if *value == Value::Needed {
                let rest = &letters[at + letter.len_utf8()..];
                return Ok(Cluster { flags: &letters[..at], last: Some((letter, long.as_deref(), rest)) });
            }
        }
        Ok(Cluster { flags: letters, last: None })
    }
}
