//! Tests that the right keys are found: each profile and the same key given by hand must presign the same URL.

use serde_json::Value;

use crate::world::{Home, fixture};

/// A profile, and the contents of the tool's file as sigvet options.
struct Expected<'a> {
    profile: &'a str,
    url: &'a str,
    key: [&'a str; 3],
    options: &'a [&'a str],
}

impl Expected<'_> {
    fn check(&self, home: &Home, variables: &[(&str, &str)]) {
        const DATE: [&str; 3] = ["presign", "--date", "20991231T235959Z"];
        let found = home.run(&[&DATE[..], &["--profile", self.profile, "s3://bucket/key"]].concat(), variables);
        let [id, secret, token] = self.key;
        let key = [("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_SESSION_TOKEN", token)];
        let by_hand = Home::new().run(&[&DATE[..], &["--service", "s3"], self.options, &[self.url]].concat(), &key);
        assert_eq!((found.code, found.stderr.as_str()), (Some(0), ""), "{}", self.profile);
        assert_eq!(by_hand.code, Some(0), "{}", by_hand.stderr);
        assert_eq!(found.text(), by_hand.text(), "{}", self.profile);
    }
}

#[test]
fn files_written_by_s3cmd_are_used_as_s3cmd_uses_them() {
    let configured = Home::with("s3cfg", ".s3cfg");
    for profile in ["s3cmd:default", "s3cmd:"] {
        let key = ["AKIDS3CMDCONFIGURE", "s3cmd/Secret+Key", ""];
        let url = "https://bucket.store.example/key";
        Expected { profile, url, key, options: &["--region", "fsn1"] }.check(&configured, &[]);
    }
    let elsewhere = Home::with("s3cfg-path", "path.cfg");
    let config = elsewhere.path("path.cfg");
    let variables = [("S3CMD_CONFIG", config.to_str().unwrap())];
    let key = ["AKIDS3CMDPATH", "s3cmdPathSecret", "s3cmdToken"];
    let url = "http://127.0.0.1:9000/bucket/key";
    Expected { profile: "s3cmd:default", url, key, options: &["--scheme", "v2"] }.check(&elsewhere, &variables);
}

/// Source: `update_option` and `ConfigParser` in `S3/Config.py` of s3cmd 2.3.
#[test]
fn s3cmds_own_rules_apply_to_its_file() {
    let text = "\u{feff}[default]\r\n# access_key = NO\r\n  access_key=\"AKID\"\r\nsecret_key = $KEY_OF_MINE\r\n\
                host_base = https://Store.Example\r\nhost_bucket = Store.Example\r\nnonsense\r\nbucket_location = EU\r\n";
    let home = Home::holding(".s3cfg", text.as_bytes());
    let variables = [("KEY_OF_MINE", "hush"), ("AWS_ACCESS_KEY_ID", "OTHER"), ("AWS_SECRET_ACCESS_KEY", "other")];
    let url = "https://store.example/bucket/key";
    let expected =
        Expected { profile: "s3cmd:default", url, key: ["AKID", "hush", ""], options: &["--region", "eu-west-1"] };
    expected.check(&home, &variables);

    // If the file has no keys, those of the environment are used, as in s3cmd.
    let home = Home::holding(".s3cfg", b"host_base = store.example\nhost_bucket = store.example\n");
    let variables = [("AWS_ACCESS_KEY", "AKID"), ("AWS_SECRET_KEY", "hush"), ("AWS_SECURITY_TOKEN", "token")];
    let options = ["--region", "us-east-1"];
    Expected { profile: "s3cmd:default", url, key: ["AKID", "hush", "token"], options: &options }
        .check(&home, &variables);
}

