//! Output that is never cut inside a line: not when the process is stopped, and not in a file when the disk is full.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Once;
use std::time::Duration;

use crate::batch::Ending;
use crate::platform::{self, Gate};

/// A signal waits until what is written behind it is whole.
static GATE: Gate = Gate::new();

static LISTENING: Once = Once::new();

/// How long a signal waits for progress if lines are written to something else than a file: perhaps nobody reads them.
const PATIENCE: Duration = Duration::from_secs(1);

/// The longest write that a pipe takes whole or not at all: `PIPE_BUF` of Linux. A process may be ended in such a write
/// without cutting it.
const AT_ONCE: usize = 4096;

/// From now on, a signal that stops the process waits until whole lines are written.
pub(super) fn stop_between_blocks(is_file: bool) {
    let patience = if is_file { Duration::MAX } else { PATIENCE };
    LISTENING.call_once(|| platform::stop_between(&GATE, patience));
}

/// A stream that is written in blocks of whole records.
pub(super) struct Whole<W> {
    out: W,
    /// What ends a record.
    ending: Ending,
    /// The file below the stream, if it is one whose end can be cut off.
    file: Option<File>,
}

impl<W: Write> Whole<W> {
    /// Writes to a stream, or directly to the file below it.
    pub(super) fn new(out: W, ending: Ending, file: Option<File>) -> Self {
        Self { out, ending, file }
    }

    /// Writes as many whole lines at once as cannot be cut, and a longer line in parts.
    fn write_lines(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let lines = self.ending.whole(&rest[..rest.len().min(AT_ONCE)]).len();
            let length = if lines == 0 { self.ending.first_length(rest) } else { lines };
            let (lines, behind) = rest.split_at(length);
            GATE.pass(|| {
                lines.chunks(AT_ONCE).try_for_each(|part| {
                    self.out.write_all(part)?;
                    self.out.flush()?;
                    GATE.step();
                    Ok::<(), io::Error>(())
                })
            })?;
            rest = behind;
        }
        Ok(())
    }

    fn write_to_file(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.flush()?;
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let start = platform::write_position(file)?;
        let written = file.write_all(bytes);
        if written.is_err() {
            // The first error is the one to report.
            drop(self.cut(bytes, start));
        }
        written
    }

    /// Cuts off the last record of a block that could be written only in part. `start` is where the block begins.
    fn cut(&self, block: &[u8], start: u64) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else { return Ok(()) };
        let end = platform::write_position(file)?;
        let written = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        // If the file continues, this is not its end, and nothing is cut off.
        let Some(written) = block.get(..written).filter(|_| file.metadata().is_ok_and(|found| found.len() == end))
        else {
            return Ok(());
        };
        let kept = start + self.ending.whole(written).len() as u64;
        file.set_len(kept)?;
        file.seek(SeekFrom::Start(kept)).map(drop)
    }
}

impl<W: Write> Write for Whole<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            return self.write_lines(bytes);
        }
        GATE.pass(|| self.write_to_file(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
