//! What the host says of service and region, beside what the scope says. Only AWS's own hosts say it surely: other stores
//! take any region, and names of one's own say nothing.

use crate::diagnosis::catalogue::{SCOPE_REGION, SCOPE_SERVICE};
use crate::diagnosis::inspect::scope;
use crate::diagnosis::outcome::{AppliedMistake, JudgedV4};
use sigvet_core::endpoint::{self, Inference};
use sigvet_core::request::Request;

/// Services that each sign for one name on their hosts, and for nothing else.
#[rustfmt::skip]
const CERTAIN: [&str; 22] = [
    "s3", "s3express", "execute-api", "es", "aoss", "lambda", "sts", "iam", "dynamodb", "sqs", "sns", "kms", "kinesis",
    "firehose", "secretsmanager", "ssm", "logs", "events", "states", "athena", "glue", "bedrock",
];
/// Other names that a host's service goes by in scopes: the name inferred, and the one that is taken too.
const ALIASES: [(&str, &str); 7] = [
    ("iotdata", "iotdevicegateway"),
    ("iotdata", "iot-jobs-data"),
    ("ses", "email"),
    ("kafka", "kafka-cluster"),
    ("geo-maps", "geo"),
    ("geo-places", "geo"),
    ("geo-routes", "geo"),
];

/// A mistake, and whether the host leaves a doubt.
pub(super) enum Sureness {
    Certain(AppliedMistake),
    Likely(AppliedMistake),
    None,
}

impl Sureness {
    pub(super) fn certain(self) -> Option<AppliedMistake> {
        if let Self::Certain(made) = self { Some(made) } else { None }
    }

    pub(super) fn likely(self) -> Option<AppliedMistake> {
        if let Self::Likely(made) = self { Some(made) } else { None }
    }
}

/// Whether the request goes to one of AWS's own hosts.
pub(super) fn is_aws(request: &Request) -> bool {
    aws(request).is_some()
}

/// The scope names another region than the host.
pub(super) fn other_region(judged: &JudgedV4<'_>) -> Sureness {
    let Some(presented) = judged.claim.terms.scope.region.as_deref() else { return Sureness::None };
    let Some((host, inference)) = aws(judged.request) else { return Sureness::None };
    if scope::is_service(presented) || inference.region.as_deref() == Some(presented) {
        return Sureness::None;
    }
    let expected = inference.region.unwrap_or_default();
    let made = AppliedMistake::new(&SCOPE_REGION, presented, expected.as_str());
    let of_host = made.clone().with_detail(format!("the host is in {expected}"));
    // A host that names no region answers for several, or for one that is only guessed.
    match () {
        () if !expected.is_empty() && host.contains(&expected) => Sureness::Certain(of_host),
        () if !scope::is_region(presented) => {
            Sureness::Certain(made.with_detail(format!("'{presented}' is no region of AWS's")))
        }
        () if !expected.is_empty() && inference.service.as_deref() != Some("s3") => Sureness::Likely(of_host),
        () => Sureness::None,
    }
}

/// The scope names another service than the host.
pub(super) fn other_service(judged: &JudgedV4<'_>) -> Sureness {
    let terms = &judged.claim.terms;
    let presented = terms.scope.service.as_str();
    let Some(expected) = aws(judged.request).and_then(|(_, inference)| inference.service) else {
        return Sureness::None;
    };
    let are_stores = [presented, &expected].into_iter().all(|service| terms.dialect.stores_objects(service));
    let is_alias = ALIASES.contains(&(expected.as_str(), presented));
    if expected == presented || are_stores || is_alias || scope::is_region(presented) {
        return Sureness::None;
    }
    let made = AppliedMistake::new(&SCOPE_SERVICE, presented, expected.as_str())
        .with_detail(format!("the host is one of {expected}"));
    if CERTAIN.contains(&expected.as_str()) { Sureness::Certain(made) } else { Sureness::Likely(made) }
}

fn aws(request: &Request) -> Option<(String, Inference)> {
    let host = request.host()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let inference = endpoint::infer(&name).filter(|inference| inference.provider == "AWS")?;
    Some((name, inference))
}
