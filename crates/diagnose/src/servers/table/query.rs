//! What servers do otherwise with the query.

use crate::servers::rules::{QueryRule, Refusal, Rule};
use crate::servers::{Difference, Server};

const SORT: &str = "Send names without characters that need percent-encoding, or only one such parameter.";
const ONCE: &str = "Send each parameter once.";

pub(super) static ROWS: &[Difference] = &[
    Difference {
        id: "server-query-sorted-decoded",
        servers: &[
            Server::SeaweedFs,
            Server::Rclone,
            Server::MinIo,
            Server::Swift,
            Server::VersityGw,
            Server::CloudServer,
            Server::Pys3Local,
        ],
        computes: "query parameters are sorted before they are percent-encoded",
        send: SORT,
        source: "rclone 1.75, SeaweedFS 4.48, Swift and pys3local 0.2 (tried); Go's url.Values.Encode in minio \
            cmd/signature-v4.go, versitygw aws/signer/v4/v4.go; Arsenal lib/auth/v4/createCanonicalRequest.ts",
        rule: Rule::Query(QueryRule::SortedDecoded),
    },
    Difference {
        id: "server-query-as-sent",
        servers: &[Server::Nanio],
        computes: "the query is signed as it was sent, without percent-encoding it anew",
        send: "Percent-encode the query as AWS signs it: all but letters, digits, '-', '.', '_' and '~', with upper-case hex.",
        source: "nanio 0.1 (tried)",
        rule: Rule::Query(QueryRule::AsSent),
    },
    Difference {
        id: "server-query-sorted-joined",
        servers: &[Server::Garage],
        computes: "query parameters are sorted as whole 'name=value' texts",
        send: "Send no parameter whose name begins with the name of another, such as 'a' and 'a-b'.",
        source: "garage src/api/common/signature/payload.rs (2.5.0)",
        rule: Rule::Query(QueryRule::SortedJoined),
    },
    Difference {
        id: "server-query-values-as-sent",
        servers: &[Server::Rclone, Server::MinIo, Server::Ceph, Server::S3s],
        computes: "the values of a repeated query parameter stay in the order sent",
        send: "Send the values of a repeated parameter in sorted order.",
        source: "rclone 1.75 (tried); minio cmd/signature-v4.go; ceph src/rgw/rgw_auth_s3.cc, \
            get_v4_canonical_qs (2026); s3s 0.14 src/sig_v4/methods.rs",
        rule: Rule::Query(QueryRule::ValuesAsSent),
    },
    Difference {
        id: "server-query-last-value",
        servers: &[Server::Swift, Server::Ceph, Server::Pys3Local],
        computes: "of a repeated query parameter, only the last value is signed",
        send: ONCE,
        source: "Swift, Ceph 16.2 and pys3local 0.2 (tried)",
        rule: Rule::Query(QueryRule::LastValue),
    },
    Difference {
        id: "server-query-repeats-emptied",
        servers: &[Server::CloudServer],
        computes: "a repeated query parameter is signed once and without a value",
        send: ONCE,
        source: "Arsenal lib/auth/v4/createCanonicalRequest.ts and awsURIencode.ts",
        rule: Rule::Query(QueryRule::RepeatsEmptied),
    },
    Difference {
        id: "server-query-semicolon-dropped",
        servers: &[Server::Rclone, Server::VersityGw],
        computes: "a query parameter with a ';' is left out",
        send: "Percent-encode ';' in the query as %3B.",
        source: "rclone 1.75 (tried); Go's url.ParseQuery in versitygw aws/signer/v4/v4.go",
        rule: Rule::Query(QueryRule::SemicolonDropped),
    },
    Difference {
        id: "server-query-percent-dropped",
        servers: &[Server::Rclone, Server::SeaweedFs, Server::VersityGw],
        computes: "a query parameter with a '%' that is not part of an escape is left out",
        send: "Percent-encode '%' in the query as %25.",
        source: "rclone 1.75 and SeaweedFS 4.48 (tried); Go's url.ParseQuery in versitygw aws/signer/v4/v4.go",
        rule: Rule::Query(QueryRule::BadEscapeDropped),
    },
    Difference {
        id: "server-query-percent-emptied",
        servers: &[Server::Ceph],
        computes: "a query value with a '%' that is not part of an escape is signed as an empty one, or cut off there",
        send: "Percent-encode '%' in the query as %25.",
        source: "Ceph 16.2 (tried); ceph src/rgw/rgw_common.cc, url_decode",
        rule: Rule::Query(QueryRule::BadEscapeEmptied),
    },
    Difference {
        id: "server-query-not-utf8",
        servers: &[Server::Garage, Server::S3s],
        computes: "bytes in the query that are not UTF-8 are replaced by U+FFFD",
        send: "Send names and values of parameters in UTF-8.",
        source: "url::form_urlencoded in garage src/api/common/signature/payload.rs; s3s 0.14",
        rule: Rule::Query(QueryRule::NotUtf8Replaced),
    },
    Difference {
        id: "server-query-repeats-refused",
        servers: &[Server::Garage],
        computes: "a request with a repeated query parameter is refused",
        send: ONCE,
        source: "garage src/api/common/signature/payload.rs, parse_query_map",
        rule: Rule::Refused(Refusal::RepeatedParameter),
    },
    Difference {
        id: "server-query-name-refused",
        servers: &[Server::Garage],
        computes: "a request is refused if the name of a query parameter could not be the name of a header",
        send: "Send names of parameters with letters, digits, '-', '_' and '.' only.",
        source: "garage src/api/common/signature/payload.rs, parse_query_map",
        rule: Rule::Refused(Refusal::ParameterName),
    },
    Difference {
        id: "server-query-unreadable-refused",
        servers: &[Server::MinIo],
        computes: "a request with a ';' in its query, or a '%' that is not part of an escape, is refused",
        send: "Percent-encode ';' as %3B and '%' as %25.",
        source: "minio cmd/auth-handler.go, getRequestAuthType",
        rule: Rule::Refused(Refusal::UnreadableQuery),
    },
];
