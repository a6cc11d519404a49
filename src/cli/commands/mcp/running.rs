//! Runs the MCP bridge, with a single writer for standard output, until there is no more input.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::McpArgs;
use crate::cli::commands::serve::running::{start_runtime, stop_on_signal};
use crate::cli::context::Context;
use crate::cli::credentials::fetching::{FoundSecrets, learn};
use crate::cli::failure::{Exit, Failure};
use crate::cli::screen::inert_line;
use crate::gateway::Stop;
use crate::gateway::mcp::{Bridge, Endpoint, Lines, Output, Patience, Problem};

/// Time limit for requests in progress after a signal. Clients that send a signal soon follow with SIGKILL.
const STOPPED: Duration = Duration::from_secs(1);

/// Time limit for deleting the session at the end.
const LEAVING: Duration = Duration::from_secs(2);

/// Carries messages until standard input ends or a signal arrives.
pub fn run(args: &McpArgs, endpoint: Endpoint, found: &FoundSecrets, context: &mut Context) -> Result<Exit, Failure> {
    let runtime = start_runtime()?;
    let written = runtime.block_on(carry(args, endpoint, found, context));
    // Does not wait for credential sources that are still busy.
    runtime.shutdown_background();
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Done),
    }
}

async fn carry(args: &McpArgs, endpoint: Endpoint, found: &FoundSecrets, context: &mut Context) -> io::Result<()> {
    let limit = usize::try_from(args.max_message).unwrap_or(usize::MAX);
    let lines = Lines::read(context.take_stdin(), limit);
    let patience = Patience { requests: args.stop_timeout, stopped: STOPPED, leaving: LEAVING };
    let stop = Stop::new();
    stop_on_signal(&stop, STOPPED + LEAVING);
    let (bridge, output) = Bridge::new(endpoint, limit, patience, stop.clone());
    let bridge = tokio::spawn(bridge.run(lines));
    let written = write_all(output, found, context).await;
    // Standard output is closed, so all that remains is to delete the session.
    stop.ask();
    let _ = bridge.await;
    written
}

async fn write_all(mut output: mpsc::Receiver<Output>, found: &FoundSecrets, context: &mut Context) -> io::Result<()> {
    while let Some(output) = output.recv().await {
        learn(found, &context.secrets);
        match output {
            Output::Message(mut line) => {
                line.push(b'\n');
                write_line(&line, context)?;
            }
            Output::Failed(id, problem) => {
                let line = format!("{}\n", error_message(&id, &problem, context));
                write_line(line.as_bytes(), context)?;
            }
            // Standard error may be closed while messages are still carried.
            Output::Note(text) => drop(context.stderr.line(&format!("sigvet: {text}"))),
        }
    }
    Ok(())
}

fn write_line(line: &[u8], context: &mut Context) -> io::Result<()> {
    let out = context.stdout.exact();
    out.write_all(line)?;
    out.flush()
}

fn error_message(id: &Value, problem: &Problem, context: &Context) -> Value {
    let text = inert_line(&problem.text);
    let error = json!({ "code": problem.code, "message": context.secrets.apply(&text) });
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
}
