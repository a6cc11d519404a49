//! Adds a missing scheme to a URL: http for this machine, https for every other host.

use sigvet_core::internal::without_brackets;

/// The URL with a scheme; `None` if it already has one, or has no host.
pub fn completed(typed: &str) -> Option<String> {
    let authority = typed.split(['/', '?', '#']).next().unwrap_or_default();
    // A colon and slashes are a scheme, known or not. An at sign is a user, which is refused elsewhere.
    if typed.contains("://") || authority.contains([' ', '@']) {
        return None;
    }
    let (host, port) = split_port(authority);
    let is_local = is_local(host);
    let is_host = is_local || host.contains('.') || host.starts_with('[') || port.is_some();
    let scheme = if is_local { "http" } else { "https" };
    (is_host && !host.is_empty()).then(|| format!("{scheme}://{typed}"))
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let address = without_brackets(&host).parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// curl uses http for all of these. Sending credentials to another host unencrypted should require typing the
    /// scheme.
    #[test]
    fn a_host_without_a_scheme_gets_the_safe_scheme() {
        for (typed, expected) in [
            ("127.0.0.1:7490/x", Some("http://127.0.0.1:7490/x")),
            ("localhost", Some("http://localhost")),
            ("[::1]:9000/a?b", Some("http://[::1]:9000/a?b")),
            ("app.localhost/x", Some("http://app.localhost/x")),
            ("h.example/a://b", None),
            ("h.example/a", Some("https://h.example/a")),
            ("h.example?Action=List", Some("https://h.example?Action=List")),
            ("minio:9000/b/k", Some("https://minio:9000/b/k")),
            ("192.168.1.5:9000/", Some("https://192.168.1.5:9000/")),
            ("bucket/key", None),
            ("bucket", None),
            ("mailto:x", None),
            ("AKID:secret@h.example/", None),
            ("s3://b/k", None),
            ("", None),
            ("/path", None),
        ] {
            assert_eq!(completed(typed).as_deref(), expected, "{typed}");
        }
    }
}
