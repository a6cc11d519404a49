use std::fs;
use std::path::PathBuf;

use clap::Parser;

use super::*;
use crate::cli::context::testing;
use crate::profiles::Environment;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// A profile file in a directory of its own, and what the commands said about it.
struct World {
    directory: tempfile::TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

struct Said {
    outcome: Result<(), Failure>,
    stdout: String,
    stderr: String,
}

impl World {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("sigvet").join("profiles.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn run(&self, words: &[&str], stdin: &str) -> Said {
        let environment = Environment::new(self.variables.clone(), Some(self.directory.path().to_owned()));
        let (mut context, stdout, stderr) = testing::context(environment, stdin);
        let line = Line::try_parse_from([&["profile"], words].concat()).unwrap();
        let outcome = run(&line.command, None, &mut context);
        Said { outcome, stdout: stdout.text(), stderr: stderr.text() }
    }

    fn failure(&self, words: &[&str], stdin: &str) -> Failure {
        self.run(words, stdin).outcome.unwrap_err()
    }
}

fn with_two() -> World {
    let world = World::new();
    let words =
        ["add", "hetzner", "--region", "fsn1", "--endpoint-url", "https://fsn1.example", "--addressing", "path"];
    world.run(&words, "AKID-H\nhush-h\n").outcome.unwrap();
    let words = ["add", "b", "--access-key-id", "AKID-B", "--secret-command", "pass show 'hush b'"];
    world.run(&words, "").outcome.unwrap();
    world
}

#[test]
fn add_reads_the_keys_from_standard_input() {
    let world = World::new();
    let said = world.run(&["add", "a", "--region", "r"], "AKID\r\nhush\r\ntoken\r\n");
    said.outcome.unwrap();
    assert_eq!(said.stdout, "");
    let expected = format!("added profile 'a' in {}; it is the default now\n", world.path().display());
    assert_eq!(said.stderr, expected);
    let expected = "default = \"a\"\n\n[profile.a]\naccess_key_id = \"AKID\"\nsecret_access_key = \"hush\"\n\
                    session_token = \"token\"\nregion = \"r\"\n";
    assert_eq!(world.text(), expected);
}

#[test]
fn add_needs_no_input_where_the_secret_is_stated() {
    let world = with_two();
    assert!(
        world
            .text()
            .contains("[profile.b]\naccess_key_id = \"AKID-B\"\nsecret_command = [\"pass\", \"show\", \"hush b\"]\n")
    );
    let said = world.run(&["add", "c", "--secret-env", "C", "--default"], "AKID-C\n");
    assert!(said.stderr.ends_with("; it is the default now\n"), "{}", said.stderr);
    assert!(world.text().contains("default = \"c\""));
}

#[test]
fn add_refuses_what_cannot_be_meant() {
    let world = with_two();
    let cases: [(&[&str], &str, &str); 8] = [
        (&["add", "b"], "AKID\nhush\n", "profile 'b' is already in "),
        (&["add", "c"], "", "no access key ID was given"),
        (&["add", "c"], "AKID\n", "no secret access key was given"),
        (&["add", "c"], "AKID\n\n", "no secret access key was given"),
        (&["add", "c"], "AKID\nhush\ntoken\nhush\n", "standard input has more lines than expected"),
        (
            &["add", "aws:c"],
            "AKID\nhush\n",
            "invalid profile name: aws:, s3cmd:, rclone:, mc:, boto:, s3fs: and restic: are for keys that other tools keep",
        ),
        (&["add", "c", "--endpoint-url", "fsn1.example"], "AKID\nhush\n", "--endpoint-url is not a URL"),
        (&["add", "c", "--secret-command", "'pass"], "AKID\n", "--secret-command: a quote is not closed"),
    ];
    let before = world.text();
    for (words, stdin, message) in cases {
        let failure = world.failure(words, stdin);
        assert!(failure.to_string().starts_with(message), "{words:?}: {failure}");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(!format!("{failure:?}").contains("hush"), "{failure:?}");
    }
    assert_eq!(world.text(), before);
}

#[test]
fn add_replaces_when_forced() {
    let world = with_two();
    let said = world.run(&["add", "hetzner", "--force"], "AKID-N\nnew\n");
    assert!(said.stderr.starts_with("replaced profile 'hetzner' in "), "{}", said.stderr);
    assert!(world.text().contains("[profile.hetzner]\naccess_key_id = \"AKID-N\"\nsecret_access_key = \"new\"\n\n"));
}

#[test]
fn no_option_takes_the_secret() {
    for option in ["--secret-access-key", "--secret", "--session-token"] {
        assert!(Line::try_parse_from(["profile", "add", "a", option, "x"]).is_err(), "{option}");
    }
}

#[test]
fn list_is_a_name_a_line_with_the_columns_aligned() {
    let said = with_two().run(&["list"], "");
    said.outcome.unwrap();
    assert_eq!(said.stdout, "hetzner  fsn1  https://fsn1.example  (default)\nb        -     -\n");
}

#[test]
fn an_empty_list_says_how_to_begin() {
    let world = World::new();
    let said = world.run(&["list"], "");
    said.outcome.unwrap();
    assert_eq!(said.stdout, "");
    assert!(said.stderr.starts_with("no profiles in ") && said.stderr.contains("'sigvet profile add NAME'"));
    assert_eq!(world.run(&["list", "--json"], "").stdout, "[]\n");
}

#[test]
fn show_redacts_in_text_and_json() {
    let world = with_two();
    let said = world.run(&["show"], "");
    let expected = format!(
        "profile 'hetzner' in {} (default)\naccess_key_id      AKID-H\nsecret_access_key  [redacted]\n\
         region             fsn1\nendpoint_url       https://fsn1.example\naddressing         path\n",
        world.path().display()
    );
    assert_eq!(said.stdout, expected);
    let said = world.run(&["show", "b"], "");
    assert!(
        said.stdout.contains("\nsecret_command     printed by 'pass' (2 arguments, not shown)\n"),
        "{}",
        said.stdout
    );
    for words in [&["show", "b", "--json"][..], &["show", "--json"], &["list", "--json"], &["show", "b"], &["list"]] {
        let said = world.run(words, "");
        said.outcome.unwrap();
        assert!(!said.stdout.contains("hush"), "{}", said.stdout);
    }
    let value: serde_json::Value = serde_json::from_str(&world.run(&["show", "b", "--json"], "").stdout).unwrap();
    assert_eq!(value["secret_command"], serde_json::json!(["pass", "[redacted]", "[redacted]"]));
    assert_eq!(value["default"], false);
}

#[test]
fn show_goes_by_the_environment_before_the_default() {
    let mut world = with_two();
    world.variables.push(("AWS_PROFILE", "b"));
    assert!(world.run(&["show"], "").stdout.starts_with("profile 'b' in "));
    world.variables.push(("AWS_PROFILE", "of-aws"));
    assert!(world.run(&["show"], "").stdout.starts_with("profile 'hetzner' in "));
}

#[test]
fn failures_end_with_the_exit_code_of_the_contract() {
    let world = World::new();
    assert_eq!(world.failure(&["show"], "").exit, Exit::NoCredentials);
    let world = with_two();
    let failure = world.failure(&["show", "hetzer"], "");
    assert_eq!(failure.exit, Exit::NoCredentials);
    assert!(failure.to_string().ends_with("; did you mean 'hetzner'?"), "{failure}");
    fs::write(world.path(), "[profile.a]\nsecret_access_key = \"hush").unwrap();
    for words in [&["list"][..], &["show"], &["add", "b"]] {
        let failure = world.failure(words, "AKID\nhush\n");
        assert_eq!(failure.exit, Exit::BrokenProfiles);
        assert!(
            failure.to_string().contains("profiles.toml:2:26: ") && !failure.to_string().contains("hush"),
            "{failure}"
        );
    }
}

#[test]
fn path_is_printed_whether_or_not_the_file_is_there() {
    let mut world = World::new();
    assert_eq!(world.run(&["path"], "").stdout, format!("{}\n", world.path().display()));
    world.variables.push(("SIGVET_PROFILES", "/elsewhere/p.toml"));
    assert_eq!(world.run(&["path"], "").stdout, "/elsewhere/p.toml\n");
}

#[test]
fn a_file_that_was_named_must_be_there_to_be_shown_and_not_to_be_added_to() {
    let mut world = World::new();
    let named = world.directory.path().join("mine.toml");
    world.variables.push(("SIGVET_PROFILES", named.to_str().unwrap().to_owned().leak()));
    for words in [&["show"][..], &["list"]] {
        assert_eq!(world.failure(words, "").exit, Exit::BrokenProfiles);
    }
    world.run(&["add", "a"], "AKID\nhush\n").outcome.unwrap();
    assert!(world.run(&["show"], "").stdout.starts_with("profile 'a' in "));
}

#[test]
fn help_shows_examples_before_options() {
    for command in ["list", "show", "add", "path"] {
        let help = Line::try_parse_from(["profile", command, "--help"]).err().unwrap().to_string();
        let (examples, options) = (help.find("Examples:").unwrap(), help.find("Options:").unwrap());
        assert!(examples < options, "{help}");
    }
}

#[test]
fn a_profile_is_removed_and_another_made_the_default() {
    let world = with_two();
    let said = world.run(&["default", "b"], "");
    assert!(said.outcome.is_ok() && said.stderr.starts_with("profile 'b' is the default now"), "{}", said.stderr);
    let said = world.run(&["remove", "b"], "");
    assert!(said.stderr.ends_with("; there is no default profile now\n"), "{}", said.stderr);
    assert!(world.text().contains("[profile.hetzner]") && !world.text().contains("profile.b"));
    let failure = world.failure(&["remove", "hetzne"], "");
    assert!(failure.to_string().ends_with("did you mean 'hetzner'?"), "{failure}");
}

#[cfg(unix)]
#[test]
fn the_file_is_edited_in_a_copy_and_written_only_if_it_can_be_read() {
    let mut world = with_two();
    let before = world.text();
    let edit = |world: &mut World, script: &'static str| {
        world.variables = vec![("EDITOR", script)];
        world.run(&["edit"], "")
    };
    let said = edit(&mut world, "sh -c 'sed -i s/fsn1/nbg1/ \"$0\"'");
    assert!(said.outcome.is_ok() && said.stderr.starts_with("wrote "), "{}", said.stderr);
    assert_eq!(world.text(), before.replace("fsn1", "nbg1"));
    let said = edit(&mut world, "true");
    assert!(said.stderr.ends_with(" was not changed\n"), "{}", said.stderr);
    let failure = edit(&mut world, "sh -c 'echo [ >> \"$0\"'").outcome.unwrap_err();
    assert_eq!(failure.exit, Exit::BrokenProfiles);
    let failure = edit(&mut world, "false").outcome.unwrap_err();
    assert!(failure.to_string().contains("the editor 'false' failed"), "{failure}");
    assert_eq!(world.text(), before.replace("fsn1", "nbg1"));
}

