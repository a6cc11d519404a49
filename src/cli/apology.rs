//! What a fault of this program says. The message of a panic may quote the input, so it is not printed.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

/// The exit code of a panic, as Rust's own.
const EXIT_CODE: i32 = 101;

/// Prints an apology instead of the message of a panic, and ends the process. An abort would have the system write a core.
pub fn install() {
    panic::set_hook(Box::new(|panic| {
        // There is no place left to report to if standard error is gone.
        drop(write(panic, &mut io::stderr().lock()));
        std::process::exit(EXIT_CODE);
    }));
}

/// Tells where the fault is, and nothing of what was read.
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

    /// Catches a hook that prints the message: it quotes the text that could not be cut.
    #[test]
    fn an_apology_says_where_and_not_what() {
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
