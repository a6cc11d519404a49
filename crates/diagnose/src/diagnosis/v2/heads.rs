//! Texts that a client may have signed instead of the first four lines: method, Content-MD5, Content-Type, date.

use crate::diagnosis::catalogue::{HEADER_CHANGED, HEADER_CONTENT_TYPE, METHOD_CASE, METHOD_SWAPPED, V2_DATE_LINE};
use crate::diagnosis::field::Step;
use sigvet_core::internal::METHODS;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_core::v2::{Placement, StringToSign, Terms};

/// Content types that HTTP clients add by themselves.
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
    step.add(&HEADER_CHANGED, "content-md5 was sent but not signed", Vec::new());
    step.without_repeats()
}

pub(super) fn content_type(right: &StringToSign) -> Step<Vec<u8>> {
    let text = String::from_utf8_lossy(&right.content_type).into_owned();
    let mut step = Step::new(right.content_type.clone());
    step.add(&HEADER_CONTENT_TYPE, "signed without a content type", Vec::new());
    let bare = text.split(';').next().unwrap_or_default().trim_end().to_owned();
    step.add(&HEADER_CONTENT_TYPE, "signed without what follows the semicolon", bare.clone().into_bytes());
    step.add(&HEADER_CONTENT_TYPE, "signed in lowercase", text.to_ascii_lowercase().into_bytes());
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
            step.add(&V2_DATE_LINE, format!("the line contains {name}"), text);
        }
    }
    step.add(&V2_DATE_LINE, "the line is empty", Vec::new());
    let instant = match terms.placement {
        Placement::Header { signed_at } => signed_at,
        Placement::Query { expires_at } => expires_at,
    };
    for (form, text) in spellings(instant) {
        step.add(&V2_DATE_LINE, format!("the line contains the time {form}"), text.into_bytes());
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
