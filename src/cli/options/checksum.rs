//! `--checksum`: the algorithm that protects the bytes of an object during transfer.
//!
//! If there is a body, the option adds the checksum header, which is signed like every `x-amz-*` header. With GET
//! it asks the store for the stored checksum; the response is verified where it is written out. Follows *Checking
//! object integrity in Amazon S3*.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::request::Unsigned;
use crate::cli::failure::Failure;
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::request::{Body, Request};
use sigvet_core::scheme::Dialect;

/// Names the algorithm once more. S3 itself does not require it, but SDKs send it, and Ceph finds the checksum only
/// with it.
pub const SDK_CHECKSUM_ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";

/// Asks S3 to return the checksum that it stores with an object.
const CHECKSUM_MODE: (&str, &str) = ("x-amz-checksum-mode", "ENABLED");

/// Which checksum goes with a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct ChecksumOptions {
    /// Send this checksum of the body with it; with GET, ask for the object's checksum and check what arrives (S3 family)
    #[arg(id = "checksum", long, value_name = "ALGORITHM", ignore_case = true, help_heading = "Request")]
    #[arg(value_parser = algorithm())]
    pub algorithm: Option<ChecksumAlgorithm>,
}

impl ChecksumOptions {
    /// Refuses a checksum if the server would not look for one.
    ///
    /// # Errors
    /// The service is not of the S3 family, or the provider's headers have other names.
    pub fn check_service(self, dialect: &Dialect, service: &str) -> Result<(), Failure> {
        let Some(algorithm) = self.algorithm else { return Ok(()) };
        if dialect.header_prefix == Dialect::AWS4.header_prefix && dialect.stores_objects(service) {
            return Ok(());
        }
        let header = algorithm.header();
        Err(Failure::usage(format!(
            "--checksum sends {header}, which service '{service}' of {} does not support",
            dialect.algorithm
        ))
        .hint("omit --checksum: only the S3 family has it; elsewhere the signed hash protects the body"))
    }

    /// Refuses to presign an upload whose bytes are not known.
    ///
    /// # Errors
    /// The request will have a body, but does not have it yet.
    pub fn check_body(self, unsigned: &Unsigned) -> Result<(), Failure> {
        let Some(algorithm) = self.algorithm else { return Ok(()) };
        if !has_empty_body(&unsigned.request) || asks_for_an_object(&unsigned.request) {
            return Ok(());
        }
        Err(Failure::usage("--checksum binds the URL to a body, but there is no body").hint(format!(
            "give it with -T FILE; or its checksum, where that is known, with -H '{}: …' alone",
            algorithm.header()
        )))
    }
}

/// Adds the headers for `--checksum`; `declared` is the payload hash from the options.
///
/// # Errors
/// The method has no body, the body is already in chunks, or a header from the options has another value.
pub fn put(algorithm: ChecksumAlgorithm, unsigned: &mut Unsigned, declared: Option<&str>) -> Result<(), Failure> {
    refuse_chunks(&unsigned.request, declared)?;
    let request = &unsigned.request;
    if has_empty_body(request) && asks_for_an_object(request) {
        push(unsigned, CHECKSUM_MODE.0, CHECKSUM_MODE.1);
        return Ok(());
    }
    if has_empty_body(request) && !matches!(request.method(), "PUT" | "POST" | "PATCH") {
        let message = format!("{} has no body to compute a checksum of", request.method());
        return Err(Failure::usage(message).hint("omit --checksum"));
    }
    let computed = match (&request.body, &unsigned.checksum) {
        (Body::Bytes(bytes), _) => Some(Checksum::compute(algorithm, bytes)),
        (_, computed) => computed.clone(),
    };
    let computed = computed.ok_or_else(|| Failure::usage("the body is unknown, so its checksum cannot be computed"))?;
    refuse_other(unsigned, &computed)?;
    push(unsigned, SDK_CHECKSUM_ALGORITHM, &algorithm.name().to_ascii_uppercase());
    push(unsigned, algorithm.header(), &computed.to_string());
    Ok(())
}

/// Adds a header, unless the options set or remove it.
fn push(unsigned: &mut Unsigned, name: &str, value: &str) {
    if !unsigned.request.headers.contains(name) && !unsigned.removed.iter().any(|removed| removed == name) {
        unsigned.request.headers.push_unchecked(name, value);
    }
}

fn has_empty_body(request: &Request) -> bool {
    request.body.length() == Some(0)
}

/// The methods whose response may contain the checksum of the stored object.
fn asks_for_an_object(request: &Request) -> bool {
    matches!(request.method(), "GET" | "HEAD")
}

/// Refuses a body that the user has already put into chunks: its checksum would be that of the chunks, not of the
/// object.
fn refuse_chunks(request: &Request, declared: Option<&str>) -> Result<(), Failure> {
    let header = request.headers.first_text("x-amz-content-sha256");
    let word = header.or(declared).filter(|word| word.starts_with("STREAMING-"));
    let encoding = request.headers.first_text("content-encoding").filter(|encoding| encoding.contains("aws-chunked"));
    match word.or(encoding) {
        None => Ok(()),
        Some(declared) => Err(Failure::usage(format!(
            "the body is declared to be in chunks ({declared}), and --checksum would be of the chunks, not of the object"
        ))
        .hint("omit --checksum: a chunked body carries its checksum in the trailer")),
    }
}

/// Refuses a checksum header with another value: it may be intended, but then it contradicts `--checksum`.
fn refuse_other(unsigned: &Unsigned, computed: &Checksum) -> Result<(), Failure> {
    let (header, option) = (computed.algorithm.header(), computed.algorithm.name());
    if unsigned.removed.iter().any(|removed| removed == header) {
        return Err(
            Failure::usage(format!("--checksum {option} adds {header}, which -H removes")).hint("omit one of them")
        );
    }
    for typed in &unsigned.request.headers {
        let Some(algorithm) = ChecksumAlgorithm::from_header(&typed.name) else { continue };
        let value = String::from_utf8_lossy(&typed.value);
        if algorithm != computed.algorithm {
            return Err(Failure::usage(format!("two checksums: --checksum {option} and -H '{}'", typed.name))
                .hint("S3 accepts one: omit the other"));
        }
        if value != computed.to_string() {
            return Err(Failure::usage(format!(
                "the body's {option} is {computed}, but -H '{}' says {value}",
                typed.name
            ))
            .hint("omit --checksum to send the header as typed, or omit -H to send the correct one"));
        }
    }
    Ok(())
}

/// A parser whose names help and completion can list.
fn algorithm() -> impl TypedValueParser<Value = ChecksumAlgorithm> {
    let names = PossibleValuesParser::new(ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name));
    names.try_map(|name| name.parse::<ChecksumAlgorithm>())
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn typed(words: &[&str]) -> Result<Option<ChecksumAlgorithm>, clap::Error> {
        let command = ChecksumOptions::augment_args(Command::new("test"));
        let matches = command.try_get_matches_from([&["test"], words].concat())?;
        ChecksumOptions::from_arg_matches(&matches).map(|options| options.algorithm)
    }

    /// SDKs write the names in upper case, headers in lower case.
    #[test]
    fn an_algorithm_is_named_in_any_case() {
        assert_eq!(typed(&[]).unwrap(), None);
        assert_eq!(typed(&["--checksum", "crc64nvme"]).unwrap(), Some(ChecksumAlgorithm::Crc64Nvme));
        assert_eq!(typed(&["--checksum=SHA256"]).unwrap(), Some(ChecksumAlgorithm::Sha256));
        assert!(typed(&["--checksum", "md5"]).is_err());
    }
}
