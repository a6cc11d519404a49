//! The kinds of tokens that are presigned URLs, and what the server of each requires: data, without a rule of its own.

/// A kind of token that is a presigned URL.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenKind {
    /// What the token is for, as people call it.
    pub name: &'static str,
    /// The values of the parameter `Action`.
    pub actions: &'static [&'static str],
    /// A parameter by which it differs from others with the same action.
    pub marked_by: Option<&'static str>,
    /// The services that it may be signed for, the usual one first.
    pub services: &'static [&'static str],
    /// The longest expiry that its server accepts, in seconds.
    pub longest: u64,
    /// The expiry that AWS's own generators ask for, in seconds.
    pub usual: u64,
    /// The most bytes of a token that its server reads, if that is known.
    pub most_bytes: Option<usize>,
    /// The command of the AWS CLI that makes one, if there is one.
    pub aws_cli: Option<&'static str>,
}

/// The header with the name of the EKS cluster that a token is for (aws-iam-authenticator, *API Authorization from Outside a
/// Cluster*).
pub const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// PostgreSQL reads no longer password (`PG_MAX_AUTH_TOKEN_LENGTH`).
const POSTGRESQL: usize = 65_535;
/// Redis and Valkey read no longer argument from a client that has not logged in yet (`unauthenticated bulk length`).
const VALKEY: usize = 16_384;
/// The limit of aws-iam-authenticator (`maxTokenLenBytes`).
const EKS: usize = 4_096;

impl TokenKind {
    /// For a database of RDS or Aurora.
    pub const RDS: Self = Self {
        name: "RDS",
        actions: &["connect"],
        marked_by: Some("DBUser"),
        services: &["rds-db", "redshift"],
        longest: 900,
        usual: 900,
        most_bytes: Some(POSTGRESQL),
        aws_cli: Some("aws rds generate-db-auth-token --hostname HOST --port PORT --username USER"),
    };
    /// For a cache of ElastiCache or a cluster of MemoryDB.
    pub const ELASTICACHE: Self = Self {
        name: "ElastiCache",
        actions: &["connect"],
        marked_by: Some("User"),
        services: &["elasticache", "memorydb"],
        longest: 900,
        usual: 900,
        most_bytes: Some(VALKEY),
        aws_cli: None,
    };
    /// For a cluster of Aurora DSQL.
    pub const DSQL: Self = Self {
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
    /// For a broker of MSK.
    pub const MSK: Self = Self {
        name: "MSK",
        actions: &["kafka-cluster:Connect"],
        marked_by: None,
        services: &["kafka-cluster"],
        longest: 900,
        usual: 900,
        most_bytes: None,
        aws_cli: None,
    };
    /// For the models of Bedrock: a short-term API key.
    pub const BEDROCK: Self = Self {
        name: "Bedrock",
        actions: &["CallWithBearerToken"],
        marked_by: None,
        services: &["bedrock"],
        longest: 43_200,
        usual: 43_200,
        most_bytes: None,
        aws_cli: None,
    };
    /// For a Kubernetes cluster of EKS; aws-iam-authenticator refuses a longer expiry. The URL says a minute, as `aws eks
    /// get-token` has it, and the token counts for fifteen.
    pub const EKS: Self = Self {
        name: "EKS",
        actions: &["GetCallerIdentity"],
        marked_by: Some(CLUSTER_HEADER),
        services: &["sts"],
        longest: 900,
        usual: 60,
        most_bytes: Some(EKS),
        aws_cli: Some("aws eks get-token --cluster-name NAME"),
    };

    /// Whether a URL is for it, as far as its text shows: that of EKS is known by a header.
    fn is_of_url(&self, url: &str) -> bool {
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let action = query.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
        let is_marked = |mark: &str| mark.starts_with("x-") || query.contains(&format!("&{mark}="));
        self.actions.iter().any(|name| action.replace("%3A", ":") == *name) && self.marked_by.is_none_or(is_marked)
    }

    /// The kind of a URL, as far as its text shows.
    pub(in crate::formats) fn of_url(url: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|kind| kind.is_of_url(url))
    }

    /// All of them, from the developer guides of each service.
    pub const ALL: [&'static Self; 6] =
        [&Self::RDS, &Self::ELASTICACHE, &Self::DSQL, &Self::MSK, &Self::BEDROCK, &Self::EKS];
}
