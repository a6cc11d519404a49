//! Requests that can be read in several ways, each of which some server has: the one that gives the signature is taken.

use super::Known;
use crate::canonical::path::normalize;
use crate::canonical::{PathNormalization, PathPlus, PathRule};
use crate::claim::Claim;
use crate::endpoint;
use crate::request::Request;
use crate::request::target::{join_target, split_target};

/// How a request was read, where it could be read otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// A URL does not name its method: it is good for this one.
    Method(String),
    /// A raw `+` in the path was read as a space.
    PlusAsSpace,
    /// The last segment of the path, `.` or `..`, was resolved to a path without a slash behind it, as botocore and awscrt do.
    DotWithoutSlash,
}

/// A request as another server reads it.
pub(super) struct Read {
    pub(super) request: Request,
    pub(super) claim: Claim,
    pub(super) reading: Reading,
}

/// All readings but the first.
pub(super) fn others(request: &Request, claim: &Claim, known: Known) -> Vec<Read> {
    let mut found = Vec::new();
    if !known.method {
        let methods = ["GET", "PUT", "HEAD", "POST", "DELETE"].into_iter().filter(|method| *method != request.method);
        found.extend(methods.map(|method| {
            let read = Request { method: method.to_owned(), ..request.clone() };
            Read { request: read, claim: claim.clone(), reading: Reading::Method(method.to_owned()) }
        }));
    }
    found.extend(plus_as_space(request, claim));
    found.extend(dot_without_slash(request, claim));
    found
}

/// At a host of nobody known it may be AWS that answers, or a store that reads a plus.
fn plus_as_space(request: &Request, claim: &Claim) -> Option<Read> {
    let terms = &claim.terms;
    let is_open = terms.dialect.stores_objects(&terms.scope.service)
        && terms.path_rule.plus == PathPlus::Plus
        && request.path().contains(&b'+')
        && request.host().and_then(endpoint::infer_from_header).is_none();
    is_open.then(|| {
        let mut claim = claim.clone();
        claim.terms.path_rule = PathRule { plus: PathPlus::Space, ..claim.terms.path_rule };
        Read { request: request.clone(), claim, reading: Reading::PlusAsSpace }
    })
}

fn dot_without_slash(request: &Request, claim: &Claim) -> Option<Read> {
    let (path, query) = split_target(&request.target);
    let ends_in_dots = path.ends_with(b"/.") || path.ends_with(b"/..");
    if claim.terms.path_rule.normalization == PathNormalization::Verbatim || !ends_in_dots {
        return None;
    }
    // Normalized and not encoded, the path is a wire path again.
    let mut bare = normalize(path);
    if bare.len() > 1 && bare.ends_with(b"/") {
        bare.pop();
    }
    let request = Request { target: join_target(&bare, query), ..request.clone() };
    Some(Read { request, claim: claim.clone(), reading: Reading::DotWithoutSlash })
}
