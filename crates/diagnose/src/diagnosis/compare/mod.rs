//! Compares the server's or the client's texts with the right ones, field by field.
//!
//! A difference is named by the alternatives that the search also tries. If none of them gives the text, the
//! field itself and both values are named.

mod lines;
mod way;
mod hidden;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::allowance::{Allowance, BudgetLimit};
use super::alternatives::text::replaced;
use super::alternatives::{Fields, Subject, headers_of};
use super::catalogue::{
    HEADER_CHANGED, HEADER_CONTENT_TYPE, HEADER_HOP_BY_HOP, HEADER_MISSING, HOST_OTHER_ENDPOINT, HOST_REWRITTEN,
    METHOD_SWAPPED, Mistake, PATH_CHANGED, PATH_NOT_ENCODED, PATH_PREFIX_CHANGED, PAYLOAD_CHANGED, PAYLOAD_EMPTY_HASH,
    PAYLOAD_NOT_EMPTY, QUERY_CHANGED_AFTER,
};
use super::outcome::{AppliedMistake, Comparison, Difference, Explanation, JudgedV4, Proof};
use super::party::{Party, Texts};
use super::size::Size;
use super::texts::{CanonicalText, differing_lines, header_lines, is_unaltered};
use hidden::{filled_fields, filled_request, filled_string, is_blacked_out};
use lines::{name_hash, name_line};
use sigvet_core::canonical::{CanonicalRequest, Field};
use sigvet_core::crypto::sha256;
use sigvet_core::internal;
use sigvet_core::prepare::is_never_signed;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::SignedTexts;

/// Maximum number of mistakes to look for in one field.
const MOST: usize = 2;
const NAMES: [(Field, &str); 5] = [
    (Field::Method, "method"),
    (Field::Path, "path"),
    (Field::Query, "query"),
    (Field::Headers, "headers"),
    (Field::Payload, "payload"),
];
/// The position of the headers among the fields.
const HEADERS: usize = 3;
const LINES: [&str; 4] = ["algorithm", "timestamp", "credential scope", "request's SHA-256"];
/// The name of the field if its lines cannot be compared with the right ones.
const STRING_TO_SIGN: &str = "string to sign";

/// The comparison with this party's texts.
pub(super) fn of_party(comparisons: &[Comparison], whose: Party) -> Option<&Comparison> {
    comparisons.iter().find(|comparison| comparison.whose == whose)
}

/// Whether a party's texts are right, as far as they are known. A text that could not be parsed proves nothing.
pub(super) fn agrees(right: &SignedTexts, comparison: &Comparison) -> bool {
    let Comparison { canonical_request, string_to_sign, .. } = comparison;
    let is_string = string_to_sign
        .as_ref()
        .is_some_and(|text| filled_string(text.trim_ascii_end(), right.string_to_sign()) == right.string_to_sign());
    let is_canonical_request = match (right, canonical_request) {
        (SignedTexts::Canonical(right), Some(text)) => {
            let right = right.canonical_request.as_bytes();
            filled_request(text.trim_ascii_end(), right) == right
        }
        _ => false,
    };
    comparison.differences.is_empty() && (is_string || is_canonical_request)
}

/// Compares a party's string to sign with the right one as a whole, for schemes without a canonical request.
pub(super) fn compare_string(right: &[u8], whose: Party, texts: Texts<'_>) -> Option<Comparison> {
    let theirs = texts.string_to_sign?.to_vec();
    let is_same = filled_string(theirs.trim_ascii_end(), right) == right;
    let difference = || Difference { field: None, name: STRING_TO_SIGN, theirs: theirs.clone(), right: right.to_vec() };
    let differences = if is_same { Vec::new() } else { vec![difference()] };
    let string_to_sign = Some(theirs);
    Some(Comparison { whose, canonical_request: None, string_to_sign, differences, is_unaltered: None })
}

