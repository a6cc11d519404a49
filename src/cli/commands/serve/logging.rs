//! Writes exchanges to the log while a server runs, in batches.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::sink::Exchanges;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::terminal::notes::warn;
use crate::gateway::Exchange;

/// How long exchanges are collected after a batch. Under load, writing each of them on its own would cost two context
/// switches and a system call: more than everything else that the log does.
const PAUSE: Duration = Duration::from_millis(5);

/// Writes one exchange to the log.
pub trait LogWriter {
    /// Writes an exchange to standard error.
    ///
    /// # Errors
    /// Standard error cannot be written to.
    fn write(&mut self, exchange: &Exchange, context: &mut Context) -> Result<(), Failure>;
}

/// Logs exchanges until the server has ended, and then those still waiting.
///
/// # Errors
/// Standard error cannot be written to, for a reason other than that its reader is gone.
pub async fn write_log(
    log: &mut impl LogWriter,
    mut exchanges: Exchanges,
    mut ended: JoinHandle<()>,
    context: &mut Context,
) -> Result<(), Failure> {
    loop {
        let waiting = tokio::select! {
            waiting = exchanges.recv() => waiting,
            _ = &mut ended => break,
        };
        if waiting.is_empty() {
            break;
        }
        in_one_piece(context, |context| {
            tell_left_out(&exchanges, context)?;
            waiting.iter().try_for_each(|exchange| log.write(exchange, context))
        })?;
        if tokio::time::timeout(PAUSE, &mut ended).await.is_ok() {
            break;
        }
    }
    let rest = exchanges.take_waiting();
    in_one_piece(context, |context| rest.iter().try_for_each(|exchange| log.write(exchange, context)))
}

fn in_one_piece(context: &mut Context, write: impl FnOnce(&mut Context) -> Result<(), Failure>) -> Result<(), Failure> {
    context.stderr.hold();
    let written = write(context);
    let released = context.stderr.release();
    written?;
    unless_closed(released.map_err(Failure::from))
}

/// The server keeps running if its log is closed.
///
/// # Errors
/// Any other failure.
pub fn unless_closed(written: Result<(), Failure>) -> Result<(), Failure> {
    match written {
        Err(failure) if failure.exit == Exit::Done => Ok(()),
        written => written,
    }
}

/// Reports how many lines are missing.
fn tell_left_out(exchanges: &Exchanges, context: &mut Context) -> Result<(), Failure> {
    match exchanges.left_out() {
        0 => Ok(()),
        count => unless_closed(warn(context, &format!("{count} requests were not logged: nobody read the log"))),
    }
}
