//! Unusable entries are refused with one line that names the place, with the documented exit code, and without
//! printing a secret.

use crate::world::Home;

/// The exit code and the first line without its `error: `; also checks that no output contains the secret.
fn refused(home: &Home, profile: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let outcome = home.run(&["presign", "-v", "--profile", profile, "s3://bucket/key"], variables);
    let shown = home.run(&["profile", "show", profile], variables);
    for said in [&outcome.stderr, &shown.stderr, &shown.text()] {
        assert!(!said.contains("hush"), "{said}");
    }
    assert_eq!(outcome.stdout, b"", "{profile}");
    let lines = outcome.stderr.lines().filter(|line| !line.starts_with("  hint: ")).collect::<Vec<_>>();
    assert_eq!(lines.len(), 1, "{lines:?}");
    (outcome.code.unwrap(), lines[0].strip_prefix("error: ").unwrap().to_owned())
}

#[test]
fn each_invalid_file_has_its_own_message() {
    const RCLONE: &str = ".config/rclone/rclone.conf";
    const MC: &str = ".mc/config.json";
    for (place, text, profile, code, message) in [
        (
            ".s3cfg",
            "[default]\naccess_key = A\n",
            "s3cmd:default",
            3,
            "s3cmd section 'default' in HOME/.s3cfg has access_key but no secret_key",
        ),
        (
            ".s3cfg",
            "[default]\naccess_key =\nsecret_key =\n",
            "s3cmd:default",
            3,
            "s3cmd section 'default' in HOME/.s3cfg has no keys",
        ),
        (
            ".s3cfg",
            "[default]\naccess_key = A\nsecret_key = %(hush)s\n",
            "s3cmd:default",
            4,
            "s3cmd section 'default' in HOME/.s3cfg: secret_key contains '%(', which s3cmd does not expand; write $VARIABLE, or the value",
        ),
        (
            ".s3cfg",
            "[default]\naccess_key = A\nsecret_key = $UNSET_KEY\n",
            "s3cmd:default",
            3,
            "s3cmd section 'default' in HOME/.s3cfg: secret_key names the environment variable UNSET_KEY, which is not set",
        ),
        (
            ".s3cfg",
            "[default]\naccess_key = A\nsecret_key = $hush/Hush\n",
            "s3cmd:default",
            3,
            "s3cmd section 'default' in HOME/.s3cfg: secret_key names an environment variable that is not set",
        ),
        (
            ".s3cfg",
            "[default]\nhost_bucket = x-%(bucket)s\n",
            "s3cmd:default",
            4,
            "s3cmd section 'default' in HOME/.s3cfg: host_bucket puts %(bucket)s in a place that sigvet does not support; expected %(bucket)s.HOST or HOST/%(bucket)s",
        ),
        (
            ".s3cfg",
            "[default]\nhost_bucket = %(bucket)s.%(location)s.h\n",
            "s3cmd:default",
            4,
            "s3cmd section 'default' in HOME/.s3cfg: host_bucket has more to fill in than %(bucket)s",
        ),
        (
            ".s3cfg",
            "[default]\nuse_https = hush\n",
            "s3cmd:default",
            4,
            "s3cmd section 'default' in HOME/.s3cfg: use_https must be True or False",
        ),
        (".s3cfg", "[a]\n[b]\n\n[a]\n", "s3cmd:a", 4, "HOME/.s3cfg: section 'a' is defined twice, in lines 1 and 4"),
        (
            ".s3cfg",
            "[default]\n",
            "s3cmd:defualt",
            3,
            "no section 'defualt' in HOME/.s3cfg; did you mean 's3cmd:default'?",
        ),
        (".s3cfg", "[default]\n", "s3cmd:other", 3, "no section 'other' in HOME/.s3cfg; it has 'default'"),
        (
            RCLONE,
            "[a]\ntype = s3\naccess_key_id = A\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf has access_key_id but no secret_access_key",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nsecret_access_key = hush\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf has secret_access_key but no access_key_id",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\n[b]\n[a]\ntype = s3\n",
            "rclone:a",
            4,
            "HOME/.config/rclone/rclone.conf: remote 'a' is defined twice, in lines 1 and 4",
        ),
        (
            RCLONE,
            "[a]\nkey = hush\nhush\n",
            "rclone:a",
            4,
            "HOME/.config/rclone/rclone.conf:3:1: expected NAME = VALUE",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nv2_auth = hush\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: v2_auth must be true or false",
        ),
        (
            RCLONE,
            "[a]\ntype = alias\nremote = b:\n[b]\ntype = crypt\nremote = a:x\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf leads back to itself",
        ),
        (
            RCLONE,
            "[a]\ntype = alias\nremote = a:\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf leads back to itself",
        ),
        (
            RCLONE,
            "[a]\ntype = alias\nremote = gone:\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf wraps 'gone', which has no type; expected type = s3",
        ),
        (
            RCLONE,
            "[a]\nx = 1\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf has no type; expected type = s3",
        ),
        (
            RCLONE,
            "[a]\ntype = Hush9hush/9Hush+hush9Hush9hush\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf is of another type than s3",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nrole_arn = arn\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf assumes a role (role_arn), which sigvet does not support",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nendpoint = ftp://hush.example\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: endpoint must be an http:// or https:// URL, or a host",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nendpoint = https://A:hush@h\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: endpoint has a user or a key in front of its host; remove it",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nendpoint = {account}.r2.example\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: endpoint contains a placeholder such as {account}; write the value in its place",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nendpoint = h.example:99999\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: endpoint is not a valid URL; expected https://HOST or http://HOST:PORT",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nprovider = AWS\nendpoint = 127.0.0.1:9000\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: endpoint is an IP address, and a bucket name cannot be put in front of one; use path-style addressing",
        ),
        (
            RCLONE,
            "[a]\ntype = s3\nendpoint = h.example\nregion = hush hush\n",
            "rclone:a",
            4,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf: region is not a region; expected letters, digits, '-', '_' and '.'",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone:minoi",
            3,
            "no remote 'minoi' in HOME/.config/rclone/rclone.conf; did you mean 'rclone:minio'?",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone:minio:bucket",
            2,
            "'rclone:minio:…' has a path; name the remote only: 'rclone:minio'",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone:minio,secret_access_key='hush:",
            2,
            "cannot read the options of 'rclone:minio,…'; expected REMOTE,OPTION=VALUE,… or :s3,OPTION=VALUE,…",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone:mini,secret_access_key=hush:",
            3,
            "no remote 'mini' in HOME/.config/rclone/rclone.conf; did you mean 'rclone:minio'?",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclon::s3,secret_access_key=hush:",
            3,
            "no profile 'rclon::s3,…' in HOME/.config/sigvet/profiles.toml or in AWS's own files",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclon:minio",
            3,
            "no profile 'rclon:minio' in HOME/.config/sigvet/profiles.toml or in AWS's own files; did you mean 'rclone:minio'?",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone",
            3,
            "no profile 'rclone' in HOME/.config/sigvet/profiles.toml or in AWS's own files; did you mean 'rclone:minio'?",
        ),
        (
            RCLONE,
            "[minio]\ntype = s3\n",
            "rclone:mino",
            3,
            "no remote 'mino' in HOME/.config/rclone/rclone.conf; did you mean 'rclone:minio'?",
        ),
        (
            RCLONE,
            "[b]\n[a]\ntype = s3\naccess_key_id = A\nsecret_access_key = hush\nregion = x\ntype = s3\n",
            "rclone:zzz",
            3,
            "no remote 'zzz' in HOME/.config/rclone/rclone.conf; it has 'b' and 'a'",
        ),
        (
            MC,
            "{\"version\":\"10\",\"aliases\":{\"a\":{\"url\":\"https://h\",\"accessKey\":\"\",\"secretKey\":\"\"}}}",
            "mc:a",
            3,
            "mc alias 'a' in HOME/.mc/config.json has no keys",
        ),
        (
            MC,
            "{\"version\":\"10\",\"aliases\":{\"a\":{\"url\":\"https://h\",\"accessKey\":\"YOUR-ACCESS-KEY-HERE\",\"secretKey\":\"YOUR-SECRET-KEY-HERE\"}}}",
            "mc:a",
            3,
            "mc alias 'a' in HOME/.mc/config.json has no keys",
        ),
        (
            MC,
            "{\"aliases\":{\"a\":{\"url\":\"https://h/hush\"}}}",
            "mc:a",
            4,
            "mc alias 'a' in HOME/.mc/config.json: url must be http://HOST or https://HOST, with no path",
        ),
        (
            MC,
            "{\"aliases\":{\"a\":{\"url\":\"https://A:hush@h\"}}}",
            "mc:a",
            4,
            "mc alias 'a' in HOME/.mc/config.json: url must be http://HOST or https://HOST, with no path",
        ),
        (
            MC,
            "{\"aliases\":{\"a\":{\"url\":\"https://h\",\"api\":\"hush\"}}}",
            "mc:a",
            4,
            "mc alias 'a' in HOME/.mc/config.json: api must be S3v4 or S3v2",
        ),
        (
            MC,
            "{\"version\":\"6\",\"hosts\":{}}",
            "mc:a",
            4,
            "HOME/.mc/config.json: written by an old version of mc; run mc once to update the file",
        ),
        (
            MC,
            "{\"aliases\":{\n\"a\":{\"url\":\"https://h\"},\n\"a\" : {\"url\":\"https://i\"}}}",
            "mc:a",
            4,
            "HOME/.mc/config.json: alias 'a' is defined twice, in lines 2 and 3",
        ),
        (MC, "{\"aliases\":\"hush\"}", "mc:a", 4, "HOME/.mc/config.json:1:17: not a configuration of mc"),
        (MC, "{\"aliases\":{\n\"hush", "mc:a", 4, "HOME/.mc/config.json:2:5: invalid JSON"),
        (
            MC,
            "{\"aliases\":{\"alpha\":{},\"beta\":{}}}",
            "mc:alph",
            3,
            "no alias 'alph' in HOME/.mc/config.json; did you mean 'mc:alpha'?",
        ),
        (
            MC,
            "{\"aliases\":{\"alpha\":{}}}",
            "mc:alpha/bucket/key",
            2,
            "'mc:alpha/…' has a path; name the alias only: 'mc:alpha'",
        ),
        (
            ".config/rclone/rclone.conf",
            "[a]\ntype = alias\nremote = d:x\n[d]\ntype = drive\ntoken = hush\n",
            "rclone:a",
            3,
            "rclone remote 'a' in HOME/.config/rclone/rclone.conf wraps 'd', which is of type 'drive', not s3",
        ),
        (
            ".config/rclone/rclone.conf",
            "[c]\ntype = combine\nupstreams = x=d:hush y=e: \"z=d:a b\"\n",
            "rclone:c",
            3,
            "rclone remote 'c' in HOME/.config/rclone/rclone.conf is of type 'combine', which joins 'd' and 'e'",
        ),
        (
            ".boto",
            "[Credentials]\naws_access_key_id = A\naws_secret_access_key = hush%x\n",
            "boto:Credentials",
            4,
            "boto section 'Credentials' in HOME/.boto: aws_secret_access_key has a '%' in it that Python's configparser cannot fill in; a '%' itself is written '%%'",
        ),
        (
            ".boto",
            "[Credentials]\naws_access_key_id = A\nkeyring = hush\n",
            "boto:",
            3,
            "boto section 'Credentials' in HOME/.boto keeps its secret in a keyring, which sigvet does not support",
        ),
        (".boto", "[Credentials]\nhush\n", "boto:", 4, "HOME/.boto:2:1: expected NAME = VALUE"),
        (".boto", "[Credentials]\n[profile a]\n", "boto:b", 3, "no section 'b' in HOME/.boto; did you mean 'boto:a'?"),
        (
            ".passwd-s3fs",
            "A:hush\nB:hush\n",
            "s3fs:x",
            4,
            "HOME/.passwd-s3fs: bucket 'default' is defined twice, in lines 1 and 2",
        ),
        (".passwd-s3fs", "b:A:hush\n", "s3fs:c", 3, "no bucket 'c' in HOME/.passwd-s3fs; did you mean 's3fs:b'?"),
        (
            ".passwd-s3fs",
            "\nA: hush\n",
            "s3fs:",
            4,
            "HOME/.passwd-s3fs:2:1: expected ACCESS_KEY_ID:SECRET or BUCKET:ACCESS_KEY_ID:SECRET",
        ),
        (
            ".passwd-s3fs",
            "A:\n",
            "s3fs:",
            3,
            "s3fs bucket 'default' in HOME/.passwd-s3fs has access key ID but no secret",
        ),
    ] {
        assert_eq!(refused(&Home::holding(place, text.as_bytes()), profile, &[]), (code, message.to_owned()), "{text}");
    }
}

