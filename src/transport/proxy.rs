//! The proxies of the environment, by the variables that curl reads.

use http::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;

use crate::profiles::Environment;
use crate::request::RequestUrl;

/// Which requests go by way of which proxy.
#[derive(Debug)]
pub struct Proxies(Matcher);

impl Default for Proxies {
    /// None at all.
    fn default() -> Self {
        Self(Matcher::builder().build())
    }
}

/// One proxy, for one request.
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) authorization: Option<HeaderValue>,
}

impl Proxies {
    /// Reads `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`. All but `http_proxy` may be in upper case too: a web
    /// server hands that one's upper-case form to its scripts from a header of the request.
    pub fn of(environment: &Environment) -> Self {
        let either = |lower: &str, upper: &str| {
            environment.get(lower).or_else(|| environment.get(upper)).unwrap_or_default().to_owned()
        };
        let matcher = Matcher::builder()
            .all(either("all_proxy", "ALL_PROXY"))
            .http(environment.get("http_proxy").unwrap_or_default().to_owned())
            .https(either("https_proxy", "HTTPS_PROXY"))
            .no(either("no_proxy", "NO_PROXY"));
        Self(matcher.build())
    }

    /// One proxy for all, as `-x` has it; none where the text is empty. `no_proxy` of the environment still holds.
    pub fn explicit(proxy: &str, environment: &Environment) -> Self {
        let no = environment.get("no_proxy").or_else(|| environment.get("NO_PROXY")).unwrap_or_default();
        Self(Matcher::builder().all(proxy.to_owned()).no(no.to_owned()).build())
    }

    /// The proxy for a request, where there is one.
    pub(super) fn for_url(&self, url: &RequestUrl) -> Option<Proxy> {
        let origin = url.with_target("/").to_text();
        let found = self.0.intercept(&origin.parse().ok()?)?;
        let uri = found.uri();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        Some(Proxy { host: uri.host()?.to_owned(), port, authorization: found.basic_auth().cloned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_for(variables: &[(&str, &str)], url: &str) -> Option<(String, u16)> {
        let environment = Environment::new(variables.iter().copied(), None);
        let proxy = Proxies::of(&environment).for_url(&RequestUrl::parse(url).unwrap())?;
        Some((proxy.host, proxy.port))
    }

    #[test]
    fn the_variables_mean_what_they_mean_to_curl() {
        let both = [
            ("https_proxy", "http://user:pw@secure:8080"),
            ("http_proxy", "plain:3128"),
            ("NO_PROXY", "127.0.0.1,.inner"),
        ];
        assert_eq!(proxy_for(&both, "https://h.example/"), Some(("secure".to_owned(), 8080)));
        assert_eq!(proxy_for(&both, "http://h.example/"), Some(("plain".to_owned(), 3128)));
        assert_eq!(proxy_for(&both, "http://127.0.0.1:9000/"), None);
        assert_eq!(proxy_for(&both, "https://store.inner/"), None);
        assert_eq!(proxy_for(&[("HTTP_PROXY", "evil:1")], "http://h.example/"), None);
    }
}
