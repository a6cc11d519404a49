//! Invalid input: one clear line, the exit code of the contract, and no listener.

use sigvet_testing::Sigvet;

fn refused(words: &[&str], files: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        crate::world::set_mode(&path, 0o600);
        words.iter_mut().filter(|word| *word == name).for_each(|word| *word = path.display().to_string());
    }
    let outcome = Sigvet::new(&[vec!["proxy".to_owned(), "--port".to_owned(), "0".to_owned()], words].concat()).run();
    let place = folder.path().display().to_string();
    (outcome.code, outcome.stderr.replace(&format!("{place}/"), ""))
}

#[test]
fn an_upstream_has_a_scheme_and_no_path() {
    let (code, text) = refused(&["--to", "search.example"], &[]);
    assert_eq!(code, Some(2));
    assert!(text.contains("invalid upstream 'search.example': no scheme"), "{text}");
    assert!(text.contains("https://search.example"), "{text}");
    let (code, text) = refused(&["--to", "https://h.example/path"], &[]);
    assert!(code == Some(2) && text.contains("it has a path"), "{text}");
    let (code, text) = refused(&["--to", "https://h.example"], &[]);
    let problem = "error: no region and no service known for host h.example";
    assert!(code == Some(2) && text.starts_with(problem), "{text}");
    let route = ("r.toml", "[[route]]\nname = \"a\"\nto = \"https://h.example\"\n");
    let (code, text) = refused(&["--config", "r.toml", "--check"], &[route]);
    assert!(code == Some(2) && text.starts_with(&problem.replace("error: ", "error: route 'a': ")), "{text}");
    let (code, text) = refused(&["--to", "https://h.example", "--profile", "nobody"], &[]);
    assert!(code == Some(3) && text.contains("nobody"), "{text}");
}

#[test]
fn a_configuration_is_checked_before_anything_listens() {
    let good = "[[route]]\nname = \"a\"\nto = \"https://s3.eu-west-1.amazonaws.com\"\n";
    let check = |text: &str| refused(&["--config", "r.toml", "--check"], &[("r.toml", text)]);
    assert_eq!(check(good), (Some(0), String::new()));
    for (text, problem) in [
        ("", "r.toml has no route"),
        ("[[rout]]\n", "r.toml, line 1: unknown field 'rout'; did you mean 'route'?"),
        ("[[route]]\nhostt = \"x\"\n", "r.toml, line 2: unknown field 'hostt'; did you mean 'host'?"),
        ("[[route]]\nport = 0\n", "r.toml, line 2: port must be a port from 1 to 65535"),
        ("[[route]]\nport = \"80\"\n", "r.toml, line 2: port must be a port from 1 to 65535"),
        ("[[route]]\nscheme = \"v5\"\n", "r.toml, line 2: scheme must be one of v4, v4a, v2"),
        ("[[route]]\nallow_methods = \"GET\"\n", "r.toml, line 2: allow_methods must be an array of strings"),
        ("[[route]]\nallow_methods = []\n", "r.toml, line 2: allow_methods is empty; remove it, or add an entry"),
        ("[[route]]\nstrip_prefix = true\n", "strip_prefix is set, but there is no path to strip"),
        ("[[route]]\npath = \"/a/*\"\n", "the path '/a/*' has a '*'"),
        ("[[route]]\nto = \"x\n", "r.toml, line 2: "),
        ("[[route]]\nname = \"a\"\n[[route]]\nname = \"a\"\nhost = \"h\"\n", "r.toml: two routes are named 'a'"),
        (
            "[[route]]\nname = \"a\"\nhost = \"H.\"\npath = \"/x\"\n[[route]]\nname = \"b\"\nhost = \"h\"\npath = \"/x/\"\n",
            "r.toml: routes 'a' and 'b' match the same requests",
        ),
    ] {
        let (code, said) = check(text);
        assert_eq!(code, Some(2), "{text}: {said}");
        assert!(said.contains(problem), "{text}: {said}");
    }
    let (code, said) = refused(&["--config", "/nowhere/r.toml"], &[]);
    assert!(code == Some(2) && said.contains("cannot read /nowhere/r.toml"), "{said}");
    let (code, said) = refused(&["--check"], &[]);
    assert!(code == Some(2) && said.contains("--check has nothing to check"), "{said}");
}

