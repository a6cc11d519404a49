//! Canaries: values planted wherever a secret can come from, and searched for in everything that the program prints.
//! Catches a secret, token, password or key that some command shows in some form.
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

    /// Everything that the program prints for these arguments: both streams, and the page if one was written.
    fn say(&self, words: &[&str], variables: &[(&str, &str)]) -> String {
        let page = self.path("page.html");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
        command.args(words).env_clear().env("HOME", self.0.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("SIGVET_PROFILES", self.path("profiles.toml")).current_dir(self.0.path());
        let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
        let page = std::fs::read(&page).unwrap_or_default();
        String::from_utf8_lossy(&[output.stdout, output.stderr, page].concat()).into_owned()
    }

    /// Runs the arguments and searches for the canaries, which must not appear.
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

/// The forms in which a canary may appear, and the longer halves of it.
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

/// Each command's own output: stages, notes, messages. Output that is the signed request contains the token by
/// contract.
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
        &["token", "rds", "--host", "h", "--port", "1", "--region", "r", "--user", &good],
        &["token", "rds", "--host", &in_url, "--port", "1", "--user", "u"],
        &["token", "msk", "--region", "eu-west-1", "--profile", SECRET],
        &["token", "eks", "--region", "eu-west-1", "-u", &good],
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

/// Files of other tools, with the secret where it belongs and where it does not.
#[test]
fn no_secret_of_another_tools_file_is_shown() {
    let world = World::new();
    let config = world.path("mc");
    std::fs::create_dir(&config).unwrap();
    let s3cmd = format!(
        "[good]\naccess_key = {ID}\nsecret_key = {SECRET}\naccess_token = {TOKEN}\n[swapped]\naccess_key = {SECRET}\n\
         secret_key = {ID}\n[variable]\naccess_key = ${SECRET}\n[host]\nhost_bucket = {SECRET}/%(bucket)s\n\
         [switch]\nuse_https = {SECRET}\n[url]\naccess_key = {ID}\nsecret_key = {SECRET}\nhost_base = {ID}:{SECRET}@h\n\
         host_bucket = h\n{SECRET}\n"
    );
    let rclone = format!(
        "[good]\ntype = s3\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\nsession_token = {TOKEN}\n\
         endpoint = http://h.example\n[type]\ntype = {SECRET}\n[switch]\ntype = s3\nv2_auth = {SECRET}\n\
         [url]\ntype = s3\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\nendpoint = https://{ID}:{SECRET}@h\n\
         [alias]\ntype = alias\nremote = :s3,access_key_id={ID},secret_access_key={SECRET}:b\n"
    );
    let mc = format!(
        "{{\"version\":\"10\",\"aliases\":{{\"good\":{{\"url\":\"http://h.example\",\"accessKey\":\"{ID}\",\
         \"secretKey\":\"{SECRET}\",\"sessionToken\":\"{TOKEN}\"}},\"api\":{{\"url\":\"http://h\",\"api\":\"{SECRET}\"}},\
         \"url\":{{\"url\":\"https://{ID}:{SECRET}@h\"}}}}}}"
    );
    let boto = format!("[Credentials]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    let files = [world.write("s3cfg", &s3cmd), world.write("rclone.conf", &rclone), world.write("boto", &boto)];
    world.write("mc/config.json", &mc);
    world.write(".passwd-s3fs", &format!("{ID}:{SECRET}\nbucket:{ID}:{SECRET}\n"));
    let in_variable = format!("https://{ID}:{SECRET}:{TOKEN}@h.example");
    let repository = format!("s3:https://{ID}:{SECRET}@h.example/b");
    let variables = [
        ("S3CMD_CONFIG", files[0].as_str()),
        ("RCLONE_CONFIG", &files[1]),
        ("BOTO_CONFIG", &files[2]),
        ("MC_CONFIG_DIR", config.to_str().unwrap()),
        ("MC_HOST_variable", &in_variable),
        ("RESTIC_REPOSITORY", &repository),
    ];
    let hidden = [SECRET, TOKEN, "K7MDENG"];
    for words in [&["profile", "list", "--all"][..], &["profile", "list", "--all", "--json"]] {
        world.check(words, &variables, &hidden);
    }
    for profile in [
        "s3cmd:good",
        "s3cmd:swapped",
        "s3cmd:variable",
        "s3cmd:host",
        "s3cmd:switch",
        "s3cmd:url",
        "s3cmd:other",
        "s3cmd:",
        "rclone:good",
        "rclone:type",
        "rclone:switch",
        "rclone:url",
        "rclone:alias",
        "rclone:other",
        "mc:good",
        "mc:api",
        "mc:url",
        "mc:variable",
        "mc:other",
        "boto:",
        "boto:other",
        "s3fs:",
        "s3fs:bucket",
        "restic:",
        "restic:other",
    ] {
        world.check(&["profile", "show", profile], &variables, &hidden);
        world.check(&["profile", "show", profile, "--json"], &variables, &hidden);
        world.check(&["profile", "import", profile, "copy", "--force"], &variables, &hidden);
        // The output of `presign` holds the token by contract.
        world.check(
            &["presign", "-v", "--region", "r", "--profile", profile, "s3://b/k"],
            &variables,
            &[SECRET, "K7MDENG"],
        );
    }
    for broken in ["rclone.conf", "boto", "mc/config.json", ".passwd-s3fs"] {
        world.write(broken, &format!("{SECRET}\n"));
    }
    world.check(&["profile", "list", "--all"], &variables, &hidden);
    world.check(&["sign", "--profile", "rclone:good", URL], &variables, &hidden);
}

/// A captured request with every kind of bearer credential: the token is folded, has two blanks, and is
/// percent-encoded.
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

/// A command and a HAR file with their own keys, which belong to the person who captured them.
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

/// The sender of a pasted request could use the signature that is right for it. The test takes that signature from
/// `--show-secrets`, and so also notices if that option shows none.
#[test]
fn no_judgement_shows_a_signature_made_for_somebody_elses_request() {
    let world = World::new();
    let user = format!("{ID}:{SECRET}");
    for (name, text) in requests_of_somebody_else() {
        let file = world.write(name, &text);
        let key = ["-u", &user, &file];
        // An unsigned request is signed with the current time, and `verify` refuses it.
        let now = [if is_signed(name) { "--now" } else { "--date" }, "20260301T100000Z"];
        let made = |json: &str| -> Option<String> {
            // The text on standard error follows it.
            let value: serde_json::Value = serde_json::Deserializer::from_str(json).into_iter().next()?.ok()?;
            Some(value["signature"]["expected"].as_str()?.to_owned())
        };
        let open =
            world.say(&[&["explain", "--json", "--show-secrets", "--time-limit", "0s"][..], &key, &now].concat(), &[]);
        let made = made(&open).unwrap_or_else(|| panic!("{name}: {open}"));
        assert!(made.len() >= 28, "{name}: {made}");
        for command in [
            &["explain", "--time-limit", "0s"][..],
            &["explain", "--time-limit", "0s", "--steps"],
            &["explain", "--time-limit", "0s", "--json"],
            &["explain", "--time-limit", "0s", "--html", "page.html"],
            &["verify"],
            &["verify", "--json"],
        ] {
            let now = if command[0] == "verify" { ["--now", now[1]] } else { now };
            world.check(&[command, &key, &now].concat(), &[], &[&made]);
        }
        let short = world.say(&[&["explain", "--json", "--time-limit", "0s"][..], &key, &now].concat(), &[]);
        assert!(short.contains(&format!("{}…", &made[..8])), "{name}: {short}");
    }
}

fn is_signed(name: &str) -> bool {
    !["unsigned.http", "command.sh"].contains(&name)
}

/// Requests in each scheme with a wrong signature, or none.
fn requests_of_somebody_else() -> [(&'static str, String); 7] {
    let head =
        |method: &str, target: &str| format!("{method} {target} HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\n");
    let dated = "X-Amz-Date: 20260301T100000Z\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
    let scope = format!("{ID}/20260301/us-east-1/s3/aws4_request");
    let zeros = "0".repeat(64);
    let authorization = |signature: &str| {
        format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}\r\n"
        )
    };
    let policy = BASE64_STANDARD.encode(
        r#"{"expiration": "2026-03-01T11:00:00Z", "conditions": [{"bucket": "b"}, ["starts-with", "$key", ""], ["starts-with", "$x-amz-", ""]]}"#,
    );
    let fields = [
        ("key", "k"),
        ("policy", &policy),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &scope),
        ("x-amz-date", "20260301T100000Z"),
        ("x-amz-signature", &zeros),
        ("file", "x"),
    ]
    .map(|(name, value)| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
    .concat();
    let query = format!(
        "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date=20260301T100000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature={zeros}",
        scope.replace('/', "%2F")
    );
    [
        ("invalid.http", format!("{}{dated}{}\r\n", head("DELETE", "/k"), authorization(&zeros))),
        ("cut.http", format!("{}{dated}{}\r\n", head("DELETE", "/k"), authorization("5d672d79"))),
        ("presigned.http", format!("{}\r\n", head("GET", &query))),
        ("unsigned.http", format!("{}\r\n", head("DELETE", "/k"))),
        (
            "version2.http",
            format!(
                "{}Date: Sun, 01 Mar 2026 10:00:00 GMT\r\nAuthorization: AWS {ID}:c2lnbmF0dXJlLW9mLXR3ZW50eWI=\r\n\r\n",
                head("GET", "/k")
            ),
        ),
        (
            "form.http",
            format!(
                "{}Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {}\r\n\r\n{fields}--B--\r\n",
                head("POST", "/"),
                fields.len() + 7
            ),
        ),
        ("command.sh", "curl -X DELETE https://b.s3.us-east-1.amazonaws.com/k -H 'x-amz-meta-a: {a,b}'\n".to_owned()),
    ]
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

/// The process list of Linux, while an open pipe keeps the program waiting.
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
    // Until the program has started, the list shows this test's arguments.
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
