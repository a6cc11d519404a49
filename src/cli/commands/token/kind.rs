//! The kinds of tokens: the options and output formats of each, and the kind that a host belongs to.

use clap::ValueEnum;

use sigvet_core::endpoint;
use sigvet_diagnose::formats::TokenKind;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// A database of RDS or Aurora: its password
    Rds,
    /// A cluster of Aurora DSQL: its password
    Dsql,
    /// A cache of ElastiCache, Valkey or Redis: its password
    Elasticache,
    /// A cluster of MemoryDB: its password
    Memorydb,
    /// Redshift accepts no signed token; this explains how to get a password from its API
    Redshift,
    /// A broker of MSK: an OAUTHBEARER token
    Msk,
    /// The models of Bedrock: a short-term API key
    Bedrock,
    /// A Kubernetes cluster of EKS: a bearer token
    Eks,
    /// Vault's AWS method: the fields of a login
    Vault,
    /// Google Cloud's workload identity federation: a subject token
    Gcp,
    /// Snowflake's workload identity federation: an attestation
    Snowflake,
    /// A WebSocket of AppSync for GraphQL subscriptions
    Appsync,
    /// A WebSocket of AppSync Events
    AppsyncEvents,
    /// A WebSocket of AWS IoT's message broker
    Iot,
}

/// The forms that a token is printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// The bare token
    Token,
    /// Lines that set variables of a shell: PGPASSWORD, MYSQL_PWD, REDISCLI_AUTH or AWS_BEARER_TOKEN_BEDROCK
    Env,
    /// The URL of a connection with the token as the password, percent-encoded; for WebSockets the URL that opens one
    Uri,
    /// A line of the file that PGPASSFILE names
    Pgpass,
    /// An access token with its expiry, as Kafka clients ask for it
    Oauthbearer,
    /// What kubectl reads from a program
    ExecCredential,
    /// The subprotocol of a WebSocket of AppSync Events
    Protocol,
    /// An object: the token and its expiry, the fields of a login, the signed request, or what opens a WebSocket
    Json,
}

/// Labels in AWS host names, and the kind of token that these endpoints accept.
const HOSTS: [(&str, Kind); 12] = [
    ("rds", Kind::Rds),
    ("dsql", Kind::Dsql),
    ("cache", Kind::Elasticache),
    ("memorydb", Kind::Memorydb),
    ("redshift", Kind::Redshift),
    ("redshift-serverless", Kind::Redshift),
    ("kafka", Kind::Msk),
    ("kafka-serverless", Kind::Msk),
    ("iot", Kind::Iot),
    ("iot-fips", Kind::Iot),
    ("appsync-api", Kind::Appsync),
    ("appsync-realtime-api", Kind::Appsync),
];

impl Kind {
    /// The kind of token that an AWS host accepts. The name of a resource precedes the label of its service; buckets
    /// and the hosts of service APIs accept no tokens.
    pub(super) fn of_host(host: &str) -> Option<Self> {
        let inference = endpoint::infer(host).filter(|inference| inference.bucket.is_none())?;
        let host = host.to_ascii_lowercase();
        let kind_of = |label: &str| {
            // PrivateLink host names of DSQL have `-ID` after `dsql`.
            let label = if label.starts_with("dsql-") { "dsql" } else { label };
            HOSTS.into_iter().find(|(name, _)| *name == label).map(|(_, kind)| kind)
        };
        let labels: Vec<&str> = host.split('.').collect();
        let (at, kind) = labels.iter().enumerate().rev().find_map(|(at, label)| Some((at, kind_of(label)?)))?;
        let is_resource = match kind {
            Self::Iot => inference.service.as_deref() == Some("iotdata"),
            Self::Msk => true,
            _ => at > 0,
        };
        is_resource.then_some(kind)
    }

