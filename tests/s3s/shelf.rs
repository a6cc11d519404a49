//! Objects in memory, under any key: a file system allows no `//`, no trailing slash and no name of a thousand bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http_body_util::BodyExt;
use s3s::dto::{GetObjectInput, GetObjectOutput, PutObjectInput, PutObjectOutput, StreamingBlob};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};

#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Objects>>);

/// Contents by bucket and key.
type Objects = HashMap<(String, String), Vec<u8>>;

impl Shelf {
    pub fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(&(bucket.to_owned(), key.to_owned())).cloned()
    }

    pub fn take(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().remove(&(bucket.to_owned(), key.to_owned()))
    }

    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let objects = self.0.lock().unwrap();
        objects.keys().filter(|(of, _)| of == bucket).map(|(_, key)| key.clone()).collect()
    }
}

#[async_trait::async_trait]
impl S3 for Shelf {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { bucket, key, body, .. } = request.input;
        let body = Body::from(body.ok_or_else(|| s3_error!(IncompleteBody))?);
        let bytes = body.collect().await.map_err(|_| s3_error!(IncompleteBody))?.to_bytes();
        self.0.lock().unwrap().insert((bucket, key), bytes.to_vec());
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let bytes = self.get(&request.input.bucket, &request.input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        let content_length = Some(i64::try_from(bytes.len()).unwrap());
        let body = Some(StreamingBlob::from(Body::from(bytes)));
        Ok(S3Response::new(GetObjectOutput { body, content_length, ..GetObjectOutput::default() }))
    }
}
