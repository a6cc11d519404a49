//! Checks that a record does not name two hosts.

use sigvet_core::request::RequestUrl;

/// Checks that the `Host` headers of a record name the host of its URL, or the one that is signed for all URLs.
///
/// # Errors
/// One of them names another host: a client would send the URL's own, so the signature would not match.
pub(super) fn check_host(
    headers: &[(String, String)],
    url: &RequestUrl,
    signed_host: Option<&str>,
) -> Result<(), String> {
    match other_host(headers, url) {
        None => Ok(()),
        Some(host) if signed_host.is_some_and(|signed| signed.eq_ignore_ascii_case(host)) => Ok(()),
        Some(_) => Err("the Host header names another host than the URL".to_owned()),
    }
}

/// The `Host` header of a record that is not the host of its URL.
pub(super) fn other_host<'h>(headers: &'h [(String, String)], url: &RequestUrl) -> Option<&'h str> {
    let mut hosts = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    hosts.find(|(_, host)| !url.is_host(host)).map(|(_, host)| host.as_str())
}
