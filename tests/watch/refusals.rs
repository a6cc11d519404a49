//! Refusals, and what is printed about them.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use sigvet_testing::Sigvet;

use super::upstream::Upstream;
use super::world::{KEY, WATCHED, World, curl, login, text, unrouted};

/// curl, which prints only the statuses of three requests.
const SILENT: [&str; 10] =
    ["curl", "-s", "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{http_code}"];

#[test]
fn a_right_request_is_accepted_and_nothing_is_printed() {
    let world = World::new();
    let server = world.serve();
    let (login, url) = (login(""), format!("https://{WATCHED}/bucket/key?list-type=2&prefix=a%2Fb"));
    let file = world.authority();
    let program = curl(&login, &["-T", text(&file), &url]);
    let ended = world.watch(server.address(), &[], &program).run().expect(0);
    assert_eq!((ended.text().as_str(), ended.stderr.as_str()), ("200", ""));
    let all = world.watch(server.address(), &["--all"], &program).run().expect(0);
    assert!(all.stderr.starts_with(&format!("sigvet: 200 PUT {url} (")), "{}", all.stderr);
    server.wait_for("200 PUT", 2);
}

/// The mistake is made here: an extra letter at the end of the secret. `serve` reports the same by itself.
#[test]
fn a_wrong_secret_is_explained_and_saved_as_explain_reads_it() {
    let world = World::new();
    let server = world.serve();
    let (login, url, folder) = (login("x"), format!("https://{WATCHED}/bucket/key"), world.path("refused"));
    let program = curl(&login, &["-b", "session=hush-hush-hush-hush", "-o", "/dev/null", &url, &url]);
    let options = ["--save", text(&folder), "--html"];
    let ended = world.watch(server.address(), &options, &program).run().expect(0);
    assert_eq!(ended.text(), "403403");
    let said = &ended.stderr;
    assert!(said.starts_with(&format!("sigvet: 403 SignatureDoesNotMatch GET {url} (")), "{said}");
    assert_eq!(said.matches("\nfix: ").count(), 1, "{said}");
    assert_eq!(said.matches("secret-mistyped").count(), said.matches("[secret-mistyped]").count());
    assert!(
        said.contains("not valid: the secret key has a typing or copying error [secret-mistyped]\nfix: "),
        "{said}"
    );
    assert!(said.contains("(explained above)"), "{said}");
    assert!(!said.contains("hush") && !said.contains(KEY.1), "{said}");
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let of = |number: u32, end: &str| format!("000{number}-{WATCHED}-403.{end}");
    assert_eq!(names, [of(1, "html"), of(1, "http"), of(2, "html"), of(2, "http")]);
    for name in names {
        let file = folder.join(&name);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        let saved = std::fs::read_to_string(&file).unwrap();
        assert!(!saved.contains("hush") && !saved.contains(KEY.1), "{saved}");
        if name.ends_with(".http") {
            // Without the key: only the server's texts and the file are available.
            let again = Sigvet::anonymous(&["explain", "--quiet", text(&file)]);
            let again = again.env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1).run().expect(1);
            assert!(again.text().contains("[secret-mistyped]"), "{}", again.text());
        } else {
            assert!(saved.contains("secret-mistyped") && saved.contains("Content-Security-Policy"));
        }
    }
    let shown = world.watch(server.address(), &["--save", text(&folder), "--show-secrets"], &program).run().expect(0);
    assert!(shown.stderr.contains("saved as") && shown.stderr.contains("/0003-"), "{}", shown.stderr);
    assert!(std::fs::read_to_string(folder.join(of(3, "http"))).unwrap().contains("hush-hush-hush-hush"));
}

/// Catches a second mistake that is hidden behind the first because both have the same name.
#[test]
fn the_same_mistake_with_another_detail_is_explained_too() {
    let world = World::new();
    let server = world.serve();
    let url = format!("https://{WATCHED}/bucket/key");
    let words = ["presign", "--region", "us-east-1", "--service", "s3", "--expires", "3600", &url];
    let presign = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1);
    let url = presign.run().expect(0).text().trim().to_owned();
    let (added, changed) = (format!("{url}&foo=bar"), url.replace("X-Amz-Expires=", "X-Amz-Expires=1"));
    assert_ne!(changed, url);
    let program = [&SILENT[..], &[added.as_str(), &added, &changed]].concat();
    let ended = world.watch(server.address(), &[], &program).run().expect(0);
    assert_eq!(ended.text(), "403403403");
    let said = &ended.stderr;
    assert_eq!(said.matches("\nfix: ").count(), 2, "{said}");
    assert_eq!(said.matches("(explained above)").count(), 1, "{said}");
    assert!(said.contains("parameter foo was added") && said.contains("X-Amz-Expires"), "{said}");
}

