//! Runs s3cmd, rclone and restic and compares them with `sigvet` on the same files and variables: the host, the
//! addressing, the scheme, the key and the region.
//!
//! Run with `cargo test --test keyfile_tools`. A tool that is not installed is skipped, except if `$CI` is set: then
//! the test fails. These tests catch a misunderstood rule of a tool: the requests are compared, and the tool's
//! signature must verify with the key that `sigvet` read.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod recorder;
#[expect(dead_code, reason = "the files that the tools wrote are for the other tests")]
mod world;

use std::process::Command;

use recorder::{Head, Recorder};
use world::Home;

/// The properties of a request that depend on its profile.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    host: String,
    is_bucket_in_path: bool,
    scheme: &'static str,
    key: String,
    region: Option<String>,
    token: Option<String>,
}

impl Sent {
    fn of(head: &Head, bucket: &str) -> Self {
        let authorization = head.header("authorization").unwrap();
        let (scheme, key, region) = match authorization.strip_prefix("AWS4-HMAC-SHA256 Credential=") {
            Some(rest) => {
                let scope: Vec<&str> = rest.split(',').next().unwrap().split('/').collect();
                ("v4", scope[0], Some(scope[2].to_owned()))
            }
            None => ("v2", authorization.strip_prefix("AWS ").unwrap().split(':').next().unwrap(), None),
        };
        let host = head.header("host").unwrap();
        // s3cmd uses AWS's host for all regions and follows a redirect; sigvet uses the region's own host.
        let of_region = region.as_ref().map(|region| format!(".{region}.amazonaws.com"));
        Self {
            host: of_region.map_or(host.to_owned(), |of_region| host.replace(&of_region, ".amazonaws.com")),
            is_bucket_in_path: head.path.trim_start_matches('/').starts_with(bucket),
            scheme,
            key: key.to_owned(),
            region,
            token: head.header("x-amz-security-token").map(str::to_owned),
        }
    }
}

/// A home directory, a proxy, and the tool's environment variables.
struct Stage {
    home: Home,
    recorder: Recorder,
    variables: Vec<(String, String)>,
}

impl Stage {
    fn new() -> Self {
        Self { home: Home::new(), recorder: Recorder::start(), variables: Vec::new() }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a tool in the home directory; its exit status does not matter.
    fn tool(&self, words: &[&str]) {
        let mut command = Command::new("timeout");
        command.arg("60").args(words).env_clear().env("HOME", self.home.root());
        command.env("XDG_CONFIG_HOME", self.home.config()).env("XDG_CACHE_HOME", self.home.path(".cache"));
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("HTTP_PROXY", self.recorder.url());
        let output = command.output().unwrap();
        assert_ne!(output.status.code(), Some(124), "{words:?} did not end");
    }

    /// Checks that the request that `words` sends for an object equals sigvet's with the profile, and that the tool's
    /// signature verifies.
    fn compare(&self, profile: &str, bucket: &str, words: &[&str]) {
        self.recorder.take();
        self.tool(words);
        let of_tool = self.request(words[0]);
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url = format!("s3://{bucket}/key.txt");
        let sent = self.home.run(&["send", "-x", &self.recorder.url(), "--profile", profile, &url], &variables);
        let refused = "refused: status 404, no error message\n";
        assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), refused), "{profile}");
        let ours = self.request("sigvet");
        let of_tool_sent = Sent::of(&of_tool, bucket);
        assert_eq!(Sent::of(&ours, bucket), of_tool_sent, "{profile}: ours, and that of {words:?}");

        // rclone's Version 2 dates end with UTC instead of GMT, which is not a valid HTTP date.
        if of_tool.header("date").is_some_and(|date| date.ends_with("UTC")) {
            return;
        }
        self.home.write("request.http", of_tool.as_http().as_bytes());
        let request = self.home.path("request.http");
        let in_host = if of_tool_sent.is_bucket_in_path { &[][..] } else { &["--bucket", bucket] };
        let words = [&["verify", "--profile", profile], in_host, &[request.to_str().unwrap()]].concat();
        let verified = self.home.run(&words, &variables);
        assert_eq!(verified.code, Some(0), "{profile}: {}{}\n{}", verified.text(), verified.stderr, of_tool.as_http());
    }

    /// The first signed request, other than a request for the bucket's region.
    fn request(&self, whose: &str) -> Head {
        let heads = self.recorder.take();
        let signed =
            heads.iter().find(|head| head.header("authorization").is_some() && !head.path.contains("?location"));
        signed.unwrap_or_else(|| panic!("{whose} sent {heads:?}")).clone()
    }
}

