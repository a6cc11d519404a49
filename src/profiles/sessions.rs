//! Caches S3 Express sessions for the minutes that they are valid, one file each, in the user's cache directory.
//!
//! A file contains the reply of `CreateSession` unchanged, so that the same parser reads both. Its name is a
//! hash of bucket and access key ID, and reveals neither. A file that cannot be read, is open to others or is
//! no longer valid counts as missing, and is replaced by the next session.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::Environment;
use super::private_file::LockedFile;
use crate::files;
use crate::platform::{Access, is_owner_trusted, mode_open_to};
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::sha256;
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::parse_session;

/// Maximum number of bytes of a `CreateSession` reply to read. Real replies have about two thousand.
pub const LONGEST_SESSION: usize = 64 * 1024;

/// A session that expires within this many seconds is not used for a new request, because the request has to
/// arrive before.
const MARGIN: i64 = 10;

/// The cache file of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSession {
    path: PathBuf,
}

impl KeptSession {
    /// The cache file for a bucket, by its host, and the access key that requests the session. `None` if the
    /// user has no cache directory.
    pub fn of(environment: &Environment, host: &str, access_key_id: &str) -> Option<Self> {
        let name = sha256(format!("{host}\n{access_key_id}").as_bytes());
        let directory = environment.cache_dir()?.join("sigvet").join("s3express");
        Some(Self { path: directory.join(format!("{name}.xml")) })
    }

    /// The cached session, if it is valid at `now` and a little longer.
    pub fn read(&self, now: Timestamp) -> Option<Credentials> {
        self.read_any().filter(|session| is_good(session, now))
    }

    fn read_any(&self) -> Option<Credentials> {
        let read = files::read(&self.path, LONGEST_SESSION as u64).ok().filter(|read| is_private(&read.metadata))?;
        parse_session(&read.bytes).ok()
    }

    /// Caches the reply of `CreateSession`, unless another process has cached one that expires later.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, reply: &[u8]) -> io::Result<()> {
        let file = LockedFile::new(&self.path)?;
        let end = |session: Option<Credentials>| session.and_then(|session| session.expires_at);
        match end(self.read_any()) > end(parse_session(reply).ok()) {
            true => Ok(()),
            false => file.write(reply),
        }
    }
}

/// Whether a session is valid long enough to begin a request with it.
pub fn is_good(session: &Credentials, now: Timestamp) -> bool {
    session.expires_at.is_some_and(|end| end.epoch_seconds() - now.epoch_seconds() > MARGIN)
}

fn is_private(metadata: &fs::Metadata) -> bool {
    metadata.is_file() && is_owner_trusted(metadata) && mode_open_to(Access::Any, metadata).is_none()
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const REPLY: &str = "<R><Credentials><SessionToken>t</SessionToken><SecretAccessKey>hush</SecretAccessKey>\
                         <AccessKeyId>ASIA</AccessKeyId><Expiration>2026-03-01T11:16:12Z</Expiration></Credentials></R>";

    fn kept(directory: &tempfile::TempDir, host: &str, id: &str) -> KeptSession {
        let environment = Environment::default().with_cache_dir(directory.path().to_owned());
        KeptSession::of(&environment, host, id).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_session_is_cached_until_it_expires() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept(&directory, "bucket", "AKID");
        assert_eq!(kept.read(at("20260301T111112Z")), None);
        kept.write(REPLY.as_bytes()).unwrap();
        assert_eq!(kept.read(at("20260301T111112Z")).unwrap().access_key_id, "ASIA");
        assert!(kept.read(at("20260301T111601Z")).is_some());
        assert_eq!(kept.read(at("20260301T111602Z")), None);
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&kept.path), mode(kept.path.parent().unwrap())), (0o600, 0o700));
        let left: Vec<_> = fs::read_dir(kept.path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 2, "no temporary file stays, only the lock");
    }

    /// Catches a session that is overwritten by one that expires earlier, because both were requested at the
    /// same time.
    #[test]
    fn the_session_that_expires_later_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept(&directory, "bucket", "AKID");
        let later = REPLY.replace("11:16:12Z", "11:17:12Z").replace("ASIA", "LATER");
        for reply in [REPLY, &later, REPLY] {
            kept.write(reply.as_bytes()).unwrap();
        }
        assert_eq!(kept.read(at("20260301T111112Z")).unwrap().access_key_id, "LATER");
    }

    #[test]
    fn each_bucket_and_key_has_its_own_file() {
        let directory = tempfile::tempdir().unwrap();
        let paths = [("a", "x"), ("a", "y"), ("b", "x")].map(|(host, id)| kept(&directory, host, id).path);
        assert!(paths[0] != paths[1] && paths[0] != paths[2] && paths[1] != paths[2]);
        assert_eq!(KeptSession::of(&Environment::default(), "a", "x"), None);
    }

    #[test]
    fn a_file_that_is_broken_or_open_to_others_counts_as_missing() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept(&directory, "bucket", "AKID");
        for broken in ["", "<R>", "not xml", &REPLY.replace("AccessKeyId", "Key"), &"x".repeat(2 * LONGEST_SESSION)] {
            drop(fs::remove_file(&kept.path));
            kept.write(broken.as_bytes()).unwrap();
            assert_eq!(kept.read(at("20260301T111112Z")), None);
        }
        kept.write(REPLY.as_bytes()).unwrap();
        fs::set_permissions(&kept.path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(kept.read(at("20260301T111112Z")), None);
    }
    /// Catches a read that waits for a writer of the pipe.
    #[test]
    fn a_pipe_in_place_of_the_file_counts_as_missing() {
        let directory = tempfile::tempdir().unwrap();
        let kept = kept(&directory, "bucket", "AKID");
        fs::create_dir_all(kept.path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&kept.path).status().unwrap().success());
        let (done, outcome) = mpsc::channel();
        std::thread::spawn(move || done.send(kept.read(at("20260301T111112Z"))));
        assert_eq!(outcome.recv_timeout(Duration::from_secs(60)), Ok(None));
    }
}
