//! Builds the request to sign: its URL, its host, and its body with the required digests.
//!
//! A body is read once. Which digests it needs is decided here, which requires that the scheme is known.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::checksum;
use crate::cli::options::request::{BodyDigests, BodyHash, Unsigned};
use crate::cli::options::signing::SigningOptions;
use crate::cli::options::typed::Typed;
use crate::cli::request::s3_address::{self, Store};
use crate::cli::request::scheme;
use crate::profiles;
use crate::transport::BodyFile;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::scheme::Dialect;

/// Where `s3://` URLs lead: the options take precedence over the profile.
pub(crate) fn store<'a>(signing: &'a SigningOptions, profile: &'a profiles::Settings) -> Store<'a> {
    let endpoint_url = signing.endpoint_url.as_deref().or(profile.endpoint_url.as_deref());
    let curl = signing.aws_sigv4.as_ref();
    let typed = signing.region.as_deref().or_else(|| curl?.region.as_deref());
    let region = typed.or(profile.region.as_deref());
    Store {
        endpoint_url,
        bucket_endpoint_url: profile.bucket_endpoint_url.as_deref().filter(|_| signing.endpoint_url.is_none()),
        addressing: profile.addressing,
        region,
        variant: signing.s3_endpoint.variant(profile),
    }
}

/// Builds the request from the options, with the digests of its body that are needed before it is signed.
pub(crate) fn make(
    typed: Typed<'_>,
    store: Store<'_>,
    context: &mut Context,
) -> Result<(RequestUrl, Unsigned), Failure> {
    let completed = scheme::completed(typed.url);
    let url = s3_address::resolve(completed.as_deref().unwrap_or(typed.url), store)?;
    if completed.is_some() {
        context.stderr.line(&format!("note: the URL has no scheme; using {}", url.origin()))?;
    }
    if let Some(query) = s3_address::ambiguous_query(typed.url) {
        context.stderr.line(&format!("note: '?{query}' is taken as a query, not as part of the key"))?;
    }
    let dialect = typed.signing.dialect_or_default();
    let sha256 = body_hash(typed.signing, &dialect);
    // The checksum of a streamed body is computed while it is sent, and follows it.
    let is_streaming = typed.signing.streaming.is_streaming();
    let before = typed.signing.checksum.algorithm.filter(|_| !is_streaming);
    let digests = BodyDigests { sha256, checksum: before, pipe_length: typed.signing.streaming.pipe_length() };
    let mut unsigned = typed.request.build(&url, &mut *context.stdin, digests)?;
    if unsigned.takes_stdin {
        let length = unsigned.request.body.length().expect("use --length only for the body of a pipe");
        unsigned.body_file = Some(BodyFile::pipe("standard input", context.take_stdin(), length));
    }
    put_sign_host(typed, &mut unsigned.request)?;
    if let Some(algorithm) = before {
        let declared = typed.signing.payload_hash.as_deref();
        checksum::put(algorithm, &mut unsigned, declared)?;
    }
    Ok((url, unsigned))
}

/// Puts the host of `--sign-host` into the request, which is short for `-H 'Host: …'`.
pub(crate) fn put_sign_host(typed: Typed<'_>, request: &mut Request) -> Result<(), Failure> {
    let Some(host) = &typed.signing.sign_host else { return Ok(()) };
    if typed.request.names_host() {
        return Err(Failure::usage("two hosts to sign: --sign-host and -H 'Host:' exclude each other")
            .hint("omit one of them: both set the same value"));
    }
    request.headers.remove("host");
    request.headers.push("Host", host.as_str()).map_err(Failure::invalid)
}

fn body_hash<'a>(signing: &SigningOptions, dialect: &'a Dialect) -> BodyHash<'a> {
    let is_v2 = signing.is_version_2(None);
    let is_spared = signing.leaves_payload_unsigned() || signing.streaming.is_streaming() || is_v2;
    if is_spared || signing.payload_hash.is_some() {
        return BodyHash::Spared;
    }
    BodyHash::UnlessDeclared { header: &dialect.content_sha256_header }
}
