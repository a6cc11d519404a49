//! Variants of catalogue mistakes for tokens, with the same ids and places but in the vocabulary of databases
//! and brokers.

use super::Mistake;
use super::Proof::{Compare, Lint, Search};

/// `scope-service`.
pub(in crate::diagnosis) static TOKEN_SERVICE: Mistake = Mistake {
    id: "scope-service",
    title: "the token was signed for the wrong service",
    place: "scope",
    explanation: "The credential scope of a token names the service that accepts the token, which for databases and \
        brokers is not the service of their API. The server accepts only its own, and answers as if the password were \
        wrong.",
    fix: "Sign the token for rds-db (RDS and Aurora), dsql, elasticache, memorydb, kafka-cluster (MSK), bedrock or sts \
        (EKS).",
    clients: &[
        ("botocore", "RequestSigner(…, signing_name='rds-db', …)"),
        ("AWS CLI", "aws rds generate-db-auth-token"),
        ("aws-sdk-js v3", "@aws-sdk/rds-signer, @aws-sdk/dsql-signer"),
    ],
    proofs: &[Lint],
};

/// `expires-too-long`.
pub(in crate::diagnosis) static TOKEN_EXPIRES: Mistake = Mistake {
    id: "expires-too-long",
    title: "the expiry of the token is longer than its server accepts",
    place: "expires",
    explanation: "X-Amz-Expires is the number of seconds that the token is to be valid, and most servers of tokens \
        accept far less than the seven days of S3. The server refuses the token as if it were a wrong password.",
    fix: "Sign with an expiry that the server accepts, and create a new token for each new connection.",
    clients: &[
        ("botocore", "generate_presigned_url(…, expires_in=900)"),
        ("AWS CLI", "aws rds generate-db-auth-token, which uses 900"),
    ],
    proofs: &[Lint],
};

/// `host-port-missing`.
pub(in crate::diagnosis) static TOKEN_PORT: Mistake = Mistake {
    id: "host-port-missing",
    title: "the host of the RDS token has no port",
    place: "host",
    explanation: "An RDS token is signed for the database's host and port, as in HOST:5432, and contains both. The \
        server refuses a token without the port, whether it was signed without the port or lost it later.",
    fix: "Sign the token for HOST:PORT, and leave the port in the token.",
    clients: &[
        ("boto3", "generate_db_auth_token(DBHostname='HOST', Port=5432, DBUsername='USER')"),
        ("AWS CLI", "aws rds generate-db-auth-token --hostname HOST --port 5432 --username USER"),
    ],
    proofs: &[Lint],
};

/// `host-other-endpoint`, if the signed host is not one of the server's own names.
pub(in crate::diagnosis) static TOKEN_HOST: Mistake = Mistake {
    id: "host-other-endpoint",
    title: "the token was signed for the wrong host",
    place: "host",
    explanation: "A database accepts only tokens for its own endpoint and port, and a cache only tokens for its bare \
        name. An alias, an IP address or a tunnel at localhost is a different host, so the server refuses the token as \
        if it were a wrong password.",
    fix: "Sign the token for the endpoint that AWS shows for the database, or for the name of the cache. The client \
        may still connect through another host.",
    clients: &[
        ("boto3", "generate_db_auth_token(DBHostname='ENDPOINT', …), whatever host you connect to"),
        ("AWS CLI", "aws rds generate-db-auth-token --hostname ENDPOINT, also with an SSH tunnel"),
    ],
    proofs: &[Lint],
};

/// `host-other-endpoint`, if the host was changed after signing.
pub(in crate::diagnosis) static TOKEN_HOST_CHANGED: Mistake = Mistake {
    id: "host-other-endpoint",
    title: "the host in the token is not the host that was signed",
    place: "host",
    explanation: "A token begins with the host and port that it was signed for, but they were changed or removed after \
        signing. The server computes the signature over the host that the token now contains.",
    fix: "Pass the token on unchanged, with its host and port, even if you connect through another host.",
    clients: &[
        ("PostgreSQL", "write \\: for each ':' of the token in a password file"),
        ("SSH tunnel", "connect to localhost, but leave the endpoint and its port in the token"),
    ],
    proofs: &[Search, Compare],
};

/// All variants.
#[cfg(test)]
pub(super) static VARIANTS: [&Mistake; 5] =
    [&TOKEN_SERVICE, &TOKEN_EXPIRES, &TOKEN_PORT, &TOKEN_HOST, &TOKEN_HOST_CHANGED];
