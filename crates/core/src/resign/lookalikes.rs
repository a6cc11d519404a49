//! Refuses headers that a server may read under another name: Ceph's gateway and CGI read `x_amz_acl` as `x-amz-acl`.

use super::ResignError;
use crate::request::Headers;

/// The name under which some servers read a header, in lower case; `None` if it has no underscore.
fn read_as(name: &str) -> Option<String> {
    name.contains('_').then(|| name.to_ascii_lowercase().replace('_', "-"))
}

/// Refuses a header whose name with hyphens is guarded. `is_guarded` gets the name as it is, in lower case, and the name
/// with hyphens.
pub(super) fn refuse(headers: &Headers, is_guarded: impl Fn(&str, &str) -> bool) -> Result<(), ResignError> {
    for header in headers {
        if let Some(read_as) = read_as(&header.name) {
            let name = header.name.to_ascii_lowercase();
            if is_guarded(&name, &read_as) {
                return Err(ResignError::LookalikeHeader { name, read_as });
            }
        }
    }
    Ok(())
}

/// Whether a header that ends at each hop has this name, or a server may read it so.
pub(super) fn is_in(names: &[&str], name: &str) -> bool {
    names.contains(&name) || read_as(name).is_some_and(|read_as| names.contains(&read_as.as_str()))
}
