//! Adds headers for curl's options to the finished request: a content coding, a range to resume at, or a bearer
//! token.

use std::path::Path;

use super::args::SendArgs;
use super::cookies;
use super::output_options::Resumption;
use crate::cli::failure::Failure;
use crate::cli::options::request::Unsigned;
use crate::transport::ACCEPTED_ENCODINGS;

/// Adds the headers. A header that the user set or removed is not changed.
pub fn put(args: &SendArgs, offset: u64, unsigned: &mut Unsigned) -> Result<(), Failure> {
    if args.output.compressed {
        put_header("Accept-Encoding", ACCEPTED_ENCODINGS, unsigned);
    }
    if offset > 0 {
        put_header("Range", &format!("bytes={offset}-"), unsigned);
    }
    if let Some(token) = &args.oauth2_bearer {
        let value = format!("Bearer {}", token.expose_secret());
        unsigned.request.headers.push("Authorization", value).map_err(Failure::invalid)?;
    }
    if args.connection.wants_http2() {
        cookies::join(&mut unsigned.request.headers);
    }
    Ok(())
}

fn put_header(name: &str, value: &str, unsigned: &mut Unsigned) {
    let is_removed = unsigned.removed.iter().any(|removed| removed.eq_ignore_ascii_case(name));
    if !is_removed && !unsigned.request.headers.contains(name) {
        unsigned.request.headers.push_unchecked(name, value);
    }
}

/// The offset at which `-C` resumes: the rest of the file is requested.
pub fn offset(args: &SendArgs, file: Option<&Path>) -> Result<u64, Failure> {
    let Some(resumption) = args.output.continue_at else { return Ok(0) };
    if args.request.names_range() {
        return Err(Failure::usage("-C and -r cannot be used together: both request a part of the object")
            .hint("omit -r: -C requests the rest of the object"));
    }
    if args.request.uploads() {
        return Err(Failure::usage("-C cannot resume an upload: S3 does not accept part of an object in a PUT")
            .hint("upload the whole file, or its parts with '?partNumber=N&uploadId=ID'"));
    }
    Ok(match resumption {
        Resumption::At(offset) => offset,
        Resumption::AtEndOfFile => file.and_then(|file| std::fs::metadata(file).ok()).map_or(0, |file| file.len()),
    })
}
