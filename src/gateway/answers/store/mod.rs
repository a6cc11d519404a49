//! An S3 object store in a folder, using s3s and s3s-fs.
//!
//! The signature has already been checked, so the request is passed on without it, and its body without chunk framing.
//! The `guard` module refuses anything that would leave the folder, because s3s-fs follows symbolic links.

mod names;
mod sidecars;
mod guard;
mod request;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use http_body_util::BodyExt;
use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use super::StoreError;
use crate::gateway::intake::FileHolds;
use crate::gateway::payload::{BodyFile, Payload};
use crate::gateway::{Answer, Later, Reply};
use guard::Guarded;

/// An object store in a folder.
pub struct Store {
    root: PathBuf,
    service: S3Service,
}

impl Store {
    /// Opens an existing, writable folder.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let name = || folder.display().to_string();
        let root = folder.canonicalize().map_err(|source| StoreError::Unreadable { folder: name(), source })?;
        if !root.is_dir() {
            return Err(StoreError::NotFolder { folder: name() });
        }
        tempfile::tempfile_in(&root).map_err(|source| StoreError::Unwritable { folder: name(), source })?;
        let files = FileSystem::new(&root).map_err(|error| StoreError::Unreadable {
            folder: name(),
            source: io::Error::other(format!("{error:?}")),
        })?;
        let mut builder = S3ServiceBuilder::new(Guarded::new(files, root.clone()));
        builder.set_host(Hosts);
        Ok(Self { root, service: builder.build() })
    }

    async fn serve(&self, request: &Request, file: Option<BodyFile>, verdict: &Verdict) -> Reply {
        let passed = request::without_signature(request, Payload::as_meant(request, file, verdict));
        let request = match passed {
            Ok(request) => request,
            Err(problem) => return Reply::plain(501, problem),
        };
        match self.service.call(request).await {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                Reply { status: parts.status.as_u16(), headers: parts.headers, body: body.boxed_unsync() }
            }
            Err(error) => Reply::plain(500, format!("the store failed: {error:?}")),
        }
    }
}

impl Answer for Store {
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(self.serve(request, file, verdict))
    }

    fn file_holds(&self) -> FileHolds {
        FileHolds::Payload
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.root.display())
    }
}

/// Buckets are named in the path, or as a subdomain of `localhost`.
struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.split(':').next().unwrap_or(host);
        Ok(match name.strip_suffix(".localhost") {
            Some(bucket) => VirtualHost::new("localhost").with_bucket(bucket),
            None => VirtualHost::new(host),
        })
    }
}