/// Compares the texts of a party with the right ones; `others` are the texts of the other party. If no
/// request was captured, the client's text is compared with the server's, because a rebuilt request lacks
/// what the server's text shows.
pub(super) fn compare(judged: &JudgedV4<'_>, whose: Party, texts: Texts<'_>, others: Option<Texts<'_>>) -> Comparison {
    let mut differences = Vec::new();
    let own_time = if whose == Party::Client { own_time(judged, texts) } else { None };
    let own_text = judged.derivation.canonical_request.as_bytes();
    let canonical_request = texts.canonical_request.map(|text| filled_request(text, own_text));
    if let Some(theirs) = canonical_request.as_deref().and_then(CanonicalText::parse) {
        let told = others.and_then(|others| CanonicalText::parse(others.canonical_request?));
        let mut right = match told.filter(|_| whose == Party::Client && !judged.is_captured()) {
            Some(told) => told.fields().clone(),
            None => right_fields(&judged.derivation.canonical_request),
        };
        if let Some(time) = &own_time {
            let date = |time: &str| format!("{}:{time}\n", judged.claim.terms.dialect.date_header).into_bytes();
            right[HEADERS] = replaced(&right[HEADERS], &date(judged.claim.terms.timestamp.as_str()), &date(time));
        }
        let right = filled_fields(&right, theirs.fields());
        let theirs = filled_fields(theirs.fields(), &right);
        for ((field, name), (theirs, right)) in NAMES.into_iter().zip(theirs.iter().zip(right)) {
            if *theirs != right {
                differences.push(Difference { field: Some(field), name, theirs: theirs.clone(), right });
            }
        }
    }
    if let Some(theirs) = texts.string_to_sign.filter(|theirs| whose == Party::Client && is_misshapen(theirs)) {
        let right = judged.derivation.string_to_sign.clone().into_bytes();
        differences.push(Difference { field: None, name: STRING_TO_SIGN, theirs: theirs.to_vec(), right });
    } else if let Some(theirs) = texts.string_to_sign {
        let theirs = theirs.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        for ((name, theirs), right) in LINES.into_iter().zip(theirs).zip(judged.derivation.string_to_sign.lines()) {
            // The hash differs whenever the canonical request does, and the canonical request is shown anyway.
            let is_news = match name {
                name if name == LINES[3] => differences.is_empty() && own_time.is_none(),
                name if name == LINES[1] => own_time.is_none(),
                _ => true,
            };
            if theirs != right.as_bytes() && is_news && !internal::is_blacked_out(&String::from_utf8_lossy(theirs)) {
                let right = right.as_bytes().to_vec();
                differences.push(Difference { field: None, name, theirs: theirs.to_vec(), right });
            }
        }
    }
    // If something in it is hidden, a wrong hash shows nothing.
    let is_whole = canonical_request.as_deref() == texts.canonical_request;
    let is_unaltered = canonical_request
        .as_deref()
        .zip(texts.string_to_sign)
        .and_then(|(canonical, string)| is_unaltered(canonical, string))
        .filter(|is_unaltered| is_whole || *is_unaltered);
    Comparison {
        whose,
        canonical_request: texts.canonical_request.map(<[u8]>::to_vec),
        string_to_sign: texts.string_to_sign.map(<[u8]>::to_vec),
        differences,
        is_unaltered,
    }
}

/// The timestamp of a client that retried: it signed again at another time, and its texts are consistent.
fn own_time(judged: &JudgedV4<'_>, texts: Texts<'_>) -> Option<String> {
    let terms = &judged.claim.terms;
    let text = CanonicalText::parse(texts.canonical_request?)?;
    let name = terms.dialect.date_header.as_bytes();
    let (_, date) = text.header_lines().find(|(header, _)| header.eq_ignore_ascii_case(name))?;
    let date = std::str::from_utf8(date).ok()?;
    let line = texts.string_to_sign.and_then(|string| string.split(|byte| *byte == b'\n').nth(1));
    let is_consistent = line.is_none_or(|line| line.trim_ascii_end() == date.as_bytes());
    let is_another_attempt =
        is_consistent && Timestamp::parse_amz_date(date).is_ok() && date != terms.timestamp.as_str();
    let is_same_day = date.get(..8) == terms.timestamp.as_str().get(..8);
    (is_another_attempt && is_same_day).then(|| date.to_owned())
}

/// Whether a line is missing, or another line is in the place of the scope.
fn is_misshapen(string_to_sign: &[u8]) -> bool {
    let mut lines = string_to_sign.split(|byte| *byte == b'\n');
    let scope = lines.by_ref().nth(2).unwrap_or_default();
    !scope.contains(&b'/') || lines.next().is_none()
}