/// s3cmd itself mixes the sections; a user who writes a section means only that one.
#[test]
fn one_of_several_s3cmd_sections_is_read_alone_with_a_warning() {
    let text = "[a]\naccess_key = A\nsecret_key = s\nuse_https = False\n[b]\naccess_key = B\nsecret_key = t\n";
    let home = Home::holding(".s3cfg", text.as_bytes());
    let sign = |profile| home.run(&["presign", "--profile", profile, "s3://bucket/key"], &[]);
    let (a, b, both) = (sign("s3cmd:a"), sign("s3cmd:b"), sign("s3cmd:"));
    assert!(
        a.text().starts_with("http://bucket.s3.us-east-1.amazonaws.com/key?") && a.text().contains("Credential=A%2F")
    );
    assert!(
        b.text().starts_with("https://bucket.s3.us-east-1.amazonaws.com/key?") && b.text().contains("Credential=B%2F")
    );
    assert!(
        both.text().starts_with("http://bucket.s3.us-east-1.amazonaws.com/key?")
            && both.text().contains("Credential=B%2F")
    );
    assert_eq!(both.stderr, "");
    assert_eq!(
        a.stderr,
        "warning: s3cmd reads all sections of HOME/.s3cfg as one, as '--profile s3cmd:' does; here [a] is read alone\n"
    );
}

#[test]
fn files_written_by_rclone_are_used_as_rclone_uses_them() {
    const MINIO: [&str; 3] = ["AKIDRCLONEMINIO", "rcloneMinio", ""];
    const AT_HOME: &str = "http://127.0.0.1:9000/bucket/key";
    let home = Home::with("rclone.conf", ".config/rclone/rclone.conf");
    for (profile, url, key, options) in [
        (
            "rclone:aws",
            "https://bucket.s3.eu-west-1.amazonaws.com/key",
            ["AKIDRCLONEAWS", "rclone/Aws", ""],
            &["--region", "eu-west-1"][..],
        ),
        ("rclone:minio", AT_HOME, MINIO, &["--region", "us-east-1"]),
        ("rclone:minio:", AT_HOME, MINIO, &["--region", "us-east-1"]),
        ("rclone:short", AT_HOME, MINIO, &["--region", "us-east-1"]),
        ("rclone:secret", AT_HOME, MINIO, &["--region", "us-east-1"]),
        ("rclone:parts", AT_HOME, MINIO, &["--region", "us-east-1"]),
        ("rclone:elsewhere", AT_HOME, MINIO, &["--region", "fsn1"]),
        (
            "rclone:wasabi",
            "https://bucket.s3.eu-central-1.wasabisys.com/key",
            ["AKIDRCLONEWASABI", "rcloneWasabi", "rcloneToken"],
            &["--region", "eu-central-1"],
        ),
        ("rclone:old", "https://rgw.example/bucket/key", ["AKIDRCLONEOLD", "rcloneOld", ""], &["--scheme", "v2"]),
    ] {
        Expected { profile, url, key, options }.check(&home, &[]);
    }
}

/// Source: `fs/configmap.go` and `makeConfigPath` of rclone 1.75.
#[test]
fn rclones_variables_override_its_file_and_define_remotes() {
    let home = Home::with("rclone.conf", "mine.conf");
    let file = home.path("mine.conf");
    let variables = [
        ("RCLONE_CONFIG", file.to_str().unwrap()),
        ("RCLONE_CONFIG_MINIO_REGION", "fsn1"),
        ("RCLONE_S3_REGION", "nbg1"),
        ("RCLONE_CONFIG_MINE_TYPE", "s3"),
        ("RCLONE_CONFIG_MINE_ACCESS_KEY_ID", "AKID"),
        ("RCLONE_CONFIG_MINE_SECRET_ACCESS_KEY", "hush"),
        ("RCLONE_CONFIG_MINE_ENDPOINT", "store.example"),
        ("RCLONE_CONFIG_MINE_FORCE_PATH_STYLE", "false"),
    ];
    let url = "http://127.0.0.1:9000/bucket/key";
    let key = ["AKIDRCLONEMINIO", "rcloneMinio", ""];
    Expected { profile: "rclone:minio", url, key, options: &["--region", "fsn1"] }.check(&home, &variables);
    let url = "https://bucket.store.example/key";
    let mine = Expected { profile: "rclone:mine", url, key: ["AKID", "hush", ""], options: &["--region", "nbg1"] };
    mine.check(&home, &variables);
    mine.check(&Home::new(), &[&variables[1..], &[("RCLONE_CONFIG", "/dev/null")]].concat());
    let old_place = Home::with("rclone.conf", ".rclone.conf");
    Expected {
        profile: "rclone:minio",
        url: "http://127.0.0.1:9000/bucket/key",
        key,
        options: &["--region", "us-east-1"],
    }
    .check(&old_place, &[]);
}