#[test]
fn s3cmd_and_sigvet_send_equal_requests() {
    if !has("s3cmd", "--version") {
        return;
    }
    const VIRTUAL: [&str; 2] = ["--host=store.example:9000", "--host-bucket=%(bucket)s.Store.Example:9000"];
    const PATH: [&str; 2] = ["--host=store.example:9000", "--host-bucket=store.example:9000"];
    for (options, bucket) in [
        (&[VIRTUAL[0], VIRTUAL[1], "--region=fsn1"][..], "bucket"),
        (&[VIRTUAL[0], VIRTUAL[1], "--region=fsn1"], "buc.ket"),
        (&[VIRTUAL[0], VIRTUAL[1], "--region=fsn1"], "Bucket"),
        (&[VIRTUAL[0], VIRTUAL[1], "--signature-v2"], "bucket"),
        (&[PATH[0], PATH[1], "--signature-v2", "--access_token=token"], "bucket"),
        (&[PATH[0], PATH[1], "--region=US"], "bucket"),
        (&[PATH[0], PATH[1], "--region=eu-west-1", "--access_token=token"], "bucket"),
        (&["--host=http://store.example:80", "--host-bucket=https://store.example:80", "--region=r"], "bucket"),
        (&["--region=eu-central-1"], "bucket"),
        (&["--region=US"], "bucket"),
        (&["--region=eu-west-1", "--host-bucket=s3.amazonaws.com"], "bucket"),
    ] {
        let stage = Stage::new();
        let key = ["s3cmd", "--access_key=AKIDS3CMD", "--secret_key=hush/S3+cmd", "--no-ssl", "--config=/dev/null"];
        let mut command = Command::new(key[0]);
        let dumped = command.args(&key[1..]).args(options).arg("--dump-config").output().unwrap();
        let proxy = stage.recorder.address().split_once(':').unwrap();
        let proxy = format!("proxy_host = {}\nproxy_port = {}\n", proxy.0, proxy.1);
        let text = String::from_utf8(dumped.stdout).unwrap();
        let text = text.lines().filter(|line| !line.starts_with("proxy_")).collect::<Vec<_>>().join("\n");
        stage.home.write(".s3cfg", format!("{text}\n{proxy}").as_bytes());
        for profile in ["s3cmd:default", "s3cmd:"] {
            stage.compare(profile, bucket, &["s3cmd", "info", &format!("s3://{bucket}/key.txt")]);
        }
    }
}

#[test]
fn s3cmd_and_sigvet_choose_the_same_host() {
    if !has("s3cmd", "--version") {
        return;
    }
    for (hosts, bucket) in [
        ("host_base = store.example:9000\nhost_bucket =", "bucket"),
        ("host_base = store.example:9000\nhost_bucket = anything", "bucket"),
        ("host_base = store.example\nhost_bucket = %(bucket)s.buckets.test", "bucket"),
        ("host_base = store.example\nhost_bucket = %(bucket)s.buckets.test", "Bucket"),
        ("host_base = store.example", "bucket"),
        ("host_base = store.example", "Bucket"),
    ] {
        let stage = Stage::new();
        let (host, port) = stage.recorder.address().split_once(':').unwrap();
        let proxy = format!("use_https = no\nproxy_host = {host}\nproxy_port = {port}\n");
        let text = format!("[default]\naccess_key = AKID\nsecret_key = hush\n{hosts}\n{proxy}");
        stage.home.write(".s3cfg", text.as_bytes());
        stage.compare("s3cmd:default", bucket, &["s3cmd", "info", &format!("s3://{bucket}/key.txt")]);
    }
}

