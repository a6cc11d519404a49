//! A signed request from wherever it comes: a presigned URL as the argument, a file, or standard input.

use crate::cli::address;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{BodyHash, RequestSource};
use crate::cli::options::value::read_all;
use crate::formats;
use crate::request::Request;

/// Reads the request that `name` stands for; none is standard input. The options complete a URL: method, headers, body.
pub fn read(name: Option<&str>, options: &dyn RequestSource, context: &mut Context) -> Result<Request, Failure> {
    let name = name.unwrap_or("-");
    if formats::is_url(name) {
        return Ok(options.build(&address::parse(name)?, &mut *context.stdin, BodyHash::Needed)?.request);
    }
    if name == "-" && context.stdin_is_terminal {
        return Err(Failure::usage("no input").hint("give a file, a presigned URL, or a request on standard input"));
    }
    let text = read_all(name, &mut *context.stdin)
        .map_err(|failure| Failure { exit: crate::cli::failure::Exit::Usage, ..failure })?;
    parse(&text, name, options, context)
}

/// A text that begins like a URL is one; all else is a request.
fn parse(text: &[u8], name: &str, options: &dyn RequestSource, context: &mut Context) -> Result<Request, Failure> {
    let first_line = text.trim_ascii().split(|&byte| byte == b'\n').next().unwrap_or_default();
    if let Some(url) = std::str::from_utf8(first_line).ok().filter(|line| formats::is_url(line)) {
        return Ok(options.build(&address::parse(url.trim())?, &mut *context.stdin, BodyHash::Needed)?.request);
    }
    let name = if name == "-" { "standard input" } else { name };
    formats::parse_request(text)
        .map_err(|error| Failure::usage(format!("{name}: {error}")).hint("give a raw HTTP request, or a presigned URL"))
}