#[test]
fn env_auth_takes_the_keys_of_the_profile_that_the_remote_names() {
    let home = Home::with("rclone.conf", ".config/rclone/rclone.conf");
    let credentials = "[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = hushWork\n";
    home.write(".aws/credentials", credentials.as_bytes());
    let url = "https://bucket.s3.eu-central-1.amazonaws.com/key";
    let (profile, options) = ("rclone:chain", &["--region", "eu-central-1"]);
    Expected { profile, url, key: ["AKIDWORK", "hushWork", ""], options }.check(&home, &[]);

    let file = home.path("elsewhere");
    home.write("elsewhere", credentials.replace("WORK", "ELSEWHERE").as_bytes());
    let variables = [("RCLONE_CONFIG_CHAIN_SHARED_CREDENTIALS_FILE", file.to_str().unwrap())];
    Expected { profile, url, key: ["AKIDELSEWHERE", "hushWork", ""], options }.check(&home, &variables);
}

/// Source: `mc.json`, the values that MinIO's Python library finds in the same files; the addressing follows
/// `getLookupType` of mc.
#[test]
fn files_written_by_mc_are_used_as_mc_uses_them() {
    let oracle: Value = serde_json::from_slice(&std::fs::read(fixture("mc.json")).unwrap()).unwrap();
    for (file, alias, url, options) in [
        ("mc-10.json", "local", "http://localhost:9000/bucket/key", &["--region", "us-east-1"][..]),
        ("mc-10.json", "old", "https://bucket.old.example/key", &["--scheme", "v2", "--bucket", "bucket"]),
        ("mc-10.json", "s3", "https://bucket.s3.us-east-1.amazonaws.com/key", &["--region", "us-east-1"]),
        ("mc-9.json", "dns", "https://bucket.dns.example/key", &["--region", "us-east-1"]),
        ("mc-9.json", "path", "https://path.example/bucket/key", &["--region", "us-east-1"]),
    ] {
        let key = &oracle[file][alias];
        let key = [key["id"].as_str().unwrap(), key["secret"].as_str().unwrap(), ""];
        let profile = format!("mc:{alias}");
        let expected = Expected { profile: &profile, url, key, options };
        expected.check(&Home::with(file, ".mc/config.json"), &[]);
        expected.check(&Home::with(file, ".mcli/config.json"), &[]);
        let elsewhere = Home::with(file, "mc/config.json");
        expected.check(&elsewhere, &[("MC_CONFIG_DIR", elsewhere.path("mc").to_str().unwrap())]);
    }
}

/// Source: the documentation of `MC_HOST_ALIAS`, and `parseEnvURLStr` in `cmd/config.go` of mc.
#[test]
fn mc_aliases_in_variables_override_its_files() {
    let home = Home::with("mc-10.json", ".mc/config.json");
    let lines = "MC_HOST_lined=https://AKID:hush@lined.example\nlocal=https://AKID:of@file@lined.example\n";
    home.write("aliases", lines.as_bytes());
    let lines = home.path("aliases");
    let variables = [
        ("MC_HOST_mine", "https://AKID:hu/sh+@store.example:9000"),
        ("MC_HOST_session", "https://AKID:hush:to:k@en@store.example"),
        ("MC_HOST_s3", "https://AKID:mine@store.example/"),
        ("MC_CONFIG_ENV_FILE", lines.to_str().unwrap()),
        ("MC_REGION", "fsn1"),
    ];
    for (profile, url, key) in [
        ("mc:mine", "https://store.example:9000/bucket/key", ["AKID", "hu/sh+", ""]),
        ("mc:session", "https://store.example/bucket/key", ["AKID", "hush", "to:k@en"]),
        ("mc:s3", "https://store.example/bucket/key", ["AKID", "mine", ""]),
        ("mc:lined", "https://lined.example/bucket/key", ["AKID", "hush", ""]),
        ("mc:local", "https://lined.example/bucket/key", ["AKID", "of@file", ""]),
    ] {
        Expected { profile, url, key, options: &["--region", "fsn1"] }.check(&home, &variables);
    }
}

