//! Fetches a profile's secret from where the profile says it is.
//!
//! A `secret_command` is run without a shell, with empty standard input, for at most half a minute. Its
//! output is the secret, so no part of it appears in an error. If it fails, the last line of its standard error does.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::last_words::Said;
use super::profile::{Profile, SecretSource};
use super::{CommandProblem, Environment, Error};
use sigvet_core::credentials::Secret;

/// Long enough for a person to unlock a key ring.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Maximum size of a program's output, in bytes; no secret is longer.
const SIZE_LIMIT: usize = 64 * 1024;

/// Fetches the secret of a profile.
pub(super) fn fetch(profile: &Profile, source: &SecretSource, environment: &Environment) -> Result<Secret, Error> {
    match source {
        SecretSource::Inline(secret) => Ok(secret.clone()),
        SecretSource::Variable(variable) => match environment.get(variable) {
            Some(secret) => Ok(Secret::new(secret)),
            None => Err(Error::UnsetVariable { profile: profile.name.clone(), variable: variable.clone() }),
        },
        SecretSource::Command { program, arguments } => run(program, arguments, TIME_LIMIT)
            .map_err(|problem| Error::Command { profile: profile.name.clone(), program: program.clone(), problem }),
    }
}

/// The output of a program that is run like a `secret_command`.
pub(super) fn print_of(program: &str, arguments: &[String]) -> Result<Zeroizing<Vec<u8>>, CommandProblem> {
    print_within(program, arguments, TIME_LIMIT)
}

fn run(program: &str, arguments: &[String], limit: Duration) -> Result<Secret, CommandProblem> {
    secret_of(&print_within(program, arguments, limit)?)
}

fn print_within(program: &str, arguments: &[String], limit: Duration) -> Result<Zeroizing<Vec<u8>>, CommandProblem> {
    let deadline = Instant::now() + limit;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(cannot_start)?;
    let stdout = child.stdout.take().expect("its standard output is a pipe");
    let said = child.stderr.take().map(|stderr| Said::listen(stderr, deadline));
    let Some(printed) = read_until(stdout, deadline) else { return Err(stop(&mut child, limit)) };
    let printed = printed.map_err(CommandProblem::Lost)?;
    match wait_until(&mut child, deadline).map_err(CommandProblem::Lost)? {
        // The program was stopped in the middle of its output, so its status says nothing more.
        _ if printed.len() > SIZE_LIMIT => Err(CommandProblem::NotText),
        None => Err(stop(&mut child, limit)),
        Some(status) if !status.success() => Err(match said.and_then(|said| said.line_without(&printed)) {
            Some(line) => CommandProblem::FailedSaying(status, line),
            None => CommandProblem::Failed(status),
        }),
        Some(_) => Ok(printed),
    }
}

/// How the child ended. `None` if it has not ended by the deadline.
fn wait_until(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        match child.try_wait()? {
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
            outcome => return Ok(outcome),
        }
    }
}

/// Reads to the end on a separate thread, so that the deadline holds even if a grandchild keeps the pipe open.
fn read_until(stdout: ChildStdout, deadline: Instant) -> Option<io::Result<Zeroizing<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SIZE_LIMIT + 1));
        let outcome = stdout.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map(|_| bytes);
        // Nobody receives this after the deadline.
        let _ = sender.send(outcome);
    });
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

fn stop(child: &mut Child, limit: Duration) -> CommandProblem {
    // Both calls fail only if the child has ended in the meantime.
    let _ = child.kill();
    let _ = child.wait();
    CommandProblem::TimedOut(limit.as_secs())
}

fn cannot_start(error: io::Error) -> CommandProblem {
    match error.kind() {
        io::ErrorKind::NotFound => CommandProblem::NotFound,
        _ => CommandProblem::CannotStart(error),
    }
}

