//! Catches a lost or renamed id, and a text that does not fit where it is printed.

use std::collections::BTreeSet;

use super::*;

/// All rows, and their variants for tokens.
fn every() -> impl Iterator<Item = &'static Mistake> {
    all().chain(tokens::variants()).chain(certificates::VARIANTS)
}

/// All ids, in the order of the catalogue.
const IDS: &[&str] = &[
    "method-case",
    "method-swapped",
    "path-double-encoded",
    "path-encoded-once",
    "path-not-encoded",
    "path-plus-as-space",
    "path-reserved-raw",
    "path-tilde-encoded",
    "path-hex-lowercase",
    "path-slash-encoded",
    "path-normalized",
    "path-not-normalized",
    "path-trailing-slash",
    "path-empty",
    "path-bucket-missing",
    "path-bucket-added",
    "bucket-malformed",
    "path-prefix-changed",
    "path-with-query",
    "path-unicode-form",
    "path-unreserved-encoded",
    "path-reencoded",
    "path-no-slash",
    "path-whole-url",
    "path-slashes",
    "path-charset",
    "path-changed",
    "route-missing",
    "url-double-encoded",
    "url-cut",
    "url-damaged",
    "query-unsorted",
    "query-sorted-joined",
    "query-sorted-raw",
    "query-values-unsorted",
    "query-no-equals",
    "query-valueless-dropped",
    "query-plus",
    "query-reserved-raw",
    "query-tilde-encoded",
    "query-double-encoded",
    "query-hex-lowercase",
    "query-omitted",
    "query-changed-after",
    "query-html-escaped",
    "query-json-escaped",
    "query-signature-signed",
    "query-sorted-case",
    "query-decoded-first",
    "query-value-cut",
    "query-question-mark",
    "header-spaces-kept",
    "header-spaces-once",
    "header-untrimmed",
    "header-repeats",
    "header-sorted-by-line",
    "header-unsorted",
    "header-name-case",
    "signed-headers-unsorted",
    "signed-headers-duplicate",
    "signed-headers-separator",
    "header-missing",
    "header-changed",
    "header-hop-by-hop",
    "header-not-signable",
    "header-content-type",
    "header-non-ascii",
    "header-amz-unsigned",
    "http-trailer-unsigned",
    "header-block-newline",
    "host-default-port",
    "host-port-missing",
    "host-with-path",
    "host-other-endpoint",
    "host-rewritten",
    "request-line-malformed",
    "host-contradicted",
    "host-not-signed",
    "payload-empty-hash",
    "payload-not-empty",
    "payload-changed",
    "payload-unsigned",
    "payload-hashed",
    "payload-newline",
    "payload-json-reformatted",
    "payload-charset",
    "payload-from-query",
    "payload-hash-form",
    "payload-header-mismatch",
    "payload-header-missing",
    "length-ambiguous",
    "checksum-mismatch",
    "payload-streaming",
    "payload-transformed",
    "checksum-unsupported",
    "checksum-of-nothing",
    "chunk-framing",
    "chunk-too-small",
    "chunk-decoded-length",
    "chunk-final-missing",
    "chunk-previous-signature",
    "chunk-empty-hash-missing",
    "chunk-hash",
    "chunk-algorithm",
    "chunk-signature",
    "chunk-altered",
    "trailer-signature",
    "trailer-announced",
    "trailer-checksum",
    "scope-date",
    "scope-region",
    "scope-service",
    "scope-order",
    "region-set-missing",
    "time-local",
    "time-week-year",
    "time-twelve-hours",
    "time-skewed",
    "time-changed",
    "time-date-header",
    "time-malformed",
    "expired",
    "not-yet-valid",
    "expires-too-long",
    "secret-whitespace",
    "secret-quoted",
    "secret-url-coded",
    "secret-base64",
    "secret-mistyped",
    "secret-is-access-key",
    "secret-other-profile",
    "secret-wrong",
    "access-key-malformed",
    "access-key-unknown",
    "key-prefix",
    "key-hex-chain",
    "hmac-swapped",
    "key-order",
    "key-other-day",
    "key-other-scope",
    "canonical-hash-form",
    "canonical-newlines",
    "string-to-sign-form",
    "signature-form",
    "authorization-malformed",
    "authorization-missing",
    "sent-twice",
    "token-missing",
    "token-not-signed",
    "token-signed",
    "token-plus-as-space",
    "token-unexpected",
    "token-invalid",
    "mechanism-twice",
    "mechanism-v2",
    "mechanism-other",
    "token-not-last",
    "token-parameter-missing",
    "token-scheme",
    "token-too-long",
    "password-not-escaped",
    "password-altered",
    "eks-cluster-unsigned",
    "token-form",
    "token-other-user",
    "token-audience",
    "v2-resource",
    "v2-subresource-missing",
    "v2-subresource-added",
    "v2-subresource-form",
    "v2-newlines",
    "v2-date-line",
    "policy-not-base64",
    "policy-reencoded",
    "policy-malformed",
    "policy-expired",
    "policy-condition-failed",
    "policy-field-not-allowed",
    "form-field-order",
    "form-field-repeated",
    "form-malformed",
    "form-file-missing",
    "certificate-missing",
    "certificate-form",
    "certificate-expired",
    "certificate-not-yet-valid",
    "certificate-unsuitable",
    "certificate-untrusted",
    "chain-order",
    "chain-broken",
    "chain-too-long",
    "algorithm-not-of-key",
    "credential-not-serial",
    "key-not-of-certificate",
    "signature-not-of-key",
    "signature-padding",
    "string-to-sign-hashed",
    "signature-hash",
    "canonical-request-signed",
];