/// Source: `boto.json`, the values that boto 2.49 finds in the same file.
#[test]
fn the_keys_and_the_host_equal_those_that_boto_2_finds() {
    let oracle: Value = serde_json::from_slice(&std::fs::read(fixture("boto.json")).unwrap()).unwrap();
    let home = Home::with("boto.cfg", ".boto");
    for (name, expected) in oracle.as_object().unwrap() {
        let text = |field: &str| expected[field].as_str().unwrap_or_default();
        let (profile, url) = (format!("boto:{name}"), text("url"));
        let key = [text("id"), text("secret"), text("token")];
        let expected = Expected { profile: &profile, url, key, options: &["--region", "us-east-1"] };
        expected.check(&home, &[]);
        let elsewhere = Home::with("boto.cfg", "mine.cfg");
        expected.check(&elsewhere, &[("BOTO_CONFIG", "~/mine.cfg")]);
    }
}

/// Source: the manual of s3fs, "FUSE/MOUNT OPTIONS, passwd_file".
#[test]
fn s3fs_has_a_key_for_a_bucket_and_one_for_all_others() {
    let home = Home::holding(".passwd-s3fs", b"# keys\nphotos:AKIDPHOTOS:hushPhotos\n\nAKIDALL:hushAll\n");
    let url = "https://bucket.s3.eu-west-1.amazonaws.com/key";
    let options = &["--region", "eu-west-1"];
    for (profile, key) in [
        ("s3fs:photos", ["AKIDPHOTOS", "hushPhotos", ""]),
        ("s3fs:other", ["AKIDALL", "hushAll", ""]),
        ("s3fs:default", ["AKIDALL", "hushAll", ""]),
        ("s3fs:", ["AKIDALL", "hushAll", ""]),
    ] {
        Expected { profile, url, key, options }.check(&home, &[("AWS_REGION", "eu-west-1")]);
    }
    let home = Home::holding(".passwd-s3fs", b"AWSAccessKeyId=AKID\nAWSSecretKey=hu=sh\n");
    let variables = [("AWS_REGION", "eu-west-1")];
    Expected { profile: "s3fs:default", url, key: ["AKID", "hu=sh", ""], options }.check(&home, &variables);
}

#[test]
fn restics_repository_and_the_keys_that_restic_finds_for_it_are_a_profile() {
    let aws = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "token")];
    let minio = [("MINIO_ACCESS_KEY", "AKID"), ("MINIO_SECRET_KEY", "hush"), ("MINIO_NONE", "")];
    for (repository, keys, url, token) in [
        ("s3:http://127.0.0.1:9000/bucket/folder", aws, "http://127.0.0.1:9000/bucket/key", "token"),
        ("s3:store.example/bucket", minio, "https://store.example/bucket/key", ""),
        ("s3://s3.amazonaws.com/bucket", aws, "https://bucket.s3.us-east-1.amazonaws.com/key", "token"),
    ] {
        let variables = [&keys[..], &[("RESTIC_REPOSITORY", repository)]].concat();
        let (key, options) = (["AKID", "hush", token], &["--region", "us-east-1"]);
        Expected { profile: "restic:", url, key, options }.check(&Home::new(), &variables);
    }
}
