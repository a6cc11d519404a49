//! Whether a server stores objects, as S3 does, and in which bucket.
//!
//! The server decides that, and not the client: some object stores, such as Ceph, do not check the service of a
//! signature, so rules about buckets must not depend on what a client writes there.

use sigvet_core::endpoint::{self, BucketRule};
use sigvet_core::internal::without_port;
use sigvet_core::verify::Claimed;

use super::pattern::plain_host;
use crate::gateway::refusal::is_object_store;

/// Whether a server stores objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Storage {
    /// It does: paths are those of buckets and keys.
    Objects,
    /// It may: a request has to be allowed as S3 reads it, and as its path is.
    Unclear,
    /// It is another service: paths are those on the wire.
    #[default]
    Other,
}

impl Storage {
    /// Whether the server may store objects.
    pub fn may_store(self) -> bool {
        self != Self::Other
    }

    /// Of a service whose name is known for sure.
    pub fn of_service(service: &str) -> Self {
        if is_object_store(service) { Self::Objects } else { Self::Other }
    }

    /// Of the server that a client signed a request for. `services` are those that the route names, which is the word of
    /// its owner.
    pub fn of_signed(claimed: &Claimed, host: &str, services: &[String]) -> Self {
        if is_control(host) {
            return Self::Other;
        }
        let claimed = service_of(claimed);
        if is_object_store(claimed) {
            return Self::Objects;
        }
        if services.iter().any(|service| service == claimed) {
            return Self::Other;
        }
        service_at(host).map_or(Self::Unclear, |service| Self::of_service(&service))
    }
}

/// The service that a request is signed for, if its host is known and has another one. Not all servers check that.
pub fn wrong_service<'c>(claimed: &'c Claimed, host: &str, services: &[String]) -> Option<&'c str> {
    let claimed = service_of(claimed);
    let own = service_at(host).filter(|_| !services.iter().any(|service| service == claimed))?;
    let is_aws = || endpoint::infer(host).is_some_and(|inferred| inferred.provider == "AWS");
    let fits = match is_object_store(&own) {
        true => is_object_store(claimed),
        // Some of AWS's services have several names.
        false => own == claimed || (is_aws() && !is_object_store(claimed)),
    };
    (!fits).then_some(claimed)
}

/// The service that a request is signed for. Version 2 and forms name none: they are for S3.
fn service_of(claimed: &Claimed) -> &str {
    claimed.scope().map_or("s3", |scope| scope.service.as_str())
}

fn service_at(host: &str) -> Option<String> {
    endpoint::infer(without_port(host)).and_then(|inferred| inferred.service)
}

/// What follows the name of an access point in the names of S3's hosts.
const BEHIND_ACCESS_POINTS: [&str; 4] = [".accesspoint.", ".s3-accesspoint", ".s3-object-lambda", ".s3-outposts"];

/// The bucket in the name of a host: known from the provider, or whatever precedes one of these domains. An access point
/// counts as a bucket, for its paths are not those of a bucket with another name.
pub fn bucket_of(host: &str, domains: &[String]) -> Option<String> {
    let name = without_port(host);
    let access_point = || {
        let name = name.to_ascii_lowercase();
        let at = BEHIND_ACCESS_POINTS.iter().filter_map(|marker| name.find(marker)).min()?;
        name.get(..at).map(str::to_owned)
    };
    match endpoint::infer(name) {
        Some(_) if is_control(name) => None,
        Some(inferred) => inferred.bucket.or_else(access_point),
        None => BucketRule { chosen: None, endpoints: domains }.bucket_of(name),
    }
}

/// Whether a host has the API for accounts (S3 Control, also that of Outposts or at an interface endpoint), whose
/// paths begin with a version. An account may precede it, and a bucket never does (S3 API reference, *Actions*).
fn is_control(host: &str) -> bool {
    let name = plain_host(without_port(host));
    let labels: Vec<&str> = name.split('.').collect();
    // The labels behind the one that says so are no longer a customer's: a bucket may be called `s3-control`.
    let is_last_of_s3 = |at: usize| !labels.iter().skip(at + 1).any(|label| label.starts_with("s3"));
    let is_control = |at: usize| {
        let label = labels.get(at).copied().unwrap_or_default();
        // The hosts of access points on Outposts have a name and an outpost in front.
        label.starts_with("s3-control") || (label.starts_with("s3-outposts") && at <= 1)
    };
    let is_by_endpoint = |at: usize| {
        let behind = labels.get(at..).unwrap_or_default();
        matches!(behind, ["control", endpoint, "s3", _, "vpce", "amazonaws", ..] if endpoint.starts_with("vpce-"))
    };
    endpoint::infer(&name).is_some_and(|inferred| inferred.provider == "AWS")
        && (0..labels.len()).any(|at| (is_control(at) && is_last_of_s3(at)) || is_by_endpoint(at))
}

