//! Credentials: missing, expired, wrong, and replaced ones.

use std::fs;

use serde_json::json;

use crate::agent::{Agent, KEY, SCOPE, guard};
use crate::stub::Stub;

/// Catches a message that is sent unsigned, and an agent that ends without an error.
#[test]
fn without_credentials_each_request_gets_an_error() {
    let stub = Stub::with_tools(|_, _| {});
    let mut agent = Agent::start_with(&stub.url, &[], &[]);
    agent.request(0, "initialize", json!({}));
    let (code, text) = agent.hear_error(0);
    assert!(code == -32000 && text.starts_with("no credentials from "), "{code} {text}");
    agent.notify("notifications/initialized");
    agent.wait_for_errors("sigvet: no credentials from ");
    let (code, rest, _) = agent.end();
    assert_eq!((code, rest), (Some(0), vec![]));
    assert!(stub.heard().is_empty());
}

/// The IAM Identity Center session has expired: the error says which command renews it.
#[test]
fn an_expired_sso_session_is_reported_with_the_command_that_renews_it() {
    let home = tempfile::tempdir().unwrap();
    let (config, cache) = (home.path().join("config"), home.path().join(".aws/sso/cache"));
    fs::create_dir_all(&cache).unwrap();
    let profile = "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\nregion = us-west-2\n\
                   [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-west-2\n";
    fs::write(&config, profile).unwrap();
    // The file is named after the SHA-1 of the session's name, as the AWS CLI does: `printf corp | sha1sum`.
    let token = json!({"startUrl": "https://corp.awsapps.com/start", "region": "us-west-2", "accessToken": "token-of-some-length",
                       "expiresAt": "2020-01-01T00:00:00Z"});
    fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), token.to_string()).unwrap();
    let stub = Stub::with_tools(|_, _| {});
    let world = [("HOME", home.path().to_str().unwrap()), ("AWS_CONFIG_FILE", config.to_str().unwrap())];
    let mut agent = Agent::start_with(&stub.url, &["--profile", "work"], &world);
    agent.request(0, "initialize", json!({}));
    let (_, text) = agent.hear_error(0);
    // Without the profile, the AWS CLI would renew another session (`aws sso login help`).
    assert_eq!(text.matches("aws sso login").count(), 1, "{text}");
    assert!(text.contains("'aws sso login --profile work'") && text.contains("expired"), "{text}");
    assert!(!text.contains("token-of-some-length") && stub.heard().is_empty(), "{text}");
}

/// A refused signature is explained by its mistake, and no secret is shown.
#[test]
fn a_refused_signature_is_explained() {
    let stub = Stub::with_tools(|_, _| {});
    let guard = guard(&stub.url);
    let secret = KEY.1.to_lowercase();
    let wrong = [("AWS_ACCESS_KEY_ID", KEY.0), ("AWS_SECRET_ACCESS_KEY", secret.as_str())];
    let mut agent = Agent::start_with(&guard.url, &[], &wrong);
    agent.request("first", "initialize", json!({}));
    let (code, text) = agent.hear_error("first");
    assert!(code == -32000 && text.starts_with("the server refused the signature (403 "), "{code} {text}");
    assert!(text.contains("[secret-"), "{text}");
    agent.notify("notifications/initialized");
    agent.wait_for_errors("[secret-");
    let (code, _, errors) = agent.end();
    assert_eq!(code, Some(0));
    assert!(!errors.contains(&secret) && !text.contains(&secret), "{errors}");
    assert!(stub.heard().is_empty());
    // Another region is a different mistake.
    let mut elsewhere = Agent::start(&guard.url, &["--region", "eu-central-1"]);
    elsewhere.request(1, "initialize", json!({}));
    let (_, text) = elsewhere.hear_error(1);
    assert!(text.contains("[region-wrong]") || text.contains("[scope-region"), "{text}");
}

