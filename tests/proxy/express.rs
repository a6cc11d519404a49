//! S3 Express behind the proxy: the client has a session with the proxy, and the proxy one with the bucket.

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, SystemTime};

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{Answer, PLACEHOLDER, REAL, ask, inbound_proxy, text_of};

/// The session that the bucket issues.
const SESSION: (&str, &str, &str) =
    ("ASIASESSION000000001", "sessionsecret/K7MDENG+bPxRfiCYEXAMPLEKEY", "AQAAsession/token+==");

/// A bucket that issues sessions which expire after so many seconds, in the format of the S3 API reference.
fn bucket(lasting: i64) -> Recorder {
    Recorder::start(move |stream, heard| {
        heard.read_body(stream);
        let body = match String::from_utf8_lossy(&heard.bytes()).starts_with("GET /?session ") {
            true => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
                let end = Timestamp::from_epoch_seconds(i64::try_from(now).unwrap() + lasting).to_rfc3339();
                format!(
                    "<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials>\
                     <SessionToken>{}</SessionToken><SecretAccessKey>{}</SecretAccessKey><AccessKeyId>{}</AccessKeyId>\
                     <Expiration>{end}</Expiration></Credentials></CreateSessionResult>",
                    SESSION.2, SESSION.1, SESSION.0
                )
            }
            false => "ok".to_owned(),
        };
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
    })
}

fn sign(proxy: &Serving, (method, target, body): (&str, &str, &[u8]), credentials: &Credentials) -> Vec<u8> {
    let url = RequestUrl::parse(&format!("{}{target}", proxy.url)).unwrap();
    let mut request = Request::new(method, &url).unwrap();
    request.body = Body::Bytes(body.to_vec());
    let settings = match credentials.session_token {
        Some(_) => Settings::for_dialect(Dialect::s3_express_session(), "us-east-1", "s3express"),
        None => Settings::new("us-east-1", "s3express"),
    };
    let prepared = prepare(request, &Identity::from(credentials), &settings, SystemTime::now().into()).unwrap();
    text_of(&prepared.sign_once(&credentials.secret_access_key).request, body)
}

/// Requests a session as an SDK does, and parses the answer as one does.
fn create_session(proxy: &Serving, target: &str) -> (Answer, Credentials) {
    let placeholder = Credentials::new(PLACEHOLDER.0, PLACEHOLDER.1);
    let answer = ask(proxy, &sign(proxy, ("GET", target, b""), &placeholder));
    let session = session_in(&answer);
    (answer, session)
}

fn session_in(answer: &Answer) -> Credentials {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let document = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "CreateSessionResult");
    let credentials = document.root_element().first_element_child().unwrap();
    let values: HashMap<&str, &str> =
        credentials.children().map(|node| (node.tag_name().name(), node.text().unwrap())).collect();
    let session = Credentials::new(values["AccessKeyId"], values["SecretAccessKey"]);
    let end = Timestamp::parse(values["Expiration"]).unwrap();
    assert!((200..=300).contains(&Timestamp::from(SystemTime::now()).seconds_until(end)), "{text}");
    session.with_session_token(values["SessionToken"])
}

/// Catches a session of the bucket that reaches the client, one of the client's that reaches the server, and a request
/// that is signed with the wrong one of the proxy's keys.
#[test]
fn each_side_has_its_own_session() {
    let recorder = bucket(300);
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--log", "json"]);
    let (answer, session) = create_session(&proxy, "/?session");
    assert!(recorder.heard().is_empty(), "{:?}", recorder.heard());
    for _ in 0..2 {
        let answer = ask(&proxy, &sign(&proxy, ("PUT", "/dir/a%20b", b"hello"), &session));
        assert_eq!((answer.status, answer.text().as_str()), (200, "ok"), "{}", answer.text());
    }
    let heard = recorder.heard();
    let lines: Vec<&str> = heard.iter().map(|request| request.split(" HTTP/").next().unwrap()).collect();
    assert_eq!(lines, ["GET /?session", "PUT /dir/a%20b", "PUT /dir/a%20b"]);
    assert!(heard[0].contains(&format!("Credential={}/", REAL.0)), "{}", heard[0]);
    assert!(!heard[0].contains("x-amz-create-session-mode"), "the client does not say: {}", heard[0]);
    judge(&heard[0], (REAL.0, REAL.1, None));
    for put in &heard[1..] {
        assert!(put.contains(&format!("x-amz-s3session-token: {}\r\n", SESSION.2)), "{put}");
        judge(put, (SESSION.0, SESSION.1, Some(SESSION.2)));
    }
    let token = session.session_token.as_ref().unwrap().expose_secret();
    for up in &heard {
        assert!(![PLACEHOLDER.0, &session.access_key_id, token].iter().any(|own| up.contains(own)), "{up}");
    }
    proxy.wait_for("\"status\":200", 3);
    let all = format!("{}{}{}", answer.head, answer.text(), proxy.log());
    for hidden in [REAL.0, REAL.1, SESSION.0, SESSION.1, SESSION.2] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    let log = proxy.log();
    assert!(!log.contains(token) && !log.contains(session.secret_access_key.expose_secret()), "{log}");
}

/// Verifies on the server's side, with the real key.
#[track_caller]
fn judge(request: &str, (id, secret, token): (&str, &str, Option<&str>)) {
    let verify = Sigvet::anonymous(&["verify", "-"]).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
    let verify = token.into_iter().fold(verify, |verify, token| verify.env("AWS_SESSION_TOKEN", token));
    verify.input(request.as_bytes()).run().expect(0);
}

