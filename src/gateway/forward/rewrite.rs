//! Passes a client's bytes to a server: unchanged inside a tunnel, and without the fields meant for the proxy in plain
//! HTTP, whose request lines have absolute URLs.

use http::HeaderValue;
use sigvet_core::request::RequestUrl;

use super::conversation::Requests;
use super::splitter::{Framing, Parts, Splitter};
use crate::gateway::proxy_target::ProxyTarget;

/// Passes on the bytes of a client.
pub trait Passing {
    /// Appends to `out` what is to be passed on, and returns how many bytes of the input were used.
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize;

    /// Takes the request for another server, if one was reached. Nothing of it has been passed on.
    fn take_next(&mut self) -> Option<Next>;
}

/// A request for another server on the same client connection.
#[derive(Debug)]
pub struct Next {
    /// The server; `None` if the request does not name one.
    pub url: Option<RequestUrl>,
    /// The head of the request.
    pub head: Vec<u8>,
}

/// Passes every byte on unchanged.
#[derive(Debug)]
pub struct Untouched {
    splitter: Splitter,
    requests: Requests,
}

impl Untouched {
    /// Records requests on the way. A head longer than `limit` bytes passes unseen.
    pub fn new(requests: Requests, limit: usize) -> Self {
        Self { splitter: Splitter::new(limit), requests }
    }
}

impl Passing for Untouched {
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        self.splitter.feed(bytes, &mut self.requests);
        out.extend_from_slice(bytes);
        bytes.len()
    }

    fn take_next(&mut self) -> Option<Next> {
        None
    }
}

/// Plain HTTP to one server.
#[derive(Debug)]
pub struct Plain {
    splitter: Splitter,
    rewriting: Rewriting,
}

#[derive(Debug)]
struct Rewriting {
    url: RequestUrl,
    /// If the next hop is another proxy, which also gets absolute URLs: the authorization for it, if any.
    proxy: Option<Option<HeaderValue>>,
    requests: Requests,
    out: Vec<u8>,
    next: Option<Next>,
}

impl Plain {
    /// Records requests on the way to this server, or to the proxy in front of it.
    pub fn new(url: RequestUrl, proxy: Option<Option<HeaderValue>>, requests: Requests, limit: usize) -> Self {
        let rewriting = Rewriting { url, proxy, requests, out: Vec::new(), next: None };
        Self { splitter: Splitter::new(limit), rewriting }
    }
}

impl Passing for Plain {
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let used = self.splitter.feed(bytes, &mut self.rewriting);
        out.append(&mut self.rewriting.out);
        used
    }

    fn take_next(&mut self) -> Option<Next> {
        self.rewriting.next.take()
    }
}

