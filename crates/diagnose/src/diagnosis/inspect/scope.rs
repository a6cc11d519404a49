//! Checks whether each part of a credential scope is plausible in its position.

use crate::diagnosis::alternatives::names::SERVICES;
use crate::diagnosis::catalogue::{SCOPE_DATE, SCOPE_ORDER, SCOPE_REGION, SCOPE_SERVICE};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::derivation::Terms;
pub(super) use sigvet_core::internal::is_region;
use sigvet_core::scheme::{Dialect, Scheme, Scope};
use sigvet_core::verify::Claimed;

/// A scope whose parts are in the wrong order: a service in place of the region, or a region in place of the date.
pub(super) fn out_of_order(terms: &Terms) -> Option<AppliedMistake> {
    let detail = disorder(&terms.scope)?;
    Some(disordered(&terms.scope.to_string(), &terms.dialect, terms.scheme).with_detail(detail))
}

fn disorder(scope: &Scope) -> Option<&'static str> {
    let is_exchanged = is_service(scope.region()) && !is_service(&scope.service);
    match () {
        () if is_exchanged && is_region(&scope.service) => Some("region and service are swapped"),
        () if is_exchanged => Some("a service name is where the region should be"),
        () if !is_date(&scope.date) && [scope.region(), &scope.service].into_iter().any(is_date) => {
            Some("the date is where another part should be")
        }
        () if is_region(&scope.date) => Some("a region is where the date should be"),
        () => None,
    }
}

/// A scope whose day is not the request's.
pub(in crate::diagnosis) fn other_date(presented: &str, expected: &str) -> AppliedMistake {
    let made = AppliedMistake::new(&SCOPE_DATE, presented, expected);
    match () {
        () if is_date(presented) => {
            made.with_detail(format!("the scope is for {presented}, but the request is from {expected}"))
        }
        () if presented.replace('-', "") == expected => made.with_detail("the scope's date has dashes"),
        () => made.with_detail("the scope's date does not have the form YYYYMMDD"),
    }
}

/// A scope with the wrong terminator.
pub(in crate::diagnosis) fn other_terminator(claimed: &Claimed, presented: &str, expected: &str) -> AppliedMistake {
    let scheme = if let Claimed::V4(claim) = claimed { claim.terms.scheme } else { Scheme::V4 };
    let scope = claimed.scope().map(Scope::to_string).unwrap_or_default();
    disordered(&scope, &claimed.dialect(), scheme)
        .with_detail(format!("the scope ends with '{presented}', not with '{expected}'"))
}

/// A scope whose region is not that of its AWS host; if `expected` is empty, a region that AWS does not have.
pub(in crate::diagnosis) fn other_region(presented: &str, expected: &str) -> AppliedMistake {
    let detail = match expected {
        "" => format!("'{presented}' is not an AWS region"),
        expected => format!("the host is in {expected}"),
    };
    AppliedMistake::new(&SCOPE_REGION, presented, expected).with_detail(detail)
}

/// A scope whose service is not that of its AWS host.
pub(in crate::diagnosis) fn other_service(presented: &str, expected: &str) -> AppliedMistake {
    AppliedMistake::new(&SCOPE_SERVICE, presented, expected)
        .with_detail(format!("the host belongs to the service {expected}"))
}

/// A scope with the wrong form.
pub(super) fn disordered(presented: &str, dialect: &Dialect, scheme: Scheme) -> AppliedMistake {
    AppliedMistake::new(&SCOPE_ORDER, presented, put_in_order(presented, dialect, scheme).unwrap_or_default())
}

/// The parts of a scope in the right order, if every part is recognisable. A part that is missing or
/// ambiguous is not guessed.
fn put_in_order(presented: &str, dialect: &Dialect, scheme: Scheme) -> Option<String> {
    let parts: Vec<&str> = presented.split('/').collect();
    let only = |is: &dyn Fn(&str) -> bool| {
        let mut found = parts.iter().copied().filter(|part| is(part));
        found.next().filter(|_| found.next().is_none())
    };
    let (date, service) = (only(&is_date)?, only(&is_service)?);
    let mut ordered = vec![date];
    ordered.extend(match scheme {
        Scheme::V4 | Scheme::X509(_) => Some(only(&is_region)?),
        Scheme::V4a => None,
    });
    ordered.extend([service, &dialect.terminator]);
    Some(ordered.join("/")).filter(|ordered| ordered != presented)
}

/// Whether a word is the name of a well-known service.
pub(super) fn is_service(word: &str) -> bool {
    SERVICES.contains(&word)
}

/// Whether a word is a date as written in scopes.
pub(super) fn is_date(word: &str) -> bool {
    word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_parts_are_distinguished_from_odd_names() {
        for (credential, expected) in [
            ("A/20150830/us-east-1/s3/aws4_request", None),
            ("A/20150830/garage/s3/aws4_request", None),
            ("A/20150830/us-east-1/my-own-thing/aws4_request", None),
            ("A/20150830/s3/us-east-1/aws4_request", Some("region and service are swapped")),
            ("A/20150830/execute-api/fsn1/aws4_request", Some("a service name is where the region should be")),
            ("A/us-east-1/20150830/s3/aws4_request", Some("the date is where another part should be")),
            // There is one part too few, so the remaining text is read as the ID.
            ("x/A/us-east-1/s3/aws4_request", None),
        ] {
            let (_, scope) = Scope::parse_credential(credential, Scheme::V4).unwrap();
            assert_eq!(disorder(&scope), expected, "{credential}");
        }
    }

    #[test]
    fn only_recognisable_parts_are_put_in_order() {
        for (presented, expected) in [
            ("20150830/s3/us-east-1/aws4_request", Some("20150830/us-east-1/s3/aws4_request")),
            ("us-east-1/20150830/s3/aws4_request", Some("20150830/us-east-1/s3/aws4_request")),
            ("20150830/us-east-1/s3/aws4", Some("20150830/us-east-1/s3/aws4_request")),
            ("20150830/s3/fsn1/aws4_request", None),
            ("us-east-1/s3/aws4_request", None),
        ] {
            assert_eq!(put_in_order(presented, &Dialect::AWS4, Scheme::V4).as_deref(), expected, "{presented}");
        }
    }

    #[test]
    fn a_region_is_recognised_by_its_form() {
        assert!(["us-west-2", "us-gov-east-1", "eusc-de-east-1", "ap-southeast-10"].into_iter().all(is_region));
        assert!(
            !["us-east1", "US-EAST-1", "auto", "", "s3", "execute-api", "fsn1", "us-east-1a"]
                .into_iter()
                .any(is_region)
        );
    }
}
