//! The canonical request and the string to sign, field by field, with what was signed instead.

use super::markup::Markup;
use super::places::{HASH, Place, SCOPE, TIMESTAMP, Trail, places};
use super::{write_pair, write_segments};
use crate::cli::render::diagnosis::{Shown, marks};
use sigvet_core::canonical::Field;
use sigvet_core::derivation::Part;
use sigvet_diagnose::{AppliedMistake, Judged, JudgedV4};

const FIELDS: [(Field, &str); 6] = [
    (Field::Method, "Method"),
    (Field::Path, "Path"),
    (Field::Query, "Query"),
    (Field::Headers, "Headers"),
    (Field::SignedHeaders, "Signed headers"),
    (Field::Payload, "Payload hash"),
];
const STRING_TO_SIGN: &str = "string-to-sign";
/// The texts that a client can log: names, labels and IDs on the page.
const EXPECTED: [(&str, &str, &str); 2] = [
    ("canonical-request", "Canonical request", "canonical-request"),
    (STRING_TO_SIGN, "String to sign", "string-to-sign"),
];
const LINES: [&str; 4] = ["Algorithm", "Timestamp", "Scope", "Request hash"];
/// Maximum length shown of one field.
const MOST: usize = 32 * 1024;

pub(super) fn write(shown: &Shown<'_>, judged: JudgedV4<'_>, trail: &Trail, page: &mut Markup) {
    let derivation = judged.derivation;
    page.raw("<section aria-labelledby=\"stages\">\n<h2 id=\"stages\">What is signed, byte for byte</h2>\n");
    page.raw("<details open><summary>Canonical request</summary>\n<dl class=\"stage\">\n");
    for (field, label) in FIELDS {
        write_row(shown, judged, trail, (Place::Field(field), label, derivation.canonical_request.field(field)), page);
    }
    page.raw("</dl>\n</details>\n<details open><summary>String to sign</summary>\n<dl class=\"stage\">\n");
    for ((at, label), line) in LINES.into_iter().enumerate().zip(derivation.string_to_sign.split('\n')) {
        write_row(shown, judged, trail, (Place::Line(at), label, line.as_bytes()), page);
    }
    page.raw("</dl>\n</details>\n</section>\n");
}

/// Writes the parts of a string to sign that has no canonical request, and the whole string.
pub(super) fn write_parts(shown: &Shown<'_>, parts: &[Part], string_to_sign: &[u8], page: &mut Markup) {
    let row = |label: &'static str, text: &[u8], page: &mut Markup| {
        page.raw("<div><dt>").raw(label).raw("</dt><dd>");
        write_whole(&shown.bytes(text), page);
        page.raw("</dd></div>\n");
    };
    page.raw("<section aria-labelledby=\"stages\">\n<h2 id=\"stages\">What is signed, byte for byte</h2>\n");
    page.raw("<details open><summary>Parts</summary>\n<dl class=\"stage\">\n");
    for part in parts {
        row(part.name, &part.text, page);
    }
    page.raw("</dl>\n</details>\n<details open><summary>String to sign</summary>\n<dl class=\"stage\">\n");
    row("All of it", string_to_sign, page);
    page.raw("</dl>\n</details>\n</section>\n");
}

/// Writes both correct texts, each with a button for copying it, which a script makes visible.
pub(super) fn write_expected_texts(shown: &Shown<'_>, judged: &Judged, page: &mut Markup) {
    let texts = judged.verdict.texts.stages();
    page.raw("<section aria-labelledby=\"expected\">\n<h2 id=\"expected\">What it should have been</h2>\n");
    page.raw("<p class=\"known\">Compare these texts with what your client logs.</p>\n");
    for (name, label, id) in EXPECTED {
        let Some((_, text)) = texts.iter().find(|(stage, _)| *stage == name) else { continue };
        let text = match judged.v4().filter(|_| name == STRING_TO_SIGN) {
            Some(v4) => expected_string_to_sign(shown, v4),
            None => text.to_vec(),
        };
        page.raw("<details><summary>").raw(label).raw("</summary>\n<div class=\"whole\"><pre id=\"").raw(id).raw("\">");
        page.text(&String::from_utf8_lossy(&shown.bytes(&text)));
        page.raw("</pre>\n<button type=\"button\" hidden data-copy=\"")
            .raw(id)
            .raw("\">Copy</button></div>\n</details>\n");
    }
    page.raw("</section>\n");
}

