//! What a client may have signed in place of each part.

use crate::canonical::query;
use crate::diagnose::alternatives::text::replaced;
use crate::diagnose::catalogue::{
    HEADER_AMZ_UNSIGNED, HEADER_CHANGED, HEADER_CONTENT_TYPE, HEADER_NAME_CASE, HEADER_REPEATS, HEADER_UNSORTED,
    HEADER_UNTRIMMED, METHOD_CASE, METHOD_SWAPPED, PATH_DOUBLE_ENCODED, PATH_HEX_LOWERCASE, PATH_NOT_ENCODED,
    PATH_TRAILING_SLASH, TOKEN_NOT_SIGNED, V2_DATE_LINE, V2_NEWLINES, V2_RESOURCE, V2_SUBRESOURCE_ADDED,
    V2_SUBRESOURCE_FORM, V2_SUBRESOURCE_MISSING,
};
use crate::diagnose::field::Step;
use crate::encode::{Plus, Slash, decode, encode};
use crate::request::Request;
use crate::time::Timestamp;
use crate::v2::{Names, Placement, StringToSign, Terms, is_sub_resource, join, path_of, sub_resources};

const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];
/// What HTTP clients write of themselves.
const CONTENT_TYPES: [&str; 6] = [
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "binary/octet-stream",
    "application/json",
    "application/xml",
    "text/plain",
];

pub(super) fn method(right: &StringToSign) -> Step<Vec<u8>> {
    let method = String::from_utf8_lossy(&right.method).into_owned();
    let mut step = Step::new(right.method.clone());
    for text in [method.to_ascii_lowercase(), method.to_ascii_uppercase(), capitalized(&method)] {
        step = step.or(&METHOD_CASE, text.into_bytes());
    }
    for other in METHODS.iter().filter(|other| !other.eq_ignore_ascii_case(&method)) {
        step.add(&METHOD_SWAPPED, format!("signed for {other}, arrived as {method}"), other.as_bytes().to_vec());
    }
    step.without_repeats()
}

fn capitalized(method: &str) -> String {
    let mut letters = method.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default()
        + &letters.as_str().to_ascii_lowercase()
}

pub(super) fn content_md5(right: &StringToSign) -> Step<Vec<u8>> {
    let mut step = Step::new(right.content_md5.clone());
    step.add(&HEADER_CHANGED, "content-md5 is sent and was not signed", Vec::new());
    step.without_repeats()
}

pub(super) fn content_type(right: &StringToSign) -> Step<Vec<u8>> {
    let text = String::from_utf8_lossy(&right.content_type).into_owned();
    let mut step = Step::new(right.content_type.clone());
    step.add(&HEADER_CONTENT_TYPE, "signed without a type", Vec::new());
    let bare = text.split(';').next().unwrap_or_default().trim_end().to_owned();
    step.add(&HEADER_CONTENT_TYPE, "signed without what follows the semicolon", bare.clone().into_bytes());
    step.add(&HEADER_CONTENT_TYPE, "signed in lower case", text.to_ascii_lowercase().into_bytes());
    let kinds = [bare.as_str()].into_iter().filter(|bare| !bare.is_empty()).chain(CONTENT_TYPES);
    for kind in kinds {
        for charset in ["", "; charset=utf-8", "; charset=UTF-8", ";charset=utf-8"] {
            let signed = format!("{kind}{charset}");
            step.add(&HEADER_CONTENT_TYPE, format!("signed as {signed}"), signed.into_bytes());
        }
    }
    step.without_repeats()
}

pub(super) fn date(request: &Request, terms: &Terms, right: &StringToSign) -> Step<Vec<u8>> {
    let mut step = Step::new(right.date.clone());
    let sent = |name: &str| request.headers.first_text(name).map(|text| text.as_bytes().to_vec());
    let own = terms.names.date_header;
    for (name, text) in [("Date", sent("date")), (own, sent(own))] {
        if let Some(text) = text {
            step.add(&V2_DATE_LINE, format!("the line holds {name}"), text);
        }
    }
    step.add(&V2_DATE_LINE, "the line is empty", Vec::new());
    let instant = match terms.placement {
        Placement::Header { signed_at } => signed_at,
        Placement::Query { expires_at } => expires_at,
    };
    for (form, text) in spellings(instant) {
        step.add(&V2_DATE_LINE, format!("the line holds the instant {form}"), text.into_bytes());
    }
    step.without_repeats()
}

