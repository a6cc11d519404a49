//! Clients without the servers' key, through `sigvet proxy` to servers that verify every signature.

use std::fs;
use std::path::Path;
use std::process::Command;

use sigvet_testing::serving::Serving;
use tempfile::tempdir;

use crate::server::Server;
use crate::sigvet::{Credentials, Sigvet, curl, isolated, run};

/// Where the packages of `tests/serve/clients/package.json` are, unless `$CLIENTS_NODE` says otherwise.
const NODE_PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients");

/// A key that no server knows.
const PLACEHOLDER: Credentials =
    Credentials { id: "AKIAPLACEHOLDER00001", secret: "placeholder/secret+that/opens+nothing0001" };

/// A proxy to a server, which has its key.
fn proxy(server: &Server, options: &[&str]) -> Serving {
    let to = format!("http://{}", server.authority());
    let words = [&["--to", &to, "--region", "us-east-1", "--service", "s3"], options].concat();
    Serving::start_proxy(
        &words,
        &[("AWS_ACCESS_KEY_ID", server.user.id), ("AWS_SECRET_ACCESS_KEY", server.user.secret)],
    )
}

fn payload() -> Vec<u8> {
    (0..1_500_000_u32).map(|at| (at % 251) as u8).collect()
}

/// SDKs and tools that only know placeholders, with everything they do by themselves: parts, streams, copies, Version 2
/// signatures.
pub fn sdks_and_tools_with_placeholders_work(server: &Server) {
    let takes_forms = std::ptr::eq(server, crate::server::radosgw());
    let (directory, forms) = (tempdir().unwrap(), if takes_forms { "yes" } else { "no" });
    let proxy = proxy(server, &["--inbound", &write_placeholder(directory.path())]);
    let here = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/clients").join(name);
    let (python, packages) = (variable("CLIENTS_PYTHON", "python3"), variable("CLIENTS_NODE", NODE_PACKAGES));
    let mut clients = isolated(&python);
    clients.arg(here("through.py")).env("SIGVET_INBOUND", &proxy.url).env("SIGVET_FORMS", forms);
    let boto3 = if takes_forms { 8 } else { 7 };
    assert_eq!(print(&mut clients), format!("boto3 {boto3}, minio 4, aws 3, rclone 4, refused 2\n"));
    let mut javascript = isolated("node");
    javascript.arg("--no-warnings").arg(here("through.mjs"));
    javascript.env("SIGVET_INBOUND", &proxy.url).env("CLIENTS_NODE", packages);
    assert_eq!(print(&mut javascript), "6 right, 1 refused\n");
}

fn variable(name: &str, otherwise: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| otherwise.to_owned())
}