#[test]
fn profiles_of_aws_files_are_listed_and_shown_with_where_they_are_from() {
    let world = with_two();
    let home = world.directory.path();
    fs::create_dir(home.join(".aws")).unwrap();
    fs::write(home.join(".aws/config"), "[profile b]\nregion = eu-west-1\n[profile sso]\nsso_account_id = 1\n")
        .unwrap();
    fs::write(home.join(".aws/credentials"), "[b]\naws_access_key_id = AKID\naws_secret_access_key = hush\n").unwrap();
    let environment = Environment::new([("HOME", home.to_str().unwrap())], Some(home.to_owned()));
    let run = |words: &[&str]| {
        let (mut context, stdout, _) = testing::context(environment.clone(), "");
        let line = Line::try_parse_from([&["profile"], words].concat()).unwrap();
        run(&line.command, None, &mut context).unwrap();
        stdout.text()
    };
    let listed = run(&["list"]);
    let last: Vec<_> = listed.lines().rev().take(2).map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(last, [vec!["sso", "-", "-", "(aws:", "sso)"], vec!["aws:b", "eu-west-1", "-", "(aws:", "static)"]]);
    let shown = run(&["show", "aws:b"]);
    assert!(shown.starts_with("aws profile 'b' in ") && shown.contains("AKID") && !shown.contains("hush"), "{shown}");
    assert!(run(&["show", "sso", "--json"]).contains("\"source\": \"aws\""));
}
