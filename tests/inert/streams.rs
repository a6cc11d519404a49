//! Hostile text through every command, with both streams scanned. A row that is refused early tests less than it seems:
//! so each table says how many of its rows have to quote some of their input.

use crate::common::Sigvet;
use crate::hostile::{HOSTILE, IN_HEADERS, IN_LINES, assert_inert, assert_inert_but_for_colours};
use crate::recorder::Recorder;

/// Runs in pipes, then with forced colours; returns whether anything was escaped.
#[track_caller]
fn scan(run: impl Fn() -> Sigvet, what: &str) -> bool {
    let plain = run().run();
    assert!(plain.code.is_some(), "{what} ended by a signal");
    assert_inert(&plain.stdout, what);
    assert_inert(plain.stderr.as_bytes(), what);
    let coloured = run().env("CLICOLOR_FORCE", "1").run();
    assert_inert_but_for_colours(&coloured.stdout, what);
    assert_inert_but_for_colours(coloured.stderr.as_bytes(), what);
    let is_spelled =
        |text: &str| text.contains("\\u{") || text.contains("\\u0") || text.contains("\\u2") || text.contains("\\x");
    is_spelled(&plain.text()) || is_spelled(&plain.stderr)
}

#[track_caller]
fn scan_all(rows: &[Vec<&str>], input: &[u8], spelled: usize) {
    let name = |row: &Vec<&str>| row.join(" ").escape_debug().to_string();
    let is_silent = |row: &&Vec<&str>| !scan(|| Sigvet::new(row).input(input), &name(row));
    let silent: Vec<String> = rows.iter().filter(is_silent).map(name).collect();
    let found = rows.len() - silent.len();
    assert!(found >= spelled, "{found} of {} spelled something out; not:\n{}", rows.len(), silent.join("\n"));
}

/// Captures in which each part in turn is hostile.
fn captures(hostile: &str) -> Vec<(&'static str, String)> {
    let signed = |credential: &str, signed: &str, signature: &str| {
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}")
    };
    let raw = |line: &str, name: &str, authorization: &str| {
        format!(
            "{line} HTTP/1.1\nHost: b.s3.us-east-1.amazonaws.com\nX-Amz-Date: 20260301T100000Z\n{name}: v\nAuthorization: {authorization}\n\n"
        )
    };
    let scope = "AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request";
    let whole = signed(scope, "host;x-amz-date", &"0".repeat(64));
    let quoted = serde_json::to_string(hostile).unwrap();
    vec![
        ("authorization", raw("GET /", "A", &format!("EVIL{hostile}"))),
        (
            "credential",
            raw(
                "GET /",
                "A",
                &signed(&format!("{hostile}/20260301/us-east-1/s3/aws4_request"), "host;x-amz-date", "00"),
            ),
        ),
        (
            "date",
            raw(
                "GET /",
                "A",
                &signed(&format!("AKIDEXAMPLE/{hostile}/us-east-1/s3/aws4_request"), "host;x-amz-date", "00"),
            ),
        ),
        (
            "region",
            raw(
                "GET /",
                "A",
                &signed(&format!("AKIDEXAMPLE/20260301/{hostile}/s3/aws4_request"), "host;x-amz-date", "00"),
            ),
        ),
        (
            "service",
            raw(
                "GET /",
                "A",
                &signed(&format!("AKIDEXAMPLE/20260301/us-east-1/{hostile}/aws4_request"), "host;x-amz-date", "00"),
            ),
        ),
        ("signed headers", raw("GET /", "A", &signed(scope, &format!("host;{hostile};x-amz-date"), "00"))),
        ("signature", raw("GET /", "A", &signed(scope, "host;x-amz-date", hostile))),
        ("method", raw(&format!("G{hostile} /"), "A", &whole)),
        ("target", raw(&format!("GET /{hostile}?{hostile}={hostile}"), "A", &whole)),
        ("header name", raw("GET /", hostile, &whole)),
        (
            "header value",
            raw("GET /", &format!("X-Amz-Meta-A: {hostile}\nB"), &signed(scope, "host;x-amz-date;x-amz-meta-a", "00")),
        ),
        ("host", raw("GET /", "A", &whole).replace("b.s3", hostile)),
        ("amz date", raw("GET /", "A", &whole).replace("20260301T100000Z", hostile)),
        ("content hash", raw("GET /", &format!("x-amz-content-sha256: {hostile}\nB"), &whole)),
        ("token", raw("GET /", &format!("X-Amz-Security-Token: {hostile}\nB"), &whole)),
        ("unsigned", format!("GET / HTTP/1.1\nHost: b.s3.us-east-1.amazonaws.com\nX: {hostile}\n\n")),
        ("version 2", raw("GET /", "A", &format!("AWS {hostile}:{hostile}"))),
        (
            "presigned",
            format!(
                "https://b.s3.us-east-1.amazonaws.com/{hostile}?X-Amz-Algorithm={hostile}&X-Amz-Signature={hostile}\n"
            ),
        ),
        (
            "curl command",
            format!("curl -H 'Authorization: EVIL{hostile}' -X '{hostile}' 'https://h.example/{hostile}'\n"),
        ),
        ("curl option", format!("curl --{hostile} 'https://h.example/'\n")),
        (
            "trace",
            format!(
                "* {hostile}\n> GET /{hostile} HTTP/1.1\n> Host: h.example\n> Authorization: {whole}{hostile}\n>\n< HTTP/1.1 403 {hostile}\n< X: {hostile}\n<\n<Error><Code>{hostile}</Code><Message>{hostile}</Message></Error>\n"
            ),
        ),
        (
            "har",
            format!(
                "{{\"log\":{{\"entries\":[{{\"request\":{{\"method\":\"GET\",\"url\":\"https://h.example/?a\",\"headers\":[{{\"name\":\"authorization\",\"value\":{quoted}}},{{\"name\":{quoted},\"value\":{quoted}}}]}},\"response\":{{\"status\":403,\"headers\":[],\"content\":{{\"text\":{quoted}}}}}}}]}}}}"
            ),
        ),
        ("har of nothing", format!("{{\"log\":{{\"entries\":[],\"creator\":{quoted}, {hostile}")),
        (
            "log",
            format!(
                "DEBUG CanonicalRequest:\nGET\n/{hostile}\n\nhost:{hostile}\n\nhost\nabc\nStringToSign:\nAWS4-HMAC-SHA256\n{hostile}\n{hostile}\nabc\n"
            ),
        ),
        ("nothing", hostile.to_owned()),
    ]
}

