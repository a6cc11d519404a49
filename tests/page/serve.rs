//! The page of `sigvet serve`: requests arrive while it is open, and the user may have no mouse, in light or dark mode.

use std::io::{BufRead, BufReader, Write};

use serde_json::Value;
use sigvet_testing::serving::Serving;

use super::devtools::Tab;

/// Starts a server, which reports where its page is.
fn start() -> Serving {
    let server = Serving::start(&[]);
    server.wait_for(&format!("page: {}\n", page(&server)), 1);
    server
}

fn page(server: &Serving) -> String {
    format!("{}/_sigvet/", server.url)
}

/// Sends a request that is correctly signed, or has its path encoded twice.
fn send(server: &Serving, path: &str, options: &[&str]) {
    let url = format!("{}{path}", server.url);
    let words = [&["send", "-s", "--service", "s3", "-o", "/dev/null", &url], options].concat();
    server.sigvet(&words).run().expect(0);
}

/// Sends bytes unchanged.
fn write(server: &Serving, request: &str) {
    let mut stream = server.connect();
    stream.write_all(request.replace("HOST", server.address()).as_bytes()).unwrap();
    let _ = BufReader::new(stream).lines().next();
}

const TWICE: [&str; 2] = ["--encode-path", "twice"];

/// The number of pixel columns by which text overflows the window.
const SPILLED: &str = "document.documentElement.scrollWidth - innerWidth";