/// Catches a client that gets a real session by spelling its request differently.
#[test]
fn no_spelling_of_create_session_goes_up() {
    let recorder = bucket(300);
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    for target in ["/?session", "/?session=", "/?%73ession", "/?a=b&session=x", "//?session"] {
        let (_, session) = create_session(&proxy, target);
        assert!(session.access_key_id.starts_with("ASIA"), "{target}");
    }
    assert!(recorder.heard().is_empty(), "{:?}", recorder.heard());
}

/// Catches a session that anyone can get, a token that is not compared, and a key that works without it.
#[test]
fn a_session_requires_its_key() {
    let recorder = bucket(300);
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let wrong = Credentials::new(PLACEHOLDER.0, "another/secret+that/opens+nothing00000000");
    assert_eq!(ask(&proxy, &sign(&proxy, ("GET", "/?session", b""), &wrong)).status, 403);
    let (_, session) = create_session(&proxy, "/?session");
    let mut bare = session.clone();
    bare.session_token = None;
    let other = session.clone().with_session_token("another");
    let placeholder = Credentials::new(PLACEHOLDER.0, PLACEHOLDER.1).with_session_token("another");
    for key in [other, bare, placeholder] {
        let answer = ask(&proxy, &sign(&proxy, ("GET", "/k", b""), &key));
        assert!([400, 403].contains(&answer.status), "{}: {}", answer.status, answer.text());
    }
    assert!(recorder.heard().is_empty(), "{:?}", recorder.heard());
}

/// Catches concurrent requests that each create a session, and a session that is used after its expiry.
#[test]
fn a_session_is_created_once_and_renewed_before_it_expires() {
    let recorder = bucket(5);
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let (_, session) = create_session(&proxy, "/?session");
    let count = || recorder.heard().iter().filter(|request| request.starts_with("GET /?session ")).count();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(ask(&proxy, &sign(&proxy, ("GET", "/k", b""), &session)).status, 200));
        }
    });
    assert_eq!(count(), 1);
    std::thread::sleep(Duration::from_millis(3500));
    assert_eq!(ask(&proxy, &sign(&proxy, ("GET", "/k", b""), &session)).status, 200);
    assert_eq!(count(), 2);
}

/// Catches a request that is forwarded unsigned, or with another key, because there is no session.
#[test]
fn without_a_session_nothing_goes_up() {
    let recorder = Recorder::start(|stream, _| {
        let text = "<Error><Code>AccessDenied</Code></Error>";
        let head = format!("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", text.len());
        stream.write_all((head + text).as_bytes()).unwrap();
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--log", "json"]);
    let (_, session) = create_session(&proxy, "/?session");
    let answer = ask(&proxy, &sign(&proxy, ("GET", "/k", b""), &session));
    assert_eq!(answer.status, 403, "clients repeat requests that get 503: {}", answer.text());
    assert!(answer.text().contains("the upstream refuses CreateSession: AccessDenied"), "{}", answer.text());
    assert!(recorder.only().starts_with("GET /?session "));
    proxy.wait_for("the upstream says AccessDenied", 1);
}

/// Catches a session that may write although its client asked for one that may only read. The header and its values are
/// those of `CreateSession` in the S3 API reference.
#[test]
fn a_session_has_the_mode_that_its_client_asks_for() {
    let recorder = bucket(300);
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let placeholder = Credentials::new(PLACEHOLDER.0, PLACEHOLDER.1);
    let ask_with = |name: &str, value: &str| {
        let url = RequestUrl::parse(&format!("{}/?session", proxy.url)).unwrap();
        let mut request = Request::new("GET", &url).unwrap();
        request.headers.push(name, value).unwrap();
        let settings = Settings::new("us-east-1", "s3express");
        let prepared = prepare(request, &Identity::from(&placeholder), &settings, SystemTime::now().into()).unwrap();
        ask(&proxy, &text_of(&prepared.sign_once(&placeholder.secret_access_key).request, b""))
    };
    for mode in ["ReadOnly", "ReadWrite"] {
        let session = session_in(&ask_with("x-amz-create-session-mode", mode));
        assert_eq!(ask(&proxy, &sign(&proxy, ("GET", "/k", b""), &session)).status, 200);
        let heard = recorder.heard();
        let created: Vec<_> = heard.iter().filter(|request| request.starts_with("GET /?session ")).collect();
        let header = format!("x-amz-create-session-mode: {mode}\r\n");
        assert!(created.last().unwrap().contains(&header), "{created:?}");
    }
    let answer = ask_with("x-amz-create-session-mode", "readonly");
    assert!(answer.status == 501 && answer.text().contains("must be ReadWrite or ReadOnly"), "{}", answer.text());
    let answer = ask_with("x-amz-server-side-encryption", "aws:kms");
    assert!(answer.status == 501 && answer.text().contains("encryption of the bucket"), "{}", answer.text());
}

/// Catches a session with more permissions than the placeholder.
#[test]
fn a_session_may_do_what_the_placeholder_may() {
    let recorder = bucket(300);
    let allow = "allow = [{ methods = [\"GET\"], paths = [\"/mine/*\"], services = [\"s3express\"] }]\n";
    let (proxy, _folder) = inbound_proxy(&recorder.url, allow, &[]);
    let (_, session) = create_session(&proxy, "/?session");
    assert_eq!(ask(&proxy, &sign(&proxy, ("GET", "/mine/k", b""), &session)).status, 200);
    for (method, target) in [("PUT", "/mine/k"), ("GET", "/other/k")] {
        let answer = ask(&proxy, &sign(&proxy, (method, target, b""), &session));
        assert!([403, 405].contains(&answer.status), "{method} {target}: {}", answer.text());
    }
    assert_eq!(recorder.heard().len(), 2);
}
