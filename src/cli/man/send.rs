//! What the page of `send` says beyond its options: what becomes of each option of curl, and how it ends.

use super::exits;
use super::section::{Item, Section};
use crate::cli::curl::table::{Row, Taken, rows};

/// The sections of `sigvet-send(1)`.
pub(super) fn sections() -> Vec<Section> {
    let rows = rows();
    vec![output(), known(&rows), without_effect(&rows), not_taken(&rows), exits::of_send()]
}

fn output() -> Section {
    let items = vec![
        Item::text(
            "A file is replaced when all of the body has arrived, and keeps its mode. It is overwritten in place, from the first byte on, \
            if it has several hard links, if its owner or group would change, or if its directory cannot be written to.",
        ),
        Item::text(
            "At a terminal, control characters in a response are spelled out instead of being obeyed, and a body with a NUL byte \
            is refused, as curl does. Pipes and files get the exact bytes, and so does `-o -`.",
        ),
    ];
    Section { title: "OUTPUT", items }
}

fn known(rows: &[Row]) -> Section {
    let names: Vec<String> = rows.iter().filter(|row| row.taken == Taken::Known).map(spelling).collect();
    let items = vec![
        Item::text("Every option of curl 8 has its place in one of three lists. These mean here what they mean there:"),
        Item::text(names.join(", ")),
    ];
    Section { title: "OPTIONS OF CURL THAT ARE KNOWN", items }
}

fn without_effect(rows: &[Row]) -> Section {
    let reason = |taken| match taken {
        Taken::NoEffect(reason) => Some(reason),
        Taken::Known | Taken::NotTaken(_) => None,
    };
    let mut items = vec![Item::text("These are accepted, and change nothing: what they ask for is so in any case.")];
    items.extend(grouped(rows, reason));
    Section { title: "OPTIONS OF CURL WITHOUT EFFECT", items }
}

fn not_taken(rows: &[Row]) -> Section {
    let hint = |taken| match taken {
        Taken::NotTaken(hint) => Some(hint),
        Taken::Known | Taken::NoEffect(_) => None,
    };
    let mut items = vec![Item::text("These are refused, with exit code 2 and a hint; what to do instead:")];
    items.extend(grouped(rows, hint));
    Section { title: "OPTIONS OF CURL THAT ARE NOT TAKEN", items }
}

/// The options of one text together, in the order of the first of them.
fn grouped(rows: &[Row], text: impl Fn(Taken) -> Option<&'static str>) -> Vec<Item> {
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

/// As curl's help spells it; the letter behind, so that a list reads as one.
fn spelling(row: &Row) -> String {
    match row.short {
        Some(short) => format!("--{} (-{short})", row.long),
        None => format!("--{}", row.long),
    }
}
