//! What rules about methods and paths hold for: all that a request does, however it names it.

use std::time::SystemTime;

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{Answer, PLACEHOLDER, ask, inbound_proxy, plain, proxy_to, text_of};

/// Signs a request for S3 with the placeholder.
fn signed(host: &str, (method, target): (&str, &str), headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let url = RequestUrl::parse(&format!("http://{host}{target}")).unwrap();
    let mut request = Request::new(method, &url).unwrap();
    headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
    request.body = Body::Bytes(body.to_vec());
    let placeholder = Credentials::new(PLACEHOLDER.0, PLACEHOLDER.1);
    let settings = Settings::new("us-east-1", "s3");
    let prepared = prepare(request, &Identity::from(&placeholder), &settings, SystemTime::now().into()).unwrap();
    text_of(&prepared.sign_once(&placeholder.secret_access_key).request, body)
}

fn ask_signed(proxy: &Serving, line: (&str, &str), headers: &[(&str, &str)]) -> Answer {
    ask(proxy, &signed(proxy.address(), line, headers, b""))
}

/// Catches a copy, a deletion of many objects or a form that does what its key may not do. Their parameters are those of
/// the S3 API reference.
#[test]
fn rules_hold_for_objects_that_a_request_names_elsewhere() {
    let recorder = Recorder::polite();
    let allow = "allow = [{ methods = [\"PUT\", \"POST\"], paths = [\"/uploads\", \"/uploads/agent/*\"] },\n\
        { methods = [\"GET\"], paths = [\"/reports/*\"] }, { methods = [\"DELETE\", \"POST\"], paths = [\"/scratch/*\"] }]\n";
    let (proxy, _folder) = inbound_proxy(&recorder.url, allow, &[]);
    let copy = |source: &str| ask_signed(&proxy, ("PUT", "/uploads/agent/k"), &[("x-amz-copy-source", source)]);
    assert_eq!(copy("reports/2026/a.csv").status, 200);
    assert_eq!(copy("/reports/2026/a.csv?versionId=7").status, 200);
    for source in [
        "secret/a",
        "/secret/a",
        "secret%2Fa",
        "reports%2F..%2Fsecret/a",
        "arn:aws:s3:us-east-1:1:accesspoint/x/object/a",
    ] {
        let answer = copy(source);
        assert_eq!(answer.status, 403, "{source}: {}", answer.text());
    }
    assert!(copy("secret/a").text().contains("GET the path /secret/a"), "{}", copy("secret/a").text());
    assert_eq!(ask_signed(&proxy, ("POST", "/scratch/?delete"), &[]).status, 200);
    assert_eq!(ask_signed(&proxy, ("POST", "/uploads?delete"), &[]).status, 403);
    let upload = |key: &str| {
        let url = format!("{}/uploads/{key}", proxy.url);
        let form = Sigvet::anonymous(&["form", "--region", "us-east-1", "--as", "json", &url])
            .env("AWS_ACCESS_KEY_ID", PLACEHOLDER.0)
            .env("AWS_SECRET_ACCESS_KEY", PLACEHOLDER.1);
        let form: serde_json::Value = serde_json::from_str(&form.run().text()).unwrap();
        let fields = form["fields"].as_object().unwrap();
        let part = |(name, value): (&String, &serde_json::Value)| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", value.as_str().unwrap())
        };
        let file = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhi\r\n--X--\r\n";
        let body = fields.iter().map(part).collect::<String>() + file;
        let headers = [("Content-Type", "multipart/form-data; boundary=X")];
        ask(&proxy, &plain("POST", proxy.address(), "/uploads", &headers, body.as_bytes()))
    };
    for (key, status) in [("agent/k", 200), ("agent/${filename}", 200), ("other/k", 403), ("${filename}", 403)] {
        let answer = upload(key);
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
    }
}

