//! The output of the demo, in 80 columns, for people who see sigvet for the first time.

use std::io::{Result, Write};

use super::Refused;
use super::breaks::Break;
use super::stage::{REGION, Stage};
use crate::cli::commands::serve::keys::DEMO_KEY;
use crate::cli::commands::serve::report;
use crate::cli::render::diagnosis::{write_painted_row, write_row};
use crate::cli::render::wrap::lines as wrapped;
use crate::cli::screen::{Role, Screen};

const WIDTH: usize = 80;
/// Maximum number of lines of an SDK's error to show.
const SDK_LINES: usize = 2;
/// Number of columns to the right of the labels.
const TEXT: usize = 67;

/// Announces what the demo does.
pub fn opening(stage: &Stage, out: &mut Screen) -> Result<()> {
    heading("sigvet demo", out)?;
    paragraph(
        "A small S3 server runs inside this command. It checks signatures as AWS does. Nothing leaves this machine, and \
         no account or profile is used.",
        out,
    )?;
    writeln!(out)?;
    write_row("server", &stage.url(), out)?;
    write_row("region", REGION, out)?;
    write_row("key", &format!("{} (the example of AWS's documentation)", DEMO_KEY.0), out)?;
    writeln!(out)?;
    heading("What works", out)
}

/// Shows a command that worked.
pub fn worked(command: &str, status: u16, what: &str, out: &mut Screen) -> Result<()> {
    prompt(command, out)?;
    write!(out, "  ")?;
    out.paint(Role::Valid, &status.to_string())?;
    writeln!(out, " {what}")
}

/// Shows a presigned URL.
pub fn presigned(command: &str, url: &str, out: &mut Screen) -> Result<()> {
    prompt(command, out)?;
    let shown: String = url.chars().take(WIDTH - 3).collect();
    let ellipsis = if shown.len() < url.len() { "…" } else { "" };
    writeln!(out, "  {shown}{ellipsis}")
}

/// Announces the second part.
pub fn breaks(out: &mut Screen) -> Result<()> {
    writeln!(out)?;
    heading("What goes wrong, and what sigvet says", out)?;
    paragraph("Five requests with mistakes that real clients make: what an SDK prints, and what sigvet finds.", out)
}

/// Shows a refused request.
pub fn refused(number: usize, broken: &Break, refused: &Refused, out: &mut Screen) -> Result<()> {
    writeln!(out)?;
    heading(&format!("{number}. {}", broken.title), out)?;
    write_row("request", broken.done, out)?;
    for (at, line) in sdk_lines(broken, refused).iter().enumerate() {
        write_painted_row(if at == 0 { "SDK" } else { "" }, Role::Mark, line, out)?;
    }
    let exchange = &refused.exchange;
    let Some(diagnosis) = exchange.diagnosis() else { return Ok(()) };
    let redactor = report::redactor(exchange);
    report::shown(exchange, diagnosis, &redactor).write_brief("sigvet", out)
}

/// The error as botocore reports it, shortened.
fn sdk_lines(broken: &Break, refused: &Refused) -> Vec<String> {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let (code, message) = (word(&refused.reply.code), word(&refused.reply.message));
    let text = format!("An error occurred ({code}) when calling the {} operation: {message}", broken.operation);
    let mut lines = wrapped(&text, TEXT - 2);
    if lines.len() > SDK_LINES {
        lines.truncate(SDK_LINES);
        lines.last_mut().into_iter().for_each(|line| line.push_str(" …"));
    }
    lines
}

/// Reports a cause that was not found.
pub fn wrong(broken: &Break, cause: Option<&str>, out: &mut Screen) -> Result<()> {
    out.paint(Role::Invalid, &format!("wrong: expected {}, not {}", broken.id, cause.unwrap_or("nothing")))?;
    writeln!(out)
}

/// Sums up, and suggests what to try next.
pub fn closing(named: usize, all: usize, out: &mut Screen) -> Result<()> {
    writeln!(out)?;
    let role = if named == all { Role::Valid } else { Role::Invalid };
    out.paint(role, &format!("{named} of {all} causes named."))?;
    writeln!(out, " Try it on your own requests:\n")?;
    for (command, what) in NEXT {
        prompt(&format!("{command:<38}"), out)?;
        writeln!(out, "    {what}")?;
    }
    Ok(())
}

/// Three commands to try next.
const NEXT: [(&str, &str); 3] = [
    ("sigvet explain refused.txt", "why a request was refused: give it curl -v output, a HAR file, a log, …"),
    ("sigvet serve --demo-keys", "this server, for your own client: AWS_ENDPOINT_URL=http://127.0.0.1:8004"),
    ("sigvet send https://…", "sign and send a request with curl's options and your own keys"),
];

/// Prints the URL of the page.
pub fn page(stage: &Stage, out: &mut Screen) -> Result<()> {
    writeln!(out)?;
    write_row("page", &format!("{}/_sigvet/ (Ctrl-C stops the server)", stage.url()), out)?;
    out.flush()
}

fn heading(text: &str, out: &mut Screen) -> Result<()> {
    out.paint(Role::Heading, text)?;
    writeln!(out)
}

fn paragraph(text: &str, out: &mut Screen) -> Result<()> {
    wrapped(text, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn prompt(command: &str, out: &mut Screen) -> Result<()> {
    out.paint(Role::Secondary, "$ ")?;
    writeln!(out, "{}", command.trim_end())
}
