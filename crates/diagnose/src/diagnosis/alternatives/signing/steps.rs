//! Days, regions, services, timestamps and lines that a client may have put into the string to sign by mistake.
//!
//! In Version 4, a part of the scope may be wrong in the string to sign, in the key, or in both. The key of
//! Version 4A does not depend on the scope.

use crate::diagnosis::alternatives::{Subject, times};
use crate::diagnosis::catalogue::{
    CANONICAL_NEWLINES, KEY_OTHER_DAY, KEY_OTHER_SCOPE, Mistake, SCOPE_DATE, STRING_TO_SIGN_FORM, TIME_CHANGED,
    TIME_DATE_HEADER,
};
use crate::diagnosis::field::Step;
use sigvet_core::scheme::Scheme;

/// A part of the scope: the text in the string to sign, and the text that the key was derived for.
pub(super) struct Part {
    pub(super) signed: String,
    pub(super) key: String,
}

/// The form of the string to sign around scope, timestamp and hash.
#[derive(Clone, Copy)]
pub(super) enum StringForm {
    Right,
    CrLf,
    NewlineBehind,
    NewlineBefore,
    NoNewlines,
    OtherAlgorithm,
    NoAlgorithm,
    NoTimestamp,
    NoScope,
    ScopeFirst,
    HashBeforeScope,
    ShortDate,
    FullCredential,
    Rfc3339,
}

pub(super) fn part_step(
    right: &str,
    (names, hints): (&[&str], &[String]),
    mistake: &'static Mistake,
    scheme: Scheme,
) -> Step<Part> {
    let mut step = Step::new(Part { signed: right.to_owned(), key: right.to_owned() });
    let mut seen = std::collections::HashSet::from([right]);
    for name in hints.iter().map(String::as_str).chain(names.iter().copied()).chain([""]) {
        if !seen.insert(name) {
            continue;
        }
        let shown = if name.is_empty() { "an empty name" } else { name };
        step.add(mistake, format!("signed for {shown}"), Part { signed: name.to_owned(), key: name.to_owned() });
        if scheme != Scheme::V4 {
            continue;
        }
        let key_only = Part { signed: right.to_owned(), key: name.to_owned() };
        step.add(&KEY_OTHER_SCOPE, format!("the key was derived for {shown}"), key_only);
    }
    step
}

/// Days near the request's day: in both scope and key, only in the key, or only in the string to sign.
pub(super) fn day_step(subject: &Subject<'_>) -> Step<Part> {
    let right = &subject.terms.scope.date;
    let mut step = days_step(subject, times::days(subject));
    if subject.terms.scheme == Scheme::V4 {
        for day in times::days(subject) {
            let signed_only = Part { signed: day.clone(), key: right.clone() };
            step.add(&SCOPE_DATE, format!("the string to sign names the day {day}"), signed_only);
        }
    }
    step
}

/// Other days in both scope and key, and only in the key. The key of Version 4A has no day.
pub(super) fn days_step(subject: &Subject<'_>, days: impl IntoIterator<Item = String>) -> Step<Part> {
    let right = &subject.terms.scope.date;
    let mut step = Step::new(Part { signed: right.clone(), key: right.clone() });
    for day in days {
        let both = Part { signed: day.clone(), key: day.clone() };
        step.add(&SCOPE_DATE, format!("signed for the day {day}"), both);
        if subject.terms.scheme == Scheme::V4 {
            let key_only = Part { signed: right.clone(), key: day.clone() };
            step.add(&KEY_OTHER_DAY, format!("the key was derived for {day}"), key_only);
        }
    }
    step
}

pub(super) fn timestamp_step(subject: &Subject<'_>) -> Step<String> {
    let mut step = Step::new(subject.terms.timestamp.as_str().to_owned());
    if let Some(date) = times::date_header(subject) {
        step.add(&TIME_DATE_HEADER, format!("the string to sign has {date}"), date.as_str().to_owned());
    }
    for instant in times::others(subject.terms.timestamp) {
        step.add(&TIME_CHANGED, format!("the string to sign has {instant}"), instant.as_str().to_owned());
    }
    step
}

pub(super) fn form_step(scheme: Scheme) -> Step<StringForm> {
    let mut step = Step::new(StringForm::Right);
    if scheme.is_certified() {
        step.add(&STRING_TO_SIGN_FORM, "with the algorithm of Version 4", StringForm::OtherAlgorithm);
    }
    step.add(&CANONICAL_NEWLINES, "CR LF in the string to sign", StringForm::CrLf);
    step.add(&CANONICAL_NEWLINES, "a newline at the end of the string to sign", StringForm::NewlineBehind);
    step.add(&CANONICAL_NEWLINES, "a newline before the string to sign", StringForm::NewlineBefore);
    step.add(&CANONICAL_NEWLINES, "no newlines in the string to sign", StringForm::NoNewlines);
    step.add(&STRING_TO_SIGN_FORM, "without the algorithm", StringForm::NoAlgorithm);
    step.add(&STRING_TO_SIGN_FORM, "without the timestamp", StringForm::NoTimestamp);
    step.add(&STRING_TO_SIGN_FORM, "without the scope", StringForm::NoScope);
    step.add(&STRING_TO_SIGN_FORM, "the scope before the timestamp", StringForm::ScopeFirst);
    step.add(&STRING_TO_SIGN_FORM, "the hash before the scope", StringForm::HashBeforeScope);
    step.add(&STRING_TO_SIGN_FORM, "only the day instead of the timestamp", StringForm::ShortDate);
    step.add(&STRING_TO_SIGN_FORM, "the whole credential instead of the scope", StringForm::FullCredential);
    step.add(&STRING_TO_SIGN_FORM, "the timestamp with its dashes and colons", StringForm::Rfc3339);
    step
}
