//! Signed `GetCallerIdentity` requests as proof of identity: the recipient sends such a request to STS to learn who
//! made it. EKS accepts one as a URL, Vault as the parts of a POST.
//!
//! This module decides the contents of such a request beyond the options; `render` decides the output format.

use std::io::Read;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::{BodyDigests, CLUSTER_HEADER, RequestOptions, RequestSource, Unsigned};
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::profiles;
use sigvet_core::endpoint::domain_in;
use sigvet_core::request::{Body, RequestUrl};

/// The header with the name of the Vault server that a login is for (Vault, *AWS auth method*).
const SERVER_HEADER: &str = "X-Vault-AWS-IAM-Server-ID";

/// The call, in the query protocol of STS (*AWS Security Token Service API Reference*, `GetCallerIdentity`).
const CALL: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// The URL of the call at the endpoint of the region from the options, the profile or the environment.
///
/// # Errors
/// The region is not known.
pub fn regional_url(
    credentials: &CredentialOptions,
    signing: &SigningOptions,
    context: &Context,
) -> Result<String, Failure> {
    let region = known_region(credentials, signing.region.as_deref(), context)?.ok_or_else(|| {
        Failure::usage("no region for the STS endpoint")
            .hint("pass --region, preferably the cluster's, or give the full URL")
    })?;
    Ok(url_in(&region))
}

/// The URL of the call at the endpoint of a region.
pub fn url_in(region: &str) -> String {
    format!("{}?{CALL}", endpoint(region))
}

/// The region that was typed, or that the profile or the environment names.
///
/// # Errors
/// The profile is unknown, or its file is broken.
pub fn known_region(
    credentials: &CredentialOptions,
    typed: Option<&str>,
    context: &Context,
) -> Result<Option<String>, Failure> {
    match typed {
        Some(region) => Ok(Some(region.to_owned())),
        None => Ok(profiles::describe(&credentials.choice(), &context.environment)?.settings.region),
    }
}

/// The endpoint for a Vault login: the global one, which is Vault's default, unless the options name a region.
pub fn vault_url(region: Option<&str>) -> String {
    region.map_or_else(|| "https://sts.amazonaws.com/".to_owned(), endpoint)
}

fn endpoint(region: &str) -> String {
    format!("https://sts.{region}.{}/", domain_in(region))
}

/// A request from the options, with the name of a cluster.
#[derive(Debug)]
pub struct ForCluster<'a> {
    /// The options.
    pub request: &'a RequestOptions,
    /// The cluster.
    pub name: &'a str,
}

impl RequestSource for ForCluster<'_> {
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read, digests: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        check_cluster(self.name)?;
        let mut unsigned = self.request.build(url, stdin, digests)?;
        put(&mut unsigned, CLUSTER_HEADER, self.name, "--cluster-name")?;
        Ok(unsigned)
    }

    fn names_host(&self) -> bool {
        self.request.names_host()
    }
}

/// Checks the name of a cluster: aws-iam-authenticator takes any, but none has white space, and an ARN has the name at its end.
fn check_cluster(name: &str) -> Result<(), Failure> {
    if name.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Failure::usage("--cluster-name contains white space; expected the name of the cluster"));
    }
    match name.strip_prefix("arn:").and_then(|arn| arn.rsplit_once('/')) {
        Some((_, name)) => Err(Failure::usage("--cluster-name takes the name of the cluster, not its ARN")
            .hint(format!("pass --cluster-name {name}"))),
        None => Ok(()),
    }
}

/// A login request for Vault: the request from the options, by default the call as a POST.
#[derive(Debug)]
pub struct ForVault<'a> {
    /// The options.
    pub request: &'a RequestOptions,
    /// The name of the Vault server, if it requires one.
    pub server_id: Option<&'a str>,
}

impl RequestSource for ForVault<'_> {
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read, digests: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        let mut unsigned = self.request.build(url, stdin, digests)?;
        let request = &mut unsigned.request;
        if request.body.length() == Some(0) && !self.request.names_method() {
            request.set_method("POST").expect("POST is a method");
            request.body = Body::Bytes(CALL.as_bytes().to_vec());
            if !request.headers.contains("content-type") {
                request.headers.push_unchecked("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
            }
        }
        if request.method() != "POST" {
            return Err(Failure::usage(format!("Vault accepts a POST to STS, not {}", request.method()))
                .hint("omit -X: sigvet makes the request that Vault expects"));
        }
        if let Some(id) = self.server_id {
            put(&mut unsigned, SERVER_HEADER, id, "--vault-server-id")?;
        }
        Ok(unsigned)
    }

    fn names_host(&self) -> bool {
        self.request.names_host()
    }
}

fn put(unsigned: &mut Unsigned, name: &str, value: &str, option: &str) -> Result<(), Failure> {
    if unsigned.request.headers.contains(name) {
        return Err(Failure::usage(format!("{option} and -H '{name}' exclude each other"))
            .hint("omit one of them: both set the same value"));
    }
    if value.is_empty() {
        return Err(Failure::usage(format!("{option} is empty")));
    }
    unsigned.request.headers.push(name, value).map_err(|error| Failure::located(Exit::Usage, option, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The endpoints that botocore 1.44 uses for `create_client('sts', region)`.
    #[test]
    fn the_endpoint_is_that_of_the_region() {
        for (region, expected) in [
            ("eu-central-1", "https://sts.eu-central-1.amazonaws.com/"),
            ("us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com/"),
            ("cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"),
            ("us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov/"),
            ("us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/"),
            ("us-isof-south-1", "https://sts.us-isof-south-1.csp.hci.ic.gov/"),
            ("eu-isoe-west-1", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/"),
            ("eusc-de-east-1", "https://sts.eusc-de-east-1.amazonaws.eu/"),
        ] {
            assert_eq!(endpoint(region), expected);
        }
    }
}
