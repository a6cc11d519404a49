//! The output formats of each kind: parsed again by `verify` and `explain`, limited by the expiry of the credentials,
//! and refused if the kind does not support them.
//!
//! These tests catch a format that cannot be parsed again, and an expiry that a client would trust for too long.

use serde_json::Value;

use super::{DATE, SECRET, TOKEN, sigvet};

const DATABASE: &str = "db.abcdefghijkl.eu-central-1.rds.amazonaws.com";
const DSQL: &str = "foo0bar1baz2quux3quuux4.dsql.us-east-1.on.aws";
const CACHE: &str = "master.my-cache.abc123.euw1.cache.amazonaws.com";
const CLUSTER: &str = "clustercfg.my-db.abc123.memorydb.eu-west-1.amazonaws.com";
const APPSYNC: &str = "abc.appsync-api.eu-west-1.amazonaws.com";
const AUDIENCE: &str = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws";

/// Every kind with its required options, and its output formats.
const KINDS: [(&[&str], &[&str]); 20] = [
    (&["rds", "--host", DATABASE, "--port", "5432", "--user", "a:b@c/d"], &["token", "env", "uri", "pgpass", "json"]),
    (&["rds", "--host", DATABASE, "--port", "3306", "--user", "jane"], &["env", "uri"]),
    (&["rds", "--host", "db.abc.eu-west-2.rds.amazonaws.com:443", "--user", "u"], &["token", "env", "uri", "pgpass"]),
    (&["dsql", "--host", DSQL, "--user", "admin"], &["token", "env", "uri", "pgpass", "json"]),
    (&["dsql", "--host", DSQL, "--user", "app", "--expires", "7d"], &["token", "pgpass"]),
    (&["elasticache", "--host", CACHE, "--user", "u"], &["token", "env", "uri", "json"]),
    (
        &["elasticache", "--host", "c", "--serverless", "--user", "u", "--region", "us-east-1"],
        &["token", "env", "json"],
    ),
    (
        &["elasticache", "--host", "cache.example", "--cache-name", "c", "--user", "u", "--region", "us-east-1"],
        &["uri"],
    ),
    (&["memorydb", "--host", CLUSTER, "--user", "u"], &["token", "env", "uri", "json"]),
    (&["msk", "--host", "b-1.c.abc123.c2.kafka.eu-west-1.amazonaws.com:9098"], &["token", "oauthbearer", "json"]),
    (&["bedrock", "--region", "us-west-2"], &["token", "env", "json"]),
    (&["eks", "--cluster-name", "c", "--region", "us-west-2"], &["token", "exec-credential", "json"]),
    (&["vault", "--vault-server-id", "v", "--region", "eu-west-1"], &["json"]),
    (&["gcp", "--audience", AUDIENCE, "--region", "eu-west-1"], &["token", "json"]),
    (&["snowflake", "--region", "eu-west-1"], &["token", "json"]),
    (&["appsync", "--host", APPSYNC], &["uri", "json"]),
    (&["appsync", "--host", APPSYNC, "--data", "{\"query\":\"subscription { a }\"}"], &["json"]),
    (&["appsync-events", "--host", APPSYNC], &["protocol", "json"]),
    (&["appsync-events", "--host", APPSYNC, "--data", "{\"channel\":\"/default/x\"}"], &["json"]),
    (&["iot", "--host", "a1b2c3-ats.iot.eu-west-1.amazonaws.com"], &["uri", "json"]),
];

fn each_form() -> impl Iterator<Item = Vec<&'static str>> {
    KINDS.iter().flat_map(|(words, forms)| forms.iter().map(|form| [&["token"], *words, &["--as", *form]].concat()))
}

#[test]
fn every_format_is_parsed_again_and_judged_valid() {
    for words in each_form() {
        for token in [None, Some(TOKEN)] {
            let printed = sigvet(&words, token).run().expect(0);
            // The expiry of the credentials behind a week-long token is unknown, which is warned about.
            assert_eq!(
                printed.stderr.is_empty(),
                token.is_none() || !words.contains(&"7d"),
                "{words:?}: {}",
                printed.stderr
            );
            let cluster: &[&str] = if words.contains(&"eks") { &["--cluster-name", "c"] } else { &[] };
            for command in ["verify", "explain"] {
                let words_of_reader = [&[command, "--now", DATE], cluster].concat();
                let reader = super::reader(&words_of_reader, token).input(printed.text().as_bytes());
                let verdict = reader.run().expect(0).text();
                assert!(verdict.starts_with("valid"), "{words:?}: {verdict}");
            }
        }
    }
}

/// Catches an expiry that a client would rely on although the credentials expire earlier.
#[test]
fn no_format_has_a_later_expiry_than_the_credentials() {
    let mut checked = 0;
    for words in each_form() {
        let run = |end: &str| sigvet(&words, Some(TOKEN)).env("AWS_CREDENTIAL_EXPIRATION", end).run().expect(0);
        let printed = run("2026-03-01T10:12:00Z");
        let Ok(object) = serde_json::from_str::<Value>(&printed.text()) else { continue };
        for (place, expected) in [
            ("/expires_at", "2026-03-01T10:12:00Z"),
            ("/status/expirationTimestamp", "2026-03-01T10:12:00Z"),
            ("/expires_in", "48"),
            ("/expires_at_ms", "1772359920000"),
        ] {
            let Some(value) = object.pointer(place) else { continue };
            assert_eq!(value.as_str().map_or_else(|| value.to_string(), str::to_owned), expected, "{words:?} {place}");
            checked += 1;
        }
        let is_presigned = !["vault", "gcp", "snowflake", "appsync", "appsync-events"].contains(&words[1]);
        let is_warned = printed.stderr.starts_with("warning: the credentials expire at 2026-03-01T10:12:00Z");
        assert_eq!(is_warned, is_presigned, "{words:?}: {}", printed.stderr);
    }
    assert!(checked >= 9, "{checked}");
}

/// A token is as good as a password: it is in the requested output, and nowhere else.
#[test]
fn neither_secret_nor_token_is_on_standard_error() {
    for words in each_form() {
        let words = [&words[..], &["-v", "--show", "all"]].concat();
        let said = sigvet(&words, Some(TOKEN)).run().expect(0).stderr;
        assert!(said.contains("credentials: "), "{said}");
        for secret in [SECRET, TOKEN, "FQoGZXIvYXdzEBYaD%2Btoken%2F%3D"] {
            assert!(!said.contains(secret), "{words:?}: {said}");
        }
    }
}
