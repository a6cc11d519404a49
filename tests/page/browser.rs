//! A headless browser: how it renders a page, and screenshots of it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any run takes on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// The headless shell allows windows of any size; those of the full browser are at least 500 pixels wide.
pub const PROGRAM: &str = "chromium-headless-shell";

/// How to look at a page.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub name: &'static str,
    pub size: (u32, u32),
    pub is_dark: bool,
}

/// Desktop and phone, light and dark, and sizes in between.
pub const VIEWS: [View; 5] = [
    View { name: "desktop-light", size: (1280, 900), is_dark: false },
    View { name: "desktop-dark", size: (1280, 900), is_dark: true },
    View { name: "phone-light", size: (390, 844), is_dark: false },
    View { name: "phone-dark", size: (390, 844), is_dark: true },
    View { name: "tablet-light", size: (820, 1180), is_dark: false },
];

/// The document after its scripts have run.
pub fn dump(page: &Path, view: View) -> String {
    run(page, view, &["--dump-dom".to_owned(), "--virtual-time-budget=2000".to_owned()])
}

/// A picture of the top `height` pixels of the page, saved beside it.
pub fn screenshot(page: &Path, view: View, height: u32) -> PathBuf {
    let stem = page.file_stem().unwrap().to_string_lossy();
    let picture = page.with_file_name(format!("{stem}-{}.png", view.name));
    let view = View { size: (view.size.0, height), ..view };
    run(page, view, &[format!("--screenshot={}", picture.display())]);
    picture
}

fn run(page: &Path, view: View, options: &[String]) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-extensions",
    ]);
    command.args(["--disable-background-networking", "--disable-dev-shm-usage", "--force-device-scale-factor=1"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.arg(format!("--window-size={},{}", view.size.0, view.size.1));
    // 0 is dark, 1 is light.
    command.arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!view.is_dark)));
    command.args(options).arg(format!("file://{}", page.display()));
    let output = profile.path().join("output");
    let file = std::fs::File::create(&output).unwrap();
    let child = command.stdin(Stdio::null()).stdout(file).stderr(Stdio::null()).spawn();
    wait(child.unwrap_or_else(|error| panic!("{PROGRAM}: {error}; Debian's package has the same name")));
    String::from_utf8_lossy(&std::fs::read(output).unwrap()).into_owned()
}

fn wait(mut child: Child) {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the browser ended with {status}");
            return;
        }
        if start.elapsed() > TIME_LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the browser did not end within {TIME_LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