#[test]
fn captures_say_nothing_to_a_terminal() {
    let modes: [&[&str]; 7] = [
        &["verify"],
        &["verify", "--json"],
        &["verify", "--no-credentials", "--show-secrets"],
        &["explain", "--depth", "1", "--time-limit", "0s"],
        &["explain", "--depth", "1", "--time-limit", "0s", "--json"],
        &["explain", "--depth", "1", "--time-limit", "0s", "--steps", "--show-secrets"],
        &["explain", "--depth", "1", "--time-limit", "0s", "--html", "-"],
    ];
    for mode in modes {
        let of_capture = |(name, capture): &(&str, String)| {
            scan(|| Sigvet::new(mode).input(capture.as_bytes()), &format!("{mode:?}: {name}"))
        };
        let captures = [captures(HOSTILE), captures(IN_LINES)].concat();
        let silent: Vec<_> = captures.iter().filter(|capture| !of_capture(capture)).map(|(name, _)| name).collect();
        let spelled = captures.len() - silent.len();
        assert!(spelled >= 12, "{mode:?}: only {spelled} spelled something out; not: {silent:?}");
    }
}

#[test]
fn replies_and_logs_say_nothing_to_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let xml = write(
        "xml",
        format!(
            "HTTP/1.1 403 {IN_LINES}\nDate: {IN_LINES}\n{IN_LINES}: v\n\n<Error><Code>SignatureDoesNotMatch</Code><Message>{IN_LINES}</Message><StringToSign>{IN_LINES}\n{IN_LINES}</StringToSign><CanonicalRequest>{IN_LINES}\n{IN_LINES}</CanonicalRequest><RequestId>{IN_LINES}</RequestId></Error>"
        ),
    );
    let json = write(
        "json",
        format!(
            "HTTP/1.1 403 Forbidden\nX-Amzn-RequestId: {IN_LINES}\n\n{{\"__type\":\"InvalidSignatureException\",\"message\":{}}}",
            serde_json::to_string(IN_LINES).unwrap()
        ),
    );
    let log = write(
        "log",
        format!(
            "CanonicalRequest:\nGET\n/{IN_LINES}\n\nhost:h.example\nx-amz-date:{IN_LINES}\n\nhost;x-amz-date\n{0}\n\nStringToSign:\nAWS4-HMAC-SHA256\n20260301T100000Z\n20260301/{IN_LINES}/s/aws4_request\n{0}\n",
            "0".repeat(64)
        ),
    );
    let request = format!(
        "GET / HTTP/1.1\nHost: h.example\nX-Amz-Date: 20260301T100000Z\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=AKIDEXAMPLE/20260301/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature={}\n\n",
        "0".repeat(64)
    );
    let mut rows = Vec::new();
    for [option, file] in [["--response", &xml], ["--response", &json], ["--client-log", &log]] {
        for more in ["--steps", "--json", "--show-secrets"] {
            rows.push(vec!["explain", "--depth", "1", "--time-limit", "0s", option, file, more, "-"]);
        }
    }
    scan_all(&rows, request.as_bytes(), 6);
}