/// Catches a program that retries and fills the terminal with the same reason.
#[test]
fn a_host_that_cannot_be_reached_is_explained_once() {
    let world = World::new();
    let url = format!("https://{WATCHED}/bucket/key");
    let program = [&SILENT[..], &[url.as_str(), &url, &url]].concat();
    // Nothing listens on this port.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ended = world.watch(&free, &[], &program).run();
    let said = &ended.stderr;
    assert_eq!(said.matches(&format!("sigvet: cannot reach {WATCHED}: ")).count(), 1, "{said}");
    assert_eq!(said.matches("(same reason as before)").count(), 2, "{said}");
}

/// The answer to HEAD has no text, so only the signature itself shows the reason.
#[test]
fn a_refused_head_is_explained_and_an_unsigned_request_is_not() {
    let world = World::new();
    let server = world.serve();
    let (wrong, url) = (login("x"), format!("https://{WATCHED}/bucket/key"));
    let head = world.watch(server.address(), &[], &curl(&wrong, &["-I", &url])).run().expect(0);
    assert!(head.stderr.contains("[secret-mistyped]"), "{}", head.stderr);
    let unsigned = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", &url];
    let silent = world.watch(server.address(), &[], &unsigned).run().expect(0);
    assert_eq!((silent.text().as_str(), silent.stderr.as_str()), ("403", ""));
    let all = world.watch(server.address(), &["--all"], &unsigned).run().expect(0);
    assert!(all.stderr.starts_with(&format!("sigvet: 403 GET {url} (")), "{}", all.stderr);
}

/// Missing permission has nothing to do with the signature.
#[test]
fn a_denied_request_is_not_explained() {
    let world = World::new();
    let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let denied = format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let upstream = Upstream::secure(&world, denied.as_str());
    let (login, url) = (login(""), format!("https://{WATCHED}/bucket/key"));
    let ended = world.watch(&upstream.address, &[], &curl(&login, &[&url])).run();
    assert_eq!((ended.text().as_str(), ended.stderr.as_str()), ("403", ""));
}

/// Servers and proxies also compress errors for clients that accept gzip, as Python's clients do by default. The saved
/// file can still be read.
#[test]
fn a_compressed_refusal_is_explained_and_saved_decoded() {
    let world = World::new();
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>The signature we calculated</Message></Error>";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let head = format!("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
    let upstream = Upstream::secure(&world, [head.as_bytes(), &packed].concat());
    let (login, url, saved) = (login("x"), format!("https://{WATCHED}/bucket/key"), world.path("saved"));
    let ended = world.watch(&upstream.address, &["--save", text(&saved)], &curl(&login, &["--compressed", &url])).run();
    assert!(ended.stderr.contains("[secret-mistyped]"), "{}", ended.stderr);
    let file = std::fs::read_dir(&saved).unwrap().next().unwrap().unwrap().path();
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains(body) && !kept.to_lowercase().contains("content-encoding"), "{kept}");
    let explained = Sigvet::new(&["explain", "--json", text(&file)])
        .env("AWS_ACCESS_KEY_ID", KEY.0)
        .env("AWS_SECRET_ACCESS_KEY", KEY.1)
        .run()
        .expect(1)
        .text();
    assert!(explained.contains("secret-mistyped"), "{explained}");
}

/// Catches text from a server that controls the terminal, or that looks like sigvet's own.
#[test]
fn a_hostile_reply_is_inert() {
    let world = World::new();
    let message = "\u{1b}[2J\u{1b}]8;;x\u{7}\u{202e}evil\nsigvet: 200 GET";
    let body = format!("<Error><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error>");
    let head = "HTTP/1.1 403 No\r\nX-Amz-Request-Id: \u{1b}]0;r\u{7}\r\nTransfer-Encoding: chunked\r\n\r\n";
    let hostile = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let upstream = Upstream::secure(&world, hostile.as_str());
    let (login, url) = (login("x"), format!("https://{WATCHED}/bucket/key"));
    let ended = world.watch(&upstream.address, &["--all"], &curl(&login, &[&url])).run();
    let said = ended.stderr;
    assert!(said.contains("evil") && said.contains("[secret-mistyped]"), "{said:?}");
    assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    assert_eq!(said.lines().filter(|line| line.starts_with("sigvet: ")).count(), 1, "{said:?}");
}