/// Timestamp and scope come from the request's claims, and may be what is wrong.
fn expected_string_to_sign(shown: &Shown<'_>, judged: JudgedV4<'_>) -> Vec<u8> {
    let lines = judged.derivation.string_to_sign.split('\n').enumerate();
    let expected = lines.map(|(at, line)| match both_texts(shown, judged, Place::Line(at), line.as_bytes()) {
        Some([_, right]) => right,
        None => line.into(),
    });
    expected.collect::<Vec<_>>().join(&b'\n')
}

fn write_row(
    shown: &Shown<'_>,
    judged: JudgedV4<'_>,
    trail: &Trail,
    (place, label, right): (Place, &'static str, &[u8]),
    page: &mut Markup,
) {
    let follows = place == Place::Line(HASH) && trail.spoils_hash();
    page.raw("<div").raw(if trail.is_at(place) { " class=\"wrong\"" } else { "" }).raw("><dt>").raw(label);
    page.raw("</dt><dd>");
    match both_texts(shown, judged, place, right) {
        Some([signed, right]) => write_pair(["Signed", "Should be"], &shown.both(&signed, &right), page),
        None => write_whole(&shown.bytes(right), page),
    }
    if follows {
        page.raw("<p class=\"aside\">A different hash was signed, because the canonical request was different.</p>");
    }
    page.raw("</dd></div>\n");
}

fn write_whole(text: &[u8], page: &mut Markup) {
    page.raw("<pre>");
    for pair in marks::pairs(text, text, MOST, 1).shown {
        write_segments(&pair.right, page);
    }
    page.raw("</pre>");
}

/// What was signed instead of a field, and what should have been signed. `None` if a mistake cannot be located in
/// the field, or if nothing is known.
fn both_texts(shown: &Shown<'_>, judged: JudgedV4<'_>, place: Place, derived: &[u8]) -> Option<[Vec<u8>; 2]> {
    let is_claimed = matches!(place, Place::Line(TIMESTAMP | SCOPE));
    let best = shown.diagnosis.best().filter(|_| is_claimed || matches!(place, Place::Field(_)))?;
    let placement = Some(judged.claim.terms.placement);
    let made_here = || best.mistakes.iter().filter(|made| places(made, placement).contains(&place));
    // A field is derived correctly; timestamp and scope are derived as the request claims them.
    let put_back = |text: Vec<u8>, made: &AppliedMistake| replaced(&text, &made.expected, &made.signed);
    let put_right = |text: Vec<u8>, made: &AppliedMistake| replaced(&text, &made.signed, &made.expected);
    let texts = match made_here().try_fold(derived.to_vec(), put_back) {
        Some(signed) => [signed, derived.to_vec()],
        None if is_claimed => [derived.to_vec(), made_here().try_fold(derived.to_vec(), put_right)?],
        None => return None,
    };
    (texts[0] != texts[1]).then_some(texts)
}

/// The text with one piece replaced. `None` if the piece occurs not at all or twice, because then its position is
/// unknown.
fn replaced(text: &[u8], piece: &[u8], by: &[u8]) -> Option<Vec<u8>> {
    if text == piece {
        return Some(by.to_vec());
    }
    if piece.is_empty() {
        return None;
    }
    let mut found = text.windows(piece.len()).enumerate().filter(|(_, window)| *window == piece);
    let ((start, _), None) = (found.next()?, found.next()) else { return None };
    Some([&text[..start], by, &text[start + piece.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_replaced_if_it_occurs_once() {
        let replaced = |text: &str, piece: &str| replaced(text.as_bytes(), piece.as_bytes(), b"new");
        assert_eq!(replaced("host:h\nx:y\n", "host:h").unwrap(), b"new\nx:y\n");
        assert_eq!(replaced("", "").unwrap(), b"new");
        assert_eq!([replaced("h,h", "h"), replaced("h", "y"), replaced("h", "")], [None, None, None]);
    }
}
