//! What clients print of their requests, as they really printed it: see `logs/README.md`.

use super::*;

/// What a log shows.
struct Shown {
    name: &'static str,
    log: &'static str,
    request: &'static str,
    /// The headers that are not signed, in lowercase, except `authorization`.
    unsigned: &'static [&'static str],
    body: Option<&'static str>,
    /// The status, if the text says that it is one; of a refusal alone, unless the format has a place for it.
    status: Option<u16>,
    code: &'static str,
    /// A line of the server's canonical request that the client did not sign.
    server: Option<&'static str>,
}

macro_rules! log {
    ($name:literal) => {
        include_str!(concat!("logs/", $name, ".txt"))
    };
}

const SENT_BY_SDK_JS: &[&str] = &["user-agent"];
const SENT_BY_BOTO3: &[&str] = &["user-agent", "expect", "amz-sdk-invocation-id", "amz-sdk-request", "content-length"];
const SEARCH: &str = "POST 127.0.0.1:19018 /idx/_search?q=a%20b";

const LOGS: [Shown; 11] = [
    Shown {
        name: "requests",
        log: log!("requests"),
        request: "POST 127.0.0.1:19017 /idx/_search?q=a%20b",
        unsigned: &["user-agent", "accept-encoding", "accept", "connection", "content-length"],
        body: None,
        status: None,
        code: "",
        server: None,
    },
    Shown {
        name: "axios: console.log",
        log: log!("axios-error"),
        request: "POST 127.0.0.1:19018 /prod/items",
        unsigned: &["accept", "user-agent", "accept-encoding"],
        body: Some("{\"a\":1,\"b\":\"x y\"}"),
        status: Some(403),
        code: "",
        server: Some("content-type:application/json; charset=utf-8"),
    },
    Shown {
        name: "axios: toJSON",
        log: log!("axios-json"),
        request: "POST 127.0.0.1:19017 /prod/items",
        unsigned: &["accept", "user-agent", "accept-encoding"],
        body: Some("{\"a\":1,\"b\":\"x y\"}"),
        status: Some(403),
        code: "",
        server: None,
    },
    Shown {
        name: "axios: the reply",
        log: log!("axios-reply"),
        request: "POST 127.0.0.1:19021 /prod/items",
        unsigned: &["accept", "user-agent", "accept-encoding"],
        body: Some("{\"a\":1,\"b\":\"x y\"}"),
        status: None,
        code: "",
        server: Some("/api/prod/items"),
    },
    Shown {
        name: "aws4",
        log: log!("aws4"),
        request: SEARCH,
        unsigned: &[],
        body: Some("{\"size\":1}"),
        status: Some(403),
        code: "",
        server: Some("content-type:application/json; charset=utf-8"),
    },
    Shown {
        name: "AWS SDK for JavaScript v3",
        log: log!("sdk-js-v3"),
        request: "GET 127.0.0.1:19012 /bkt/?list-type=2&prefix=x%20y%2F",
        unsigned: SENT_BY_SDK_JS,
        body: Some(""),
        status: Some(403),
        code: "SignatureDoesNotMatch",
        server: Some("host:minio:9000"),
    },
    Shown {
        name: "minio-py",
        log: log!("minio-py"),
        request: "PUT 127.0.0.1:19012 /bkt/a%20b%2Bc.txt",
        unsigned: &["user-agent"],
        body: None,
        status: Some(403),
        code: "SignatureDoesNotMatch",
        server: Some("host:minio:9000"),
    },
    Shown {
        name: "boto3 in AWS Lambda",
        log: log!("boto3-lambda"),
        request: "PUT 127.0.0.1:19012 /bkt/a%20b%2Bc.txt",
        unsigned: SENT_BY_BOTO3,
        body: None,
        status: Some(403),
        code: "SignatureDoesNotMatch",
        server: Some("host:minio:9000"),
    },
    Shown {
        name: "boto3 in Celery",
        log: log!("boto3-celery"),
        request: "GET 127.0.0.1:19014 /bkt?list-type=2&prefix=x%20y%2F&encoding-type=url",
        unsigned: SENT_BY_BOTO3,
        body: Some(""),
        status: Some(403),
        code: "SignatureDoesNotMatch",
        server: Some("/api/bkt"),
    },
    Shown {
        name: "AWS CLI",
        log: log!("aws-cli-dynamodb"),
        request: "POST 127.0.0.1:19017 /",
        unsigned: SENT_BY_BOTO3,
        body: Some("{}"),
        status: Some(200),
        code: "",
        server: None,
    },
    Shown {
        name: "s3cmd",
        log: log!("s3cmd-put"),
        request: "PUT 127.0.0.1:19011 /bkt/a%20b%2Bc.txt",
        unsigned: &[],
        body: None,
        status: Some(200),
        code: "",
        server: None,
    },
];

