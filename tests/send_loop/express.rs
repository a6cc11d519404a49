//! S3 Express sessions: requested once, kept, replaced, refused. The server acts as a directory bucket, through
//! `--connect-to`.
//!
//! Catches an object request that is signed with the user's own key, a session that is requested repeatedly or used
//! after its expiry, and a session's secret on the screen or in a file that others can read.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sigvet_core::time::Timestamp;

use super::common::{KEY, Outcome, SECRET, Sigvet};
use super::recorder::{Captured, OK, Recorder};
use super::{answer, assert_says};

const HOST: &str = "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
const SESSION_SECRET: &str = "sessionsecret/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SESSION_TOKEN: &str = "AQAAsession/token+==";

/// The reply of `CreateSession` in the format of the S3 API reference, for a session that expires in so many seconds.
fn session(lasting: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let end = Timestamp::from_epoch_seconds(i64::try_from(now).unwrap() + lasting).to_rfc3339();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Credentials><SessionToken>{SESSION_TOKEN}</SessionToken><SecretAccessKey>{SESSION_SECRET}</SecretAccessKey>\
         <AccessKeyId>ASIASESSION</AccessKeyId><Expiration>{end}</Expiration></Credentials></CreateSessionResult>"
    )
}

/// A bucket that gives this answer to `CreateSession`, and an empty one to everything else.
fn bucket(status: &'static str, reply: String) -> Recorder {
    Recorder::replying(move |_, request| match is_create_session(request) {
        true => answer(status, "Content-Type: application/xml\r\n", &reply),
        false => OK.to_vec(),
    })
}

fn is_create_session(request: &Captured) -> bool {
    request.line == "GET /?session HTTP/1.1"
}

/// A separate cache directory for each test.
struct Cache(tempfile::TempDir);

impl Cache {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file of the only session.
    fn session(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.path().join("sigvet/s3express")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        // Next to it is the lock that was held when it was written.
        let paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "xml")).collect();
        assert_eq!(paths.len(), 1, "{paths:?}");
        paths[0].clone()
    }
}

fn run(command: &str, recorder: &Recorder, cache: &Cache, words: &[&str]) -> Outcome {
    let to = format!("{HOST}:80:{}", recorder.host);
    let connect: &[&str] = if command == "send" { &["--connect-to", &to] } else { &[] };
    let sigvet = Sigvet::new(&[&[command], connect, words].concat());
    sigvet.env("XDG_CACHE_HOME", cache.path().to_str().unwrap()).run()
}

fn put(recorder: &Recorder, cache: &Cache) -> Outcome {
    run("send", recorder, cache, &["-v", "-X", "PUT", "-d", "hello", &format!("http://{HOST}/dir/a%20b")])
}

/// Verifies on the server's side, with the session's key.
#[track_caller]
fn assert_signed_in_session(request: &Captured) {
    assert_eq!(request.values("x-amz-s3session-token"), [SESSION_TOKEN]);
    assert!(request.values("x-amz-security-token").is_empty());
    let verify = Sigvet::anonymous(&["verify", "-"]).env("AWS_ACCESS_KEY_ID", "ASIASESSION");
    let verify = verify.env("AWS_SECRET_ACCESS_KEY", SESSION_SECRET).env("AWS_SESSION_TOKEN", SESSION_TOKEN);
    verify.input(&request.raw).run().expect(0);
}

/// The same with the test key, which has no token.
#[track_caller]
fn assert_signed_with_own(request: &Captured) {
    assert!(request.values("x-amz-s3session-token").is_empty());
    Sigvet::new(&["verify", "-"]).input(&request.raw).run().expect(0);
}

#[track_caller]
fn assert_hushed(outcome: &Outcome) {
    let shown = format!("{}{}", outcome.stderr, outcome.text());
    assert!(!shown.contains(SESSION_SECRET) && !shown.contains(SECRET), "{shown}");
    assert!(!shown.contains(SESSION_TOKEN) && !shown.contains("AQAAsession%2F"), "{shown}");
}

#[test]
fn a_session_is_requested_once_and_signs_what_follows() {
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    for _ in 0..2 {
        assert_hushed(&put(&recorder, &cache).expect(0));
    }
    let requests = recorder.requests();
    assert_eq!(requests.iter().map(is_create_session).collect::<Vec<_>>(), [true, false, false]);
    assert_signed_with_own(&requests[0]);
    assert_eq!(requests[0].values("host"), [HOST]);
    assert_eq!(requests[0].values("x-amz-create-session-mode"), ["ReadWrite"]);
    assert!(requests[0].values("authorization")[0].contains("/us-east-1/s3express/aws4_request"));
    assert_signed_in_session(&requests[1]);
    assert_signed_in_session(&requests[2]);
}

#[cfg(unix)]
#[test]
fn a_kept_session_is_only_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    put(&recorder, &cache).expect(0);
    let mode = std::fs::metadata(cache.session()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert!(!cache.session().to_str().unwrap().contains(KEY));
}

