//! What `-w` can tell of a request that was sent.

use super::delivery::Delivered;
use crate::cli::context::Context;
use crate::cli::curl::facts::Facts;
use crate::cli::curl::write_out::WriteOut;
use crate::cli::failure::{Exit, Failure};
use crate::transport::Exchange;

/// The facts of one try, over those known before.
pub fn of_exchange(exchange: &Exchange, before: Facts) -> Facts {
    let (head, timings) = (exchange.response(), exchange.timings());
    Facts {
        http_version: Some(curl_version(&head.version).to_owned()),
        status: head.status,
        headers: head.headers.clone(),
        connects: before.connects + 1,
        scheme: Some(timings.scheme.to_ascii_uppercase()),
        time_namelookup: timings.resolved,
        time_connect: timings.connected,
        time_appconnect: timings.secured,
        time_pretransfer: timings.ready,
        time_starttransfer: timings.answered,
        remote: timings.remote,
        local: timings.local,
        ..before
    }
}

/// curl says `1.1` or `2`.
fn curl_version(version: &str) -> &str {
    version.trim_start_matches("HTTP/")
}

/// Writes the facts in the format asked for, then gives back how it ended.
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
    write_out.render(&facts, context.stdout.exact(), &mut context.stderr)?;
    outcome.map(drop)
}
