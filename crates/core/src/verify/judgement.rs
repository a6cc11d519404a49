//! The one place that knows which schemes there are to judge.

#[cfg(feature = "form")]
use super::form;
#[cfg(feature = "v2")]
use super::v2;
use super::{Claimed, Judge, Verdict, v4};
use crate::request::Request;

/// Judges a request by a claim that was read from it, and perhaps altered since: of a request that was read back from a
/// server's words, only the hash of the payload is known.
pub fn judge_claim(request: &Request, claimed: Claimed, judge: &Judge<'_>) -> Verdict {
    match claimed {
        Claimed::V4(claim) => v4::judge(request, claim, judge),
        #[cfg(feature = "v2")]
        Claimed::V2(claim) => v2::judge(request, claim, judge),
        #[cfg(feature = "form")]
        Claimed::Form(claim) => form::judge(request, claim, judge),
    }
}
