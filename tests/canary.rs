//! Canaries: values that are planted wherever a secret can come from, and looked for in all that the program says. It catches a
//! secret, token, password or key that some command shows in some form.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrCanary/K7MDENG+bPxRfiCYEXAMPLEKEY01";
const TOKEN: &str = "IQoJcanary//w+Zz9h==LongEnoughToBeAToken";
const PASSWORD: &str = "proxy/canary?pass";
const COOKIE: &str = "cookiecanary0123456789";
const API_KEY: &str = "apikeycanary0123456789";
const CUSTOMER_KEY: &str = "c3NlY2FuYXJ5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const ASSERTION: &str = "PHNhbWxjYW5hcnk+PC9zYW1sY2FuYXJ5Pg==";
const ALL: [&str; 8] = [SECRET, TOKEN, PASSWORD, COOKIE, API_KEY, CUSTOMER_KEY, ASSERTION, "basiccanary/password"];

const URL: &str = "https://b.s3.us-east-1.amazonaws.com/k";

/// A directory that is the user's home, with keys in it.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        world.write(
            "profiles.toml",
            &format!(
                "[profile.good]\naccess_key_id = '{ID}'\nsecret_access_key = '{SECRET}'\nsession_token = '{TOKEN}'\n\
                 [profile.env]\naccess_key_id = '{ID}'\nsecret_env = '{SECRET}'\n\
                 [profile.command]\naccess_key_id = '{ID}'\nsecret_command = ['{SECRET}']\n\
                 [profile.exchanged]\naccess_key_id = '{SECRET}'\nsecret_access_key = '{ID}'\n\
                 [profile.endpoint]\naccess_key_id = '{ID}'\nsecret_access_key = '{SECRET}'\n\
                 endpoint_url = 'https://{ID}:{SECRET}@host'\n"
            ),
        );
        std::fs::create_dir(world.path(".aws")).unwrap();
        world.write(
            ".aws/credentials",
            &format!(
                "[good]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n\
                 [exchanged]\naws_access_key_id = {SECRET}\naws_secret_access_key = {ID}\n"
            ),
        );
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path.display().to_string()
    }

    /// All that the program says to these words: both streams, and the page if one was written.
    fn say(&self, words: &[&str], variables: &[(&str, &str)]) -> String {
        let page = self.path("page.html");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
        command.args(words).env_clear().env("HOME", self.0.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("SIGVET_PROFILES", self.path("profiles.toml")).current_dir(self.0.path());
        let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
        let page = std::fs::read(&page).unwrap_or_default();
        String::from_utf8_lossy(&[output.stdout, output.stderr, page].concat()).into_owned()
    }

    /// Runs the words and looks for the canaries that must not be seen.
    fn check(&self, words: &[&str], variables: &[(&str, &str)], canaries: &[&str]) {
        let said = self.say(words, variables);
        assert!(!said.is_empty(), "{words:?} says nothing");
        for canary in canaries {
            for form in forms(canary) {
                assert!(!said.contains(&form), "{words:?} shows {canary} as {form}:\n{said}");
            }
        }
    }
}

/// The forms that a canary may be shown in, and the longer halves of it.
fn forms(canary: &str) -> Vec<String> {
    let percent = |text: &str, lower: bool| {
        let encoded: String = text
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
                byte if lower => format!("%{byte:02x}"),
                byte => format!("%{byte:02X}"),
            })
            .collect();
        encoded
    };
    let once = [percent(canary, false), percent(canary, true)];
    let mut forms = vec![canary.to_owned(), canary.replace('/', "\\/"), BASE64_STANDARD.encode(canary)];
    forms.extend(once.iter().map(|once| percent(once, false)));
    forms.extend(once);
    forms
}

