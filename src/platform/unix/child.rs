//! Runs a program in the foreground in place of sigvet: signals are passed on to it, and sigvet ends when it ends.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgrp, kill_process, waitid};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use tokio::sync::mpsc;

use super::signals::is_ignored;
use crate::locking::locked;

/// The signals that are passed on.
const PASSED_ON: [i32; 6] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];

/// Passes signals on to a child. From its creation on, these signals no longer end this process.
#[derive(Debug)]
pub struct ChildSignals {
    sender: mpsc::Sender<i32>,
    receiver: mpsc::Receiver<i32>,
}

impl ChildSignals {
    /// Starts to listen for signals; must be called within a runtime, before the child starts. A signal that was ignored
    /// when this process started is ignored by the child too, unless the child wants it.
    ///
    /// # Errors
    /// The system refuses the signal handlers.
    pub fn listen() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(PASSED_ON.len());
        let signals = Self { sender, receiver };
        PASSED_ON.into_iter().filter(|number| !is_ignored(*number)).try_for_each(|number| signals.pass_on(number))?;
        Ok(signals)
    }

    fn pass_on(&self, number: i32) -> io::Result<()> {
        let mut signals = tokio::signal::unix::signal(number.into())?;
        let sender = self.sender.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if sender.send(number).await.is_err() {
                    return;
                }
            }
        });
        Ok(())
    }

    /// Passes signals on until the child has ended, and returns its exit code as a shell would.
    ///
    /// # Errors
    /// Waiting for the child fails.
    pub async fn attend(mut self, child: Child) -> io::Result<u8> {
        let id = Pid::from_child(&child);
        // A shell starts background jobs with SIGINT ignored. From now on, that affects only this process: the child has
        // been started with it, and may have its own handler.
        PASSED_ON.into_iter().filter(|number| is_ignored(*number)).try_for_each(|number| self.pass_on(number))?;
        // After the child has been waited for, its process ID may be reused for another process.
        let is_gone = Arc::new(Mutex::new(false));
        let mark = Arc::clone(&is_gone);
        let mut ended = tokio::task::spawn_blocking(move || wait(child, id, &mark));
        loop {
            tokio::select! {
                status = &mut ended => return Ok(code_of(status.map_err(io::Error::other)??)),
                Some(number) = self.receiver.recv() => {
                    let is_gone = locked(&is_gone);
                    if let (false, false, Some(signal)) = (*is_gone, is_from_terminal(number), named(number)) {
                        // The child is ending right now, or may not be signalled: nothing else can be done.
                        let _ = kill_process(id, signal);
                    }
                }
            }
        }
    }
}

/// What runs a program that this error says is a script without `#!`: shells run it themselves (POSIX, *execvp*).
pub fn shell_for(error: &io::Error) -> Option<&'static str> {
    (error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error())).then_some("/bin/sh")
}

/// Waits twice: first until the child has ended, then to release its process ID.
fn wait(mut child: Child, id: Pid, is_gone: &Mutex<bool>) -> io::Result<ExitStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(error) = waitid(WaitId::Pid(id), options) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    let mut is_gone = locked(is_gone);
    *is_gone = true;
    child.wait()
}

/// If a key causes a signal, the terminal also sends it to the child: passing it on would send it twice.
fn is_from_terminal(number: i32) -> bool {
    let by_key = matches!(number, SIGINT | SIGQUIT);
    by_key
        && std::fs::File::open("/dev/tty")
            .ok()
            .and_then(|terminal| tcgetpgrp(&terminal).ok())
            .is_some_and(|foreground| foreground == getpgrp())
}

fn named(number: i32) -> Option<Signal> {
    Signal::from_named_raw(number)
}

fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|number| 128 + number)).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
