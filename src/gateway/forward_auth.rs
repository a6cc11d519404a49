//! Requests that a proxy asks about instead of passing them on. The proxy describes the original request in
//! header fields.
//!
//! A proxy overwrites the fields that it knows and passes all others on as the client wrote them. So only the fields
//! of the configured proxy are read: with any other field, the client could choose which request is judged.

use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Request};

/// The proxy that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// nginx's `auth_request`, configured to send `X-Original-URI` and `X-Original-Method`.
    Nginx,
    /// Traefik's `ForwardAuth` and Caddy's `forward_auth`: `X-Forwarded-Method`, `-Host` and `-Uri`.
    Forwarded,
    /// Envoy's `ext_authz` over HTTP, which repeats the request itself.
    Envoy,
}

/// The proxy is not configured as expected, so the original request is unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// A field is missing.
    #[error("the proxy sent no {name} header")]
    Missing {
        /// The field.
        name: &'static str,
    },
    /// A field came twice, so the client wrote one of them.
    #[error("the proxy sent {name} twice")]
    Repeated {
        /// The field.
        name: &'static str,
    },
    /// A field is not a valid method, target or host.
    #[error("the {name} header is not valid")]
    Invalid {
        /// The field.
        name: &'static str,
    },
}

impl Asker {
    /// The original request. Its body stays with the proxy.
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
        // This header belongs to the proxy's own request, which has no body.
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
    fn the_original_request_is_read_from_the_fields_of_the_proxy() {
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

    /// Catches a client that can choose which request is judged.
    #[test]
    fn a_missing_or_repeated_field_is_refused() {
        let error = |asker: Asker, fields: &str| asker.subject(&asked(fields)).unwrap_err();
        let missing = error(Asker::Nginx, "X-Forwarded-Method: GET\nX-Forwarded-Uri: /\n");
        assert_eq!(missing, AskError::Missing { name: "x-original-method" });
        let twice = error(Asker::Nginx, "X-Original-Method: GET\nX-Original-URI: /a\nX-Original-URI: /b\n");
        assert_eq!(twice, AskError::Repeated { name: "x-original-uri" });
        let target = error(Asker::Nginx, "X-Original-Method: GET\nX-Original-URI: a b\n");
        assert_eq!(target, AskError::Invalid { name: "x-original-uri" });
    }
}
