//! Servers' deviations in handling headers.

use crate::servers::rules::{Blanks, HeaderRule, Rule};
use crate::servers::{Difference, Server};

const ONE_SPACE: &str = "Send single spaces inside header values, and no tabs.";
const NO_OTHER_SPACE: &str =
    "Use only single spaces as whitespace in signed headers; encode anything else, for example as %XX.";
const ASCII: &str = "Use only ASCII in signed headers; encode anything else, for example as %XX.";
const ONE_HEADER: &str = "Send each signed header once, with its values joined by a comma.";

const fn folded(blanks: Blanks) -> Rule {
    Rule::Headers(HeaderRule::Folded(blanks))
}

pub(super) static ROWS: &[Difference] = &[
    Difference {
        id: "server-header-tab-kept",
        servers: &[Server::Ceph],
        some_versions: &[],
        computes: "whitespace inside a header value is reduced to its first character, so a tab may remain a tab",
        send: ONE_SPACE,
        source: "Ceph 16.2 (tried); boost::trim_all in ceph src/rgw/rgw_auth_s3.cc",
        rule: folded(Blanks::FirstKept),
    },
    Difference {
        id: "server-header-tabs-kept",
        servers: &[Server::VersityGw],
        some_versions: &[],
        computes: "tabs inside a header value are kept; only repeated spaces are collapsed",
        send: ONE_SPACE,
        source: "versitygw aws/signer/internal/v4/util.go, StripExcessSpaces",
        rule: folded(Blanks::TabsKept),
    },
    Difference {
        id: "server-header-spaces-kept",
        servers: &[Server::Garage, Server::Pys3Local],
        some_versions: &[Server::Garage],
        computes: "whitespace inside a header value is kept as it was sent",
        send: ONE_SPACE,
        source: "garage src/api/common/signature/payload.rs (2025; 2.5.0 folds it); pys3local 0.2 (tried)",
        rule: folded(Blanks::Kept),
    },
    Difference {
        id: "server-header-unicode-space",
        servers: &[Server::SeaweedFs, Server::Rclone, Server::MinIo, Server::Garage, Server::S3s],
        some_versions: &[Server::Garage],
        computes: "no-break spaces and other Unicode whitespace in a header value become a space",
        send: NO_OTHER_SPACE,
        source: "rclone 1.75 and SeaweedFS 4.48 (tried); Go's strings.Fields in minio cmd/signature-v4-utils.go; \
            Rust's split_whitespace in garage_api_common 2.5.0 and s3s 0.14",
        rule: folded(Blanks::Unicode),
    },
    Difference {
        id: "server-header-latin1-space",
        servers: &[Server::Swift],
        some_versions: &[],
        computes: "the bytes 85 and A0 in a header value become a space, even inside a UTF-8 character",
        send: ASCII,
        source: "Swift (tried); swift/common/middleware/s3api/s3request.py, _headers_to_sign",
        rule: folded(Blanks::Latin1),
    },
    Difference {
        id: "server-header-recoded",
        servers: &[Server::Nanio],
        some_versions: &[],
        computes: "header values are read as ISO 8859-1 and signed as UTF-8",
        send: ASCII,
        source: "nanio 0.1 (tried)",
        rule: folded(Blanks::RecodedFolded),
    },
    Difference {
        id: "server-header-recoded-kept",
        servers: &[Server::Pys3Local],
        some_versions: &[],
        computes: "header values are read as ISO 8859-1 and signed as UTF-8, with their whitespace unchanged",
        send: ASCII,
        source: "pys3local 0.2 (tried)",
        rule: folded(Blanks::RecodedKept),
    },
    Difference {
        id: "server-header-no-break-space",
        servers: &[Server::CloudServer],
        some_versions: &[],
        computes: "the byte A0 in a header value becomes a space, even inside a UTF-8 character",
        send: ASCII,
        source: "Arsenal lib/auth/v4/createCanonicalRequest.ts",
        rule: folded(Blanks::NoBreakSpace),
    },
    Difference {
        id: "server-header-last-only",
        servers: &[Server::Ceph, Server::Nanio, Server::Pys3Local],
        some_versions: &[],
        computes: "only the last value of a repeated header is signed",
        send: ONE_HEADER,
        source: "Ceph 16.2, nanio 0.1 and pys3local 0.2 (tried)",
        rule: Rule::Headers(HeaderRule::LastOnly),
    },
    Difference {
        id: "server-header-first-only",
        servers: &[Server::Garage],
        some_versions: &[Server::Garage],
        computes: "only the first value of a repeated header is signed",
        send: ONE_HEADER,
        source: "garage src/api/common/signature/payload.rs (2025; 2.5.0 joins them)",
        rule: Rule::Headers(HeaderRule::FirstOnly),
    },
    Difference {
        id: "server-header-comma-space",
        servers: &[Server::CloudServer],
        some_versions: &[],
        computes: "repeated headers are joined with a comma and a space",
        send: ONE_HEADER,
        source: "message.headers of Node.js, which Arsenal lib/auth/v4/createCanonicalRequest.ts reads",
        rule: Rule::Headers(HeaderRule::CommaSpace),
    },
    Difference {
        id: "server-header-sorted-by-line",
        servers: &[Server::Ceph],
        some_versions: &[Server::Ceph],
        computes: "whole header lines are sorted, so 'x-amz-meta-a-b:' comes before 'x-amz-meta-a:'",
        send: "Do not send a signed header whose name begins with the name of another one.",
        source: "https://github.com/ceph/ceph/pull/18046 (2017); Ceph 16.2 sorts names (tried)",
        rule: Rule::Headers(HeaderRule::SortedByLine),
    },
    Difference {
        id: "server-header-sorted-by-locale",
        servers: &[Server::CloudServer],
        some_versions: &[],
        computes: "signed header names are sorted by locale: '_' before '-', and both before digits",
        send: "Use only letters, digits and '-' in header names.",
        source: "localeCompare in Arsenal lib/auth/v4/createCanonicalRequest.ts",
        rule: Rule::Headers(HeaderRule::SortedByLocale),
    },
];
