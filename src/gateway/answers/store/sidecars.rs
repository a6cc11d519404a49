//! The files that s3s-fs keeps next to the buckets, with the metadata and checksums of an object, and does not remove
//! when the object is deleted.
//!
//! If they stayed, s3s-fs would apply them to the next multipart upload of the same name.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Removes the metadata files of an object, unless the object still exists.
pub fn remove_for_object(root: &Path, bucket: &str, key: &str) {
    if root.join(bucket).join(key).exists() {
        return;
    }
    let object = format!("{}{}", prefix(bucket), BASE64_URL_SAFE_NO_PAD.encode(key));
    for end in ["metadata.json", "internal.json"] {
        // The file may not exist.
        let _ = fs::remove_file(root.join(format!("{object}.{end}")));
    }
}

/// Removes the metadata files of all objects in a bucket.
pub fn remove_for_bucket(root: &Path, bucket: &str) {
    let prefix = prefix(bucket);
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The prefix of the metadata file names of a bucket.
fn prefix(bucket: &str) -> String {
    format!(".bucket-{}.object-", BASE64_URL_SAFE_NO_PAD.encode(bucket))
}