#[test]
fn the_request_of_each_client_is_read_without_its_reply() {
    for Shown { name, log, request: expected, unsigned, body, status, code: expected_code, server } in LOGS {
        let found = capture(log);
        let request = found.request.as_ref().unwrap_or_else(|| panic!("{name}: {found:?}"));
        let sent = format!("{} {} {}", request.method(), request.host().unwrap_or_default(), target(&found));
        assert_eq!(sent, expected, "{name}");
        let authorization = request.headers.first_text("authorization").unwrap();
        let listed = authorization.split("SignedHeaders=").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
        for header in &request.headers {
            let header = header.name.to_ascii_lowercase();
            let is_known = listed.split(';').any(|name| name == header) || unsigned.contains(&header.as_str());
            assert!(is_known || header == "authorization", "{name}: {header}");
        }
        for header in listed.split(';') {
            assert_eq!(request.headers.values(header).count(), 1, "{name}: {header}");
        }
        let known = match &request.body {
            Body::Bytes(bytes) => Some(String::from_utf8(bytes.clone()).unwrap()),
            _ => None,
        };
        assert_eq!(known.as_deref(), body, "{name}");
        let reply = found.reply.as_ref();
        assert_eq!(reply.and_then(|reply| reply.status), status, "{name}");
        assert_eq!(code(&found), expected_code, "{name}");
        let computed = reply.and_then(|reply| reply.canonical_request.as_deref()).unwrap_or_default();
        let computed = String::from_utf8_lossy(computed).into_owned();
        match server {
            Some(line) => assert!(computed.lines().any(|other| other == line), "{name}: {computed}"),
            None => assert_eq!(computed, "", "{name}"),
        }
    }
}

/// Errors that show no request still show what the server computed.
#[test]
fn what_the_server_computed_is_read_from_an_error_alone() {
    for (name, log, line) in [
        ("minio for Node.js", log!("minio-js"), "host:127.0.0.1:19010"),
        ("opensearch-js", log!("opensearch-js"), "content-type:application/json; charset=utf-8"),
        ("opensearch-py", log!("opensearch-py"), "content-type:application/json; charset=utf-8"),
    ] {
        let reply = capture(log).reply.unwrap_or_else(|| panic!("{name}"));
        let computed = String::from_utf8(reply.canonical_request.unwrap_or_default()).unwrap();
        assert!(computed.lines().any(|other| other == line), "{name}: {computed}");
        let text = reply.message.unwrap_or_default();
        assert!(text.contains("signature we calculated") && !text.contains("canonical"), "{name}: {text}");
    }
}

#[test]
fn a_signature_that_a_log_leaves_out_is_taken_from_the_reply() {
    let found = capture(log!("minio-py"));
    let authorization = request(&found).headers.first_text("authorization").unwrap();
    assert!(authorization.contains("Credential=AKIAIOSFODNN7EXAMPLE/") && authorization.contains("Signature=45aa6cdf"));
    let expected = "what was redacted in the Authorization header was taken from the server's reply";
    assert!(notes(&found).iter().any(|note| note == expected), "{:?}", notes(&found));
}

/// Prompts of bash, zsh, fish, oh-my-zsh, cmd.exe and PowerShell, and the traces of `set -x`.
#[test]
fn a_command_is_read_after_any_prompt() {
    let command = format!("curl -H 'Authorization: {AUTHORIZATION}' https://h.example/k");
    for prompt in [
        "$ ",
        "% ",
        "# ",
        "> ",
        "+ ",
        "++ ",
        "root@host:~# ",
        "[ec2-user@ip-10-0-0-1 ~]$ ",
        "bob@mac proj % ",
        "bob@host ~> ",
        "\u{276f} ",
        "\u{279c}  ~ ",
        "\u{279c}  proj git:(main) \u{2717} ",
        "bash-5.2$ ",
        "(venv) bob@curl:~$ ",
        "/ # ",
        "C:\\Users\\bob>",
        "PS C:\\Users\\bob> ",
        "PS /home/bob> ",
    ] {
        let found = capture(&format!("{prompt}{command}\n"));
        assert_eq!((found.kind, target(&found).as_str()), (CaptureKind::CurlCommand, "/k"), "{prompt}");
    }
    for text in ["I use curl ", "set x='# "] {
        assert!(!shell::begins(&format!("{text}{command}")), "{text}");
    }
    for (prompt, escape) in [("> ", '\\'), (">> ", '`'), ("More? ", '^')] {
        let text = format!("$ curl {escape}\n{prompt}-H \"a: b\" {escape}\n{prompt}\"https://h.example/k\"\n");
        assert_eq!(shell::read(&text).unwrap().words, ["-H", "a: b", "https://h.example/k"], "{prompt}");
    }
    assert_eq!(shell::read("curl https://h/ \\\n> out.txt\n").unwrap().words, ["https://h/"]);
}