/// What each command says for itself: stages, notes, messages. Output that is the signed request holds the token by contract.
#[test]
fn no_command_shows_the_secret_of_any_source() {
    let world = World::new();
    let user = format!("{ID}:{SECRET}");
    let environment = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET), ("AWS_SESSION_TOKEN", TOKEN)];
    #[expect(clippy::type_complexity, reason = "options and environment, once")]
    let sources: [(&[&str], &[(&str, &str)]); 5] = [
        (&["-u", &user, "--session-token", TOKEN], &[]),
        (&["--access-key", ID, "--secret-key", SECRET], &[]),
        (&[], &environment),
        (&["--profile", "good"], &[]),
        (&["--profile", "aws:good"], &[]),
    ];
    let commands: [&[&str]; 8] = [
        &["sign", "-v", "--show", "canonical-request,string-to-sign,signature", "--as", "headers"],
        &["sign", "--as", "curl"],
        &["sign", "--as", "json", "--scheme", "v2"],
        &["presign", "-v", "--show", "all"],
        &["explain"],
        &["explain", "--json"],
        &["explain", "--scheme", "v4a", "--region-set", "*"],
        &["form", "-v"],
    ];
    for (options, variables) in sources {
        for command in commands {
            world.check(&[command, options, &[URL]].concat(), variables, &[SECRET]);
        }
        for command in &commands[4..7] {
            world.check(&[command, options, &[URL]].concat(), variables, &[SECRET, TOKEN]);
        }
        let key = ["key", "--date", "20150830", "--region", "r", "--service", "s"];
        world.check(&[&key, options].concat(), variables, &[SECRET]);
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_shown() {
    let world = World::new();
    let exchanged = format!("{SECRET}:{ID}");
    let in_url = format!("https://{ID}:{SECRET}@h.example/k");
    let in_s3_url = format!("s3://{ID}:{SECRET}@b/k");
    let good = format!("{ID}:{SECRET}");
    for words in [
        &["sign", "-u", &exchanged, URL][..],
        &["explain", "--steps", "-u", &exchanged, URL],
        &["presign", "-u", &exchanged, URL],
        &["form", "-u", &exchanged, URL],
        &["key", "-u", &exchanged, "--region", "r", "--service", "s"],
        &["sign", "-u", SECRET, URL],
        &["sign", URL, "-u", ID, SECRET],
        &["sign", "--profile", SECRET, URL],
        &["sign", "-u", &good, "--date", SECRET, URL],
        &["sign", "-u", &good, &in_url],
        &["sign", "-u", &good, "--endpoint-url", &in_url, "s3://b/k"],
        &["sign", "-u", &good, "--endpoint-url", "https://h", &in_s3_url],
        &["explain", &in_url],
        &["send", "-u", &good, "-x", &in_url, "http://127.0.0.1:1/"],
        &["sign", "--profile", "env", URL],
        &["sign", "--profile", "command", URL],
        &["sign", "--profile", "exchanged", URL],
        &["sign", "--profile", "aws:exchanged", URL],
        &["sign", "--profile", "endpoint", "s3://b/k"],
        &["profile", "list"],
        &["profile", "list", "--json"],
        &["profile", "show", "env"],
        &["profile", "show", "env", "--json"],
        &["profile", "show", "command"],
        &["profile", "show", "command", "--json"],
        &["profile", "show", "exchanged"],
        &["profile", "show", "exchanged", "--json"],
        &["profile", "show", "endpoint"],
        &["profile", "show", "endpoint", "--json"],
        &["profile", "add", "x", "--access-key-id", SECRET, "--secret-env", "A_SECRET"],
        &["profile", "add", "x", "--access-key-id", ID, "--secret-env", SECRET],
        &["profile", "add", "x", "--access-key-id", ID, "--secret-command", SECRET],
    ] {
        world.check(words, &[], &[SECRET, "K7MDENG"]);
    }
    world.check(&["sign", URL], &[("AWS_ACCESS_KEY_ID", SECRET), ("AWS_SECRET_ACCESS_KEY", ID)], &[SECRET]);
}

/// A captured request that holds every kind of bearer, its token folded, with two blanks, and percent-encoded.
fn captured(token: &str, id: &str) -> String {
    format!(
        "POST /k?X-Amz-Security-Token=IQoJcanary%2F%2Fw%2BZz9h%3D%3DLongEnoughToBeAToken&SAMLAssertion={} HTTP/1.1\r\n\
         Host: b.s3.us-east-1.amazonaws.com\r\nX-Amz-Date: 20150830T123600Z\r\nX-Api-Key: {API_KEY}\r\n\
         Cookie: a=1; session={COOKIE}\r\nProxy-Authorization: Basic {}\r\nX-Amz-Security-Token: {token}\r\n\
         x-amz-server-side-encryption-customer-key: {CUSTOMER_KEY}\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={id}/20150830/us-east-1/s3/aws4_request, \
         SignedHeaders=cookie;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-server-side-encryption-customer-key;x-api-key, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\r\n",
        ASSERTION.replace('+', "%2B").replace('=', "%3D"),
        BASE64_STANDARD.encode("user:basiccanary/password"),
    )
}

#[test]
fn no_explanation_shows_what_gives_access_in_a_capture() {
    let world = World::new();
    let reply = world.write(
        "reply.xml",
        &format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>{TOKEN} {SECRET}</Message><CanonicalRequest>POST\n/k\n\n\
             x-amz-security-token:{TOKEN}\n\nx-amz-security-token\nUNSIGNED-PAYLOAD</CanonicalRequest></Error>"
        ),
    );
    let user = format!("{ID}:{SECRET}");
    let (start, end) = TOKEN.split_at(20);
    for token in [TOKEN.to_owned(), format!("{start}\r\n  {end}"), format!("{start}  {end}")] {
        for id in [ID, SECRET] {
            let file = world.write("captured.http", &captured(&token, id));
            for key in [&["-u", &user][..], &["--no-credentials"]] {
                for command in [
                    &["explain", "--depth", "1", "--steps"][..],
                    &["explain", "--depth", "1", "--json"],
                    &["explain", "--depth", "1", "--html", "page.html"],
                    &["explain", "--depth", "1", "--steps", "--response", &reply],
                    &["explain", "--depth", "1", "--json", "--response", &reply],
                    &["verify"],
                    &["verify", "--json"],
                ] {
                    world.check(&[command, key, &[&file]].concat(), &[], &[&ALL[..], &[start, end]].concat());
                }
                let shown = world
                    .say(&[&["explain", "--depth", "1", "--steps", "--show-secrets"], key, &[&file]].concat(), &[]);
                assert!(!shown.contains(SECRET), "a secret is shown in no case: {shown}");
                assert!(shown.contains(end), "the token is shown if that is asked for: {shown}");
            }
        }
    }
}

