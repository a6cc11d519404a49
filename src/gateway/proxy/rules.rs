//! What may pass a route, and what of it changes on the way.

use sigvet_core::request::{Header, Request};

use super::pattern::{PrefixPattern, allows_path};

/// What may pass. An empty list allows all.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// Methods.
    pub methods: Vec<String>,
    /// Paths.
    pub paths: Vec<PrefixPattern>,
}

/// What a rule forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The method.
    #[error("the method {method} is not allowed here; allowed: {allowed}")]
    Method {
        /// What the request has.
        method: String,
        /// What may pass.
        allowed: String,
    },
    /// The path, in one of the ways in which servers read it.
    #[error("the path is not allowed here")]
    Path,
    /// The host.
    #[error("the host {host} is not allowed here")]
    Host {
        /// What the request has.
        host: String,
    },
    /// Plain HTTP to a host.
    #[error("{host} is reached over TLS only: ask for https://")]
    Clear {
        /// What the request has.
        host: String,
    },
    /// None of the permissions of a key allows the request.
    #[error("this key is not allowed to {method} this path at this host, region and service")]
    Permission {
        /// What the request has.
        method: String,
    },
    /// The path leads to different routes, by how it is read.
    #[error("the path can be read in several ways, which lead to different routes")]
    Ambiguous,
    /// A web page of another site sent it.
    #[error("requests from web pages of other sites are not signed")]
    CrossSite,
    /// The region or the service that the request is signed for.
    #[error("requests for {what} are not allowed for this key")]
    Scope {
        /// `region eu-west-1`.
        what: String,
    },
}

impl Allowance {
    /// Whether a request may pass.
    ///
    /// # Errors
    /// See [`Forbidden`].
    pub fn check(&self, request: &Request) -> Result<(), Forbidden> {
        let method = request.method();
        if !self.methods.is_empty() && !self.methods.iter().any(|allowed| allowed == method) {
            return Err(Forbidden::Method { method: method.to_owned(), allowed: self.methods.join(", ") });
        }
        match self.paths.is_empty() || allows_path(&self.paths, request.path()) {
            true => Ok(()),
            false => Err(Forbidden::Path),
        }
    }
}

/// What changes of a request before it is signed.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    /// Headers that are taken off.
    pub strip: Vec<PrefixPattern>,
    /// Parameters of the query that are taken off.
    pub strip_parameters: Vec<PrefixPattern>,
    /// Headers that are kept under `X-Original-NAME` too.
    pub duplicate: Vec<String>,
    /// Headers that are put on, in place of those that the request has.
    pub add: Vec<Header>,
    /// What is taken off the beginning of the path.
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
        // By Via a proxy knows its own requests again.
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
        // What is left of a target is one: it begins with a slash, and nothing was put in.
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
    fn what_no_rule_allows_is_forbidden() {
        let allowance = Allowance { methods: vec!["GET".to_owned()], paths: vec![PrefixPattern::new("/logs/*")] };
        assert_eq!(allowance.check(&request("/logs/a?b")), Ok(()));
        assert_eq!(allowance.check(&request("/other")), Err(Forbidden::Path));
        let put = request("/logs/a").with_method("PUT").unwrap();
        assert_eq!(allowance.check(&put).unwrap_err().to_string(), "the method PUT is not allowed here; allowed: GET");
        assert_eq!(Allowance::default().check(&put), Ok(()));
    }
}
