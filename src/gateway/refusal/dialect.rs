//! The protocol in which a refusal is written: S3, query, EC2, JSON, REST or CBOR.

use sigvet_core::request::{Body, Request};
use sigvet_core::scheme;
use sigvet_core::verify::Claimed;

/// The protocol of a service, which determines how its errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// S3 and S3-compatible object stores: XML with the signed texts in their own elements.
    S3,
    /// IAM, STS and formerly SQS: XML with an `ErrorResponse`.
    Query,
    /// EC2: XML with a `Response`.
    Ec2,
    /// DynamoDB and other services with the operation in `X-Amz-Target`: `__type` and `message`.
    Json,
    /// API Gateway, OpenSearch and Lambda: the kind of error in a header, and a `message`.
    Rest,
    /// CloudWatch and other Smithy RPC v2 services: the members of the JSON protocol, encoded as CBOR.
    Cbor,
}

/// The header that marks a request as Smithy RPC v2 (*Smithy RPC v2 CBOR protocol*); replies carry it too.
pub const SMITHY_PROTOCOL: &str = "smithy-protocol";
/// The value of that header for CBOR.
pub const RPC_V2_CBOR: &str = "rpc-v2-cbor";

/// Whether a service stores objects, at Amazon or at Google, by its name in credential scopes.
pub fn is_object_store(service: &str) -> bool {
    [scheme::Dialect::AWS4, scheme::Dialect::GOOG4].iter().any(|dialect| dialect.stores_objects(service))
}

/// A service that answers in XML: with the query protocol, or REST with XML.
struct XmlService {
    /// The name in credential scopes.
    name: &'static str,
    /// The namespace of its `ErrorResponse`, from botocore's models; empty if it has none.
    namespace: &'static str,
    /// Whether its clients always read XML: the others have another protocol too.
    is_always: bool,
}

const XML_SERVICES: [XmlService; 18] = [
    xml("autoscaling", "http://autoscaling.amazonaws.com/doc/2011-01-01/"),
    xml("cloudformation", "http://cloudformation.amazonaws.com/doc/2010-05-15/"),
    xml("cloudfront", "http://cloudfront.amazonaws.com/doc/2020-05-31/"),
    xml("cloudsearch", "http://cloudsearch.amazonaws.com/doc/2013-01-01/"),
    xml("elasticache", "http://elasticache.amazonaws.com/doc/2015-02-02/"),
    xml("elasticbeanstalk", "http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/"),
    xml("elasticloadbalancing", "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"),
    xml("iam", "https://iam.amazonaws.com/doc/2010-05-08/"),
    xml("importexport", ""),
    xml("monitoring", "http://monitoring.amazonaws.com/doc/2010-08-01/"),
    xml("rds", "http://rds.amazonaws.com/doc/2014-10-31/"),
    xml("redshift", "http://redshift.amazonaws.com/doc/2012-12-01/"),
    xml("route53", "https://route53.amazonaws.com/doc/2013-04-01/"),
    xml("sdb", ""),
    XmlService { is_always: false, ..xml("ses", "http://ses.amazonaws.com/doc/2010-12-01/") },
    xml("sns", "http://sns.amazonaws.com/doc/2010-03-31/"),
    XmlService { is_always: false, ..xml("sqs", "http://queue.amazonaws.com/doc/2012-11-05/") },
    xml("sts", "https://sts.amazonaws.com/doc/2011-06-15/"),
];

const fn xml(name: &'static str, namespace: &'static str) -> XmlService {
    XmlService { name, namespace, is_always: true }
}

/// The namespace of a service's `ErrorResponse`, if it has one.
pub fn namespace_of(service: &str) -> Option<&'static str> {
    let known = XML_SERVICES.iter().find(|known| known.name == service)?;
    Some(known.namespace).filter(|namespace| !namespace.is_empty())
}

fn always_speaks_xml(service: &str) -> bool {
    XML_SERVICES.iter().any(|known| known.is_always && known.name == service)
}

impl Dialect {
    /// The protocol of the service that a request is meant for, as far as the request shows it. Some services have
    /// more than one protocol.
    pub fn of(request: &Request, claimed: Option<&Claimed>) -> Self {
        let service = claimed.and_then(Claimed::scope).map(|scope| scope.service.as_str());
        Self::for_service(request, service)
    }

    /// The protocol in which this service answers the request.
    pub fn for_service(request: &Request, service: Option<&str>) -> Self {
        if request.headers.first_text(SMITHY_PROTOCOL) == Some(RPC_V2_CBOR) {
            return Self::Cbor;
        }
        if request.headers.contains("x-amz-target") {
            return Self::Json;
        }
        match service {
            Some(service) if is_object_store(service) => Self::S3,
            Some("ec2") => Self::Ec2,
            Some(service) if always_speaks_xml(service) || action_of(request).is_some() => Self::Query,
            Some(_) => Self::Rest,
            // Version 2 and forms name no service, so they are treated as S3.
            None if action_of(request).is_some() => Self::Query,
            None => Self::S3,
        }
    }

    /// Whether clients of this protocol read XML.
    pub fn speaks_xml(self) -> bool {
        matches!(self, Self::S3 | Self::Query | Self::Ec2)
    }
}

/// The service of a request whose scope cannot be parsed: the word before `/aws4_request`, or SQS, whose replies have
/// a different status from other services with the same protocol.
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

/// The operation named by a request of the query protocol, in its URL or in its form.
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
    request.headers.media_type().as_deref() == Some("application/x-www-form-urlencoded")
}
