//! A program that runs in the foreground in our place: signals that reach us are for it, and its end is ours.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgrp, kill_process, waitid};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use tokio::sync::mpsc;

use super::signals::is_ignored;

/// What is passed on.
const PASSED_ON: [i32; 6] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];

/// Signals on their way to a child. From the beginning of this on they do not end this process.
#[derive(Debug)]
pub struct ChildSignals(mpsc::Receiver<i32>);

impl ChildSignals {
    /// Takes signals, within a runtime. One that was ignored when this process was started stays so, for the child too.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn listen() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(PASSED_ON.len());
        for number in PASSED_ON.into_iter().filter(|number| !is_ignored(*number)) {
            let mut signals = tokio::signal::unix::signal(number.into())?;
            let sender = sender.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    if sender.send(number).await.is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Self(receiver))
    }

    /// Passes signals on until the child has ended; its exit code as a shell gives it.
    ///
    /// # Errors
    /// Nobody can wait for it.
    pub async fn attend(mut self, child: Child) -> io::Result<u8> {
        let id = Pid::from_child(&child);
        // Once it is waited for, its number may be that of another process.
        let is_gone = Arc::new(Mutex::new(false));
        let mark = Arc::clone(&is_gone);
        let mut ended = tokio::task::spawn_blocking(move || wait(child, id, &mark));
        loop {
            tokio::select! {
                status = &mut ended => return Ok(code_of(status.map_err(io::Error::other)??)),
                Some(number) = self.0.recv() => {
                    let is_gone = is_gone.lock().unwrap_or_else(PoisonError::into_inner);
                    if let (false, false, Some(signal)) = (*is_gone, is_from_terminal(number), named(number)) {
                        // It ends at this moment, or may not be signalled: there is nothing else to do.
                        let _ = kill_process(id, signal);
                    }
                }
            }
        }
    }
}

/// Waits twice: until it has ended, and then for good.
fn wait(mut child: Child, id: Pid, is_gone: &Mutex<bool>) -> io::Result<ExitStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(error) = waitid(WaitId::Pid(id), options) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    let mut is_gone = is_gone.lock().unwrap_or_else(PoisonError::into_inner);
    *is_gone = true;
    child.wait()
}

/// What a terminal sends by a key, it sends to the child too: to send it twice would be two keys.
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
