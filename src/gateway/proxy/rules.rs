//! Which requests a route allows, and how they are changed.

use sigvet_core::request::{Header, Request};

use super::accesses::Access;
use super::pattern::{PrefixPattern, allows_path};

/// The allowed requests. An empty list allows everything.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// Allowed methods.
    pub methods: Vec<String>,
    /// Allowed paths.
    pub paths: Vec<PrefixPattern>,
}

/// Why a request is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The method is not allowed.
    #[error("the method {method} is not allowed here; allowed: {allowed}")]
    Method {
        /// The method of the request.
        method: String,
        /// The allowed methods.
        allowed: String,
    },
    /// The path is not allowed in one of the ways that servers may read it.
    #[error("{what} is not allowed here")]
    Path {
        /// `the path /secret/k`.
        what: String,
    },
    /// The host is not allowed.
    #[error("the host {host} is not allowed here")]
    Host {
        /// The host that the request names.
        host: String,
    },
    /// The request uses plain HTTP for a host that requires TLS.
    #[error("{host} is reached over TLS only; use https://")]
    Clear {
        /// The host that the request names.
        host: String,
    },
    /// The request is signed for a service that its host does not have.
    #[error("the request is signed for the service {service}, which {host} does not have")]
    Service {
        /// The host that the request goes to.
        host: String,
        /// The service in its scope.
        service: String,
    },
    /// None of the key's permissions allows the request.
    #[error("this key is not allowed to {method} {what} at this host, region and service")]
    Permission {
        /// The method of the request.
        method: String,
        /// `the path /secret/k`.
        what: String,
    },
    /// The path leads to different routes depending on how it is read.
    #[error("the path can be read in several ways, which lead to different routes")]
    Ambiguous,
    /// The request was sent by a web page of another site.
    #[error("requests from web pages of other sites are not signed")]
    CrossSite,
    /// The host is a name that a web page may have made to resolve to this machine.
    #[error("the host {host} names neither this machine nor the upstream; make it the host of a route to allow it")]
    OtherName {
        /// The host that the request names.
        host: String,
    },
    /// The request is signed for a region or service that is not allowed.
    #[error("requests for {what} are not allowed for this key")]
    Scope {
        /// `region eu-west-1`.
        what: String,
    },
}

impl Allowance {
    /// Whether everything is allowed.
    pub fn is_unlimited(&self) -> bool {
        self.methods.is_empty() && self.paths.is_empty()
    }

    /// Checks that an access is allowed.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check(&self, access: &Access<'_>) -> Result<(), Forbidden> {
        let method = access.method;
        if !self.methods.is_empty() && !self.methods.iter().any(|allowed| allowed == method) {
            return Err(Forbidden::Method { method: method.to_owned(), allowed: self.methods.join(", ") });
        }
        match self.paths.is_empty() || self.allows_path(access) {
            true => Ok(()),
            false => Err(Forbidden::Path { what: access.describe() }),
        }
    }

    /// A bucket may be listed if its objects may be read. What changes the bucket itself, such as its policy, needs a
    /// rule that names it.
    fn allows_path(&self, access: &Access<'_>) -> bool {
        let with_slash = || [&access.path, &b"/"[..]].concat();
        let is_named = || self.paths.iter().any(|pattern| pattern.is_exactly(&with_slash()));
        let is_harmless = !access.changes_bucket;
        allows_path(&self.paths, &access.path, access.is_prefix)
            || (access.is_bucket && (is_named() || is_harmless && allows_path(&self.paths, &with_slash(), false)))
    }
}

/// Changes to make to a request before it is signed.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    /// Headers to remove.
    pub strip: Vec<PrefixPattern>,
    /// Query parameters to remove.
    pub strip_parameters: Vec<PrefixPattern>,
    /// Headers to copy to `X-Original-NAME`.
    pub duplicate: Vec<String>,
    /// Headers to set, replacing those of the request.
    pub add: Vec<Header>,
    /// A prefix to remove from the path.
    pub strip_prefix: Option<String>,
}

impl Edits {
    /// Makes the changes.
    pub fn apply(&self, request: &mut Request) {
        for name in &self.duplicate {
            let values: Vec<Vec<u8>> = request.headers.values(name).map(<[u8]>::to_vec).collect();
            for value in values {
                request.headers.push_unchecked(&format!("X-Original-{name}"), value);
            }
        }
        // The proxy needs Via to recognize its own requests.
        let is_stripped = |name: &str| self.strip.iter().any(|pattern| pattern.matches_header(name));
        request.headers.retain(|header| header.is_named("via") || !is_stripped(&header.name));
        for header in &self.add {
            request.headers.remove(&header.name);
            request.headers.push_unchecked(&header.name, header.value.clone());
        }
        self.edit_target(request);
    }