/// Catches a rule for one bucket that opens a folder of that name in every other one, and that is closed for the bucket
/// itself.
#[test]
fn rules_name_a_bucket_and_a_key_also_if_the_bucket_is_in_the_host() {
    let recorder = Recorder::polite();
    let port = recorder.host().rsplit(':').next().unwrap().to_owned();
    let allow = "allow = [{ methods = [\"PUT\"], paths = [\"/uploads/agent/*\"], services = [\"s3\"] }]\n";
    let host = format!("*.store.example:{port}");
    let resolve = ["uploads", "other"].map(|bucket| format!("{bucket}.store.example:{port}:127.0.0.1"));
    let words =
        ["--allow-host", &host, "--upstream-url-scheme", "http", "--resolve", &resolve[0], "--resolve", &resolve[1]];
    let (proxy, _folder) = inbound_proxy("", allow, &words);
    for (bucket, target, status) in [
        ("uploads", "/agent/f", 200),
        ("uploads", "/uploads/agent/f", 403),
        ("other", "/uploads/agent/f", 403),
        ("other", "/agent/f", 403),
    ] {
        let request = signed(&format!("{bucket}.store.example:{port}"), ("PUT", target), &[], b"");
        let answer = ask(&proxy, &request);
        assert_eq!(answer.status, status, "{bucket} {target}: {}", answer.text());
    }
    assert_eq!(recorder.heard().len(), 1);
}

/// Catches a rule about services that no request of Version 2 passes, which is always for S3, and one about regions that
/// no request of Version 4A passes.
#[test]
fn other_versions_can_be_allowed_by_service_and_region() {
    let recorder = Recorder::polite();
    let allow = "allow = [{ services = [\"s3\"], regions = [\"us-east-1\"] }]\n";
    let (proxy, _folder) = inbound_proxy(&recorder.url, allow, &["--service", "s3"]);
    let url = format!("{}/b/k", proxy.url);
    for (words, status) in [
        (&["--scheme", "v4a", "--region-set", "us-east-1"][..], 200),
        (&["--scheme", "v4a", "--region-set", "us-east-1,eu-west-1"], 403),
        (&["--scheme", "v4a", "--region-set", "*"], 403),
        (&["--region", "us-east-1"], 200),
        (&["--region", "eu-west-1"], 403),
    ] {
        let presign = Sigvet::anonymous(&[&["presign", "--service", "s3"], words, &[url.as_str()]].concat())
            .env("AWS_ACCESS_KEY_ID", PLACEHOLDER.0)
            .env("AWS_SECRET_ACCESS_KEY", PLACEHOLDER.1);
        let text = presign.run().text();
        let target = text.trim().strip_prefix(&proxy.url).unwrap().to_owned();
        let answer = ask(&proxy, &plain("GET", proxy.address(), &target, &[], b""));
        assert_eq!(answer.status, status, "{words:?}: {}", answer.text());
    }
    let (any_region, _folder) = inbound_proxy(&recorder.url, allow, &["--region", "us-east-1"]);
    let presign = Sigvet::anonymous(&["presign", "--scheme", "v2", &format!("{}/b/k", any_region.url)])
        .env("AWS_ACCESS_KEY_ID", PLACEHOLDER.0)
        .env("AWS_SECRET_ACCESS_KEY", PLACEHOLDER.1);
    let text = presign.run().text();
    let target = text.trim().strip_prefix(&any_region.url).unwrap().to_owned();
    let answer = ask(&any_region, &plain("GET", any_region.address(), &target, &[], b""));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Catches a copy through a proxy for clients without keys.
#[test]
fn rules_of_a_route_hold_for_the_source_of_a_copy() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &["--allow-path", "/public/*"]);
    let copy = |source: &str| ask(&proxy, &plain("PUT", "h", "/public/k", &[("x-amz-copy-source", source)], b""));
    assert_eq!(copy("public/a").status, 200);
    let refused = copy("private/a");
    assert_eq!((refused.status, refused.text().trim_end()), (403, "the path /private/a is not allowed here"));
    assert_eq!(recorder.heard().len(), 1);
}
