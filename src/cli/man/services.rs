//! What the manual says of schemes, dialects and particular services, and where each is written down.

use super::section::{Item, Section};

/// What is spoken, and by whom it is defined.
pub(super) fn dialects() -> Section {
    let items = vec![
        Item::term(
            "Signature Version 4 (v4)",
            "HMAC-SHA256 with a key derived for one day, region and service. AWS: `Signature Version 4 signing process`, \
             IAM user guide.",
        ),
        Item::term(
            "Signature Version 4A (v4a)",
            "ECDSA over P-256, for the set of regions of `--region-set`: names with commas between, which may end in \
             `*`, or `*` alone; without it the region of the host or of the profile. The scope has no region. The key pair \
             is derived from secret and access key id, and is the same for every day and service: `sigvet key --scheme \
             v4a` prints its public half, and no command its private one. Signatures are repeatable (RFC 6979). It is \
             chosen without a word where the host stands in many regions, as multi-region access points do; a typed \
             `--scheme v4` holds, with a warning. AWS: the same guide; the official test suite in aws-c-auth.",
        ),
        Item::term(
            "Signature Version 2 (v2)",
            "HMAC-SHA1 with the secret itself, of S3 and of stores like it. See SIGNATURE VERSION 2. AWS: `Signing and \
             authenticating REST requests`, S3 API reference.",
        ),
        Item::term(
            "Payloads in chunks",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD and its relatives, by `--payload streaming`. AWS: `Transferring Payload in \
             Multiple Chunks` and `Including Trailing Headers`, S3 API reference.",
        ),
        Item::term(
            "Presigned POST",
            "A signed policy, by `sigvet form`. AWS: `Browser-Based Uploads Using POST`, S3 API reference.",
        ),
        Item::term("--dialect aws", "AWS4-HMAC-SHA256 and x-amz-* names: AWS and the stores that speak as S3 does."),
        Item::term(
            "--dialect goog",
            "GOOG4-HMAC-SHA256 and x-goog-* names, with the HMAC keys of Google Cloud Storage: region auto, service \
             storage. Google: `V4 signing process`; googleapis/conformance-tests. Runs of tabs in a header count as one \
             space. The same hosts take `--dialect aws` with the service s3.",
        ),
        Item::term(
            "--dialect provider1:provider2",
            "Whatever curl's `--aws-sigv4` spells: the first provider names algorithm, key and scope, the second the \
             headers. curl: CURLOPT_AWS_SIGV4.",
        ),
        Item::term(
            "OSS4-HMAC-SHA256",
            "Not spoken. It signs the bucket of a virtual host in the path, parameters without a value as they are, and headers \
             that its list does not name. `--dialect oss` is refused, and `verify` says what it was given. OSS also takes \
             `--dialect aws`, at s3.oss-REGION.aliyuncs.com. Alibaba Cloud: `Include a V4 signature`, OSS developer guide.",
        ),
    ];
    Section { title: "SCHEMES AND DIALECTS", items }
}

/// What some services want.
pub(super) fn services() -> Section {
    let items = vec![
        Item::term(
            "Access points",
            "s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/key goes to the access point, without an endpoint; so do the \
             ARNs of multi-region access points, Object Lambda and Outposts. The scope is read from the host.",
        ),
        Item::term(
            "S3 Express",
            "Requests for objects on the host of a directory bucket are signed in a session. `sigvet send` asks CreateSession \
             for one and keeps it for its five minutes in sigvet/s3express in the user's cache directory, in files for \
             their owner alone. What sends nothing takes a session that is kept; with `--s3express-session auto` it asks for \
             one over the network. given: the credentials are a session's already, and their token is sent as \
             x-amz-s3session-token. none: no session. CreateSession, CopyObject, UploadPartCopy and HeadBucket are signed \
             with the credentials themselves, as is all that goes to s3express-control. \
             s3://NAME--ZONE--x-s3/key needs no endpoint, only a region.",
        ),
        Item::term(
            "WebSockets",
            "`sigvet presign wss://...` makes the URL that opens one: AWS IoT (/mqtt, with the session token behind the \
             signature), Transcribe (port 8443, which is signed), Kinesis Video, Neptune, API Gateway, AgentCore. `sigvet \
             send` opens none.",
        ),
        Item::term(
            "Life of a URL",
            "Transcribe and AgentCore take no URL that lives longer than 300 seconds, Kinesis Video none longer than 299: \
             that is the default for them, and a longer life is warned of. A URL of an S3 Express session lives no longer \
             than the session.",
        ),
    ];
    Section { title: "SERVICES", items }
}
