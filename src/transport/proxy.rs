//! Decides which requests use a proxy: from the options, or from the environment variables that curl reads.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;

use super::error::TransportError;
use super::proxy_address::ProxyAddress;
use crate::profiles::Environment;
use sigvet_core::request::{RequestUrl, UriScheme};

/// The proxies, and which requests use which of them.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Stated>,
    https: Option<Stated>,
    /// Matches every URL that is not an exception.
    exceptions: Option<Arc<Matcher>>,
    /// User and password, if given separately from the proxy.
    login: Option<Stated>,
}

/// A proxy as it was written. It is parsed when it is first needed.
#[derive(Clone)]
struct Stated {
    text: String,
    /// The environment variable that it comes from; `None` if it comes from an option.
    variable: Option<&'static str>,
}

impl std::fmt::Debug for Stated {
    /// Omits the text, which may contain a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stated").field("variable", &self.variable).finish_non_exhaustive()
    }
}

impl Proxies {
    /// Takes the given proxy and exceptions, or otherwise `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`
    /// from the environment. All but `http_proxy` may also be in upper case: web servers pass a request's `Proxy`
    /// header to their scripts as `HTTP_PROXY`.
    pub fn new(given: Option<&str>, exceptions: Option<&str>, environment: &Environment) -> Self {
        let stated = |names: &[&'static str]| {
            names.iter().find_map(|name| Some(Stated { text: environment.get(name)?.to_owned(), variable: Some(name) }))
        };
        let no = exceptions.or_else(|| environment.get("no_proxy")).or_else(|| environment.get("NO_PROXY"));
        let no = no.unwrap_or_default();
        // The matcher applies '*' to all names, but not to addresses.
        if no.trim() == "*" {
            return Self::default();
        }
        let (http, https) = match given {
            Some("") => return Self::default(),
            Some(text) => {
                let stated = Stated { text: text.to_owned(), variable: None };
                (Some(stated.clone()), Some(stated))
            }
            None => {
                let all = || stated(&["all_proxy", "ALL_PROXY"]);
                (stated(&["http_proxy"]).or_else(all), stated(&["https_proxy", "HTTPS_PROXY"]).or_else(all))
            }
        };
        let exceptions = Matcher::builder().all("http://any").no(no.to_owned()).build();
        Self { http, https, exceptions: Some(Arc::new(exceptions)), login: None }
    }

    /// Uses this `USER:PASSWORD` instead of the one in the proxy's URL.
    #[must_use]
    pub fn with_login(self, login: Option<&str>) -> Self {
        Self { login: login.map(|text| Stated { text: text.to_owned(), variable: None }), ..self }
    }

    /// The proxy for a request, if there is one.
    pub(super) fn for_url(&self, url: &RequestUrl) -> Result<Option<ProxyAddress>, TransportError> {
        let stated = if url.scheme() == UriScheme::Http { &self.http } else { &self.https };
        let Some(stated) = stated.as_ref().filter(|_| !self.is_exception(url)) else { return Ok(None) };
        let bad = |source| TransportError::BadProxy { variable: stated.variable, source };
        let proxy = ProxyAddress::parse(&stated.text).map_err(bad)?;
        match &self.login {
            Some(login) => proxy.with_login(&login.text).map(Some).map_err(bad),
            None => Ok(Some(proxy)),
        }
    }

    /// Whether a request uses a proxy.
    pub fn is_used_for(&self, url: &RequestUrl) -> bool {
        self.for_url(url).is_ok_and(|proxy| proxy.is_some())
    }

    fn is_exception(&self, url: &RequestUrl) -> bool {
        // A URL that the matcher cannot parse matches no exception.
        let Ok(origin) = format!("{}/", url.origin()).parse() else { return false };
        self.exceptions.as_ref().is_some_and(|matcher| matcher.intercept(&origin).is_none())
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
        let proxies = Proxies::new(proxy, None, &environment);
        let proxy = proxies.for_url(&RequestUrl::parse(url).unwrap()).unwrap()?;
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
        let all = [("ALL_PROXY", "socks5://every"), ("http_proxy", "plain:3128")];
        assert_eq!(proxy_for(&all, "https://h.example/"), Some(("every".to_owned(), 1080)));
        assert_eq!(proxy_for(&all, "http://h.example/"), Some(("plain".to_owned(), 3128)));
    }

    /// curl 7.88 sent a user and a password that contain a colon and a percent sign unchanged.
    #[test]
    fn a_separate_login_takes_precedence_over_the_one_in_the_url() {
        let proxies = Proxies::new(Some("http://u:p@h:1"), None, &Environment::new([("", ""); 0], None));
        let proxies = proxies.with_login(Some("me:hu:s%20h"));
        assert!(!format!("{proxies:?}").contains("s%20h"));
        let proxy = proxies.for_url(&RequestUrl::parse("http://h.example/").unwrap()).unwrap().unwrap();
        let login = proxy.login.unwrap();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("me", "hu:s%20h"));
    }

    /// Catches a request that bypasses a proxy that could not be parsed, and a password in the error.
    #[test]
    fn an_unreadable_proxy_is_an_error_when_it_is_needed() {
        let environment = Environment::new([("https_proxy", "gopher://me:hush@h"), ("no_proxy", "inner")], None);
        let proxies = Proxies::new(None, None, &environment);
        let asked = |url: &str| proxies.for_url(&RequestUrl::parse(url).unwrap()).map(|proxy| proxy.is_some());
        let error = asked("https://h.example/").unwrap_err();
        assert!(error.to_string().contains("https_proxy"), "{error}");
        assert!(!format!("{error:?} {proxies:?}").contains("hush"));
        assert!(!asked("http://h.example/").unwrap() && !asked("https://inner/").unwrap());
    }
}