fn spellings(instant: Timestamp) -> [(&'static str, String); 5] {
    let http = instant.to_http_date();
    [
        ("as +0000, not as it was sent", http.replace("GMT", "+0000")),
        ("in seconds since 1970", instant.epoch_seconds().to_string()),
        ("in the form of x-amz-date", instant.as_str().to_owned()),
        ("as UTC, not as it was sent", http.replace("GMT", "UTC")),
        ("as GMT, not as it was sent", http),
    ]
}

pub(super) fn amz_headers(request: &Request, terms: &Terms, right: &StringToSign) -> Step<Vec<u8>> {
    let names = terms.names;
    let lines: Vec<&[u8]> = right.amz_headers.split_inclusive(|byte| *byte == b'\n').collect();
    let mut step = Step::new(right.amz_headers.clone());
    for (at, line) in lines.iter().enumerate() {
        let name = String::from_utf8_lossy(line.split(|byte| *byte == b':').next().unwrap_or_default()).into_owned();
        let others = lines.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, line)| line.to_vec());
        match name == names.token_header {
            true => step = step.or(&TOKEN_NOT_SIGNED, others.collect()),
            false => step.add(&HEADER_AMZ_UNSIGNED, format!("not signed: {name}"), others.collect()),
        }
    }
    step.add(&HEADER_AMZ_UNSIGNED, "none of them was signed", Vec::new());
    let own: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|header| (header.name.as_str(), header.value.as_slice()))
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with(names.header_prefix))
        .collect();
    let as_sent = |(name, value): &(&str, &[u8])| line(&name.to_ascii_lowercase(), value.trim_ascii());
    step = step.or(&HEADER_UNSORTED, own.iter().flat_map(as_sent).collect());
    let mut sorted = own;
    sorted.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    step = step.or(&HEADER_NAME_CASE, sorted.iter().flat_map(|(name, value)| line(name, value.trim_ascii())).collect());
    let untrimmed = |(name, value): &(&str, &[u8])| line(&name.to_ascii_lowercase(), value);
    step = step.or(&HEADER_UNTRIMMED, sorted.iter().flat_map(untrimmed).collect());
    step.add(&HEADER_REPEATS, "signed on lines of their own", sorted.iter().flat_map(as_sent).collect());
    for (detail, joined) in repeats(&sorted) {
        step.add(&HEADER_REPEATS, detail, joined);
    }
    let spaced = right.amz_headers.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
        let at = line.iter().position(|byte| *byte == b':').map_or(line.len(), |at| at + 1);
        [&line[..at], b" ", &line[at..]].concat()
    });
    step.add(&HEADER_UNTRIMMED, "signed with a space behind the colon", spaced.collect());
    step.without_repeats()
}

fn line(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b":", value, b"\n"].concat()
}

/// Repeated headers joined in other ways.
fn repeats(sorted: &[(&str, &[u8])]) -> Vec<(&'static str, Vec<u8>)> {
    type Choose = fn(&[&[u8]]) -> Vec<u8>;
    let ways: [(&str, Choose); 3] = [
        ("joined by a comma and a space", |values| values.join(&b", "[..])),
        ("only the first was signed", |values| values[0].to_vec()),
        ("only the last was signed", |values| values[values.len() - 1].to_vec()),
    ];
    let mut fields: Vec<(String, Vec<&[u8]>)> = Vec::new();
    for (name, value) in sorted {
        let name = name.to_ascii_lowercase();
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value.trim_ascii()),
            None => fields.push((name, vec![value.trim_ascii()])),
        }
    }
    ways.map(|(detail, choose)| {
        (detail, fields.iter().flat_map(|(name, values)| line(name, &choose(values))).collect())
    })
    .to_vec()
}