/// Typed text that errors repeat: from clap, from our own parsers, and as a file name.
#[test]
fn arguments_say_nothing_to_a_terminal() {
    let option = format!("--{HOSTILE}");
    let url = format!("https://h.example/{HOSTILE}");
    let pair = format!("{HOSTILE}={HOSTILE}");
    let header = format!("{HOSTILE}: {HOSTILE}");
    let at = format!("@/{HOSTILE}");
    let missing = format!("/nowhere/{HOSTILE}");
    const GOOD: &str = "https://b.s3.us-east-1.amazonaws.com/k";
    let mut rows: Vec<Vec<&str>> = vec![
        vec![HOSTILE],
        vec![&option],
        vec!["profile", HOSTILE],
        vec!["profile", "show", HOSTILE],
        vec!["profile", "add", HOSTILE],
    ];
    for command in ["sign", "send", "presign", "form", "verify", "explain", "key", "profile"] {
        rows.extend([
            vec![command, &option],
            vec![command, "--profile", HOSTILE, GOOD],
            vec![command, HOSTILE, HOSTILE],
            vec![command, &missing],
        ]);
    }
    for command in ["sign", "send", "presign", "explain"] {
        rows.push(vec![command, &url]);
        for [option, value] in [
            ["-X", HOSTILE],
            ["-H", HOSTILE],
            ["-H", &header],
            ["-d", &at],
            ["-T", &missing],
            ["--date", HOSTILE],
            ["--region", HOSTILE],
            ["--service", HOSTILE],
            ["--scheme", HOSTILE],
            ["--dialect", HOSTILE],
            ["-u", HOSTILE],
            ["-F", HOSTILE],
            ["--endpoint-url", HOSTILE],
            ["--data-urlencode", &at],
            ["--signed-headers", HOSTILE],
            ["--payload-hash", HOSTILE],
            ["--aws-sigv4", HOSTILE],
            ["--checksum", HOSTILE],
            ["--signing-key", &missing],
            ["--profile-file", &missing],
            ["--show", HOSTILE],
            ["--as", HOSTILE],
            ["--expires", HOSTILE],
        ] {
            rows.push(vec![command, option, value, "--max-time", "1", "http://127.0.0.1:1/k"]);
            rows.push(vec![command, option, value, "http://127.0.0.1:1/k", "--region", "r", "--service", "s3"]);
        }
    }
    for [option, value] in [
        ["-x", HOSTILE],
        ["--resolve", HOSTILE],
        ["--connect-to", HOSTILE],
        ["--cacert", &missing],
        ["-K", &missing],
        ["-w", &at],
        ["-o", &missing],
        ["--unix-socket", &missing],
        ["-m", HOSTILE],
    ] {
        rows.push(vec!["send", "--region", "r", "--service", "s", option, value, "http://127.0.0.1:1/k"]);
    }
    for words in [
        ["--field", &pair],
        ["--field", HOSTILE],
        ["--starts-with", &pair],
        ["--bucket", HOSTILE],
        ["--file", &missing],
        ["--content-length-range", HOSTILE],
    ] {
        for output in ["json", "html", "curl"] {
            rows.push(vec!["form", "--as", output, words[0], words[1], GOOD]);
        }
    }
    rows.extend([
        vec!["explain", "--id", HOSTILE],
        vec!["explain", "--response", &missing, "-"],
        vec!["verify", "--now", HOSTILE, "-"],
    ]);
    scan_all(&rows, b"", 120);
}

