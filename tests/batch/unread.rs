//! Keys that cannot be read: nobody knows whether a record is signed with one of them.

use std::path::Path;

use serde_json::Value;
use sigvet_testing::{KEY, Outcome, SECRET, Sigvet};

use crate::botocore;

/// `verify --batch` of a URL by the key of the tests, with these files in the home directory.
fn verify(home: &Path, variables: &[(&str, &str)]) -> Outcome {
    let all = botocore();
    let ran = Sigvet::anonymous(&["verify", "--batch", "--now", "2026-03-01T10:12:00Z"]);
    let files = ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "SIGVET_PROFILES", "RCLONE_CONFIG"];
    let ran = files
        .into_iter()
        .filter(|variable| home.join(variable).exists())
        .fold(ran, |ran, variable| ran.env(variable, home.join(variable).to_str().unwrap()));
    let ran = variables.iter().fold(ran, |ran, (name, value)| ran.env(name, value));
    ran.input(all["keys"]["dir/"].as_str().unwrap().as_bytes()).run()
}

fn verdict(ran: &Outcome) -> String {
    serde_json::from_str::<Value>(&ran.text()).unwrap()["verdict"].as_str().unwrap().to_owned()
}

/// A file that is broken at the key of a record, or anywhere, and a profile with half a key: the verdict is open, and the
/// warning says where. botocore refuses such files as a whole (`ConfigParseError`).
#[test]
fn a_key_that_cannot_be_read_leaves_the_verdict_open() {
    let good = "[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = other\n";
    let own = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    for (file, text, place) in [
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            format!("{good}[default]\n{own}broken line\n"),
            "line 7: expected NAME = VALUE",
        ),
        ("AWS_SHARED_CREDENTIALS_FILE", format!("{good}[two\n{own}"), "line 4: a section begins with '['"),
        ("AWS_SHARED_CREDENTIALS_FILE", format!("{own}{good}"), "line 1: it is in no section"),
        ("AWS_SHARED_CREDENTIALS_FILE", format!("{good}[half]\naws_access_key_id = {KEY}\n"), "aws profile 'half'"),
        ("AWS_CONFIG_FILE", format!("[profile two]\n{own}broken line\n"), "line 4: expected NAME = VALUE"),
        ("SIGVET_PROFILES", format!("[profile.half]\naccess_key_id = \"{KEY}\"\n"), "profile 'half' in"),
        ("SIGVET_PROFILES", format!("[profile.v]\naccess_key_id = \"{KEY}\"\nsecret_env = \"UNSET_X\"\n"), "UNSET_X"),
        ("RCLONE_CONFIG", "RCLONE_ENCRYPT_V0:\nAAAA\n".to_owned(), "RCLONE_CONFIG"),
        ("RCLONE_CONFIG", format!("[half]\ntype = s3\naccess_key_id = {KEY}\n"), "secret_access_key"),
    ] {
        let home = tempfile::tempdir().unwrap();
        // One key is known in any case.
        std::fs::write(home.path().join("AWS_SHARED_CREDENTIALS_FILE"), good).unwrap();
        std::fs::write(home.path().join(file), &text).unwrap();
        let ran = verify(home.path(), &[]).expect(3);
        assert_eq!(verdict(&ran), "unknown", "{text}");
        let said =
            ran.stderr.lines().find(|line| line.starts_with("warning: no key has the ID AKIDEXAMPLE, but some keys"));
        let said = said.unwrap_or_else(|| panic!("{text}: {}", ran.stderr));
        assert!(
            said.contains(place) && !said.contains(SECRET) && !said.contains("because a program"),
            "{text}: {said}"
        );
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("AWS_SHARED_CREDENTIALS_FILE"), good).unwrap();
    assert_eq!(verdict(&verify(home.path(), &[]).expect(1)), "invalid", "every key is known");
    let ran = verify(home.path(), &[("AWS_ACCESS_KEY_ID", KEY)]).expect(3);
    assert!(ran.stderr.contains("AWS_SECRET_ACCESS_KEY"), "{}", ran.stderr);
}

/// Which of two profiles with one ID comes first is chance, so both are tried, for URLs that are alike too.
#[test]
fn each_secret_of_an_id_is_tried() {
    let home = tempfile::tempdir().unwrap();
    let one =
        |name: &str, secret: &str| format!("[{name}]\naws_access_key_id = {KEY}\naws_secret_access_key = {secret}\n");
    let text =
        ["a", "c"].map(|name| one(name, &format!("wrong-{name}"))).concat() + &one("b", "wrong-a") + &one("z", SECRET);
    std::fs::write(home.path().join("AWS_SHARED_CREDENTIALS_FILE"), text).unwrap();
    let ran = verify(home.path(), &[]).expect(0);
    assert_eq!(
        (verdict(&ran).as_str(), ran.stderr.matches("different secrets").count()),
        ("valid", 2),
        "{}",
        ran.stderr
    );

    let lines: Vec<u8> = (0..300).flat_map(|number| format!("k{number}\n").into_bytes()).collect();
    let by = |secret: &str| {
        let words =
            ["presign", "--batch", "--base", "s3://b", "--region", "eu-west-1", "--date", "2026-03-01T10:11:12Z"];
        let ran = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", secret);
        ran.input(&lines).run().expect(0).text()
    };
    let (right, other, wrong) = (by(SECRET), by("wrong-c"), by("nobody"));
    let each = right.lines().zip(other.lines()).zip(wrong.lines());
    let mixed: Vec<&str> = each.flat_map(|((right, other), wrong)| [right, other, wrong]).collect();
    let ran = Sigvet::anonymous(&["verify", "--batch", "--now", "2026-03-01T10:12:00Z"])
        .env("AWS_SHARED_CREDENTIALS_FILE", home.path().join("AWS_SHARED_CREDENTIALS_FILE").to_str().unwrap());
    let text = ran.input(mixed.join("\n").as_bytes()).run().expect(1).text();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 900);
    for three in found.chunks(3) {
        assert_eq!([&three[0]["verdict"], &three[1]["verdict"], &three[2]["verdict"]], ["valid", "valid", "invalid"]);
    }
}
