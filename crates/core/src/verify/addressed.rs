//! Compares the scope with the service and region that the host implies. Only AWS's own hosts imply them reliably:
//! other stores accept any region, and custom host names imply nothing.

use super::scope::covers;
use super::{Finding, Judge};
use crate::claim::Claim;
use crate::derivation::Terms;
use crate::endpoint::{self, Inference};
use crate::request::Request;
use crate::scheme::{Dialect, Scope};

/// Other names of a host's service in scopes: the inferred name, and one that is accepted too.
const ALIASES: [(&str, &str); 10] = [
    // Names of botocore 1.10's service models for the same hosts.
    ("autoscaling", "application-autoscaling"),
    ("autoscaling", "autoscaling-plans"),
    ("iot", "execute-api"),
    ("iotdata", "iotdevicegateway"),
    ("iotdata", "iot-jobs-data"),
    ("ses", "email"),
    ("kafka", "kafka-cluster"),
    ("geo-maps", "geo"),
    ("geo-places", "geo"),
    ("geo-routes", "geo"),
];

/// Services whose host without a region serves one region after another (*AWS Health endpoints*).
const MOVING: [&str; 1] = ["health"];

/// A part of the scope that the host contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The value that the host implies; empty if the host only shows that the scope is wrong.
    pub expected: String,
    /// The value in the scope.
    pub presented: String,
    /// How certain the contradiction is.
    pub sureness: Sureness,
}

/// How certain it is that the host refuses the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sureness {
    /// The server of that host refuses the request.
    Certain,
    /// The host may serve several regions, or the service is only guessed from its name.
    Likely,
}

/// The parts of the scope that the server of the host refuses. If the judge expects a scope, that takes precedence over
/// the host.
pub(super) fn judge(request: &Request, claim: &Claim, judge: &Judge<'_>) -> Vec<Finding> {
    let regions = claim.region_set(request).filter(|_| claim.terms.scheme.has_region_set());
    judge_scope(request, (&claim.terms.scope, regions.as_deref()), &claim.terms.dialect, judge)
}

/// Judges a scope alone, as in forms, or a scope with a region set.
pub(super) fn judge_scope(
    request: &Request,
    (scope, regions): (&Scope, Option<&str>),
    dialect: &Dialect,
    judge: &Judge<'_>,
) -> Vec<Finding> {
    let (expected_region, expected_service) = judge.scope.parts();
    let certain = |found: &Contradiction| found.sureness == Sureness::Certain;
    let region = match (scope.region.as_deref(), regions) {
        (_, Some(regions)) => contradicted_regions(request, regions),
        (Some(region), None) => contradicted_region(request, region),
        (None, None) => None,
    };
    let region = region.filter(|found| certain(found) && expected_region.is_none());
    let service = contradicted_service(request, &scope.service, dialect);
    let service = service.filter(|found| certain(found) && expected_service.is_none());
    let region = region.map(|Contradiction { expected, presented, .. }| Finding::HostRegion { expected, presented });
    let service = service.map(|Contradiction { expected, presented, .. }| Finding::HostService { expected, presented });
    region.into_iter().chain(service).collect()
}

/// The contradiction if the scope names another region than the host.
pub fn region_of_host(request: &Request, terms: &Terms) -> Option<Contradiction> {
    contradicted_region(request, terms.scope.region.as_deref()?)
}

/// The contradiction if the host names a region and the region set does not cover it.
fn contradicted_regions(request: &Request, presented: &str) -> Option<Contradiction> {
    let (host, inference) = aws(request)?;
    let expected = inference.region.filter(|region| host.contains(region))?;
    let is_covered = presented.split(',').any(|pattern| covers(pattern.trim(), &expected));
    let presented = presented.to_owned();
    (!is_covered).then_some(Contradiction { expected, presented, sureness: Sureness::Certain })
}

fn contradicted_region(request: &Request, presented: &str) -> Option<Contradiction> {
    let (host, inference) = aws(request)?;
    if inference.region.as_deref() == Some(presented) {
        return None;
    }
    let expected = inference.region.unwrap_or_default();
    let service = inference.service.unwrap_or_default();
    // A host that names no region serves the one of its global service; S3's serves all of them.
    let (expected, sureness) = match () {
        () if !expected.is_empty() && host.contains(&expected) => (expected, Sureness::Certain),
        () if !is_region(presented) => (String::new(), Sureness::Certain),
        () if expected.is_empty() || service == "s3" => return None,
        () if MOVING.contains(&service.as_str()) => (expected, Sureness::Likely),
        () => (expected, Sureness::Certain),
    };
    Some(Contradiction { expected, presented: presented.to_owned(), sureness })
}

/// The contradiction if the scope names another service than the host.
pub fn service_of_host(request: &Request, terms: &Terms) -> Option<Contradiction> {
    contradicted_service(request, &terms.scope.service, &terms.dialect)
}

fn contradicted_service(request: &Request, presented: &str, dialect: &Dialect) -> Option<Contradiction> {
    let expected = aws(request)?.1.service?;
    // A directory bucket does not accept a signature for the service s3, and other buckets do not accept one for
    // s3express.
    let is_store = |service: &str| dialect.stores_objects(service) && service != "s3express";
    let are_stores = is_store(presented) && is_store(&expected);
    let is_alias = ALIASES.contains(&(expected.as_str(), presented));
    if expected == presented || are_stores || is_alias {
        return None;
    }
    let sureness = if endpoint::is_known_service(&expected) { Sureness::Certain } else { Sureness::Likely };
    Some(Contradiction { expected, presented: presented.to_owned(), sureness })
}

