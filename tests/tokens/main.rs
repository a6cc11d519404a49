//! Compares tokens with those of other programs: botocore and AWS's libraries, hvac for Vault, Google's and
//! Snowflake's libraries.
//!
//! These tests catch a request that STS would accept but the service that forwards it would not: a different
//! endpoint, order, header or encoding.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forms;
mod checks;
mod libraries;

use sigvet_testing as common;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::Sigvet;
use serde_json::Value;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "FQoGZXIvYXdzEBYaD+token/=";
const DATE: &str = "20260301T101112Z";

/// Runs sigvet at a fixed date, with `AKIAIOSFODNN7EXAMPLE`, or with `ASIAIOSFODNN7EXAMPLE` and its session token.
fn sigvet(words: &[&str], token: Option<&str>) -> Sigvet {
    reader(&[words, &["--date", DATE]].concat(), token)
}

/// Runs a command without `--date` with the same keys.
fn reader(words: &[&str], token: Option<&str>) -> Sigvet {
    let id = if token.is_some() { "ASIAIOSFODNN7EXAMPLE" } else { "AKIAIOSFODNN7EXAMPLE" };
    let sigvet = Sigvet::anonymous(words).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", SECRET);
    match token {
        Some(token) => sigvet.env("AWS_SESSION_TOKEN", token),
        None => sigvet,
    }
}

/// The region, the cluster and the URL. The URLs were made by botocore 1.44.5 without its CRT:
/// `generate_presigned_url('get_caller_identity', …, ExpiresIn=60)` with the two handlers that `aws eks get-token`
/// registers, at 2026-03-01T10:11:12Z.
const BY_BOTOCORE: [(&str, &str, &str); 3] = [
    (
        "eu-central-1",
        "my-cluster",
        "https://sts.eu-central-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260301%2Feu-central-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T101112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=6ee855af664e43a84b5ab9e6eae769670857032eca9b7223e19fdaa7214f108e",
    ),
    (
        "cn-north-1",
        "c",
        "https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260301%2Fcn-north-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T101112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=20fabefdb8353cf0cc47e14b311990af63d75cc204e39304b66d763cececd58e",
    ),
    (
        "us-gov-west-1",
        "c",
        "https://sts.us-gov-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260301%2Fus-gov-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T101112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=fa8e0b4a2b1090f99922a257f75ef306bfd11e095c27593aee1dfe50762d8300",
    ),
];

#[test]
fn a_token_for_a_cluster_equals_that_of_aws_eks_get_token() {
    for (region, cluster, url) in BY_BOTOCORE {
        let words = ["presign", "--region", region, "--cluster-name", cluster, "--as"];
        let printed = |form: &'static str| sigvet(&[&words[..], &[form]].concat(), None).run().expect(0).text();
        assert_eq!(printed("url"), format!("{url}\n"));
        let token = format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url));
        assert_eq!(printed("eks-token"), format!("{token}\n"));
        let object: Value = serde_json::from_str(&printed("exec-credential")).unwrap();
        assert_eq!(object["kind"], "ExecCredential");
        assert_eq!(object["apiVersion"], "client.authentication.k8s.io/v1beta1");
        assert_eq!(object["spec"], serde_json::json!({}));
        assert_eq!(object["status"]["token"], token);
        assert_eq!(object["status"]["expirationTimestamp"], "2026-03-01T10:25:12Z", "14 minutes later");
    }
}

/// botocore puts the session token after the signed headers, which does not change the signature.
#[test]
fn a_session_token_is_part_of_the_url() {
    let words = ["presign", "--cluster-name", "other.cluster", "--as", "eks-token"];
    let token = sigvet(&words, Some(TOKEN)).env("AWS_REGION", "us-east-1").run().expect(0).text();
    let url = URL_SAFE_NO_PAD.decode(token.trim_end().strip_prefix("k8s-aws-v1.").unwrap()).unwrap();
    let url = String::from_utf8(url).unwrap();
    // Made by botocore, as above.
    let signature = "X-Amz-Signature=6db633b31cabeb6da05f813f1d434224981cacf2b6dd8b9383a4d8ddd057877c";
    assert!(
        url.starts_with("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&"),
        "{url}"
    );
    assert!(
        url.contains("&X-Amz-Security-Token=FQoGZXIvYXdzEBYaD%2Btoken%2F%3D&") && url.ends_with(signature),
        "{url}"
    );
}

