//! Warnings about tokens that their server would refuse: because of the credentials, or the host that they are signed
//! for. Also IPv6 addresses, which clients take without the brackets of a URL.
//!
//! These tests catch an unusable token that is printed without a warning.

use super::{DATE, TOKEN, reader, sigvet};

const DATABASE: [&str; 6] = ["token", "rds", "--port", "5432", "--user", "app"];

fn database<'w>(words: &[&'w str]) -> Vec<&'w str> {
    [&DATABASE[..], words].concat()
}

const ENDPOINT: [&str; 2] = ["--host", "db.abc.eu-west-1.rds.amazonaws.com"];

#[test]
fn expired_credentials_are_an_error() {
    let kinds: [&[&str]; 3] = [
        &database(&ENDPOINT),
        &["token", "vault", "--region", "eu-west-1"],
        &["token", "appsync", "--host", "abc.appsync-api.eu-west-1.amazonaws.com"],
    ];
    for words in kinds {
        for end in ["2026-03-01T10:11:12Z", "2020-01-01T00:00:00Z"] {
            let run = sigvet(words, Some(TOKEN)).env("AWS_CREDENTIAL_EXPIRATION", end).run().expect(3);
            assert!(run.stderr.starts_with(&format!("error: the credentials expired at {end}\n")), "{}", run.stderr);
            assert_eq!(run.text(), "");
        }
    }
}

#[test]
fn a_password_is_not_called_a_url() {
    let run = sigvet(&database(&ENDPOINT), Some(TOKEN)).env("AWS_CREDENTIAL_EXPIRATION", "2026-03-01T10:12:00Z").run();
    let said = run.expect(0).stderr;
    assert!(said.contains("before the signature expires at 2026-03-01T10:26:12Z") && !said.contains("URL"), "{said}");
}

/// AWS accepts keys that begin with `ASIA` only together with their session token (*IAM identifiers*, unique
/// prefixes).
#[test]
fn a_temporary_key_without_its_session_token_is_warned_about() {
    let without = sigvet(&database(&ENDPOINT), None).env("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE").run().expect(0);
    assert!(without.stderr.contains("refuses without their session token"), "{}", without.stderr);
    assert_eq!(sigvet(&database(&ENDPOINT), Some(TOKEN)).run().expect(0).stderr, "");
}

/// RDS accepts no alias (*Connecting to your DB instance using IAM authentication*).
#[test]
fn a_host_that_is_not_an_endpoint_is_warned_about() {
    for host in ["localhost", "127.0.0.1", "[::1]", "db.internal.example", "lb-1.elb.eu-west-1.amazonaws.com"] {
        let words = database(&["--region", "eu-west-1", "--host", host]);
        let said = sigvet(&words, None).run().expect(0).stderr;
        assert!(said.contains(&format!("for its endpoint, and {host} is not one; pass the endpoint")), "{said}");
    }
}

/// In libpq's files, a colon is escaped with a backslash (PostgreSQL, *The Password File*); `PGHOST` is an address
/// without brackets.
#[test]
fn an_ipv6_address_is_printed_as_clients_expect_it() {
    let printed = |form| {
        let words = database(&["--region", "eu-west-1", "--host", "[::1]", "--as", form]);
        sigvet(&words, None).run().expect(0).text()
    };
    assert!(printed("pgpass").starts_with(r"\:\:1:5432:*:app:["), "{}", printed("pgpass"));
    assert!(printed("env").contains("export PGHOST=::1\n"), "{}", printed("env"));
    assert!(printed("uri").contains("@[::1]:5432/"), "{}", printed("uri"));
}

/// The trailing dot is not part of the name that a server compares.
#[test]
fn the_trailing_dot_of_a_host_is_not_signed() {
    let token = |host| sigvet(&database(&["--host", host]), None).run().expect(0).text();
    assert_eq!(token("db.abc.eu-west-1.rds.amazonaws.com."), token(ENDPOINT[1]));
}

