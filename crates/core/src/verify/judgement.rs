//! Dispatches to the judge of each scheme; the only place that knows all schemes.

#[cfg(feature = "form")]
use super::form;
#[cfg(feature = "v2")]
use super::v2;
use super::{Claimed, Judge, Verdict, v4};
use crate::request::Request;

/// Judges a request by a claim that was read from it, and possibly changed since: if a request was reconstructed from a
/// server's reply, only the hash of the payload is known.
pub fn judge_claim(request: &Request, claimed: Claimed, judge: &Judge<'_>) -> Verdict {
    match claimed {
        Claimed::V4(claim) => v4::judge(request, claim, judge),
        #[cfg(feature = "v2")]
        Claimed::V2(claim) => v2::judge(request, claim, judge),
        #[cfg(feature = "form")]
        Claimed::Form(claim) => form::judge(request, claim, judge),
    }
}