/// A command and a HAR file that hold keys of their own: those are of whoever captured them.
#[test]
fn no_explanation_shows_the_keys_of_other_kinds_of_capture() {
    let world = World::new();
    let command = format!(
        "curl -u {ID}:{SECRET} --aws-sigv4 aws:amz:us-east-1:s3 -H 'X-Api-Key: {API_KEY}' -b 'session={COOKIE}' \
         -H 'x-amz-security-token: {TOKEN}' -x 'http://user:{PASSWORD}@proxy:1' {URL}\n"
    );
    let header =
        |name: &str, value: &str| format!("{{\"name\": \"{name}\", \"value\": \"{}\"}}", value.replace('/', "\\/"));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={SECRET}/20150830/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
    );
    let headers = [
        header("Host", "b.s3.us-east-1.amazonaws.com"),
        header("X-Amz-Date", "20150830T123600Z"),
        header("Cookie", &format!("session={COOKIE}")),
        header("X-Api-Key", API_KEY),
        header("X-Amz-Security-Token", TOKEN),
        header("Authorization", &authorization),
    ];
    let har = format!(
        "{{\"log\": {{\"version\": \"1.2\", \"entries\": [{{\"request\": {{\"method\": \"GET\", \"url\": \"{URL}\", \
         \"headers\": [{}]}}, \"response\": {{\"status\": 403, \"headers\": [], \"content\": {{}}}}}}]}}}}",
        headers.join(", ")
    );
    let other = format!("{ID}:anotherSecretThatIsNoneOfTheCanaries0123");
    for (name, text) in [("command.sh", &command), ("capture.har", &har)] {
        let file = world.write(name, text);
        for key in [&["-u", &other][..], &["--no-credentials"]] {
            for words in
                [&["explain", "--depth", "1", "--steps"][..], &["explain", "--depth", "1", "--json"], &["verify"]]
            {
                world.check(&[words, key, &[&file]].concat(), &[], &ALL);
            }
        }
    }
}

#[test]
fn a_server_that_echoes_the_request_does_not_make_send_show_it() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/k", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).unwrap();
            let head = String::from_utf8_lossy(&request[..read]).replace("\r\n", " ");
            let body = format!("<Error><Code>AccessDenied</Code><Message>{head} {SECRET}</Message></Error>");
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nX-Echo: {TOKEN} {SECRET} {API_KEY}\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let (key, cookie) = (format!("X-Api-Key: {API_KEY}"), format!("Cookie: session={COOKIE}"));
    let customer = format!("x-amz-server-side-encryption-customer-key: {CUSTOMER_KEY}");
    let secrets = ["-H", key.as_str(), "-H", cookie.as_str(), "-H", customer.as_str()];
    let place = ["--region", "us-east-1", "--service", "s3", "-o", "out", url.as_str()];
    let canaries = [SECRET, TOKEN, COOKIE, API_KEY, CUSTOMER_KEY];
    for profile in ["good", "aws:good"] {
        let words = [&["send", "-v", "--profile", profile][..], &secrets, &place].concat();
        world.check(&words, &[], &canaries);
    }
    server.join().unwrap();
}

/// The process list of Linux, while a pipe that nobody closes holds the program back.
#[cfg(target_os = "linux")]
#[test]
fn the_process_list_shows_no_secret() {
    let user = format!("{ID}:{SECRET}");
    let header = format!("X-Api-Key: {API_KEY}");
    let words = ["sign", "-u", &user, "--session-token", TOKEN, "-H", &header, "-T", "-", URL];
    let mut child = Command::new(env!("CARGO_BIN_EXE_sigvet"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let list = Path::new("/proc").join(child.id().to_string()).join("cmdline");
    // Until the program has started, the words of this test stand there.
    let is_ready = |seen: &str| seen.contains(URL) && !seen.contains(SECRET);
    let seen = || String::from_utf8_lossy(&std::fs::read(&list).unwrap()).into_owned();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_ready(&seen()) && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let seen = seen();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(seen.contains("--session-token") && seen.contains(URL), "{seen}");
    for secret in [SECRET, TOKEN, API_KEY] {
        assert!(!seen.contains(secret), "{seen}");
    }
}
