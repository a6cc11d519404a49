//! The host that a profile's requests go to, remotes with options, and the time to read a long file.

use std::time::{Duration, Instant};

use crate::world::Home;

/// The URL without its query.
fn url_of(home: &Home, profile: &str, address: &str) -> String {
    let outcome = home.run(&["presign", "--profile", profile, address], &[]);
    assert_eq!(outcome.code, Some(0), "{profile} {address}: {}", outcome.stderr);
    outcome.text().split('?').next().unwrap().to_owned()
}

/// Source: `get_hostname` and `format_uri` in `S3/S3.py` of s3cmd 2.3; `keyfile_tools` runs s3cmd itself on the same
/// files.
#[test]
fn s3cmd_uses_host_base_whenever_host_bucket_does_not_apply() {
    const AWS: &str = "https://bucket.s3.us-east-1.amazonaws.com/key";
    for (hosts, bucket, other, list) in [
        (
            "host_base = a.example\nhost_bucket =\n",
            "https://a.example/bucket/key",
            "https://a.example/Bucket/key",
            "https://a.example/",
        ),
        (
            "host_base = a.example\nhost_bucket = x\n",
            "https://a.example/bucket/key",
            "https://a.example/Bucket/key",
            "https://a.example/",
        ),
        (
            "host_base = HTTP://a.example\nhost_bucket = %(bucket)s.b.test\n",
            "https://bucket.b.test/key",
            "https://a.example/Bucket/key",
            "https://a.example/",
        ),
        ("host_base = a.example\n", AWS, "https://a.example/Bucket/key", "https://a.example/"),
        (
            "host_base = a.example:9000\nhost_bucket = a.example:9000/%(bucket)s\n",
            "https://a.example:9000/bucket/key",
            "https://a.example:9000/Bucket/key",
            "https://a.example:9000/",
        ),
        ("", AWS, "https://s3.us-east-1.amazonaws.com/Bucket/key", "https://s3.us-east-1.amazonaws.com/"),
    ] {
        let text = format!("[default]\naccess_key = AKID\nsecret_key = hush\n{hosts}");
        let home = Home::holding(".s3cfg", text.as_bytes());
        for (address, expected) in [("s3://bucket/key", bucket), ("s3://Bucket/key", other), ("s3://", list)] {
            assert_eq!(url_of(&home, "s3cmd:default", address), expected, "{hosts}");
        }
        let words =
            ["presign", "--profile", "s3cmd:default", "--endpoint-url", "https://typed.example", "--region", "r"];
        let typed = home.run(&[&words[..], &["s3://bucket/key"]].concat(), &[]);
        assert!(typed.text().contains("typed.example/"), "{}{}", typed.text(), typed.stderr);
    }
}

/// Source: `rclone cat -vv --dump headers --dump auth` of rclone 1.60 with the same remotes.
#[test]
fn an_rclone_remote_may_have_options_and_they_are_not_printed() {
    let text = "[m]\ntype = s3\naccess_key_id = AKID\nsecret_access_key = hush\nendpoint = http://a.example\n";
    let home = Home::holding(".config/rclone/rclone.conf", text.as_bytes());
    for (profile, url, id) in [
        ("rclone:m,endpoint=\"http://b.example\"", "http://b.example/bucket/key", "AKID"),
        ("rclone:m,access_key_id=AKIDTWO,secret_access_key=hushTwo:", "http://a.example/bucket/key", "AKIDTWO"),
        (
            "rclone::s3,endpoint=c.example,access_key_id=AKIDTHREE,secret_access_key=hushThree:",
            "https://c.example/bucket/key",
            "AKIDTHREE",
        ),
    ] {
        assert_eq!(url_of(&home, profile, "s3://bucket/key"), url);
        for words in [&["presign", "-v", "--profile", profile, "s3://bucket/key"][..], &["profile", "show", profile]] {
            let outcome = home.run(words, &[]);
            assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
            assert!(outcome.text().contains(id), "{}", outcome.text());
            assert!(!format!("{}{}", outcome.text(), outcome.stderr).contains("hush"), "{}", outcome.stderr);
        }
        let imported = home.run(&["profile", "import", profile], &[]);
        assert_eq!(imported.code, Some(2), "{}", imported.stderr);
        assert!(imported.stderr.starts_with("error: NEW-NAME is missing"), "{}", imported.stderr);
    }
}

#[test]
fn verbose_output_names_the_variable_that_a_key_comes_from() {
    let home = Home::holding(".config/rclone/rclone.conf", b"[m]\ntype = s3\nregion = eu-west-1\nenv_auth = true\n");
    let run = |variables: &[(&str, &str)]| {
        home.run(&["presign", "-v", "--profile", "rclone:m", "s3://bucket/key"], variables).stderr
    };
    let of_rclone = run(&[("RCLONE_S3_ACCESS_KEY_ID", "AKID"), ("RCLONE_S3_SECRET_ACCESS_KEY", "hush")]);
    let remote = "rclone remote 'm' in HOME/.config/rclone/rclone.conf";
    assert!(
        of_rclone.starts_with(&format!("* credentials: {remote}, with the key in RCLONE_S3_ACCESS_KEY_ID\n")),
        "{of_rclone}"
    );
    let of_aws = run(&[("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush")]);
    assert!(of_aws.starts_with(&format!("* credentials: environment variables, for {remote}\n")), "{of_aws}");
}

