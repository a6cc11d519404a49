//! Progress on a terminal: a bar for a transfer, a note for a search.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};

use crate::cli::context::Context;
use crate::cli::screen::Reader;

/// Smaller transfers are finished before anyone can read a bar.
const WORTH_A_BAR: u64 = 8 * 1024 * 1024;

/// Whether progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// If standard error is a terminal.
    Bars,
    /// Never.
    Quiet,
}

/// A progress bar for a transfer of `length` bytes, hidden if nobody would see it.
pub fn bar(what: &'static str, length: Option<u64>, mode: ProgressMode, context: &Context) -> ProgressBar {
    let is_seen =
        context.stderr_is_terminal && mode == ProgressMode::Bars && length.is_some_and(|bytes| bytes >= WORTH_A_BAR);
    let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(length, target).with_message(what).with_finish(ProgressFinish::AndClear);
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left";
    // Our template is valid; if it were not, the plain bar would do.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A counter of the processed records of a list, hidden if nobody would see it or it would be mixed with the
/// output.
pub fn counter(what: &'static str, context: &Context) -> ProgressBar {
    let is_seen = context.stderr_is_terminal && context.stdout.reader() == Reader::Program;
    let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target).with_message(what).with_finish(ProgressFinish::AndClear);
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // A failed write leaves out the rate.
        let _ = write!(out, "{}/s", HumanCount(state.per_sec() as u64));
    };
    match ProgressStyle::with_template("{spinner} {human_pos} {msg}, {rate} {elapsed}") {
        Ok(style) => bar.with_style(style.with_key("rate", rate)),
        Err(_) => bar,
    }
}

/// A search that ends sooner shows no note.
const WORTH_A_NOTE: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(100);

/// A note on standard error that a search is running. It appears after half a second, and is erased when this is
/// dropped.
pub struct SearchNote(Option<(Sender<()>, JoinHandle<()>)>);

/// The note for a search, if somebody would see it.
pub fn search_note(text: &'static str, mode: ProgressMode, context: &Context) -> SearchNote {
    match context.stderr_is_terminal && mode == ProgressMode::Bars {
        true => SearchNote::start(text, WORTH_A_NOTE, ProgressDrawTarget::stderr()),
        false => SearchNote(None),
    }
}

impl SearchNote {
    fn start(text: &'static str, after: Duration, target: ProgressDrawTarget) -> Self {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            if receiver.recv_timeout(after) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, target).with_message(text).with_style(style());
            bar.tick();
            bar.enable_steady_tick(STEP);
            // The other end never sends, it only disconnects.
            let _ = receiver.recv();
            bar.finish_and_clear();
        });
        Self(Some((sender, thread)))
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl Drop for SearchNote {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.0.take() {
            drop(sender);
            // Failing to write a note is not an error.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::io::Result;
    use std::sync::{Arc, Mutex};

    /// A terminal of one line, which keeps its current content and everything it ever contained.
    #[derive(Debug, Clone, Default)]
    struct Terminal(Arc<Mutex<(String, String)>>);

    impl TermLike for Terminal {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> Result<()> {
            let mut shown = self.0.lock().unwrap();
            shown.0.push_str(text);
            shown.1.push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> Result<()> {
            self.0.lock().unwrap().0.clear();
            Ok(())
        }

        fn flush(&self) -> Result<()> {
            Ok(())
        }
    }

    impl Terminal {
        fn target(&self) -> ProgressDrawTarget {
            ProgressDrawTarget::term_like(Box::new(self.clone()))
        }

        fn shown(&self) -> (String, String) {
            let (now, ever) = self.0.lock().unwrap().clone();
            (now.trim().to_owned(), ever.trim().to_owned())
        }
    }

    #[test]
    fn a_note_appears_and_is_erased() {
        let terminal = Terminal::default();
        let note = SearchNote::start("searching", Duration::ZERO, terminal.target());
        while !terminal.shown().0.contains("searching") {
            thread::sleep(Duration::from_millis(5));
        }
        drop(note);
        assert_eq!(terminal.shown().0, "");
    }

    #[test]
    fn a_short_search_shows_no_note() {
        let terminal = Terminal::default();
        drop(SearchNote::start("searching", Duration::from_secs(3_600), terminal.target()));
        assert_eq!(terminal.shown().1, "");
    }
}
