//! Through a SOCKS proxy: what the proxy is asked for, what the origin gets, and how a refused run ends. The test's
//! proxy follows RFC 1928, RFC 1929 and the SOCKS4a note; curl is run too, and asks for the same.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::recorder::{OK, Recorder};
use crate::{assert_says, assert_valid, send};

/// What a client asked the proxy for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    version: u8,
    /// `USER:PASSWORD`.
    login: String,
    host: String,
}

/// A proxy that connects to the origin, whatever name is requested.
struct Proxy {
    host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Proxy {
    /// `refusal` replaces success as the status of the answer.
    fn new(origin: &str, refusal: Option<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (host, asked) = (listener.local_addr().unwrap().to_string(), Arc::new(Mutex::new(Vec::new())));
        let (origin, kept) = (origin.to_owned(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                serve(client.unwrap(), &origin, refusal, &kept);
            }
        });
        Self { host, asked }
    }

    fn only(&self) -> Asked {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

fn bytes(client: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    client.read_exact(&mut bytes).unwrap();
    bytes
}

fn text(client: &mut TcpStream) -> String {
    let length = bytes(client, 1)[0].into();
    String::from_utf8(bytes(client, length)).unwrap()
}

fn until_zero(client: &mut TcpStream) -> String {
    let next = |client: &mut TcpStream| bytes(client, 1)[0];
    let letters = std::iter::from_fn(|| Some(next(client)).filter(|&byte| byte != 0));
    String::from_utf8(letters.collect()).unwrap()
}

fn serve(mut client: TcpStream, origin: &str, refusal: Option<u8>, kept: &Mutex<Vec<Asked>>) {
    let version = bytes(&mut client, 1)[0];
    let (asked, answer) = if version == 5 { version_5(&mut client, refusal) } else { version_4(&mut client, refusal) };
    kept.lock().unwrap().push(asked);
    client.write_all(&answer).unwrap();
    if refusal.is_none() {
        let mut server = TcpStream::connect(origin).unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        drop(std::io::copy(&mut server, &mut client));
    }
}

fn version_5(client: &mut TcpStream, refusal: Option<u8>) -> (Asked, Vec<u8>) {
    let count = bytes(client, 1)[0].into();
    let methods = bytes(client, count);
    let mut login = String::new();
    if methods.contains(&2) {
        client.write_all(&[5, 2]).unwrap();
        assert_eq!(bytes(client, 1), [1]);
        login = format!("{}:{}", text(client), text(client));
        client.write_all(&[1, 0]).unwrap();
    } else {
        client.write_all(&[5, 0]).unwrap();
    }
    let head = bytes(client, 4);
    assert_eq!(head[..3], [5, 1, 0]);
    let host = match head[3] {
        1 => std::net::Ipv4Addr::from(<[u8; 4]>::try_from(bytes(client, 4)).unwrap()).to_string(),
        3 => text(client),
        other => panic!("an address of type {other}"),
    };
    bytes(client, 2);
    (Asked { version: 5, login, host }, vec![5, refusal.unwrap_or(0), 0, 1, 0, 0, 0, 0, 0, 0])
}

fn version_4(client: &mut TcpStream, refusal: Option<u8>) -> (Asked, Vec<u8>) {
    let head = bytes(client, 7);
    let user = until_zero(client);
    let host = match head[3..] {
        [0, 0, 0, _] => until_zero(client),
        [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
        _ => unreachable!("the head has seven bytes"),
    };
    (Asked { version: 4, login: user, host }, vec![0, refusal.unwrap_or(90), 0, 0, 0, 0, 0, 0])
}

/// Catches a proxy that gets HTTP, a name that the wrong side resolves, and an absolute target in a tunnel.
#[test]
fn each_kind_of_proxy_gets_what_curl_sends_it() {
    let origin = Recorder::answering(OK);
    let proxy = Proxy::new(&origin.host, None);
    for (proxy_url, version, login, host) in [
        (format!("socks5h://{}", proxy.host), 5, "", "store.test"),
        (format!("socks5://{}", proxy.host), 5, "", "127.0.0.9"),
        (format!("socks5h://me:p%40ss@{}", proxy.host), 5, "me:p@ss", "store.test"),
        (format!("socks4a://{}", proxy.host), 4, "", "store.test"),
        (format!("socks4://{}", proxy.host), 4, "", "127.0.0.9"),
    ] {
        let expected = Asked { version, login: login.to_owned(), host: host.to_owned() };
        let words = ["-x", proxy_url.as_str(), "--resolve", "store.test:80:127.0.0.9", "http://store.test/key?x"];
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--noproxy", ""]).args(words).stdout(Stdio::null());
        assert!(curl.status().unwrap().success(), "{proxy_url}");
        assert_eq!(proxy.only(), expected, "curl, {proxy_url}");
        send(&words).run().expect(0);
        assert_eq!(proxy.only(), expected, "{proxy_url}");
    }
    let requests = origin.requests();
    let ours: Vec<_> = requests.iter().filter(|sent| !sent.values("authorization").is_empty()).collect();
    assert_eq!((requests.len(), ours.len()), (10, 5));
    for sent in ours {
        assert_eq!(sent.line, "GET /key?x HTTP/1.1");
        assert_eq!(sent.values("proxy-authorization"), [""; 0]);
        assert_valid(sent);
    }
}

/// Catches a proxy from the environment that is bypassed, and an exception that is ignored.
#[test]
fn a_socks_proxy_is_named_by_options_and_variables() {
    let origin = Recorder::answering(OK);
    let proxy = Proxy::new(&origin.host, None);
    let url = "http://store.test/";
    send(&["--socks5-hostname", &proxy.host, url]).run().expect(0);
    assert_eq!((proxy.only().version, origin.count()), (5, 1));
    send(&["--socks4a", &proxy.host, url]).run().expect(0);
    assert_eq!((proxy.only().version, origin.count()), (4, 2));
    send(&[url]).env("ALL_PROXY", &format!("socks5h://{}", proxy.host)).run().expect(0);
    assert_eq!((proxy.only().host.as_str(), origin.count()), ("store.test", 3));
    let direct = send(&[&origin.url("/")]).env("ALL_PROXY", &format!("socks5h://{}", proxy.host));
    direct.env("NO_PROXY", "127.0.0.1").run().expect(0);
    assert!(proxy.asked.lock().unwrap().is_empty());
    assert_eq!(origin.count(), 4);
}

/// The codes are those of curl, which is run too.
#[test]
fn failures_end_with_curls_codes() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let refusing = Proxy::new("127.0.0.1:1", Some(5));
    let web_server = TcpListener::bind("127.0.0.1:0").unwrap();
    let web_host = web_server.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        web_server.incoming().for_each(|client| drop(client.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    });
    for (proxy, code, says) in [
        (format!("socks5h://{}", refusing.host), 97, "does not connect to store.test:80"),
        (format!("socks5h://{}", web_host), 97, "does not connect to store.test:80"),
        (format!("socks5h://{closed}"), 7, "cannot connect to 127.0.0.1"),
        ("http://nowhere.invalid:1".to_owned(), 5, "cannot find the proxy nowhere.invalid"),
        ("http://me:hush@h:99999".to_owned(), 5, "the proxy cannot be used"),
        ("gopher://me:hush@h".to_owned(), 7, "its scheme is not supported"),
    ] {
        let words = ["-m", "20", "-x", &proxy, "http://store.test/"];
        let curl = Command::new("curl").args(["-sS"]).args(words).output().unwrap();
        assert_eq!(curl.status.code(), Some(code), "curl, {proxy}");
        let outcome = send(&words).run().expect(code);
        assert_says(&outcome, says);
        assert!(!outcome.stderr.contains("hush"), "{}", outcome.stderr);
    }
}
