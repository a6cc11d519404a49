//! Clients with their own keys: verified, and signed again with the real one, in every form of signature.

use std::io::Write;

use sigvet_core::prepare::PayloadChoice;
use sigvet_core::scheme::Scheme;
use sigvet_core::stream::Protection;
use sigvet_testing::serving::Serving;

use crate::recorder::{Recorder, find};
use crate::world::{Client, PLACEHOLDER, REAL, ask, inbound_proxy, plain};

fn judge() -> Serving {
    Serving::start(&["--echo", "--service", "s3", "--no-page"])
}

/// Catches a form of signature that is lost, or a body that does not arrive.
#[test]
fn every_form_of_signature_is_replaced() {
    let server = judge();
    let (proxy, _folder) = inbound_proxy(&server.url, "", &[]);
    let host = proxy.address().to_owned();
    let client = Client::new();
    let unsigned = Client { payload: PayloadChoice::Unsigned, ..Client::new() };
    let v4a = Client { scheme: Scheme::V4a, ..Client::new() };
    let large = vec![b'x'; 2_500_000];
    for (what, request, body) in [
        ("a header", client.sign("GET", &host, "/b/k?a=%2F", b""), &b""[..]),
        ("a hashed body", client.sign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("a large hashed body", client.sign("PUT", &host, "/b/k", &large), &large),
        ("an unsigned body", unsigned.sign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("a presigned URL", client.presign("GET", &host, "/b/k?versionId=1", b""), b""),
        ("a presigned upload", client.presign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("Version 4A", v4a.sign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("Version 4A in a URL", v4a.presign("GET", &host, "/b/k", b""), b""),
        ("signed chunks", client.stream(&host, &large[..200_000], Protection::Signed), &large[..200_000]),
        ("signed chunks of Version 4A", v4a.stream(&host, &large[..200_000], Protection::Signed), &large[..200_000]),
    ] {
        let answer = ask(&proxy, &request);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        assert_eq!(answer.body.len(), body.len(), "{what}");
        assert!(answer.body == body, "{what}");
        assert_eq!(answer.header("x-sigvet-verdict"), Some("valid"), "{what}");
    }
    assert_eq!(server.log().matches(REAL.0).count(), server.log().matches("AKIA").count());
}

/// Services other than S3 send no hash in a header: the body has to be read before its signature can be judged.
#[test]
fn a_body_without_a_declared_hash_is_read_first() {
    let server = Serving::start(&["--echo", "--region", "us-east-1", "--service", "es", "--no-page"]);
    let (proxy, _folder) = inbound_proxy(&server.url, "", &[]);
    let key = [("AWS_ACCESS_KEY_ID", PLACEHOLDER.0), ("AWS_SECRET_ACCESS_KEY", PLACEHOLDER.1)];
    let url = format!("{}/_bulk", proxy.url);
    for body in ["{\"index\":{}}", &"y".repeat(1_500_000)] {
        let words = ["send", "--region", "us-east-1", "--service", "es", "--data-binary", "@-", &url];
        let send = sigvet_testing::Sigvet::anonymous(&words).input(body.as_bytes());
        let outcome = key.iter().fold(send, |send, (name, value)| send.env(name, value)).run();
        assert_eq!(outcome.stdout.len(), body.len(), "{}", outcome.stderr);
    }
}

/// Catches a placeholder that is not verified: anyone who reaches the proxy could use the real key.
#[test]
fn a_wrong_signature_is_not_forwarded() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--log", "json"]);
    let host = proxy.address().to_owned();
    let wrong = Client { key: (PLACEHOLDER.0, "another/secret+that/opens+nothing00000000"), ..Client::new() };
    let unknown = Client { key: ("AKIANOBODYKNOWSTHIS1", PLACEHOLDER.1), ..Client::new() };
    let changed = String::from_utf8(Client::new().sign("GET", &host, "/b/k", b"")).unwrap().replace("/b/k", "/b/other");
    for (request, status, code) in [
        (wrong.sign("GET", &host, "/b/k", b""), 403, "SignatureDoesNotMatch"),
        (unknown.sign("GET", &host, "/b/k", b""), 403, "InvalidAccessKeyId"),
        (changed.into_bytes(), 403, "SignatureDoesNotMatch"),
        (plain("GET", &host, "/b/k", &[], b""), 403, "AccessDenied"),
        (wrong.presign("GET", &host, "/b/k", b""), 403, "SignatureDoesNotMatch"),
        (wrong.stream(&host, &[b'x'; 100_000], Protection::Signed), 403, "SignatureDoesNotMatch"),
    ] {
        let answer = ask(&proxy, &request);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(code), "{}", answer.text());
    }
    assert!(recorder.heard().is_empty());
    proxy.wait_for("\"verdict\":\"invalid\"", 6);
}

/// Catches an error that the SDK of a service cannot read, so that it shows none of the reason.
#[test]
fn a_forbidden_request_is_answered_in_the_format_of_its_service() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--allow-method", "GET"]);
    let key = [("AWS_ACCESS_KEY_ID", PLACEHOLDER.0), ("AWS_SECRET_ACCESS_KEY", PLACEHOLDER.1)];
    for (service, header, kind, code) in [
        (
            "dynamodb",
            "X-Amz-Target: DynamoDB_20120810.ListTables",
            "application/x-amz-json-1.0",
            "AccessDeniedException",
        ),
        ("monitoring", "Smithy-Protocol: rpc-v2-cbor", "application/cbor", "AccessDeniedException"),
        ("iam", "X-A: 1", "text/xml", "<Code>AccessDenied</Code>"),
        ("ec2", "X-A: 1", "text/xml;charset=UTF-8", "<Code>AccessDenied</Code>"),
        ("s3", "X-A: 1", "application/xml", "<Code>AccessDenied</Code>"),
        ("es", "X-A: 1", "application/json", "\"message\""),
    ] {
        let words = ["sign", "--as", "http", "-X", "POST", "-d", "x", "--region", "us-east-1", "--service", service];
        let target = format!("{}/b", proxy.url);
        let sign = sigvet_testing::Sigvet::anonymous(&[&words[..], &["-H", header, &target]].concat());
        let signed = key.iter().fold(sign, |sign, (name, value)| sign.env(name, value)).run();
        let answer = ask(&proxy, &signed.stdout);
        assert_eq!((answer.status, answer.header("content-type")), (405, Some(kind)), "{service} {}", signed.stderr);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains(code) && text.contains("the method POST is not allowed here"), "{service} {text}");
    }
    assert!(recorder.heard().is_empty());
}