fn right_fields(canonical_request: &CanonicalRequest) -> [Vec<u8>; 5] {
    let field = |field| canonical_request.field(field).to_vec();
    [
        field(Field::Method),
        field(Field::Path),
        field(Field::Query),
        headers_of(canonical_request),
        field(Field::Payload),
    ]
}

/// Names the differences between a party's texts and the right ones.
///
/// A difference in the client's texts is what the client signed. A difference in the server's texts was made
/// in transit or by the server; if the client is known to be right, it is not named as a client mistake.
pub(super) fn explain(subject: &Subject<'_>, comparison: &Comparison, is_client_right: bool) -> Option<Explanation> {
    // For a request of usual size, generating the fields takes milliseconds; for a larger one, the mistakes
    // found so far are used.
    let size = subject.size();
    let limit = if size == Size::Usual { BudgetLimit::Size } else { BudgetLimit::Time };
    let most = if size == Size::Usual { MOST } else { 0 };
    let fields = subject.fields(most, &Allowance::new(MOST, limit, &|| true));
    let mut mistakes: Vec<AppliedMistake> = Vec::new();
    let mut known = HashSet::new();
    for difference in &comparison.differences {
        let named = match difference.field {
            Some(field) if is_client_right && comparison.whose == Party::Server => {
                way::name(field, difference, alternative(field, difference, &fields))
                    .unwrap_or_else(|| name_field(field, difference, &fields, comparison.whose))
            }
            Some(field) => name_field(field, difference, &fields, comparison.whose),
            None => name_line(difference, subject),
        };
        for made in named {
            if known.insert((made.mistake.id, made.signed.clone())) {
                mistakes.push(made);
            }
        }
    }
    if comparison.whose == Party::Client && comparison.is_unaltered == Some(false) {
        mistakes.extend(name_hash(comparison));
    }
    if comparison.whose == Party::Server {
        // The server's text is what the client should have signed; the client signed what sigvet considers right.
        mistakes.iter_mut().for_each(|made| std::mem::swap(&mut made.signed, &mut made.expected));
    }
    let proof = if comparison.whose == Party::Server { Proof::Server } else { Proof::Observed };
    (!mistakes.is_empty()).then_some(Explanation { proof, mistakes })
}

/// The known mistakes that turn the right text into the party's text.
fn alternative(field: Field, difference: &Difference, fields: &Fields) -> Option<Vec<AppliedMistake>> {
    let at = NAMES.iter().position(|(named, _)| *named == field)?;
    let known = fields.in_order()[at];
    // Saying that only reserved characters are raw is more specific than saying that nothing is encoded.
    let says_less = |set: &Vec<AppliedMistake>| set.iter().any(|made| made.mistake.id == PATH_NOT_ENCODED.id);
    known.explained(known.find(&difference.theirs)?).into_iter().min_by_key(says_less)
}

fn name_field(field: Field, difference: &Difference, fields: &Fields, whose: Party) -> Vec<AppliedMistake> {
    let found = alternative(field, difference, fields);
    let (theirs, right) = (&difference.theirs, &difference.right);
    let one = |mistake: &'static Mistake| vec![AppliedMistake::new(mistake, theirs.clone(), right.clone())];
    match (field, found) {
        // Many alternatives could explain a host, but one that the server saw was changed in transit.
        (Field::Headers, found) if whose == Party::Server => {
            let changed = name_headers(theirs, right, whose);
            if changed.is_empty() { found.map(by_server).unwrap_or_default() } else { changed }
        }
        (Field::Query, Some(found)) if whose == Party::Server && is_same_but_for_order(theirs, right) => {
            by_server(found)
        }
        // The client is not to blame for a body that was lost in transit.
        (Field::Payload, _) if whose == Party::Server && name_payload(right, theirs).id != PAYLOAD_CHANGED.id => {
            one(name_payload(right, theirs))
        }
        // Nor for a path that only lost or gained its first segments.
        (Field::Path, _) if whose == Party::Server && is_prefix_changed(theirs, right) => one(&PATH_PREFIX_CHANGED),
        (_, Some(found)) => found,
        (Field::Headers, None) => name_headers(theirs, right, whose),
        (Field::Method, None) => one(&METHOD_SWAPPED),
        (Field::Path, None) => {
            let is_prefixed = theirs.ends_with(right) || right.ends_with(theirs);
            one(if is_prefixed { &PATH_PREFIX_CHANGED } else { &PATH_CHANGED })
        }
        (Field::Query, None) => name_query(theirs, right),
        (Field::Payload, None) => one(name_payload(theirs, right)),
        _ => Vec::new(),
    }
}

