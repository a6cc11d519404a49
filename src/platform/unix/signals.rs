//! Removes files when a signal stops the process: files that have a name but are not complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once};
use std::time::{Duration, Instant};

use crate::locking::locked;
use crate::platform::Gate;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The files to remove. Code that holds the lock does nothing that could fail.
static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

static LISTENING: Once = Once::new();

/// A file that is removed on a signal, until this is dropped.
#[derive(Debug)]
pub struct Removal(PathBuf);

/// Removes the file if SIGINT, SIGTERM, SIGHUP or SIGQUIT stops the process, which then ends as it would have
/// otherwise.
pub fn remove_if_stopped(path: &Path) -> Removal {
    LISTENING.call_once(listen);
    files().push(path.to_owned());
    Removal(path.to_owned())
}

impl Drop for Removal {
    fn drop(&mut self) {
        files().retain(|path| *path != self.0);
    }
}

/// Completes when SIGINT or SIGTERM asks this process to stop. A second signal ends the process by its default
/// action.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tokio::spawn(async move {
        let number = tokio::select! {
            _ = interrupt.recv() => SIGINT,
            _ = terminate.recv() => SIGTERM,
        };
        // This does not return if the default action ends the process.
        let _ = emulate_default_handler(number);
    });
}

/// Signals within this time are one request to stop: `timeout` of coreutils sends one to its child and another to the group of
/// the child.
const ONE_REQUEST: Duration = Duration::from_secs(1);

/// Ends the process on SIGINT, SIGTERM or SIGHUP as soon as the gate is free, or if the work behind it makes no progress for
/// `patience`; a further signal, later than a second, ends it at once.
pub fn stop_between(gate: &'static Gate, patience: Duration) {
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal));
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        let mut asked_at: Option<Instant> = None;
        for signal in signals.forever() {
            match asked_at {
                None => end_between(gate, patience, signal),
                Some(asked_at) if asked_at.elapsed() < ONE_REQUEST => {}
                Some(_) => drop(emulate_default_handler(signal)),
            }
            asked_at.get_or_insert_with(Instant::now);
        }
    });
}

/// Ends the process as the signal would, on other threads.
fn end_between(gate: &'static Gate, patience: Duration, signal: i32) {
    std::thread::spawn(move || {
        let _closed = gate.close();
        drop(emulate_default_handler(signal));
    });
    if patience < Duration::MAX {
        std::thread::spawn(move || {
            let mut before = None;
            while before.replace(gate.steps()) != Some(gate.steps()) {
                std::thread::sleep(patience);
            }
            drop(emulate_default_handler(signal));
        });
    }
}

/// Makes a write beyond the limit on the size of files (`ulimit -f`) fail instead of ending the process.
pub fn report_size_limit() {
    drop(signal_hook::flag::register(SIGXFSZ, Arc::default()));
}

fn files() -> MutexGuard<'static, Vec<PathBuf>> {
    locked(&FILES)
}

/// Waits for the signals on a separate thread. If that is not possible, a signal leaves the file.
fn listen() {
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|&signal| !is_ignored(signal));
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            files().drain(..).for_each(|path| drop(fs::remove_file(path)));
            // This ends the process.
            drop(emulate_default_handler(signal));
        }
    });
}

/// Whether the process was started with the signal ignored, as `nohup` does: then it stays ignored. Only Linux
/// reports this; on other systems no signal counts as ignored.
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask >> (signal - 1) & 1 == 1
}

// The tests need GNU's env, because only it can start a process that handles a signal which the caller of the tests
// ignores.
#[cfg(all(test, target_os = "linux"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    const CHILD: &str = "SIGVET_TEST_OF_SIGNALS";

    /// Runs itself as a child process that holds a file and waits to be stopped.
    #[test]
    fn a_signal_removes_the_file_and_ends_the_process_as_before() {
        if let Some(path) = std::env::var_os(CHILD) {
            let _removal = remove_if_stopped(Path::new(&path));
            fs::write(&path, "half").unwrap();
            std::thread::sleep(Duration::from_secs(60));
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("half");
        for (name, number) in [("INT", SIGINT), ("TERM", SIGTERM), ("HUP", SIGHUP), ("QUIT", SIGQUIT)] {
            let status = stopped(&format!("kill -{name}"), &path, "");
            assert_eq!(status.signal(), Some(number), "{name}");
            assert!(!path.exists(), "{name}");
        }
    }

    /// Catches a download under `nohup` that ends when the terminal is closed.
    #[test]
    fn a_signal_that_does_nothing_still_does_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("half");
        let status = stopped("kill -HUP", &path, "--ignore-signal=HUP");
        assert_eq!(status.signal(), Some(SIGTERM));
    }

    /// Starts the child, sends it the signal once its file exists, and then SIGTERM if that did not end it.
    fn stopped(kill: &str, path: &Path, ignored: &str) -> std::process::ExitStatus {
        let test = "platform::unix::signals::tests::a_signal_removes_the_file_and_ends_the_process_as_before";
        let mut child = Command::new("env");
        child.arg("--default-signal").args(Some(ignored).filter(|option| !option.is_empty()));
        child.arg(std::env::current_exe().unwrap()).args(["--exact", test]);
        let mut child = child.env(CHILD, path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !fs::read(path).is_ok_and(|text| text == b"half") {
            std::thread::sleep(Duration::from_millis(5));
        }
        let send = |kill: &str| {
            let words = format!("{kill} {}", child.id());
            assert!(Command::new("sh").args(["-c", &words]).status().unwrap().success());
        };
        send(kill);
        if !ignored.is_empty() {
            std::thread::sleep(Duration::from_millis(200));
            send("kill -TERM");
        }
        child.wait().unwrap()
    }
}
