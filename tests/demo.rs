//! `sigvet demo` as a new user sees it: on any machine, with any settings.

use sigvet_testing as common;

use common::Sigvet;

/// The broken examples, in order, by the ids that users rely on.
const IDS: [&str; 5] =
    ["secret-whitespace", "path-double-encoded", "time-skewed", "header-content-type", "host-rewritten"];

/// Catches a mistake that is named wrongly, a line too long for a terminal, and colours in a file.
#[test]
fn it_names_five_causes_in_eighty_columns() {
    let outcome = Sigvet::anonymous(&["demo"]).run().expect(0);
    let text = outcome.text();
    assert!(!text.contains('\x1b') && outcome.stderr.is_empty(), "{text}\n{}", outcome.stderr);
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    assert_eq!(ids_in(&text), IDS, "{text}");
    assert_eq!(text.matches("An error occurred (").count(), IDS.len(), "{text}");
    assert!(text.contains("5 of 5 causes named"), "{text}");
}

/// Catches a profile, a proxy, a key or an endpoint of the user that affects the demo.
#[test]
fn the_machines_settings_do_not_change_it() {
    let mut command = Sigvet::anonymous(&["demo"])
        .env("SIGVET_PROFILES", "/nowhere/profiles.toml")
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ACCESS_KEY_ID", "AKIDOTHER")
        .env("AWS_SECRET_ACCESS_KEY", "other")
        .env("AWS_SESSION_TOKEN", "token")
        .env("AWS_REGION", "mars-north-1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_CA_BUNDLE", "/nowhere/ca.pem")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .into_command();
    let output = command.env_remove("HOME").env_remove("PATH").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ids_in(&text), IDS, "{text}");
    assert!(!text.contains("mars") && !text.contains("AKIDOTHER"), "{text}");
}

/// Catches a library's panic, and a server that keeps its client waiting, when few files can be open.
#[cfg(unix)]
#[test]
fn with_too_few_files_it_says_so() {
    for limit in [5, 6, 7, 8, 10, 13, 16] {
        let script = format!("ulimit -n {limit}; exec \"$0\" demo");
        let demo = Sigvet::anonymous(&["demo"]).into_command();
        let mut command = std::process::Command::new("sh");
        let output = command.args(["-c", &script]).arg(demo.get_program()).output().unwrap();
        let problem = "error: too few files can be open at a time: 14 more are needed (ulimit -n)\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), problem, "{limit}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(7), 0), "{limit}");
    }
    let script = "ulimit -n 6; exec \"$0\" serve --demo-keys --port 0";
    let program = Sigvet::anonymous(&["serve"]).into_command().get_program().to_owned();
    let output = std::process::Command::new("sh").args(["-c", script]).arg(program).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: too few files can be open"), "{output:?}");
}

fn ids_in(text: &str) -> Vec<&str> {
    let bracketed = text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(id, _)| id);
    bracketed.filter(|id| id.contains('-')).collect()
}
