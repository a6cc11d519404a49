//! Runs the program and the proxy from start to end.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

use tokio::net::TcpListener;

use super::WatchArgs;
use super::queue::{Notice, Notices, Queue};
use super::report::Report;
use super::surroundings;
use super::trust::TrustFiles;
use crate::cli::commands::serve::running::start_runtime;
use crate::cli::context::{self, Context};
use crate::cli::failure::{Exit, Failure};
use crate::cli::screen::inert_line;
use crate::cli::terminal::notes::warn;
use crate::gateway::forward::{self, Forwarder};
use crate::gateway::{Authority, Clock, Limits, Stop};
use crate::platform::{ChildSignals, shell_for};
use crate::profiles::{self, CredentialChoice, Environment};

/// Maximum length of the first line of a script that Linux reads.
const LONGEST_INTERPRETER: usize = 256;

/// Runs the program, and reports its refused requests.
pub fn run(args: &WatchArgs, context: &mut Context) -> Result<u8, Failure> {
    context.connection = args.connection.to_credentials(context);
    let watched = args.watched(&context.environment)?;
    if args.profile_file.is_some() && !args.no_credentials {
        let choice = CredentialChoice { profile_file: args.profile_file.clone(), ..CredentialChoice::default() };
        profiles::check_file(&choice, &context.environment)?;
    }
    if args.profile.is_some() && !args.no_credentials {
        let choice = CredentialChoice {
            profile: args.profile.clone(),
            profile_file: args.profile_file.clone(),
            ..CredentialChoice::default()
        };
        // The program does not need sigvet's profile, so it runs anyway.
        if let Err(failure) = profiles::describe(&choice, &context.environment).map_err(Failure::from) {
            warn(context, &format!("{}; refusals are explained without its key", failure.to_line()))?;
        }
    }
    let mut report = Report::new(args)?;
    let authority =
        Authority::new(forward::PURPOSE, &watched.constraint(), Clock::new(context::now), std::process::id());
    let authority = authority.map_err(Failure::invalid)?;
    let trust = TrustFiles::write(&authority, &context.environment)?;
    let runtime = start_runtime()?;
    let own = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let cannot_listen = |error| Failure::from_error(Exit::CannotConnect, anyhow::Error::from(error));
    let listener = runtime.block_on(TcpListener::bind(own)).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let (queue, notices) = Queue::new(args.all);
    let queue = Arc::new(queue);
    let forwarder = Forwarder {
        watched,
        authority,
        options: args.connection.to_transport(context),
        limits: Limits::default(),
        witness: Arc::clone(&queue) as _,
    };
    let stop = Stop::new();
    let serving = runtime.spawn(forward::serve(Arc::new(forwarder), listener, stop.clone()));
    let asked = (args.command.as_slice(), args.endpoint_url.as_deref());
    let variables = surroundings::variables(address, &trust, asked, &context.environment);
    // Listening for signals requires the runtime.
    let entered = runtime.enter();
    let signals = ChildSignals::listen().map_err(cannot_listen)?;
    let child = start(args, &variables, &context.environment)?;
    runtime.spawn(async move {
        let code = signals.attend(child).await;
        stop.ask();
        // If the task panicked, the message has already been printed.
        let was_used = serving.await.unwrap_or(true);
        queue.end(code, was_used);
    });
    drop(entered);
    let code = write_all(&notices, &mut report, args.all, context);
    // Processes left by the program may still use the proxy, but sigvet does not wait for them.
    runtime.shutdown_background();
    code
}

/// Starts the program with sigvet's own standard input, output and error.
fn start(
    args: &WatchArgs,
    variables: &[(&'static str, OsString)],
    environment: &Environment,
) -> Result<Child, Failure> {
    let Some((program, words)) = args.command.split_first() else {
        return Err(Failure::usage("no program to run"));
    };
    let spawned = |before: Option<&str>| {
        let mut command = before.map_or_else(|| Command::new(program), Command::new);
        command
            .args(before.map(|_| found_on_path(program, environment)))
            .args(words)
            .envs(variables.iter().cloned())
            .spawn()
    };
    let child = spawned(None).or_else(|error| match shell_for(&error) {
        Some(shell) => spawned(Some(shell)),
        None => Err(error),
    });
    child.map_err(|error| {
        let text = format!("cannot run '{}'", program.to_string_lossy());
        match error.kind() {
            ErrorKind::NotFound => {
                let (exit, reason) = why_not_found(&found_on_path(program, environment));
                Failure::new(exit, format!("{text}: {reason}"))
            }
            _ => Failure::from_error(Exit::CannotRun, error).context(text),
        }
    })
}

/// Systems say "not found" of a script as well if its interpreter is missing, and of a binary for another system's loader.
fn why_not_found(file: &Path) -> (Exit, String) {
    if !file.is_file() {
        return (Exit::NoProgram, "no such program".to_owned());
    }
    let mut beginning = [0; LONGEST_INTERPRETER];
    let read = std::fs::File::open(file).and_then(|mut file| file.read(&mut beginning)).unwrap_or_default();
    let line = beginning.get(..read).unwrap_or_default().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let reason = match line.strip_prefix(b"#!").map(String::from_utf8_lossy) {
        Some(line) => {
            let name = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next().unwrap_or_default();
            let hint = if line.ends_with('\r') { " (its first line ends with CR LF)" } else { "" };
            format!("its interpreter '{}' does not exist{hint}", inert_line(name.trim_end()))
        }
        None => "the file exists, but not the loader that it needs".to_owned(),
    };
    (Exit::CannotRun, reason)
}

/// The file that the system runs for a name: the first on PATH, unless the name is a path.
fn found_on_path(program: &OsString, environment: &Environment) -> PathBuf {
    let name = Path::new(program);
    let path = environment.get("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(path).map(|folder| folder.join(name)).filter(|file| file.is_file());
    let is_path = name.components().count() > 1;
    if is_path { name.to_owned() } else { found.next().unwrap_or_else(|| name.to_owned()) }
}

/// The note about a program whose requests cannot have been seen.
const UNUSED: &str = "sigvet: the program made no connection through sigvet: it sent no request, or its client does not read \
    HTTPS_PROXY";

/// Writes notices until the program has ended, including all that came before its end.
fn write_all(notices: &Notices, report: &mut Report, is_for_all: bool, context: &mut Context) -> Result<u8, Failure> {
    let mut is_heard = true;
    while let Some(notice) = notices.next() {
        match notice {
            Notice::Ended { code, was_used } => {
                let left_out = notices.count_left_out();
                if left_out > 0 && is_heard {
                    // Standard error may be closed by now.
                    let _ =
                        context.stderr.line(&format!("sigvet: {left_out} more were not looked at: too many at once"));
                }
                if is_heard && !was_used && is_for_all {
                    let _ = context.stderr.line(UNUSED);
                }
                return code.map_err(|error| Failure::from_error(Exit::CannotRun, error));
            }
            // The program keeps running even if standard error is closed.
            notice if is_heard => is_heard = report.write(&notice, context).is_ok(),
            _ => {}
        }
    }
    Ok(Exit::Done as u8)
}
