//! The keys that clients hold instead of the real ones: which credentials replace them, and what each key may do.

use std::collections::HashMap;
use std::sync::Arc;

use sigvet_core::endpoint;
use sigvet_core::request::Request;
use sigvet_core::verify::Claimed;

use super::accesses::Access;
use super::pattern::{HostPattern, PrefixPattern};
use super::rules::{Allowance, Forbidden};
use crate::gateway::CredentialSource;

/// What the holder of a key may do.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// The credentials that the requests are signed with. `None` means those of the route.
    pub source: Option<Arc<CredentialSource>>,
    /// The permissions. Without any, everything that the route allows is allowed.
    pub permissions: Vec<Permission>,
}

/// A set of allowed requests. An empty list allows everything.
#[derive(Debug, Clone, Default)]
pub struct Permission {
    /// Hosts that are reached. In a forward proxy, a host that the client names may lead to another by its route.
    pub hosts: Vec<HostPattern>,
    /// Regions in the client's credential scope, or beginnings of them followed by `*`.
    pub regions: Vec<String>,
    /// Services in the client's credential scope, or beginnings of them followed by `*`.
    pub services: Vec<String>,
    /// Methods and paths.
    pub allowance: Allowance,
}

/// Grants by access key ID.
#[derive(Debug, Clone, Default)]
pub struct Identities(HashMap<String, Grant>);

impl Identities {
    /// Builds the table from access key IDs and grants.
    pub fn new(grants: impl IntoIterator<Item = (String, Grant)>) -> Self {
        Self(grants.into_iter().collect())
    }

    /// The sources of the grants, or `None` if a grant uses that of the route.
    pub fn own_sources(&self) -> Option<Vec<&Arc<CredentialSource>>> {
        self.0.values().map(|grant| grant.source.as_ref()).collect()
    }

    /// The grant of an access key ID.
    pub fn grant(&self, access_key_id: &str) -> Option<&Grant> {
        self.0.get(access_key_id)
    }
}

/// The regions and the service that a signature is bound to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedFor {
    /// The regions, which may be patterns such as `us-*` in Version 4A. Empty if it is valid in all of them.
    pub regions: Vec<String>,
    /// The service.
    pub service: String,
}

impl SignedFor {
    /// The scope of a client's signature. Version 2 has none: it is for S3, and the new signature works in the region of
    /// the upstream server, or in those of the route.
    pub fn of(request: &Request, claimed: &Claimed, upstream: &str, of_route: &[String]) -> Self {
        let Some(scope) = claimed.scope() else {
            let region = endpoint::infer(upstream).and_then(|inferred| inferred.region);
            let regions = region.map_or_else(|| of_route.to_vec(), |region| vec![region]);
            return Self { regions, service: "s3".to_owned() };
        };
        let set = match claimed {
            Claimed::V4(claim) => claim.region_set(request),
            _ => None,
        };
        let regions = match (&scope.region, set) {
            (Some(region), _) => vec![region.clone()],
            (None, Some(set)) => set.split(',').map(|region| region.trim().to_owned()).collect(),
            (None, None) => Vec::new(),
        };
        Self { regions, service: scope.service.clone() }
    }
}

impl Grant {
    /// Checks that all accesses of a request are allowed.
    ///
    /// # Errors
    /// If there is only one permission, what it does not allow; otherwise that none of the permissions
    /// allows one of the accesses.
    pub fn check(&self, accesses: &[Access<'_>], signed_for: &SignedFor) -> Result<(), Forbidden> {
        accesses.iter().try_for_each(|access| self.check_access(access, signed_for))
    }

    fn check_access(&self, access: &Access<'_>, signed_for: &SignedFor) -> Result<(), Forbidden> {
        match self.permissions.as_slice() {
            [] => Ok(()),
            [only] => only.check(access, signed_for),
            several if several.iter().any(|permission| permission.check(access, signed_for).is_ok()) => Ok(()),
            _ => Err(Forbidden::Permission { method: access.method.to_owned(), what: access.describe() }),
        }
    }
}

impl Permission {
    /// Checks that this permission allows an access.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check(&self, access: &Access<'_>, signed_for: &SignedFor) -> Result<(), Forbidden> {
        // A signature that is not bound to a region is valid in all of them.
        let everywhere = ["*".to_owned()];
        let regions = if signed_for.regions.is_empty() { &everywhere[..] } else { &signed_for.regions };
        let other = regions.iter().find(|region| !self.allows_region(region));
        self.check_with_region(access, signed_for, other)
    }

    /// Checks that this permission allows an access, if the new signature is only sent to one server. Here a signature
    /// for several regions is fine, because it cannot reach another server.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check_for_one_server(&self, access: &Access<'_>, signed_for: &SignedFor) -> Result<(), Forbidden> {
        let is_covered = |region: &String| region.contains('*') || self.allows_region(region);
        let other = signed_for.regions.first().filter(|_| !signed_for.regions.iter().any(is_covered));
        self.check_with_region(access, signed_for, other)
    }

    /// A signature for the regions `us-*` is one for all that begin so, as is a rule.
    fn allows_region(&self, region: &str) -> bool {
        allows_word(&self.regions, region)
    }

    /// Checks the host, the region, of which `other` is not allowed, the service, and then the rest.
    fn check_with_region(
        &self,
        access: &Access<'_>,
        signed_for: &SignedFor,
        other: Option<&String>,
    ) -> Result<(), Forbidden> {
        if !self.hosts.is_empty() && !self.hosts.iter().any(|pattern| pattern.matches_server(&access.host, access.port))
        {
            return Err(Forbidden::Host { host: access.host.clone().into_owned() });
        }
        let forbidden = |what: &str, word: &str| Err(Forbidden::Scope { what: format!("{what} {word}") });
        if let Some(region) = other {
            return forbidden("region", region);
        }
        if !allows_word(&self.services, &signed_for.service) {
            return forbidden("service", &signed_for.service);
        }
        self.allowance.check(access)
    }
}

