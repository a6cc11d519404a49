//! In whose words a refusal is written: of S3, of the query protocol, of EC2, of JSON.

use sigvet_core::request::Request;
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
}

/// Services that store objects, by the word in their scopes.
const OBJECT_STORES: [&str; 5] = ["s3", "s3express", "s3-object-lambda", "s3-outposts", "storage"];
/// Services of the query protocol that use no form.
const QUERY_SERVICES: [&str; 10] = [
    "sts",
    "iam",
    "sns",
    "sqs",
    "rds",
    "cloudformation",
    "autoscaling",
    "elasticloadbalancing",
    "monitoring",
    "redshift",
];

impl Dialect {
    /// The protocol of the service that a request is meant for, as far as it shows.
    pub fn of(request: &Request, claimed: Option<&Claimed>) -> Self {
        if request.headers.contains("x-amz-target") {
            return Self::Json;
        }
        let service = claimed.and_then(Claimed::scope).map(|scope| scope.service.as_str());
        match service {
            Some(service) if OBJECT_STORES.contains(&service) => Self::S3,
            Some("ec2") => Self::Ec2,
            Some(service) if QUERY_SERVICES.contains(&service) || names_action(request) => Self::Query,
            Some(_) => Self::Rest,
            // Version 2 and forms name no service: they are S3's.
            None if names_action(request) => Self::Query,
            None => Self::S3,
        }
    }

    /// Whether its clients read XML.
    pub fn speaks_xml(self) -> bool {
        matches!(self, Self::S3 | Self::Query | Self::Ec2)
    }
}

fn names_action(request: &Request) -> bool {
    let query = request.query().unwrap_or_default();
    query.split(|byte| *byte == b'&').any(|parameter| parameter.starts_with(b"Action="))
}
