//! How other tools' profiles are listed, shown, copied into the profile file, and told apart in explanations.

use serde_json::Value;

use crate::recorder::Recorder;
use crate::world::Home;

/// A home directory with a file of every tool.
fn full() -> Home {
    let home = Home::with("s3cfg", ".s3cfg");
    for (file, place) in
        [("rclone.conf", ".config/rclone/rclone.conf"), ("mc-10.json", ".mc/config.json"), ("boto.cfg", ".boto")]
    {
        home.write(place, &std::fs::read(crate::world::fixture(file)).unwrap());
    }
    home.write(".passwd-s3fs", b"photos:AKIDPHOTOS:hushPhotos\n");
    home
}

/// The texts that no output may contain.
const SECRETS: [&str; 8] =
    ["s3cmd/Secret", "rclone/Aws", "rcloneMinio", "rcloneToken", "mcLocal", "botoWork", "botoToken", "hushPhotos"];

#[test]
fn every_profile_is_listed_with_its_place_and_without_secrets() {
    let home = full();
    let variables =
        [("MC_HOST_mine", "https://AKID:hushMine@store.example"), ("RESTIC_REPOSITORY", "s3:store.example/b")];
    let plain = home.run(&["profile", "list"], &variables);
    assert_eq!(plain.text(), "", "they are listed when asked for");
    let all = home.run(&["profile", "list", "--all"], &variables);
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    let names: Vec<_> = all.text().lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "s3cmd:default",
            "rclone:aws",
            "rclone:minio",
            "rclone:wasabi",
            "rclone:old",
            "rclone:chain",
            "rclone:anonymous",
            "rclone:short",
            "rclone:secret",
            "rclone:parts",
            "rclone:elsewhere",
            "mc:mine",
            "mc:local",
            "mc:old",
            "mc:s3",
            "boto:Credentials",
            "boto:work",
            "s3fs:photos",
            "restic:env",
        ]
    );
    assert!(all.text().contains("(s3cmd: HOME/.s3cfg)\n"), "{}", all.text());
    assert!(all.text().contains("(mc: environment variable MC_HOST_mine)\n"), "{}", all.text());
    let json = home.run(&["profile", "list", "--all", "--json"], &variables);
    let listed: Vec<Value> = serde_json::from_str(&json.text()).unwrap();
    assert_eq!(listed.len(), names.len());
    let minio = listed.iter().find(|entry| entry["name"] == "rclone:minio").unwrap();
    assert_eq!(minio["source"], "rclone");
    assert_eq!(minio["file"], "HOME/.config/rclone/rclone.conf");
    assert_eq!(minio["secret_access_key"], "[redacted]");
    assert_eq!(minio["addressing"], "path");
    for text in [all.text(), json.text()] {
        assert!(SECRETS.iter().chain(&["hushMine"]).all(|secret| !text.contains(secret)), "{text}");
    }
}

#[test]
fn the_list_continues_after_a_file_that_cannot_be_used() {
    let home = full();
    home.write(".config/rclone/rclone.conf", b"[a]\nhush\n");
    home.write(".mc/config.json", b"hush");
    let all = home.run(&["profile", "list", "--all"], &[]);
    assert_eq!(all.code, Some(0));
    assert!(all.text().contains("s3cmd:default") && all.text().contains("boto:work"), "{}", all.text());
    let expected = "warning: HOME/.config/rclone/rclone.conf:2:1: expected NAME = VALUE\n\
                    warning: HOME/.mc/config.json:1:1: invalid JSON\n";
    assert_eq!(all.stderr, expected);
}

#[test]
fn a_tools_profile_is_shown_by_name_and_by_variable() {
    let home = full();
    let expected = "rclone remote 'wasabi' in HOME/.config/rclone/rclone.conf\naccess_key_id      AKIDRCLONEWASABI\n\
                    secret_access_key  [redacted]\nsession_token      [redacted]\nregion             eu-central-1\n\
                    service            s3\nendpoint_url       https://s3.eu-central-1.wasabisys.com\n\
                    addressing         virtual\n";
    assert_eq!(home.run(&["profile", "show", "rclone:wasabi"], &[]).text(), expected);
    assert_eq!(home.run(&["profile", "show"], &[("AWS_PROFILE", "rclone:wasabi")]).text(), expected);
    let chain = home.run(&["profile", "show", "rclone:chain"], &[]).text();
    assert!(chain.contains("\ncredentials        AWS's chain, profile 'work'\n"), "{chain}");
    let object: Value = serde_json::from_str(&home.run(&["profile", "show", "mc:old", "--json"], &[]).text()).unwrap();
    assert_eq!((&object["source"], &object["scheme"]), (&"mc".into(), &"v2".into()));
}

