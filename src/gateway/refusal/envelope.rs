//! The formats and statuses of refusals for services other than S3.

use sigvet_core::request::Request;

use super::Refusal;
use super::cbor;
use super::dialect::{Dialect, RPC_V2_CBOR, SMITHY_PROTOCOL};
use super::service::{EC2_FAILURE, INCOMPLETE, ServiceError, query_code};
use super::xml::Xml;

/// XML namespaces of the services that answer with an `ErrorResponse`, from botocore's models.
const NAMESPACES: [(&str, &str); 16] = [
    ("autoscaling", " xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\""),
    ("cloudformation", " xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\""),
    ("cloudfront", " xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\""),
    ("cloudsearch", " xmlns=\"http://cloudsearch.amazonaws.com/doc/2013-01-01/\""),
    ("elasticache", " xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\""),
    ("elasticbeanstalk", " xmlns=\"http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/\""),
    ("elasticloadbalancing", " xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\""),
    ("iam", " xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\""),
    ("monitoring", " xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\""),
    ("rds", " xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\""),
    ("redshift", " xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\""),
    ("route53", " xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\""),
    ("ses", " xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\""),
    ("sns", " xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\""),
    ("sqs", " xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\""),
    ("sts", " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""),
];

/// The request that a refusal answers.
pub struct Addressee<'a> {
    /// The request.
    pub request: &'a Request,
    /// The service that answers it, if known.
    pub service: Option<&'a str>,
    /// The request ID of the reply.
    pub request_id: &'a str,
}

impl Addressee<'_> {
    /// The refusal of a service other than S3.
    pub fn refuse(&self, error: &ServiceError, dialect: Dialect) -> Refusal {
        match dialect {
            Dialect::Json => self.json(error),
            Dialect::Cbor => self.cbor(error),
            Dialect::Rest => Refusal {
                status: 403,
                code: error.kind,
                content_type: "application/json",
                headers: vec![("x-amzn-errortype", error.kind.to_owned())],
                body: serde_json::json!({ "message": error.message }).to_string().into_bytes(),
            },
            Dialect::Ec2 => self.ec2(error),
            Dialect::Query | Dialect::S3 => self.query(error),
        }
    }

    /// The media type has the protocol version of the request; version 1.1 has no namespace in `__type`.
    fn json(&self, error: &ServiceError) -> Refusal {
        let content_type = match self.media_type().as_deref() {
            Some("application/x-amz-json-1.1") => "application/x-amz-json-1.1",
            Some("application/json") => "application/json",
            _ => "application/x-amz-json-1.0",
        };
        let namespace = if content_type.ends_with("1.1") { "" } else { "com.amazon.coral.service#" };
        let body = serde_json::json!({ "__type": format!("{namespace}{}", error.kind), "message": error.message });
        // Clients look at the kind of error, and all kinds have the same status. SQS kept the status of the
        // query protocol.
        let status = if self.service == Some("sqs") { 403 } else { 400 };
        let headers = self.query_error(error).into_iter().collect();
        Refusal { status, code: error.kind, content_type, headers, body: body.to_string().into_bytes() }
    }

    /// The protocol uses status 400 for client errors without their own status. AWS does not document how its services
    /// refuse a signature in CBOR.
    fn cbor(&self, error: &ServiceError) -> Refusal {
        let (kind, message) = (format!("com.amazon.coral.service#{}", error.kind).into(), error.message.clone().into());
        let mut headers = vec![(SMITHY_PROTOCOL, RPC_V2_CBOR.to_owned())];
        headers.extend(self.query_error(error));
        Refusal {
            status: 400,
            code: error.kind,
            content_type: "application/cbor",
            headers,
            body: cbor::map(&[("__type", &kind), ("message", &message)]),
        }
    }

    /// Services that used to have the query protocol also send its error code: SQS always, others if the client asks
    /// for it (*Interpreting Amazon SQS JSON API responses*; Smithy's `awsQueryCompatible`).
    fn query_error(&self, error: &ServiceError) -> Option<(&'static str, String)> {
        let is_asked = self.request.headers.first_text("x-amzn-query-mode") == Some("true");
        let is_told = is_asked || self.service == Some("sqs");
        is_told.then(|| ("x-amzn-query-error", format!("{};Sender", query_code(error.kind))))
    }

    fn query(&self, error: &ServiceError) -> Refusal {
        let code = query_code(error.kind);
        let mut xml = Xml::new();
        let known = NAMESPACES.iter().find(|(service, _)| self.service == Some(*service));
        xml.within_attributes("ErrorResponse", known.map_or("", |(_, attribute)| attribute), |xml| {
            xml.within("Error", |xml| {
                xml.element("Type", "Sender");
                xml.element("Code", code);
                xml.element("Message", &error.message);
            });
            xml.element("RequestId", self.request_id);
        });
        let status = if error.kind == INCOMPLETE { 400 } else { 403 };
        Refusal { status, code, content_type: "text/xml", headers: Vec::new(), body: xml.into_bytes() }
    }

    fn ec2(&self, error: &ServiceError) -> Refusal {
        let mut xml = Xml::new();
        xml.within("Response", |xml| {
            xml.within("Errors", |xml| {
                xml.within("Error", |xml| {
                    xml.element("Code", error.kind);
                    xml.element("Message", &error.message);
                });
            });
            xml.element("RequestID", self.request_id);
        });
        let (status, body) = (if error.kind == EC2_FAILURE { 401 } else { 400 }, xml.into_bytes());
        Refusal { status, code: error.kind, content_type: "text/xml;charset=UTF-8", headers: Vec::new(), body }
    }

    fn media_type(&self) -> Option<String> {
        let value = self.request.headers.first_text("content-type")?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }
}
