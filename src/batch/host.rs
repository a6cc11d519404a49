//! Checks that a record does not name two hosts.

use sigvet_core::request::RequestUrl;

/// Checks that the `Host` headers of a record name the host of its URL.
///
/// # Errors
/// One of them names another host: a client would send the URL's own, so the signature would not match.
pub(super) fn check_host(headers: &[(String, String)], url: &RequestUrl) -> Result<(), String> {
    let with_port = format!("{}:{}", url.host(), url.port_or_default());
    let is_own = |host: &str| [url.host_header(), with_port.clone()].iter().any(|own| own.eq_ignore_ascii_case(host));
    let mut hosts = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    match hosts.all(|(_, host)| is_own(host)) {
        true => Ok(()),
        false => Err("the Host header names another host than the URL".to_owned()),
    }
}
