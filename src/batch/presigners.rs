//! The presigners of a worker, one for all records that are signed alike, and the URLs of their buckets.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use sigvet_core::presign::Presigner;
use sigvet_core::request::RequestUrl;
use sigvet_core::time::Timestamp;

use super::host::check_host;
use super::problem::Refusal;
use super::signing::{Signing, SigningTerms};

/// Maximum number of presigners, and of bucket URLs, that a worker caches.
const KEPT: usize = 4_096;

/// A presigner, and the text to write before and after its targets.
pub(super) struct Ready {
    pub origin: String,
    pub presigner: Presigner,
    pub expires_at: String,
    pub headers: Vec<(String, String)>,
}

/// The fields of a record other than its target.
#[derive(Default)]
pub(super) struct Common<'r> {
    pub method: Option<Cow<'r, str>>,
    pub headers: Vec<(String, String)>,
    pub expires: Option<Duration>,
    pub bucket: Option<Cow<'r, str>>,
    pub region: Option<Cow<'r, str>>,
}

/// The caches of a worker: presigners, and the URLs of buckets.
pub(super) struct PresignCache<'s> {
    signing: &'s dyn Signing,
    now: Timestamp,
    last: Option<(SigningTerms, RequestUrl, Rc<Ready>)>,
    presigners: HashMap<SigningTerms, Rc<Ready>>,
    last_bucket: Option<(BucketName, Arc<RequestUrl>)>,
    buckets: HashMap<BucketName, Arc<RequestUrl>>,
}

/// A bucket as it was typed, and the region of the record.
type BucketName = (String, Option<String>);

impl<'s> PresignCache<'s> {
    /// Empty caches.
    pub fn new(signing: &'s dyn Signing) -> Self {
        let (presigners, buckets) = (HashMap::new(), HashMap::new());
        Self { signing, now: signing.now(), last: None, presigners, last_bucket: None, buckets }
    }

    /// Drops the presigners of an earlier second.
    pub fn renew(&mut self, now: Timestamp) {
        if now != self.now {
            self.now = now;
            self.presigners.clear();
            self.last = None;
        }
    }

    /// The URL of a bucket.
    pub fn bucket(&mut self, bucket: &str, region: Option<&str>) -> Result<Arc<RequestUrl>, Refusal> {
        let is_arn = bucket.starts_with("arn:");
        let is_letter = |byte: u8| is_letter_of_name(byte) || is_arn && matches!(byte, b':' | b'/');
        if bucket.is_empty() || matches!(bucket, "." | "..") || !bucket.bytes().all(is_letter) {
            return Err("invalid bucket name: expected letters, digits, '-', '_' and '.', or the ARN of an access \
                        point"
                .into());
        }
        if let Some(((typed, in_region), url)) = &self.last_bucket
            && typed.strip_prefix("s3://").and_then(|typed| typed.strip_suffix('/')) == Some(bucket)
            && in_region.as_deref() == region
        {
            return Ok(Arc::clone(url));
        }
        let url = self.located(&format!("s3://{bucket}/"), region)?;
        if is_arn && url.target() != b"/" {
            return Err("invalid ARN in the field 'bucket': something follows the name of the access point".into());
        }
        Ok(url)
    }

    /// Resolves an `s3://` URL.
    pub fn located(&mut self, typed: &str, region: Option<&str>) -> Result<Arc<RequestUrl>, Refusal> {
        let name = (typed.to_owned(), region.map(str::to_owned));
        let url = match self.buckets.get(&name) {
            Some(url) => Arc::clone(url),
            None => {
                if self.buckets.len() == KEPT {
                    self.buckets.clear();
                }
                let url = Arc::new(self.signing.locate(typed, region)?);
                self.buckets.insert(name.clone(), Arc::clone(&url));
                url
            }
        };
        self.last_bucket = Some((name, Arc::clone(&url)));
        Ok(url)
    }

    /// The presigner for a URL and the other fields of its record.
    pub fn find(&mut self, url: &RequestUrl, is_s3: bool, common: &Common<'_>) -> Result<Rc<Ready>, Refusal> {
        if let Some((terms, at, ready)) = &self.last
            && at.is_same_origin(url)
            && is_alike(terms, is_s3, common)
        {
            return Ok(Rc::clone(ready));
        }
        let terms = SigningTerms {
            origin: url.origin(),
            is_s3,
            method: common.method.as_deref().map(str::to_owned),
            headers: common.headers.clone(),
            expires: common.expires,
            region: common.region.as_deref().map(str::to_owned),
        };
        let ready = match self.presigners.get(&terms) {
            Some(ready) => Rc::clone(ready),
            None => {
                if self.presigners.len() == KEPT {
                    self.presigners.clear();
                }
                check_host(&terms.headers, url, self.signing.signed_host())?;
                let (presigner, expires_at) = self.signing.presigner(&terms, self.now)?;
                let ready = Rc::new(Ready {
                    origin: terms.origin.clone(),
                    headers: presigner
                        .headers_to_send()
                        .iter()
                        .map(|(name, value)| (name.clone(), lossy(value)))
                        .collect(),
                    presigner,
                    expires_at: expires_at.to_rfc3339(),
                });
                self.presigners.insert(terms.clone(), Rc::clone(&ready));
                ready
            }
        };
        self.last = Some((terms, url.clone(), Rc::clone(&ready)));
        Ok(ready)
    }
}

/// Whether a record is signed with these terms, if its host is the same.
fn is_alike(terms: &SigningTerms, is_s3: bool, common: &Common<'_>) -> bool {
    terms.is_s3 == is_s3
        && terms.expires == common.expires
        && terms.method.as_deref() == common.method.as_deref()
        && terms.region.as_deref() == common.region.as_deref()
        && terms.headers == common.headers
}

fn lossy(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// Whether names of buckets and regions may contain this byte.
pub(super) fn is_letter_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
