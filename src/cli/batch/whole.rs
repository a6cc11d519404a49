//! Output that is never cut inside a line when the process is stopped.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

use crate::locking::locked;
use crate::platform;

/// Held while a block is written.
static GATE: Mutex<()> = Mutex::new(());

static LISTENING: Once = Once::new();

/// From now on, a signal that stops the process waits until the current block is written.
pub(super) fn stop_between_blocks() {
    LISTENING.call_once(|| platform::stop_between(&GATE));
}

/// A stream that is written in whole blocks.
pub(super) struct Whole<W>(pub(super) W);

impl<W: Write> Write for Whole<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let _held = locked(&GATE);
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
