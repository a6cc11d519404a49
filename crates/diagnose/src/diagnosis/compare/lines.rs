//! Names the lines of a string to sign that differ, and how a client got from its canonical request to the hash in it.

use super::STRING_TO_SIGN;
use crate::diagnosis::alternatives::Subject;
use crate::diagnosis::alternatives::text::replaced;
use crate::diagnosis::catalogue::{
    CANONICAL_HASH_FORM, CANONICAL_NEWLINES, HEADER_BLOCK_NEWLINE, Mistake, SCOPE_DATE, SCOPE_ORDER, SCOPE_REGION,
    SCOPE_SERVICE, STRING_TO_SIGN_FORM, TIME_CHANGED, TIME_DATE_HEADER,
};
use crate::diagnosis::outcome::{AppliedMistake, Comparison, Difference};
use sigvet_core::crypto::sha256;
use sigvet_core::derivation::Terms;
use sigvet_core::scheme::Scope;
use sigvet_core::time::Timestamp;

/// Names the line of the string to sign that differs. The hash always differs if the canonical request does,
/// so it is not reported.
pub(super) fn name_line(difference: &Difference, subject: &Subject<'_>) -> Vec<AppliedMistake> {
    let one = |mistake: &'static Mistake| {
        vec![AppliedMistake::new(mistake, difference.theirs.clone(), difference.right.clone())]
    };
    let theirs = String::from_utf8_lossy(&difference.theirs).into_owned();
    match difference.name {
        "timestamp" => {
            let date = subject.headers.first_text("date").and_then(|date| Timestamp::parse(date).ok());
            match Timestamp::parse_amz_date(&theirs) {
                Ok(instant) if date == Some(instant) => one(&TIME_DATE_HEADER),
                Ok(_) => one(&TIME_CHANGED),
                Err(_) => one(&STRING_TO_SIGN_FORM),
            }
        }
        "credential scope" => name_scope(&theirs, &subject.terms).into_iter().flat_map(one).collect(),
        "algorithm" | STRING_TO_SIGN => one(&STRING_TO_SIGN_FORM),
        _ => Vec::new(),
    }
}

fn name_scope(theirs: &str, terms: &Terms) -> Vec<&'static Mistake> {
    let right = &terms.scope;
    let scope = Scope::parse_credential(&format!("id/{theirs}"), terms.scheme);
    let Some((_, scope)) = scope else { return vec![&SCOPE_ORDER] };
    if scope.region() == right.service && scope.service == right.region() {
        return vec![&SCOPE_ORDER];
    }
    let parts = [
        (scope.date != right.date, &SCOPE_DATE),
        (scope.region != right.region, &SCOPE_REGION),
        (scope.service != right.service, &SCOPE_SERVICE),
        (scope.terminator != right.terminator, &SCOPE_ORDER),
    ];
    parts.into_iter().filter(|(differs, _)| *differs).map(|(_, mistake)| mistake).collect()
}

/// Names how the client got from its canonical request to the hash in its string to sign.
pub(super) fn name_hash(comparison: &Comparison) -> Option<AppliedMistake> {
    let (canonical_request, string_to_sign) =
        (comparison.canonical_request.as_deref()?, comparison.string_to_sign.as_deref()?);
    let hash = string_to_sign.rsplit(|byte| *byte == b'\n').find(|line| !line.is_empty())?;
    let is = |text: &[u8]| sha256(text).to_string().as_bytes() == hash;
    let made = |mistake, detail: &str| Some(AppliedMistake::new(mistake, "", "").with_detail(detail));
    let with_newline = [canonical_request, b"\n"].concat();
    let with_cr = replaced(canonical_request, b"\n", b"\r\n");
    if is(&with_newline) {
        return made(&CANONICAL_NEWLINES, "a newline at the end of the canonical request was hashed");
    }
    if is(&with_cr) {
        return made(&CANONICAL_NEWLINES, "CR LF was hashed for each newline");
    }
    let of_headers = |lines: &[u8]| blank_line_replaced(canonical_request, lines);
    if is(&of_headers(b"\n")) {
        return made(&HEADER_BLOCK_NEWLINE, "no blank line was hashed after the headers");
    }
    if is(&of_headers(b"\n\n\n")) {
        return made(&HEADER_BLOCK_NEWLINE, "two blank lines were hashed after the headers");
    }
    if is(sha256(canonical_request).to_string().as_bytes()) {
        return made(&CANONICAL_HASH_FORM, "the hash was hashed again");
    }
    None
}

/// The canonical request with other newlines between its headers and their list.
fn blank_line_replaced(canonical_request: &[u8], newlines: &[u8]) -> Vec<u8> {
    let at = canonical_request.windows(2).rposition(|pair| pair == b"\n\n");
    let Some(at) = at else { return canonical_request.to_vec() };
    [canonical_request.get(..at).unwrap_or_default(), newlines, canonical_request.get(at + 2..).unwrap_or_default()]
        .concat()
}
