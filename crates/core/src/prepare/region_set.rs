//! The region set of a signature of Version 4A: a header, or a parameter of a presigned URL.

use super::{PrepareError, Settings};
use crate::derivation::Placement;
use crate::request::Request;

/// Adds the region set to the request if the signature goes in a header, and returns it if it goes in the query. A
/// header that the request already has takes precedence.
pub(super) fn settle(request: &mut Request, settings: &Settings) -> Result<Option<String>, PrepareError> {
    if !settings.scheme.has_region_set() {
        return Ok(None);
    }
    let name = settings.dialect.region_set_header();
    let own = request.headers.first_text(&name).map(str::to_owned);
    let region_set = sound(own.as_deref().unwrap_or(&settings.region))?;
    match settings.placement {
        Placement::Header if own.is_none() => request.headers.push_unchecked(&name, region_set.as_str()),
        Placement::Header => {}
        Placement::Query { .. } => drop(request.headers.remove(&name)),
    }
    Ok(Some(region_set))
}

/// Returns the text if it is a valid region set.
pub(crate) fn sound(text: &str) -> Result<String, PrepareError> {
    let is_region = |name: &str| {
        let stem = name.strip_suffix('*').unwrap_or(name);
        !name.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    match text.split(',').all(is_region) {
        true => Ok(text.to_owned()),
        false => Err(PrepareError::RegionSet { presented: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_set_is_a_star_or_names() {
        for text in ["*", "us-east-1", "us-east-1,eu-west-1", "us-*,eu-*"] {
            assert_eq!(sound(text).as_deref(), Ok(text));
        }
        for text in ["", ",", "us-east-1,", "us east", "us-east-1, eu-west-1", "*-1", "us-east-1\n"] {
            assert!(sound(text).is_err(), "{text:?}");
        }
    }
}