/// The bucket that stands before the path.
pub(super) fn bucket(request: &Request, terms: &Terms) -> Step<Option<String>> {
    let mut step = Step::new(terms.bucket.clone());
    if terms.bucket.is_some() {
        step.add(&V2_RESOURCE, "the host's bucket is missing", None);
    }
    let host = request.host().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
    let path = String::from_utf8_lossy(path_of(request)).into_owned();
    let first = path.split('/').nth(1).unwrap_or_default().to_owned();
    if !first.is_empty() {
        step.add(&V2_RESOURCE, "the bucket of the path stands in it twice", Some(first));
    }
    if let Some((label, rest)) = host.split_once('.').filter(|(label, rest)| !label.is_empty() && !rest.is_empty()) {
        let detail = format!("the first label of the host, {label}, was signed as its bucket");
        step.add(&V2_RESOURCE, detail, Some(label.to_owned()));
        step.add(&V2_RESOURCE, "the whole host was signed as the bucket", Some(format!("{label}.{rest}")));
    }
    step.without_repeats()
}

pub(super) fn path(request: &Request) -> Step<Vec<u8>> {
    let right = path_of(request).to_vec();
    let mut encoded = Vec::new();
    encode(&decode(&right, Plus::Literal), Slash::Keep, &mut encoded);
    let mut twice = Vec::new();
    encode(&right, Slash::Keep, &mut twice);
    let decoded = decode(&right, Plus::Literal);
    let mut step = Step::new(right.clone()).or(&PATH_NOT_ENCODED, decoded).or(&PATH_DOUBLE_ENCODED, twice);
    step = step.or(&PATH_HEX_LOWERCASE, lower_hex(&encoded));
    step.add(&PATH_DOUBLE_ENCODED, "what was sent raw was signed encoded", encoded);
    let slash = match right.strip_suffix(b"/") {
        Some(rest) => rest.to_vec(),
        None => [right.as_slice(), b"/"].concat(),
    };
    step.or(&PATH_TRAILING_SLASH, slash).without_repeats()
}

fn lower_hex(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    for at in 0..out.len() {
        if out[at] == b'%' {
            out[at + 1..].iter_mut().take(2).for_each(|byte| byte.make_ascii_lowercase());
        }
    }
    out
}

/// The signed parameters, with the `?` before them.
pub(super) fn parameters(request: &Request, terms: &Terms) -> Step<Vec<u8>> {
    let names = terms.names;
    let signed = sub_resources(request, names);
    let text = |parameters: &[(Vec<u8>, Vec<u8>)]| join(None, b"", parameters);
    let mut step = Step::new(text(&signed));
    for at in 0..signed.len() {
        let mut others = signed.clone();
        let (name, _) = others.remove(at);
        let name = String::from_utf8_lossy(&name).into_owned();
        step.add(&V2_SUBRESOURCE_MISSING, format!("{name} was not signed"), text(&others));
    }
    step.add(&V2_SUBRESOURCE_MISSING, "none was signed", Vec::new());
    let without_values: Vec<_> = signed.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
    step.add(&V2_SUBRESOURCE_MISSING, "their values were not signed", text(&without_values));
    // Where there is nothing else in the query, the nearer name is that of the form.
    let mut pieces = raw_pieces(request, names, &|name| is_sub_resource(name, names));
    step.add(&V2_SUBRESOURCE_FORM, "signed in the order of the query, not decoded", queried(&pieces));
    pieces.sort();
    step.add(&V2_SUBRESOURCE_FORM, "the values were signed as they are encoded", queried(&pieces));
    let equals: Vec<Vec<u8>> = signed.iter().map(|(name, value)| [name.as_slice(), b"=", value].concat()).collect();
    step.add(&V2_SUBRESOURCE_FORM, "signed with '=' behind a name without a value", queried(&equals));
    let others = others(request, names);
    for other in &others {
        let mut more = signed.clone();
        more.push(other.clone());
        more.sort();
        let name = String::from_utf8_lossy(&other.0).into_owned();
        step.add(&V2_SUBRESOURCE_ADDED, format!("{name} was signed"), text(&more));
    }
    let raw = raw_pieces(request, names, &|_| true);
    step.add(&V2_SUBRESOURCE_ADDED, "all of the query was signed, as it stands", queried(&raw));
    let mut all: Vec<_> = signed.iter().chain(&others).cloned().collect();
    all.sort();
    step.add(&V2_SUBRESOURCE_ADDED, "all of the query was signed, sorted", text(&all));
    step.without_repeats()
}

