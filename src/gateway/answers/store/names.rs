//! Checks which bucket and object names can be stored in a folder.
//!
//! A key can be any text in S3, but becomes a path here. Names that a file system reads differently are refused: two
//! names for the same file, names that leave the folder, and names that no file can have.

use std::path::{Path, PathBuf};

use s3s::{S3Error, s3_error};

use crate::platform::is_file_name;

/// Maximum length of a path component in bytes. Most file systems refuse longer ones.
const LONGEST_PART: usize = 255;

/// Refuses a key that is not a path below its bucket.
pub fn check_key(key: &str) -> Result<(), S3Error> {
    let parts: Vec<&str> = key.strip_suffix('/').unwrap_or(key).split('/').collect();
    if parts.iter().any(|part| part.len() > LONGEST_PART) {
        return Err(s3_error!(KeyTooLongError, "a folder cannot hold names of more than 255 bytes between slashes"));
    }
    let is_odd = |part: &&str| matches!(*part, "" | "." | "..") || part.contains(['\0', '\\']);
    match parts.iter().any(is_odd) || !parts.iter().all(|part| is_file_name(part)) {
        true => Err(s3_error!(InvalidArgument, "a folder cannot hold a key with '.', '..', '//', a backslash or NUL")),
        false => Ok(()),
    }
}

/// Refuses a prefix that leaves its bucket.
pub fn check_prefix(prefix: &str) -> Result<(), S3Error> {
    match prefix.split('/').any(|part| part == "..") || prefix.contains(['\0', '\\']) {
        true => Err(s3_error!(InvalidArgument, "a folder cannot hold a key with '..', a backslash or NUL")),
        false => Ok(()),
    }
}

/// Refuses a path with a symbolic link in it, which could lead anywhere.
pub fn check_links(root: &Path, bucket: &str, key: &str) -> Result<(), S3Error> {
    let parts = [bucket].into_iter().chain(key.split('/')).filter(|part| !part.is_empty());
    let mut path = PathBuf::from(root);
    for part in parts {
        path.push(part);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(s3_error!(AccessDenied, "symbolic links are not followed"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_a_path_below_its_bucket_is_refused() {
        for good in ["a", "a/b", "a/", "...", "..a", "ü ö", ".hidden", "%2e%2e/a"] {
            assert!(check_key(good).is_ok(), "{good:?}");
        }
        for bad in ["..", "../a", "a/../b", "a/..", "./a", "a//b", "/a", "a\0b", "a\\..\\b", &"x".repeat(256)] {
            assert!(check_key(bad).is_err(), "{bad:?}");
        }
        assert!(check_prefix("a//").is_ok() && check_prefix("").is_ok() && check_prefix("../").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_followed_anywhere_in_a_path() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("bucket/a")).unwrap();
        std::os::unix::fs::symlink("/etc", root.path().join("bucket/a/etc")).unwrap();
        std::os::unix::fs::symlink("/", root.path().join("linked")).unwrap();
        let is_refused = |bucket, key| check_links(root.path(), bucket, key).is_err();
        assert!(is_refused("bucket", "a/etc/passwd") && is_refused("bucket", "a/etc") && is_refused("linked", "etc"));
        assert!(!is_refused("bucket", "a/b") && !is_refused("bucket", ""));
    }
}
