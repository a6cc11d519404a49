//! Refusals as the service itself would write them, with the mistake that sigvet found.
//!
//! A refusal never contains the correct signature, because anyone who has it could send the request. It never contains
//! a session token either.

mod texts;
pub mod xml;
pub mod cbor;
mod dialect;
mod fault;
mod s3;
mod silent;
mod service;
mod envelope;

pub use dialect::{Dialect, RPC_V2_CBOR, SMITHY_PROTOCOL, action_of, is_object_store};
pub use envelope::Addressee;

use std::borrow::Cow;

use sigvet_core::request::Request;
use sigvet_core::verify::{Claimed, Verdict, VerifyError};
use sigvet_diagnose::{Diagnosis, NextStep};

use fault::Fault;
use s3::S3Error;
use service::ServiceError;
use xml::Xml;

use super::Reply;

/// The server whose answers a gateway imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerAs {
    /// AWS, with the mistake behind the refusal added to the message.
    #[default]
    Sigvet,
    /// AWS exactly.
    Aws,
    /// `MinIO`, which does not return the texts that were signed.
    Minio,
    /// Ceph's gateway, which returns only the error code.
    Ceph,
}

/// What is known about a refused request.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// The request.
    pub request: &'a Request,
    /// The verdict, or why there is none.
    pub verdict: Result<&'a Verdict, &'a VerifyError>,
    /// The mistake behind the refusal, if one was looked for.
    pub diagnosis: Option<&'a Diagnosis>,
    /// The request ID of the reply.
    pub request_id: &'a str,
    /// The server's service, if it has only one.
    pub service: Option<&'a str>,
}

/// A refusal that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `403`.
    pub status: u16,
    /// `SignatureDoesNotMatch`.
    pub code: &'static str,
    /// `application/xml`.
    pub content_type: &'static str,
    /// Additional headers in which clients look for the error code.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Refusal {
    /// Writes the refusal of a request.
    pub fn of(refused: &Refused<'_>, answer_as: AnswerAs) -> Self {
        let fault = refused.fault();
        let verdict = refused.verdict.ok();
        let added = if answer_as == AnswerAs::Sigvet { refused.sentence() } else { None };
        let path = || String::from_utf8_lossy(refused.request.path()).into_owned();
        match (answer_as, refused.dialect()) {
            (AnswerAs::Minio, _) => silent::minio(&fault, &path(), refused.request_id),
            (AnswerAs::Ceph, _) => silent::ceph(&fault, refused.is_form(), &path(), refused.request_id),
            (_, Dialect::S3) => refused.as_s3(S3Error::of(&fault, verdict), added),
            (_, dialect) => {
                let mut error = ServiceError::of(&fault, verdict, dialect);
                error.message = joined(error.message, added);
                Addressee::of(refused.request, refused.service().as_deref(), refused.request_id).refuse(&error)
            }
        }
    }
}

impl Refusal {
    /// The reply.
    pub fn into_reply(self) -> Reply {
        let reply = Reply::new(self.status, self.content_type, self.body);
        self.headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value))
    }

    /// Writes the refusal of an S3 request whose path cannot be decoded.
    pub fn of_path(request: &Request, answer_as: AnswerAs, request_id: &str) -> Self {
        let path = String::from_utf8_lossy(request.path());
        match answer_as {
            AnswerAs::Minio => silent::minio(&Fault::Path, &path, request_id),
            AnswerAs::Ceph => silent::ceph(&Fault::Path, false, &path, request_id),
            AnswerAs::Aws | AnswerAs::Sigvet => S3Error::of(&Fault::Path, None).into_refusal(request_id, |_| {}),
        }
    }
}

/// The sentence for a signature that no known mistake reproduces.
const OTHER_SECRET: &str = "sigvet: most likely the secret is not the one that belongs to this access key ID";

impl Refused<'_> {
    fn fault(&self) -> Fault {
        let is_query = self.request.query().is_some_and(|query| query.windows(6).any(|word| word == b"X-Amz-"));
        match self.verdict {
            // Without a fault there was no key to find one with.
            Ok(verdict) => Fault::of_verdict(verdict)
                .unwrap_or_else(|| Fault::KeyUnknown(verdict.claimed.access_key_id().to_owned())),
            Err(error) => Fault::of_error(error, is_query),
        }
    }

    /// The server's own service, if it has one, takes precedence over the service that the request names.
    fn service(&self) -> Option<Cow<'_, str>> {
        let scope = self.verdict.ok().and_then(|verdict| verdict.claimed.scope());
        let claimed = self.service.or_else(|| scope.map(|scope| scope.service.as_str()));
        claimed.map(Cow::Borrowed).or_else(|| dialect::service_in_text(self.request).map(Cow::Owned))
    }

    fn dialect(&self) -> Dialect {
        Dialect::for_service(self.request, self.service().as_deref())
    }

    fn is_form(&self) -> bool {
        match self.verdict {
            Ok(verdict) => matches!(verdict.claimed, Claimed::Form(_)),
            Err(error) => matches!(error, VerifyError::Form(_)),
        }
    }

    /// The mistake that sigvet found, in one sentence.
    fn sentence(&self) -> Option<String> {
        let diagnosis = self.diagnosis?;
        let Some(best) = diagnosis.best() else {
            return diagnosis.next.contains(&NextStep::OtherSigner).then(|| OTHER_SECRET.to_owned());
        };
        let titles: Vec<&str> = best.mistakes.iter().map(|applied| applied.mistake.title).collect();
        let ids: Vec<&str> = best.mistakes.iter().map(|applied| applied.mistake.id).collect();
        Some(format!("sigvet: {} [{}]", titles.join(", and "), ids.join(", ")))
    }

    fn as_s3(&self, mut error: S3Error, added: Option<String>) -> Refusal {
        let has_mistakes = added.is_some();
        error.message = joined(error.message, added);
        error.into_refusal(self.request_id, |xml| {
            if has_mistakes {
                self.write_mistakes(xml);
            }
        })
    }

    /// Adds the ID, title and fix of each mistake, for readers of the whole reply.
    fn write_mistakes(&self, xml: &mut Xml) {
        let best = self.diagnosis.and_then(Diagnosis::best);
        for applied in best.map(|best| best.mistakes.as_slice()).unwrap_or_default() {
            xml.within("SigvetMistake", |xml| {
                xml.element("Id", applied.mistake.id);
                xml.element("Title", applied.mistake.title);
                xml.element("Fix", applied.mistake.fix);
            });
        }
    }
}

/// Puts the service's own message first, because clients and their tests expect it there.
fn joined(message: String, added: Option<String>) -> String {
    match added {
        Some(added) => format!("{message} ({added})"),
        None => message,
    }
}
