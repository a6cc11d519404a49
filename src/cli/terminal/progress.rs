//! How far something is that takes a while, on a terminal: a bar for a transfer, a note for a search.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use crate::cli::context::Context;
use crate::cli::screen::Reader;

/// Transfers below this are over before a bar is read.
const WORTH_A_BAR: u64 = 8 * 1024 * 1024;

/// Whether the user wants to see bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// Where they can be seen.
    Bars,
    /// Never.
    Quiet,
}

/// A bar for a transfer of that many bytes, hidden where nobody would see it.
pub fn bar(what: &'static str, length: Option<u64>, mode: ProgressMode, context: &Context) -> ProgressBar {
    let is_seen =
        context.stderr_is_terminal && mode == ProgressMode::Bars && length.is_some_and(|bytes| bytes >= WORTH_A_BAR);
    let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(length, target).with_message(what).with_finish(ProgressFinish::AndClear);
    let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left";
    // A template of our own is sound; were it not, the plain bar would do.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A count of what a list has had worked through, hidden where nobody would see it or where it would stand among the output.
pub fn counter(what: &'static str, context: &Context) -> ProgressBar {
    let is_seen = context.stderr_is_terminal && context.stdout.reader() == Reader::Program;
    let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target).with_message(what).with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template("{spinner} {human_pos} {msg}, {per_sec} {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A search that is over before has nothing to say.
const WORTH_A_NOTE: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(100);

/// A note on standard error that a search is going on. It appears after half a second, and is erased when this is dropped.
pub struct SearchNote(Option<(Sender<()>, JoinHandle<()>)>);

/// The note of a search, if somebody would see it.
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
            // The other end only ever hangs up.
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
            // A note that could not be written is no reason to fail.
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

    /// A terminal of one line, which keeps what stands in it and all that ever did.
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
    fn a_search_that_is_soon_over_says_nothing() {
        let terminal = Terminal::default();
        drop(SearchNote::start("searching", Duration::from_secs(3_600), terminal.target()));
        assert_eq!(terminal.shown().1, "");
    }
}
