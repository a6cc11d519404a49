//! The canonical request and the string to sign, field by field, with what was signed in their place.

use super::markup::Markup;
use super::places::{HASH, Place, SCOPE, TIMESTAMP, Trail, places};
use super::{write_pair, write_segments};
use crate::canonical::Field;
use crate::cli::render::diagnosis::{Shown, marks};
use crate::diagnose::{Judged, Made};

const FIELDS: [(Field, &str); 6] = [
    (Field::Method, "Method"),
    (Field::Path, "Path"),
    (Field::Query, "Query"),
    (Field::Headers, "Headers"),
    (Field::SignedHeaders, "Signed headers"),
    (Field::Payload, "Payload hash"),
];
const LINES: [&str; 4] = ["Algorithm", "Timestamp", "Scope", "Request hash"];
/// So much of one field is shown.
const MOST: usize = 32 * 1024;

pub(super) fn write(shown: &Shown<'_>, judged: &Judged, trail: &Trail, page: &mut Markup) {
    let derivation = &judged.derivation;
    page.raw("<section aria-labelledby=\"stages\">\n<h2 id=\"stages\">The right texts, byte for byte</h2>\n");
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

fn write_row(
    shown: &Shown<'_>,
    judged: &Judged,
    trail: &Trail,
    (place, label, right): (Place, &'static str, &[u8]),
    page: &mut Markup,
) {
    let follows = place == Place::Line(HASH) && trail.spoils_hash();
    page.raw("<div").raw(if trail.is_at(place) { " class=\"wrong\"" } else { "" }).raw("><dt>").raw(label);
    page.raw("</dt><dd>");
    match signed_instead(shown, judged, place, right) {
        Some(signed) => write_pair(shown, ["Signed", "Should be"], [&signed, right], page),
        None => {
            write_whole(&shown.bytes(right), page);
        }
    }
    if follows {
        page.raw("<p class=\"aside\">Another hash was signed, for it was another canonical request.</p>");
    }
    page.raw("</dd></div>\n");
}

fn write_whole(text: &[u8], page: &mut Markup) {
    page.raw("<pre>");
    for pair in marks::pairs(text, text, MOST) {
        write_segments(&pair.right, page);
    }
    page.raw("</pre>");
}

/// What was signed in place of a field: the right text with each mistake put back into it. None where a mistake is not found
/// in it as it stands, or where nothing is known.
fn signed_instead(shown: &Shown<'_>, judged: &Judged, place: Place, right: &[u8]) -> Option<Vec<u8>> {
    let has_text = matches!(place, Place::Field(_) | Place::Line(TIMESTAMP | SCOPE));
    let best = shown.diagnosis.best().filter(|_| has_text)?;
    let placement = Some(judged.claim.terms.placement);
    let is_here = |made: &&Made| places(made, placement).contains(&place);
    let signed = best.mistakes.iter().filter(is_here).try_fold(right.to_vec(), |text, made| put_back(&text, made))?;
    (signed != right).then_some(signed)
}

fn put_back(text: &[u8], made: &Made) -> Option<Vec<u8>> {
    let expected = made.expected.as_slice();
    if text == expected {
        return Some(made.signed.clone());
    }
    if expected.is_empty() {
        return None;
    }
    let mut at = text.windows(expected.len()).enumerate().filter(|(_, window)| *window == expected);
    // Found twice, it is not known which of them it was.
    let ((start, _), None) = (at.next()?, at.next()) else { return None };
    Some([&text[..start], &made.signed, &text[start + expected.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::catalogue::HOST_DEFAULT_PORT;

    #[test]
    fn a_mistake_is_put_back_where_it_is_found_once() {
        let made = |signed: &str, expected: &str| Made {
            mistake: &HOST_DEFAULT_PORT,
            detail: None,
            signed: signed.into(),
            expected: expected.into(),
        };
        assert_eq!(put_back(b"host:h\nx:y\n", &made("host:h:443", "host:h")).unwrap(), b"host:h:443\nx:y\n");
        assert_eq!(put_back(b"", &made("x", "")).unwrap(), b"x");
        assert_eq!(put_back(b"h,h", &made("x", "h")), None);
        assert_eq!(put_back(b"h", &made("x", "y")), None);
        assert_eq!(put_back(b"h", &made("x", "")), None);
    }
}
