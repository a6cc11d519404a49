//! Servers' deviations in Version 2 signatures.

use crate::servers::rules::{Rule, V2Rule};
use crate::servers::{Difference, Server};

const V4: &str = "Sign with Version 4.";

pub(super) static ROWS: &[Difference] = &[
    Difference {
        id: "server-v2-parameters-seaweedfs",
        servers: &[Server::SeaweedFs],
        some_versions: &[],
        computes: "the Version 2 signature covers fewer parameters: not cors, tagging, encryption, restore and others",
        send: V4,
        source: "SeaweedFS 4.48 (tried); weed/s3api/auth_signature_v2.go, resourceList",
        rule: Rule::V2(V2Rule::Parameters(&[COMMON])),
    },
    Difference {
        id: "server-v2-parameters-minio",
        servers: &[Server::MinIo],
        some_versions: &[],
        computes: "the Version 2 signature covers fewer parameters: not restore, replication, object-lock and others",
        send: V4,
        source: "minio cmd/signature-v2.go, resourceList",
        rule: Rule::V2(V2Rule::Parameters(&[
            COMMON,
            &["cors", "encryption", "legal-hold", "retention", "select", "select-type", "tagging"],
        ])),
    },
    Difference {
        id: "server-v2-parameters-ceph",
        servers: &[Server::Ceph],
        some_versions: &[],
        computes: "the Version 2 signature covers fewer parameters: not restore, replication, accelerate and others",
        send: V4,
        source: "Ceph 16.2 (tried); ceph src/rgw/rgw_auth_s3.cc, signed_subresources (2026)",
        rule: Rule::V2(V2Rule::Parameters(&[
            COMMON,
            &["cors", "encryption", "object-lock", "policyStatus", "publicAccessBlock", "tagging"],
        ])),
    },
    Difference {
        id: "server-v2-parameters-ceph-16",
        servers: &[Server::Ceph],
        some_versions: &[Server::Ceph],
        computes: "the Version 2 signature does not cover the parameters encryption and object-lock",
        send: V4,
        source: "Ceph 16.2 (tried)",
        rule: Rule::V2(V2Rule::LeftOut(&["encryption", "object-lock"])),
    },
    Difference {
        id: "server-v2-last-header",
        servers: &[Server::Ceph],
        some_versions: &[],
        computes: "the Version 2 signature covers only the last value of a repeated x-amz-* header",
        send: "Send each x-amz-* header once, with its values joined by a comma.",
        source: "Ceph 16.2 (tried)",
        rule: Rule::V2(V2Rule::LastHeader),
    },
    Difference {
        id: "server-v2-parameters-swift",
        servers: &[Server::Swift],
        some_versions: &[],
        computes: "the Version 2 signature covers fewer parameters: not encryption, replication, accelerate and others",
        send: V4,
        source: "Swift (tried); swift/common/middleware/s3api/s3request.py, ALLOWED_SUB_RESOURCES",
        rule: Rule::V2(V2Rule::Parameters(&[
            COMMON,
            &["cors", "object-lock", "publicAccessBlock", "restore", "tagging"],
        ])),
    },
    Difference {
        id: "server-v2-values-encoded",
        servers: &[Server::SeaweedFs],
        some_versions: &[],
        computes: "the Version 2 signature covers parameter values percent-encoded, not decoded",
        send: V4,
        source: "SeaweedFS 4.48 (tried); weed/s3api/auth_signature_v2.go, doesSignV2Match",
        rule: Rule::V2(V2Rule::ValuesEncoded),
    },
    Difference {
        id: "server-v2-bucket-left-out",
        servers: &[Server::SeaweedFs],
        some_versions: &[],
        computes: "the Version 2 signature does not cover a bucket that is only in the host name",
        send: "Put the bucket into the path, or sign with Version 4.",
        source: "weed/s3api/auth_signature_v2.go, doesSignV2Match",
        rule: Rule::V2(V2Rule::BucketLeftOut),
    },
    Difference {
        id: "server-v2-date-kept",
        servers: &[Server::MinIo],
        some_versions: &[],
        computes: "the Version 2 signature covers the Date header even if x-amz-date is sent",
        send: "Send either Date or x-amz-date.",
        source: "minio cmd/signature-v2.go, getStringToSignV2",
        rule: Rule::V2(V2Rule::DateKept),
    },
];

/// The parameters that every server in the table signs.
const COMMON: &[&str] = &[
    "acl",
    "delete",
    "lifecycle",
    "location",
    "logging",
    "notification",
    "partNumber",
    "policy",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];
