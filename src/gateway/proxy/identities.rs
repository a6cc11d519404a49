//! The keys that clients hold instead of the real ones: which credentials replace them, and what each key may do.

use std::collections::HashMap;
use std::sync::Arc;

use sigvet_core::request::Request;
use sigvet_core::scheme::Scope;

use super::pattern::HostPattern;
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
    /// Hosts, as named by the client.
    pub hosts: Vec<HostPattern>,
    /// Regions in the client's credential scope.
    pub regions: Vec<String>,
    /// Services in the client's credential scope.
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

impl Grant {
    /// Checks that a request is allowed.
    ///
    /// # Errors
    /// If there is only one permission, the error says what it does not allow; otherwise, that none of the permissions
    /// allows the request.
    pub fn check(&self, request: &Request, scope: Option<&Scope>) -> Result<(), Forbidden> {
        match self.permissions.as_slice() {
            [] => Ok(()),
            [only] => only.check(request, scope),
            several if several.iter().any(|permission| permission.check(request, scope).is_ok()) => Ok(()),
            _ => Err(Forbidden::Permission { method: request.method().to_owned() }),
        }
    }
}

impl Permission {
    /// Checks that this permission allows a request.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check(&self, request: &Request, scope: Option<&Scope>) -> Result<(), Forbidden> {
        // A signature that is not bound to a region and a service is valid for all of them.
        let region = scope.and_then(|scope| scope.region.as_deref()).unwrap_or("*");
        let service = scope.map_or("*", |scope| scope.service.as_str());
        self.check_scope_words(request, [Some(region), Some(service)])
    }

    /// Checks that this permission allows a request whose new signature is only sent to one server. Here a signature
    /// that is not bound to a region or a service is fine, because it cannot reach another server.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check_for_one_server(&self, request: &Request, scope: Option<&Scope>) -> Result<(), Forbidden> {
        let region = scope.and_then(|scope| scope.region.as_deref());
        self.check_scope_words(request, [region, scope.map(|scope| scope.service.as_str())])
    }

    /// Checks the host, then the region and the service as far as they are given, and then the rest.
    fn check_scope_words(&self, request: &Request, presented: [Option<&str>; 2]) -> Result<(), Forbidden> {
        let host = request.host().unwrap_or_default();
        if !self.hosts.is_empty() && !self.hosts.iter().any(|pattern| pattern.matches(host)) {
            return Err(Forbidden::Host { host: host.to_owned() });
        }
        let allowed = [("region", &self.regions), ("service", &self.services)];
        for ((what, allowed), presented) in allowed.into_iter().zip(presented) {
            let is_allowed = |presented: &str| allowed.is_empty() || allowed.iter().any(|word| word == presented);
            if let Some(presented) = presented.filter(|presented| !is_allowed(presented)) {
                return Err(Forbidden::Scope { what: format!("{what} {presented}") });
            }
        }
        self.allowance.check(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::proxy::pattern::PrefixPattern;
    use sigvet_core::request::RequestUrl;
    use sigvet_core::scheme::Dialect;
    use sigvet_core::time::Timestamp;

    fn request(method: &str, host: &str, target: &str) -> Request {
        Request::new(method, &RequestUrl::parse(&format!("https://{host}{target}")).unwrap()).unwrap()
    }

    fn scope(region: &str, service: &str) -> Scope {
        Scope::new(&Timestamp::from_epoch_seconds(0), region, service, &Dialect::AWS4).unwrap()
    }

    /// Catches two permissions that are combined: the host of one and the path of the other.
    #[test]
    fn one_permission_has_to_allow_all_of_a_request() {
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
        let s3 = scope("eu-west-1", "s3");
        assert_eq!(grant.check(&request("GET", "a.example", "/read/x"), Some(&s3)), Ok(()));
        assert_eq!(grant.check(&request("PUT", "b.example", "/x"), Some(&scope("eu-west-1", "es"))), Ok(()));
        for (request, scope) in [
            (request("PUT", "a.example", "/read/x"), Some(&s3)),
            (request("GET", "a.example", "/other"), Some(&s3)),
            (request("GET", "b.example", "/read/x"), Some(&s3)),
            (request("GET", "a.example", "/read/x"), Some(&scope("us-east-1", "s3"))),
            (request("GET", "a.example", "/read/x"), Some(&scope("eu-west-1", "es"))),
            (request("GET", "a.example", "/read/x"), None),
        ] {
            assert!(grant.check(&request, scope).is_err(), "{request:?}");
        }
        assert_eq!(Grant::default().check(&request("PUT", "any", "/"), None), Ok(()));
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
        let get = request("GET", "a.example", "/k");
        let anywhere = |service: &str| Scope { region: None, ..scope("eu-west-1", service) };
        for (scope, passes) in [
            (None, true),
            (Some(anywhere("s3")), true),
            (Some(anywhere("sqs")), false),
            (Some(scope("eu-west-1", "s3")), true),
            (Some(scope("us-east-1", "s3")), false),
        ] {
            assert_eq!(limit.check_for_one_server(&get, scope.as_ref()).is_ok(), passes, "{scope:?}");
        }
        assert!(limit.check(&get, None).is_err());
    }
}