/// Browsers and MQTT clients open the WebSocket with the subprotocol `mqtt` (MQTT 3.1.1 §6).
#[test]
fn the_websocket_of_iot_has_its_subprotocol() {
    let words = ["token", "iot", "--host", "a1b2c3-ats.iot.eu-west-1.amazonaws.com"];
    let url = sigvet(&words, None).run().expect(0).text();
    let object = sigvet(&[&words[..], &["--as", "json"]].concat(), None).run().expect(0).text();
    let object: serde_json::Value = serde_json::from_str(&object).unwrap();
    assert_eq!(object["url"], url.trim_end());
    assert_eq!(object["protocols"], serde_json::json!(["mqtt"]));
    assert_eq!(object["headers"]["Sec-WebSocket-Protocol"], "mqtt");
    assert_eq!(object["expires_at"], "2026-03-01T11:11:12Z");
}

/// aws-iam-authenticator accepts a token for fifteen minutes, whatever expiry its URL has.
#[test]
fn credentials_that_expire_before_an_eks_token_are_warned_about() {
    let words = ["token", "eks", "--region", "eu-west-1", "--cluster-name", "dev", "--as", "json"];
    for (end, is_named) in [("10:11:30", true), ("10:15:00", true), ("10:26:12", false)] {
        let end = format!("2026-03-01T{end}Z");
        let run = sigvet(&words, Some(TOKEN)).env("AWS_CREDENTIAL_EXPIRATION", &end).run().expect(0);
        let object: serde_json::Value = serde_json::from_str(&run.text()).unwrap();
        assert_eq!(object["expires_at"], end);
        assert_eq!(
            run.stderr.contains(&format!("the credentials expire at {end}, before")),
            is_named,
            "{}",
            run.stderr
        );
    }
}

#[test]
fn options_that_no_server_accepts_are_refused_in_one_line() {
    for (words, message) in [
        (database(&["--host", "db.abc.eu-west-1.rds.amazonaws.com:0"]), "the port is not a number from 1 to 65535"),
        (vec!["token", "eks", "--region", "eu-west-1", "--cluster-name", "a b"], "--cluster-name contains white space"),
        (
            vec![
                "token",
                "eks",
                "--cluster-name",
                "arn:aws:eks:eu-west-1:111122223333:cluster/dev",
                "--region",
                "eu-west-1",
            ],
            "--cluster-name takes the name of the cluster, not its ARN",
        ),
        (
            vec!["token", "elasticache", "--host", "c", "--region", "eu-west-1", "--user", "a b"],
            "user names of elasticache have no spaces",
        ),
        (
            vec!["token", "dsql", "--host", "x.dsql.us-east-1.on.aws", "--user", "app "],
            "begins or ends with white space",
        ),
    ] {
        let said = sigvet(&words, None).run().expect(2).stderr;
        assert!(said.contains(message), "{said}");
    }
}

/// Catches a command that judges one of several tokens without saying which, or without an option to choose another.
#[test]
fn one_of_several_tokens_is_chosen() {
    let token = |user| {
        let words = ["token", "rds", "--port", "5432", "--user", user, "--as", "uri"];
        sigvet(&[&words[..], &ENDPOINT].concat(), None).run().expect(0).text()
    };
    let (right, wrong) = (token("alice"), token("bob").replace("//bob:", "//carol:"));
    let both = format!("{right}{wrong}");
    for command in ["verify", "explain"] {
        let run = |words: &[&str], code: i32| {
            let words = [&[command, "--now", DATE], words].concat();
            let run = reader(&words, None).input(both.as_bytes()).run().expect(code);
            run.text() + &run.stderr
        };
        // By default, the contradicted token is judged.
        let said = run(&[], 1);
        assert!(said.contains("2 tokens found; used number 2") && said.contains("a different user"), "{said}");
        let said = run(&["--entry", "1"], 0);
        assert!(said.contains("2 tokens found; used number 1") && said.starts_with("valid"), "{said}");
        let said = run(&["--entry", "3"], 2);
        assert!(said.contains("there are 2"), "{said}");
    }
}
