//! Writes out the response: to standard output, or to a file that is there whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{OutputOptions, SendArgs};
use super::arrival::Arrival;
use super::check::{Check, Checked};
use crate::cli::connection::failure::explain_transport;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::signed::write_response_head;
use crate::cli::screen::Reader;
use crate::cli::terminal::notes::{note, warn};
use crate::cli::terminal::output::Output;
use crate::cli::terminal::progress::{self, ProgressMode};
use sigvet_core::request::RequestUrl;

/// Delivers what arrived to the file of that name, and fails where the options say that a refusal is one.
pub fn deliver(
    args: &SendArgs,
    file: Option<PathBuf>,
    mut arrival: Arrival,
    context: &mut Context,
) -> Result<Delivered, Failure> {
    let head = arrival.exchange.response().clone();
    let is_refused = head.status >= 400;
    let refusal = || Failure::new(Exit::HttpError, format!("the server answered {} {}", head.status, head.reason));
    if args.output.fail && is_refused {
        return Err(refusal());
    }
    if let (true, Some(directory)) = (args.output.create_dirs, file.as_deref().and_then(Path::parent)) {
        create_directories(directory)?;
    }
    let mode = if file.is_some() { args.output.progress() } else { ProgressMode::Quiet };
    let bar = progress::bar("receiving", head.headers.content_length(), mode, context);
    // `-o -` asks for the bytes as they are, as with curl.
    let is_shown = args.output.output.is_none() && file.is_none() && context.stdout.reader() == Reader::Person;
    let mut output = if is_shown { Output::data(context) } else { Output::open(file.as_deref(), context)? };
    if args.output.include || args.request.is_head() {
        write_response_head("", &head, &mut output)?;
    }
    refuse_binary(&arrival.beginning, is_shown)?;
    let mut check = Check::of(&arrival.method, &head);
    check.update(&arrival.beginning);
    let mut size = arrival.beginning.len() as u64;
    output.write_all(&arrival.beginning).map_err(|error| output.failure(error))?;
    while let Some(piece) = arrival.exchange.next_piece().map_err(explain_transport)? {
        refuse_binary(&piece, is_shown)?;
        output.write_all(&piece).map_err(|error| output.failure(error))?;
        check.update(&piece);
        size += piece.len() as u64;
        bar.set_position(size);
    }
    bar.finish_and_clear();
    // What is not what it should be does not take the place of a file that is.
    let checked = check.finish().map_err(|failure| match &file {
        Some(_) => failure.hint("the file was not written: get the object again"),
        None => failure.hint("do not use what was printed: get the object again"),
    })?;
    output.finish()?;
    let took = arrival.exchange.begun().elapsed();
    tell(&checked, args, context)?;
    if args.output.fail_with_body && is_refused { Err(refusal()) } else { Ok(Delivered { size, took, path: file }) }
}

/// curl's rule: a body with a NUL is not for a terminal. Other controls are spelled out there.
fn refuse_binary(piece: &[u8], is_shown: bool) -> Result<(), Failure> {
    match is_shown && piece.contains(&0) {
        true => Err(Failure::new(Exit::CannotWrite, "the body is binary, which a terminal does not show")
            .hint("-o FILE writes it to a file, and -o - to the terminal all the same")),
        false => Ok(()),
    }
}

/// Says what came of the check: where it was asked for and is not possible, unasked.
fn tell(checked: &Checked, args: &SendArgs, context: &mut Context) -> Result<(), Failure> {
    let is_wanted = args.signing.checksum.algorithm.is_some();
    match checked {
        Checked::Absent if is_wanted => warn(context, "the body was not checked: the server sent no checksum"),
        Checked::No { reason } if is_wanted => warn(context, &format!("the body was not checked: {reason}")),
        Checked::No { reason } if args.signing.verbose > 0 => {
            note(context, &format!("the body was not checked: {reason}"))
        }
        Checked::Right { algorithm, checksum } if args.signing.verbose > 0 => {
            note(context, &format!("the body has the {algorithm} that the server said, {checksum}"))
        }
        _ => Ok(()),
    }
}

/// A response that was written out whole.
pub struct Delivered {
    /// Bytes of its body.
    pub size: u64,
    /// The time from the beginning of the last try to the last byte.
    pub took: Duration,
    /// The file it went into.
    pub path: Option<PathBuf>,
}

impl OutputOptions {
    /// The file that the response goes into. The URL is the one that was typed: where a server redirects to names no file.
    pub fn file(&self, url: &RequestUrl) -> Result<Option<PathBuf>, Failure> {
        let name = match (&self.output, self.remote_name || self.remote_name_all) {
            (Some(name), _) => name.clone(),
            (None, true) => remote_name(url)?,
            (None, false) => return Ok(None),
        };
        if name.as_os_str() == "-" {
            return Ok(None);
        }
        Ok(Some(self.output_dir.as_ref().map_or_else(|| name.clone(), |directory| directory.join(&name))))
    }
}

fn create_directories(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| {
        Failure::from_error(Exit::CannotWrite, error).context(format!("cannot make {}", directory.display()))
    })
}

/// The last part of the URL's path, as it stands there.
fn remote_name(url: &RequestUrl) -> Result<PathBuf, Failure> {
    let path = sigvet_core::internal::split_target(url.target()).0;
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    match String::from_utf8_lossy(name).as_ref() {
        "" | "." | ".." => Err(Failure::new(Exit::CannotWrite, "the URL has no file name for -O").hint("give -o FILE")),
        name => Ok(PathBuf::from(name)),
    }
}
