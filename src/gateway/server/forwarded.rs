//! Clients that use the gateway as a forward proxy: which server they ask for, and whether a request is meant
//! for that server.

use std::sync::Arc;

use http::request::Parts;
use http::{Method, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body as _, Incoming};
use hyper::upgrade::OnUpgrade;
use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Headers, Request, RequestUrl};

use super::{Ends, Server};
use crate::gateway::ReplyBody;
use crate::gateway::passage::{Leg, Tunnel, Tunnels};
use crate::gateway::proxy_target::{NotForProxy, ProxyTarget};
use crate::gateway::record::Heads;
use crate::gateway::unread::Unread;

/// Why a request cannot be handled by a forward proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misdirected {
    /// The request asks neither for a tunnel nor for an `http://` URL.
    #[error(transparent)]
    NotForProxy(#[from] NotForProxy),
    /// The `Host` differs from the server that was asked for, so the rules for one host would allow requests for
    /// another.
    #[error("the request is for {named}, but the client asked this proxy for {asked}")]
    Host {
        /// The host that was asked for.
        asked: String,
        /// The host that the request names.
        named: String,
    },
}

/// A tunnel that starts after its client has received the answer.
pub struct Opened {
    /// The client's end of the connection.
    pub upgrade: OnUpgrade,
    /// The server that the client asked for.
    pub to: Arc<RequestUrl>,
    /// The tunnel.
    pub tunnel: Tunnel,
}

impl Unread for Misdirected {
    /// RFC 9110 §15.5.20.
    fn status(&self) -> u16 {
        if matches!(self, Self::Host { .. }) { 421 } else { 400 }
    }
}

impl Server {
    /// Whether a request asks for a tunnel. Tunnels are not opened inside a tunnel, nor over HTTP/2, which would carry
    /// several on one connection.
    pub(in crate::gateway) fn is_asked_for_tunnel(&self, request: &http::Request<Incoming>, ends: &Ends) -> bool {
        let may_ask = request.version() != Version::HTTP_2 && ends.asked.is_none() && self.tunnels().is_some();
        may_ask && request.method() == Method::CONNECT
    }

    /// Answers a request for a tunnel.
    pub(in crate::gateway) async fn open_tunnel(
        &self,
        mut request: http::Request<Incoming>,
        heads: &Heads,
        ends: &Ends,
    ) -> (http::Response<ReplyBody>, Option<Opened>) {
        let upgrade = hyper::upgrade::on(&mut request);
        let mut turn = self.begin(ends.peer, request.version());
        // A body would be mistaken for the first bytes of the tunnel.
        let asked = heads.take().filter(|_| request.body().is_end_stream()).map(|head| ProxyTarget::parse(&head));
        let (Some(Ok(ProxyTarget::Tunnel(to))), Some(tunnels)) = (asked, self.tunnels()) else {
            return (turn.refuse_unread(None, &NotForProxy).await.into_response(), None);
        };
        let mut leg = Box::<Leg>::default();
        let opened = tunnels.open(&to, ends.port, &mut leg).await;
        let tunnel = match opened {
            Ok(tunnel) => tunnel,
            Err(reply) => {
                let reply = reply.with("connection", "close");
                return (turn.report_passed(request_for(&to), None, reply, leg).await.into_response(), None);
            }
        };
        heads.end();
        if let Tunnel::Through(_) = tunnel {
            leg.host = to.host_header();
            // The content of the tunnel is not logged, so this is its only line.
            turn.report_passed(request_for(&to), None, crate::gateway::Reply::plain(200, ""), leg).await;
        }
        (established(), Some(Opened { upgrade, to: Arc::new(to), tunnel }))
    }

    /// The server that a request is for, if its client uses the gateway as a forward proxy.
    pub(super) fn asked_by(
        &self,
        request: &Request,
        (parts, recorded): (&Parts, Option<&[u8]>),
        ends: &Ends,
    ) -> Result<Option<Arc<RequestUrl>>, Misdirected> {
        // In HTTP/2 every request target has a host; in HTTP/1 only the targets of requests to a proxy do.
        let is_whole_url = parts.version != Version::HTTP_2 && parts.uri.scheme().is_some();
        let asked = match &ends.asked {
            Some(asked) => Arc::clone(asked),
            None if is_whole_url && self.tunnels().is_some() => match ProxyTarget::parse(recorded.unwrap_or_default())?
            {
                ProxyTarget::Plain(url) => Arc::new(url),
                ProxyTarget::Tunnel(_) => return Err(NotForProxy.into()),
            },
            None => return Ok(None),
        };
        if is_for(request, &asked) {
            return Ok(Some(asked));
        }
        let named: Vec<_> = request.headers.values("host").map(String::from_utf8_lossy).collect();
        let named = if named.is_empty() { "no host".to_owned() } else { named.join(" and ") };
        Err(Misdirected::Host { asked: asked.host_header(), named })
    }

    fn tunnels(&self) -> Option<&dyn Tunnels> {
        self.passage.as_ref()?.tunnels()
    }
}

/// Whether a request names this server and no other: exactly one `Host`, which may omit the default port.
fn is_for(request: &Request, server: &RequestUrl) -> bool {
    let with_port = format!("{}:{}", server.host(), server.port_or_default());
    let mut hosts = request.headers.values("host");
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    [server.host_header(), with_port].iter().any(|own| host.eq_ignore_ascii_case(own.as_bytes()))
}

/// The request to log for a tunnel.
fn request_for(server: &RequestUrl) -> Request {
    let authority = format!("{}:{}", server.host(), server.port_or_default());
    let mut headers = Headers::default();
    headers.push_unchecked("host", authority.as_str());
    captured_request("CONNECT", authority, headers, Body::Bytes(Vec::new()))
}

/// The answer after which the tunnel starts.
fn established() -> http::Response<ReplyBody> {
    http::Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a request that is allowed for one host but meant for another (domain fronting).
    #[test]
    fn a_request_must_name_the_server_that_was_asked_for() {
        let is_for = |asked: &str, hosts: &[&str]| {
            let mut headers = Headers::default();
            hosts.iter().for_each(|host| headers.push_unchecked("Host", *host));
            let request = captured_request("GET", "/", headers, Body::Bytes(Vec::new()));
            is_for(&request, &RequestUrl::parse(asked).unwrap())
        };
        for (asked, host) in [
            ("https://a.example/", "A.example"),
            ("https://a.example/", "a.example:443"),
            ("https://a.example:8443/", "a.example:8443"),
            ("http://a.example/", "a.example:80"),
            ("https://[::1]:8443/", "[::1]:8443"),
        ] {
            assert!(is_for(asked, &[host]), "{asked} {host}");
        }
        for hosts in [
            &["b.example"][..],
            &[],
            &["a.example", "b.example"],
            &["a.example", "a.example"],
            &["a.example:80"],
            &["a.example:8443"],
            &["u@a.example"],
            &["a.example."],
            &["a.example/"],
            &["a.example, b.example"],
        ] {
            assert!(!is_for("https://a.example/", hosts), "{hosts:?}");
        }
        assert!(!is_for("https://a.example:8443/", &["a.example"]));
    }
}
