//! What verifying found, as mistakes: refined by what else the request, the keys and the server's clock tell.

use crate::diagnosis::catalogue::{
    ACCESS_KEY_MALFORMED, ACCESS_KEY_UNKNOWN, CHECKSUM_MISMATCH, HEADER_AMZ_UNSIGNED, HOST_NOT_SIGNED,
    PAYLOAD_HEADER_MISSING, REGION_SET_MISSING, SCOPE_DATE, TOKEN_INVALID,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::inspect::hashes::{Hashes, Signed};
use crate::diagnosis::inspect::scope;
use crate::diagnosis::inspect::{clock, key, observed, token};
use crate::diagnosis::outcome::{Explanation, Judged, Made, Proof};
use sigvet_core::verify::{self, Finding};

/// The findings for which a server refuses the request, those about time last: the clock they rest on may be another one.
pub(super) fn fatal(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let timeless = judged.findings.iter().filter(|finding| finding.is_fatal() && !is_of_the_clock(finding));
    let mut found: Vec<Explanation> = timeless
        .filter(|finding| is_seen(finding, judged))
        .flat_map(|finding| explain(finding, evidence, judged))
        .collect();
    found.extend(unsigned_headers(judged).map(observed));
    found.extend(clock_findings(evidence, judged).iter().flat_map(|finding| explain(finding, evidence, judged)));
    found
}

/// What rests on the server's clock. That clock is best known from the reply; a server that says that the signature is
/// wrong, and tells no time, found no fault with it.
fn clock_findings(evidence: &Evidence<'_>, judged: &Judged) -> Vec<Finding> {
    let told = evidence.reply.and_then(|reply| reply.server_time);
    let is_of_signature = evidence.reply.is_some_and(|reply| reply.is_signature_refusal());
    let mut findings = match told {
        Some(now) => verify::inspect(&judged.request, &judged.claim, now, evidence.window),
        None if is_of_signature => Vec::new(),
        None => judged.findings.clone(),
    };
    findings.retain(is_of_the_clock);
    findings
}

fn is_of_the_clock(finding: &Finding) -> bool {
    matches!(finding, Finding::TimeSkewed { .. } | Finding::Expired { .. } | Finding::NotYetValid { .. })
}

/// A request that was read back from a canonical request has only what was signed of it.
fn is_seen(finding: &Finding, judged: &Judged) -> bool {
    judged.is_at_hand || !matches!(finding, Finding::PayloadHeaderMissing { .. } | Finding::TokenMissing { .. })
}

fn explain(finding: &Finding, evidence: &Evidence<'_>, judged: &Judged) -> Vec<Explanation> {
    let request = &judged.request;
    let terms = &judged.claim.terms;
    let made = match finding {
        Finding::TimeSkewed { now, presented, .. } => clock::skewed(*presented, *now),
        Finding::Expired { .. } | Finding::NotYetValid { .. } => return of_url(finding, judged),
        Finding::ExpiresOutOfBounds { presented } => clock::life(&presented.to_string()),
        Finding::ScopeDate { expected, presented } => match scope::out_of_order(terms) {
            Some(made) => made,
            None => return vec![Explanation::of(Proof::Time, scope_date(expected, presented))],
        },
        Finding::ScopeTerminator { expected, presented } => {
            scope::disordered(&terms.scope.to_string(), &terms.dialect, terms.scheme)
                .with_detail(format!("the scope ends in '{presented}', not in '{expected}'"))
        }
        Finding::RegionSetMissing { name } => Made::new(&REGION_SET_MISSING, "", name.as_str()),
        Finding::AccessKeyUnknown { expected, presented } => access_key(evidence, expected, presented),
        Finding::TokenMissing { .. } => token::missing(&terms.dialect),
        Finding::TokenDiffers { .. } => token::with_space(request, &terms.dialect).unwrap_or_else(another_token),
        Finding::PayloadMismatch { expected, presented } => Hashes { declared: presented, arrived: expected }
            .mistake(Some(Signed { request, claim: &judged.claim, hints: evidence.hints })),
        Finding::ChecksumMismatch { name, expected, presented } => checksum(name, expected, presented),
        Finding::PayloadHeaderMissing { name } => Made::new(&PAYLOAD_HEADER_MISSING, "", name.as_str()),
        Finding::HostNotSigned => Made::new(&HOST_NOT_SIGNED, judged.claim.signed_headers_listed.as_str(), "host"),
        // Those without a mistake of their own, and those that are gathered; chunks have a search of their own.
        Finding::SignatureMismatch
        | Finding::Stream(_)
        | Finding::HeaderUnsigned { .. }
        | Finding::HeaderMissing { .. }
        | Finding::Policy(_)
        | Finding::TokenUnknown
        | Finding::ChunksUnseen => return Vec::new(),
    };
    let proof = if finding.is_about_time() { Proof::Time } else { Proof::Observed };
    vec![Explanation::of(proof, made)]
}

/// A URL that is over, or has not begun; where that is by the hours of a time zone, local time is the other explanation.
fn of_url(finding: &Finding, judged: &Judged) -> Vec<Explanation> {
    let terms = &judged.claim.terms;
    let (made, now) = match finding {
        Finding::Expired { at, now } => (clock::expired(*at, *now), *now),
        Finding::NotYetValid { from, now } => (clock::not_yet_valid(*from, *now), *now),
        _ => return Vec::new(),
    };
    let local = clock::local_url(terms.timestamp, now);
    [Some(made), local].into_iter().flatten().map(|made| Explanation::of(Proof::Time, made)).collect()
}

fn scope_date(expected: &str, presented: &str) -> Made {
    let made = Made::new(&SCOPE_DATE, presented, expected);
    let is_day = presented.len() == 8 && presented.bytes().all(|byte| byte.is_ascii_digit());
    let without_dashes = presented.replace('-', "");
    match () {
        () if is_day => made.with_detail(format!("the scope is of {presented}, the request of {expected}")),
        () if without_dashes == expected => made.with_detail("the scope's date has dashes"),
        () => made.with_detail("the scope's date is none of the form YYYYMMDD"),
    }
}

fn checksum(name: &str, expected: &str, presented: &str) -> Made {
    Made::new(&CHECKSUM_MISMATCH, presented, expected).with_detail(format!("it stands in {name}"))
}

/// Another key than the right one: the secret, the right one damaged, one of the user's others, or one that nobody knows.
pub(in crate::diagnosis::inspect) fn access_key(evidence: &Evidence<'_>, expected: &str, presented: &str) -> Made {
    let secret = evidence.credentials.map(|credentials| credentials.secret_access_key.expose_secret());
    if secret == Some(presented) || key::looks_like_a_secret(presented) {
        return key::exchanged();
    }
    if let Some(made) = key::malformed(presented) {
        return Made { expected: expected.as_bytes().to_vec(), ..made };
    }
    if presented.eq_ignore_ascii_case(expected) {
        return Made::new(&ACCESS_KEY_MALFORMED, presented, expected).with_detail("its letters are of another case");
    }
    let made = Made::new(&ACCESS_KEY_UNKNOWN, key::shown(presented), expected);
    match evidence.other_keys.iter().find(|key| key.access_key_id == presented) {
        Some(key) => made.with_detail(format!("it is the key of {}", key.name)),
        None => made.with_detail("it is not the key to judge by"),
    }
}

fn another_token() -> Made {
    Made::new(&TOKEN_INVALID, "", "").with_detail("it is not the token that belongs to the key")
}

/// All headers of the provider's own that are sent and not signed, in one; but for the token.
fn unsigned_headers(judged: &Judged) -> Option<Made> {
    let token = &judged.claim.terms.dialect.token_header;
    let name = |finding: &Finding| match finding {
        // An unsigned token has a name of its own.
        Finding::HeaderUnsigned { name } if name != token => Some(name.clone()),
        _ => None,
    };
    let mut names: Vec<String> = judged.findings.iter().filter_map(name).collect();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let made = Made::new(&HEADER_AMZ_UNSIGNED, judged.claim.signed_headers_listed.as_str(), names.join(";"));
    Some(made.with_detail(format!("not signed: {}", names.join(", "))))
}
