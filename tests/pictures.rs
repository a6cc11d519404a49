//! Compares the terminal pictures in `docs/pictures/` with the program's current output.
//!
//! Catches an outdated picture in the README. `tests/page` makes the picture of the page, in a browser.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use anstyle_svg::{Palette, Term, VGA};

/// The colours of text and background, in light and dark mode.
const LIGHT: Term = Term::new().fg_color(rgb(0x1f, 0x23, 0x28)).bg_color(rgb(0xf6, 0xf8, 0xfa));
const DARK: Term =
    Term::new().fg_color(rgb(0xe6, 0xed, 0xf3)).bg_color(rgb(0x0d, 0x11, 0x17)).palette(READABLE_ON_DARK);

/// A red that is readable on a dark background.
const READABLE_ON_DARK: Palette = {
    let Palette(mut colors) = VGA;
    colors[1] = anstyle::RgbColor(0xff, 0x7b, 0x72);
    Palette(colors)
};

const fn rgb(red: u8, green: u8, blue: u8) -> anstyle::Color {
    anstyle::Color::Rgb(anstyle::RgbColor(red, green, blue))
}

#[test]
fn the_pictures_of_the_terminal_are_up_to_date() {
    let text = explained();
    for (name, terminal) in [("explain-light.svg", LIGHT), ("explain-dark.svg", DARK)] {
        let path = root().join("docs/pictures").join(name);
        let picture = terminal.render_svg(&text);
        if std::env::var_os("SIGVET_RENEW").is_some() {
            std::fs::write(&path, &picture).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == picture, "stale: {name}; renew it: SIGVET_RENEW=1 cargo test --test pictures");
    }
}

/// The README's first example as a terminal shows it: the command, and the report in colours.
fn explained() -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sigvet"))
        .args(["explain", "-u", "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"])
        .arg(root().join("tests/transcripts/files/refused.http"))
        .env_clear()
        .env("HOME", directory.path())
        .env("CLICOLOR_FORCE", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    format!("$ sigvet explain refused.http\n{}", String::from_utf8(output.stdout).unwrap())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
