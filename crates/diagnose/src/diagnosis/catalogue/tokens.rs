//! Variants of catalogue mistakes for tokens, with the same ids and places but in the vocabulary of databases
//! and brokers.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search, Time};

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

/// `host-other-endpoint`, if the host is a broker, or a broker is in another region.
pub(in crate::diagnosis) static TOKEN_BROKER: Mistake = Mistake {
    id: "host-other-endpoint",
    title: "the MSK token was signed for the wrong host",
    place: "host",
    explanation: "An MSK token is a presigned URL of kafka.REGION.amazonaws.com, whatever broker the client connects to. \
        The broker sends it there, so it refuses a token for its own host name.",
    fix: "Presign https://kafka.REGION.amazonaws.com/?Action=kafka-cluster:Connect with the region of the brokers.",
    clients: &[
        ("Python", "MSKAuthTokenProvider.generate_auth_token(region)"),
        ("Go", "signer.GenerateAuthToken(ctx, region)"),
    ],
    proofs: &[Lint],
};

/// `scope-region`, if the endpoint is in another region.
pub(in crate::diagnosis) static TOKEN_REGION: Mistake = Mistake {
    id: "scope-region",
    title: "the token was signed for a different region than that of its endpoint",
    place: "scope",
    explanation: "The credential scope of a token names a region, and the server accepts only tokens for its own. It \
        answers as if the password were wrong.",
    fix: "Sign the token for the region of the endpoint.",
    clients: &[],
    proofs: &[Lint],
};

/// `expired`.
static TOKEN_EXPIRED: Mistake = Mistake {
    id: "expired",
    title: "the token has expired",
    place: "expires",
    explanation: "The token is older than its server accepts, which is counted from X-Amz-Date, or the credentials that \
        signed it have expired. The server refuses it as if it were a wrong password.",
    fix: "Create a new token right before each connection. A token made with temporary credentials expires with them.",
    clients: &[],
    proofs: &[Time, Error],
};

/// `not-yet-valid`.
static TOKEN_NOT_YET_VALID: Mistake = Mistake {
    id: "not-yet-valid",
    title: "the token is not valid yet",
    place: "date",
    explanation: "X-Amz-Date is in the server's future, because the signer's clock is fast or the date was set ahead on \
        purpose. The server accepts the token only from then on.",
    fix: "Correct the signer's clock and create a new token.",
    clients: &[],
    proofs: &[Time, Error],
};

/// `url-cut`.
static TOKEN_CUT: Mistake = Mistake {
    id: "url-cut",
    title: "the token was cut off",
    place: "query",
    explanation: "The token ends before X-Amz-Signature: a shell treated its first '&' as the end of the command, a field \
        or a line of a password file was too short, or only the first of several lines was copied. The server does not \
        receive the signature it has to check.",
    fix: "Put the token in single quotes in a shell, and copy and store all of it. A token with a session token can be \
        longer than 2,000 characters.",
    clients: &[],
    proofs: &[Lint, Error],
};

/// `signature-form`, if digits are missing at the end.
static TOKEN_SIGNATURE_CUT: Mistake = Mistake {
    id: "signature-form",
    title: "the token was cut off within its signature",
    place: "signature",
    explanation: "A token ends with its signature, which has 64 digits, and some of them are missing: a field or a line of a \
        password file was too short, or not all of it was copied. The server compares all of them.",
    fix: "Copy and store all of the token, or create a new one.",
    clients: &[("PostgreSQL", "libpq from before November 2020 reads 320 bytes of a line in a password file")],
    proofs: &[Lint, Search],
};

/// `url-damaged`.
static TOKEN_DAMAGED: Mistake = Mistake {
    id: "url-damaged",
    title: "the token was altered by a shell, script or mail program",
    place: "query",
    explanation: "A shell, a batch file or a mail program put its own escapes into the token, such as ^&, %%2F or \\&. The \
        server reads them as part of the values, but they were not signed.",
    fix: "Copy the token again from the program that made it, and remove the escapes of other programs.",
    clients: &[],
    proofs: &[Lint, Search],
};

