//! Signs, presigns and verifies requests of AWS Signature Version 4 and 4A, and of Version 2.
//!
//! A [`Signer`](signer::Signer) serves the usual case. What it added can be had apart from the whole request, so that it goes
//! with any HTTP client; with feature `http`, straight onto `http::request::Parts`.
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
//! A gateway verifies what a client signed with a key that was given to it, and signs the same request with the real one:
//! [`resign`](resign::resign) makes the outbound head of an accepted request, and [`stream::Resigner`] the body of one in chunks.
//!
//! # Features
//!
//! | feature | for | brings |
//! |---|---|---|
//! | `form` | presigned POST | `serde_json`, and `v2`, because policies may be signed so |
//! | `stream` | payloads in signed chunks; the checksums of S3 | `crc-fast`, `sha1` |
//! | `v2` | Signature Version 2 | `sha1` |
//! | `v4a` | Signature Version 4A | `p256` |
//! | `x509` | signatures by the key of a certificate, for IAM Roles Anywhere | `ring`, `p256`, `p384`, `p521` |
//! | `http` | conversions from and to the types of the `http` crate | `http` |
//!
//! All but `http` and `x509` are on by default. What is turned off is never accepted: requests of such a scheme make no claim, and
//! [`Verdict::accept`](verify::Verdict::accept) refuses a payload in chunks that it could not read. Only checksums, which are
//! no part of a signature, are then not compared.
//!
//! # One derivation
//!
//! The server does what the client did, and compares. So there is one derivation, of a [`Request`](request::Request) and
//! the [`Terms`](derivation::Terms) that both sides agree on, and two ways into it: [`prepare`](prepare::prepare) decides
//! the terms of a request to sign, [`Claim`](claim::Claim) reads them out of a signed one. It ends at the string to sign;
//! every step on the way can be looked at, and none of it is secret.
//!
//! Requests are kept as they are on the wire, byte for byte: what is signed is what is sent. Nothing here knows files, the
//! environment, the network or the clock; `now` is always an argument.
//!
//! A presigned URL step by step, and the same URL as the server judges it:
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
// Which public types are `#[non_exhaustive]`: errors and warnings, values that only this crate makes, and settings and names
// that will grow. Exhaustive are choices that whoever matches on them must know whole (schemes, placements, bodies, findings and
// faults: a new one has to be judged and explained), and plain values that callers write down (credentials, a plan of chunks).
#![deny(missing_docs)]
// What is read here was written by others: no text may be cut at a byte that is inside a character.
#![cfg_attr(not(test), warn(clippy::string_slice))]
#![cfg_attr(docsrs, feature(doc_cfg))]

// In reading order: a module uses only what stands above it. `tests/layering` holds it to that.

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
