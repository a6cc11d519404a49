//! The bytes pass unchanged.

use std::process::Command;

use super::upstream::Upstream;
use super::world::{OTHER, WATCHED, World, text};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Odd:  a \r\n\r\nhello";

/// Headers and a body in which a proxy that parses and rewrites them would change something.
const ODD: [&str; 10] = [
    "-sS",
    "-X",
    "pAtCh",
    "-H",
    "x-odD:  two  blanks ",
    "-H",
    "X-Odd: again",
    "--data-binary",
    "a\u{e9}\n\n",
    "--path-as-is",
];

/// Catches a header that is added, lost, renamed or moved, and a target or reply that is normalised.
#[test]
fn a_server_receives_the_same_bytes_as_without_us() {
    let world = World::new();
    for (scheme, upstream) in [("https", Upstream::secure(&world, OK)), ("http", Upstream::plain(OK))] {
        let port = upstream.address.rsplit_once(':').unwrap().1;
        let url = format!("{scheme}://{WATCHED}:{port}/a/../b%2f//c?d=%7E&&e");
        let (way, authority) = (format!("::{}", upstream.address), world.authority());
        let direct = Command::new("curl")
            .args(ODD)
            .args(["-i", "--connect-to", &way, "--cacert", text(&authority), &url])
            .output();
        let direct = direct.unwrap();
        assert!(direct.status.success(), "{direct:?}");
        let words = [&["curl"], &ODD[..], &["-i", "--suppress-connect-headers", &url]].concat();
        let watched = world.watch(&upstream.address, &[], &words).run().expect(0);
        let heard = upstream.heard();
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard[0].contains("x-odD:  two  blanks ") && heard[0].starts_with("pAtCh /a/../b%2f//c?d=%7E&&e "));
        assert_eq!(heard[1], heard[0], "{scheme}");
        assert_eq!(watched.text(), String::from_utf8_lossy(&direct.stdout), "{scheme}");
        assert_eq!(watched.stderr, "", "{scheme}");
    }
}

/// Catches a request on a reused connection that goes to the server of the previous request.
#[test]
fn plain_requests_to_two_servers_share_a_connection_to_the_proxy() {
    let world = World::new();
    let (one, two) = (Upstream::plain(OK), Upstream::plain(OK));
    let urls = [&one, &two, &one].map(|upstream| format!("http://{}/{}", upstream.address, upstream.address));
    let program = ["curl", "-sS", &urls[0], &urls[1], &urls[2]];
    let watched = super::world::unrouted(&world, &["--host", "127.0.0.1", "--all"], &program).run().expect(0);
    assert_eq!(watched.text(), "hellohellohello");
    for (upstream, count) in [(one, 2), (two, 1)] {
        let heard = upstream.heard();
        assert_eq!(heard.len(), count);
        assert!(heard.iter().all(|request| request.starts_with(&format!("GET /{} HTTP/1.1\r\n", upstream.address))));
    }
    assert_eq!(watched.stderr.matches("sigvet: 200 GET http://127.0.0.1:").count(), 3, "{}", watched.stderr);
}

/// curl trusts only the upstream's CA: it reaches a host only if the tunnel to it is not intercepted.
#[test]
fn a_host_that_is_not_watched_is_reached_directly() {
    let world = World::new();
    let upstream = Upstream::secure(&world, OK);
    let authority = world.authority();
    let code = |host: &str, options: &[&str]| {
        let url = format!("https://{host}/");
        let program = ["curl", "-s", "--cacert", text(&authority), &url];
        world.watch(&upstream.address, options, &program).run()
    };
    let direct = code(OTHER, &["--all"]).expect(0);
    assert_eq!((direct.text().as_str(), direct.stderr.as_str()), ("hello", ""));
    // sigvet says so, in case the user wonders why nothing is explained.
    for (host, options) in [(WATCHED, &[][..]), (OTHER, &["--host", OTHER]), (OTHER, &["--all-hosts"])] {
        let looked_into = code(host, options).expect(60);
        assert!(looked_into.stderr.contains(&format!("sigvet: {host} is not watched: the program does not trust")));
    }
    assert_eq!(upstream.heard().len(), 1);
}

/// Catches a proxy that terminates TLS and trusts a server whose certificate is invalid.
#[test]
fn a_server_that_is_not_trusted_gets_no_request() {
    let world = World::new();
    let stranger = World::new();
    let upstream = Upstream::secure(&stranger, OK);
    let url = format!("https://{WATCHED}/");
    let refused = world.watch(&upstream.address, &[], &["curl", "-sS", "-w", "%{http_code}", &url]).run().expect(0);
    assert!(refused.text().ends_with("502"), "{}", refused.text());
    assert!(refused.stderr.starts_with(&format!("sigvet: cannot reach {WATCHED}: ")), "{}", refused.stderr);
    assert!(refused.stderr.contains("not trusted"), "{}", refused.stderr);
    assert_eq!(upstream.heard().len(), 0);
}
