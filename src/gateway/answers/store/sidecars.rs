//! The files that s3s-fs keeps beside the buckets, with the metadata and the checksums of an object, and leaves there when the
//! object is deleted.
//!
//! What they say of an object that is gone, s3s-fs would say of the next multipart upload of that name.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Removes what is kept of an object, unless the object is still there.
pub fn remove_for_object(root: &Path, bucket: &str, key: &str) {
    if root.join(bucket).join(key).exists() {
        return;
    }
    let object = format!("{}{}", prefix(bucket), BASE64_URL_SAFE_NO_PAD.encode(key));
    for end in ["metadata.json", "internal.json"] {
        // It need not be there.
        let _ = fs::remove_file(root.join(format!("{object}.{end}")));
    }
}

/// Removes what is kept of the objects of a bucket.
pub fn remove_for_bucket(root: &Path, bucket: &str) {
    let prefix = prefix(bucket);
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How the names of a bucket's files begin.
fn prefix(bucket: &str) -> String {
    format!(".bucket-{}.object-", BASE64_URL_SAFE_NO_PAD.encode(bucket))
}