#[test]
fn verbose_output_names_the_tool_the_entry_and_the_file() {
    let home = full();
    for (words, variables) in [
        (&["--profile", "rclone:minio"][..], &[][..]),
        (&[], &[("AWS_PROFILE", "rclone:minio")]),
        (&["--profile", "rclone:minio"], &[("AWS_ACCESS_KEY_ID", "OTHER"), ("AWS_SECRET_ACCESS_KEY", "other")]),
    ] {
        let outcome = home.run(&[&["presign", "-v"], words, &["s3://bucket/key"]].concat(), variables);
        let expected = "* credentials: rclone remote 'minio' in HOME/.config/rclone/rclone.conf\n";
        assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
        assert!(outcome.text().starts_with("http://127.0.0.1:9000/bucket/key?"), "{}", outcome.text());
    }
    let of_environment =
        [("AWS_PROFILE", "rclone:minio"), ("AWS_ACCESS_KEY_ID", "OTHER"), ("AWS_SECRET_ACCESS_KEY", "o")];
    let outcome =
        home.run(&["presign", "-v", "--region", "r", "--service", "s3", "https://h.example/k"], &of_environment);
    assert!(outcome.stderr.starts_with("* credentials: environment variables\n"), "{}", outcome.stderr);
}

/// rclone and mc send such requests unsigned.
#[test]
fn an_entry_without_keys_still_shows_where_unsigned_requests_go() {
    let home = full();
    let refused = home.run(&["sign", "--profile", "rclone:anonymous", "s3://bucket/key"], &[]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("--no-sign-request' sends without a key, as rclone does"), "{}", refused.stderr);
    let recorder = Recorder::start();
    let variables = [("RCLONE_CONFIG_ANONYMOUS_ENDPOINT", "http://store.example")];
    for (profile, host) in [("rclone:anonymous", "bucket.store.example"), ("rclone:minio", "127.0.0.1:9000")] {
        let proxy = recorder.url();
        let words = ["send", "--no-sign-request", "-x", &proxy, "--profile", profile, "s3://bucket/key"];
        assert_eq!(home.run(&words, &variables).code, Some(0));
        let heads = recorder.take();
        assert_eq!(heads[0].header("host"), Some(host));
        assert_eq!(heads[0].header("authorization"), None);
    }
}

/// The endpoint in the environment belongs to the keys in the environment.
#[test]
fn an_aws_remote_does_not_use_the_endpoint_in_the_environment() {
    let variables = [("AWS_ENDPOINT_URL", "http://elsewhere.example"), ("AWS_REGION", "ap-south-1")];
    let outcome = full().run(&["presign", "--profile", "rclone:aws", "s3://bucket/key"], &variables);
    assert!(outcome.text().starts_with("https://bucket.s3.eu-west-1.amazonaws.com/key?"), "{}", outcome.text());
}

