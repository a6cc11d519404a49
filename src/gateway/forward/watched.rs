//! Which hosts are watched: those known to accept AWS signatures, those named by the user, or all.

use std::net::IpAddr;
use std::str::FromStr;

use sigvet_core::endpoint::infer;
use sigvet_core::internal::{domains, without_brackets};

use crate::gateway::Constraint;

/// A host, or with a leading `*.` everything below a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// In lower case, without brackets and without the trailing dot.
    name: String,
    is_suffix: bool,
}

/// The text is not a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a host without port, or *.DOMAIN; found '{presented}'")]
pub struct InvalidHost {
    /// The text as given.
    pub presented: String,
}

/// The watched hosts.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    /// Hosts named by the user, in addition to the known ones.
    pub named: Vec<HostRule>,
    /// Whether all hosts are watched.
    pub is_all: bool,
}

impl FromStr for HostRule {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let (is_suffix, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let name = plain(name);
        let is_name = name.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        });
        let is_host = if is_suffix { is_name } else { is_name || name.parse::<IpAddr>().is_ok() };
        if is_host { Ok(Self { name, is_suffix }) } else { Err(InvalidHost { presented: text.to_owned() }) }
    }
}

impl HostRule {
    fn matches(&self, host: &str) -> bool {
        let is_below = || host.strip_suffix(&self.name).is_some_and(|front| front.ends_with('.') && front.len() > 1);
        if self.is_suffix { is_below() } else { host == self.name }
    }
}

impl Watched {
    /// Whether a host (without port) is watched.
    pub fn has(&self, host: &str) -> bool {
        let host = plain(host);
        self.is_all || self.named.iter().any(|rule| rule.matches(&host)) || infer(&host).is_some()
    }

    /// The constraint for the authority.
    pub fn constraint(&self) -> Constraint {
        if self.is_all {
            return Constraint::Nothing;
        }
        let addresses: Vec<IpAddr> = self.named.iter().filter_map(|rule| rule.name.parse().ok()).collect();
        let names = self.named.iter().map(|rule| rule.name.clone()).filter(|name| name.parse::<IpAddr>().is_err());
        Constraint::Below(domains().map(str::to_owned).chain(names).collect(), addresses)
    }
}

/// A host as it appears in certificates.
fn plain(host: &str) -> String {
    let host = without_brackets(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_named_hosts_are_watched_and_no_others() {
        let named = ["minio.local", "*.corp.example", "127.0.0.1", "::1"];
        let watched = Watched { named: named.iter().map(|host| host.parse().unwrap()).collect(), is_all: false };
        for host in ["s3.us-east-1.amazonaws.com", "MINIO.local.", "a.b.corp.example", "127.0.0.1", "[::1]"] {
            assert!(watched.has(host), "{host}");
        }
        for host in ["example.com", "corp.example", "xcorp.example", "pypi.org", "10.0.0.1"] {
            assert!(!watched.has(host), "{host}");
        }
        assert!(Watched { named: Vec::new(), is_all: true }.has("pypi.org"));
        for text in ["", "*.", "*", "http://h", "h:1", "a..b", "*.127 .1"] {
            assert!(text.parse::<HostRule>().is_err(), "{text}");
        }
    }

    /// Catches a watched host whose certificate no client would accept.
    #[test]
    fn the_authority_covers_every_watched_host() {
        let watched = Watched { named: vec!["127.0.0.1".parse().unwrap()], is_all: false };
        let Constraint::Below(names, addresses) = watched.constraint() else { panic!() };
        assert_eq!(addresses, [IpAddr::from([127, 0, 0, 1])]);
        for host in [
            "s3.us-east-1.amazonaws.com",
            "abc.lambda-url.us-east-1.on.aws",
            "x.dkr-ecr.us-east-1.on.aws",
            "s3.cn-north-1.amazonaws.com.cn",
            "bedrock-runtime.us-east-1.api.aws",
            "fsn1.your-objectstorage.com",
            "s3.hf.co",
        ] {
            let is_below = |name: &String| host == *name || host.ends_with(&format!(".{name}"));
            assert_eq!(watched.has(host), infer(host).is_some(), "{host}");
            assert!(names.iter().any(is_below), "{host}");
        }
    }
}
