//! The endpoint that was typed: a host, a port, and whether it is one of the kind that is asked for.

use super::kind::{Kind, name_of};
use crate::cli::failure::Failure;
use crate::cli::options::signing::parse_host;

/// A host with or without a port, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The host.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
}

impl Endpoint {
    /// Reads `--host` and `--port`; the host may bring its port with it.
    pub(super) fn parse(kind: Kind, host: &str, port: Option<u16>) -> Result<Self, Failure> {
        let endpoint = Self::split(host, port)?;
        let other = Kind::of_host(&endpoint.host).filter(|other| !kind.takes_host_of(*other));
        match other {
            Some(other) => Err(other_kind(kind, other, &endpoint.host)),
            None => Ok(endpoint),
        }
    }

    fn split(typed: &str, port: Option<u16>) -> Result<Self, Failure> {
        let invalid = |problem: &str| Failure::usage(format!("invalid host '{typed}': {problem}"));
        if typed.contains("://") {
            return Err(invalid("expected a host name, not a URL").hint("omit the scheme and the path"));
        }
        parse_host(typed).map_err(|problem| invalid(&problem))?;
        let Some((host, behind)) = typed.rsplit_once(':').filter(|_| !typed.ends_with(']')) else {
            return Ok(Self { host: typed.to_owned(), port });
        };
        let own = behind.parse().map_err(|_| invalid("the port is not a number from 1 to 65535"))?;
        match port.filter(|port| *port != own) {
            Some(port) => {
                Err(Failure::usage(format!("two ports: --host has {own}, and --port is {port}"))
                    .hint("omit one of them"))
            }
            None => Ok(Self { host: host.to_owned(), port: Some(own) }),
        }
    }
}

fn other_kind(kind: Kind, other: Kind, host: &str) -> Failure {
    let failure = Failure::usage(format!("host {host} does not accept {} tokens", name_of(kind)));
    match other {
        Kind::Redshift => failure.hint("get a Redshift password from its API: GetClusterCredentialsWithIAM"),
        other => failure.hint(format!("use 'sigvet token {}' for this host", name_of(other))),
    }
}
