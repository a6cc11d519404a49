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
        let mut child = without_terminal(&inner).spawn().unwrap();
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

/// The same command in a separate session. `setsid` is replaced by it.
fn without_terminal(inner: &Command) -> Command {
    let mut outer = Command::new("setsid");
    outer.arg(inner.get_program()).args(inner.get_args()).env_clear();
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