/// Catches a rule that looks like protection but never applies: its author finds out when nothing passes, or
/// everything.
#[test]
fn a_rule_that_could_never_apply_is_refused() {
    let route = |line: &str| format!("[[route]]\nname = \"a\"\n{line}\n");
    for (line, problem) in [
        ("sign_host = \"bad host\"", "'bad host' is not a host"),
        ("sign_host = \"*.example.com\"", "'*.example.com' is not a host"),
        ("host = \"https://search.local\"", "'https://search.local' matches no host"),
        ("host = \"search local\"", "'search local' matches no host"),
        ("allow_hosts = [\"s3.*.amazonaws.com\"]", "'s3.*.amazonaws.com' matches no host"),
        ("allow_hosts = [\"h.example/path\"]", "'h.example/path' matches no host"),
        ("allow_methods = [\"get\"]", "the method 'get' matches no request"),
        ("allow_methods = [\"GET, PUT\"]", "the method 'GET, PUT' matches no request"),
        ("allow_paths = [\"/a/*/b\"]", "the path '/a/*/b' matches no request"),
        ("allow_paths = [\"/a/../b\"]", "the path '/a/../b' matches no request"),
        ("allow_paths = [\"/a?b=c\"]", "the path '/a?b=c' matches no request"),
        ("allow_paths = [\"/a%20b\"]", "the path '/a%20b' matches no request"),
        ("allow_paths = [\"/a b\"]", "the path '/a b' matches no request"),
        ("allow_paths = [\"/ü/*\"]", "the path '/ü/*' matches no request"),
        ("strip_headers = [\"x debug\"]", "'x debug' matches no header"),
        ("host = \"search.local:99999\"", "'search.local:99999' has an invalid port"),
        ("sign_host = \"search.local:0\"", "'search.local:0' has an invalid port"),
        ("role_arn = \"admin\"", "invalid role_arn 'admin'"),
    ] {
        let (code, said) = refused(&["--config", "r.toml", "--check"], &[("r.toml", &route(line))]);
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(said.starts_with(&format!("error: route 'a': {problem}\n  hint: expected ")), "{line}: {said}");
    }
    for line in [
        "sign_host = \"search.example:9200\"",
        "host = \"*\"",
        "host = \"*.local\"",
        "allow_hosts = [\"[::1]:8080\", \"*.amazonaws.com\"]",
        "allow_methods = [\"GET\", \"PROPFIND\", \"M-SEARCH\"]",
        "allow_paths = [\"/\", \"/*\", \"/a/\", \"/b*\", \"/c+d/(e)/*\"]",
        "strip_headers = [\"x-debug-*\", \"*\"]",
    ] {
        let to = if line.starts_with("allow_hosts") { "" } else { "to = \"https://h.example\"\n" };
        let text = route(&format!("{to}region = \"us-east-1\"\nservice = \"es\"\n{line}"));
        assert_eq!(
            refused(&["--config", "r.toml", "--check"], &[("r.toml", &text)]),
            (Some(0), String::new()),
            "{line}"
        );
    }
    for (line, problem, hint) in [
        ("region = \"EU west\"", "invalid region 'EU west'", "use a name such as eu-west-1 or s3"),
        ("service = \"es/x\"", "invalid service 'es/x'", "use a name such as eu-west-1 or s3"),
        ("add_headers = { Authorization = \"x\" }", "the header 'Authorization' cannot be added", "remove it: "),
        ("add_headers = { x-amz-date = \"x\" }", "the header 'x-amz-date' cannot be added", "remove it: "),
        ("add_headers = { host = \"x\" }", "the header 'host' cannot be added", "set the signed host with sign_host"),
        ("strip_headers = [\"Host\"]", "the header 'host' cannot be removed", "set the signed host with sign_host"),
    ] {
        let (code, said) = refused(&["--config", "r.toml", "--check"], &[("r.toml", &route(line))]);
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(said.starts_with(&format!("error: route 'a': {problem}")), "{line}: {said}");
        assert!(said.contains(&format!("\n  hint: {hint}")), "{line}: {said}");
    }
    for (line, problem) in [
        (
            "to = \"https://h.example\"",
            "no region and no service known for host h.example (pass, for example, region = us-east-1 service = s3",
        ),
        ("to = \"h.example\"", "invalid upstream 'h.example': no scheme"),
        ("to = \"https://h.example:99999\"", "invalid host in URL 'https://h.example:99999'"),
        (
            "to = \"https://h.example\"\nservice = \"s3\"\nscheme = \"v4a\"\nregion_set = \"us east\"",
            "invalid region set",
        ),
        (
            "to = \"https://h.example\"\nallow_hosts = [\"x\"]",
            "allow_hosts is set, but all requests go to the host in 'to'",
        ),
    ] {
        let (code, said) = refused(&["--config", "r.toml", "--check"], &[("r.toml", &route(line))]);
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(said.starts_with(&format!("error: route 'a': {problem}")), "{line}: {said}");
    }
    let to = ["--to", "https://s3.eu-west-1.amazonaws.com"];
    let (code, said) = refused(&[&to[..], &["--region", "EU west"]].concat(), &[]);
    assert!(code == Some(2) && said.starts_with("error: invalid region 'EU west'"), "{said}");
    let (code, said) = refused(&[&to[..], &["--cacert", "ca.pem"]].concat(), &[("ca.pem", "no certificate\n")]);
    assert!(code == Some(2) && said.starts_with("error: cannot use the CA certificates in ca.pem: "), "{said}");
    let (code, said) = refused(&[&to[..], &["--allow-method", "put"]].concat(), &[]);
    assert!(code == Some(2) && said.starts_with("error: the method 'put' matches no request\n"), "{said}");
    let identity =
        "[identity.a]\naccess_key_id = \"AKIAPLACEHOLDER00001\"\nsecret_access_key = \"hush-hush-hush-hush\"\n";
    for (allow, problem) in [
        ("hosts = [\"http://h\"]", "'http://h' matches no host"),
        ("methods = [\"Get\"]", "the method 'Get' matches no request"),
        ("paths = [\"/a/./b\"]", "the path '/a/./b' matches no request"),
        ("regions = [\"EU-WEST-1\"]", "'EU-WEST-1' matches no credential scope"),
        ("services = [\"Amazon S3\"]", "'Amazon S3' matches no credential scope"),
        ("services = [\"s*3\"]", "'s*3' matches no credential scope"),
        ("regions = [\"us-east-1,us-west-2\"]", "'us-east-1,us-west-2' matches no credential scope"),
        ("hosts = [\"localhost\"]", "no route leads to a host in hosts"),
        ("hosts = [\"s3.eu-west-1.amazonaws.com:8443\"]", "no route leads to a host in hosts"),
    ] {
        let text = format!("{identity}allow = [{{ {allow} }}]\n");
        let (code, said) = refused(&[&to[..], &["--inbound", "k.toml", "--check"]].concat(), &[("k.toml", &text)]);
        assert_eq!(code, Some(2), "{allow}: {said}");
        assert!(said.contains(&format!("k.toml, line 4: {problem}")), "{allow}: {said}");
    }
}