/// The host's region is signed for; the host would refuse any other.
#[test]
fn a_region_that_the_host_overrides_is_warned_about() {
    let text = "[m]\ntype = s3\nprovider = DigitalOcean\nendpoint = nyc3.digitaloceanspaces.com\nregion = us-east-1\n\
                access_key_id = AKID\nsecret_access_key = hush\n";
    let home = Home::holding(".config/rclone/rclone.conf", text.as_bytes());
    let signed = home.run(&["presign", "-v", "--profile", "rclone:m", "s3://bucket/key"], &[]);
    assert!(signed.text().contains("%2Fnyc3%2Fs3%2F"), "{}", signed.text());
    assert!(signed.stderr.contains("region us-east-1 of the profile is not used"), "{}", signed.stderr);
    let listed = home.run(&["profile", "list", "--all"], &[]).text();
    assert!(listed.starts_with("rclone:m  nyc3 "), "{listed}");
    let shown = home.run(&["profile", "show", "rclone:m"], &[]).text();
    assert!(
        shown.contains("region             nyc3\n") && shown.contains("region us-east-1, which is not used"),
        "{shown}"
    );
}

#[test]
fn a_latin_1_comment_is_harmless_and_aliases_work_without_the_folder() {
    let mut text =
        b"# caf\xe9\n[m]\ntype = s3\nendpoint = a.example\naccess_key_id = AKID\nsecret_access_key = hush\n".to_vec();
    let home = Home::holding(".config/rclone/rclone.conf", &text);
    assert_eq!(url_of(&home, "rclone:m", "s3://bucket/key"), "https://a.example/bucket/key");
    text.extend(b"name = caf\xe9\n");
    home.write(".config/rclone/rclone.conf", &text);
    assert_eq!(home.run(&["profile", "show", "rclone:m"], &[]).code, Some(4));

    let variables = [("MC_HOST_play", "https://AKID:hush@a.example"), ("MC_CONFIG_DIR", "/no/such/folder")];
    let listed = Home::new().run(&["profile", "list", "--all"], &variables);
    assert!(listed.text().starts_with("mc:play "), "{}{}", listed.text(), listed.stderr);
    let unknown = Home::new().run(&["profile", "show", "mc:plya"], &variables);
    assert!(unknown.stderr.contains("did you mean 'mc:play'?"), "{}", unknown.stderr);
}

/// This took minutes when each remote reread the whole file.
#[test]
fn a_long_file_is_listed_quickly() {
    let remote =
        |at: usize| format!("[r{at}]\ntype = s3\nendpoint = h{at}.example\naccess_key_id = A\nsecret_access_key = s\n");
    let home = Home::holding(".config/rclone/rclone.conf", (0..9000).map(remote).collect::<String>().as_bytes());
    let start = Instant::now();
    let listed = home.run(&["profile", "list", "--all"], &[]);
    assert_eq!(listed.text().lines().count(), 9000, "{}", listed.stderr);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn importing_keeps_comments_line_ends_expiry_and_the_name_of_a_variable() {
    let text = "[default]\naccess_key = AKID\nsecret_key = $MY_SECRET\nhost_base = a.example\nhost_bucket =\n";
    let home = Home::holding(".s3cfg", text.as_bytes());
    let file = home.path("profiles.toml");
    let variables = [("SIGVET_PROFILES", file.to_str().unwrap()), ("MY_SECRET", "hush")];
    let import = |before: &str, words: &[&str]| {
        home.write("profiles.toml", before.as_bytes());
        let outcome = home.run(&[&["profile", "import"], words].concat(), &variables);
        (outcome.code, outcome.stderr, std::fs::read_to_string(&file).unwrap())
    };
    let profile = "access_key_id = \"AKID\"\nsecret_env = \"MY_SECRET\"\nregion = \"us-east-1\"\nservice = \"s3\"\n\
                   endpoint_url = \"https://a.example\"\naddressing = \"path\"\n";
    let (_, said, after) = import("# mine\n", &["s3cmd:default", "a"]);
    assert!(after.starts_with("# mine\n") && after.ends_with(&format!("[profile.a]\n{profile}")), "{after}{said}");
    let (_, said, after) = import("default = 'b'\r\n[profile.b]\r\nregion = 'r'\r\n", &["s3cmd:default", "a"]);
    assert!(after.contains("region = 'r'\r\n") && after.ends_with(&profile.replace('\n', "\r\n")), "{after:?}{said}");
    let before =
        "default = 'a'\n[profile.a]\n# whose\nsecret_access_key = 'old'\nregion = 'r'\nexpires = '1h'\nscheme = 'v2'\n";
    let (_, said, after) = import(before, &["s3cmd:default", "a", "--force"]);
    assert!(after.contains("# whose\n") && after.contains("expires = '1h'\n"), "{after}{said}");
    assert!(!after.contains("old") && !after.contains("scheme"), "{after}");
    let (code, said, after) = import("", &["s3cmd:"]);
    assert_eq!((code, after.as_str()), (Some(2), ""), "{said}");
    assert!(said.starts_with("error: NEW-NAME is missing"), "{said}");
}