#[test]
fn an_invalid_kept_session_is_replaced() {
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    put(&recorder, &cache).expect(0);
    for kept in [session(-1), session(3), "<Credentials".to_owned(), String::new(), "\u{0}\u{1}".to_owned()] {
        std::fs::write(cache.session(), kept).unwrap();
        let before = recorder.count();
        put(&recorder, &cache).expect(0);
        let requests = recorder.requests().split_off(before);
        assert_eq!(requests.iter().map(is_create_session).collect::<Vec<_>>(), [true, false]);
        assert_signed_in_session(&requests[1]);
    }
}

#[test]
fn another_key_gets_its_own_session() {
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    put(&recorder, &cache).expect(0);
    run("send", &recorder, &cache, &["-u", "AKIDOTHER:hush", &format!("http://{HOST}/a")]).expect(0);
    assert_eq!(recorder.requests().iter().filter(|request| is_create_session(request)).count(), 2);
}

#[test]
fn a_refused_session_ends_the_command() {
    let reply = "<Error><Code>AccessDenied</Code><Message>not allowed to s3express:CreateSession</Message></Error>";
    let (recorder, cache) = (bucket("403 Forbidden", reply.to_owned()), Cache::new());
    let outcome = put(&recorder, &cache).expect(3);
    assert_says(&outcome, "AccessDenied: not allowed to s3express:CreateSession");
    assert_eq!(recorder.count(), 1, "nothing else is sent");
}

#[test]
fn a_reply_without_a_session_ends_the_command() {
    for (reply, words) in [
        ("no XML at all".to_owned(), "it is not XML"),
        (session(300).replace("</Credentials>", ""), "it is not XML"),
        (session(300).replace("SessionToken>", "Token>"), "it has no SessionToken"),
        (session(300).replace(SESSION_TOKEN, "a&#13;&#10;X-Evil: 1"), "SessionToken has a character"),
        (session(-60), "it has already expired"),
    ] {
        let (recorder, cache) = (bucket("200 OK", reply), Cache::new());
        let outcome = put(&recorder, &cache).expect(3);
        assert_says(&outcome, words);
        assert_hushed(&outcome);
        assert_eq!(recorder.count(), 1, "nothing else is sent");
        assert!(!cache.path().join("sigvet").exists(), "nothing is kept of it");
    }
}

/// Source of the rows: botocore's model of S3 (`DisableS3ExpressSessionAuth`), and the S3 user guide for `HeadBucket`.
#[test]
fn some_requests_are_signed_with_the_users_own_key() {
    let url = |target: &str| format!("http://{HOST}{target}");
    for words in [
        vec!["-X", "GET", &url("/?session")],
        vec!["-I", &url("/")],
        vec!["-X", "PUT", "-H", "x-amz-copy-source: /b/k", &url("/copy")],
        vec!["--s3express-session", "none", &url("/a")],
    ] {
        let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
        run("send", &recorder, &cache, &words).expect(0);
        assert_signed_with_own(&recorder.only_request());
    }
}

#[test]
fn commands_that_send_nothing_request_a_session_only_on_demand() {
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    let url = recorder.url("/a");
    for command in ["sign", "presign"] {
        let outcome = run(command, &recorder, &cache, &["--sign-host", HOST, &url]).expect(3);
        assert_says(&outcome, "this command does not request one");
    }
    assert_eq!(recorder.count(), 0);
    let signed = run("sign", &recorder, &cache, &["--s3express-session", "auto", "--sign-host", HOST, &url]).expect(0);
    assert_signed_in_session(&Captured::parse(&signed.stdout));
    // Now that one is kept, none has to be requested.
    let url = run("presign", &recorder, &cache, &["--sign-host", HOST, &url]).expect(0).text();
    assert!(url.contains("&X-Amz-S3session-Token=AQAAsession%2Ftoken%2B%3D%3D&"), "{url}");
    assert!(!url.contains("Security-Token"), "{url}");
    let life = url.split("X-Amz-Expires=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
    assert!(life.parse::<u64>().unwrap() <= 300, "no URL outlives its session: {life}");
    assert!(is_create_session(&recorder.only_request()));
}

#[test]
fn credentials_of_a_session_are_taken_as_given() {
    let (recorder, cache) = (bucket("200 OK", session(300)), Cache::new());
    let words = ["--s3express-session", "given", &format!("http://{HOST}/a")];
    let outcome = run("send", &recorder, &cache, &words).expect(3);
    assert_says(&outcome, "no session token");
    let to = format!("{HOST}:80:{}", recorder.host);
    let sigvet = Sigvet::anonymous(&[&["send", "--connect-to", &to], &words[..]].concat());
    let sigvet = sigvet.env("AWS_ACCESS_KEY_ID", "ASIASESSION").env("AWS_SECRET_ACCESS_KEY", SESSION_SECRET);
    sigvet.env("AWS_SESSION_TOKEN", SESSION_TOKEN).run().expect(0);
    assert_signed_in_session(&recorder.only_request());
}

#[test]
fn a_session_is_for_its_service() {
    let words = ["sign", "--s3express-session", "auto", "https://bucket.s3.eu-west-1.amazonaws.com/"];
    let outcome = Sigvet::new(&words).run().expect(2);
    assert_says(&outcome, "only with the service s3express, not s3");
}