/// Anyone who can write to the key file can add a key of their own, and use the real ones with it.
#[cfg(unix)]
#[test]
fn a_file_of_keys_that_others_can_write_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.toml");
    std::fs::write(
        &file,
        "[identity.a]\naccess_key_id = \"AKIAPLACEHOLDER00001\"\nsecret_access_key = \"hush-hush-hush-hush\"\n",
    )
    .unwrap();
    let check = |mode: u32| {
        crate::world::set_mode(&file, mode);
        let words = ["--to", "https://s3.eu-west-1.amazonaws.com", "--check", "--inbound", file.to_str().unwrap()];
        refused(&words, &[])
    };
    for mode in [0o602, 0o622, 0o666] {
        let (code, said) = check(mode);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.starts_with("error: others can write to ") && said.contains(&format!("(mode {mode:04o})")),
            "{said}"
        );
        assert!(said.contains("chmod 600"), "{said}");
    }
    let (code, said) = check(0o644);
    assert!(code == Some(0) && said.contains("others can use "), "{said}");
    assert_eq!(check(0o600), (Some(0), String::new()));
}

/// Catches a message that quotes the secret next to the mistake.
#[test]
fn a_file_of_keys_is_checked_and_its_secrets_are_not_shown() {
    let to = ["--to", "https://s3.eu-west-1.amazonaws.com", "--inbound", "k.toml"];
    let check = |text: &str| refused(&[&to[..], &["--check"]].concat(), &[("k.toml", text)]);
    let identity =
        "[identity.a]\naccess_key_id = \"AKIAPLACEHOLDER00001\"\nsecret_access_key = \"hush-hush-hush-hush\"\n";
    for (text, problem) in [
        (String::new(), "k.toml has no identity"),
        (
            identity.replace("secret_access_key", "secret_acess_key"),
            "line 3: unknown field 'secret_acess_key'; did you mean 'secret_access_key'?",
        ),
        (identity.replace("access_key_id = \"AKIAPLACEHOLDER00001\"\n", ""), "identity 'a' has no access_key_id"),
        (
            identity.replace("secret_access_key = \"hush-hush-hush-hush\"\n", ""),
            "identity 'a' has no secret_access_key",
        ),
        (
            identity.replace("\"hush-hush-hush-hush\"", "[\"hush-hush-hush-hush\"]"),
            "line 3: secret_access_key must be a string, in quotes",
        ),
        (identity.to_owned() + "allow = []\n", "allow is empty"),
        (identity.replace("hush-hush-hush-hush", "hush-hush"), "secret_access_key of identity 'a' is too short"),
        (identity.to_owned() + "allow = [{}]\n", "an entry of allow is empty, and would allow everything"),
        (identity.to_owned() + "allow = [{ paths = [] }]\n", "paths is empty; remove it, or add an entry"),
        (identity.to_owned() + "allow = [{ paths = [\"x\"] }]\n", "the path 'x' does not begin with '/'"),
        (identity.to_owned() + "allow = [{ host = [] }]\n", "unknown field 'host'; did you mean 'hosts'?"),
        (
            identity.to_owned() + &identity.replace("identity.a", "identity.b"),
            "two identities have the same access_key_id",
        ),
        (identity.to_owned() + "profile = \"nobody\"\n", "nobody"),
    ] {
        let (code, said) = check(&text);
        assert!(matches!(code, Some(2 | 3)), "{text}: {said}");
        assert!(said.contains(problem), "{text}: {said}");
        assert!(!said.contains("hush"), "{said}");
    }
    let (code, said) = refused(&[&to[..], &["--add-header", "x: y"]].concat(), &[("k.toml", identity)]);
    assert!(code == Some(2) && said.contains("requests would be changed, but --inbound verifies them"), "{said}");
}

