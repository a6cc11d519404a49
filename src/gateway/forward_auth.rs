//! Requests that a proxy asks about, instead of passing them on: which request it is, by the fields that the proxy sends.
//!
//! A proxy overwrites the fields that it knows, and passes all others on as the client wrote them. So only those of the proxy
//! that is there are read: by any other the client would choose what is judged.

use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Request};

/// The proxy that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// nginx's `auth_request`, with `X-Original-URI` and `X-Original-Method` set.
    Nginx,
    /// Traefik's `ForwardAuth`, Caddy's `forward_auth`: `X-Forwarded-Method`, `-Host` and `-Uri`.
    Forwarded,
    /// Envoy's `ext_authz` over HTTP, which repeats the request itself.
    Envoy,
}

/// Why it is not known which request is asked about: the proxy is set up otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// A field is missing.
    #[error("the proxy sent no {name} header")]
    Missing {
        /// The field.
        name: &'static str,
    },
    /// A field came twice: the client wrote one of them.
    #[error("the proxy sent {name} twice")]
    Repeated {
        /// The field.
        name: &'static str,
    },
    /// A field is no method, or no target.
    #[error("the {name} header is not valid")]
    Invalid {
        /// The field.
        name: &'static str,
    },
}

impl Asker {
    /// The request that is asked about. Its body stays with the proxy.
    ///
    /// # Errors
    /// See [`AskError`].
    pub fn subject(self, asked: &Request) -> Result<Request, AskError> {
        let (method, target) = match self {
            Self::Envoy => {
                let mut subject = asked.clone();
                subject.body = Body::Unknown;
                return Ok(subject);
            }
            Self::Nginx => ("x-original-method", "x-original-uri"),
            Self::Forwarded => ("x-forwarded-method", "x-forwarded-uri"),
        };
        let mut headers = asked.headers.clone();
        if self == Self::Forwarded {
            let host = text_of(asked, "x-forwarded-host")?;
            headers.remove("host");
            headers.push("Host", host).map_err(|_| AskError::Invalid { name: "x-forwarded-host" })?;
        }
        // It is that of the question, which has no body.
        headers.remove("content-length");
        let subject = captured_request(asked.method(), asked.target(), headers, Body::Unknown);
        let subject = subject.with_method(text_of(asked, method)?).map_err(|_| AskError::Invalid { name: method })?;
        subject.with_target(text_of(asked, target)?).map_err(|_| AskError::Invalid { name: target })
    }
}

fn text_of<'a>(asked: &'a Request, name: &'static str) -> Result<&'a str, AskError> {
    match asked.headers.values(name).count() {
        0 => Err(AskError::Missing { name }),
        1 => asked.headers.first_text(name).ok_or(AskError::Invalid { name }),
        _ => Err(AskError::Repeated { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::parse_request;

    fn asked(fields: &str) -> Request {
        parse_request(format!("GET /auth HTTP/1.1\nHost: auth.example\nAuthorization: A\n{fields}\n").as_bytes())
            .unwrap()
    }

    #[test]
    fn the_request_is_the_one_that_the_proxy_tells() {
        let nginx = asked("X-Original-Method: PUT\nX-Original-URI: /b/k?x=%2F\nX-Forwarded-Uri: /public\n");
        let subject = Asker::Nginx.subject(&nginx).unwrap();
        assert_eq!(
            (subject.method(), subject.target(), subject.host()),
            ("PUT", &b"/b/k?x=%2F"[..], Some("auth.example"))
        );
        let fields =
            "X-Forwarded-Method: PUT\nX-Forwarded-Uri: /b/k\nX-Forwarded-Host: s3.example\nX-Original-URI: /public\n";
        let subject = Asker::Forwarded.subject(&asked(fields)).unwrap();
        assert_eq!((subject.method(), subject.target(), subject.host()), ("PUT", &b"/b/k"[..], Some("s3.example")));
        assert_eq!(Asker::Envoy.subject(&asked(fields)).unwrap().target(), b"/auth");
    }

    /// Catches a client that chooses which request is judged.
    #[test]
    fn a_field_that_is_missing_or_there_twice_is_refused() {
        let error = |asker: Asker, fields: &str| asker.subject(&asked(fields)).unwrap_err();
        let missing = error(Asker::Nginx, "X-Forwarded-Method: GET\nX-Forwarded-Uri: /\n");
        assert_eq!(missing, AskError::Missing { name: "x-original-method" });
        let twice = error(Asker::Nginx, "X-Original-Method: GET\nX-Original-URI: /a\nX-Original-URI: /b\n");
        assert_eq!(twice, AskError::Repeated { name: "x-original-uri" });
        let target = error(Asker::Nginx, "X-Original-Method: GET\nX-Original-URI: a b\n");
        assert_eq!(target, AskError::Invalid { name: "x-original-uri" });
    }
}
