//! Names changes made between a correct client and the server as changes in transit, never as the client's mistake.

use super::{is_prefix_changed, is_same_but_for_order, name_payload, name_query};
use crate::diagnosis::catalogue::{
    Mistake, PATH_CHANGED, PATH_DOUBLE_ENCODED, PATH_HEX_LOWERCASE, PATH_NORMALIZED, PATH_PLUS_AS_SPACE,
    PATH_PREFIX_CHANGED, PATH_SLASHES, PATH_TILDE_ENCODED, PATH_TRAILING_SLASH, PATH_UNICODE_FORM,
    PATH_UNRESERVED_ENCODED, PATH_WITH_QUERY, PAYLOAD_CHARSET, PAYLOAD_JSON_REFORMATTED, PAYLOAD_NEWLINE,
    PAYLOAD_TRANSFORMED, QUERY_DOUBLE_ENCODED, QUERY_HTML_ESCAPED, QUERY_PLUS, QUERY_TILDE_ENCODED,
};
use crate::diagnosis::outcome::{AppliedMistake, Difference};
use sigvet_core::canonical::Field;
use sigvet_core::internal::encode::{Plus, decode};

/// Mistakes that proxies, gateways and HTTP libraries also make with a request in transit. Only signers make
/// the other mistakes in these fields.
const ALSO_ON_THE_WAY: [&Mistake; 17] = [
    &PATH_DOUBLE_ENCODED,
    &PATH_HEX_LOWERCASE,
    &PATH_NORMALIZED,
    &PATH_PLUS_AS_SPACE,
    &PATH_TILDE_ENCODED,
    &PATH_TRAILING_SLASH,
    &PATH_UNICODE_FORM,
    &PATH_UNRESERVED_ENCODED,
    &PATH_WITH_QUERY,
    &QUERY_DOUBLE_ENCODED,
    &QUERY_HTML_ESCAPED,
    &QUERY_PLUS,
    &QUERY_TILDE_ENCODED,
    &PAYLOAD_CHARSET,
    &PAYLOAD_JSON_REFORMATTED,
    &PAYLOAD_NEWLINE,
    &PAYLOAD_TRANSFORMED,
];

/// What happened to a field in transit. `None` for headers and methods, whose mistakes fit either side, and
/// if only the order differs, which is the server's doing. `found` contains the mistakes that turn the right
/// text into the server's.
pub(super) fn name(
    field: Field,
    difference: &Difference,
    found: Option<Vec<AppliedMistake>>,
) -> Option<Vec<AppliedMistake>> {
    let (theirs, right) = (&difference.theirs, &difference.right);
    let is_of_fields = matches!(field, Field::Path | Field::Query | Field::Payload);
    let is_way = |made: &AppliedMistake| ALSO_ON_THE_WAY.iter().any(|mistake| mistake.id == made.mistake.id);
    if let Some(found) = found.filter(|found| is_of_fields && found.iter().all(is_way)) {
        let detail = || Some("changed on the way to the server; what the client signed is correct".to_owned());
        let changed = |made: AppliedMistake| AppliedMistake { detail: detail(), is_on_the_way: true, ..made };
        return Some(found.into_iter().map(changed).collect());
    }
    let mut named = match field {
        Field::Path => vec![path(theirs, right)],
        Field::Query if is_same_but_for_order(theirs, right) => return None,
        Field::Query => name_query(theirs, right),
        Field::Payload => vec![AppliedMistake::new(name_payload(right, theirs), theirs.clone(), right.clone())],
        _ => return None,
    };
    named.iter_mut().for_each(|made| made.is_on_the_way = true);
    Some(named)
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
        () if theirs.eq_ignore_ascii_case(right) => changed("letters changed case"),
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
    // A canonical path is made by encoding the wire path once more, or is the wire path rewritten, so
    // decoding the wire path once may show in either form.
    once != encoded && (once == decoded || once == decode(decoded, Plus::Literal) && encoded.len() > decoded.len())
}

fn has_dots(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b".."))
}
