//! Servers' deviations in handling the path and the body.

use crate::servers::rules::{PathRule, Rule};
use crate::servers::{Difference, Server};
use sigvet_core::canonical::PayloadHash;

const NO_TRAILER: &str =
    "Send the body in one piece, without a trailer. AWS SDKs do so if request_checksum_calculation is when_required.";

pub(super) static ROWS: &[Difference] = &[
    Difference {
        id: "server-path-as-sent",
        servers: &[Server::VersityGw, Server::Garage],
        some_versions: &[Server::Garage],
        computes: "the path is signed as it was sent, not percent-encoded again",
        send: "Percent-encode the path as AWS signs it: everything except letters, digits, '-', '.', '_', '~' and '/', with uppercase hex.",
        source: "url.EscapedPath in versitygw aws/signer/internal/v4/util.go; garage \
            src/api/common/signature/payload.rs (2025; 2.5.0 encodes it anew)",
        rule: Rule::Path(PathRule::AsSent),
    },
    Difference {
        id: "server-path-not-utf8",
        servers: &[Server::SeaweedFs, Server::Rclone, Server::MinIo, Server::Nanio, Server::Pys3Local],
        some_versions: &[],
        computes: "bytes in the path that are not UTF-8 are replaced by U+FFFD",
        send: "Use UTF-8 in object keys.",
        source: "rclone 1.75, SeaweedFS 4.48, nanio 0.1 and pys3local 0.2 (tried); s3utils.EncodePath in minio cmd/signature-v4.go",
        rule: Rule::Path(PathRule::NotUtf8Replaced),
    },
    Difference {
        id: "server-framing-unsigned-trailer",
        servers: &[Server::Nanio, Server::Pys3Local, Server::S3rver],
        some_versions: &[],
        computes: "a chunked body with a trailer is stored including its framing, without an error",
        send: NO_TRAILER,
        source: "nanio 0.1, pys3local 0.2 and s3rver 3.7 (tried)",
        rule: Rule::FramingStored(PayloadHash::UNSIGNED_TRAILER),
    },
    Difference {
        id: "server-framing-signed-trailer",
        servers: &[Server::Rclone, Server::Pys3Local, Server::S3rver],
        some_versions: &[],
        computes: "a body in signed chunks with a trailer is stored including its framing, without an error",
        send: NO_TRAILER,
        source: "rclone 1.75, pys3local 0.2 and s3rver 3.7 (tried)",
        rule: Rule::FramingStored("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
    },
    Difference {
        id: "server-framing-signed",
        servers: &[Server::S3rver],
        some_versions: &[],
        computes: "a body in signed chunks is stored including its framing, without an error",
        send: "Send the body in one piece, with its hash or UNSIGNED-PAYLOAD.",
        source: "s3rver 3.7 (tried)",
        rule: Rule::FramingStored("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    },
];
