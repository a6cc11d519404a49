//! Writes the response to standard output, or atomically to a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::SendArgs;
use super::arrival::Arrival;
use super::check::{Check, Checked};
use super::destination::Destination;
use super::incoming::{Incoming, undecodable};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::signed::write_response_head;
use crate::cli::screen::Reader;
use crate::cli::terminal::notes::{note, warn};
use crate::cli::terminal::output::Output;
use crate::cli::terminal::progress::{self, ProgressMode};
use crate::transport::Encodings;

/// Writes the response, and fails if the options treat a refusal as a failure.
pub fn deliver(
    args: &SendArgs,
    destination: Destination,
    arrival: Arrival,
    context: &mut Context,
) -> Result<Delivered, Failure> {
    let head = arrival.exchange.response().clone();
    let is_refused = head.status >= 400;
    let refusal = || Failure::new(Exit::HttpError, format!("the server answered {} {}", head.status, head.reason));
    if args.output.fail && is_refused {
        return Err(refusal());
    }
    destination.check_part(&head)?;
    let destination = destination.named_by(&head)?;
    let encodings = if args.output.compressed {
        Encodings::from_headers(&head.headers).map_err(undecodable)?
    } else {
        Encodings::default()
    };
    if let (true, Some(directory)) = (args.output.create_dirs, destination.file().and_then(Path::parent)) {
        create_directories(directory)?;
    }
    let file = destination.file();
    let mode = if file.is_some() { args.output.progress() } else { ProgressMode::Quiet };
    let bar = progress::bar("receiving", head.headers.content_length(), mode, context);
    // `-o -` requests the exact bytes, as with curl.
    let is_shown = args.output.output.is_none() && file.is_none() && context.stdout.reader() == Reader::Person;
    let mut output = match file {
        None if is_shown => Output::data(context),
        Some(file) if destination.is_continued() => Output::append(file)?,
        file => Output::open(file, context)?,
    };
    if args.output.include || args.request.is_head() {
        arrival.heads.iter().try_for_each(|head| write_response_head("", head, &mut output))?;
    }
    let Arrival { mut exchange, method, beginning, upload, .. } = arrival;
    let mut body = Incoming::new(&mut exchange, beginning.into(), Check::of(&method, &head), args.connection.rate());
    body.each_piece(&encodings, &mut |piece, received| {
        refuse_binary(piece, is_shown)?;
        output.write_all(piece).map_err(|error| output.failure(error))?;
        bar.set_position(received);
        Ok(())
    })?;
    let (size, check) = body.into_parts();
    bar.finish_and_clear();
    // A damaged download must not replace the existing file.
    let checked = check.finish().map_err(|failure| match file {
        Some(_) => failure.hint("download the object again: the file was not written"),
        None => failure.hint("download the object again, and discard what was printed"),
    })?;
    output.finish()?;
    let took = exchange.begun().elapsed();
    tell(&checked, args, context)?;
    if let Some(warning) = upload? {
        warn(context, &warning)?;
    }
    let path = destination.file().map(Path::to_owned);
    if args.output.fail_with_body && is_refused { Err(refusal()) } else { Ok(Delivered { size, took, path }) }
}

/// As with curl, a body with a NUL is not written to a terminal. Other control characters are spelled out there.
fn refuse_binary(piece: &[u8], is_shown: bool) -> Result<(), Failure> {
    match is_shown && piece.contains(&0) {
        true => Err(Failure::new(Exit::CannotWrite, "the body is binary and was not printed to the terminal")
            .hint("use -o FILE to write it to a file, or -o - to print it anyway")),
        false => Ok(()),
    }
}

/// Reports the result of the check. If it was requested but is not possible, this is a warning even without -v.
fn tell(checked: &Checked, args: &SendArgs, context: &mut Context) -> Result<(), Failure> {
    let is_wanted = args.signing.checksum.algorithm.is_some();
    match checked {
        Checked::Absent if is_wanted => warn(context, "the body was not checked: the server sent no checksum"),
        Checked::No { reason } if is_wanted => warn(context, &format!("the body was not checked: {reason}")),
        Checked::No { reason } if args.signing.verbose > 0 => {
            note(context, &format!("the body was not checked: {reason}"))
        }
        Checked::Right { algorithm, checksum } if args.signing.verbose > 0 => {
            note(context, &format!("the body matches the server's {algorithm} checksum, {checksum}"))
        }
        _ => Ok(()),
    }
}

/// A response that was written completely.
pub struct Delivered {
    /// The size of its body.
    pub size: u64,
    /// The time from the beginning of the last attempt to the last byte.
    pub took: Duration,
    /// The file that it was written to.
    pub path: Option<PathBuf>,
}

fn create_directories(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| {
        Failure::from_error(Exit::CannotWrite, error).context(format!("cannot make {}", directory.display()))
    })
}