    fn edit_target(&self, request: &mut Request) {
        if self.strip_prefix.is_none() && self.strip_parameters.is_empty() {
            return;
        }
        let prefix = self.strip_prefix.as_deref().unwrap_or_default().as_bytes();
        let path = request.path().strip_prefix(prefix).unwrap_or(request.path());
        let mut target = if path.starts_with(b"/") { path.to_vec() } else { [b"/", path].concat() };
        if let Some(query) = request.query() {
            let is_kept = |piece: &&[u8]| {
                let name = String::from_utf8_lossy(piece.split(|byte| *byte == b'=').next().unwrap_or_default());
                !self.strip_parameters.iter().any(|pattern| pattern.matches(&name))
            };
            let kept: Vec<&[u8]> = query.split(|byte| *byte == b'&').filter(is_kept).collect();
            if !kept.is_empty() || query.is_empty() {
                target.push(b'?');
                target.extend(kept.join(&b'&'));
            }
        }
        // This cannot fail: what remains still begins with a slash, and nothing was added.
        let _ = request.set_target(target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::request::RequestUrl;

    fn request(target: &str) -> Request {
        let url = RequestUrl::parse(&format!("http://h.example{target}")).unwrap();
        Request::new("GET", &url).unwrap()
    }

    #[test]
    fn a_request_is_changed_before_it_is_signed() {
        let edits = Edits {
            strip: vec![PrefixPattern::new("x-debug-*")],
            strip_parameters: vec![PrefixPattern::new("utm_*")],
            duplicate: vec!["Authorization".to_owned()],
            add: vec![Header { name: "x-tenant".to_owned(), value: b"a".to_vec() }],
            strip_prefix: Some("/search".to_owned()),
        };
        let mut changed = request("/search/_doc?utm_source=x&q=1&utm_medium=y");
        for (name, value) in [("X-Debug-Id", "7"), ("authorization", "Basic eA=="), ("X-Tenant", "b")] {
            changed.headers.push(name, value).unwrap();
        }
        edits.apply(&mut changed);
        assert_eq!(changed.target(), b"/_doc?q=1");
        let headers: Vec<(&str, &[u8])> =
            changed.headers.iter().map(|h| (h.name.as_str(), h.value.as_slice())).collect();
        assert_eq!(
            headers[1..],
            [("authorization", &b"Basic eA=="[..]), ("X-Original-Authorization", b"Basic eA=="), ("x-tenant", b"a"),]
        );
        for (before, after) in
            [("/search", "/"), ("/search?utm_a=1", "/"), ("/other?q=1", "/other?q=1"), ("/search/?", "/?")]
        {
            let mut changed = request(before);
            edits.apply(&mut changed);
            assert_eq!(String::from_utf8_lossy(changed.target()), after);
        }
    }

    #[test]
    fn requests_that_no_rule_allows_are_forbidden() {
        let allowance = Allowance { methods: vec!["GET".to_owned()], paths: vec![PrefixPattern::new("/logs/*")] };
        let access = |method, path: &'static str| Access {
            method,
            host: "h".into(),
            path: path.as_bytes().into(),
            ..Access::default()
        };
        assert_eq!(allowance.check(&access("GET", "/logs/a")), Ok(()));
        let refused = |access: &Access<'_>| allowance.check(access).unwrap_err().to_string();
        assert_eq!(refused(&access("GET", "/other")), "the path /other is not allowed here");
        let put = access("PUT", "/logs/a");
        assert_eq!(refused(&put), "the method PUT is not allowed here; allowed: GET");
        assert_eq!(Allowance::default().check(&put), Ok(()));
        for (path, is_allowed) in [("/logs/", true), ("/logs/a/", true), ("/log", false), ("/", false)] {
            let everything = Access { is_prefix: true, ..access("GET", path) };
            assert_eq!(allowance.check(&everything).is_ok(), is_allowed, "{path}");
        }
        assert_eq!(
            refused(&Access { is_prefix: true, ..access("GET", "/") }),
            "everything below / is not allowed here"
        );
    }
}
