//! A refusal as the service would write it, with the mistake in it that sigvet found.
//!
//! The signature that would be right is in none of them: whoever has it could send the request.

mod texts;
pub mod xml;
mod dialect;
mod fault;
mod s3;
mod service;

pub use dialect::{Dialect, action_of};

use sigvet_core::request::Request;
use sigvet_core::verify::{Verdict, VerifyError};
use sigvet_diagnose::Diagnosis;

use fault::Fault;
use s3::S3Error;
use service::{ServiceError, query_code};
use xml::Xml;

/// What EC2 says to every request that it cannot authenticate.
const EC2_CODE: &str = "AuthFailure";

/// As which server a gateway answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerAs {
    /// As AWS, with the mistake behind the refusal in its message.
    #[default]
    Sigvet,
    /// As AWS, and nothing else.
    Aws,
    /// As `MinIO`, which shows no text.
    Minio,
    /// As Ceph's gateway, which says its code alone.
    Ceph,
}

/// What was found of a refused request.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// The request.
    pub request: &'a Request,
    /// The verdict, or why there is none.
    pub verdict: Result<&'a Verdict, &'a VerifyError>,
    /// The mistake, if it was looked for.
    pub diagnosis: Option<&'a Diagnosis>,
    /// The ID of the answer.
    pub request_id: &'a str,
}

/// A refusal, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `403`.
    pub status: u16,
    /// `SignatureDoesNotMatch`.
    pub code: &'static str,
    /// `application/xml`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Refusal {
    /// Says why a request is refused.
    pub fn of(refused: &Refused<'_>, answer_as: AnswerAs) -> Self {
        let is_query = refused.request.query().is_some_and(|query| query.windows(6).any(|word| word == b"X-Amz-"));
        let fault = match refused.verdict {
            Ok(verdict) => Fault::of_verdict(verdict).unwrap_or(Fault::NotSigned),
            Err(error) => Fault::of_error(error, is_query),
        };
        let verdict = refused.verdict.ok();
        let added = if answer_as == AnswerAs::Sigvet { refused.sentence() } else { None };
        match (answer_as, Dialect::of(refused.request, verdict.map(|verdict| &verdict.claimed))) {
            (AnswerAs::Minio | AnswerAs::Ceph, _) => refused.in_few_words(&S3Error::of(&fault, None), answer_as),
            (_, Dialect::S3) => refused.as_s3(S3Error::of(&fault, verdict), added),
            (_, dialect) => refused.as_service(ServiceError::of(&fault, verdict), added, dialect),
        }
    }
}

impl Refused<'_> {
    /// What sigvet says to it, in one sentence.
    fn sentence(&self) -> Option<String> {
        let best = self.diagnosis?.best()?;
        let titles: Vec<&str> = best.mistakes.iter().map(|applied| applied.mistake.title).collect();
        let ids: Vec<&str> = best.mistakes.iter().map(|applied| applied.mistake.id).collect();
        Some(format!("sigvet: {} [{}]", titles.join(", and "), ids.join(", ")))
    }

    fn as_s3(&self, error: S3Error, added: Option<String>) -> Refusal {
        let mut xml = Xml::new();
        xml.within("Error", |xml| {
            xml.element("Code", error.code);
            xml.element("Message", &joined(error.message, added));
            error.fields.iter().for_each(|(name, value)| xml.element(name, value));
            self.write_mistakes(xml);
            xml.element("RequestId", self.request_id);
            xml.element("HostId", "sigvet");
        });
        let (status, code, content_type) = (error.status, error.code, "application/xml");
        Refusal { status, code, content_type, body: xml.into_text() }
    }

    /// Fix and id of each mistake, for whoever looks at the whole answer.
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

    /// The bucket and the key are what the path says.
    fn in_few_words(&self, error: &S3Error, answer_as: AnswerAs) -> Refusal {
        let path = String::from_utf8_lossy(self.request.path()).into_owned();
        let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        let mut xml = Xml::new();
        xml.within("Error", |xml| {
            xml.element("Code", error.code);
            match answer_as {
                AnswerAs::Ceph => {
                    xml.element("Message", "");
                    xml.element("BucketName", bucket);
                    xml.element("RequestId", &format!("tx{}", self.request_id));
                    xml.element("HostId", "sigvet");
                }
                _ => {
                    xml.element("Message", &error.message);
                    xml.element("Key", key);
                    xml.element("BucketName", bucket);
                    xml.element("Resource", &path);
                    xml.element("RequestId", self.request_id);
                    xml.element("HostId", "sigvet");
                }
            }
        });
        let (status, code, content_type) = (error.status, error.code, "application/xml");
        Refusal { status, code, content_type, body: xml.into_text() }
    }

    fn as_service(&self, error: ServiceError, added: Option<String>, dialect: Dialect) -> Refusal {
        let message = joined(error.message, added);
        let code = if dialect.speaks_xml() { query_code(error.kind) } else { error.kind };
        let (content_type, body) = match dialect {
            Dialect::Json => {
                let object = serde_json::json!({ "__type": error.kind, "message": message });
                ("application/x-amz-json-1.0", object.to_string())
            }
            Dialect::Ec2 => {
                let mut xml = Xml::new();
                xml.within("Response", |xml| {
                    xml.within("Errors", |xml| {
                        xml.within("Error", |xml| {
                            xml.element("Code", EC2_CODE);
                            xml.element("Message", &message);
                        });
                    });
                    xml.element("RequestID", self.request_id);
                });
                ("text/xml;charset=UTF-8", xml.into_text())
            }
            Dialect::Query | Dialect::S3 => {
                let mut xml = Xml::new();
                xml.within("ErrorResponse", |xml| {
                    xml.within("Error", |xml| {
                        xml.element("Type", "Sender");
                        xml.element("Code", code);
                        xml.element("Message", &message);
                    });
                    xml.element("RequestId", self.request_id);
                });
                ("text/xml", xml.into_text())
            }
            Dialect::Rest => ("application/json", serde_json::json!({ "message": message }).to_string()),
        };
        let (status, code) = match dialect {
            Dialect::Ec2 => (401, EC2_CODE),
            // Its clients go by the kind, and all kinds have the same status.
            Dialect::Json => (400, code),
            _ => (error.status, code),
        };
        Refusal { status, code, content_type, body }
    }
}

/// The service's message comes first, as clients and their tests expect it.
fn joined(message: String, added: Option<String>) -> String {
    match added {
        Some(added) => format!("{message} ({added})"),
        None => message,
    }
}
