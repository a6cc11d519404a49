//! The program does not notice that it is watched.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command};

use super::world::{World, unrouted};

#[test]
fn the_exit_code_is_that_of_the_program() {
    let world = World::new();
    let code = |script: &str| unrouted(&world, &[], &["sh", "-c", script]).run();
    for (script, expected) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        let ended = code(script).expect(expected);
        assert_eq!((ended.text().as_str(), ended.stderr.as_str()), ("", ""), "{script}");
    }
}

/// Shells run a script without `#!`, although the system refuses it.
#[test]
fn a_script_without_an_interpreter_is_run_by_the_shell() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "printf '[%s]' \"$@\"; exit 7\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ended = unrouted(&world, &[], &[script.to_str().unwrap(), "a b"]).run().expect(7);
    assert_eq!((ended.text().as_str(), ended.stderr.as_str()), ("[a b]", ""));
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let ended = unrouted(&world, &[], &["script", "c"]).env("PATH", &path).run().expect(7);
    assert_eq!(ended.text(), "[c]");
}

/// Catches silence about a program that goes round the proxy.
#[test]
fn all_tells_that_the_program_made_no_connection() {
    let world = World::new();
    let ended = unrouted(&world, &["--all"], &["sh", "-c", "exit 7"]).run().expect(7);
    let note = "sigvet: the program made no connection through sigvet: it sent no request, or its client does not read \
                HTTPS_PROXY\n";
    assert_eq!(ended.stderr, note);
}

#[test]
fn a_program_that_cannot_be_run_is_reported_in_one_line() {
    let world = World::new();
    let missing = unrouted(&world, &[], &["no-such-program-here"]).run().expect(127);
    assert_eq!(missing.stderr, "error: cannot run 'no-such-program-here': no such program\n");
    let file = world.authority();
    let closed = unrouted(&world, &[], &[super::world::text(&file)]).run().expect(126);
    assert!(
        closed.stderr.starts_with("error: cannot run '") && closed.stderr.lines().count() == 1,
        "{}",
        closed.stderr
    );
    unrouted(&world, &[], &[]).run().expect(2);
}

/// Catches "no such program" for a file that is there.
#[test]
fn a_missing_interpreter_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    let script = world.path("script");
    for (first, expected) in [
        ("#!/no/such/shell -e\n", "its interpreter '/no/such/shell' does not exist\n"),
        ("#! /bin/sh\r\n", "its interpreter '/bin/sh' does not exist (its first line ends with CR LF)\n"),
    ] {
        std::fs::write(&script, format!("{first}exit 0\n")).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = super::world::text(&script);
        let ended = unrouted(&world, &[], &[path]).run().expect(126);
        assert_eq!(ended.stderr, format!("error: cannot run '{path}': {expected}"));
        let folder = world.path("");
        let ended = unrouted(&world, &[], &["script"]).env("PATH", super::world::text(&folder)).run().expect(126);
        assert_eq!(ended.stderr, format!("error: cannot run 'script': {expected}"));
    }
}

/// Catches an option that is accepted and has no effect.
#[test]
fn limits_of_transfers_are_refused() {
    let world = World::new();
    for (option, value) in [("-m", "5"), ("--max-time", "5"), ("--limit-rate", "2M")] {
        let ended = unrouted(&world, &[option, value], &["true"]).run().expect(2);
        assert!(ended.stderr.contains("cannot be used: sigvet watch passes on"), "{}", ended.stderr);
    }
}

#[test]
fn the_program_gets_its_streams_and_arguments() {
    let world = World::new();
    let all = sigvet_testing::all_bytes();
    let ended = unrouted(&world, &[], &["cat"]).input(&all).run().expect(0);
    assert_eq!(ended.stdout, all);
    let script = "printf '[%s]' \"$@\"; printf err >&2";
    let words = ["sh", "-c", script, "sh", "--all", "-u", "K:s", "--", "", "a b"];
    let ended = unrouted(&world, &[], &words).run().expect(0);
    assert_eq!((ended.text().as_str(), ended.stderr.as_str()), ("[--all][-u][K:s][--][][a b]", "err"));
}

/// Without a terminal, so that INT is passed on too.
#[test]
fn signals_reach_the_program_and_do_not_end_us_first() {
    let world = World::new();
    for (name, script) in [
        ("TERM", "trap 'printf got; exit 9' TERM"),
        ("INT", "trap 'printf got; exit 9' INT"),
        ("HUP", "trap 'printf got; exit 9' HUP"),
        ("QUIT", "trap 'printf got; exit 9' QUIT"),
        ("USR1", "trap 'printf got; exit 9' USR1"),
    ] {
        let script = format!("{script}; echo ready; while :; do sleep 0.05; done");
        let inner = unrouted(&world, &[], &["sh", "-c", &script]).into_command();
        let mut child = without_terminal(&inner, &[]).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        signal(name, &child);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("got", Some(9)), "{name}");
    }
    assert_eq!(std::fs::read_dir(world.temporary()).unwrap().count(), 0);
}

/// Catches `kill -INT` for a background job of a shell, which starts it with SIGINT ignored.
#[test]
fn a_signal_that_was_ignored_at_the_start_reaches_a_program_that_wants_it() {
    let world = World::new();
    let script = "import signal, sys, time\n\
                  def got(*_):\n    print('got', end='', flush=True); sys.exit(9)\n\
                  signal.signal(signal.SIGINT, got)\nprint('ready', flush=True)\n\
                  while True: time.sleep(0.05)";
    let inner = unrouted(&world, &[], &["python3", "-c", script]).into_command();
    let mut child = without_terminal(&inner, &["env", "--ignore-signal=INT"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    signal("INT", &child);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("got", Some(9)));
}

/// The same command in a separate session, run by `runner`. `setsid` and the runner are replaced by it.
fn without_terminal(inner: &Command, runner: &[&str]) -> Command {
    let mut outer = Command::new("setsid");
    outer.args(runner).arg(inner.get_program()).args(inner.get_args()).env_clear();
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::inherit());
    outer
}

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Catches a wait for the end of an input that somebody else holds open.
#[test]
fn input_may_come_late() {
    let world = World::new();
    let mut child = unrouted(&world, &[], &["cat"]).into_command().spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    for line in [b"one\n", b"two\n"] {
        stdin.write_all(line).unwrap();
        let mut read = [0; 4];
        stdout.read_exact(&mut read).unwrap();
        assert_eq!(&read, line);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
