//! Who signs for the next hop, and what else changes.

use crate::credentials::Credentials;
use crate::endpoint::BucketRule;
use crate::prepare::Identity;
use crate::request::RequestUrl;
use crate::scheme::{Dialect, Scheme, Scope, SigningKey};

/// Who signs for the next hop. Anything not set here stays as in the client's request.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[must_use]
pub struct Outbound<'a> {
    /// The credentials to sign with.
    pub credentials: &'a Credentials,
    /// The host of the next hop; the path and query of the URL are not used.
    pub host: Option<&'a RequestUrl>,
    /// The region to sign for; in Version 4A, the region set.
    pub region: Option<&'a str>,
    /// The service to sign for, whose rules for paths and tokens then apply.
    pub service: Option<&'a str>,
    /// How to find the bucket in the new host, for Version 2.
    pub buckets: BucketRule<'a>,
    /// A signing key that was derived from these credentials before. It is used if its scope fits.
    pub key: Option<&'a SigningKey>,
}

impl<'a> Outbound<'a> {
    /// Signs with these credentials, and changes nothing else.
    pub fn new(credentials: &'a Credentials) -> Self {
        Self { credentials, host: None, region: None, service: None, buckets: BucketRule::default(), key: None }
    }

    /// Sends the request to another host.
    pub fn with_host(self, url: &'a RequestUrl) -> Self {
        Self { host: Some(url), ..self }
    }

    /// Signs for another region.
    pub fn with_region(self, region: &'a str) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Signs for another service.
    pub fn with_service(self, service: &'a str) -> Self {
        Self { service: Some(service), ..self }
    }

    /// Sets how to find the bucket in the new host, for Version 2.
    pub fn with_buckets(self, buckets: BucketRule<'a>) -> Self {
        Self { buckets, ..self }
    }

    /// Signs with a key that was derived before, if its scope fits.
    pub fn with_key(self, key: &'a SigningKey) -> Self {
        Self { key: Some(key), ..self }
    }

    pub(super) fn identity(&self) -> Identity {
        Identity::from(self.credentials)
    }

    pub(super) fn signing_key(&self, scheme: Scheme, dialect: &Dialect, scope: &Scope) -> SigningKey {
        match self.key.filter(|key| key.scope() == scope) {
            Some(key) => key.clone(),
            None => SigningKey::for_scheme(scheme, self.credentials, dialect, scope),
        }
    }
}
