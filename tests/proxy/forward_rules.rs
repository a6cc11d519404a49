//! What a forward proxy refuses, and that it does so before it contacts any server.

use std::io::{Read, Write};

use sigvet_testing::Sigvet;

use crate::recorder::Recorder;
use crate::tunnel::Forward;
use crate::world::{Client, ask, inbound_proxy, plain, read_answer, write_keys};

/// Catches a tunnel to a host that nobody allowed.
#[test]
fn an_unlisted_host_is_refused_and_not_connected_to() {
    let recorder = Recorder::polite();
    let forward = Forward::start(&["--log", "json"]);
    for authority in [
        recorder.host(),
        "example.com:443",
        "x.execute-api.us-east-1.amazonaws.com:443",
        "s3.us-east-1.amazonaws.com:22",
        "evil.example#.amazonaws.com:443",
    ] {
        let (answer, _) = forward.connect(authority);
        assert!([400, 403].contains(&answer.status), "{authority}: {}", answer.text());
    }
    let (answer, _) = forward.connect("example.com:443");
    assert_eq!(answer.text().trim_end(), "the host example.com is not allowed here");
    forward.proxy.wait_for("\"problem\":\"the host example.com is not allowed here\"", 2);
    let text = Client::new().sign("GET", recorder.host(), "/b/k", b"");
    let text = String::from_utf8(text).unwrap().replacen("GET /", &format!("GET {}/", recorder.url), 1);
    assert_eq!(ask(&forward.proxy, text.as_bytes()).status, 403);
    assert!(recorder.heard().is_empty());
}

/// Catches a route to one server that accepts tunnels to all hosts, for which the CA would vouch.
#[test]
fn a_route_with_an_upstream_takes_only_its_own_hosts() {
    let recorder = Recorder::polite();
    let routed = Forward::to(&recorder.url, &[]);
    for (authority, status) in
        [("front.example:443", 200), ("FRONT.example:443", 200), (recorder.host(), 403), ("other.example:443", 403)]
    {
        assert_eq!(routed.connect(authority).0.status, status, "{authority}");
    }
    let fixed = Forward::start(&["--to", &recorder.url]);
    assert_eq!(fixed.connect(recorder.host()).0.status, 200);
    assert_eq!(fixed.connect("other.example:443").0.status, 403);
    assert!(recorder.heard().is_empty());
}

/// Catches domain fronting: a tunnel to an allowed host, and a request in it for another.
#[test]
fn a_request_for_a_host_other_than_the_tunnels_is_refused() {
    let recorder = Recorder::polite();
    let forward = Forward::to(&recorder.url, &[]);
    for host in ["other.example", "front.example:8443", "front.example:81"] {
        let answer = forward.ask_in("front.example:443", &Client::new().sign("GET", host, "/b/k", b""));
        assert_eq!(answer.status, 421, "{host}: {}", answer.text());
    }
    let signed = String::from_utf8(Client::new().sign("GET", "front.example", "/b/k", b"")).unwrap();
    let twice = signed.replacen("Connection: close\r\n", "Connection: close\r\nHost: other.example\r\n", 1);
    let whole = signed.replacen("GET /", "GET https://other.example/", 1);
    for (request, status) in [(twice, 421), (whole, 400)] {
        let answer = forward.ask_in("front.example:443", request.as_bytes());
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let whole = signed.replacen("GET /", "GET http://other.example/", 1);
    assert_eq!(ask(&forward.proxy, whole.as_bytes()).status, 421);
    assert!(recorder.heard().is_empty());
}

/// Catches pages of the proxy that replace a host's pages, and a tunnel within a tunnel that bypasses the rules.
#[test]
fn a_tunnel_leads_only_to_its_host() {
    let recorder = Recorder::polite();
    let forward = Forward::to(&recorder.url, &[]);
    let answer = forward.ask_in("front.example:443", &plain("GET", "front.example", "/_sigvet/healthz", &[], b""));
    assert_eq!(answer.status, 403, "{}", answer.text());
    let nested = b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n";
    let answer = forward.ask_in("front.example:443", nested);
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(recorder.heard().is_empty());
    assert_eq!(ask(&forward.proxy, &plain("GET", "localhost", "/_sigvet/healthz", &[], b"")).status, 200);
}

/// Catches requests that a reverse proxy would take for requests to itself.
#[test]
fn requests_that_no_forward_proxy_takes_are_refused() {
    let forward = Forward::start(&[]);
    for head in [
        "CONNECT front.example HTTP/1.1\r\nHost: front.example\r\n\r\n",
        "CONNECT s3.us-east-1.amazonaws.com:443 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        "GET https://s3.us-east-1.amazonaws.com/ HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n",
        "GET ftp://s3.us-east-1.amazonaws.com/ HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n",
    ] {
        assert_eq!(ask(&forward.proxy, head.as_bytes()).status, 400, "{head}");
    }
}

/// Catches a real token that an agent sent in plain text.
#[test]
fn plain_http_is_refused_unless_the_route_allows_it() {
    let recorder = Recorder::polite();
    let forward = Forward::start(&["--allow-host", recorder.host()]);
    let text = String::from_utf8(Client::new().sign("GET", recorder.host(), "/b/k", b"")).unwrap();
    let answer = ask(&forward.proxy, text.replacen("GET /", &format!("GET {}/", recorder.url), 1).as_bytes());
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("over TLS only"), "{}", answer.text());
    assert!(recorder.heard().is_empty());
}

