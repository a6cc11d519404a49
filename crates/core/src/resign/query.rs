//! Removes parameters from a raw target. The remaining ones keep their spelling.

use crate::canonical::query;
use crate::request::Request;
use crate::request::target::{join_target, split_target};

/// Removes the parameters for whose decoded names `is_unwanted` returns true.
pub(super) fn remove_parameters(request: &mut Request, is_unwanted: impl Fn(&str) -> bool) {
    let (path, Some(query)) = split_target(&request.target) else { return };
    let is_kept = |piece: &&[u8]| {
        let name = query::parameters(piece).next().map(|(name, _)| name);
        !name.is_some_and(|name| is_unwanted(&String::from_utf8_lossy(&name)))
    };
    let kept: Vec<&[u8]> = query.split(|byte| *byte == b'&').filter(is_kept).collect();
    request.target = join_target(path, Some(&kept.join(&b'&')));
}

/// The decoded value of a parameter, as text.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    query::parameter(request, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}
