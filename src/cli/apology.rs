//! The message for a bug in this program. The message of a panic may quote the input, so it is not printed.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

/// The exit code of a panic, the same as Rust's own.
const EXIT_CODE: i32 = 101;

/// Prints an apology instead of a panic's message, and ends the process. An abort could make the system write a
/// core dump.
pub fn install() {
    panic::set_hook(Box::new(|panic| {
        // If standard error is closed, there is no other place to report to.
        drop(write(panic, &mut io::stderr().lock()));
        std::process::exit(EXIT_CODE);
    }));
}

/// Reports where the bug is, without anything that was read.
fn write(panic: &PanicHookInfo<'_>, out: &mut dyn Write) -> io::Result<()> {
    let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let version = env!("CARGO_PKG_VERSION");
    writeln!(out, "error: sigvet {version} has a fault of its own{place}; sorry")?;
    writeln!(out, "  hint: report it as SECURITY.md says, with what you ran, and with example keys in place of yours")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Catches a hook that prints the panic's message, which quotes the text that could not be sliced.
    #[test]
    fn an_apology_reports_the_place_and_not_the_message() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&written);
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let mut text = Vec::new();
            write(panic, &mut text).unwrap();
            sink.lock().unwrap().extend(text);
        }));
        let outcome = panic::catch_unwind(|| panic!("end byte index 10 of wJalrXUtnFEMI"));
        panic::set_hook(default);
        assert!(outcome.is_err());
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(text.contains(file!()) && text.contains("SECURITY.md"), "{text}");
        assert!(!text.contains("wJalr"), "{text}");
    }
}
