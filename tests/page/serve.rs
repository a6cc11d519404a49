//! The page of `sigvet serve`: requests come in while it is open, and whoever looks has a mouse or none, by day or by night.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::devtools::Tab;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// A running server, which ends when it is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut command = sigvet();
        command.args(["serve", "--demo-keys", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let second = lines.next().unwrap().unwrap();
        // What is logged has to be read by somebody.
        std::thread::spawn(move || lines.for_each(drop));
        let address = first.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{first}")).to_owned();
        assert_eq!(second, format!("page: http://{address}/_sigvet/"));
        Self { process, address }
    }

    fn page(&self) -> String {
        format!("http://{}/_sigvet/", self.address)
    }

    /// Sends a request that is signed rightly, or with its path encoded twice.
    fn send(&self, path: &str, options: &[&str]) {
        let mut command = sigvet();
        command.args(["send", "-s", "--region", "us-east-1", "--service", "s3", "-o", "/dev/null"]).args(options);
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", SECRET);
        assert!(command.arg(format!("http://{}{path}", self.address)).status().unwrap().success());
    }

    /// Sends bytes as they are.
    fn write(&self, request: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.replace("HOST", &self.address).as_bytes()).unwrap();
        let _ = BufReader::new(stream).lines().next();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn sigvet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
    command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

const TWICE: [&str; 2] = ["--encode-path", "twice"];

/// How many columns of text run out of the window.
const SPILLED: &str = "document.documentElement.scrollWidth - innerWidth";

/// Catches a list that does not grow by itself, a filter that hides nothing, and a refusal that is not announced.
#[test]
fn a_request_arrives_while_the_page_is_open() {
    let server = Server::start();
    let mut tab = Tab::open();
    tab.go(&server.page());
    tab.wait("document.getElementById('connection').textContent === 'live'");
    assert_eq!(tab.value("document.getElementById('empty').hidden"), Value::Bool(false));
    server.send("/bucket/plain", &[]);
    server.send("/bucket/a%20b", &TWICE);
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
    // The filter holds for what comes later, and is still there when the page is opened again.
    server.send("/bucket/other", &[]);
    tab.wait("document.querySelectorAll('#requests tr').length === 3");
    tab.value("window.isOld = true; location.reload()");
    tab.wait("!window.isOld && document.getElementById('connection')?.textContent === 'live'");
    assert_eq!(tab.value(shown), 1);
    tab.value("document.getElementById('pause').click()");
    server.send("/bucket/c%20d", &TWICE);
    tab.wait("document.getElementById('pause').textContent === 'Paused, 1 new'");
    assert_eq!(tab.value(shown), 1);
    tab.value("document.getElementById('pause').click()");
    tab.wait(&format!("{shown} === 2"));
}

/// Catches a way that only a mouse can go, and a focus that nobody sees.
#[test]
fn the_keyboard_alone_leads_to_the_explanation_and_back() {
    let server = Server::start();
    server.send("/bucket/a%20b", &TWICE);
    let mut tab = Tab::open();
    tab.go(&server.page());
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

/// Catches text that runs out of a narrow window, colours that cannot be read, and names that a screen reader has to guess.
#[test]
fn both_pages_are_read_by_day_and_by_night_on_a_phone_and_by_ear() {
    let server = Server::start();
    server.send(&format!("/bucket/{}", "long".repeat(60)), &[]);
    server.send("/bucket/a%20b", &TWICE);
    server.write(&format!("GET /{} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n", "x".repeat(400)));
    let mut tab = Tab::open();
    for place in ["", "requests/1", "requests/2", "requests/3"] {
        tab.go(&format!("{}{place}", server.page()));
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
    tab.go(&server.page());
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

/// Catches a request that runs something in the browser of whoever looks at it.
#[test]
fn a_hostile_request_is_inert() {
    let server = Server::start();
    let mut tab = Tab::open();
    tab.go(&server.page());
    tab.wait("document.getElementById('connection').textContent === 'live'");
    let hostile = "'\"><img/src=x/onerror=document.title='ran'><script>document.title='ran'</script>";
    // A target with such characters is refused before it is read; one in quotes and brackets alone is not.
    server.write(&format!(
        "GET /a'b(c)?x='y' HTTP/1.1\r\nHost: HOST\r\nUser-Agent: {hostile}\r\nX-{hostile}: {hostile}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={hostile}/20260301/us-east-1/s3/aws4_request, \
         SignedHeaders=host, Signature={hostile}\r\nConnection: close\r\n\r\n"
    ));
    server.write(&format!(
        "GET /b HTTP/1.1\r\nHost: HOST\r\nUser-Agent: {hostile}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={hostile}/20260301/us-east-1/s3/aws4_request, \
         SignedHeaders=host, Signature={hostile}\r\nConnection: close\r\n\r\n"
    ));
    tab.wait("document.querySelectorAll('#requests tr').length === 2");
    let made = "document.querySelectorAll('main img, main script, [onerror]').length";
    assert_eq!((tab.value(made), tab.value("document.title")), (0.into(), "Requests · sigvet".into()));
    for number in [1, 2] {
        tab.go(&format!("{}requests/{number}", server.page()));
        assert_eq!(tab.value("document.querySelectorAll('img, body script, [onerror]').length"), 0);
        assert_ne!(tab.value("document.title"), "ran");
    }
    // Were there markup, the policy would not let it run.
    let policy = "new Promise((done) => { document.addEventListener('securitypolicyviolation', () => done('held'));
        document.body.insertAdjacentHTML('beforeend', '<img src=x:y onerror=\"document.title=1\">');
        setTimeout(() => done('let go'), 5000); })";
    assert_eq!(tab.value(policy), "held");
}

const BRIGHTNESS: &str =
    "(() => { const parts = getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g);
    return Math.round((+parts[0] + +parts[1] + +parts[2]) / 3); })()";

/// Elements whose text has less contrast than 4.5 to 1 with what lies behind it.
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

/// What can be used and has no name.
const UNNAMED: &str = "[...document.querySelectorAll('a, button, input, table, summary, section')].filter((e) =>
    !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML.slice(0, 100))";
