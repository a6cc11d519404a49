//! Messages about the credential scope: its region, service, date or form. One reply may name several of them.

use super::{ReplyContext, together};
use crate::diagnosis::catalogue::{ACCESS_KEY_MALFORMED, SCOPE_DATE, SCOPE_REGION, SCOPE_SERVICE};
use crate::diagnosis::inspect::{key, scope};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use crate::formats::reply::Kind;
use sigvet_core::scheme::Scheme;

/// How Garage says that the scope is not its own.
const UNEXPECTED: &str = "unexpected scope: ";

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    if let Some(made) = shape(said) {
        return together(vec![made]);
    }
    let (region, service) = (region(said), service(said));
    let is_exchanged = |made: &AppliedMistake| scope::is_service(&String::from_utf8_lossy(&made.signed));
    if region.as_ref().is_some_and(is_exchanged) {
        let detail = "a service name is where the region should be";
        return together(vec![disordered(said).with_detail(detail)]);
    }
    together([region, service, terminator(said), date(said)].into_iter().flatten().collect())
}

/// A credential that does not have exactly five parts.
fn shape(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const FORM: [&str; 5] = [
        "the credential is mal-formed",
        "exactly 5 slash-delimited elements",
        "does not follow accesskeyid/credscope",
        "invalid credential scope",
        "malformed credential",
    ];
    // Phrases that follow the same message if only one part is wrong.
    const PART: [&str; 3] = ["incorrect service", "incorrect terminal", "incorrect date format"];
    let id = said.claim().map(|claim| claim.terms.access_key_id.as_str());
    // The component that B2 quotes begins with the slash after the ID.
    let is_empty = said.quoted_after("the authorization component ").is_some_and(|part| part.starts_with('/'));
    if is_empty || said.says(&["a non-empty access key"]) {
        return Some(AppliedMistake::new(&ACCESS_KEY_MALFORMED, "", "").with_detail("the access key ID is empty"));
    }
    if !said.says(&FORM) || said.says(&PART) {
        return None;
    }
    if said.quoted_after("got ").is_some_and(begins_with_secret) {
        return Some(key::exchanged());
    }
    // A secret in place of the ID may contain slashes of its own.
    let slashed = || id.filter(|id| id.contains('/')).map(slashed);
    let spoilt = id.and_then(key::malformed).or_else(slashed);
    Some(spoilt.unwrap_or_else(|| disordered(said)))
}

/// STS quotes the whole credential. Everything before its last four parts is the ID.
fn begins_with_secret(credential: &str) -> bool {
    let id = credential.rsplitn(5, '/').nth(4).unwrap_or(credential);
    key::looks_like_a_secret(id)
}

fn terminator(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 3] = ["incorrect terminal", "with a valid terminator", "request scope should be of value"];
    let made = || disordered(said).with_detail("the scope does not end the way the server expects");
    said.says(&WORDS).then(made)
}

fn slashed(id: &str) -> AppliedMistake {
    AppliedMistake::new(&ACCESS_KEY_MALFORMED, key::shown(id), "").with_detail("there is a slash in the access key id")
}

/// The region in the message; if there is none, the region that a server with this reply is in.
fn region(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 8] = [
        "region name '",
        "is wrong; expecting",
        "the region is wrong",
        "region does not match",
        "to a valid region",
        // Alibaba's OSS, whose fields name both regions.
        "invalid signing region",
        "unexpected scope",
        "must be addressed using the specified endpoint",
    ];
    let is_expecting = said.says(&["region"]) && said.says(&["expecting '", "expecting \""]);
    let is_told = said.says(&WORDS) || said.has_code(&["InvalidRegion", "InvalidRegionName"]) || is_expecting;
    let is_elsewhere = said.reply.kind() == Kind::Region && !said.has_code(&["IllegalLocationConstraintException"]);
    let presented = presented_region(said);
    let expected = said.quoted_after("expecting ").or_else(|| said.reply.expected_region());
    let expected = expected.or_else(|| part_of_scope(said, "expected: ", 1)).or_else(|| auto(said));
    let is_other = expected.is_some() && expected != presented;
    // The region is certainly wrong only if the server names it. Garage's scopes differ in little else.
    let is_of_garage = part_of_scope(said, UNEXPECTED, 2) == Some("s3");
    let is_named =
        is_told && expected.is_none() && (is_of_garage || !said.says(&["unexpected scope", "specified endpoint"]));
    if !is_named && !(is_other && (is_told || is_elsewhere)) {
        return None;
    }
    Some(AppliedMistake::new(&SCOPE_REGION, presented.unwrap_or_default(), expected.unwrap_or_default()))
}

