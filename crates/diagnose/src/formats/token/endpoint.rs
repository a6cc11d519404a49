//! The endpoints that accept tokens, and the comparison of a token's endpoint with the one that was used.

use super::kind::{TokenKind, TokenServer};

/// Whether a host is an endpoint of RDS, in any partition.
pub(crate) fn is_of_rds(host: &str) -> bool {
    labels(host).iter().any(|label| label == "rds")
}

/// Whether two hosts are endpoints of different databases, so that neither accepts a token for the other. An alias or
/// a tunnel may lead to any endpoint, and a cluster's endpoints lead to its own instances.
pub(in crate::formats) fn is_other_endpoint(kind: &TokenKind, signed: &str, used: &str) -> bool {
    match kind.server {
        TokenServer::Rds => {
            database(signed).zip(database(used)).is_some_and(|(signed, used)| signed.is_other_than(&used))
        }
        TokenServer::Dsql => dsql(signed).zip(dsql(used)).is_some_and(|(signed, used)| signed != used),
        TokenServer::ElastiCache | TokenServer::Msk | TokenServer::Bedrock | TokenServer::Eks => false,
    }
}

/// The parts of `NAME.ID.REGION.rds.amazonaws.com`.
struct Database {
    name: String,
    /// `cluster`, `cluster-ro` or `proxy`; empty for an instance.
    role: String,
    /// The ID that all databases of an account in a region share.
    owner: String,
    region: String,
}

impl Database {
    fn is_other_than(&self, other: &Self) -> bool {
        let is_elsewhere = (&self.owner, &self.region) != (&other.owner, &other.region);
        // A proxy checks tokens itself, and knows only its own endpoints (*Connecting to a database through RDS Proxy*).
        let is_one_proxy = self.is_proxy() != other.is_proxy();
        let is_hidden = self.name.is_empty() || other.name.is_empty();
        is_elsewhere || is_one_proxy || self.role == other.role && self.name != other.name && !is_hidden
    }

    fn is_proxy(&self) -> bool {
        self.role == "proxy"
    }
}

fn database(host: &str) -> Option<Database> {
    let labels = labels(host);
    let (name, id, rest) = match labels.as_slice() {
        // Another endpoint of a proxy does not show which proxy it belongs to.
        [_, endpoint, id, rest @ ..] if endpoint == "endpoint" => ("", id, rest),
        [name, id, rest @ ..] => (name.as_str(), id, rest),
        _ => return None,
    };
    // In China, the region follows the service.
    let region = match rest {
        [region, service, ..] if service == "rds" => region,
        [service, region, ..] if service == "rds" => region,
        _ => return None,
    };
    let (role, owner) = id.rsplit_once('-').unwrap_or(("", id));
    // The endpoint of a global database has no owner ID, and leads to a cluster in any region.
    let is_global = region == "global" || role == "global";
    (!is_global).then(|| Database {
        name: name.to_owned(),
        role: role.to_owned(),
        owner: owner.to_owned(),
        region: region.clone(),
    })
}

/// The ID and the region of `ID.dsql.REGION.on.aws`. PrivateLink endpoints append an ID of their own to `dsql`.
fn dsql(host: &str) -> Option<(String, String)> {
    let labels = labels(host);
    let [id, service, region, ..] = labels.as_slice() else { return None };
    let is_of_dsql = service == "dsql" || service.starts_with("dsql-");
    is_of_dsql.then(|| (id.clone(), region.clone()))
}

/// The labels of a host in lower case, without the port.
fn labels(host: &str) -> Vec<String> {
    let name = host.split(':').next().unwrap_or(host);
    name.trim_end_matches('.').split('.').map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Endpoints of a database, a cluster, a proxy, a global database and other partitions, from the RDS and Aurora
    /// guides.
    #[test]
    fn an_endpoint_of_rds_is_told_from_an_alias() {
        for (host, expected) in [
            ("mydb.123456789012.us-east-1.rds.amazonaws.com:5432", true),
            ("mydb.cluster-ro-c7tj4example.us-east-1.rds.amazonaws.com:3306", true),
            ("the-proxy.proxy-demo.us-east-1.rds.amazonaws.com:5432", true),
            ("e.endpoint.proxy-demo.us-east-1.rds.amazonaws.com", true),
            ("g.global-abc.global.rds.amazonaws.com:5432", true),
            ("mydb.abc.rds.cn-north-1.amazonaws.com.cn:3306", true),
            ("localhost:5432", false),
            ("10.0.0.7:5432", false),
            ("db.example.com:5432", false),
            ("rds-alias.example.com:5432", false),
        ] {
            assert_eq!(is_of_rds(host), expected, "{host}");
        }
    }

    /// Catches a tunnel, a reader or an instance that is reported as a mistake.
    #[test]
    fn only_another_database_is_another_endpoint() {
        let rds = |signed: &str, used: &str| {
            let full = |host: &str| host.replace("~", "us-east-1.rds.amazonaws.com");
            is_other_endpoint(&TokenKind::RDS, &full(signed), &full(used))
        };
        for (signed, used, expected) in [
            ("a.abc123.~:5432", "b.abc123.~", true),
            ("a.abc123.~", "A.ABC123.~", false),
            ("a.abc123.~", "a.def456.~", true),
            ("a.abc123.~", "a.abc123.eu-west-1.rds.amazonaws.com", true),
            ("a.abc123.~", "localhost", false),
            ("a.abc123.~", "db.example.com", false),
            ("a.cluster-abc123.~", "a.cluster-ro-abc123.~", false),
            ("a.cluster-abc123.~", "a-instance-1.abc123.~", false),
            ("a.cluster-abc123.~", "b.cluster-abc123.~", true),
            ("a.cluster-abc123.~", "g.global-abc.global.rds.amazonaws.com", false),
            ("a.abc123.~", "p.proxy-abc123.~", true),
            ("p.proxy-abc123.~", "a.cluster-abc123.~", true),
            ("p.proxy-abc123.~", "q.proxy-abc123.~", true),
            ("p.proxy-abc123.~", "P.proxy-abc123.~", false),
            ("a.abc123.~", "e.endpoint.proxy-abc123.~", true),
            ("p.proxy-abc123.~", "e.endpoint.proxy-abc123.~", false),
            ("a.abc.rds.cn-north-1.amazonaws.com.cn", "b.abc.rds.cn-north-1.amazonaws.com.cn", true),
        ] {
            assert_eq!(rds(signed, used), expected, "{signed} {used}");
        }
        let dsql = |signed, used| is_other_endpoint(&TokenKind::DSQL, signed, used);
        assert!(dsql("a.dsql.us-east-1.on.aws", "b.dsql.us-east-1.on.aws"));
        assert!(!dsql("a.dsql.us-east-1.on.aws", "a.dsql-fnh4.us-east-1.on.aws"));
    }
}
