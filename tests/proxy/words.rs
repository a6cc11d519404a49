//! Wrong input: one clear line, the exit code of the contract, and nothing that listens.

use sigvet_testing::Sigvet;

fn refused(words: &[&str], files: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
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
    assert!(code == Some(2) && text.contains("no region and no service known for host h.example"), "{text}");
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
        ("[[route]]\nto = \"x\n", "r.toml, line 2: "),
        ("[[route]]\nname = \"a\"\n[[route]]\nname = \"a\"\nhost = \"h\"\n", "r.toml: two routes are named 'a'"),
        (
            "[[route]]\nname = \"a\"\nhost = \"H\"\npath = \"/x\"\n[[route]]\nname = \"b\"\nhost = \"h\"\npath = \"/x/\"\n",
            "r.toml: routes 'a' and 'b' take the same requests",
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

/// Catches a message that quotes the secret beside the mistake.
#[test]
fn a_file_of_keys_is_checked_and_its_secrets_are_not_shown() {
    let to = ["--to", "https://s3.eu-west-1.amazonaws.com", "--inbound", "k.toml"];
    let check = |text: &str| refused(&[&to[..], &["--check"]].concat(), &[("k.toml", text)]);
    let identity = "[identity.a]\naccess_key_id = \"AKIAA\"\nsecret_access_key = \"hush-hush\"\n";
    for (text, problem) in [
        (String::new(), "k.toml has no identity"),
        (
            identity.replace("secret_access_key", "secret_acess_key"),
            "line 3: unknown field 'secret_acess_key'; did you mean 'secret_access_key'?",
        ),
        (identity.replace("access_key_id = \"AKIAA\"\n", ""), "identity 'a' has no access_key_id"),
        (identity.replace("secret_access_key = \"hush-hush\"\n", ""), "identity 'a' has no secret_access_key"),
        (identity.replace("\"hush-hush\"", "[\"hush-hush\"]"), "line 3: secret_access_key must be a string, in quotes"),
        (identity.to_owned() + "allow = []\n", "allow is empty"),
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
    assert!(code == Some(2) && said.contains("changes requests, which --inbound verifies"), "{said}");
}