#[test]
fn s3cmd_and_sigvet_agree_on_handwritten_files() {
    if !has("s3cmd", "--version") {
        return;
    }
    for (text, variables) in [
        (
            "host_base = store.example\nhost_bucket = store.example\n\"\"\naccess_key = \"AKID\"\n secret_key=$MY_SECRET",
            &[("MY_SECRET", "hush")][..],
        ),
        (
            "[a]\naccess_key = A\nsecret_key = s\n[b]\naccess_key = B\n; c\n# c\nnonsense\nhost_base=store.example\nhost_bucket=%(bucket)s.store.example\nbucket_location = x",
            &[],
        ),
        (
            "[default]\nhost_bucket = store.example\nhost_base = store.example",
            &[("AWS_ACCESS_KEY", "AKID"), ("AWS_SECRET_KEY", "hush"), ("AWS_SECURITY_TOKEN", "token")],
        ),
        (
            "access_key = AKID\r\nsecret_key = \"hu\"sh\" \r\nhost_bucket = store.example\r\nhost_base = HTTP\r\nhost_base = http://STORE.example\r\n",
            &[],
        ),
    ] {
        let mut stage = Stage::new();
        for (name, value) in variables {
            stage = stage.set(name, value);
        }
        let (host, port) = stage.recorder.address().split_once(':').unwrap();
        let text = format!("{text}\nuse_https = no\nproxy_host = {host}\nproxy_port = {port}\n");
        stage.home.write(".s3cfg", text.as_bytes());
        stage.compare("s3cmd:", "bucket", &["s3cmd", "info", "s3://bucket/key.txt"]);
    }
}

const RCLONE: [&str; 5] = ["rclone", "--retries=1", "--low-level-retries=1", "--timeout=10s", "cat"];
const KEY: [&str; 2] = ["access_key_id=AKIDRCLONE", "secret_access_key=hush/rclone+"];
const AT: &str = "endpoint=http://store.example:9000";

#[test]
fn rclone_and_sigvet_send_equal_requests() {
    if !has("rclone", "version") {
        return;
    }
    for (options, bucket) in [
        (&["provider=AWS", AT][..], "bucket"),
        (&["provider=AWS", AT, "force_path_style=true", "region=eu-west-1"], "bucket"),
        (&["provider=AWS", AT], "buc.ket"),
        (&["provider=AWS", AT], "Bucket"),
        (&["provider=Minio", AT], "bucket"),
        (&["provider=Minio", AT, "force_path_style=false"], "bucket"),
        (&["provider=Ceph", AT, "v2_auth=true"], "bucket"),
        (&["provider=Other", AT, "region=other-v2-signature"], "bucket"),
        (&["provider=Wasabi", AT, "session_token=token"], "bucket"),
        (&["provider=Scaleway", AT, "region=fr-par"], "bucket"),
        (&["provider=DigitalOcean", AT], "bucket"),
        (&["provider=Cloudflare", AT, "region=auto"], "bucket"),
        (&["provider=IONOS", AT], "bucket"),
        (&["provider=Nobody", AT], "bucket"),
        (&[AT], "bucket"),
    ] {
        let stage = Stage::new();
        stage.tool(&[&["rclone", "config", "create", "one", "s3"], &KEY[..], options].concat());
        let file = format!("one:{bucket}/key.txt");
        stage.compare("rclone:one", bucket, &[&RCLONE[..], &[&file]].concat());
    }
}

#[test]
fn rclone_and_sigvet_follow_wrapping_remotes_alike() {
    if !has("rclone", "version") {
        return;
    }
    let stage =
        Stage::new().set("RCLONE_CONFIG_BARE_TYPE", "s3").set("RCLONE_CONFIG_BARE_ENDPOINT", "http://bare.example");
    let stage =
        stage.set("RCLONE_CONFIG_BARE_ACCESS_KEY_ID", "AKIDBARE").set("RCLONE_CONFIG_BARE_SECRET_ACCESS_KEY", "hush");
    let stage = stage.set("RCLONE_S3_REGION", "of-all").set("RCLONE_CONFIG_ONE_SESSION_TOKEN", "token");
    stage.tool(&[&["rclone", "config", "create", "one", "s3", "provider=Minio", "region=r"], &KEY[..], &[AT]].concat());
    for (name, kind, remote) in [
        ("short", "alias", "remote=one:bucket"),
        ("moved", "alias", "remote=one,endpoint=\"http://other.example:9001\",region=fsn1:bucket"),
        ("parts", "chunker", "remote=short:"),
        ("deep", "alias", "remote=parts:"),
        ("fly", "alias", "remote=:s3,endpoint=\"http://fly.example\",access_key_id=A,secret_access_key='s:,t':bucket"),
    ] {
        stage.tool(&["rclone", "config", "create", name, kind, remote]);
        let file = format!("{name}:key.txt");
        stage.compare(&format!("rclone:{name}"), "bucket", &[&RCLONE[..], &[&file]].concat());
    }
    stage.tool(&["rclone", "config", "create", "secret", "crypt", "remote=one:bucket", "password=hush", "--obscure"]);
    stage.compare("rclone:secret", "bucket", &[&RCLONE[..], &["secret:key.txt"]].concat());
    for name in ["bare", "one"] {
        let file = format!("{name}:bucket/key.txt");
        stage.compare(&format!("rclone:{name}"), "bucket", &[&RCLONE[..], &[&file]].concat());
    }
}