impl Parts for Rewriting {
    fn head(&mut self, head: &[u8]) -> Framing {
        let asked = ProxyTarget::parse(head);
        match asked {
            Ok(ProxyTarget::Plain(url)) if url == self.url => {}
            asked => {
                let url = match asked {
                    Ok(ProxyTarget::Plain(url)) => Some(url),
                    _ => None,
                };
                self.next = Some(Next { url, head: head.to_vec() });
                return Framing::Stop;
            }
        }
        let for_server = rewritten(head, None);
        match &self.proxy {
            None => self.out.extend_from_slice(&for_server),
            Some(authorization) => self.out.extend_from_slice(&rewritten(head, Some(authorization.as_ref()))),
        }
        self.requests.head(&for_server)
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn data(&mut self, bytes: &[u8]) {
        self.requests.data(bytes);
    }

    fn end(&mut self) {
        self.requests.end();
    }
}

/// Rewrites a head for the server, or for another proxy with its own authorization. Fields meant for this
/// proxy are removed.
fn rewritten(head: &[u8], proxy: Option<Option<&HeaderValue>>) -> Vec<u8> {
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut out = if proxy.is_some() { first.to_vec() } else { with_origin_form(first) };
    if let Some(Some(authorization)) = proxy {
        out.extend_from_slice(b"Proxy-Authorization: ");
        out.extend_from_slice(authorization.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let mut is_left_out = false;
    for line in lines {
        let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
        is_left_out = if is_continued { is_left_out } else { is_for_proxy(line) };
        if !is_left_out {
            out.extend_from_slice(line);
        }
    }
    out
}

fn is_for_proxy(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    [&b"proxy-connection"[..], b"proxy-authorization"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// The request line with the target in origin form (RFC 9112 §3.2.1): what follows the authority, byte for byte.
fn with_origin_form(line: &[u8]) -> Vec<u8> {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (Some(method), Some(target), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return line.to_vec();
    };
    let behind = target.get(7..).unwrap_or_default();
    let at = behind.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(behind.len());
    let path = behind.get(at..).unwrap_or_default();
    let before: &[u8] = match path.first() {
        Some(b'/') => b"",
        None if method == b"OPTIONS" => b"*",
        _ => b"/",
    };
    [method, b" ", before, path, b" ", rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::gateway::forward::conversation::{Conversation, Place, Seen, Witness};

    #[derive(Debug)]
    struct Nobody;

    impl Witness for Nobody {
        fn saw(&self, _: Seen) {}
        fn unreached(&self, _: &str, _: String) {}
        fn distrusted(&self, _: &str) {}
        fn unseen(&self, _: &str) {}
        fn unwatched(&self, _: &str) {}
        fn refused_unwatched(&self, _: &str) {}
    }

    fn passing(url: &str, proxy: Option<Option<HeaderValue>>) -> Plain {
        let place = Place { scheme: "http", host: "h".to_owned() };
        let conversation = Conversation::new(place, Arc::new(Nobody));
        Plain::new(RequestUrl::parse(url).unwrap(), proxy, conversation.requests(), 1024)
    }

    /// Catches a byte of a request that changes on its way, except for the proxy's own fields.
    #[test]
    fn a_server_gets_the_origin_form_and_all_else_unchanged() {
        let sent = b"PUT http://H/a%2f//b?c=d HTTP/1.1\r\nhOST:  h\r\nProxy-Connection: keep-alive\r\nX: 1\r\n  2\r\n\
            Proxy-Authorization: Basic\r\n\tdTpw\r\nContent-Length: 5\r\n\r\nhello";
        let expected = b"PUT /a%2f//b?c=d HTTP/1.1\r\nhOST:  h\r\nX: 1\r\n  2\r\nContent-Length: 5\r\n\r\nhello";
        for piece in 1..sent.len() {
            let (mut plain, mut out) = (passing("http://h/", None), Vec::new());
            sent.chunks(piece).for_each(|bytes| assert_eq!(plain.pass(bytes, &mut out), bytes.len()));
            assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(expected), "pieces of {piece}");
        }
        for (line, expected) in [
            ("GET http://h HTTP/1.1", "GET / HTTP/1.1"),
            ("GET http://h?a HTTP/1.1", "GET /?a HTTP/1.1"),
            ("OPTIONS http://h HTTP/1.1", "OPTIONS * HTTP/1.1"),
        ] {
            assert_eq!(String::from_utf8_lossy(&with_origin_form(line.as_bytes())), expected);
        }
    }

    #[test]
    fn another_proxy_gets_the_url_and_its_own_authorization() {
        let (mut plain, mut out) = (passing("http://h/", Some(Some("Basic eA==".parse().unwrap()))), Vec::new());
        plain.pass(b"GET http://h/a HTTP/1.1\r\nProxy-Authorization: mine\r\n\r\n", &mut out);
        let expected = "GET http://h/a HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    /// Catches a request that is sent to the server of the request before it.
    #[test]
    fn a_request_for_another_server_is_not_passed_on() {
        let (mut plain, mut out) = (passing("http://h/", None), Vec::new());
        let (first, second) = ("GET http://h/a HTTP/1.1\r\n\r\n", "GET http://other/b HTTP/1.1\r\n\r\n");
        let used = plain.pass(format!("{first}{second}more").as_bytes(), &mut out);
        assert_eq!((used, out.as_slice()), (first.len() + second.len(), &b"GET /a HTTP/1.1\r\n\r\n"[..]));
        let next = plain.take_next().unwrap();
        assert_eq!((next.url.unwrap().host(), next.head.as_slice()), ("other", second.as_bytes()));
    }
}