/// Whether the request goes to one of AWS's own hosts.
pub fn is_aws(request: &Request) -> bool {
    aws(request).is_some()
}

fn aws(request: &Request) -> Option<(String, Inference)> {
    let host = request.host()?;
    let inference = endpoint::infer_from_header(host).filter(|inference| inference.provider == endpoint::AWS)?;
    Some((host.to_ascii_lowercase(), inference))
}

/// Whether a word has the shape of AWS's regions, `us-west-2`, `us-gov-east-1`.
pub fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let Some((number, names)) = parts.split_last() else { return false };
    let Some(first) = names.first() else { return false };
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    names.len() >= 2 && (2..=4).contains(&first.len()) && names.iter().all(is_name) && is_number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestUrl;
    use crate::scheme::Dialect;

    fn at(host: &str, region: &str, service: &str) -> (Request, Terms) {
        let mut request = Request::new("GET", &RequestUrl::parse(&format!("https://{host}/k")).unwrap()).unwrap();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
        );
        request.headers.push("X-Amz-Date", "20150830T123600Z").unwrap();
        request.headers.push("Authorization", authorization).unwrap();
        let terms = Claim::extract(&request).unwrap().terms;
        assert_eq!(terms.dialect, Dialect::AWS4);
        (request, terms)
    }

    /// The region names are from AWS's page *AWS regions*.
    #[test]
    fn a_region_is_recognised_by_its_shape() {
        for region in ["us-east-1", "ap-southeast-10", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_region(region), "{region}");
        }
        for word in [
            "",
            "us",
            "us-1",
            "us-east",
            "us-east-",
            "us-east-x",
            "us-east-123",
            "-east-1",
            "us--1",
            "US-east-1",
            "u-east-1",
            "weird-east-1",
            "us-e1st-1",
            "auto",
            "us-east-1a",
        ] {
            assert!(!is_region(word), "{word}");
        }
    }

    #[test]
    fn a_host_contradicts_a_region_with_certainty_only_if_it_names_one() {
        let found = |host: &str, region: &str, service: &str| {
            let (request, terms) = at(host, region, service);
            region_of_host(&request, &terms).map(|found| (found.expected, found.sureness))
        };
        let certain = |region: &str| Some((region.to_owned(), Sureness::Certain));
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "eu-west-1", "s3"), None);
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "us-east-1", "s3"), certain("eu-west-1"));
        // The global S3 host serves every region, but a name that is not a region is wrong anywhere.
        assert_eq!(found("b.s3.amazonaws.com", "eu-west-1", "s3"), None);
        assert_eq!(found("b.s3.amazonaws.com", "london", "s3"), certain(""));
        // IAM has one region, which its host does not name.
        assert_eq!(found("iam.amazonaws.com", "us-east-1", "iam"), None);
        assert_eq!(found("iam.amazonaws.com", "eu-west-1", "iam"), certain("us-east-1"));
        assert_eq!(found("sts.amazonaws.com", "eu-west-1", "sts"), certain("us-east-1"));
        assert_eq!(found("iam.us-gov.amazonaws.com", "us-gov-east-1", "iam"), certain("us-gov-west-1"));
        // The service answers from another region after a failure.
        let likely = Some(("us-east-1".to_owned(), Sureness::Likely));
        assert_eq!(found("global.health.amazonaws.com", "us-east-2", "health"), likely);
        assert_eq!(found("store.example", "london", "s3"), None);
    }

    #[test]
    fn a_host_contradicts_a_service_unless_it_is_an_alias() {
        let found = |host: &str, service: &str| {
            let (request, terms) = at(host, "eu-west-1", service);
            service_of_host(&request, &terms).map(|found| (found.expected, found.sureness))
        };
        let certain = |service: &str| Some((service.to_owned(), Sureness::Certain));
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "s3"), None);
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "s3-outposts"), None);
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "s3express"), certain("s3"));
        assert_eq!(found("b.s3.eu-west-1.amazonaws.com", "iam"), certain("s3"));
        assert_eq!(found("sqs.eu-west-1.amazonaws.com", "s3"), certain("sqs"));
        assert_eq!(found("data.iot.eu-west-1.amazonaws.com", "iotdevicegateway"), None);
        assert_eq!(found("iot.eu-west-1.amazonaws.com", "execute-api"), None);
        assert_eq!(found("git-codecommit.eu-west-1.amazonaws.com", "codecommit"), None);
        for (host, presented, service) in [
            ("git-codecommit", "git-codecommit", "codecommit"),
            ("api.ecr", "api.ecr", "ecr"),
            ("cognito-idp", "cognito", "cognito-idp"),
            ("bedrock-runtime", "bedrock-runtime", "bedrock"),
            ("email", "sns", "ses"),
        ] {
            assert_eq!(found(&format!("{host}.eu-west-1.amazonaws.com"), presented), certain(service), "{host}");
        }
        let likely = Some(("brand-new".to_owned(), Sureness::Likely));
        assert_eq!(found("brand-new.eu-west-1.amazonaws.com", "sqs"), likely, "only guessed from the host");
        assert_eq!(found("store.example", "sqs"), None);
        assert!(is_aws(&at("sqs.eu-west-1.amazonaws.com", "r", "sqs").0) && !is_aws(&at("store.example", "r", "s3").0));
    }
}
