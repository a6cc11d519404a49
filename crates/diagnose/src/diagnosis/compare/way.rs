//! What was changed between a client that is right and the server: named as that, and never as the client's mistake.

use super::{is_prefix_changed, is_same_but_for_order, name_payload, name_query};
use crate::diagnosis::catalogue::{PATH_CHANGED, PATH_PREFIX_CHANGED, PATH_SLASHES};
use crate::diagnosis::outcome::{AppliedMistake, Difference};
use sigvet_core::canonical::Field;
use sigvet_core::internal::encode::{Plus, decode};

/// What happened to a field on its way; none for headers and methods, whose names say no more of one side than of the other, and
/// where only the order differs, which is the server's.
pub(super) fn name(field: Field, difference: &Difference) -> Option<Vec<AppliedMistake>> {
    let (theirs, right) = (&difference.theirs, &difference.right);
    match field {
        Field::Path => Some(vec![path(theirs, right)]),
        Field::Query if is_same_but_for_order(theirs, right) => None,
        Field::Query => Some(name_query(theirs, right)),
        Field::Payload => Some(vec![AppliedMistake::new(name_payload(right, theirs), theirs.clone(), right.clone())]),
        _ => None,
    }
}

fn path(theirs: &[u8], right: &[u8]) -> AppliedMistake {
    let made = |mistake| AppliedMistake::new(mistake, theirs, right);
    if is_prefix_changed(theirs, right) {
        return made(&PATH_PREFIX_CHANGED);
    }
    if merged(theirs) == merged(right) {
        return made(&PATH_SLASHES).with_detail(match theirs.len() < right.len() {
            true => "slashes were merged on the way",
            false => "a slash was added on the way",
        });
    }
    let changed = |detail: &str| made(&PATH_CHANGED).with_detail(format!("{detail} on the way"));
    match () {
        () if is_decoded(right, theirs) => changed("an escape was decoded"),
        () if is_decoded(theirs, right) => changed("the path was percent-encoded again"),
        () if theirs.eq_ignore_ascii_case(right) => changed("letters changed their case"),
        () if has_dots(right) && !has_dots(theirs) => changed("dot segments were resolved"),
        () => changed("the path was replaced"),
    }
}

fn merged(path: &[u8]) -> Vec<u8> {
    let mut merged = path.to_vec();
    merged.dedup_by(|a, b| *a == b'/' && *b == b'/');
    merged
}

fn is_decoded(encoded: &[u8], decoded: &[u8]) -> bool {
    let once = decode(encoded, Plus::Literal);
    // A canonical path is encoded once more than the wire's, or is made of it: so one decoding may show by either.
    once != encoded && (once == decoded || once == decode(decoded, Plus::Literal) && encoded.len() > decoded.len())
}

fn has_dots(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b".."))
}