/// Whether one of the patterns matches a word. Without any, all words are allowed.
fn allows_word(patterns: &[String], word: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| PrefixPattern::new(pattern).matches(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access<'r>(method: &'r str, host: &'r str, path: &'r str) -> Access<'r> {
        Access { method, host: host.into(), port: 443, path: path.as_bytes().into(), ..Access::default() }
    }

    fn signed_for(regions: &[&str], service: &str) -> SignedFor {
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        SignedFor { regions, service: service.to_owned() }
    }

    /// Catches two permissions that are combined: the host of one and the path of the other.
    #[test]
    fn one_permission_has_to_allow_all_of_an_access() {
        let permission = |host: &str, service: &str, method: &str, path: &str| Permission {
            hosts: vec![HostPattern::new(host)],
            regions: vec!["eu-west-1".to_owned()],
            services: vec![service.to_owned()],
            allowance: Allowance { methods: vec![method.to_owned()], paths: vec![PrefixPattern::new(path)] },
        };
        let grant = Grant {
            source: None,
            permissions: vec![
                permission("a.example", "s3", "GET", "/read/*"),
                permission("b.example", "es", "PUT", "/*"),
            ],
        };
        let (s3, es) = (signed_for(&["eu-west-1"], "s3"), signed_for(&["eu-west-1"], "es"));
        assert_eq!(grant.check(&[access("GET", "a.example", "/read/x")], &s3), Ok(()));
        assert_eq!(grant.check(&[access("PUT", "b.example", "/x")], &es), Ok(()));
        for (access, signed_for) in [
            (access("PUT", "a.example", "/read/x"), &s3),
            (access("GET", "a.example", "/other"), &s3),
            (access("GET", "b.example", "/read/x"), &s3),
            (access("GET", "a.example", "/read/x"), &signed_for(&["us-east-1"], "s3")),
            (access("GET", "a.example", "/read/x"), &es),
            (access("GET", "a.example", "/read/x"), &signed_for(&[], "s3")),
        ] {
            assert!(grant.check(std::slice::from_ref(&access), signed_for).is_err(), "{access:?}");
        }
        assert_eq!(Grant::default().check(&[access("PUT", "any", "/")], &signed_for(&[], "s3")), Ok(()));
    }

    /// Catches a pattern that never matches, and one that a signature for more regions passes.
    #[test]
    fn regions_and_services_may_be_patterns() {
        let permission = Permission {
            regions: vec!["us-east-*".to_owned()],
            services: vec!["s3*".to_owned()],
            ..Permission::default()
        };
        let get = access("GET", "h", "/k");
        for (regions, service, passes) in [
            (&["us-east-1"][..], "s3", true),
            (&["us-east-2"], "s3express", true),
            (&["us-east-*"], "s3", true),
            (&["us-*"], "s3", false),
            (&["*"], "s3", false),
            (&["us-east-1", "eu-west-1"], "s3", false),
            (&["us-east-1"], "sts", false),
        ] {
            assert_eq!(permission.check(&get, &signed_for(regions, service)).is_ok(), passes, "{regions:?} {service}");
        }
    }

    /// Catches a copy of an object that may not be read.
    #[test]
    fn each_access_of_a_request_has_to_be_allowed() {
        let permission = |method: &str, path: &str| Permission {
            allowance: Allowance { methods: vec![method.to_owned()], paths: vec![PrefixPattern::new(path)] },
            ..Permission::default()
        };
        let grant = Grant { source: None, permissions: vec![permission("PUT", "/out/*"), permission("GET", "/in/*")] };
        let s3 = signed_for(&["us-east-1"], "s3");
        let copy = |from| [access("PUT", "h", "/out/k"), access("GET", "h", from)];
        assert_eq!(grant.check(&copy("/in/k"), &s3), Ok(()));
        for from in ["/out/k", "/secret/k", ""] {
            assert!(grant.check(&copy(from), &s3).is_err(), "{from}");
        }
    }

    /// Catches a limit to the region of one server that rejects a presigned Version 2 URL or a signature for all
    /// regions, and one that a signature for a different region gets around.
    #[test]
    fn at_one_server_a_signature_without_a_region_is_valid() {
        let limit = Permission {
            regions: vec!["eu-west-1".to_owned()],
            services: vec!["s3".to_owned()],
            ..Permission::default()
        };
        let get = access("GET", "a.example", "/k");
        for (regions, service, passes_at_one, passes) in [
            (&[][..], "s3", true, false),
            (&["*"], "s3", true, false),
            (&["eu-*"], "s3", true, false),
            (&["eu-west-1"], "s3", true, true),
            (&["eu-west-1", "us-east-1"], "s3", true, false),
            (&["us-east-1"], "s3", false, false),
            (&["*"], "sqs", false, false),
        ] {
            let signed_for = signed_for(regions, service);
            assert_eq!(limit.check_for_one_server(&get, &signed_for).is_ok(), passes_at_one, "{signed_for:?}");
            assert_eq!(limit.check(&get, &signed_for).is_ok(), passes, "{signed_for:?}");
        }
    }
}
