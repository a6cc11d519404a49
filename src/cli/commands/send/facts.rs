//! The values of `-w` for a sent request.

use super::delivery::Delivered;
use crate::cli::context::Context;
use crate::cli::curl::facts::Facts;
use crate::cli::curl::write_out::WriteOut;
use crate::cli::failure::{Exit, Failure};
use crate::transport::Exchange;
use sigvet_core::request::{Headers, Request};

/// The facts of one attempt, added to those known before.
pub fn of_exchange(exchange: &Exchange, sent: &Request, before: Facts) -> Facts {
    let (head, timings) = (exchange.response(), exchange.timings());
    let (size_request, size_header) = sizes(exchange, sent);
    Facts {
        http_version: Some(curl_version(&head.version).to_owned()),
        status: head.status,
        headers: head.headers.clone(),
        connects: before.connects + 1,
        size_request: before.size_request + size_request,
        size_header: before.size_header + size_header,
        scheme: Some(timings.scheme.to_ascii_uppercase()),
        time_namelookup: timings.resolved,
        time_connect: timings.connected,
        time_appconnect: timings.secured,
        time_pretransfer: timings.ready,
        time_starttransfer: timings.answered,
        time_posttransfer: timings.answered,
        remote: timings.remote,
        local: timings.local,
        ..before
    }
}

/// The sizes of the request and of the response heads. HTTP/2 compresses its heads, so they are counted as in
/// HTTP/1.1.
fn sizes(exchange: &Exchange, sent: &Request) -> (u64, u64) {
    let (head, tally) = (exchange.response(), &exchange.timings().tally);
    if head.version != "HTTP/2" {
        return (tally.sent(), tally.heads());
    }
    let fields = |headers: &Headers| {
        headers.iter().map(|header| header.name.len() + header.value.len() + ": \r\n".len()).sum::<usize>()
    };
    let line = sent.method().len() + sent.target().len() + "  HTTP/2\r\n\r\n".len();
    let request = (line + fields(&sent.headers)) as u64 + sent.body.length().unwrap_or_default();
    (request, ("HTTP/2 200 \r\n\r\n".len() + fields(&head.headers)) as u64)
}

/// The version as curl prints it, `1.1` or `2`.
fn curl_version(version: &str) -> &str {
    version.trim_start_matches("HTTP/")
}

/// Writes the facts in the requested format, then returns the original outcome.
pub fn write(
    format: &str,
    facts: Facts,
    outcome: Result<Delivered, Failure>,
    context: &mut Context,
) -> Result<(), Failure> {
    let write_out = WriteOut::read(format, &mut *context.stdin)?;
    let facts = match &outcome {
        Ok(delivered) => Facts {
            size_download: delivered.size,
            time_total: delivered.took,
            filename_effective: delivered.path.as_ref().map(|path| path.display().to_string()),
            ..facts
        },
        Err(failure) => Facts {
            exit_code: failure.exit as u8,
            error_message: (failure.exit != Exit::Done).then(|| failure.to_string()),
            ..facts
        },
    };
    let mut out = context.stdout.data();
    write_out.render(&facts, &mut out, &mut context.stderr)?;
    std::io::Write::flush(&mut out)?;
    outcome.map(drop)
}
