//! A bar that shows how far a transfer is, on a terminal and for a transfer that takes a while.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use crate::cli::context::Context;

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