/// `url-double-encoded`.
static TOKEN_DOUBLE_ENCODED: Mistake = Mistake {
    id: "url-double-encoded",
    title: "the whole token was percent-encoded once too often",
    place: "query",
    explanation: "A client or a template encoded the finished token, so %2F became %252F in its credential. The server \
        decodes it once, so the values it reads are not the signed ones.",
    fix: "Percent-encode the token once in the URL of a connection, and not at all in PGPASSWORD, MYSQL_PWD or an option.",
    clients: &[],
    proofs: &[Lint, Search],
};

/// `query-changed-after`.
static TOKEN_CHANGED: Mistake = Mistake {
    id: "query-changed-after",
    title: "a parameter of the token was added, removed or changed after signing",
    place: "query",
    explanation: "Everything in a token is signed: its user, its action, its expiry. The server computes the signature \
        over the parameters that the token has now.",
    fix: "Pass the token on unchanged, and create a new one for another user or another expiry.",
    clients: &[],
    proofs: &[Search, Compare],
};

/// `query-html-escaped`.
static TOKEN_HTML_ESCAPED: Mistake = Mistake {
    id: "query-html-escaped",
    title: "the token was copied from HTML with '&amp;' in it",
    place: "query",
    explanation: "The token was copied from HTML or XML source without unescaping it, so its parameters are named \
        'amp;X-Amz-...'. The server reads those names literally and finds no signature.",
    fix: "Replace each &amp; with &, or read the token with an HTML or XML parser.",
    clients: &[],
    proofs: &[Lint, Search],
};

/// `query-json-escaped`.
static TOKEN_JSON_ESCAPED: Mistake = Mistake {
    id: "query-json-escaped",
    title: "the token was copied from JSON with '\\u0026' in it",
    place: "query",
    explanation: "Some JSON writers turn '&' into '\\u0026', and the token was copied from the text without a JSON parser. \
        The server finds the parameters joined into one and no signature.",
    fix: "Replace each \\u0026 with &, or read the token with a JSON parser.",
    clients: &[],
    proofs: &[Lint, Search],
};

/// Mistakes of presigned URLs, in the words of tokens.
static OF_URLS: [&Mistake; 8] = [
    &TOKEN_EXPIRED,
    &TOKEN_NOT_YET_VALID,
    &TOKEN_CUT,
    &TOKEN_DAMAGED,
    &TOKEN_DOUBLE_ENCODED,
    &TOKEN_CHANGED,
    &TOKEN_HTML_ESCAPED,
    &TOKEN_JSON_ESCAPED,
];

/// The mistake in the words of tokens, if it is one of a presigned URL. The signature is what was sent.
pub(in crate::diagnosis) fn in_token(mistake: &'static Mistake, signature: &[u8]) -> &'static Mistake {
    const DIGITS: usize = 64;
    let is_cut = signature.len() < DIGITS && signature.iter().all(u8::is_ascii_hexdigit);
    if is_cut && mistake.id == TOKEN_SIGNATURE_CUT.id {
        return &TOKEN_SIGNATURE_CUT;
    }
    let mut of_tokens = OF_URLS.into_iter().chain([&TOKEN_SERVICE]);
    of_tokens.find(|of_token| of_token.id == mistake.id).unwrap_or(mistake)
}

/// All variants.
#[cfg(test)]
pub(super) fn variants() -> impl Iterator<Item = &'static Mistake> {
    let beside = [&TOKEN_SERVICE, &TOKEN_EXPIRES, &TOKEN_PORT, &TOKEN_HOST, &TOKEN_HOST_CHANGED, &TOKEN_BROKER];
    beside.into_iter().chain([&TOKEN_REGION, &TOKEN_SIGNATURE_CUT]).chain(OF_URLS)
}
