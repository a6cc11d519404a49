//! Signs, presigns and verifies requests with AWS Signature Version 4, 4A and 2.
//!
//! A [`Signer`](signer::Signer) is enough for most uses. It can return only what signing adds, so it works with any
//! HTTP client; with feature `http`, it signs `http::request::Parts` in place.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use sigvet_core::credentials::Credentials;
//! use sigvet_core::request::{Request, RequestUrl};
//! use sigvet_core::signer::Signer;
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let signer = Signer::new(credentials, "us-east-1", "s3");
//! let bucket: RequestUrl = "https://examplebucket.s3.amazonaws.com".parse()?;
//! let url = bucket.with_key("50%.png");
//!
//! let signed = signer.sign(Request::new("GET", &url)?, SystemTime::now().into())?;
//! for header in signed.added_headers() {
//!     println!("{}: {}", header.name, String::from_utf8_lossy(&header.value));
//! }
//!
//! let presigned = signer.presign(&url, Duration::from_secs(3600), SystemTime::now().into())?;
//! println!("{presigned}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Between client and service
//!
//! A gateway gives each client its own key, verifies the client's signature, and signs the same request again with the
//! real key: [`resign`](resign::resign) makes the outbound head of an accepted request, and [`stream::Resigner`]
//! re-signs a chunked body.
//!
//! # Features
//!
//! | feature | enables | adds the dependencies |
//! |---|---|---|
//! | `form` | presigned POST | `serde_json`; also enables `v2`, because policies may be signed with Version 2 |
//! | `stream` | payloads in signed chunks; S3 checksums | `crc-fast`, `sha1` |
//! | `v2` | Signature Version 2 | `sha1` |
//! | `v4a` | Signature Version 4A | `p256` |
//! | `x509` | signatures with the key of a certificate, for IAM Roles Anywhere | `ring`, `p256`, `p384`, `p521` |
//! | `http` | conversions to and from the types of the `http` crate | `http` |
//!
//! All features except `http` and `x509` are on by default. A disabled scheme is never accepted: a request signed with
//! it yields no [`Claim`](claim::Claim), and [`Verdict::accept`](verify::Verdict::accept) refuses a chunked payload
//! that it could not read. The only check that is skipped is comparing checksums, which are not part of a signature.
//!
//! # One derivation
//!
//! A server verifies a signature by computing it again and comparing. So there is one derivation, from a
//! [`Request`](request::Request) and the [`Terms`](derivation::Terms) that both sides agree on, and two ways to get the
//! terms: [`prepare`](prepare::prepare) decides the terms of a request to sign, and [`Claim`](claim::Claim) reads them
//! from a signed request. The derivation ends at the string to sign. Every intermediate result is available, and none
//! of them is secret.
//!
//! Requests are kept byte for byte as they are on the wire: what is signed is what is sent. The crate uses no files,
//! environment variables, network or clock; `now` is always an argument.
//!
//! To presign a URL step by step, and verify it as the server does:
//!
//! ```
//! use std::time::Duration;
//!
//! use sigvet_core::credentials::Credentials;
//! use sigvet_core::prepare::{Identity, Settings, prepare};
//! use sigvet_core::request::{Request, RequestUrl};
//! use sigvet_core::scheme::SigningKey;
//! use sigvet_core::time::Timestamp;
//! use sigvet_core::verify::{ExpectedScope, Judge, verify};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let now = Timestamp::parse("2013-05-24T00:00:00Z")?;
//! let url = RequestUrl::parse("https://examplebucket.s3.amazonaws.com/test.txt")?;
//!
//! let settings = Settings::new("us-east-1", "s3").presigned(Duration::from_secs(86_400));
//! let prepared = prepare(Request::new("GET", &url)?, &Identity::from(&credentials), &settings, now)?;
//! let key = SigningKey::derive(&credentials.secret_access_key, &prepared.terms.dialect, &prepared.terms.scope);
//! let signed = prepared.sign(&key)?;
//! assert!(signed.signature.as_str().starts_with("aeeed9bbccd4d02e"));
//!
//! let scope = ExpectedScope::Exactly { region: "us-east-1", service: "s3" };
//! let accepted = verify(&signed.request, &Judge::new(Some(&credentials), now, scope))?.accept()?;
//! assert_eq!(accepted.access_key_id, "AKIAIOSFODNN7EXAMPLE");
//! println!("{}", url.for_request(&signed.request));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
// These public types are `#[non_exhaustive]`: errors and warnings, values that only this crate makes, and settings and
// names that will grow. These are exhaustive: enums whose users must handle every variant (schemes, placements, bodies,
// findings and faults, because a new one must be judged and explained), and plain values that callers construct
// (credentials, a plan of chunks).
#![deny(missing_docs)]
// The input is untrusted, so no text may be sliced inside a character.
#![cfg_attr(not(test), warn(clippy::string_slice))]
#![cfg_attr(docsrs, feature(doc_cfg))]

// In reading order: a module uses only those above it. `tests/layering` enforces that.

pub(crate) mod encode;

mod texts;

pub mod time;

pub mod crypto;

#[cfg(feature = "stream")]
pub mod checksum;

pub mod request;

pub mod credentials;

#[cfg(feature = "x509")]
pub mod x509;

pub mod scheme;

pub mod canonical;

pub mod derivation;

pub mod endpoint;

pub mod prepare;

pub mod claim;

pub mod sign;

pub mod presign;

pub mod signer;

#[cfg(feature = "stream")]
pub mod stream;

#[cfg(feature = "v2")]
pub mod v2;

#[cfg(feature = "form")]
pub mod form;

pub mod verify;

pub mod resign;

#[cfg(feature = "http")]
pub mod http;

mod raw_http;

#[doc(hidden)]
pub mod internal;

pub use raw_http::{MalformedRequest, parse_request};