/// Parameters that are neither signed nor the signature's own.
fn others(request: &Request, names: &Names) -> Vec<(Vec<u8>, Vec<u8>)> {
    let is_other = |name: &str| !is_sub_resource(name, names) && !is_of_signature(name, names);
    let parameters = query::parameters(request.query().unwrap_or_default());
    parameters.filter(|(name, _)| is_other(&String::from_utf8_lossy(name))).collect()
}

fn is_of_signature(name: &str, names: &Names) -> bool {
    name == names.key_parameter || name == "Expires" || name == "Signature" || name.starts_with(names.header_prefix)
}

fn raw_pieces(request: &Request, names: &Names, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let name = |piece: &[u8]| {
        let name = piece.split(|byte| *byte == b'=').next().unwrap_or_default();
        String::from_utf8_lossy(&decode(name, Plus::Space)).into_owned()
    };
    let pieces = request.query().unwrap_or_default().split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let wanted = |piece: &&[u8]| is_wanted(&name(piece)) && !is_of_signature(&name(piece), names);
    pieces.filter(wanted).map(<[u8]>::to_vec).collect()
}

fn queried(pieces: &[Vec<u8>]) -> Vec<u8> {
    if pieces.is_empty() { Vec::new() } else { [b"?", pieces.join(&b'&').as_slice()].concat() }
}

/// How the parts are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Right,
    /// Empty lines of the first four are left out: of Content-MD5 alone, of Content-Type alone, all.
    Without(usize),
    WithoutEmpty,
    NewlineBehind,
    NewlineBeforeResource,
    CarriageReturns,
}

pub(super) fn lines() -> Step<Lines> {
    let mut step = Step::new(Lines::Right);
    step.add(&V2_NEWLINES, "the empty line of Content-MD5 is missing", Lines::Without(1));
    step.add(&V2_NEWLINES, "the empty line of Content-Type is missing", Lines::Without(2));
    step.add(&V2_NEWLINES, "the empty line of the date is missing", Lines::Without(3));
    step.add(&V2_NEWLINES, "the empty lines are missing", Lines::WithoutEmpty);
    step.add(&V2_NEWLINES, "a newline stands behind the resource", Lines::NewlineBehind);
    step.add(&V2_NEWLINES, "an empty line stands before the resource", Lines::NewlineBeforeResource);
    step.add(&V2_NEWLINES, "lines end in CR LF", Lines::CarriageReturns);
    step
}

impl Lines {
    /// Joins the parts; none where a line that would be left out is not empty.
    pub(super) fn join(self, heads: [&Vec<u8>; 4], amz_headers: &[u8], resource: &[u8]) -> Option<Vec<u8>> {
        let is_left_out = |at: usize| match self {
            Self::Without(line) => at == line,
            Self::WithoutEmpty => heads[at].is_empty(),
            _ => false,
        };
        if (0..4).any(|at| is_left_out(at) && !heads[at].is_empty()) {
            return None;
        }
        let kept = (0..4).filter(|at| !is_left_out(*at)).flat_map(|at| [heads[at].as_slice(), b"\n"].concat());
        let mut text: Vec<u8> = kept.collect();
        text.extend_from_slice(amz_headers);
        if self == Self::NewlineBeforeResource {
            text.push(b'\n');
        }
        text.extend_from_slice(resource);
        match self {
            Self::NewlineBehind => text.push(b'\n'),
            Self::CarriageReturns => text = replaced(&text, b"\n", b"\r\n"),
            _ => {}
        }
        Some(text)
    }
}