#[test]
fn a_profile_is_copied_and_the_rest_of_the_file_stays_as_it_is() {
    let home = full();
    let file = home.path("profiles.toml");
    let before = "# mine\ndefault = \"b\" # the usual\n\n# work\n[profile.b]\nregion = 'r'  # odd\n";
    home.write("profiles.toml", before.as_bytes());
    let variables = [("SIGVET_PROFILES", file.to_str().unwrap())];
    let run = |words: &[&str]| home.run(&[&["profile", "import"], words].concat(), &variables);
    let text = || std::fs::read_to_string(&file).unwrap();

    let copied = run(&["rclone:wasabi"]);
    assert_eq!((copied.code, copied.stdout.as_slice()), (Some(0), &b""[..]));
    let from = "copied rclone remote 'wasabi' in HOME/.config/rclone/rclone.conf";
    assert_eq!(copied.stderr, format!("{from} to profile 'wasabi' in HOME/profiles.toml\n"));
    let added = "\n[profile.wasabi]\naccess_key_id = \"AKIDRCLONEWASABI\"\nsecret_access_key = \"rcloneWasabi\"\n\
                 session_token = \"rcloneToken\"\nregion = \"eu-central-1\"\nservice = \"s3\"\n\
                 endpoint_url = \"https://s3.eu-central-1.wasabisys.com\"\naddressing = \"virtual\"\n";
    assert_eq!(text(), format!("{before}{added}"));

    let again = run(&["rclone:wasabi"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("profile 'wasabi' is already in HOME/profiles.toml"), "{}", again.stderr);
    assert_eq!(text(), format!("{before}{added}"));
    let forced = run(&["mc:local", "wasabi", "--force", "--default"]);
    assert!(
        forced.stderr.ends_with("over profile 'wasabi' in HOME/profiles.toml; it is the default now\n"),
        "{}",
        forced.stderr
    );
    assert!(text().contains("[profile.wasabi]\naccess_key_id = \"AKIDMCLOCAL\"") && !text().contains("rcloneToken"));

    let signed = |profile: &str| {
        home.run(&["presign", "--date", "20991231T235959Z", "--profile", profile, "s3://bucket/key"], &variables).text()
    };
    assert_eq!(signed("wasabi"), signed("mc:local"));
    for (from, name) in [("s3cmd:default", "c"), ("rclone:old", "d"), ("boto:work", "e"), ("rclone:parts", "f")] {
        assert_eq!(run(&[from, name]).code, Some(0), "{from}");
        assert_eq!(signed(name), signed(from), "{from}");
    }
}

#[test]
fn an_aws_profile_is_copied_if_its_key_is_in_the_file() {
    let home = full();
    let config = "[profile work]\nregion = eu-west-1\nca_bundle = /ca.pem\n[profile role]\nrole_arn = arn\nsource_profile = work\n";
    home.write(".aws/config", config.as_bytes());
    home.write(".aws/credentials", b"[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = hushWork\n");
    let file = home.path("new/profiles.toml");
    let variables = [("SIGVET_PROFILES", file.to_str().unwrap())];
    let run = |words: &[&str]| home.run(&[&["profile", "import"], words].concat(), &variables);
    let copied = run(&["aws:work"]);
    assert_eq!(
        copied.stderr,
        "warning: the profile file has no place for these settings, which are not copied: ca_bundle\n\
         copied aws profile 'work' (static) to profile 'work' in HOME/new/profiles.toml; it is the default now\n"
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("secret_access_key = \"hushWork\"\nregion = \"eu-west-1\"\n"), "{text}");
    for (words, code, message) in [
        (
            &["aws:role"][..],
            3,
            "error: aws profile 'role' has no key of its own to copy: AWS's tools ask for a new one each time\n",
        ),
        (&["aws:wrk"], 3, "error: no profile 'wrk' in AWS's own files; did you mean 'aws:work'?\n"),
        (
            &["rclone:chain"],
            3,
            "error: rclone remote 'chain' in HOME/.config/rclone/rclone.conf has no key of its own to copy: the tool asks AWS's chain for one\n",
        ),
        (&["rclone:anonymous"], 3, "error: rclone remote 'anonymous' in HOME/.config/rclone/rclone.conf has no keys\n"),
        (&["work"], 2, "error: expected TOOL:NAME\n"),
        (&["gsutil:x"], 2, "error: no tool 'gsutil' whose keys can be copied\n"),
        (
            &["rclone:minio", "mc:x"],
            2,
            "error: invalid profile name: aws:, s3cmd:, rclone:, mc:, boto:, s3fs: and restic: are for keys that other tools keep\n",
        ),
    ] {
        let outcome = run(words);
        assert_eq!(outcome.code, Some(code), "{words:?}: {}", outcome.stderr);
        assert!(outcome.stderr.starts_with(message), "{words:?}: {}", outcome.stderr);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_file_that_others_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let home = full();
    std::fs::set_permissions(home.path(".s3cfg"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let expected = "warning: others can read HOME/.s3cfg (mode 0644); 'chmod 600 HOME/.s3cfg' keeps it private\n";
    for words in [
        &["presign", "--profile", "s3cmd:default", "s3://bucket/key"][..],
        &["profile", "show", "s3cmd:default"],
        &["profile", "list", "--all"],
    ] {
        let outcome = home.run(words, &[]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), expected), "{words:?}");
    }
}

/// `verify` and `explain` know the tools' keys too, so they can tell that another key signed the request.
#[test]
fn a_request_signed_with_a_tools_key_is_recognised_by_its_name() {
    let home = full();
    let words = ["sign", "--profile", "rclone:wasabi", "--as", "http", "s3://bucket/key"];
    let signed = home.run(&words, &[]);
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    // The ID is replaced by that of another of the user's keys, so the request was signed with the wrong secret.
    let mistaken = signed.text().replace("AKIDRCLONEWASABI", "AKIDMCLOCAL");
    home.write("request.http", mistaken.as_bytes());
    let request = home.path("request.http");
    let explained = home.run(&["explain", "--profile", "mc:local", request.to_str().unwrap()], &[]);
    assert_eq!(explained.code, Some(1), "{}", explained.stderr);
    assert!(explained.text().contains("rclone remote 'wasabi'"), "{}{}", explained.text(), explained.stderr);
    let verified = home.run(&["verify", "--profile", "rclone:wasabi", request.to_str().unwrap()], &[]);
    assert_ne!(verified.code, Some(0));
    home.write("request.http", signed.text().as_bytes());
    let verified = home.run(&["verify", "--profile", "rclone:wasabi", request.to_str().unwrap()], &[]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.text(), verified.stderr);
}
