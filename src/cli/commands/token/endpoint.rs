//! The endpoint given with `--host` and `--port`, and the check that it belongs to the requested kind of token.

use std::net::Ipv6Addr;

use super::kind::{Kind, name_of};
use crate::cli::failure::Failure;
use crate::cli::options::signing::parse_host;
use sigvet_core::endpoint::infer;
use sigvet_core::internal::without_brackets;

/// A host with an optional port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub host: String,
    pub port: Option<u16>,
}

impl Endpoint {
    /// Parses `--host` and `--port`; `--host` may include the port.
    pub(super) fn parse(kind: Kind, host: &str, port: Option<u16>) -> Result<Self, Failure> {
        let endpoint = Self::split(host, port)?;
        match Kind::of_host(&endpoint.host) {
            Some(other) if kind.takes_host_of(other) => Ok(endpoint),
            None if infer(&endpoint.host).is_none() => Ok(endpoint),
            other => Err(other_kind(kind, other, &endpoint.host)),
        }
    }

    /// The host on its own: an IPv6 address without the brackets that it has in a URL.
    pub(super) fn bare_host(&self) -> &str {
        without_brackets(&self.host)
    }

    fn split(typed: &str, port: Option<u16>) -> Result<Self, Failure> {
        let invalid = |problem: &str| Failure::usage(format!("invalid host '{typed}': {problem}"));
        if typed.contains("://") {
            return Err(invalid("expected a host name, not a URL").hint("omit the scheme and the path"));
        }
        if typed.parse::<Ipv6Addr>().is_ok() {
            return Err(invalid("an IPv6 address stands in brackets").hint(format!("pass --host '[{typed}]'")));
        }
        parse_host(typed).map_err(|problem| invalid(&problem))?;
        let Some((host, behind)) = typed.rsplit_once(':').filter(|_| !typed.ends_with(']')) else {
            return Ok(Self { host: checked(typed).map_err(invalid)?, port });
        };
        let own = behind.parse().ok().filter(|port| *port > 0);
        let own: u16 = own.ok_or_else(|| invalid("the port is not a number from 1 to 65535"))?;
        match port.filter(|port| *port != own) {
            Some(port) => {
                Err(Failure::usage(format!("two ports: --host has {own}, and --port is {port}"))
                    .hint("omit one of them"))
            }
            None => Ok(Self { host: checked(host).map_err(invalid)?, port: Some(own) }),
        }
    }
}

/// Checks the host against DNS's limits (RFC 1035 §2.3.4), and removes a trailing dot, which servers do not compare.
fn checked(host: &str) -> Result<String, &'static str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.split('.').any(|label| label.len() > 63) {
        return Err("a part between dots is longer than 63 characters");
    }
    if host.len() > 253 { Err("it is longer than 253 characters") } else { Ok(host.to_owned()) }
}

fn other_kind(kind: Kind, other: Option<Kind>, host: &str) -> Failure {
    let failure = Failure::usage(format!("host {host} does not accept {} tokens", name_of(kind)));
    match other {
        Some(Kind::Redshift) => failure.with_hints(hints_for_redshift(Some(host))),
        Some(other) => failure.hint(format!("use 'sigvet token {}' for this host", name_of(other))),
        None => failure.with_hints(kind.endpoint().map(|form| format!("pass an endpoint such as {form}"))),
    }
}

/// The API calls that return a Redshift password: for clusters, and for workgroups of Redshift Serverless.
const REDSHIFT_CALLS: [&str; 2] = [
    "for a cluster, use sigvet send 'https://redshift.REGION.amazonaws.com/?Action=GetClusterCredentialsWithIAM&ClusterIdentifier=NAME&Version=2012-12-01'",
    "for Redshift Serverless, use sigvet send -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: RedshiftServerless.GetCredentials' \
     -d '{\"workgroupName\":\"NAME\"}' https://redshift-serverless.REGION.amazonaws.com/",
];

/// Hints on how to get a Redshift password: both calls, or only the one that fits the host.
pub(super) fn hints_for_redshift(host: Option<&str>) -> impl Iterator<Item = &'static str> {
    let is_serverless = host.map(|host| host.contains(".redshift-serverless."));
    let [cluster, serverless] = REDSHIFT_CALLS;
    [(cluster, false), (serverless, true)]
        .into_iter()
        .filter(move |(_, serves)| is_serverless.is_none_or(|is_serverless| is_serverless == *serves))
        .map(|(hint, _)| hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(host: &str) -> Result<String, String> {
        Endpoint::parse(Kind::Rds, host, None).map(|endpoint| endpoint.host).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_host_must_be_within_the_limits_of_dns() {
        assert_eq!(parsed("db.example.").as_deref(), Ok("db.example"));
        assert_eq!(parsed("db.example.:5432").as_deref(), Ok("db.example"));
        assert!(parsed(&format!("{}.example", "a".repeat(63))).is_ok());
        assert!(parsed(&format!("{}.example", "a".repeat(64))).is_err());
        assert!(parsed(&"a.".repeat(140)).is_err());
    }

    #[test]
    fn a_port_after_a_host_must_be_valid() {
        for host in ["db.example:0", "db.example:65536", "db.example:x", "db.example:"] {
            assert!(parsed(host).is_err(), "{host}");
        }
    }

    #[test]
    fn an_ipv6_address_has_brackets_only_with_a_port() {
        let endpoint = Endpoint::parse(Kind::Rds, "[::1]:5432", None).unwrap();
        assert_eq!((endpoint.host.as_str(), endpoint.bare_host(), endpoint.port), ("[::1]", "::1", Some(5432)));
        let failure = Endpoint::parse(Kind::Rds, "::1", None).unwrap_err();
        assert_eq!(failure.hints(), ["pass --host '[::1]'"]);
    }
}