const PLACES: [&str; 19] = [
    "certificate",
    "method",
    "path",
    "query",
    "headers",
    "signed-headers",
    "host",
    "payload",
    "date",
    "scope",
    "expires",
    "key",
    "credential",
    "canonical-request",
    "string-to-sign",
    "signature",
    "authorization",
    "token",
    "policy",
];

#[test]
fn the_ids_and_their_order_never_change() {
    assert_eq!(all().map(|mistake| mistake.id).collect::<Vec<_>>(), IDS);
}

#[test]
fn each_id_is_kebab_case_and_occurs_once() {
    let ids: BTreeSet<&str> = all().map(|mistake| mistake.id).collect();
    assert_eq!(ids.len(), all().count());
    for id in ids {
        let words = id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(words, "{id}");
    }
}

#[test]
fn each_mistake_is_found_by_its_id() {
    for mistake in all() {
        assert!(find(mistake.id).is_some_and(|found| std::ptr::eq(found, mistake)), "{}", mistake.id);
    }
    assert_eq!(find("path-double"), None);
}

/// A script that matches on an id must find the same part of the request, whatever the wording.
#[test]
fn each_variant_for_tokens_and_certificates_has_the_id_and_place_of_a_row() {
    for variant in tokens::variants().chain(certificates::VARIANTS) {
        assert_eq!(find(variant.id).map(|row| row.place), Some(variant.place), "{}", variant.id);
    }
}

#[test]
fn a_static_is_named_after_its_id() {
    assert!(is_spelt_alike("PATH_EMPTY", "path-empty"));
    assert!(!is_spelt_alike("PATH_EMPTY", "path-empt"));
    assert!(!is_spelt_alike("PATH_EMPTIED", "path-encoded"));
}

#[test]
fn titles_are_lower_case_fragments_of_one_line() {
    for Mistake { id, title, .. } in every() {
        assert!(title.chars().count() <= 72, "{id}: the title is too long");
        assert!(title.starts_with(|c: char| c.is_ascii_lowercase() || c == '\''), "{id}: {title}");
        assert!(!title.ends_with('.'), "{id}: {title}");
    }
}

#[test]
fn explanations_have_two_sentences() {
    for Mistake { id, explanation, .. } in every() {
        assert_eq!(sentences(explanation), 2, "{id}: {explanation}");
    }
}

#[test]
fn fixes_are_one_or_two_sentences() {
    for Mistake { id, fix, .. } in every() {
        assert!((1..=2).contains(&sentences(fix)), "{id}: {fix}");
    }
}

#[test]
fn places_and_proofs_are_known_ones() {
    for Mistake { id, place, proofs, .. } in every() {
        assert!(PLACES.contains(place), "{id}: {place}");
        assert!(!proofs.is_empty(), "{id}");
        assert!((1..proofs.len()).all(|at| !proofs[..at].contains(&proofs[at])), "{id}: a proof stands twice");
    }
}

/// Catches a continued literal without its `\`, which would put a line feed and a column of spaces into the text.
#[test]
fn texts_wrap_at_80_columns() {
    for mistake in every() {
        for text in texts(mistake) {
            let id = mistake.id;
            assert!(text.chars().all(|c| c != '`' && matches!(c, ' '..='~' | '…' | 'é')), "{id}: {text}");
            assert!(!text.contains("  ") && text.trim() == text && !text.is_empty(), "{id}: {text}");
            assert!(text.split(' ').all(|word| word.chars().count() <= 76), "{id}: {text}");
        }
    }
}

#[test]
fn clients_are_named_once_per_mistake_and_advised_in_one_line() {
    for Mistake { id, clients, .. } in every() {
        let names: BTreeSet<&str> = clients.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), clients.len(), "{id}");
        for (name, advice) in *clients {
            assert!(name.chars().count() + advice.chars().count() <= 100, "{id}: {name}: {advice}");
            assert!(!advice.ends_with('.'), "{id}: {advice}");
        }
    }
}

fn sentences(text: &str) -> usize {
    if !text.ends_with('.') {
        return 0;
    }
    text.match_indices(". ").filter(|(at, _)| text[at + 2..].starts_with(|c: char| c.is_uppercase())).count() + 1
}

fn texts(mistake: &'static Mistake) -> Vec<&'static str> {
    let clients = mistake.clients.iter().flat_map(|(name, advice)| [*name, *advice]);
    [mistake.title, mistake.explanation, mistake.fix].into_iter().chain(clients).collect()
}