/// Catches an AWS header that somebody added in transit and the real key would sign.
#[test]
fn a_header_that_the_client_did_not_sign_is_not_signed_for_it() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    // Ceph reads the second name like the first.
    for name in ["X-Amz-Acl", "x_amz_acl"] {
        let signed = Client::new().sign("PUT", proxy.address(), "/b/k", b"hello");
        let more = format!("{name}: public-read\r\nContent-Length");
        let text = String::from_utf8(signed).unwrap().replacen("Content-Length", &more, 1);
        let answer = ask(&proxy, text.as_bytes());
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.text().contains("x-amz-acl"), "{}", answer.text());
    }
    assert!(recorder.heard().is_empty());
}

/// curl signs every header that it is given. Catches one that the proxy extends or removes although it is signed.
#[test]
fn headers_that_hops_change_are_passed_on_unsigned() {
    let server = judge();
    let (proxy, _folder) = inbound_proxy(&server.url, "", &[]);
    let key = format!("{}:{}", PLACEHOLDER.0, PLACEHOLDER.1);
    let url = format!("{}/b/k", proxy.url);
    for header in [
        "Via: 1.1 a",
        "Forwarded: for=192.0.2.1",
        "X-Forwarded-For: 192.0.2.1",
        "Expect: 100-continue",
        "Max-Forwards: 10",
        "Connection: keep-alive",
        "TE: trailers",
        "Keep-Alive: timeout=5",
        "User-Agent: agent",
    ] {
        for body in ["", "hello"] {
            let mut curl = std::process::Command::new("curl");
            curl.args(["-sS", "-i", "--noproxy", "*", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", &key]);
            curl.args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-H", header, "-H", "Content-Type: text/plain"]);
            curl.args(["-X", "PUT", "--data-binary", body, &url]);
            let output = curl.output().expect("curl is there");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(text.contains("HTTP/1.1 200 ") && text.contains("x-sigvet-verdict: valid"), "{header}: {text}");
        }
    }
}

/// Catches bytes that are forwarded although the chunk before them is known to be wrong.
#[test]
fn nothing_goes_out_after_a_wrong_chunk() {
    let recorder = Recorder::start(|stream, heard| {
        // The connection ends before the body does.
        heard.read_body(stream);
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--log", "json"]);
    // Four chunks of 64 KiB, each of one letter.
    let payload: Vec<u8> = b"abcd".iter().flat_map(|letter| vec![*letter; 64 * 1024]).collect();
    let mut request = Client::new().stream(proxy.address(), &payload, Protection::Signed);
    let third = find(&request, &[b'c'; 64]).unwrap();
    request[third + 1000] = b'!';
    let answer = ask(&proxy, &request);
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert_eq!(answer.header("x-sigvet-cause"), Some("chunk-signature"), "{}", answer.head);
    // Chunks before it may wait for what follows them, and the request may not have been sent at all.
    for sent in recorder.heard() {
        assert!(!sent.contains("cccccccc") && !sent.contains("dddddddd"));
    }
    proxy.wait_for("\"cause\":\"chunk-signature\"", 1);
}

/// Catches an upload that ends between two chunks, with its declared length: it would look complete to the upstream.
#[test]
fn a_body_that_ends_before_its_last_chunk_is_not_whole() {
    let recorder = Recorder::start(|stream, heard| {
        if heard.read_body(stream) {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        }
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let payload: Vec<u8> = b"abc".iter().flat_map(|letter| vec![*letter; 64 * 1024]).collect();
    let whole = Client::new().stream(proxy.address(), &payload, Protection::Signed);
    let end = find(&whole, &[b'c'; 64]).unwrap();
    // The head of the third chunk begins after the line end of the second.
    let cut = whole[..end - 2].windows(2).rposition(|window| window == b"\r\n").unwrap() + 2;
    let head = find(&whole, b"\r\n\r\n").unwrap() + 4;
    let length = cut - head;
    let text = String::from_utf8_lossy(&whole[..head]).into_owned();
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line.to_lowercase().starts_with("content-length:") {
            true => format!("Content-Length: {length}"),
            false => line.to_owned(),
        })
        .collect();
    let request = [(lines.join("\r\n") + "\r\n").as_bytes(), &whole[head..cut]].concat();
    let answer = ask(&proxy, &request);
    assert!([400, 403].contains(&answer.status), "{} {}", answer.status, answer.text());
    for sent in recorder.heard() {
        assert!(sent.split("\r\n\r\n").nth(1).unwrap_or_default().len() < length);
    }
}

/// Catches an HTTP trailer that replaces the end of a body, and one that is forwarded unsigned.
#[test]
fn an_unsigned_trailer_is_dropped_and_the_body_stays_whole() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let signed = Client::new().sign("PUT", proxy.address(), "/b/k", b"AAAAAAAAAA");
    let text = String::from_utf8(signed).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let head = head.replace("Content-Length: 10", "Transfer-Encoding: chunked");
    let request = format!("{head}\r\n\r\na\r\nAAAAAAAAAA\r\n0\r\nx-amz-acl: public-read\r\n\r\n");
    let answer = ask(&proxy, request.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = recorder.only();
    assert!(sent.contains("AAAAAAAAAA\r\n0\r\n") && !sent.contains("x-amz-acl"), "{sent}");
}

/// Catches an upload that looks complete to the upstream although it is not what the client signed.
#[test]
fn the_last_bytes_of_a_hashed_body_wait_for_its_hash() {
    let recorder = Recorder::start(|stream, heard| {
        if heard.read_body(stream) {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        }
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let body: Vec<u8> = (0..500_000_u32).map(|at| b' ' + u8::try_from(at % 64).unwrap()).collect();
    let mut request = Client::new().sign("PUT", proxy.address(), "/b/k", &body);
    let length = request.len();
    request[length - 400_000] ^= 2;
    let answer = ask(&proxy, &request);
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("XAmzContentSHA256Mismatch"), "{}", answer.text());
    // The request may not have been sent at all, although a connection was opened for it.
    for sent in recorder.heard().iter().filter(|sent| !sent.is_empty()) {
        assert!(sent.contains("content-length: 500000\r\n"), "{sent}");
        assert!(sent.split("\r\n\r\n").nth(1).unwrap().len() < 500_000);
    }
}

/// Catches a key with more permissions than its owner was given.
#[test]
fn a_key_may_do_only_what_it_is_allowed_to() {
    let recorder = Recorder::polite();
    let allow =
        "allow = [{ methods = [\"GET\"], paths = [\"/mine/*\"], regions = [\"us-east-1\"], services = [\"s3\"] }]\n";
    let (proxy, _folder) = inbound_proxy(&recorder.url, allow, &[]);
    let host = proxy.address().to_owned();
    let client = Client::new();
    assert_eq!(ask(&proxy, &client.sign("GET", &host, "/mine/k", b"")).status, 200);
    for (method, target) in
        [("PUT", "/mine/k"), ("GET", "/other/k"), ("GET", "/mine/../other/k"), ("GET", "/mine/%2e%2e/k")]
    {
        let answer = ask(&proxy, &client.sign(method, &host, target, b""));
        assert!([403, 405].contains(&answer.status), "{method} {target}: {} {}", answer.status, answer.text());
    }
    assert_eq!(recorder.heard().len(), 1);
}

/// Catches a permission whose host, region or service is not checked, for one key or for all of them.
#[test]
fn a_key_reaches_no_other_host_region_or_service() {
    let recorder = Recorder::polite();
    let allow = "allow = [{ hosts = [\"127.0.0.1\"], regions = [\"us-east-1\"], services = [\"s3\"] }]\n";
    let (by_key, _one) = inbound_proxy(&recorder.url, allow, &[]);
    let (for_all, _two) = inbound_proxy(&recorder.url, "", &["--region", "us-east-1", "--service", "s3"]);
    let usual = Client::new();
    let region = Client { region: "eu-west-1", ..Client::new() };
    let service = Client { service: "sqs", ..Client::new() };
    let get = |client: &Client, host: &str| client.sign("GET", host, "/b/k", b"");
    for (proxy, request, problem) in [
        (&by_key, get(&region, "files.example"), "requests for region eu-west-1 are not allowed for this key"),
        (&by_key, get(&service, "files.example"), "requests for service sqs are not allowed for this key"),
        (&for_all, get(&region, "files.example"), "requests for region eu-west-1 are not allowed for this key"),
        (&for_all, get(&service, "files.example"), "requests for service sqs are not allowed for this key"),
    ] {
        let answer = ask(proxy, &request);
        assert_eq!(answer.status, 403, "{problem}: {}", answer.text());
        assert!(answer.text().contains(problem), "{problem}: {}", answer.text());
    }
    assert_eq!(recorder.heard().len(), 0);
    for proxy in [&by_key, &for_all] {
        assert_eq!(ask(proxy, &get(&usual, "files.example")).status, 200);
    }
}

/// Catches a signature with the real key that is sent to a host run by others, who see the headers and could use them.
#[test]
fn a_key_is_not_sent_to_hosts_that_aws_customers_run() {
    let recorder = Recorder::polite();
    let to = format!("::{}", recorder.host());
    let (proxy, _folder) = inbound_proxy("", "", &["--upstream-url-scheme", "http", "--connect-to", &to]);
    let get = |service, host: &str| {
        let client = Client { service, ..Client::new() };
        ask(&proxy, &client.sign("GET", host, "/b/k", b"")).status
    };
    for host in ["x.execute-api.us-east-1.amazonaws.com", "x.appsync-api.us-east-1.amazonaws.com"] {
        assert_eq!(get("execute-api", host), 403, "{host}");
    }
    assert_eq!(get("s3", "b.s3-website-us-east-1.amazonaws.com"), 403);
    assert_eq!(get("s3", "b.s3.us-east-1.amazonaws.com:8443"), 403);
    assert_eq!(recorder.heard().len(), 0);
    assert_eq!(get("s3", "b.s3.us-east-1.amazonaws.com"), 200);
}

/// Each identity may use another profile.
#[test]
fn an_identity_has_its_own_profile() {
    let recorder = Recorder::polite();
    let folder = tempfile::tempdir().unwrap();
    let profiles = folder.path().join("profiles.toml");
    std::fs::write(
        &profiles,
        "[profile.other]\naccess_key_id = \"AKIAOTHEROTHEROTHER1\"\nsecret_access_key = \"hush-hush-hush\"\n",
    )
    .unwrap();
    let options = ["--profile-file", profiles.to_str().unwrap()];
    let (proxy, _folder) = inbound_proxy(&recorder.url, "profile = \"other\"\n", &options);
    assert_eq!(ask(&proxy, &Client::new().sign("GET", proxy.address(), "/b/k", b"")).status, 200);
    let sent = recorder.only();
    assert!(sent.contains("Credential=AKIAOTHEROTHEROTHER1/") && !sent.contains(REAL.0), "{sent}");
}

/// Catches a service in the scope that no server has, but that turns off the rules about buckets: Ceph does not look at
/// it, and other stores neither.
#[test]
fn a_made_up_service_opens_no_bucket() {
    let recorder = Recorder::polite();
    let allow = "allow = [{ methods = [\"GET\", \"PUT\", \"POST\"], paths = [\"/own/*\"] }]\n";
    let (proxy, _folder) = inbound_proxy(&recorder.url, allow, &[]);
    for service in ["s3", "foo", "iam", "es"] {
        let client = Client { service, ..Client::new() };
        for (method, target) in
            [("PUT", "/own/?policy"), ("PUT", "/own//?acl"), ("POST", "/own/?delete"), ("POST", "/own/?metadataTable")]
        {
            let answer = ask(&proxy, &client.sign(method, proxy.address(), target, b"x"));
            assert!([403, 405].contains(&answer.status), "{service} {method} {target}: {}", answer.text());
        }
        let copy = Client { headers: vec![("x-amz-copy-source", "/secret/s")], service, ..Client::new() };
        assert_eq!(ask(&proxy, &copy.sign("PUT", proxy.address(), "/own/k", b"")).status, 403, "{service}");
    }
    assert_eq!(recorder.heard().len(), 0);
    // Another service has plain paths.
    let search = Client { service: "es", ..Client::new() };
    for (method, target) in
        [("GET", "/own/_search?q=1"), ("PUT", "/own/_doc/1"), ("POST", "/own/_bulk"), ("GET", "/own/")]
    {
        let answer = ask(&proxy, &search.sign(method, proxy.address(), target, b""));
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.text());
    }
}

/// Catches hosts whose services are known, but that are sent requests for other ones.
#[test]
fn a_host_is_only_sent_requests_for_its_service() {
    let recorder = Recorder::polite();
    let to = format!("::{}", recorder.host());
    let options = ["--upstream-url-scheme", "http", "--connect-to", &to, "--allow-host", "*.wasabisys.com"];
    let (proxy, _folder) = inbound_proxy("", "", &options);
    let get = |service, host: &str| {
        let client = Client { service, ..Client::new() };
        ask(&proxy, &client.sign("GET", host, "/own/k", b"")).status
    };
    assert_eq!(get("foo", "s3.eu-central-1.wasabisys.com"), 403);
    assert_eq!(get("s3", "sts.wasabisys.com"), 403);
    assert_eq!(recorder.heard().len(), 0);
    assert_eq!(get("s3", "s3.eu-central-1.wasabisys.com"), 200);
}

/// Catches a host with a dot at its end (RFC 1034 §3.1), to which other rules apply.
#[test]
fn a_dot_at_the_end_of_a_host_changes_no_rule() {
    let recorder = Recorder::polite();
    let to = format!("::{}", recorder.host());
    let http = ["--upstream-url-scheme", "http", "--connect-to", &to];
    let (aws, _one) = inbound_proxy("", "", &http);
    let allow = "allow = [{ paths = [\"/own/*\"] }]\n";
    let (listed, _two) = inbound_proxy("", allow, &[&http[..], &["--allow-host", "*.minio.corp"]].concat());
    let get = |proxy: &Serving, service, host: &str| {
        let client = Client { service, ..Client::new() };
        ask(proxy, &client.sign("GET", host, "/own/k", b"")).status
    };
    for dot in ["", ".", ".:80"] {
        assert_eq!(get(&aws, "lambda", &format!("x.lambda-url.us-east-1.on.aws{dot}")), 403, "{dot}");
        assert_eq!(get(&aws, "s3", &format!("b.s3-website-us-east-1.amazonaws.com{dot}")), 403, "{dot}");
        assert_eq!(get(&listed, "s3", &format!("secret.minio.corp{dot}")), 403, "{dot}");
    }
    assert_eq!(recorder.heard().len(), 0);
    assert_eq!(get(&aws, "s3", "b.s3.us-east-1.amazonaws.com."), 200);
    assert!(recorder.only().contains("host: b.s3.us-east-1.amazonaws.com\r\n"), "{}", recorder.only());
}

/// Catches an upload whose archive is unpacked over other objects, and other requests that name objects in their bodies.
#[test]
fn objects_in_bodies_need_rules_for_all_of_them() {
    let recorder = Recorder::polite();
    let to = ["--region", "us-east-1", "--service", "s3"];
    let rule = |path: &str| format!("allow = [{{ paths = [\"{path}\"] }}]\n");
    let (some, _one) = inbound_proxy(&recorder.url, &rule("/own/agent/*"), &to);
    let (bucket, _two) = inbound_proxy(&recorder.url, &rule("/own/*"), &to);
    let (all, _three) = inbound_proxy(&recorder.url, &rule("/*"), &to);
    let unpacked = Client { headers: vec![("x-amz-meta-snowball-auto-extract", "true")], ..Client::new() };
    for (client, target, may_be_in_bucket) in
        [(&unpacked, "/own/agent/a.tar", true), (&Client::new(), "/own/agent/k?restore", false)]
    {
        for (proxy, status) in [(&some, 403), (&bucket, if may_be_in_bucket { 200 } else { 403 }), (&all, 200)] {
            let answer = ask(proxy, &client.sign("POST", proxy.address(), target, b"x"));
            assert_eq!(answer.status, status, "{target}: {}", answer.text());
        }
    }
    let answer = ask(&some, &unpacked.sign("PUT", some.address(), "/own/agent/a.tar", b"x"));
    assert!(
        answer.text().contains("everything below /own/ (snowball-auto-extract) is not allowed"),
        "{}",
        answer.text()
    );
}

/// Catches a rule for one upstream that a request for another passes, because its client writes the name of the first
/// into `Host`.
#[test]
fn rules_for_hosts_are_about_the_host_that_is_reached() {
    let recorder = Recorder::polite();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let scope = "region = \"us-east-1\"\nservice = \"s3\"\n";
    let dev = recorder.url.replace("127.0.0.1", "localhost");
    let text = format!(
        "[[route]]\nname = \"prod\"\npath = \"/prod\"\nto = \"{}\"\n{scope}[[route]]\nname = \"dev\"\npath = \"/dev\"\nto = \"{dev}\"\n{scope}",
        recorder.url
    );
    std::fs::write(&file, text).unwrap();
    let allow = "allow = [{ hosts = [\"localhost\"] }]\n";
    let (proxy, _folder) = inbound_proxy("", allow, &["--config", file.to_str().unwrap()]);
    for host in ["localhost", "127.0.0.1", "other.example"] {
        let get = |target: &str| ask(&proxy, &Client::new().sign("GET", host, target, b""));
        let refused = get("/prod/k");
        assert_eq!(refused.status, 403, "{host}");
        assert!(refused.text().contains("the host 127.0.0.1:"), "{host}: {}", refused.text());
        assert_eq!(get("/dev/k").status, 200, "{host}");
    }
    assert_eq!(recorder.heard().len(), 3);
}