#[test]
fn remotes_written_by_rclone_are_refused_with_the_reason() {
    const FILE: &str = ".config/rclone/rclone.conf";
    let home = Home::with("rclone.conf", FILE);
    for (profile, problem) in [
        ("rclone:files", "is of type 'local', not s3"),
        ("rclone:server", "is of type 'sftp', not s3"),
        ("rclone:both", "is of type 'union', which joins 'minio' and 'aws'"),
        ("rclone:anonymous", "has no keys"),
    ] {
        let expected = format!("rclone remote '{}' in HOME/{FILE} {problem}", profile.strip_prefix("rclone:").unwrap());
        assert_eq!(refused(&home, profile, &[]), (3, expected));
    }
    let encrypted = Home::with("rclone-encrypted.conf", FILE);
    assert_eq!(refused(&encrypted, "rclone:minio", &[]), (4, format!("HOME/{FILE} is encrypted by rclone")));
}

#[test]
fn a_missing_file_is_reported_with_the_places_that_were_searched() {
    for (profile, places) in [
        ("s3cmd:default", "s3cmd; looked for HOME/.s3cfg"),
        ("mc:play", "mc; looked for HOME/.mc/config.json and HOME/.mcli/config.json"),
        ("s3fs:bucket", "s3fs; looked for HOME/.passwd-s3fs and /etc/passwd-s3fs"),
        ("boto:", "boto; looked for /etc/boto.cfg and HOME/.boto"),
    ] {
        assert_eq!(refused(&Home::new(), profile, &[]), (3, format!("no configuration of {places}")));
    }
    let (code, message) = refused(&Home::new(), "rclone:minio", &[("PATH", "")]);
    let places = "HOME/.config/rclone/rclone.conf, HOME/.config/rclone/rclone.conf and HOME/.rclone.conf";
    assert_eq!((code, message), (3, format!("no configuration of rclone; looked for {places}")));
    for (profile, variable) in [("s3cmd:default", "S3CMD_CONFIG"), ("rclone:minio", "RCLONE_CONFIG")] {
        let expected = format!("{variable} names /no/file, which does not exist");
        assert_eq!(refused(&Home::new(), profile, &[(variable, "/no/file")]), (4, expected));
    }
    let (_, message) = refused(&Home::new(), "restic:", &[]);
    assert_eq!(message, "no repository 'env' in RESTIC_REPOSITORY or RESTIC_REPOSITORY_FILE; it has none");
    let (_, message) = refused(&Home::new(), "restic:", &[("RESTIC_REPOSITORY", "sftp:host:/hush")]);
    assert_eq!(message, "restic repository 'env' in environment variable RESTIC_REPOSITORY is of type 'sftp', not s3");
}

