//! Texts that a client may have signed instead of the resource: its bucket, its path, its parameters.

use crate::diagnosis::allowance::affordable;
use crate::diagnosis::alternatives::escaping::is_encoded_again;
use crate::diagnosis::catalogue::{
    PATH_DOUBLE_ENCODED, PATH_HEX_LOWERCASE, PATH_NOT_ENCODED, PATH_TRAILING_SLASH, V2_RESOURCE, V2_SUBRESOURCE_ADDED,
    V2_SUBRESOURCE_FORM, V2_SUBRESOURCE_MISSING,
};
use crate::diagnosis::field::Step;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::encode::{Plus, Slash, decode, encode};
use sigvet_core::internal::{join, path_of, sub_resources};
use sigvet_core::request::Request;
use sigvet_core::v2::{Names, Terms, is_sub_resource};

/// The bucket before the path.
pub(super) fn bucket(request: &Request, terms: &Terms) -> Step<Option<String>> {
    let mut step = Step::new(terms.bucket.clone());
    if terms.bucket.is_some() {
        step.add(&V2_RESOURCE, "the host's bucket is missing", None);
    }
    let host = request.host().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
    let path = String::from_utf8_lossy(path_of(request)).into_owned();
    let first = path.split('/').nth(1).unwrap_or_default().to_owned();
    if !first.is_empty() {
        step.add(&V2_RESOURCE, "the bucket is in the path twice", Some(first));
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
    let mut step = Step::new(right.clone());
    match is_encoded_again(&right) {
        true => step.add(&PATH_DOUBLE_ENCODED, "it was encoded again when it was sent", decoded),
        false => step = step.or(&PATH_NOT_ENCODED, decoded),
    }
    step = step.or(&PATH_DOUBLE_ENCODED, twice);
    step = step.or(&PATH_HEX_LOWERCASE, lower_hex(&encoded));
    step.add(&PATH_DOUBLE_ENCODED, "characters that were sent raw were signed percent-encoded", encoded);
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
            out.get_mut(at + 1..).unwrap_or_default().iter_mut().take(2).for_each(|byte| byte.make_ascii_lowercase());
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
    let length = request.query().map_or(0, <[u8]>::len);
    for at in 0..affordable(signed.len(), length) {
        let mut others = signed.clone();
        let (name, _) = others.remove(at);
        let name = String::from_utf8_lossy(&name).into_owned();
        step.add(&V2_SUBRESOURCE_MISSING, format!("{name} was not signed"), text(&others));
    }
    step.add(&V2_SUBRESOURCE_MISSING, "none was signed", Vec::new());
    let without_values: Vec<_> = signed.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
    step.add(&V2_SUBRESOURCE_MISSING, "their values were not signed", text(&without_values));
    // If the query contains nothing else, the mistake about the form is the more specific one.
    let mut pieces = raw_pieces(request, names, &|name| is_sub_resource(name, names));
    step.add(&V2_SUBRESOURCE_FORM, "signed in the order of the query, not decoded", queried(&pieces));
    pieces.sort();
    step.add(&V2_SUBRESOURCE_FORM, "the values were signed as they are encoded", queried(&pieces));
    let equals: Vec<Vec<u8>> = signed.iter().map(|(name, value)| [name.as_slice(), b"=", value].concat()).collect();
    step.add(&V2_SUBRESOURCE_FORM, "signed with '=' after a name without a value", queried(&equals));
    let others = others(request, names);
    for other in others.iter().take(affordable(others.len(), length)) {
        let mut more = signed.clone();
        more.push(other.clone());
        more.sort();
        let name = String::from_utf8_lossy(&other.0).into_owned();
        step.add(&V2_SUBRESOURCE_ADDED, format!("{name} was signed"), text(&more));
    }
    let raw = raw_pieces(request, names, &|_| true);
    step.add(&V2_SUBRESOURCE_ADDED, "the whole query was signed unchanged", queried(&raw));
    let mut all: Vec<_> = signed.iter().chain(&others).cloned().collect();
    all.sort();
    step.add(&V2_SUBRESOURCE_ADDED, "the whole query was signed, sorted", text(&all));
    step.without_repeats()
}

/// Parameters that are neither signed nor part of the signature.
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