#[track_caller]
fn print(command: &mut Command) -> String {
    let output = run(command);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// The keys file of a proxy that accepts the placeholder.
fn write_placeholder(directory: &Path) -> String {
    let keys = directory.join("keys.toml");
    let Credentials { id, secret } = PLACEHOLDER;
    fs::write(&keys, format!("[identity.a]\naccess_key_id = '{id}'\nsecret_access_key = '{secret}'\n")).unwrap();
    keys.into_os_string().into_string().unwrap()
}

/// curl does not sign.
pub fn requests_of_anybody_are_signed(server: &Server) {
    server.new_bucket("proxy-signed");
    let (proxy, directory) = (proxy(server, &[]), tempdir().unwrap());
    let path = directory.path().join("body");
    fs::write(&path, payload()).unwrap();
    for key in ["key", "a%20b/%C3%A9%2B%2F/c", "x/../y", "a//b"] {
        let url = format!("{}/proxy-signed/{key}", proxy.url);
        curl(["-T", path.to_str().unwrap(), &url]).expect_status(200);
        curl([&url]).expect_status(200).expect_body(&payload());
    }
    curl([&format!("{}/proxy-signed?prefix=a%20b%2F&delimiter=%2F", proxy.url)]).expect_status(200);
    curl([&format!("{}/proxy-signed/none", proxy.url)]).expect_error(404, "NoSuchKey");
}

/// Headers, URLs, unsigned and hashed bodies, and chunks that the server verifies one by one.
pub fn placeholders_are_replaced(server: &Server) {
    server.new_bucket("proxy-replaced");
    let directory = tempdir().unwrap();
    let path = directory.path().join("body");
    fs::write(&path, payload()).unwrap();
    let proxy = proxy(server, &["--inbound", &write_placeholder(directory.path())]);
    let (client, file) = (Sigvet::new(PLACEHOLDER), path.to_str().unwrap());
    let ways: [(&str, &[&str]); 3] =
        [("hashed", &[]), ("unsigned", &["--unsigned-payload"]), ("chunks", &["--payload", "streaming"])];
    for (key, words) in ways {
        let url = format!("{}/proxy-replaced/{key}%20%2B", proxy.url);
        client.send([words, &["-T", file, &url]].concat()).expect_status(200);
        client.send([&url]).expect_status(200).expect_body(&payload());
    }
    let url = format!("{}/proxy-replaced/presigned", proxy.url);
    let put = client.presign(["-X", "PUT", &url]);
    curl(["-T", file, &put]).expect_status(200);
    curl([&client.presign([&url])]).expect_status(200).expect_body(&payload());
    // The server does not know this key, and the proxy does not know this secret.
    let direct = url.replace(proxy.address(), &server.authority());
    client.send([&direct]).expect_refused();
    let wrong = Sigvet::new(Credentials { secret: "another/secret", ..PLACEHOLDER });
    wrong.send([&url]).expect_error(403, "SignatureDoesNotMatch");
}

/// radosgw does not look at the service of a signature, so rules about buckets cannot depend on it.
pub fn a_made_up_service_opens_no_bucket(server: &Server) {
    server.new_bucket("proxy-own");
    let directory = tempdir().unwrap();
    let keys = write_placeholder(directory.path());
    let allow = "allow = [{ methods = ['GET', 'PUT', 'POST'], paths = ['/proxy-own/*'] }]\n";
    fs::write(&keys, fs::read_to_string(&keys).unwrap() + allow).unwrap();
    let to = format!("http://{}", server.authority());
    let proxy = Serving::start_proxy(
        &["--to", &to, "--inbound", &keys],
        &[("AWS_ACCESS_KEY_ID", server.user.id), ("AWS_SECRET_ACCESS_KEY", server.user.secret)],
    );
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::proxy-own/*"}]}"#;
    let put = |service: &str, key: Credentials, url: &str| {
        let scope = format!("aws:amz:us-east-1:{service}");
        let user = format!("{}:{}", key.id, key.secret);
        let hash = format!("x-amz-content-sha256: {}", sigvet_core::crypto::sha256(policy.as_bytes()));
        let headers = ["-H", &hash, "-H", "content-type: application/json"];
        let words = ["-X", "PUT", "--aws-sigv4", &scope, "--user", &user, "--data-binary", policy, url];
        curl(headers.iter().chain(&words))
    };
    for service in ["s3", "foo", "iam"] {
        put(service, PLACEHOLDER, &format!("{}/proxy-own/?policy=", proxy.url)).expect_status(403);
    }
    put("foo", PLACEHOLDER, &format!("{}/proxy-own/key", proxy.url)).expect_status(200);
    // The server itself obeys.
    put("foo", server.user, &format!("{to}/proxy-own/?policy=")).expect_status(204);
}

/// radosgw ends a parameter at each `;`, also inside quotes, and the last of two names counts. Catches a form that stores
/// another key than the one that was judged.
pub fn a_form_stores_the_key_that_was_judged(server: &Server) {
    let bucket = server.new_bucket("proxy-forms");
    let directory = tempdir().unwrap();
    let keys = write_placeholder(directory.path());
    let allow = "allow = [{ methods = ['POST'], paths = ['/proxy-forms/own/*'] }]\n";
    fs::write(&keys, fs::read_to_string(&keys).unwrap() + allow).unwrap();
    let proxy = proxy(server, &["--inbound", &keys]);
    let body = directory.path().join("body").into_os_string().into_string().unwrap();
    let post = |client: &Sigvet, origin: &str| {
        let form = client.print("form", ["--as", "json", &format!("{origin}/proxy-forms/${{filename}}")]);
        let form: serde_json::Value = serde_json::from_str(&form).unwrap();
        let mut text = String::new();
        let mut push = |disposition: &str, value: &str| {
            text += &format!("--AaB03x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n");
        };
        for (name, value) in form["fields"].as_object().unwrap() {
            let value = if name == "key" { "own/x" } else { value.as_str().unwrap() };
            push(&format!("name=\"{name}\""), value);
        }
        push("name=\"x-ignore-a\"; z=\"; name=key; a=\"", "other/x");
        push("name=\"file\"; filename=\"a\"", "hello");
        fs::write(&body, text + "--AaB03x--\r\n").unwrap();
        let kind = "Content-Type: multipart/form-data; boundary=AaB03x";
        curl(["-H", kind, "--data-binary", &format!("@{body}"), form["url"].as_str().unwrap()]).expect_status(204);
    };
    let stored = |key: &str| server.sigvet().send([&bucket.url(key)]);
    post(&Sigvet::new(PLACEHOLDER), &proxy.url);
    stored("own/x").expect_status(200).expect_body(b"hello");
    stored("other/x").expect_error(404, "NoSuchKey");
    // The server itself takes the other name.
    post(&server.sigvet(), &format!("http://{}", server.authority()));
    stored("other/x").expect_status(200).expect_body(b"hello");
}