/// Catches a placeholder that is the real key: its holder does not need the proxy.
#[test]
fn a_placeholder_is_not_the_key_that_signs() {
    let folder = tempfile::tempdir().unwrap();
    let keys = crate::world::write_keys(&folder, "");
    let (id, secret) = crate::world::PLACEHOLDER;
    let words = ["proxy", "--to", "https://s3.eu-west-1.amazonaws.com", "--inbound", &keys, "--check"];
    let check = |id: &str| {
        let run = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret).run();
        (run.code, run.stderr)
    };
    let (code, said) = check(id);
    let problem = "error: identity 'agent' has the access key ID of the environment, which signs the requests\n";
    assert!(code == Some(2) && said.starts_with(problem), "{said}");
    let (code, said) = check("AKIAANOTHERKEY000001");
    let problem = "error: identity 'agent' has the secret of the environment, which signs the requests\n";
    assert!(code == Some(2) && said.starts_with(problem) && !said.contains(secret), "{said}");
    let run = Sigvet::anonymous(&words)
        .env("AWS_ACCESS_KEY_ID", "AKIAANOTHERKEY000001")
        .env("AWS_SECRET_ACCESS_KEY", "another/secret+that/opens+everything0001")
        .run();
    assert_eq!((run.code, run.stderr), (Some(0), String::new()));
}

/// Catches a route that gets no request, or that leads back, although `--check` says that all is well.
#[test]
fn a_check_finds_routes_that_cannot_work() {
    let route = |lines: &str| format!("[[route]]\nname = \"a\"\nregion = \"us-east-1\"\nservice = \"es\"\n{lines}\n");
    let to = "to = \"https://h.example\"";
    for (options, lines, problem) in [
        (
            &[][..],
            format!("{to}\npath = \"/_sigvet\""),
            "route 'a': requests below /_sigvet get the pages for monitoring",
        ),
        (
            &[],
            format!("{to}\npath = \"/_sigvet/x\""),
            "route 'a': requests below /_sigvet get the pages for monitoring",
        ),
        (&["--admin-port", "8091"], format!("{to}\nport = 8091"), "--admin-port 8091 is a port that the proxy itself"),
        (
            &[],
            "to = \"http://127.0.0.1:8091\"\nport = 8091".to_owned(),
            "the upstream http://127.0.0.1:8091 is the address that this proxy",
        ),
        (
            &[],
            "to = \"http://localhost:8091\"\nport = 8091".to_owned(),
            "the upstream http://localhost:8091 is the address",
        ),
        (
            &[],
            format!("{to}\npath = \"/api\"\nallow_paths = [\"/api/*\", \"/other/*\"]"),
            "route 'a': the path '/other/*' in allow_paths is not below '/api'",
        ),
        (&[], format!("{to}\npath = \"/a/../b\""), "route 'a': the path '/a/../b' matches no request"),
    ] {
        let words = [&["--config", "r.toml", "--check"], options].concat();
        let (code, said) = refused(&words, &[("r.toml", &route(&lines))]);
        assert_eq!(code, Some(2), "{lines}: {said}");
        assert!(said.starts_with(&format!("error: {problem}")), "{lines}: {said}");
    }
    let lines = format!("{to}\npath = \"/_sigvet\"\nallow_paths = [\"/*\"]");
    let words = ["--config", "r.toml", "--check", "--admin-port", "8091"];
    assert_eq!(refused(&words, &[("r.toml", &route(&lines))]), (Some(0), String::new()));
}