#[test]
fn the_proxy_does_not_send_requests_to_itself() {
    let forward = Forward::start(&["--tunnel", "*", "--allow-host", "localhost"]);
    let address = forward.proxy.address().to_owned();
    let port = address.rsplit_once(':').unwrap().1;
    for authority in [address.clone(), format!("localhost:{port}"), format!("0.0.0.0:{port}")] {
        let (answer, _) = forward.connect(&authority);
        assert_eq!(answer.status, 508, "{authority}: {}", answer.text());
    }
    let text = String::from_utf8(Client::new().sign("GET", &address, "/b/k", b"")).unwrap();
    let whole = text.replacen("GET /", &format!("GET http://{address}/"), 1);
    assert_eq!(ask(&forward.proxy, whole.as_bytes()).status, 508);
}

/// Catches a domain whose owner points it at the machine's own network, where credentials are given to anyone who asks.
#[test]
fn a_tunnel_to_any_host_does_not_reach_private_networks() {
    let recorder = Recorder::polite();
    let port = recorder.host().rsplit_once(':').unwrap().1;
    let resolved = format!("anybody.example:{port}:127.0.0.1");
    let forward = Forward::start(&["--tunnel", &format!("*:{port}"), "--tunnel", "*:1", "--resolve", &resolved]);
    // Nobody learns whether a name or a port of a private network is in use.
    for authority in [
        recorder.host().to_owned(),
        format!("anybody.example:{port}"),
        "127.0.0.1:1".to_owned(),
        format!("nobody.invalid:{port}"),
    ] {
        let (answer, _) = forward.connect(&authority);
        let expected = "the host has no public address, and is not listed by its whole name";
        assert_eq!((answer.status, answer.text().trim_end()), (403, expected), "{authority}");
    }
    assert_eq!(recorder.heard().len(), 0);
}

/// Catches a route to all hosts that sends the real token into the network of the proxy.
#[test]
fn a_route_to_any_host_does_not_reach_private_networks() {
    let recorder = Recorder::polite();
    let port = recorder.host().rsplit_once(':').unwrap().1;
    let resolved = format!("bucket.minio.corp:{port}:127.0.0.1");
    let options = ["--upstream-url-scheme", "http", "--resolve", &resolved];
    let get = |pattern: &str, host: &str| {
        let (proxy, _folder) = inbound_proxy("", "", &[&options[..], &["--allow-host", pattern]].concat());
        ask(&proxy, &Client::new().sign("GET", host, "/b/k", b""))
    };
    for host in [recorder.host(), &format!("bucket.minio.corp:{port}"), &format!("nobody.invalid:{port}")] {
        let answer = get(&format!("*:{port}"), host);
        assert_eq!(answer.status, 403, "{host}: {}", answer.text());
        assert!(answer.text().contains("no public address"), "{host}: {}", answer.text());
    }
    assert_eq!(recorder.heard().len(), 0);
    // The owner of a domain decides where its names lead.
    assert_eq!(get(&format!("*.minio.corp:{port}"), &format!("bucket.minio.corp:{port}")).status, 200);
    assert_eq!(get(recorder.host(), recorder.host()).status, 200);
}

/// Catches a port that is listed and never matches, because it is the default one.
#[test]
fn the_default_port_may_be_listed() {
    let forward = Forward::start(&["--tunnel", "127.0.0.1:443", "--tunnel", "*.invalid:443"]);
    // Nothing listens there, or a program unrelated to the tests.
    assert_ne!(forward.connect("127.0.0.1:443").0.text().trim_end(), "the host 127.0.0.1 is not allowed here");
    assert!(forward.connect("a.invalid:443").0.text().contains("no public address"));
    assert_eq!(forward.connect("127.0.0.1:80").0.status, 403);
}

/// Catches a host that is listed for its web server, but whose other ports are reachable too.
#[test]
fn a_listed_host_is_allowed_only_at_its_usual_port() {
    let recorder = Recorder::polite();
    let forward = Forward::start(&["--tunnel", "127.0.0.1"]);
    assert_eq!(forward.connect(recorder.host()).0.status, 403);
    // Nothing listens on the usual port, or a program unrelated to the tests.
    assert_ne!(forward.connect("127.0.0.1:443").0.status, 403);
    assert!(recorder.heard().is_empty());
}