/// Catches an agent that has to be restarted after `aws sso login` or another change of the files (a complaint about
/// other programs). If the server rejects a key, the key is looked up again, and the rejected call still succeeds.
#[test]
fn replaced_keys_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let write = |id: &str, secret: &str| {
        fs::write(&file, format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")).unwrap();
    };
    write("AKIAOLDOLDOLDOLDOLD1", "old/secret/that/nobody/knows/any/more000");
    let stub = Stub::with_tools(|heard, wire| wire.answer(heard, &[], &json!({})));
    let guard = guard(&stub.url);
    let world = [("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()), ("AWS_CONFIG_FILE", "/dev/null")];
    let mut agent = Agent::start_with(&guard.url, &[], &world);
    agent.request(0, "tools/list", json!({}));
    let (_, text) = agent.hear_error(0);
    assert!(text.contains("refused the signature"), "{text}");
    write(KEY.0, KEY.1);
    agent.request(1, "tools/list", json!({}));
    assert_eq!(agent.hear()["result"], json!({"tools": []}));
}

/// Without a profile, a region and a service nothing can be signed: that is reported before anything is read.
#[test]
fn a_setup_that_cannot_work_is_refused_at_once() {
    let run = |words: &[&str]| sigvet_testing::Sigvet::new(&[&["mcp"], words].concat()).run();
    let raw = "https://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a/invocations";
    for (words, code, expected) in [
        (vec!["http://127.0.0.1:1/mcp"], 2, "no region and no service known for host 127.0.0.1"),
        (vec!["127.0.0.1:1/mcp"], 2, "error: "),
        (vec![raw], 2, "runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3Aruntime%2Fa/invocations"),
        (vec!["https://aws-mcp.us-east-1.api.aws/mcp", "-H", "Accept: x"], 2, "'Accept' is set by sigvet mcp itself"),
        (vec!["https://aws-mcp.us-east-1.api.aws/mcp", "--profile", "nobody"], 3, "nobody"),
    ] {
        let outcome = run(&words);
        assert_eq!(outcome.code, Some(code), "{words:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{words:?}: {}", outcome.stderr);
        assert_eq!(outcome.text(), "");
    }
    assert_eq!(SCOPE[1], "us-west-2");
}

/// Catches a secret or a token that is corrected under the same key ID and only used after a restart. What servers say
/// about a mistyped secret is that the signature is wrong.
#[test]
fn a_corrected_secret_or_token_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let write = |secret: &str, token: &str| {
        let id = KEY.0;
        let more = if token.is_empty() { String::new() } else { format!("aws_session_token = {token}\n") };
        let text = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n{more}");
        fs::write(&file, text).unwrap();
    };
    let world = [("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()), ("AWS_CONFIG_FILE", "/dev/null")];
    let check = |url: &str, wrong: (&str, &str), right: (&str, &str), options: &[&str]| {
        write(wrong.0, wrong.1);
        let mut agent = Agent::start_with(url, options, &world);
        for id in 0..3 {
            agent.request(id, "tools/list", json!({}));
            let (_, text) = agent.hear_error(id);
            assert!(text.contains("refused the signature"), "{text}");
        }
        write(right.0, right.1);
        agent.request(4, "tools/list", json!({}));
        assert_eq!(agent.hear()["result"], json!({"tools": []}));
    };
    let stub = Stub::with_tools(|_, _| {});
    let guard = guard(&stub.url);
    let wrong = KEY.1.to_lowercase();
    check(&guard.url, (&wrong, ""), (KEY.1, ""), &[]);
    check(&guard.url, (&wrong, ""), (KEY.1, ""), &["--profile", "default"]);
    let stub = Stub::start(|heard, wire| {
        if heard.header("x-amz-security-token") == Some("token-two") {
            return wire.answer(heard, &[], &json!({"tools": []}));
        }
        let error = json!({"__type": "UnrecognizedClientException",
                           "message": "The security token included in the request is invalid."});
        wire.body(403, &[], "application/json", &error.to_string());
    });
    check(&stub.url, (KEY.1, "token-one"), (KEY.1, "token-two"), &[]);
}
