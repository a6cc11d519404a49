//! A body that is signed while it is sent: what the request says of it, and its encoder once the request is signed.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::checksum::SDK_CHECKSUM_ALGORITHM;
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::warn;
use sigvet_core::derivation::{Placement, Terms};
use sigvet_core::prepare::{PayloadChoice, Settings};
use sigvet_core::request::{Body, Request, UriScheme};
use sigvet_core::scheme::SigningKey;
use sigvet_core::sign::Signed;
use sigvet_core::stream::{Encoder, InOrder, PlanError, Protection};

/// The request and the settings that are signed: where the body is streamed, with what declares that.
pub fn declare(session: &Session) -> Result<(Request, Settings), Failure> {
    let (mut request, mut settings) = (session.unsigned.request.clone(), session.settings.clone());
    let Some(plan) = session.plan.filter(|_| has_body(&request)) else { return Ok((request, settings)) };
    check(&settings)?;
    plan.declare(&mut request, settings.scheme, &settings.dialect).map_err(explain_refusal)?;
    if let Some(algorithm) = plan.checksum.filter(|_| !request.headers.contains(SDK_CHECKSUM_ALGORITHM)) {
        request.headers.push_unchecked(SDK_CHECKSUM_ALGORITHM, algorithm.name().to_ascii_uppercase());
    }
    settings.payload = PayloadChoice::Declared(plan.word(&settings.dialect.algorithm_for(settings.scheme)));
    Ok((request, settings))
}

/// A redirect may have taken the body away.
fn has_body(request: &Request) -> bool {
    !matches!(request.method(), "GET" | "HEAD") || request.body.length() != Some(0)
}

fn check(settings: &Settings) -> Result<(), Failure> {
    if matches!(settings.placement, Placement::Query { .. }) {
        return Err(Failure::usage("a presigned URL has no chunks: their signatures follow one made in a header")
            .hint("leave --payload streaming out; whoever uses the URL sends the body in one piece"));
    }
    if settings.dialect.stores_objects(&settings.service) {
        return Ok(());
    }
    Err(Failure::usage(format!("service '{}' takes no body in chunks: only the S3 family does", settings.service))
        .hint("leave --payload streaming out, or say --service s3"))
}

fn explain_refusal(error: PlanError) -> Failure {
    let hint = match &error {
        PlanError::HeaderGiven { name } => format!("leave -H '{name}: …' out"),
        PlanError::UnknownLength => "give --length SIZE, or upload a file".to_owned(),
        PlanError::Dialect { .. } => "leave --payload streaming out: the body is then sent in one piece".to_owned(),
        PlanError::UnsignedWithoutChecksum => "add --checksum crc64nvme".to_owned(),
    };
    Failure::invalid(error).hint(hint)
}

/// Refuses what has no body, and warns of chunks that nobody guards on their way.
pub fn warn_of(session: &Session, context: &mut Context) -> Result<(), Failure> {
    let Some(plan) = session.plan else { return Ok(()) };
    if !has_body(&session.unsigned.request) {
        let message = format!("{} has no body to stream", session.unsigned.request.method());
        return Err(Failure::usage(message).hint("upload a file with -T, or leave --payload streaming out"));
    }
    let is_open = session.url.scheme() == UriScheme::Http;
    if plan.protection == Protection::Unsigned && is_open {
        warn(context, "unsigned chunks over http: S3 takes them over https only, and anybody may change them")?;
    }
    Ok(())
}

/// Finishes the body of a request that was signed: at once where it is in memory; where it lies in a file, the encoder puts it
/// into chunks while it is sent.
pub fn encode(session: &Session, terms: &Terms, key: &SigningKey, signed: &mut Signed) -> Option<Encoder> {
    let plan = session.plan.filter(|_| has_body(&session.unsigned.request))?;
    let payload = &session.unsigned.request.body;
    let encoder = plan.encoder(payload.length()?, terms, key, &signed.signature);
    match payload {
        Body::Bytes(bytes) => {
            signed.request.body = Body::Bytes(encoder.encode(bytes, &InOrder));
            None
        }
        _ => Some(encoder),
    }
}
