//! The kinds of tokens that are presigned URLs, and the requirements of their servers. This module is only data.

/// The server that accepts a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenServer {
    /// A database of RDS or Aurora.
    Rds,
    /// A cache of ElastiCache, or a cluster of MemoryDB.
    ElastiCache,
    /// A cluster of Aurora DSQL.
    Dsql,
    /// A broker of MSK.
    Msk,
    /// The models of Bedrock.
    Bedrock,
    /// A cluster of EKS.
    Eks,
}

/// A kind of token that is a presigned URL.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenKind {
    /// The server that accepts it.
    pub server: TokenServer,
    /// The usual name of the service that the token is for.
    pub name: &'static str,
    /// The values of the `Action` parameter.
    pub actions: &'static [&'static str],
    /// A parameter that sets this kind apart from others with the same action.
    pub marked_by: Option<&'static str>,
    /// The services that the token may be signed for, the usual one first.
    pub services: &'static [&'static str],
    /// The longest expiry that the server accepts, in seconds.
    pub longest: u64,
    /// The expiry that AWS's own generators use, in seconds.
    pub usual: u64,
    /// The maximum length of a token in bytes, if the server has a known limit.
    pub most_bytes: Option<usize>,
    /// The AWS CLI command that generates such a token, if there is one.
    pub aws_cli: Option<&'static str>,
}

/// The header with the name of the EKS cluster that the token is for (aws-iam-authenticator, *API Authorization from
/// Outside a Cluster*).
pub const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// PostgreSQL's limit for passwords (`PG_MAX_AUTH_TOKEN_LENGTH`).
const POSTGRESQL: usize = 65_535;
/// The longest argument that Redis and Valkey read from a client that has not logged in yet (`unauthenticated bulk
/// length`).
const VALKEY: usize = 16_384;
/// The limit of aws-iam-authenticator (`maxTokenLenBytes`).
const EKS: usize = 4_096;

impl TokenKind {
    /// A token for an RDS or Aurora database.
    pub const RDS: Self = Self {
        server: TokenServer::Rds,
        name: "RDS",
        actions: &["connect"],
        marked_by: Some("DBUser"),
        services: &["rds-db", "redshift"],
        longest: 900,
        usual: 900,
        most_bytes: Some(POSTGRESQL),
        aws_cli: Some("aws rds generate-db-auth-token --hostname HOST --port PORT --username USER"),
    };
    /// A token for an ElastiCache cache or a MemoryDB cluster.
    pub const ELASTICACHE: Self = Self {
        server: TokenServer::ElastiCache,
        name: "ElastiCache",
        actions: &["connect"],
        marked_by: Some("User"),
        services: &["elasticache", "memorydb"],
        longest: 900,
        usual: 900,
        most_bytes: Some(VALKEY),
        aws_cli: None,
    };
    /// A token for an Aurora DSQL cluster.
    pub const DSQL: Self = Self {
        server: TokenServer::Dsql,
        name: "DSQL",
        actions: &["DbConnect", "DbConnectAdmin"],
        marked_by: None,
        services: &["dsql"],
        longest: 604_800,
        usual: 900,
        most_bytes: Some(POSTGRESQL),
        aws_cli: Some(
            "aws dsql generate-db-connect-auth-token --hostname HOST, or -admin-auth-token for the user admin",
        ),
    };
    /// A token for an MSK broker.
    pub const MSK: Self = Self {
        server: TokenServer::Msk,
        name: "MSK",
        actions: &["kafka-cluster:Connect"],
        marked_by: None,
        services: &["kafka-cluster"],
        longest: 900,
        usual: 900,
        most_bytes: None,
        aws_cli: None,
    };
    /// A short-term API key for the models of Bedrock.
    pub const BEDROCK: Self = Self {
        server: TokenServer::Bedrock,
        name: "Bedrock",
        actions: &["CallWithBearerToken"],
        marked_by: None,
        services: &["bedrock"],
        longest: 43_200,
        usual: 43_200,
        most_bytes: None,
        aws_cli: None,
    };
    /// A token for an EKS cluster. aws-iam-authenticator refuses a longer expiry. The URL expires after a minute, as
    /// in `aws eks get-token`, but the token is valid for fifteen.
    pub const EKS: Self = Self {
        server: TokenServer::Eks,
        name: "EKS",
        actions: &["GetCallerIdentity"],
        marked_by: Some(CLUSTER_HEADER),
        services: &["sts"],
        longest: 900,
        usual: 60,
        most_bytes: Some(EKS),
        aws_cli: Some("aws eks get-token --cluster-name NAME"),
    };

    /// Whether the token is the password of a database or cache.
    pub fn is_password(&self) -> bool {
        match self.server {
            TokenServer::Rds | TokenServer::ElastiCache | TokenServer::Dsql => true,
            TokenServer::Msk | TokenServer::Bedrock | TokenServer::Eks => false,
        }
    }

    /// Whether the text of a URL fits this kind. EKS is marked by a header, which the URL does not show.
    fn is_of_url(&self, url: &str) -> bool {
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let action = query.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
        let is_marked = |mark: &str| mark.starts_with("x-") || query.contains(&format!("&{mark}="));
        self.actions.iter().any(|name| action.replace("%3A", ":") == *name) && self.marked_by.is_none_or(is_marked)
    }

    /// The kind of token that the text of a URL fits.
    pub(in crate::formats) fn of_url(url: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|kind| kind.is_of_url(url))
    }

    /// All kinds, from the developer guides of each service.
    pub const ALL: [&'static Self; 6] =
        [&Self::RDS, &Self::ELASTICACHE, &Self::DSQL, &Self::MSK, &Self::BEDROCK, &Self::EKS];
}
