//! Which requests go where.

use std::io::Write;

use crate::recorder::Recorder;
use crate::world::{ask, plain, proxy, proxy_to, read_answer};

#[test]
fn requests_find_their_route_by_host_path_and_port() {
    let [one, two, three, rest] = std::array::from_fn(|_| Recorder::polite());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let text = format!(
        "[[route]]\nname = \"rest\"\nto = \"{}\"\nservice = \"s3\"\n\
        [[route]]\nname = \"search\"\npath = \"/search\"\nstrip_prefix = true\nto = \"{}\"\nservice = \"es\"\nallow_methods = [\"GET\"]\n\
        [[route]]\nname = \"host\"\nhost = \"*.local\"\nto = \"{}\"\nservice = \"execute-api\"\nadd_headers = {{ x-tenant = \"7\" }}\n\
        [[route]]\nname = \"port\"\nport = {free}\nto = \"{}\"\nservice = \"sqs\"\n",
        rest.url, one.url, two.url, three.url
    );
    std::fs::write(&file, text).unwrap();
    let proxy = proxy(&["--config", file.to_str().unwrap(), "--region", "us-east-1", "--log", "json"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/search/_doc/1", &[], b"")).status, 200);
    assert_eq!(ask(&proxy, &plain("DELETE", "h", "/search/_doc/1", &[], b"")).status, 405);
    assert_eq!(ask(&proxy, &plain("GET", "api.local", "/search", &[], b"")).status, 200);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/searching", &[], b"")).status, 200);
    let mut stream = sigvet_testing::serving::connect(&format!("127.0.0.1:{free}"));
    stream.write_all(&plain("GET", "api.local", "/search", &[], b"")).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    assert!(one.only().starts_with("GET /_doc/1 HTTP/1.1\r\n") && one.only().contains("/es/aws4_request"));
    assert!(two.only().contains("/execute-api/") && two.only().contains("x-tenant: 7\r\n"), "{}", two.only());
    assert!(two.only().contains("SignedHeaders=host;x-amz-date;x-tenant"), "{}", two.only());
    assert!(three.only().contains("/sqs/aws4_request"));
    assert!(rest.only().starts_with("GET /searching "));
    for route in ["rest", "search", "host", "port"] {
        proxy.wait_for(&format!("\"route\":\"{route}\""), 1);
    }
}

/// RFC 9112 §3.2.2: the authority of the target counts, whatever `Host` says. Catches a request that is routed by one
/// of them and meant for the other, and a rule that is bypassed this way.
#[test]
fn a_request_names_one_host() {
    let recorder = Recorder::polite();
    let own = recorder.host().to_owned();
    let proxy =
        proxy(&["--allow-host", &own, "--upstream-url-scheme", "http", "--region", "us-east-1", "--service", "s3"]);
    let ask_for = |target: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        ask(&proxy, format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n").as_bytes())
    };
    let absolute = |host: &str| format!("http://{host}/b/k");
    for (target, hosts) in [
        (absolute("evil.example"), vec![own.as_str()]),
        (absolute(&own), vec!["evil.example"]),
        (absolute(&own), vec![]),
        ("/b/k".to_owned(), vec![own.as_str(), "evil.example"]),
        ("/b/k".to_owned(), vec![own.as_str(), own.as_str()]),
    ] {
        let answer = ask_for(&target, &hosts);
        assert_eq!(answer.status, 400, "{target} {hosts:?}: {}", answer.text());
    }
    assert_eq!(recorder.heard().len(), 0);
    assert_eq!(ask_for(&absolute(&own.to_uppercase()), &[&own]).status, 200);
    assert!(recorder.only().starts_with("GET /b/k HTTP/1.1\r\n"), "{}", recorder.only());
}

#[test]
fn only_allowed_requests_pass() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &["--allow-method", "GET", "--allow-path", "/logs/*"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/logs/a", &[], b"")).status, 200);
    assert_eq!(ask(&proxy, &plain("PUT", "h", "/logs/a", &[], b"x")).status, 405);
    for target in ["/", "/logs/../secret", "/logs/%2e%2e/secret", "/other"] {
        let answer = ask(&proxy, &plain("GET", "h", target, &[], b""));
        assert_eq!((answer.status, answer.text()), (403, format!("the path {target} is not allowed here\n")));
    }
    assert_eq!(recorder.heard().len(), 1);
}

/// Catches a path that one route forbids, and that uses another route by being spelt differently.
#[test]
fn a_path_leads_to_one_route_however_it_is_read() {
    let recorder = Recorder::polite();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let text = format!(
        "[[route]]\nname = \"admin\"\npath = \"/admin\"\nto = \"{0}\"\nallow_methods = [\"POST\"]\n\
        [[route]]\nname = \"rest\"\nto = \"{0}\"\n",
        recorder.url
    );
    std::fs::write(&file, text).unwrap();
    let proxy = proxy(&["--config", file.to_str().unwrap(), "--region", "us-east-1", "--service", "s3"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/admin/x", &[], b"")).status, 405);
    for target in [
        "/%61dmin/x",
        "//admin/x",
        "/./admin/x",
        "/x/../admin/x",
        "/x/%2e%2e/admin/x",
        "/x/..%2fadmin/x",
        "/%2fadmin/x",
        "/admin%2fx",
        "/admin;/x",
        "/%2561dmin/x",
    ] {
        let answer = ask(&proxy, &plain("GET", "h", target, &[], b""));
        assert!([403, 405].contains(&answer.status), "{target}: {} {}", answer.status, answer.text());
    }
    assert!(recorder.heard().is_empty());
    assert_eq!(ask(&proxy, &plain("GET", "h", "/a%20b/c?d=%2e%2e", &[], b"")).status, 200);
}

/// Catches a web page that uses the credentials of a person who views it.
#[test]
fn requests_from_other_sites_pages_are_not_signed() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &[]);
    for (host, site, status) in [
        ("evil.example", "cross-site", 403),
        ("evil.com", "same-origin", 403),
        (proxy.address(), "cross-site", 403),
        (proxy.address(), "same-site", 403),
        (proxy.address(), "same-origin", 200),
        (proxy.address(), "none", 200),
    ] {
        let headers = [("Sec-Fetch-Site", site), ("Origin", "https://evil.example")];
        assert_eq!(ask(&proxy, &plain("POST", host, "/_bulk", &headers, b"x")).status, status, "{host} {site}");
    }
    assert_eq!(recorder.heard().len(), 2);
}

/// Over plain HTTP, browsers do not state where a request to such a name comes from. Catches a page that reads signed
/// answers because its name was made to resolve to this machine.
#[test]
fn names_that_a_site_may_have_are_refused_on_this_machine() {
    let recorder = Recorder::polite();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let text = format!(
        "[[route]]\nname = \"own\"\nhost = \"search.corp.com\"\nto = \"{0}\"\n[[route]]\nname = \"rest\"\nto = \"{0}\"\n",
        recorder.url
    );
    std::fs::write(&file, text).unwrap();
    let proxy = proxy(&["--config", file.to_str().unwrap(), "--region", "us-east-1", "--service", "es"]);
    let status = |host: &str| ask(&proxy, &plain("GET", host, "/_search", &[], b"")).status;
    for own in [proxy.address(), "localhost", "sigvet:8080", "api.local", "search.corp.com", recorder.host()] {
        assert_eq!(status(own), 200, "{own}");
    }
    for other in ["evil.com:8080", "localhost.evil.com", "search.corp.com.evil.com", "127.0.0.1.nip.io"] {
        assert_eq!(status(other), 403, "{other}");
    }
    assert_eq!(recorder.heard().len(), 6);
}

/// Catches a proxy that calls itself until it runs out of memory.
#[test]
fn a_proxy_that_leads_to_itself_says_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = [
        "proxy",
        "--port",
        &free.port().to_string(),
        "--to",
        &format!("http://{free}"),
        "--region",
        "r",
        "--service",
        "s3",
    ];
    let outcome = sigvet_testing::Sigvet::new(&words).run();
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("is the address that this proxy listens on"), "{}", outcome.stderr);
    // Through another proxy, this cannot be known beforehand.
    let second = Recorder::start(move |stream, heard| {
        let text = String::from_utf8_lossy(&heard.bytes()).into_owned();
        let mut back = std::net::TcpStream::connect(free).unwrap();
        back.write_all(text.as_bytes()).unwrap();
        let answer = read_answer(&mut back);
        stream.write_all(format!("{}{}", answer.head, answer.text()).as_bytes()).unwrap();
    });
    let options = ["--port", &free.port().to_string()];
    let proxy = proxy_to(&second.url, &options);
    let answer = ask(&proxy, &plain("GET", "h", "/", &[], b""));
    assert_eq!((answer.status, answer.text().as_str()), (508, "the upstream is this proxy itself\n"));
}