/// The hint names the keys that could be used, so that nobody has to guess.
#[test]
fn other_tools_keys_are_suggested_if_no_key_is_chosen() {
    let home = Home::with("rclone.conf", ".config/rclone/rclone.conf");
    let outcome = home.run(&["presign", "--region", "r", "s3://bucket/key"], &[]);
    assert_eq!(outcome.code, Some(3));
    let hint = "  hint: use a key that another tool keeps with --profile (rclone:aws, rclone:minio, rclone:wasabi, …), \
                or run 'sigvet profile add NAME'\n";
    assert!(outcome.stderr.ends_with(hint), "{}", outcome.stderr);
    let outcome = home.run(&["presign", "--profile", "minio", "s3://bucket/key"], &[]);
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.stderr.ends_with("; did you mean 'rclone:minio'?\n"), "{}", outcome.stderr);
    let variables = [("RESTIC_REPOSITORY", "s3:h.example/b"), ("RESTIC_AWS_ASSUME_ROLE_ARN", "arn")];
    let (code, message) = refused(&Home::new(), "restic:", &variables);
    let entry = "restic repository 'env' in environment variable RESTIC_REPOSITORY";
    let what = "assumes a role (RESTIC_AWS_ASSUME_ROLE_ARN), which sigvet does not support";
    assert_eq!((code, message), (3, format!("{entry} {what}")));
}