    /// The pattern of the endpoint host names that this kind of token is for, if it has one.
    pub(super) const fn endpoint(self) -> Option<&'static str> {
        match self {
            Self::Rds => Some("NAME.ID.REGION.rds.amazonaws.com"),
            Self::Dsql => Some("ID.dsql.REGION.on.aws"),
            Self::Elasticache => Some("master.NAME.ID.CODE.cache.amazonaws.com"),
            Self::Memorydb => Some("clustercfg.NAME.ID.memorydb.REGION.amazonaws.com"),
            Self::Msk => Some("b-1.NAME.ID.c1.kafka.REGION.amazonaws.com"),
            Self::Appsync | Self::AppsyncEvents => Some("ID.appsync-api.REGION.amazonaws.com"),
            Self::Iot => Some("ID-ats.iot.REGION.amazonaws.com"),
            _ => None,
        }
    }

    /// Whether the host of another kind is accepted too: the two AppSync kinds share their hosts.
    pub(super) fn takes_host_of(self, other: Self) -> bool {
        self == other || self == Self::AppsyncEvents && other == Self::Appsync
    }

    /// The output formats that this kind supports, the default first.
    pub(super) const fn forms(self) -> &'static [Form] {
        match self {
            Self::Rds | Self::Dsql => &[Form::Token, Form::Env, Form::Uri, Form::Pgpass, Form::Json],
            Self::Elasticache | Self::Memorydb => &[Form::Token, Form::Env, Form::Uri, Form::Json],
            Self::Msk => &[Form::Token, Form::Oauthbearer, Form::Json],
            Self::Bedrock => &[Form::Token, Form::Env, Form::Json],
            Self::Eks => &[Form::Token, Form::ExecCredential, Form::Json],
            Self::Gcp | Self::Snowflake => &[Form::Token, Form::Json],
            Self::Appsync => &[Form::Uri, Form::Json],
            Self::AppsyncEvents => &[Form::Protocol, Form::Json],
            Self::Iot => &[Form::Uri, Form::Json],
            Self::Vault | Self::Redshift => &[Form::Json],
        }
    }

    /// The options that this kind accepts, in addition to those that every kind accepts.
    pub(super) const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Rds => &["host", "port", "user", "database", "engine", "expires"],
            Self::Dsql => &["host", "port", "user", "database", "expires"],
            Self::Elasticache => &["host", "port", "cache-name", "user", "serverless", "expires"],
            Self::Memorydb => &["host", "port", "cache-name", "user", "expires"],
            Self::Msk => &["host", "port", "expires"],
            Self::Bedrock => &["expires"],
            Self::Eks => &["cluster-name"],
            Self::Vault => &["vault-server-id"],
            Self::Gcp => &["audience"],
            Self::Appsync | Self::AppsyncEvents => &["host", "data"],
            Self::Iot => &["host", "expires"],
            Self::Snowflake | Self::Redshift => &[],
        }
    }

    /// What the server requires of the token, if the token is a presigned URL.
    pub(super) const fn presigned(self) -> Option<&'static TokenKind> {
        match self {
            Self::Rds => Some(&TokenKind::RDS),
            Self::Dsql => Some(&TokenKind::DSQL),
            Self::Elasticache | Self::Memorydb => Some(&TokenKind::ELASTICACHE),
            Self::Msk => Some(&TokenKind::MSK),
            Self::Bedrock => Some(&TokenKind::BEDROCK),
            Self::Eks => Some(&TokenKind::EKS),
            _ => None,
        }
    }

    /// The service in the credential scope.
    pub(super) const fn service(self) -> &'static str {
        match self {
            Self::Rds => "rds-db",
            Self::Dsql => "dsql",
            Self::Elasticache => "elasticache",
            Self::Memorydb => "memorydb",
            Self::Redshift => "redshift",
            Self::Msk => "kafka-cluster",
            Self::Bedrock => "bedrock",
            Self::Eks | Self::Vault | Self::Gcp | Self::Snowflake => "sts",
            Self::Appsync | Self::AppsyncEvents => "appsync",
            Self::Iot => "iotdevicegateway",
        }
    }

    /// The port that clients connect to, if it is always the same.
    pub(super) const fn usual_port(self) -> Option<u16> {
        match self {
            Self::Dsql => Some(5432),
            Self::Elasticache | Self::Memorydb => Some(6379),
            _ => None,
        }
    }
}