#[test]
fn rclone_and_sigvet_agree_on_handwritten_files() {
    if !has("rclone", "version") {
        return;
    }
    const REMOTE: &str = "[one]\ntype = s3\nendpoint = http://store.example\n";
    for lines in [
        "access_key_id = AK%(middle)sID\nmiddle = 1\nsecret_access_key = hu%(keys)ssh\nkey = 2",
        "access_key_id : AKID\nsecret_access_key = `hu\"sh`\nregion = \"\"\"r\"\"\"",
        "access_key_id = AKID\nsecret_access_key = hush # no comment\nforce_path_style = F\r",
        "access_key_id = AKID\nsecret_access_key = \"hush\"\n\"region\" = r",
    ] {
        let stage = Stage::new();
        stage.home.write(".config/rclone/rclone.conf", format!("\u{feff}middle = 0\n{REMOTE}{lines}\n").as_bytes());
        stage.compare("rclone:one", "bucket", &[&RCLONE[..], &["one:bucket/key.txt"]].concat());
    }
}

#[test]
fn rclone_and_sigvet_find_the_same_keys_in_awss_files() {
    if !has("rclone", "version") {
        return;
    }
    let keys = |name: &str, id: &str| format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = hush{id}\n");
    for (options, variables) in [
        (&[][..], &[][..]),
        (&["profile=work"], &[]),
        (&["profile=work"], &[("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "hush")]),
        (&[], &[("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "token")]),
        (&[], &[("AWS_PROFILE", "work")]),
        (&["shared_credentials_file=FILE"], &[]),
        (&["shared_credentials_file=FILE", "profile=other"], &[]),
    ] {
        let mut stage = Stage::new();
        for (name, value) in variables {
            stage = stage.set(name, value);
        }
        stage.home.write(".aws/credentials", (keys("default", "AKIDDEFAULT") + &keys("work", "AKIDWORK")).as_bytes());
        stage.home.write("file", (keys("default", "AKIDFILE") + &keys("other", "AKIDOTHER")).as_bytes());
        let file = stage.home.path("file").display().to_string();
        let options: Vec<String> = options.iter().map(|option| option.replace("FILE", &file)).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let create = ["rclone", "config", "create", "one", "s3", "provider=Other", "env_auth=true", "region=r", AT];
        stage.tool(&[&create[..], &options].concat());
        stage.compare("rclone:one", "bucket", &[&RCLONE[..], &["one:bucket/key.txt"]].concat());
    }
}

#[test]
fn restic_and_sigvet_send_equal_requests() {
    if !has("restic", "version") {
        return;
    }
    for variables in [
        &[("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "token")][..],
        &[("AWS_ACCESS_KEY", "AKID"), ("AWS_SECRET_KEY", "hush"), ("AWS_DEFAULT_REGION", "fsn1")],
        &[("MINIO_ACCESS_KEY", "AKID"), ("MINIO_SECRET_KEY", "hush")],
    ] {
        let mut stage = Stage::new().set("RESTIC_REPOSITORY", "s3:http://store.example:9000/bucket/folder");
        for (name, value) in variables {
            stage = stage.set(name, value);
        }
        stage.compare("restic:", "bucket", &["restic", "--password-command=echo hush", "--no-cache", "cat", "config"]);
    }
}

/// Whether the program succeeds when run with this argument.
fn has(program: &str, word: &str) -> bool {
    let succeeds = Command::new(program).arg(word).output().is_ok_and(|output| output.status.success());
    succeeds || is_left_out(program)
}

/// Reports what is missing; fails in CI, where nothing may be.
#[expect(clippy::print_stderr, reason = "whoever runs the test should know what was not tested")]
fn is_left_out(what: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{what} is not on this machine");
    eprintln!("left out, because it is not on this machine: {what}");
    false
}
