//! Streams a body: declares it in the request, and creates its encoder after the request is signed.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::checksum::SDK_CHECKSUM_ALGORITHM;
use crate::cli::terminal::notes::warn;
use sigvet_core::derivation::{Placement, Terms};
use sigvet_core::prepare::{PayloadChoice, Settings};
use sigvet_core::request::{Body, Request, UriScheme};
use sigvet_core::scheme::SigningKey;
use sigvet_core::sign::Signed;
use sigvet_core::stream::{Encoder, InOrder, Plan, PlanError, Protection};

/// The plan for streaming a body, and the request that it belongs to.
pub struct StreamedBody<'a> {
    plan: Plan,
    request: &'a Request,
}

impl<'a> StreamedBody<'a> {
    /// `None` if streaming was not requested, or if a redirect removed the body.
    pub fn new(plan: Option<Plan>, request: &'a Request) -> Option<Self> {
        plan.filter(|_| has_body(request)).map(|plan| Self { plan, request })
    }

    /// The request and the settings to sign, with the headers that declare the streamed body.
    pub fn declare(&self, settings: &Settings) -> Result<(Request, Settings), Failure> {
        let (mut request, mut settings) = (self.request.clone(), settings.clone());
        check(&settings)?;
        self.plan.declare(&mut request, settings.scheme, &settings.dialect).map_err(explain_refusal)?;
        if let Some(algorithm) = self.plan.checksum.filter(|_| !request.headers.contains(SDK_CHECKSUM_ALGORITHM)) {
            request.headers.push_unchecked(SDK_CHECKSUM_ALGORITHM, algorithm.name().to_ascii_uppercase());
        }
        settings.payload = PayloadChoice::Declared(self.plan.word(&settings.dialect.algorithm_for(settings.scheme)));
        Ok((request, settings))
    }

    /// Encodes the body of the signed request at once if it is in memory. If it is in a file, the returned encoder
    /// splits it into chunks while it is sent.
    pub fn encode(&self, terms: &Terms, key: &SigningKey, signed: &mut Signed) -> Option<Encoder> {
        let payload = &self.request.body;
        let encoder = self.plan.encoder(payload.length()?, terms, key, &signed.signature);
        match payload {
            Body::Bytes(bytes) => {
                signed.request.body = Body::Bytes(encoder.encode(bytes, &InOrder));
                None
            }
            _ => Some(encoder),
        }
    }
}

/// Refuses a request without a body to stream, and warns if the chunks can be changed on their way.
pub fn warn_of(plan: Option<Plan>, request: &Request, scheme: UriScheme, context: &mut Context) -> Result<(), Failure> {
    let Some(plan) = plan else { return Ok(()) };
    if !has_body(request) {
        let message = format!("{} has no body to stream", request.method());
        return Err(Failure::usage(message).hint("upload a file with -T, or omit --payload streaming"));
    }
    if plan.protection == Protection::Unsigned && scheme == UriScheme::Http {
        warn(context, "unsigned chunks over http: S3 accepts them only over https, because anyone could change them")?;
    }
    Ok(())
}

/// Whether there is a body; a redirect may have removed it.
fn has_body(request: &Request) -> bool {
    !matches!(request.method(), "GET" | "HEAD") || request.body.length() != Some(0)
}

fn check(settings: &Settings) -> Result<(), Failure> {
    if matches!(settings.placement, Placement::Query { .. }) {
        return Err(Failure::usage("a presigned URL cannot have signed chunks: they continue a signature in a header")
            .hint("omit --payload streaming: a presigned URL takes the body in one piece"));
    }
    if settings.dialect.stores_objects(&settings.service) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "service '{}' does not accept a chunked body; only the S3 family does",
        settings.service
    ))
    .hint("omit --payload streaming, or pass --service s3"))
}

fn explain_refusal(error: PlanError) -> Failure {
    let hint = match &error {
        PlanError::HeaderGiven { name } => format!("omit -H '{name}: …'"),
        PlanError::UnknownLength => "give --length SIZE, or upload a file".to_owned(),
        PlanError::Dialect { .. } => "omit --payload streaming to send the body in one piece".to_owned(),
        PlanError::UnsignedWithoutChecksum => "add --checksum crc64nvme".to_owned(),
        _ => return Failure::invalid(error),
    };
    Failure::invalid(error).hint(hint)
}
