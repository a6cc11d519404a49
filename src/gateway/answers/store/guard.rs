//! Wraps s3s-fs and checks every bucket name and key, whether it comes from the path, a header or a body.

use std::path::{Path, PathBuf};

use s3s::dto::{self, CopySource};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;

use super::names::{check_key, check_links, check_prefix};
use super::sidecars;

/// Restricts s3s-fs to the files below one folder.
#[derive(Debug)]
pub struct Guarded {
    files: FileSystem,
    root: PathBuf,
}

impl Guarded {
    /// Guards a store of s3s-fs in this folder, whose path must not contain symbolic links.
    pub fn new(files: FileSystem, root: PathBuf) -> Self {
        Self { files, root }
    }

    fn check(&self, input: &impl Names) -> S3Result<()> {
        input.names().into_iter().try_for_each(|(bucket, key)| {
            match key {
                Name::Key(key) => check_key(key)?,
                Name::Prefix(prefix) => check_prefix(prefix)?,
                Name::None => {}
            }
            check_links(&self.root, bucket, key.text())
        })
    }

    /// s3s-fs would remove the bucket with its content, which S3 never does.
    fn check_is_empty(&self, bucket: &str) -> S3Result<()> {
        match has_files(&self.root.join(bucket)) {
            true => Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty.")),
            false => Ok(()),
        }
    }
}

/// Deleting an object leaves its parent directories behind, so empty directories do not count.
fn has_files(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => has_files(&entry.path()),
        _ => true,
    })
}

/// The object part of a name, after the bucket.
#[derive(Clone, Copy)]
enum Name<'a> {
    None,
    Key(&'a str),
    Prefix(&'a str),
}

impl<'a> Name<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::None => "",
            Self::Key(text) | Self::Prefix(text) => text,
        }
    }
}

/// The buckets and objects that an operation names.
trait Names {
    fn names(&self) -> Vec<(&str, Name<'_>)>;
}

macro_rules! names {
    ($($input:ident => |$it:ident| $names:expr;)*) => {
        $(impl Names for dto::$input {
            fn names(&self) -> Vec<(&str, Name<'_>)> {
                let $it = self;
                $names
            }
        })*
    };
}

names! {
    ListBucketsInput => |_it| Vec::new();
    CreateBucketInput => |it| vec![(&it.bucket, Name::None)];
    DeleteBucketInput => |it| vec![(&it.bucket, Name::None)];
    HeadBucketInput => |it| vec![(&it.bucket, Name::None)];
    GetBucketLocationInput => |it| vec![(&it.bucket, Name::None)];
    ListObjectsInput => |it| vec![(&it.bucket, Name::Prefix(it.prefix.as_deref().unwrap_or_default()))];
    ListObjectsV2Input => |it| vec![(&it.bucket, Name::Prefix(it.prefix.as_deref().unwrap_or_default()))];
    GetObjectInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    HeadObjectInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    PutObjectInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    DeleteObjectInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    DeleteObjectsInput => |it| it.delete.objects.iter().map(|object| (it.bucket.as_str(), Name::Key(&object.key))).collect();
    CopyObjectInput => |it| from(&it.copy_source).into_iter().chain([(it.bucket.as_str(), Name::Key(&it.key))]).collect();
    CreateMultipartUploadInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    UploadPartInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    UploadPartCopyInput => |it| from(&it.copy_source).into_iter().chain([(it.bucket.as_str(), Name::Key(&it.key))]).collect();
    ListPartsInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    CompleteMultipartUploadInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
    AbortMultipartUploadInput => |it| vec![(&it.bucket, Name::Key(&it.key))];
}

fn from(source: &CopySource) -> Option<(&str, Name<'_>)> {
    match source {
        CopySource::Bucket { bucket, key, .. } => Some((bucket, Name::Key(key))),
        _ => None,
    }
}

macro_rules! guarded {
    ($($method:ident: $input:ident -> $output:ident;)*) => {
        #[async_trait::async_trait]
        impl S3 for Guarded {
            async fn delete_bucket(&self, request: S3Request<dto::DeleteBucketInput>) -> S3Result<S3Response<dto::DeleteBucketOutput>> {
                self.check(&request.input)?;
                self.check_is_empty(&request.input.bucket)?;
                let bucket = request.input.bucket.clone();
                let deleted = self.files.delete_bucket(request).await?;
                sidecars::remove_for_bucket(&self.root, &bucket);
                Ok(deleted)
            }

            async fn delete_object(&self, request: S3Request<dto::DeleteObjectInput>) -> S3Result<S3Response<dto::DeleteObjectOutput>> {
                self.check(&request.input)?;
                let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
                let deleted = self.files.delete_object(request).await?;
                sidecars::remove_for_object(&self.root, &bucket, &key);
                Ok(deleted)
            }

            async fn delete_objects(&self, request: S3Request<dto::DeleteObjectsInput>) -> S3Result<S3Response<dto::DeleteObjectsOutput>> {
                self.check(&request.input)?;
                let bucket = request.input.bucket.clone();
                let keys: Vec<String> = request.input.delete.objects.iter().map(|object| object.key.clone()).collect();
                let deleted = self.files.delete_objects(request).await?;
                keys.iter().for_each(|key| sidecars::remove_for_object(&self.root, &bucket, key));
                Ok(deleted)
            }

            // s3s-fs would claim that keys are encoded without encoding them, so a client would read a '+' as a space.
            async fn list_objects(&self, mut request: S3Request<dto::ListObjectsInput>) -> S3Result<S3Response<dto::ListObjectsOutput>> {
                self.check(&request.input)?;
                request.input.encoding_type = None;
                self.files.list_objects(request).await
            }

            async fn list_objects_v2(
                &self,
                mut request: S3Request<dto::ListObjectsV2Input>,
            ) -> S3Result<S3Response<dto::ListObjectsV2Output>> {
                self.check(&request.input)?;
                request.input.encoding_type = None;
                self.files.list_objects_v2(request).await
            }

            $(async fn $method(&self, request: S3Request<dto::$input>) -> S3Result<S3Response<dto::$output>> {
                self.check(&request.input)?;
                self.files.$method(request).await
            })*
        }
    };
}

guarded! {
    list_buckets: ListBucketsInput -> ListBucketsOutput;
    create_bucket: CreateBucketInput -> CreateBucketOutput;
    head_bucket: HeadBucketInput -> HeadBucketOutput;
    get_bucket_location: GetBucketLocationInput -> GetBucketLocationOutput;
    get_object: GetObjectInput -> GetObjectOutput;
    head_object: HeadObjectInput -> HeadObjectOutput;
    put_object: PutObjectInput -> PutObjectOutput;
    copy_object: CopyObjectInput -> CopyObjectOutput;
    create_multipart_upload: CreateMultipartUploadInput -> CreateMultipartUploadOutput;
    upload_part: UploadPartInput -> UploadPartOutput;
    upload_part_copy: UploadPartCopyInput -> UploadPartCopyOutput;
    list_parts: ListPartsInput -> ListPartsOutput;
    complete_multipart_upload: CompleteMultipartUploadInput -> CompleteMultipartUploadOutput;
    abort_multipart_upload: AbortMultipartUploadInput -> AbortMultipartUploadOutput;
}