/// Catches a list that does not update by itself, a filter that hides nothing, and a refusal that is not announced.
#[test]
fn a_request_arrives_while_the_page_is_open() {
    let server = start();
    let mut tab = Tab::open();
    tab.go(&page(&server));
    tab.wait("document.getElementById('connection').textContent === 'live'");
    assert_eq!(tab.value("document.getElementById('empty').hidden"), Value::Bool(false));
    send(&server, "/bucket/plain", &[]);
    send(&server, "/bucket/a%20b", &TWICE);
    tab.wait("document.querySelectorAll('#requests tr').length === 2");
    let first = tab.value("document.querySelector('#requests tr').innerText");
    let first = first.as_str().unwrap();
    for part in ["403", "refused", "GET", "/bucket/a%20b", "path-double-encoded", "the demo key"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    tab.wait("document.getElementById('announcer').textContent.startsWith('Refused: GET /bucket/a%20b: the path was')");
    assert_eq!(tab.value("document.getElementById('count').textContent"), "2 requests, 1 refused");
    tab.value("document.getElementById('refused').click()");
    let shown = "[...document.querySelectorAll('#requests tr')].filter((row) => row.checkVisibility()).length";
    assert_eq!(tab.value(shown), 1);
    // The filter applies to later requests, and is kept when the page is opened again.
    send(&server, "/bucket/other", &[]);
    tab.wait("document.querySelectorAll('#requests tr').length === 3");
    tab.value("window.isOld = true; location.reload()");
    tab.wait("!window.isOld && document.getElementById('connection')?.textContent === 'live'");
    assert_eq!(tab.value(shown), 1);
    tab.value("document.getElementById('pause').click()");
    send(&server, "/bucket/c%20d", &TWICE);
    tab.wait("document.getElementById('pause').textContent === 'Paused, 1 new'");
    assert_eq!(tab.value(shown), 1);
    tab.value("document.getElementById('pause').click()");
    tab.wait(&format!("{shown} === 2"));
}

/// Catches a path that only works with a mouse, and an invisible focus.
#[test]
fn the_keyboard_alone_leads_to_the_explanation_and_back() {
    let server = start();
    send(&server, "/bucket/a%20b", &TWICE);
    let mut tab = Tab::open();
    tab.go(&page(&server));
    tab.wait("!document.getElementById('controls').hidden");
    for id in ["filter", "refused", "pause"] {
        tab.press("Tab", 9, "");
        assert_eq!(tab.value("document.activeElement.id"), id);
        assert_ne!(tab.value("getComputedStyle(document.activeElement).outlineStyle"), "none", "{id}");
    }
    tab.press("Tab", 9, "");
    assert_eq!(tab.value("document.activeElement.getAttribute('href')"), "/_sigvet/requests/1");
    assert_eq!(tab.value("getComputedStyle(document.activeElement).outlineStyle"), "solid");
    tab.press("Enter", 13, "\r");
    tab.wait("location.pathname === '/_sigvet/requests/1' && document.querySelector('h1')");
    let heading = tab.value("document.querySelector('h1').textContent");
    assert_eq!(heading, "the path was percent-encoded twice");
    for part in ["What is wrong", "Where it went wrong", "What is signed, byte for byte", "What it should have been"] {
        assert_eq!(tab.value(&format!("document.body.innerText.includes('{part}')")), true, "{part}");
    }
    assert!(tab.value("document.querySelectorAll('mark').length").as_u64().unwrap() > 1);
    let curl = tab.value("document.getElementById('curl').textContent");
    assert!(curl.as_str().unwrap().starts_with("curl --path-as-is --globoff --include --header"), "{curl}");
    tab.press("Tab", 9, "");
    tab.press("Enter", 13, "\r");
    tab.wait("location.pathname === '/_sigvet/' && document.querySelector('#requests tr')");
}

/// Catches text that overflows a narrow window, unreadable colours, and elements without a name for screen readers.
#[test]
fn both_pages_are_readable_in_light_and_dark_on_a_phone_and_by_ear() {
    let server = start();
    send(&server, &format!("/bucket/{}", "long".repeat(60)), &[]);
    send(&server, "/bucket/a%20b", &TWICE);
    write(&server, &format!("GET /{} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n", "x".repeat(400)));
    let mut tab = Tab::open();
    for place in ["", "requests/1", "requests/2", "requests/3"] {
        tab.go(&format!("{}{place}", page(&server)));
        let mut brightness = Vec::new();
        for (width, is_dark) in [(360, false), (360, true), (1280, false), (1280, true)] {
            tab.view(width, 800, is_dark);
            assert_eq!(tab.value(SPILLED), 0, "{place} {width} {is_dark}");
            assert_eq!(tab.value(LOW_CONTRAST), Value::Array(Vec::new()), "{place} {width} {is_dark}");
            brightness.push(tab.value(BRIGHTNESS).as_u64().unwrap());
        }
        assert!(brightness[0] > 235 && brightness[1] < 30, "{place}: {brightness:?}");
        assert_eq!(tab.value("document.documentElement.lang"), "en");
        assert_eq!(tab.value(UNNAMED), Value::Array(Vec::new()), "{place}");
        assert_eq!(tab.value("document.querySelectorAll('h1').length"), 1);
    }
    tab.go(&page(&server));
    tab.view(360, 800, false);
    let tree = tab.call("Accessibility.getFullAXTree", serde_json::json!({}));
    let roles: Vec<&str> =
        tree["nodes"].as_array().unwrap().iter().filter_map(|node| node["role"]["value"].as_str()).collect();
    for (role, least) in [("table", 1), ("columnheader", 6), ("row", 4), ("cell", 15), ("searchbox", 1), ("status", 2)]
    {
        let count = roles.iter().filter(|other| **other == role).count();
        assert!(count >= least, "{role}: {count} of {least}");
    }
}

/// Catches a request that runs something in the browser of the person who views it.
#[test]
fn a_hostile_request_is_inert() {
    let server = start();
    let mut tab = Tab::open();
    tab.go(&page(&server));
    tab.wait("document.getElementById('connection').textContent === 'live'");
    let hostile = "'\"><img/src=x/onerror=document.title='ran'><script>document.title='ran'</script>";
    // A target with such characters is refused before it is parsed; one with only quotes and brackets is not.
    write(
        &server,
        &format!(
            "GET /a'b(c)?x='y' HTTP/1.1\r\nHost: HOST\r\nUser-Agent: {hostile}\r\nX-{hostile}: {hostile}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={hostile}/20260301/us-east-1/s3/aws4_request, \
         SignedHeaders=host, Signature={hostile}\r\nConnection: close\r\n\r\n"
        ),
    );
    write(
        &server,
        &format!(
            "GET /b HTTP/1.1\r\nHost: HOST\r\nUser-Agent: {hostile}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={hostile}/20260301/us-east-1/s3/aws4_request, \
         SignedHeaders=host, Signature={hostile}\r\nConnection: close\r\n\r\n"
        ),
    );
    tab.wait("document.querySelectorAll('#requests tr').length === 2");
    let made = "document.querySelectorAll('main img, main script, [onerror]').length";
    assert_eq!((tab.value(made), tab.value("document.title")), (0.into(), "Requests · sigvet".into()));
    for number in [1, 2] {
        tab.go(&format!("{}requests/{number}", page(&server)));
        assert_eq!(tab.value("document.querySelectorAll('img, body script, [onerror]').length"), 0);
        assert_ne!(tab.value("document.title"), "ran");
    }
    // If there were markup, the policy would not let it run.
    let policy = "new Promise((done) => { document.addEventListener('securitypolicyviolation', () => done('held'));
        document.body.insertAdjacentHTML('beforeend', '<img src=x:y onerror=\"document.title=1\">');
        setTimeout(() => done('let go'), 5000); })";
    assert_eq!(tab.value(policy), "held");
}

const BRIGHTNESS: &str =
    "(() => { const parts = getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g);
    return Math.round((+parts[0] + +parts[1] + +parts[2]) / 3); })()";

/// Elements whose text has a contrast below 4.5 to 1 with its background.
const LOW_CONTRAST: &str = "(() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (parts(colour).length < 4) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    document.getAnimations().forEach((animation) => animation.finish());
    const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const ofPage = [...document.body.querySelectorAll('*')].filter((e) => !e.closest('svg, .unseen') && e.checkVisibility() && hasText(e));
    return ofPage.filter((e) => {
        const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05) < 4.5;
    }).map((e) => e.outerHTML.slice(0, 100));
})()";

/// Interactive elements without a name.
const UNNAMED: &str = "[...document.querySelectorAll('a, button, input, table, summary, section')].filter((e) =>
    !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML.slice(0, 100))";
