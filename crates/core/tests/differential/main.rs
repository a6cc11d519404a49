//! Compares sigvet with `aws-sigv4`, the signer of the AWS SDK for Rust, on random requests.
//!
//! The signatures must be equal, unless a listed disagreement applies to the request; then they must differ. So the
//! list can neither hide a new difference nor outlive an old one. This catches what no vector of the official suite
//! covers: S3's paths, sorting of repeated parameters, payload kinds, tokens, and all of these at once. The seed is
//! fixed, so failures repeat; the smallest failing case is printed.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod case;
mod disagreements;
mod signers;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use disagreements::DISAGREEMENTS;
use signers::{by_aws_sigv4, by_sigvet};

#[test]
fn signatures_are_equal_except_for_listed_disagreements() {
    const CASES: u32 = 1_024;
    let config = ProptestConfig {
        cases: CASES,
        rng_seed: RngSeed::Fixed(0x5167_7e74),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let agreed = Cell::new(0);
    let outcome = TestRunner::new(config).run(&case::cases(), |case| {
        let listed: Vec<_> = DISAGREEMENTS.iter().filter(|d| (d.concerns)(&case)).map(|d| d.reason).collect();
        let equal = by_sigvet(&case) == by_aws_sigv4(&case);
        prop_assert_eq!(equal, listed.is_empty(), "listed: {:?}", listed);
        agreed.set(agreed.get() + u32::from(equal));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(agreed.get() > CASES / 2, "only {} cases were about what both agree on", agreed.get());
}

#[test]
fn every_listed_disagreement_occurs_by_itself() {
    assert_eq!(by_sigvet(&case::Case::default()), by_aws_sigv4(&case::Case::default()));
    for (at, disagreement) in DISAGREEMENTS.iter().enumerate() {
        let example = (disagreement.example)();
        let concerned: Vec<_> = (0..DISAGREEMENTS.len()).filter(|&i| (DISAGREEMENTS[i].concerns)(&example)).collect();
        assert_eq!(concerned, [at], "{}", disagreement.reason);
        assert_ne!(by_sigvet(&example), by_aws_sigv4(&example), "stale: {}", disagreement.reason);
    }
}
