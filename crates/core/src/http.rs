//! Conversions to and from the types of the `http` crate, with feature `http`.
//!
//! A client signs the [`Parts`] it has, and signing only adds to them; a server makes a [`Request`] from the parts it
//! received, and verifies that. Bodies are not read here: for a streamed body, the caller gives what is known about it.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use sigvet_core::credentials::Credentials;
//! use sigvet_core::signer::Signer;
//!
//! let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3");
//! let request = http::Request::put("https://b.s3.us-east-1.amazonaws.com/key").body("hello")?;
//! let signed = signer.sign_http(request, SystemTime::now().into())?;
//! assert!(signed.headers().contains_key("authorization"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use ::http::request::Parts;
use ::http::uri::PathAndQuery;
use ::http::{HeaderName, HeaderValue, Uri};

use crate::prepare::PrepareError;
use crate::request::{Body, Headers, InvalidHeader, InvalidRequest, Request, RequestUrl};
use crate::sign::Signed;
use crate::signer::Signer;
use crate::time::Timestamp;

/// Why a request cannot be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// Neither a `Host` header nor the URI names the host.
    #[error("no host: neither a Host header nor the URI has one")]
    MissingHost,
    /// The method or the target is invalid.
    #[error(transparent)]
    Request(#[from] InvalidRequest),
    /// A header is invalid.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// The body is not in memory, or is unknown.
    #[error("the body is not in memory")]
    Body,
    /// The `http` crate rejects the request.
    #[error("the http crate rejects the request: {0}")]
    Http(#[from] ::http::Error),
}

/// Why a request of the `http` crate cannot be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignHttpError {
    /// The request cannot be converted.
    #[error(transparent)]
    Convert(#[from] ConvertError),
    /// The request cannot be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

impl TryFrom<&Parts> for Request {
    type Error = ConvertError;

    /// Converts a request that a client is about to send, or that a server received. If there is no `Host` header, as
    /// in HTTP/2, the host is that of the URI. The body is [`Body::Unknown`]; the caller must set it.
    fn try_from(parts: &Parts) -> Result<Self, ConvertError> {
        let mut headers = Headers::default();
        if !parts.headers.contains_key("host") {
            headers.push("host", host(&parts.uri).ok_or(ConvertError::MissingHost)?)?;
        }
        for (name, value) in &parts.headers {
            headers.push(name.as_str(), value.as_bytes())?;
        }
        Ok(Self::from_parts(parts.method.as_str(), target(&parts.uri), headers, Body::Unknown)?)
    }
}

impl<B: AsRef<[u8]>> TryFrom<&::http::Request<B>> for Request {
    type Error = ConvertError;

    /// Same as from [`Parts`], with the body.
    fn try_from(request: &::http::Request<B>) -> Result<Self, ConvertError> {
        let (mut parts, ()) = ::http::Request::new(()).into_parts();
        parts.method = request.method().clone();
        parts.uri = request.uri().clone();
        parts.headers = request.headers().clone();
        Ok(Self { body: Body::Bytes(request.body().as_ref().to_vec()), ..Self::try_from(&parts)? })
    }
}

impl TryFrom<&Request> for Parts {
    type Error = ConvertError;

    /// Makes parts whose URI is only the target, as a server sees it. For a client, the URI is
    /// `Uri::try_from(&url.for_request(&request))`.
    fn try_from(request: &Request) -> Result<Self, ConvertError> {
        let uri = Uri::try_from(request.target()).map_err(::http::Error::from)?;
        let (mut parts, ()) = ::http::Request::builder().method(request.method()).uri(uri).body(())?.into_parts();
        append(&request.headers, &mut parts)?;
        Ok(parts)
    }
}

impl TryFrom<Request> for ::http::Request<Vec<u8>> {
    type Error = ConvertError;

    /// Same as to [`Parts`], with the body.
    fn try_from(request: Request) -> Result<Self, ConvertError> {
        let parts = Parts::try_from(&request)?;
        match request.body {
            Body::Bytes(body) => Ok(Self::from_parts(parts, body)),
            Body::Elsewhere { .. } | Body::Form { .. } | Body::Unknown => Err(ConvertError::Body),
        }
    }
}

impl TryFrom<&RequestUrl> for Uri {
    type Error = ::http::Error;

    fn try_from(url: &RequestUrl) -> Result<Self, ::http::Error> {
        Ok(url.to_string().parse::<Uri>()?)
    }
}

impl Signed {
    /// Applies what signing added to the parts that were signed: headers and, for a presigned request, the query.
    ///
    /// # Errors
    /// The `http` crate rejects a header or the URI.
    pub fn apply_to(&self, parts: &mut Parts) -> Result<(), ConvertError> {
        append(self.added_headers(), parts)?;
        if self.added_query().is_some() {
            let mut uri = std::mem::take(&mut parts.uri).into_parts();
            uri.path_and_query = Some(PathAndQuery::try_from(self.request.target()).map_err(::http::Error::from)?);
            parts.uri = Uri::from_parts(uri).map_err(::http::Error::from)?;
        }
        Ok(())
    }
}

impl Signer {
    /// Signs a request of the `http` crate whose body is in memory.
    ///
    /// # Errors
    /// See [`SignHttpError`].
    pub fn sign_http<B: AsRef<[u8]>>(
        &self,
        request: ::http::Request<B>,
        now: Timestamp,
    ) -> Result<::http::Request<B>, SignHttpError> {
        let (mut parts, body) = request.into_parts();
        self.sign_parts(&mut parts, Body::Bytes(body.as_ref().to_vec()), now)?;
        Ok(::http::Request::from_parts(parts, body))
    }

    /// Signs the parts of a request. No `Host` header is added: the client that sends the parts makes it from the URI.
    ///
    /// # Errors
    /// See [`SignHttpError`].
    pub fn sign_parts(&self, parts: &mut Parts, body: Body, now: Timestamp) -> Result<(), SignHttpError> {
        let request = Request { body, ..Request::try_from(&*parts)? };
        Ok(self.sign(request, now)?.apply_to(parts)?)
    }
}

/// The value of `Host` that a client sends for this URI, or of `:authority`: without user information, and without the
/// scheme's default port.
fn host(uri: &Uri) -> Option<String> {
    let host = uri.host()?.to_ascii_lowercase();
    let default = match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https" | "wss") => Some(443),
        _ => None,
    };
    Some(match uri.port_u16().filter(|port| Some(*port) != default) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

/// The target in origin form: `https://h.example?x` has no `/`, but is sent with one.
fn target(uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    if target.starts_with('?') { format!("/{target}") } else { target.to_owned() }
}

fn append<'a>(
    headers: impl IntoIterator<Item = &'a crate::request::Header>,
    parts: &mut Parts,
) -> Result<(), ConvertError> {
    for header in headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(::http::Error::from)?;
        let mut value = HeaderValue::from_bytes(&header.value).map_err(::http::Error::from)?;
        value.set_sensitive(header.is_bearer());
        parts.headers.append(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::credentials::Credentials;
    use crate::verify::{ExpectedScope, Judge, verify};

    fn credentials() -> Credentials {
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").with_session_token("token")
    }

    fn signer() -> Signer {
        Signer::new(credentials(), "us-east-1", "s3")
    }

    fn now() -> Timestamp {
        "20150830T123600Z".parse().unwrap()
    }

    fn is_valid(request: &Request) -> bool {
        let credentials = credentials();
        verify(request, &Judge::new(Some(&credentials), now(), ExpectedScope::Any)).unwrap().is_valid()
    }

    /// The request as the server receives it: in origin form, with the `Host` that the client makes from the URI.
    fn received(request: &::http::Request<&str>) -> Request {
        let (mut parts, body) = request.clone().into_parts();
        parts.headers.insert("host", "b.example:8080".parse().unwrap());
        parts.uri = parts.uri.path_and_query().unwrap().as_str().parse().unwrap();
        Request::try_from(&::http::Request::from_parts(parts, body)).unwrap()
    }

    #[test]
    fn what_a_client_signs_is_valid_at_a_server() {
        let request = ::http::Request::put("http://user@b.example:8080/a%20b/?x=1&a");
        let request = request.header("x-amz-meta-a", "1").header("x-amz-meta-a", "2").body("hello").unwrap();
        let signed = signer().sign_http(request, now()).unwrap();
        assert!(!signed.headers().contains_key("host"));
        assert!(
            signed.headers()["authorization"].is_sensitive() && signed.headers()["x-amz-security-token"].is_sensitive()
        );
        assert!(is_valid(&received(&signed)));
        let altered = signed.map(|_| "hellO");
        assert!(!is_valid(&received(&altered)));
    }

    #[test]
    fn a_presigned_query_is_added_to_the_uri() {
        let (mut parts, body) = ::http::Request::get("http://b.example:8080?x").body("").unwrap().into_parts();
        let request = Request::try_from(&parts).unwrap();
        assert_eq!((request.target(), request.host()), (&b"/?x"[..], Some("b.example:8080")));
        signer().presign_request(request, Duration::from_secs(60), now()).unwrap().apply_to(&mut parts).unwrap();
        assert_eq!(parts.uri.authority().unwrap().as_str(), "b.example:8080");
        assert!(parts.uri.query().unwrap().starts_with("x&X-Amz-Algorithm=AWS4-HMAC-SHA256&"));
        assert!(is_valid(&received(&::http::Request::from_parts(parts, body))));
    }

    #[test]
    fn the_host_is_the_one_that_clients_make_from_a_uri() {
        for (uri, expected) in [
            ("https://h.example:443/", "h.example"),
            ("http://h.example:443/", "h.example:443"),
            ("http://H.example/", "h.example"),
            ("http://[::1]:9000/", "[::1]:9000"),
        ] {
            let (parts, ()) = ::http::Request::get(uri).body(()).unwrap().into_parts();
            assert_eq!(Request::try_from(&parts).unwrap().host(), Some(expected), "{uri}");
        }
        let (parts, ()) = ::http::Request::get("/").body(()).unwrap().into_parts();
        assert!(matches!(Request::try_from(&parts), Err(ConvertError::MissingHost)));
        let (parts, ()) = ::http::Request::options("*").header("host", "h").body(()).unwrap().into_parts();
        assert!(matches!(Request::try_from(&parts), Err(ConvertError::Request(_))));
    }

    #[test]
    fn a_request_survives_conversion_in_both_directions() {
        let url = RequestUrl::parse("https://h.example/a%2Fb?c=%20").unwrap();
        let mut request = Request::new("PUT", &url).unwrap();
        request.headers.push("x-a", "1").unwrap();
        request.body = Body::Bytes(b"body".to_vec());
        let theirs = ::http::Request::<Vec<u8>>::try_from(request.clone()).unwrap();
        assert_eq!((theirs.method().as_str(), theirs.uri()), ("PUT", &"/a%2Fb?c=%20".parse::<Uri>().unwrap()));
        let back = Request::try_from(&theirs).unwrap();
        assert_eq!((back.target(), &back.body), (request.target(), &request.body));
        // The `http` crate stores names in lower case.
        assert_eq!(back.headers.values("HOST").collect::<Vec<_>>(), [b"h.example"]);
        assert_eq!(Uri::try_from(&url).unwrap(), "https://h.example/a%2Fb?c=%20");
        request.body = Body::Unknown;
        assert!(matches!(::http::Request::<Vec<u8>>::try_from(request), Err(ConvertError::Body)));
    }
}