/// The name as it is typed on the command line.
pub(super) fn name_of<T: ValueEnum>(value: T) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::*;
    use crate::cli::commands::token::TokenArgs;

    /// Catches a kind that is missing from the short help, and one that has no output format.
    #[test]
    fn each_kind_is_in_the_short_help_and_has_a_form() {
        let help = TokenArgs::augment_args(Command::new("token")).get_before_help().unwrap().to_string();
        let (_, kinds) = help.split_once("Kinds:\n").unwrap();
        let kinds = kinds.replace("(no token; explains what to use)", "");
        let shown: Vec<&str> = kinds.split_whitespace().collect();
        let mut all: Vec<String> = Kind::value_variants().iter().map(|kind| name_of(*kind)).collect();
        let mut shown: Vec<String> = shown.into_iter().map(str::to_owned).collect();
        all.sort();
        shown.sort();
        assert_eq!(shown, all);
        assert!(Kind::value_variants().iter().all(|kind| !kind.forms().is_empty()));
    }

    /// The hosts are examples from each service's guide.
    #[test]
    fn a_host_belongs_to_its_kind() {
        for (host, kind) in [
            ("db.abc.us-east-1.rds.amazonaws.com", Some(Kind::Rds)),
            ("db.abc.rds.cn-north-1.amazonaws.com.cn", Some(Kind::Rds)),
            ("foo0bar1baz2.dsql.us-east-1.on.aws", Some(Kind::Dsql)),
            ("master.c.abc123.use1.cache.amazonaws.com", Some(Kind::Elasticache)),
            ("clustercfg.c.abc123.memorydb.us-east-1.amazonaws.com", Some(Kind::Memorydb)),
            ("c.abc.us-east-1.redshift.amazonaws.com", Some(Kind::Redshift)),
            ("w.123456789012.us-east-1.redshift-serverless.amazonaws.com", Some(Kind::Redshift)),
            ("b-1.c.abc123.c2.kafka.us-east-1.amazonaws.com", Some(Kind::Msk)),
            ("boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com", Some(Kind::Msk)),
            ("a1b2-ats.iot.us-east-1.amazonaws.com", Some(Kind::Iot)),
            ("abc.appsync-realtime-api.us-east-1.amazonaws.com", Some(Kind::Appsync)),
            ("my-cluster.cluster-ro-abc.us-west-1.rds.amazonaws.com", Some(Kind::Rds)),
            ("my-proxy.proxy-abc.us-west-1.rds.amazonaws.com", Some(Kind::Rds)),
            ("abc123.dsql-fnh4.us-east-1.on.aws", Some(Kind::Dsql)),
            ("master.rds.abc123.use1.cache.amazonaws.com", Some(Kind::Elasticache)),
            ("dsql.abc.us-east-1.rds.amazonaws.com", Some(Kind::Rds)),
            ("DB.ABC.US-EAST-1.RDS.AMAZONAWS.COM", Some(Kind::Rds)),
            ("rds.internal.example", None),
            ("my-cache", None),
            // Another service, and the API host of the same service.
            ("rds.s3.eu-west-1.amazonaws.com", None),
            ("abc.credentials.iot.eu-west-1.amazonaws.com", None),
            ("iot.eu-west-1.amazonaws.com", None),
            ("rds.eu-west-1.amazonaws.com", None),
            ("appsync.eu-west-1.amazonaws.com", None),
            ("docdb.cluster-abc.eu-west-1.docdb.amazonaws.com", None),
        ] {
            assert_eq!(Kind::of_host(host), kind, "{host}");
        }
    }
}