/// The region as the server quotes it, because that is what the server read; if it quotes none, the claim's region.
fn presented_region<'s>(said: &'s ReplyContext<'_>) -> Option<&'s str> {
    const BEFORE: [&str; 4] = ["the region ", "a valid region, not ", "the region name ", "scope region "];
    let quoted = BEFORE.iter().find_map(|words| said.quoted_after(words));
    let quoted = quoted.or_else(|| part_of_scope(said, UNEXPECTED, 1));
    let claimed = || said.claim().map(|claim| claim.terms.scope.region());
    quoted.or_else(claimed)
}

/// R2 lists the region names that it accepts. `auto` is the one for all buckets.
fn auto<'s>(said: &'s ReplyContext<'_>) -> Option<&'s str> {
    let list = said.text_after("must be one of: ")?;
    list.split([',', ' ', '.']).find(|name| *name == "auto")
}

/// A part of the scope that Garage writes after these words, with or without quotes.
fn part_of_scope<'s>(said: &'s ReplyContext<'_>, words: &str, index: usize) -> Option<&'s str> {
    let rest = said.text_after(words).filter(|_| said.says(&[UNEXPECTED]))?.trim_start_matches(['\'', '"', '`', ' ']);
    let scope = rest.split(['\'', '"', '`', ' ', ',', '\n']).next()?;
    let parts: Vec<&str> = scope.split('/').collect();
    parts.get(index).copied().filter(|_| parts.len() == 4)
}

fn service(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 4] = [
        "scoped to correct service",
        "incorrect service",
        "service scope should be of value",
        // Alibaba's OSS.
        "invalid signing product",
    ];
    if !said.says(&WORDS) {
        return of_unexpected_scope(said);
    }
    let expected = ["scoped to correct service: ", "belongs to ", "service scope should be of value "];
    let expected = expected.iter().find_map(|words| said.quoted_after(words)).or_else(|| said.reply.expected_service());
    let claimed = said.claim().map(|claim| claim.terms.scope.service.as_str());
    let presented = said.quoted_after("incorrect service ").or(claimed);
    Some(AppliedMistake::new(&SCOPE_SERVICE, presented.unwrap_or_default(), expected.unwrap_or_default()))
}

/// Garage quotes the whole scope, and its own region.
fn of_unexpected_scope(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let claimed = || said.claim().map(|claim| claim.terms.scope.service.as_str());
    let service = part_of_scope(said, UNEXPECTED, 2).or_else(claimed).filter(|_| said.says(&[UNEXPECTED]))?;
    (service != "s3").then(|| AppliedMistake::new(&SCOPE_SERVICE, service, "s3"))
}

fn date(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 4] =
        ["date in credential scope", "invalid credential date", "incorrect date format", "mismatching date"];
    let is_other = said.says(&["scope does not match x-amz-date"]);
    if !said.says(&WORDS) && !is_other {
        return None;
    }
    let claim = said.claim();
    let quoted = ["date from http: ", "invalid credential date ", "incorrect date format "];
    let quoted = quoted.iter().find_map(|words| said.quoted_after(words));
    let presented = quoted.or(claim.map(|claim| claim.terms.scope.date.as_str())).unwrap_or_default();
    let has_digits = presented.bytes().filter(u8::is_ascii_digit).count() >= 6;
    if !has_digits && !presented.is_empty() {
        return Some(disordered(said).with_detail(format!("'{presented}' is where the date should be")));
    }
    let day = said.quoted_after("!= ").or(claim.map(|claim| claim.terms.timestamp.day())).unwrap_or_default();
    Some(AppliedMistake::new(&SCOPE_DATE, presented, day))
}

fn disordered(said: &ReplyContext<'_>) -> AppliedMistake {
    let presented = said.claim().map(|claim| claim.terms.scope.to_string()).unwrap_or_default();
    scope::disordered(&presented, &said.dialect(), Scheme::V4)
}