#[test]
fn a_file_that_is_not_text_or_not_a_file_is_reported() {
    for (profile, place) in [
        ("s3cmd:default", ".s3cfg"),
        ("rclone:a", ".config/rclone/rclone.conf"),
        ("mc:a", ".mc/config.json"),
        ("boto:", ".boto"),
        ("s3fs:", ".passwd-s3fs"),
    ] {
        let home = Home::holding(place, b"hush \xff\n");
        assert_eq!(refused(&home, profile, &[]), (4, format!("HOME/{place}: not UTF-8 text")));
        std::fs::remove_file(home.path(place)).unwrap();
        std::fs::create_dir(home.path(place)).unwrap();
        let (code, message) = refused(&home, profile, &[]);
        assert_eq!(code, 4);
        assert!(message.starts_with(&format!("cannot read HOME/{place}: ")), "{message}");
    }
}

#[test]
fn exchanged_halves_of_a_key_are_noticed_here_too() {
    let text = "[default]\naccess_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYhushEXAMPLE\nsecret_key = AKIAIOSFODNN7EXAMPLE\n";
    let home = Home::holding(".s3cfg", text.as_bytes());
    let outcome = home.run(&["presign", "--profile", "s3cmd:default", "s3://bucket/key"], &[]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("wJalr") && outcome.stderr.contains("looks like a secret"), "{}", outcome.stderr);
    let shown = home.run(&["profile", "show", "s3cmd:default"], &[]);
    assert!(!shown.text().contains("wJalr"), "{}", shown.text());
}