/// Catches a store on this machine that is not watched, without a line that says so.
#[test]
fn a_host_that_is_not_watched_is_named_if_all_requests_are_wanted() {
    let world = World::new();
    let server = Upstream::plain("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let url = format!("http://{}/b/k", server.address);
    let program = ["curl", "-sS", url.as_str(), url.as_str()];
    let said = |options: &[&str]| unrouted(&world, options, &program).run().expect(0).stderr;
    let note = "sigvet: 127.0.0.1 is not watched: it is not an AWS host; watch it with --host 127.0.0.1\n";
    assert_eq!((said(&["--all"]).as_str(), said(&[]).as_str()), (note, ""));
    assert_eq!(said(&["--all", "--host", "127.0.0.1"]).matches("sigvet: 200 GET ").count(), 2);
    let said = said(&["--profile", "nope"]);
    assert!(said.starts_with("warning: no profile 'nope' "), "{said}");
}

const REFUSED: &str = "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\nContent-Length: 69\r\nConnection: close\r\n\r\n\
     <Error><Code>SignatureDoesNotMatch</Code><Message>x</Message></Error>";

/// Catches silence about the refusals of a store that the program was told to use.
#[test]
fn configured_endpoints_are_watched() {
    let world = World::new();
    let server = Upstream::plain(REFUSED);
    let (url, login) = (format!("http://{}/b/k", server.address), login("x"));
    let program = curl(&login, &[&url]);
    let keys =
        |sigvet: Sigvet| sigvet.env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1).run().expect(0);
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        let ended = keys(unrouted(&world, &[], &program).env(name, &url));
        assert!(ended.stderr.contains("[secret-mistyped]"), "{name}: {}", ended.stderr);
    }
    let config = world.path("config");
    std::fs::write(&config, format!("[profile store]\nendpoint_url = {url}\n")).unwrap();
    let ended = keys(unrouted(&world, &[], &program).env("AWS_CONFIG_FILE", text(&config)));
    assert!(ended.stderr.contains("[secret-mistyped]"), "{}", ended.stderr);
    let script = [&["sh", "-c", "shift 2; exec \"$@\"", "sh", "--endpoint-url", &url][..], &program].concat();
    let ended = keys(unrouted(&world, &[], &script));
    assert!(ended.stderr.contains("[secret-mistyped]"), "{}", ended.stderr);
}

/// In a tunnel and in a request of a proxy. Unsigned requests have nothing to explain.
#[test]
fn an_unwatched_host_is_named_once_it_refuses_a_signed_request() {
    let world = World::new();
    let server = Upstream::plain(REFUSED);
    let (url, login) = (format!("http://{}/b/k", server.address), login("x"));
    let note = "sigvet: 127.0.0.1 is not watched: it is not an AWS host; watch it with --host 127.0.0.1\n";
    for more in [&[][..], &["--proxytunnel"]] {
        let signed = curl(&login, &[more, &[&url, "-o", "/dev/null", &url]].concat());
        assert_eq!(unrouted(&world, &[], &signed).run().expect(0).stderr, note, "{more:?}");
        let unsigned = [&["curl", "-s", "-o", "/dev/null", &url], more].concat();
        assert_eq!(unrouted(&world, &[], &unsigned).run().expect(0).stderr, "", "{more:?}");
    }
}

/// Catches a saved file without the signature that it is about: the key here is not the server's, so that the signature
/// is the one that this key makes.
#[test]
fn explain_repeats_the_verdict_of_a_saved_file() {
    let world = World::new();
    let upstream = Upstream::secure(&world, REFUSED);
    let (login, url, folder) = (login(""), format!("https://{WATCHED}/bucket/key"), world.path("refused"));
    let ended = world.watch(&upstream.address, &["--save", text(&folder)], &curl(&login, &[&url])).run().expect(0);
    assert!(ended.stderr.contains("[secret-wrong]"), "{}", ended.stderr);
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let again = Sigvet::anonymous(&["explain", "--quiet", text(&file)]);
    let again = again.env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1).run().expect(1);
    assert!(again.text().contains("[secret-wrong]"), "{}", again.text());
}