/// The secret in the output: the output without a newline at its end.
fn secret_of(printed: &[u8]) -> Result<Secret, CommandProblem> {
    let text = std::str::from_utf8(printed).map_err(|_| CommandProblem::NotText)?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    match line {
        "" => Err(CommandProblem::Empty),
        _ if line.contains('\n') => Err(CommandProblem::SeveralLines),
        _ => Ok(Secret::new(line)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Secret, CommandProblem> {
        run("sh", &["-c".to_owned(), script.to_owned()], Duration::from_secs(5))
    }

    fn fetched(source: SecretSource) -> Result<Secret, Error> {
        let profile = Profile { name: "p".into(), ..Profile::default() };
        fetch(&profile, &source, &Environment::new([("FULL", "hush"), ("EMPTY", "")], None))
    }

    #[test]
    fn the_secret_is_the_output_without_its_final_newline() {
        for (script, secret) in [
            ("printf 'hush\\n'", "hush"),
            ("printf hush", "hush"),
            ("printf 'hush\\r\\n'", "hush"),
            ("printf ' h u \\n'", " h u "),
        ] {
            assert_eq!(shell(script).unwrap().expose_secret(), secret, "{script}");
        }
    }

    #[test]
    fn no_shell_interprets_the_words() {
        let secret = run("printf", &["%s".into(), "$HOME; `id`".into()], TIME_LIMIT).unwrap();
        assert_eq!(secret.expose_secret(), "$HOME; `id`");
    }

    #[test]
    fn each_failure_has_its_own_message_and_none_shows_the_output() {
        assert!(matches!(shell("exit 3"), Err(CommandProblem::Failed(status)) if status.code() == Some(3)));
        assert!(matches!(shell("true"), Err(CommandProblem::Empty)));
        assert!(matches!(shell("echo"), Err(CommandProblem::Empty)));
        assert!(matches!(shell("printf 'hush\\nuser: me\\n'"), Err(CommandProblem::SeveralLines)));
        assert!(matches!(shell("printf '\\377'"), Err(CommandProblem::NotText)));
        assert!(matches!(shell("head -c 70000 /dev/zero | tr '\\0' a"), Err(CommandProblem::NotText)));
        assert!(matches!(run("no-such-program-of-ours", &[], TIME_LIMIT), Err(CommandProblem::NotFound)));
        assert!(matches!(run("/", &[], TIME_LIMIT), Err(CommandProblem::CannotStart(_))));
        let shown = format!("{:?}", shell("echo hush; echo \"no 'hush' here\" >&2; exit 1"));
        assert!(!shown.contains("hush") && shown.contains("no '[redacted]' here"), "{shown}");
    }

    #[test]
    fn a_failed_program_is_quoted() {
        let error = shell("echo 'gpg: decryption failed: No secret key' >&2; exit 2").unwrap_err();
        assert_eq!(error.to_string(), "failed with exit status: 2: gpg: decryption failed: No secret key");
    }

    #[test]
    fn the_standard_input_of_a_command_is_empty() {
        assert!(matches!(shell("cat"), Err(CommandProblem::Empty)));
    }

    #[test]
    fn a_command_that_hangs_is_stopped_even_if_its_child_holds_the_pipe() {
        let limit = Duration::from_millis(300);
        for script in ["sleep 20", "sleep 20 & echo hush", "exec >&-; sleep 20"] {
            let start = Instant::now();
            let outcome = run("sh", &["-c".into(), script.into()], limit);
            assert!(matches!(outcome, Err(CommandProblem::TimedOut(0))), "{script}");
            assert!(start.elapsed() < Duration::from_secs(5), "{script}");
        }
    }

    #[test]
    fn a_variable_is_read_from_the_environment_passed_in() {
        assert_eq!(fetched(SecretSource::Variable("FULL".into())).unwrap().expose_secret(), "hush");
        let error = fetched(SecretSource::Variable("EMPTY".into())).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable EMPTY, secret_env of profile 'p', is not set");
    }

    #[test]
    fn an_error_names_the_program_and_not_its_arguments() {
        let source = SecretSource::Command { program: "false".into(), arguments: vec!["hush".into()] };
        let error = fetched(source).unwrap_err();
        assert_eq!(error.to_string(), "secret_command 'false' of profile 'p' failed with exit status: 1");
        assert!(!format!("{error:?}").contains("hush"));
    }
}
