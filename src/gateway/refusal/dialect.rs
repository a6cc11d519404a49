//! In whose words a refusal is written: of S3, of the query protocol, of EC2, of JSON, of CBOR.

use sigvet_core::request::{Body, Request};
use sigvet_core::verify::Claimed;

/// The protocol of a service, as its errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// S3 and what stores objects as it does: XML, with the texts in elements of their own.
    S3,
    /// SQS of old, IAM, STS: XML in an `ErrorResponse`.
    Query,
    /// EC2: XML in a `Response`.
    Ec2,
    /// DynamoDB and all that name an operation in `X-Amz-Target`: `__type` and `message`.
    Json,
    /// API Gateway, OpenSearch, Lambda: a header with the kind, and `message`.
    Rest,
    /// CloudWatch and others that speak Smithy RPC v2: the members of JSON, written in CBOR.
    Cbor,
}

/// Says that a request is Smithy RPC v2 (*Smithy RPC v2 CBOR protocol*); every reply has the same header.
pub const SMITHY_PROTOCOL: &str = "smithy-protocol";
/// With CBOR.
pub const RPC_V2_CBOR: &str = "rpc-v2-cbor";

/// Services that store objects, by the word in their scopes.
const OBJECT_STORES: [&str; 5] = ["s3", "s3express", "s3-object-lambda", "s3-outposts", "storage"];
/// Services whose clients read XML, by the word in their scopes: the query protocol, and REST with XML.
const XML_SERVICES: [&str; 16] = [
    "autoscaling",
    "cloudformation",
    "cloudfront",
    "cloudsearch",
    "elasticache",
    "elasticbeanstalk",
    "elasticloadbalancing",
    "iam",
    "importexport",
    "monitoring",
    "rds",
    "redshift",
    "route53",
    "sdb",
    "sns",
    "sts",
];

impl Dialect {
    /// The protocol of the service that a request is meant for, as far as it shows. Some services speak more than one.
    pub fn of(request: &Request, claimed: Option<&Claimed>) -> Self {
        let service = claimed.and_then(Claimed::scope).map(|scope| scope.service.as_str());
        Self::for_service(request, service)
    }

    /// The protocol in which that service answers a request.
    pub fn for_service(request: &Request, service: Option<&str>) -> Self {
        if request.headers.first_text(SMITHY_PROTOCOL) == Some(RPC_V2_CBOR) {
            return Self::Cbor;
        }
        if request.headers.contains("x-amz-target") {
            return Self::Json;
        }
        match service {
            Some(service) if OBJECT_STORES.contains(&service) => Self::S3,
            Some("ec2") => Self::Ec2,
            Some(service) if XML_SERVICES.contains(&service) || action_of(request).is_some() => Self::Query,
            Some(_) => Self::Rest,
            // Version 2 and forms name no service: they are S3's.
            None if action_of(request).is_some() => Self::Query,
            None => Self::S3,
        }
    }

    /// Whether its clients read XML.
    pub fn speaks_xml(self) -> bool {
        matches!(self, Self::S3 | Self::Query | Self::Ec2)
    }
}

/// The service of a request whose scope cannot be read: what stands before `/aws4_request`, or SQS, whose replies have another
/// status than those of others in the same protocol.
pub fn service_in_text(request: &Request) -> Option<String> {
    let target = request.headers.first_text("x-amz-target").unwrap_or_default();
    let header = request.headers.first("authorization").unwrap_or_default();
    let texts =
        [header, request.query().unwrap_or_default()].map(|text| String::from_utf8_lossy(text).replace("%2F", "/"));
    let found = texts.iter().find_map(|text| {
        let (scope, _) = text.split_once("/aws4_request")?;
        scope.rsplit('/').next().filter(|service| is_name(service)).map(str::to_owned)
    });
    found.or_else(|| target.starts_with("AmazonSQS.").then(|| "sqs".to_owned()))
}

fn is_name(service: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !service.is_empty() && service.bytes().all(is_part)
}

/// The operation that a request of the query protocol names, in its URL or in its form.
pub fn action_of(request: &Request) -> Option<&str> {
    let form = match &request.body {
        Body::Bytes(bytes) if is_form(request) => bytes.as_slice(),
        _ => &[],
    };
    let texts = [request.query().unwrap_or_default(), form];
    let mut parameters = texts.into_iter().flat_map(|text| text.split(|byte| *byte == b'&'));
    let name = parameters.find_map(|parameter| parameter.strip_prefix(b"Action="))?;
    let is_name =
        !name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric) && !name.first().is_some_and(u8::is_ascii_digit);
    std::str::from_utf8(name).ok().filter(|_| is_name)
}

fn is_form(request: &Request) -> bool {
    let types = request.headers.values("content-type").next();
    types.is_some_and(|value| value.trim_ascii_start().starts_with(b"application/x-www-form-urlencoded"))
}
