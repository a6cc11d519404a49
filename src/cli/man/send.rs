//! The sections of the page of `send` in addition to its options: how each option of curl is handled, and the exit
//! codes.

use super::exits;
use super::prose::read;
use super::section::{Item, Section};
use crate::cli::curl::table::{Handling, Row, rows};

/// The sections of `sigvet-send(1)`.
pub(super) fn sections() -> Vec<Section> {
    let rows = rows();
    let mut sections = read(include_str!("text/send.md"));
    for (section, list) in sections.iter_mut().skip(1).zip([known(&rows), without_effect(&rows), not_taken(&rows)]) {
        section.items.extend(list);
    }
    sections.push(exits::of_send());
    sections
}

fn known(rows: &[Row]) -> Vec<Item> {
    let names: Vec<String> = rows.iter().filter(|row| row.taken == Handling::Known).map(spelling).collect();
    vec![Item::text(names.join(", "))]
}

fn without_effect(rows: &[Row]) -> Vec<Item> {
    grouped(rows, |taken| match taken {
        Handling::NoEffect(reason) => Some(reason),
        Handling::Known | Handling::NotTaken(_) => None,
    })
}

fn not_taken(rows: &[Row]) -> Vec<Item> {
    grouped(rows, |taken| match taken {
        Handling::NotTaken(hint) => Some(hint),
        Handling::Known | Handling::NoEffect(_) => None,
    })
}

/// Groups the options with the same text, in the order of their first options.
fn grouped(rows: &[Row], text: impl Fn(Handling) -> Option<&'static str>) -> Vec<Item> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for row in rows {
        let Some(text) = text(row.taken) else { continue };
        match groups.iter_mut().find(|(found, _)| *found == text) {
            Some((_, names)) => names.push(spelling(row)),
            None => groups.push((text, vec![spelling(row)])),
        }
    }
    groups.into_iter().map(|(text, names)| Item::term(names.join(", "), text)).collect()
}

/// The option as curl's help spells it, with the letter last, so that lists are easy to read.
fn spelling(row: &Row) -> String {
    match row.short {
        Some(short) => format!("--{} (-{short})", row.long),
        None => format!("--{}", row.long),
    }
}
