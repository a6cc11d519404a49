//! Compares tokens with those of other programs, for the same credentials at the same time (`libraries.json`, made by
//! `oracles.py`).
//!
//! These tests catch a token that its server would refuse: a different host, service, parameter order, encoding or
//! expiry.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::sigvet;

/// The output of another program.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) by: String,
    pub(crate) words: Vec<String>,
    pub(crate) temporary: bool,
    pub(crate) prints: String,
    expires_ms: Option<i64>,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("libraries.json")).unwrap()
    }

    fn words(&self) -> Vec<&str> {
        std::iter::once("token").chain(self.words.iter().map(String::as_str)).collect()
    }

    pub(crate) fn token(&self) -> Option<&'static str> {
        self.temporary.then_some(super::TOKEN)
    }

    fn is_by(&self, name: &str) -> bool {
        self.by.split_once(' ').is_some_and(|(by, _)| by == name)
    }
}

/// botocore's parameter order is that of AWS's tools. The MSK signers add their name in an unsigned parameter.
#[test]
fn a_token_equals_that_of_its_own_library_byte_for_byte() {
    let mut kinds = BTreeSet::new();
    for case in Case::all().iter().filter(|case| !case.is_of_javascript()) {
        let printed = sigvet(&case.words(), case.token()).run().expect(0).text();
        let (ours, theirs) = (printed.trim_end_matches('\n'), case.prints.as_str());
        match case.words[0].as_str() {
            "msk" => assert_eq!(without_user_agent(ours), without_user_agent(theirs), "{:?}", case.words),
            "appsync" if case.words.contains(&"--data".to_owned()) => {
                let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
                assert_eq!(parsed(ours)["authorization"], parsed(theirs), "{:?}", case.words);
            }
            _ => assert_eq!(ours, theirs, "{} {:?}", case.by, case.words),
        }
        kinds.insert(case.words[0].clone());
    }
    let expected = ["appsync", "bedrock", "dsql", "eks", "elasticache", "gcp", "memorydb", "msk", "rds", "snowflake"];
    assert!(kinds.iter().eq(expected.iter()), "{kinds:?}");
}

/// AWS's JavaScript packages sort the parameters, which does not change the signature.
#[test]
fn a_token_has_the_parameters_and_signature_of_the_javascript_packages() {
    let mut packages = BTreeSet::new();
    for case in Case::all().iter().filter(|case| case.is_of_javascript()) {
        let printed = sigvet(&case.words(), case.token()).run().expect(0).text();
        let (ours, theirs) = (parameters(printed.trim_end()), parameters(&case.prints));
        assert_eq!(ours, theirs, "{} {:?}", case.by, case.words);
        packages.insert(case.by.clone());
    }
    assert_eq!(packages.len(), 4, "{packages:?}");
}

/// The MSK signer returns the expiry of the token in the format that Kafka's clients require.
#[test]
fn an_oauthbearer_token_expires_when_that_of_the_library_does() {
    for case in Case::all().iter().filter(|case| case.is_by("aws-msk-iam-sasl-signer-python")) {
        let words = [case.words(), vec!["--as", "oauthbearer"]].concat();
        let printed = sigvet(&words, case.token()).run().expect(0).text();
        let object: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(object["expires_at_ms"].as_i64(), case.expires_ms);
        assert_eq!(object["expires_in"], 900);
        assert_eq!(object["token_type"], "Bearer");
        let token = object["access_token"].as_str().unwrap();
        assert_eq!(without_user_agent(token), without_user_agent(&case.prints));
    }
}

impl Case {
    fn is_of_javascript(&self) -> bool {
        self.by.starts_with('@') || self.is_by("aws-msk-iam-sasl-signer-js")
    }
}

fn without_user_agent(token: &str) -> String {
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
    let (signed, name) = url.rsplit_once("&User-Agent=").unwrap();
    assert!(!name.is_empty() && !name.contains('&'), "{url}");
    signed.to_owned()
}

/// The address and the parameters of the URL that a token is made from.
fn parameters(token: &str) -> (String, BTreeSet<String>) {
    let decoded = |text: &str| {
        let bytes =
            STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).or_else(|_| URL_SAFE_NO_PAD.decode(text));
        bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok())
    };
    let url = decoded(token.trim_start_matches("bedrock-api-key-")).unwrap_or_else(|| token.to_owned());
    let (address, query) = url.split_once('?').unwrap();
    let is_signed = |parameter: &&str| !parameter.starts_with("User-Agent=");
    (address.to_owned(), query.split('&').filter(is_signed).map(str::to_owned).collect())
}