/// Only the server can put the same lines or parameters in another order: Ceph sorts headers by whole lines,
/// and MinIO leaves repeated parameters in the order in which they were sent.
fn by_server(found: Vec<AppliedMistake>) -> Vec<AppliedMistake> {
    found
        .into_iter()
        .map(|made| made.with_detail("the server's own text contains this mistake, so the server is wrong"))
        .collect()
}

fn is_same_but_for_order(theirs: &[u8], right: &[u8]) -> bool {
    let sorted = |query: &[u8]| {
        let mut parameters: Vec<Vec<u8>> = query.split(|byte| *byte == b'&').map(<[u8]>::to_vec).collect();
        parameters.sort();
        parameters
    };
    sorted(theirs) == sorted(right)
}

/// Whether one path equals the other with at least one segment in front.
fn is_prefix_changed(a: &[u8], b: &[u8]) -> bool {
    let (longer, shorter) = if a.len() > b.len() { (a, b) } else { (b, a) };
    let prefix = longer.strip_suffix(shorter).filter(|_| shorter.starts_with(b"/"));
    prefix.is_some_and(|prefix| prefix.iter().any(|byte| *byte != b'/'))
}

/// The parameters that only one side has.
fn name_query(theirs: &[u8], right: &[u8]) -> Vec<AppliedMistake> {
    let lines = |query: &[u8]| query.split(|byte| *byte == b'&').collect::<Vec<_>>().join(&b'\n');
    let (theirs, right) = differing_lines(&lines(theirs), &lines(right));
    vec![AppliedMistake::new(&QUERY_CHANGED_AFTER, theirs, right)]
}

/// What two hashes show without the body: whether one of them is the hash of an empty body.
fn name_payload(signed: &[u8], arrived: &[u8]) -> &'static Mistake {
    let empty = sha256(b"").to_string();
    let is_empty = |hash: &[u8]| hash == empty.as_bytes();
    match () {
        () if is_empty(signed) => &PAYLOAD_EMPTY_HASH,
        () if is_empty(arrived) => &PAYLOAD_NOT_EMPTY,
        () => &PAYLOAD_CHANGED,
    }
}

/// The headers whose values differ, each as a separate mistake.
fn name_headers(theirs: &[u8], right: &[u8], whose: Party) -> Vec<AppliedMistake> {
    let (theirs, right) = (first_values(theirs), first_values(right));
    let names: BTreeSet<&Vec<u8>> = theirs.keys().chain(right.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let value = |field: &HashMap<Vec<u8>, &[u8]>| field.get(name).map(|value| value.to_vec());
        let (signed, expected) = (value(&theirs), value(&right));
        let is_hidden = [&signed, &expected].into_iter().flatten().any(|value| is_blacked_out(name, value));
        if signed == expected || is_hidden {
            continue;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        let is_absent = expected.as_deref().unwrap_or_default().is_empty() || signed.is_none();
        let mistake = match name.as_str() {
            "host" if whose == Party::Server => &HOST_REWRITTEN,
            "host" => &HOST_OTHER_ENDPOINT,
            "content-type" => &HEADER_CONTENT_TYPE,
            name if is_never_signed(name) => &HEADER_HOP_BY_HOP,
            _ if is_absent && whose == Party::Client => &HEADER_MISSING,
            _ => &HEADER_CHANGED,
        };
        let text =
            |value: Option<Vec<u8>>| value.map(|value| [name.as_bytes(), b":", &value].concat()).unwrap_or_default();
        let detail = match (&signed, &expected) {
            (Some(theirs), Some(right)) if *theirs == [right, &b",gzip(gfe)"[..]].concat() => {
                format!("Google's front end appended ',gzip(gfe)' to {name}")
            }
            _ => format!("the header is {name}"),
        };
        found.push(AppliedMistake::new(mistake, text(signed), text(expected)).with_detail(detail));
    }
    found
}

/// The first value of each name, keyed by the name in lowercase.
fn first_values(field: &[u8]) -> HashMap<Vec<u8>, &[u8]> {
    let mut values = HashMap::new();
    for (name, value) in header_lines(field) {
        values.entry(name.to_ascii_lowercase()).or_insert(value);
    }
    values
}

#[cfg(test)]
mod tests;
