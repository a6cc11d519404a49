//! The formats and statuses of refusals, except those of a signature by S3.

use sigvet_core::request::Request;

use super::Refusal;
use super::cbor;
use super::dialect::{Dialect, RPC_V2_CBOR, SMITHY_PROTOCOL, namespace_of};
use super::s3;
use super::service::{DENIED, EC2_FAILURE, INCOMPLETE, ServiceError, UNAVAILABLE, query_code};
use super::xml::Xml;

/// What a refusal depends on, apart from the fault: the request that it answers.
#[derive(Debug, Clone)]
pub struct Addressee {
    dialect: Dialect,
    /// The service that answers, if known.
    service: Option<String>,
    /// The media type of the request.
    media_type: Option<String>,
    /// Whether the client asks for the error code of the query protocol.
    asks_query_code: bool,
    request_id: String,
}

impl Addressee {
    /// Reads what a refusal of this request by this service depends on.
    pub fn of(request: &Request, service: Option<&str>, request_id: &str) -> Self {
        Self {
            dialect: Dialect::for_service(request, service),
            service: service.map(str::to_owned),
            media_type: request.headers.media_type(),
            asks_query_code: request.headers.first_text("x-amzn-query-mode") == Some("true"),
            request_id: request_id.to_owned(),
        }
    }

    /// The refusal of a gateway that does not pass the request on, or cannot.
    pub fn refuse_for_gateway(&self, status: u16, message: &str) -> Refusal {
        let is_down = status >= 500;
        let refusal = if self.dialect == Dialect::S3 {
            let code = if is_down { "ServiceUnavailable" } else { "AccessDenied" };
            s3::error(status, code, message).into_refusal(&self.request_id, |_| {})
        } else {
            self.refuse(&ServiceError { kind: if is_down { UNAVAILABLE } else { DENIED }, message: message.to_owned() })
        };
        Refusal { status, ..refusal }
    }

    /// The refusal of a service other than S3.
    pub fn refuse(&self, error: &ServiceError) -> Refusal {
        match self.dialect {
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
        let content_type = match self.media_type.as_deref() {
            Some("application/x-amz-json-1.1") => "application/x-amz-json-1.1",
            Some("application/json") => "application/json",
            _ => "application/x-amz-json-1.0",
        };
        let namespace = if content_type.ends_with("1.1") { "" } else { "com.amazon.coral.service#" };
        let body = serde_json::json!({ "__type": format!("{namespace}{}", error.kind), "message": error.message });
        // Clients look at the kind of error, and all kinds have the same status. SQS kept the status of the
        // query protocol.
        let status = if self.is_sqs() { 403 } else { 400 };
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
        let is_told = self.asks_query_code || self.is_sqs();
        is_told.then(|| ("x-amzn-query-error", format!("{};Sender", query_code(error.kind))))
    }

    fn query(&self, error: &ServiceError) -> Refusal {
        let code = query_code(error.kind);
        let mut xml = Xml::new();
        let namespace = self.service.as_deref().and_then(namespace_of);
        xml.within_namespace("ErrorResponse", namespace, |xml| {
            xml.within("Error", |xml| {
                xml.element("Type", "Sender");
                xml.element("Code", code);
                xml.element("Message", &error.message);
            });
            xml.element("RequestId", &self.request_id);
        });
        let status = if error.kind == INCOMPLETE { 400 } else { 403 };
        Refusal { status, code, content_type: "text/xml", headers: Vec::new(), body: xml.into_bytes() }
    }

    fn ec2(&self, error: &ServiceError) -> Refusal {
        let mut xml = Xml::new();
        xml.within("Response", |xml| {
            xml.within("Errors", |xml| {
                xml.within("Error", |xml| {
                    xml.element("Code", query_code(error.kind));
                    xml.element("Message", &error.message);
                });
            });
            xml.element("RequestID", &self.request_id);
        });
        let (status, body) = (if error.kind == EC2_FAILURE { 401 } else { 400 }, xml.into_bytes());
        Refusal { status, code: error.kind, content_type: "text/xml;charset=UTF-8", headers: Vec::new(), body }
    }

    fn is_sqs(&self) -> bool {
        self.service.as_deref() == Some("sqs")
    }
}