/// curl waits for `100 Continue` and sends no body if it is refused. Catches a saved file in which that body looks empty.
#[test]
fn a_body_that_was_never_sent_is_unknown_in_the_saved_file() {
    let world = World::new();
    let upstream = Upstream::secure(&world, REFUSED);
    let (login, url, folder) = (login("x"), format!("https://{WATCHED}/bucket/key"), world.path("refused"));
    let words = ["-T", "-", "-H", "Expect: 100-continue", "-H", "Content-Encoding: aws-chunked", "-H"];
    let words = [
        &words[..],
        &[
            "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "-H",
            "x-amz-trailer: \
        x-amz-checksum-crc32",
            "-H",
            "x-amz-decoded-content-length: 5",
            &url,
        ],
    ]
    .concat();
    let program: Vec<&str> = curl(&login, &words);
    let program: Vec<&str> = program.into_iter().filter(|word| !word.ends_with("UNSIGNED-PAYLOAD")).collect();
    let watched = world.watch(&upstream.address, &["--no-credentials", "--save", text(&folder)], &program);
    let ended = watched.input(b"never sent").run().expect(0);
    assert!(ended.stderr.contains("saved as"), "{}", ended.stderr);
    assert!(!upstream.heard().concat().contains("never sent"));
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let said = Sigvet::anonymous(&["explain", "--no-credentials", text(&file)]).run().expect(1).text();
    assert!(said.contains("the input does not contain the request's body") && !said.contains("[chunk-"), "{said}");
}

/// Catches the first of two secrets for the same access key ID taken for the right one, which makes the other look like a
/// mistake.
#[test]
fn a_request_is_judged_by_the_secret_that_fits() {
    let world = World::new();
    let upstream = Upstream::secure(&world, REFUSED);
    let url = format!("https://{WATCHED}/bucket/key");
    let words = ["presign", "--region", "us-east-1", "--service", "s3", &url];
    let presign = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1);
    let url = format!("{}&foo=bar", presign.run().expect(0).text().trim());
    let keys = world.path("credentials");
    let profile = |name: &str, secret: &str| {
        format!("[{name}]\naws_access_key_id = {}\naws_secret_access_key = {secret}\n", KEY.0)
    };
    let old = "AnOldSecretOfTheSameKey/aaaaaaaaaaaaaaaa";
    for (one, other) in [(old, KEY.1), (KEY.1, old)] {
        std::fs::write(&keys, profile("one", one) + &profile("other", other)).unwrap();
        let way = format!("::{}", upstream.address);
        let authority = world.authority();
        let options = ["--connect-to", &way, "--cacert", text(&authority)];
        let watched = unrouted(&world, &options, &["curl", "-s", "-o", "/dev/null", &url]);
        let watched = watched.env("AWS_SHARED_CREDENTIALS_FILE", text(&keys)).env("AWS_CONFIG_FILE", "/dev/null");
        let said = watched.run().expect(0).stderr;
        assert!(said.contains("parameter foo was added") && !said.contains("secret-other-profile"), "{said}");
    }
}

/// Catches a usable URL on standard error or in a saved file.
#[test]
fn a_signature_that_may_be_right_is_not_printed() {
    let world = World::new();
    let server = Upstream::plain(
        "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\nContent-Length: 69\r\nConnection: close\r\n\r\n\
         <Error><Code>SignatureDoesNotMatch</Code><Message>x</Message></Error>",
    );
    let folder = world.path("refused");
    for scheme in ["v4", "v2"] {
        let url = format!("http://{}/b/k", server.address);
        let words = ["presign", "--scheme", scheme, "--region", "us-east-1", "--service", "s3", &url];
        let url = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1);
        let url = url.run().text();
        let signature = url.trim().split("ignature=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let options = ["--host", "127.0.0.1", "--no-credentials", "--all", "--save", text(&folder)];
        let ended = unrouted(&world, &options, &["curl", "-sS", "-o", "/dev/null", url.trim()]).run().expect(0);
        assert!(ended.stderr.contains(&format!("ignature={}…", &signature[..8])), "{}", ended.stderr);
        assert!(!ended.stderr.contains(&signature), "{}", ended.stderr);
    }
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        let saved = std::fs::read_to_string(&file).unwrap();
        assert!(saved.lines().next().unwrap().contains("…"), "{saved}");
    }
}