#[cfg(test)]
mod tests {
    use sigvet_core::credentials::Credentials;
    use sigvet_core::prepare::{Identity, Settings, prepare};
    use sigvet_core::request::{Request, RequestUrl};
    use sigvet_core::time::Timestamp;

    use super::*;

    fn claimed_for(service: &str) -> Claimed {
        let credentials = Credentials::new("AKIDEXAMPLE", "hush");
        let request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
        let settings = Settings::new("us-east-1", service);
        let now = Timestamp::from_epoch_seconds(1_700_000_000);
        let prepared = prepare(request, &Identity::from(&credentials), &settings, now).unwrap();
        let signed = prepared.sign_once(&credentials.secret_access_key).request;
        Claimed::extract(&signed, BucketRule::default()).unwrap()
    }

    /// Catches a made-up service in the scope that turns the rules about buckets off.
    #[test]
    fn the_server_decides_whether_it_stores_objects() {
        for (host, service, services, expected) in [
            ("127.0.0.1:8000", "s3", &[][..], Storage::Objects),
            ("127.0.0.1:8000", "foo", &[], Storage::Unclear),
            ("rgw.corp", "iam", &[], Storage::Unclear),
            ("search.corp", "es", &["es"], Storage::Other),
            ("search-x.us-east-1.es.amazonaws.com", "es", &[], Storage::Other),
            ("s3.us-east-1.amazonaws.com", "foo", &[], Storage::Objects),
            ("s3.eu-central-1.wasabisys.com", "iam", &[], Storage::Objects),
            ("123456789012.s3-control.us-east-1.amazonaws.com", "s3", &[], Storage::Other),
        ] {
            let services: Vec<String> = services.iter().map(|service| (*service).to_owned()).collect();
            assert_eq!(Storage::of_signed(&claimed_for(service), host, &services), expected, "{host} {service}");
        }
    }

    #[test]
    fn a_request_has_to_be_signed_for_a_service_of_its_host() {
        for (host, service, services, fits) in [
            ("s3.us-east-1.amazonaws.com", "s3", &[][..], true),
            ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "s3express", &[], true),
            ("s3.us-east-1.amazonaws.com", "foo", &[], false),
            ("storage.googleapis.com", "iam", &[], false),
            ("nyc3.digitaloceanspaces.com", "sts", &[], false),
            ("nyc3.digitaloceanspaces.com", "sts", &["sts"], true),
            ("sts.wasabisys.com", "s3", &[], false),
            ("sts.wasabisys.com", "iam", &[], false),
            ("sts.wasabisys.com", "sts", &[], true),
            ("sqs.us-east-1.amazonaws.com", "s3", &[], false),
            // A second name of the same service.
            ("email.us-east-1.amazonaws.com", "email", &[], true),
            ("rgw.corp:8000", "iam", &[], true),
        ] {
            let services: Vec<String> = services.iter().map(|service| (*service).to_owned()).collect();
            assert_eq!(wrong_service(&claimed_for(service), host, &services).is_none(), fits, "{host} {service}");
        }
    }

    /// Catches an account's name that is taken for that of a bucket: whoever may use the bucket could start batch jobs.
    #[test]
    fn hosts_of_the_control_api_have_no_bucket() {
        for host in [
            "own.s3-control.us-east-1.amazonaws.com",
            "own.s3-control.dualstack.us-east-1.amazonaws.com",
            "own.s3-control-fips.us-east-1.amazonaws.com",
            "s3-control.us-east-1.amazonaws.com",
            "own.s3-outposts.us-east-1.amazonaws.com",
            "s3-outposts.us-east-1.amazonaws.com",
            "own.control.vpce-0123-abc.s3.us-east-1.vpce.amazonaws.com",
        ] {
            assert_eq!((bucket_of(host, &[]), is_control(host)), (None, true), "{host}");
        }
        let outpost = "own-123456789012.op-01ac5d28a6a232904.s3-outposts.us-east-1.amazonaws.com";
        assert_eq!(bucket_of(outpost, &[]).as_deref(), Some("own-123456789012.op-01ac5d28a6a232904"));
        // A bucket may be called like that.
        assert_eq!(bucket_of("s3-control.s3.us-east-1.amazonaws.com", &[]).as_deref(), Some("s3-control"));
    }
}
