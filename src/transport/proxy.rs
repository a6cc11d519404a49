//! The proxies of the environment, by the variables that curl reads.

use http::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;

use crate::profiles::Environment;
use sigvet_core::request::{RequestUrl, UriScheme};

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
    /// Takes the proxy and the exceptions that were given; where none were, `https_proxy`, `http_proxy`, `all_proxy` and
    /// `no_proxy` of the environment. All but `http_proxy` may be in upper case too: a web server hands that one's upper-case
    /// form to its scripts from a header of the request.
    pub fn new(given: Option<&str>, exceptions: Option<&str>, environment: &Environment) -> Self {
        let variable = |name: &str| environment.get(name);
        let either =
            |lower: &str, upper: &str| variable(lower).or_else(|| variable(upper)).unwrap_or_default().to_owned();
        let no = exceptions.map_or_else(|| either("no_proxy", "NO_PROXY"), str::to_owned);
        // The matcher takes it for all names, but for no address.
        if no.trim() == "*" {
            return Self::default();
        }
        let matcher = match given {
            Some(proxy) => Matcher::builder().all(proxy.to_owned()),
            None => Matcher::builder()
                .all(either("all_proxy", "ALL_PROXY"))
                .http(variable("http_proxy").unwrap_or_default().to_owned())
                .https(either("https_proxy", "HTTPS_PROXY")),
        };
        Self(matcher.no(no).build())
    }

    /// The proxy for a request, where there is one.
    pub(super) fn for_url(&self, url: &RequestUrl) -> Option<Proxy> {
        let origin = format!("{}/", url.origin());
        let found = self.0.intercept(&origin.parse().ok()?)?;
        let uri = found.uri();
        let scheme = if uri.scheme_str() == Some("https") { UriScheme::Https } else { UriScheme::Http };
        let port = uri.port_u16().unwrap_or_else(|| scheme.default_port());
        Some(Proxy { host: uri.host()?.to_owned(), port, authorization: found.basic_auth().cloned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_for(variables: &[(&str, &str)], url: &str) -> Option<(String, u16)> {
        given(None, variables, url)
    }

    fn given(proxy: Option<&str>, variables: &[(&str, &str)], url: &str) -> Option<(String, u16)> {
        let environment = Environment::new(variables.iter().copied(), None);
        let proxy = Proxies::new(proxy, None, &environment).for_url(&RequestUrl::parse(url).unwrap())?;
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
        assert_eq!(given(Some(""), &both, "https://h.example/"), None);
        assert_eq!(proxy_for(&[("http_proxy", "plain:3128"), ("no_proxy", "*")], "http://127.0.0.2/"), None);
        assert_eq!(given(Some("other:1"), &both, "https://h.example/"), Some(("other".to_owned(), 1)));
    }
}
