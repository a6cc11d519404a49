//! Parses the words of a curl command by curl's rules: options, their values, URLs, and the sections that `--next`
//! begins.
//!
//! Only curl's own options are known. Any other option, even one of sigvet's, is as unknown as it is to curl: a note
//! names it, and it does nothing. No option reads a file.

use super::options::{self, CurlOption, Takes};
use super::section::{Section, UrlWord, hidden};
use crate::formats::note::Note;

/// Parses the words after `curl`.
pub(super) fn parse(words: &[String]) -> (Vec<Section>, Vec<Note>) {
    let mut parser =
        Parser { words: words.iter(), sections: Vec::new(), current: Section::default(), notes: Vec::new() };
    parser.run();
    let Parser { mut sections, current, mut notes, .. } = parser;
    sections.push(current);
    for section in &mut sections {
        notes.append(&mut section.notes);
    }
    (sections, notes)
}

struct Parser<'a> {
    words: std::slice::Iter<'a, String>,
    sections: Vec<Section>,
    current: Section,
    notes: Vec<Note>,
}

impl Parser<'_> {
    fn run(&mut self) {
        let mut is_behind_unknown = false;
        while let Some(word) = self.words.next() {
            let was_behind_unknown = std::mem::take(&mut is_behind_unknown);
            if word == "--" {
                self.rest_are_urls();
            } else if let Some(name) = word.strip_prefix("--") {
                is_behind_unknown = self.long(name).is_none();
            } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                is_behind_unknown = self.short(letters).is_none();
            } else {
                self.current.urls.push(UrlWord { text: hidden(word.clone()), may_be_value: was_behind_unknown });
            }
        }
    }

    fn rest_are_urls(&mut self) {
        let urls = self.words.by_ref().map(|word| UrlWord { text: hidden(word.clone()), may_be_value: false });
        self.current.urls.extend(urls);
    }

    /// A long option; none if curl has no such option.
    fn long(&mut self, name: &str) -> Option<()> {
        if let Some(expanded) = name.strip_prefix("expand-").and_then(options::by_name) {
            let value = self.words.next()?.clone();
            self.notes.push(Note::CurlVariable { option: expanded.name });
            self.current.set_unknown(expanded.name, value.contains("{{"), value);
            return Some(());
        }
        let known = options::by_name(name).map(|option| (option, true));
        let opposite = || name.strip_prefix("no-").and_then(options::by_name).map(|option| (option, false));
        match known.or_else(opposite) {
            Some((option, is_on)) => self.option(option, is_on, None),
            None => {
                self.unknown(format!("--{}", name.split('=').next().unwrap_or_default()));
                None
            }
        }
    }

    /// Letters after one dash. The value of the last one may follow it directly.
    fn short(&mut self, letters: &str) -> Option<()> {
        let mut characters = letters.chars();
        while let Some(letter) = characters.next() {
            let Some(option) = options::by_letter(letter) else {
                self.unknown(format!("-{letter}"));
                return None;
            };
            let rest = characters.as_str();
            // `-N` is `--no-buffer`.
            let is_on = letter != 'N';
            if option.takes == Takes::Value && !rest.is_empty() {
                return self.option(option, is_on, Some(rest.to_owned()));
            }
            self.option(option, is_on, None)?;
        }
        Some(())
    }

    fn option(&mut self, option: CurlOption, is_on: bool, attached: Option<String>) -> Option<()> {
        match option {
            CurlOption { name: "next", .. } => self.sections.push(std::mem::take(&mut self.current)),
            CurlOption { name, takes: Takes::Nothing } => self.current.set_flag(name, is_on),
            CurlOption { name, takes: Takes::Value } => {
                // A command that ends in the middle was cut off.
                let Some(value) = attached.or_else(|| self.words.next().cloned()) else {
                    self.notes.push(Note::CutOff { what: "the command".to_owned() });
                    return Some(());
                };
                self.current.set(name, value);
            }
        }
        Some(())
    }

    fn unknown(&mut self, name: String) {
        self.notes.push(Note::UnknownCurlOption { name });
    }
}