/// Profile files, variables, AWS's files, and the lines of `-K` files.
#[test]
fn settings_say_nothing_to_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let escaped = HOSTILE.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect::<String>();
    let whole = file(
        &format!("whole{HOSTILE}"),
        &format!(
            "default = \"{escaped}\"\n[profile.\"{escaped}\"]\naccess_key_id = \"{escaped}\"\nsecret_access_key = \"s\"\nregion = \"{escaped}\"\nendpoint_url = \"{escaped}\"\n"
        ),
    );
    let mut rows = Vec::new();
    let mut files = vec![whole];
    for (at, text) in [
        format!("[profile.a]\n{HOSTILE} = 1\n"),
        format!("[profile.a]\naccess_key_id = {HOSTILE}\n"),
        format!("[profile.a]\n\"{escaped}\" = 1\n"),
        format!("[profile.a]\naccess_key_id = 'A'\naddressing = \"{escaped}\"\n"),
        format!("[profile.a]\naccess_key_id = 'A'\nsecret_env = \"{escaped}\"\n"),
        "[profile.a]\naccess_key_id = 'A'\nsecret_command = ['sh', '-c', 'printf \"\\033]0;pwn\\007\" >&2; printf \"\\033\"; exit 3']\n".to_owned(),
        format!("[profile.a]\naccess_key_id = 'A'\nsecret_command = [\"{escaped}\"]\n"),
        format!("[profile.a]\naccess_key_id = 'A'\nscheme = \"{escaped}\"\nexpires = \"{escaped}\"\nsecret_access_key = 's'\n"),
    ].iter().enumerate() {
        files.push(file(&format!("broken{at}"), text));
    }
    for path in &files {
        rows.extend([
            vec!["profile", "list", "--profile-file", path],
            vec!["profile", "list", "--json", "--profile-file", path],
            vec!["profile", "show", "--profile-file", path],
            vec!["profile", "show", "a", "--json", "--profile-file", path],
            vec!["profile", "path", "--profile-file", path],
            vec![
                "sign",
                "--as",
                "json",
                "--profile",
                "a",
                "--profile-file",
                path,
                "https://b.s3.us-east-1.amazonaws.com/k",
            ],
            vec!["sign", "-v", "--profile", "a", "--profile-file", path, "https://b.s3.us-east-1.amazonaws.com/k"],
        ]);
    }
    let k: Vec<String> = [
        format!("{HOSTILE}\n"),
        format!("header = {HOSTILE}\n"),
        format!("header = \"{HOSTILE}\n"),
        format!("--{HOSTILE} x\n"),
        format!("request = {HOSTILE} {HOSTILE}\n"),
        format!("url = http://127.0.0.1:1/{HOSTILE}\n"),
        format!("config = {HOSTILE}\n"),
        format!("proxy = {HOSTILE}\n"),
    ]
    .iter()
    .enumerate()
    .map(|(at, text)| file(&format!("k{at}{HOSTILE}"), text))
    .collect();
    rows.extend(
        k.iter().map(|path| vec!["send", "-K", path, "--region", "r", "--service", "s", "http://127.0.0.1:1/"]),
    );
    // For a broken file, only line and column are quoted.
    scan_all(&rows, b"", 19);
    for variable in [
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_CREDENTIAL_EXPIRATION",
        "HTTP_PROXY",
        "http_proxy",
        "SIGVET_PROFILES",
        "AWS_CONFIG_FILE",
        "AWS_ENDPOINT_URL",
    ] {
        for words in [
            ["sign", "--as", "json", "https://x.example/"],
            ["send", "-v", "http://127.0.0.1:1/", "--region=r"],
            ["profile", "show", "a", "--json"],
        ] {
            scan(|| Sigvet::new(&words).env(variable, HOSTILE), variable);
        }
    }
    let aws = file(
        "aws",
        &format!(
            "[{HOSTILE}]\n{HOSTILE}\n[profile a]\nregion = {HOSTILE}\ncredential_process = sh -c 'printf \"\\033]0;x\\007\" >&2; exit 1'\n"
        ),
    );
    for words in [["sign", "--profile", "aws:a"], ["sign", "--profile", HOSTILE]] {
        let words = [&words[..], &["--as", "json", "https://b.s3.us-east-1.amazonaws.com/k"]].concat();
        scan(
            || Sigvet::anonymous(&words).env("AWS_CONFIG_FILE", &aws).env("AWS_SHARED_CREDENTIALS_FILE", &aws),
            "aws's files",
        );
    }
}

