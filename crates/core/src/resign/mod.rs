//! Signs an accepted request again with other credentials, for gateways between a client and a service.
//!
//! The client has placeholder keys, the gateway the real ones. The signature keeps its form: its scheme, its place in
//! the header or in the query, its scope, its list of headers, its word for the payload, its path rule, and the
//! remaining time of a presigned URL. No part of the client's key is kept. Nothing is sent here; a body in signed
//! chunks is re-signed by [`stream::Resigner`](crate::stream::Resigner).

mod error;
mod outbound;
mod lookalikes;
mod hops;
mod query;
mod v4;
#[cfg(feature = "v2")]
mod v2;
#[cfg(feature = "form")]
mod form_body;
#[cfg(feature = "form")]
mod form;
mod inbound;

pub use crate::request::hop_fields::{HOP_BY_HOP, is_changed_by_hops};
pub use error::{InboundPart, ResignError};
pub use hops::is_hop_by_hop;
pub use outbound::Outbound;

use crate::derivation::Terms;
use crate::endpoint::BucketRule;
use crate::request::Request;
use crate::scheme::{Signature, SigningKey};
#[cfg(feature = "stream")]
use crate::stream::Chain;
use crate::time::Timestamp;
use crate::verify::{Accepted, Claimed};
use inbound::Inbound;

/// A request that was signed again.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use]
pub struct Resigned {
    /// The request for the next hop. Its body is unchanged, except in a form, whose fields were replaced.
    pub request: Request,
    /// The new signature.
    pub signature: Signature,
    /// The terms of Version 4 and 4A; `None` for Version 2 and forms.
    pub terms: Option<Terms>,
    key: Option<SigningKey>,
}

impl Resigned {
    /// The chain that signs the chunks after this head; `None` for Version 2 and forms, which have no chunks.
    #[cfg(feature = "stream")]
    pub fn chain(&self) -> Option<Chain> {
        Some(Chain::new(self.terms.as_ref()?, self.key.as_ref()?, &self.signature))
    }

    /// The key of Version 4 or 4A that signed the request, to keep for the next request of the same scope: see
    /// [`Outbound::with_key`].
    pub fn key(&self) -> Option<&SigningKey> {
        self.key.as_ref()
    }
}

/// Signs again a request that was [accepted](crate::verify::Verdict::accept), or [accepted before its
/// body](crate::verify::Verdict::accept_before_body) arrived.
///
/// A signature in a header is made at `now`. A presigned URL of an object store gets the time that remains; one of
/// another service keeps its date, because such services count from that date. The headers in [`HOP_BY_HOP`] are
/// neither signed nor forwarded, and those that [hops change](is_changed_by_hops) are forwarded unsigned.
///
/// ```
/// use sigvet_core::credentials::Credentials;
/// use sigvet_core::request::{Request, RequestUrl};
/// use sigvet_core::resign::{Outbound, resign};
/// use sigvet_core::signer::Signer;
/// use sigvet_core::time::Timestamp;
/// use sigvet_core::verify::{ExpectedScope, Judge, verify};
///
/// let placeholder = Credentials::new("AKIAPLACEHOLDER00001", "given-to-the-agent");
/// let real = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let now = Timestamp::parse("2013-05-24T00:00:00Z")?;
/// let url = RequestUrl::parse("https://examplebucket.s3.amazonaws.com/test.txt")?;
/// let arrived = Signer::new(placeholder.clone(), "us-east-1", "s3").sign(Request::new("GET", &url)?, now)?.request;
///
/// let judge = Judge::new(Some(&placeholder), now, ExpectedScope::Any);
/// let accepted = verify(&arrived, &judge)?.accept_before_body()?;
/// let resigned = resign(arrived, &accepted, &Outbound::new(&real), now)?;
///
/// let authorization = resigned.request.headers.first_text("authorization").unwrap_or_default();
/// assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// See [`ResignError`].
pub fn resign(
    request: Request,
    accepted: &Accepted,
    outbound: &Outbound<'_>,
    now: Timestamp,
) -> Result<Resigned, ResignError> {
    let inbound = Inbound::of(&request, &accepted.claimed);
    // If the request does not read back as what was accepted, it is another request.
    let claimed = Claimed::extract(&request, BucketRule::default());
    if claimed.map(|claimed| claimed.signature().clone()).ok().as_ref() != Some(accepted.claimed.signature()) {
        return Err(ResignError::OtherRequest);
    }
    let resigned = match &accepted.claimed {
        Claimed::V4(claim) => v4::resign(request, claim, outbound, now)?,
        #[cfg(feature = "v2")]
        Claimed::V2(claim) => v2::resign(request, claim, outbound, now)?,
        #[cfg(feature = "form")]
        Claimed::Form(claim) => form::resign(request, claim, outbound, now)?,
    };
    inbound.check_absence(&resigned, outbound)?;
    Ok(resigned)
}
