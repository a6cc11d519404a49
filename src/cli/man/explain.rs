//! The sections of the page of `explain` in addition to its options: prose, and every mistake in the catalogue.

use super::prose::read;
use super::section::{Item, Section};
use sigvet_diagnose::catalogue::{self, Mistake};

/// The sections of `sigvet-explain(1)`.
pub(super) fn sections() -> Vec<Section> {
    let mut sections = read(include_str!("text/explain.md"));
    if let Some(mistakes) = sections.iter_mut().find(|section| section.title == "MISTAKES") {
        mistakes.items.extend(catalogue::all().map(item));
    }
    sections
}

fn item(mistake: &Mistake) -> Item {
    Item::term(mistake.id, format!("{}. {}", capitalized(mistake.title), mistake.fix))
}

/// A title may begin with a name or a symbol, which is not capitalized.
fn capitalized(title: &str) -> String {
    match title.split_once(' ') {
        Some((first, rest)) if first.chars().all(|c| c.is_ascii_lowercase()) => {
            format!("{}{} {rest}", first[..1].to_ascii_uppercase(), &first[1..])
        }
        _ => title.to_owned(),
    }
}
