//! Decides where the key of an `s3://` URL ends and its query begins.
//!
//! Keys may contain any character, and users paste them unencoded. So `?` and `#` belong to the key, unless
//! everything after a `?` is known to S3: a sub-resource, or a parameter of one of its operations.

/// An `s3://` URL after its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct S3Path<'a> {
    /// Bucket and key, as text.
    pub path: &'a str,
    /// The query as it is sent.
    pub query: Option<&'a str>,
}

/// Sub-resources and parameters of S3's operations, from its API reference.
#[rustfmt::skip]
const PARAMETERS: &[&str] = &[
    "abac", "accelerate", "acl", "analytics", "append", "attributes", "bucket-region", "continuation-token", "cors", "delete",
    "delimiter", "encoding-type", "encryption", "fetch-owner", "id", "intelligent-tiering", "inventory", "key-marker",
    "legal-hold", "lifecycle", "list-type", "location", "logging", "marker", "max-buckets", "max-directory-buckets",
    "max-keys", "max-parts", "max-uploads", "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable",
    "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "part-number-marker", "partNumber",
    "policy", "policyStatus", "prefix", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore",
    "retention", "select", "select-type", "session", "start-after", "tagging", "torrent", "upload-id-marker", "uploadId",
    "uploads", "version-id-marker", "versionId", "versioning", "versions", "website", "x-id",
];

/// Splits the text after `s3://`. No bucket contains a `?`, so a `?` before the first `/` always begins a query.
pub fn split(rest: &str) -> S3Path<'_> {
    let bucket_end = rest.find('/').unwrap_or(rest.len());
    let is_query = |at: usize, query: &str| at < bucket_end || query.split('&').all(is_parameter);
    let splits = rest.match_indices('?').filter_map(|(at, _)| Some((at, rest.get(..at)?, rest.get(at + 1..)?)));
    match splits.into_iter().find(|(at, _, query)| is_query(*at, query)) {
        Some((_, path, query)) => S3Path { path, query: Some(query) },
        None => S3Path { path: rest, query: None },
    }
}

fn is_parameter(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    let is_amazon = || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    PARAMETERS.contains(&name) || name.starts_with("response-") || is_amazon()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_known_to_s3_are_split_off_the_key() {
        for (rest, path, query) in [
            ("b/ü+&?#.png", "b/ü+&?#.png", None),
            ("b/a?b#c", "b/a?b#c", None),
            ("b/what?", "b/what?", None),
            ("b/k?versionId=3/L", "b/k", Some("versionId=3/L")),
            ("b/a?b?versionId=3", "b/a?b", Some("versionId=3")),
            ("b/k?acl", "b/k", Some("acl")),
            ("b/k?acl&x=1", "b/k?acl&x=1", None),
            ("b/k?partNumber=1&uploadId=a", "b/k", Some("partNumber=1&uploadId=a")),
            ("b/k?response-content-type=a/b&X-Amz-Date=1", "b/k", Some("response-content-type=a/b&X-Amz-Date=1")),
            ("b?anything=1", "b", Some("anything=1")),
            ("b/?list-type=2&prefix=a?b", "b/", Some("list-type=2&prefix=a?b")),
            ("b", "b", None),
        ] {
            assert_eq!(split(rest), S3Path { path, query }, "{rest}");
        }
    }
}