/// Catches a tunnel through which a key has more permissions than its owner was given.
#[test]
fn the_permissions_of_a_key_apply_in_a_tunnel() {
    let recorder = Recorder::polite();
    let allow = "allow = [{ methods = [\"GET\"], paths = [\"/mine/*\"], hosts = [\"127.0.0.1\"] }]\n";
    let options = ["--upstream-url-scheme", "http", "--allow-host", recorder.host()];
    let forward = Forward::start_with(allow, &options);
    let ask_for = |method: &str, target: &str| {
        let text = String::from_utf8(Client::new().sign(method, recorder.host(), target, b"")).unwrap();
        let whole = text.replacen(&format!("{method} /"), &format!("{method} {}/", recorder.url), 1);
        ask(&forward.proxy, whole.as_bytes()).status
    };
    assert_eq!(ask_for("GET", "/mine/k"), 200);
    assert_eq!(
        (ask_for("PUT", "/mine/k"), ask_for("GET", "/other/k"), ask_for("GET", "/mine/../other")),
        (405, 403, 403)
    );
    assert_eq!(recorder.heard().len(), 1);
}

/// Catches a client that sends nothing in its tunnel and occupies a slot for ever.
#[test]
fn a_silent_tunnel_is_cut_off() {
    let forward = Forward::to("http://127.0.0.1:9", &["--head-timeout", "1s"]);
    let (answer, mut silent) = forward.connect("front.example:443");
    assert_eq!(answer.status, 200);
    silent.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0);
    // The tunnel is also cut off after the handshake.
    let mut tunnel = forward.enter("front.example:443");
    tunnel.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let mut said = Vec::new();
    let _ = tunnel.read_to_end(&mut said);
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
}

/// Catches a slot that is freed when the tunnel begins instead of when it ends.
#[test]
fn a_tunnel_counts_as_a_connection() {
    let forward = Forward::to("http://127.0.0.1:9", &["--max-connections", "1"]);
    let tunnel = forward.enter("front.example:443");
    let mut second = forward.proxy.connect();
    second.set_read_timeout(Some(std::time::Duration::from_millis(500))).unwrap();
    second.write_all(&plain("GET", "localhost", "/_sigvet/healthz", &[], b"")).unwrap();
    assert!(second.read(&mut [0; 1]).is_err());
    drop(tunnel);
    second.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    assert_eq!(read_answer(&mut second).status, 200);
}

/// Catches a CA key that other users have, with which they could impersonate any host to the clients.
#[cfg(unix)]
#[test]
fn a_key_that_others_can_use_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (keys, key, ca) = (write_keys(&folder, ""), folder.path().join("ca.key"), folder.path().join("ca.pem"));
    let made = rcgen::KeyPair::generate().unwrap();
    std::fs::write(&key, made.serialize_pem()).unwrap();
    let words =
        ["proxy", "--check", "--inbound", &keys, "--ca", ca.to_str().unwrap(), "--ca-key", key.to_str().unwrap()];
    for (mode, is_private) in [(0o644, false), (0o640, false), (0o620, false), (0o600, true), (0o400, true)] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let outcome = Sigvet::anonymous(&words).run();
        assert_eq!(outcome.code, Some(if is_private { 0 } else { 2 }), "{mode:o}: {}", outcome.stderr);
        assert!(is_private || outcome.stderr.contains("others can use"), "{}", outcome.stderr);
    }
    std::fs::write(&key, "no key").unwrap();
    assert_eq!(Sigvet::anonymous(&words).run().code, Some(2));
}

/// Catches a company's certificate that is lost because somebody took `--ca` for the CA to use.
#[test]
fn somebody_elses_certificate_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, ca) = (write_keys(&folder, ""), folder.path().join("ca.pem"));
    let key = rcgen::KeyPair::generate().unwrap();
    let company =
        rcgen::CertificateParams::new(vec!["corp.example".to_owned()]).unwrap().self_signed(&key).unwrap().pem();
    let ca_word = ca.to_str().unwrap();
    for words in [
        &["proxy", "--check", "--inbound", &keys, "--ca", ca_word][..],
        &["proxy", "--port", "0", "--inbound", &keys, "--ca", ca_word],
        &["serve", "--port", "0", "--demo-keys", "--tls-ca", ca_word],
    ] {
        for text in [company.clone(), company.repeat(2), "notes\n".to_owned()] {
            std::fs::write(&ca, &text).unwrap();
            let outcome = Sigvet::anonymous(words).run();
            assert_eq!(outcome.code, Some(2), "{words:?}: {}", outcome.stderr);
            assert!(outcome.stderr.contains("is not a certificate that sigvet wrote"), "{}", outcome.stderr);
            assert_eq!(std::fs::read_to_string(&ca).unwrap(), text);
        }
    }
}

#[test]
fn without_a_ca_the_proxy_is_not_a_forward_proxy() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = crate::world::inbound_proxy(&recorder.url, "", &[]);
    let head = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", recorder.host());
    assert_eq!(ask(&proxy, head.as_bytes()).status, 400);
    assert!(recorder.heard().is_empty());
    let words = ["proxy", "--ca", "ca.pem", "--to", "http://127.0.0.1:9"];
    let outcome = Sigvet::anonymous(&words).run();
    assert!(outcome.code == Some(2) && outcome.stderr.contains("--inbound"), "{}", outcome.stderr);
}