/// Statuses, headers, error bodies, redirects and proxies; bodies contain all control characters.
#[test]
fn servers_say_nothing_to_a_terminal() {
    let answer = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    let header = format!("X-Evil: {IN_HEADERS}\r\nDate: {IN_HEADERS}\r\nx-amz-bucket-region: {IN_HEADERS}\r\n");
    let error = format!("<Error><Code>{HOSTILE}</Code><Message>{HOSTILE}</Message><Region>{HOSTILE}</Region></Error>");
    let latin = [b"HTTP/1.1 403 \x9b31m\x9d\r\nX-Evil: \x9b31m\xff\r\nContent-Length: 0\r\n\r\n".as_slice()].concat();
    let answers = [
        answer(&format!("403 {IN_HEADERS}"), &header, &error),
        answer("400 No", "", &error.replace("<Code>", "<Code>SignatureDoesNotMatch</Code><Code>")),
        answer("301 Moved", &format!("Location: http://127.0.0.1:1/{IN_HEADERS}\r\n"), ""),
        answer("302 Moved", &format!("Location: {IN_HEADERS}\r\n"), ""),
        latin,
        format!("HTTP/1.1 200 {HOSTILE}\r\n\r\n").into_bytes(),
        format!("{HOSTILE}\r\n\r\n").into_bytes(),
        answer("200 OK", &format!("Content-Length: {IN_HEADERS}\r\n"), ""),
        answer("200 OK", &format!("x-amz-checksum-crc32: {IN_HEADERS}\r\n"), "x"),
        answer("429 Later", &format!("Retry-After: {IN_HEADERS}\r\n"), "x"),
    ];
    let mut spelled = 0;
    for answer in answers {
        let recorder = Recorder::answering(answer.clone());
        let what = answer.escape_ascii().to_string();
        for options in [
            ["-v", "-f"],
            ["-v", "-L"],
            ["--explain", "-f"],
            ["--fix-clock", "-v"],
            ["-S", "-w%{stderr}%{json}%{header_json}%{redirect_url}%header{x-evil}"],
        ] {
            // The body goes to a file: a pipe would get it unchanged.
            let url = recorder.url("/b/k");
            let words = [
                &["send", "--region", "r", "--service", "s3", "-o", "/dev/null", "--max-time", "20"],
                &options[..],
                &[url.as_str()],
            ]
            .concat();
            spelled += usize::from(scan(|| Sigvet::new(&words), &what));
        }
        let proxy = format!("http://{}", recorder.host);
        for url in ["https://h.example/", "http://h.example/"] {
            let words = [
                "send",
                "-v",
                "--region",
                "r",
                "--service",
                "s3",
                "-o",
                "/dev/null",
                "--max-time",
                "20",
                "-x",
                &proxy,
                url,
            ];
            spelled += usize::from(scan(|| Sigvet::new(&words), &format!("proxy: {what}")));
        }
    }
    assert!(spelled >= 20, "only {spelled} spelled something out");
}

/// A terminal emulated by `script`: there the response is text too, and a binary one is refused. Outside Linux,
/// `script` takes other options.
#[cfg(target_os = "linux")]
#[test]
fn a_response_is_text_at_a_terminal() {
    if !std::path::Path::new("/usr/bin/script").exists() {
        assert!(std::env::var_os("CI").is_none(), "script is not on this machine");
        return println!("NOT TRIED, for it is not on this machine: script");
    }
    let on_terminal = |body: &[u8], options: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nX-Evil: {IN_HEADERS}\r\nContent-Length: {}\r\n\r\n", body.len());
        let recorder = Recorder::answering([head.as_bytes(), body].concat());
        let line =
            format!("{} send --no-sign-request {options} {}", crate::common::binary().display(), recorder.url("/"));
        let mut command = std::process::Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).stdin(std::process::Stdio::null());
        let output = command.output().unwrap();
        // The terminal itself turns a line feed into CR LF.
        (output.status.code(), String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"))
    };
    let (code, text) = on_terminal(format!("one\r\ntwo {HOSTILE}").as_bytes(), "-i -w '%header{x-evil}'");
    assert_inert(text.as_bytes(), "a terminal");
    assert!(
        code == Some(0) && text.contains("one\ntwo \\u{1b}]0;pwn") && text.matches("\\u{9b}31m").count() == 3,
        "{code:?} {text}"
    );
    let (code, text) = on_terminal(b"a\0b", "");
    assert!(code == Some(23) && text.contains("binary") && !text.contains('\0'), "{code:?} {text}");
    assert_eq!(on_terminal(b"a\0\x1bb", "-o -"), (Some(0), "a\0\x1bb".to_owned()));
}
