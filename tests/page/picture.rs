//! The picture of a page in `docs/pictures/`: the page that the program writes for the README's first example.

use std::path::Path;
use std::process::Command;

use crate::browser::{VIEWS, View, screenshot};

/// The visible part of the page: its top, down to the drawing of where the mistake was made.
const HEIGHT: u32 = 1000;

/// Catches a committed picture that was not renewed, by its size alone: fonts render a page differently on each
/// machine.
#[test]
fn the_picture_of_the_page_is_one_of_this_size() {
    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page/readme.html");
    std::fs::create_dir_all(page.parent().unwrap()).unwrap();
    write_page(&page);
    let view = View { size: (1000, HEIGHT), ..VIEWS[0] };
    let picture = std::fs::read(screenshot(&page, view, HEIGHT)).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/page.png");
    if std::env::var_os("SIGVET_RENEW").is_some() {
        std::fs::write(&committed, &picture).unwrap();
    }
    let committed = std::fs::read(committed).unwrap();
    assert_eq!(size(&committed), size(&picture), "stale; renew it: SIGVET_RENEW=1 cargo test --test page");
}

fn write_page(path: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_sigvet"))
        .args(["explain", "-u", "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "--html"])
        .arg(path)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts/files/refused.http"))
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

/// Width and height of a PNG (its specification, §11.2.1).
fn size(png: &[u8]) -> [u32; 2] {
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
}
