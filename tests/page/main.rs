//! The page of a diagnosis, in a browser: how it looks on a desktop and on a phone, in light and dark mode.
//!
//! Catches text that overflows the page or other text, colours that cannot be read, and a page that loads or runs
//! something. Pages and pictures are left in `target/tmp/page` for inspection.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod browser;
mod devtools;
mod diagnoses;
mod forms;
mod picture;
mod serve;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use browser::{VIEWS, View, dump, screenshot};
use serde_json::Value;
use sigvet::cli::render::diagnosis::Shown;
use sigvet::cli::render::redact::Redactor;
use sigvet_core::verify::Known;
use sigvet_diagnose::Diagnosis;

const POLICY_START: &str = "<meta http-equiv=\"Content-Security-Policy\"";

fn html(diagnosis: &Diagnosis) -> String {
    let redactor = Redactor::none();
    let (known, reply) = (Known::WHOLE, None);
    Shown { diagnosis, known, reply, further_notes: &[], redactor: &redactor, show_secrets: false, milliseconds: 41 }
        .to_html()
}

fn write(name: &str, html: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join(format!("{name}.html"));
    std::fs::write(&path, html).unwrap();
    path
}

/// The page without its policy, with something appended.
fn unguarded(html: &str, end: &str) -> String {
    let (before, rest) = html.split_once(POLICY_START).unwrap();
    let (_, after) = rest.split_once('>').unwrap();
    format!("{before}{}", after.replace("</body>", &format!("{end}</body>")))
}

/// What a person sees of the page.
fn measured(name: &str, html: &str, view: View) -> Value {
    let script = format!("<script>{}</script>", include_str!("measure.js"));
    let page = write(&format!("{name}-measured-{}", view.name), &unguarded(html, &script));
    let document = dump(&page, view);
    std::fs::remove_file(page).unwrap();
    let (_, rest) = document.split_once("<title>MEASURED").unwrap_or_else(|| panic!("{name}: nothing was measured"));
    let json = rest.split_once("</title>").unwrap().0;
    let json = json.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    serde_json::from_str(&json).unwrap()
}

/// Renders a page in each view, takes pictures, and returns the measurements.
fn looked_at(name: &str, diagnosis: &Diagnosis) -> Vec<Value> {
    let html = html(diagnosis);
    let page = write(name, &html);
    let look = |view: View| {
        let seen = measured(name, &html, view);
        let height = u32::try_from(seen["height"].as_u64().unwrap()).unwrap();
        let picture = screenshot(&page, view, height.clamp(view.size.1, 16_000));
        assert!(std::fs::metadata(picture).unwrap().len() > 5_000);
        check(name, view, &seen);
        seen
    };
    VIEWS.into_iter().map(look).collect()
}

/// What applies to every page. If the machine has no fonts, everything is blank.
fn check(name: &str, view: View, seen: &Value) {
    let none = Value::Array(Vec::new());
    for fault in ["blank", "overlaps", "spills", "lowContrast", "tooWide"] {
        assert_eq!(seen[fault], none, "{name}, {view:?}: {fault}");
    }
    for fault in ["loaded", "unnamed", "doubledIds"] {
        assert_eq!(seen[fault], 0, "{name}, {view:?}: {fault}");
    }
    assert_eq!(seen["width"], view.size.0, "{name}, {view:?}");
    assert_eq!(seen["contentWidth"], view.size.0, "{name}, {view:?}");
    assert_eq!(seen["pictures"], 1, "{name}, {view:?}");
    assert!(seen["headlineTop"].as_f64().unwrap() < 300.0, "{name}, {view:?}: the verdict is not seen at once");
    let headings = seen["headings"].as_str().unwrap();
    let levels: Vec<u32> = headings.chars().filter_map(|level| level.to_digit(10)).collect();
    assert!(levels.first() == Some(&1) && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{headings}");
}

/// All views look the same except for the colours, which differ in dark mode.
fn check_colours(seen: &[Value]) {
    let background = |at: usize| seen[at]["background"].as_str().unwrap();
    assert_eq!((background(0), background(1)), (background(2), background(3)));
    let brightness = |colour: &str| {
        let digits = colour.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
        digits.take(3).sum::<u32>() / 3
    };
    assert!(brightness(background(0)) > 235 && brightness(background(1)) < 30, "{seen:?}");
}

#[test]
fn two_mistakes_are_seen_in_every_view() {
    let seen = looked_at("two-mistakes", &diagnoses::two_mistakes());
    check_colours(&seen);
    for seen in &seen {
        assert!(seen["verdict"].as_str().unwrap().eq_ignore_ascii_case("not valid"), "{seen}");
        let headline = seen["headline"].as_str().unwrap();
        assert!(headline.to_lowercase().starts_with("the path was encoded twice, and the host was"), "{headline}");
        assert!(seen["marks"].as_u64().unwrap() >= 8, "{seen}");
        let wrong = seen["wrongInPicture"].to_string();
        assert!(wrong.contains("\"path\"") && wrong.contains("\"headers\"") && !wrong.contains("\"query\""), "{wrong}");
    }
}

#[test]
fn a_mistake_in_the_scope_is_seen_in_the_key() {
    for seen in looked_at("wrong-region", &diagnoses::wrong_region()) {
        let wrong = seen["wrongInPicture"].to_string();
        assert!(
            wrong.contains("\"us-east-1\"") && wrong.contains("\"scope\"") && !wrong.contains("\"path\""),
            "{wrong}"
        );
    }
}

#[test]
fn hostile_text_does_not_break_the_page() {
    for seen in looked_at("hostile", &diagnoses::hostile()) {
        assert!(seen["marks"].as_u64().unwrap() >= 2, "{seen}");
    }
}

#[test]
fn a_valid_request_has_nothing_marked() {
    for seen in looked_at("valid", &diagnoses::valid()) {
        assert_eq!((&seen["marks"], seen["wrongInPicture"].as_array().unwrap().len()), (&Value::from(0), 0));
    }
}

#[test]
fn an_unknown_verdict_says_what_would_tell_more() {
    let diagnosis = diagnoses::unknown();
    looked_at("unknown", &diagnosis);
    assert!(html(&diagnosis).contains("What else would help"));
}

/// A canary in the page would reach the server, but the page's policy prevents it.
#[test]
fn the_policy_lets_nothing_out() {
    let (address, heard) = listen();
    let canary = format!("<img src=\"http://{address}/\" alt=\"\">");
    let html = html(&diagnoses::valid());
    let guarded = html.replace("</body>", &format!("{canary}<script>document.title='ran'</script></body>"));
    let document = dump(&write("canary-guarded", &guarded), VIEWS[0]);
    assert!(heard.recv_timeout(Duration::from_millis(500)).is_err() && !document.contains("<title>ran"));
    dump(&write("canary-free", &unguarded(&html, &canary)), VIEWS[0]);
    assert!(heard.recv_timeout(Duration::from_secs(5)).is_ok(), "the test cannot tell");
}

/// A server that reports each connection; it ends with the test's process.
fn listen() -> (SocketAddr, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, receiver) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            if heard.send(()).is_err() {
                break;
            }
        }
    });
    (address, receiver)
}