/// kubectl says which version it understands. Catches a reply in another version.
#[test]
fn kubectl_gets_the_version_that_it_asks_for() {
    let words = ["presign", "--region", "us-east-1", "--cluster-name", "c", "--as", "exec-credential"];
    let info =
        r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}"#;
    let object = sigvet(&words, None).env("KUBERNETES_EXEC_INFO", info).run().expect(0).text();
    let object: Value = serde_json::from_str(&object).unwrap();
    assert_eq!(object["apiVersion"], "client.authentication.k8s.io/v1");
}

/// The first row is the request and signature of `hvac.aws_utils` 2, at 2026-03-01T10:11:12Z; hvac signs the length
/// too.
#[test]
fn a_vault_login_equals_that_of_hvac() {
    for (server, token, signature) in [
        (Some("vault.example.com"), None, "c3eb1b8a82951f8dfb87c336020661729c6fe84bcc4c2609fee8e260e90e7aab"),
        (None, Some(TOKEN), "30a22ded68b490b2f1eae257028b66039d992b69605217fb8cbc543215e73b94"),
    ] {
        let mut words = vec!["sign", "--as", "vault", "-H", "Content-Length: 43"];
        words.extend(server.iter().flat_map(|server| ["--vault-server-id", server]));
        let login: Value = serde_json::from_str(&sigvet(&words, token).run().expect(0).text()).unwrap();
        let decoded = |name: &str| String::from_utf8(STANDARD.decode(login[name].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!(login["iam_http_request_method"], "POST");
        assert_eq!(decoded("iam_request_url"), "https://sts.amazonaws.com/");
        assert_eq!(decoded("iam_request_body"), "Action=GetCallerIdentity&Version=2011-06-15");
        let headers: Value = serde_json::from_str(&decoded("iam_request_headers")).unwrap();
        let authorization = headers["authorization"][0].as_str().unwrap();
        assert!(authorization.ends_with(&format!("Signature={signature}")), "{authorization}");
        assert_eq!(headers["Host"][0], "sts.amazonaws.com");
        assert_eq!(headers["Content-Type"][0], "application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(headers["x-amz-date"][0], DATE);
        assert_eq!(headers["X-Vault-AWS-IAM-Server-ID"][0].as_str(), server);
        assert_eq!(headers["x-amz-security-token"][0].as_str(), token);
    }
}

/// Vault forwards the request that it receives, so it must be valid. Catches a part that is missing.
#[test]
fn the_parts_of_a_login_make_a_valid_request() {
    let words = ["sign", "--as", "vault", "--region", "eu-west-1", "--vault-server-id", "v"];
    let login: Value = serde_json::from_str(&sigvet(&words, Some(TOKEN)).run().expect(0).text()).unwrap();
    let decoded = |name: &str| String::from_utf8(STANDARD.decode(login[name].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(decoded("iam_request_url"), "https://sts.eu-west-1.amazonaws.com/");
    let headers: Value = serde_json::from_str(&decoded("iam_request_headers")).unwrap();
    let lines = headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, values)| format!("{name}: {}\r\n", values[0].as_str().unwrap()));
    let request = format!("POST / HTTP/1.1\r\n{}\r\n{}", lines.collect::<String>(), decoded("iam_request_body"));
    let verify = Sigvet::anonymous(&["verify", "--now", DATE]).env("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE");
    let verify = verify.env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", TOKEN);
    let verdict = verify.input(request.as_bytes()).run().expect(0).text();
    assert!(verdict.starts_with("valid"), "{verdict}");
}
