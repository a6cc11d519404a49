//! Processes blocks in parallel and writes them in order, with one worker per processor and no more memory than
//! they need.
//!
//! Each free worker reads the next block, processes it, and parks the result. The worker whose result is next in
//! order writes it and all parked results that follow it. No worker gets more than a few blocks ahead of the
//! output.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::{Condvar, Mutex, PoisonError};

use super::blocks::{Block, Blocks, Ending};
use super::problem::Problem;
use crate::locking::locked;

/// Number of blocks that a worker may be ahead of the output.
const AHEAD: u64 = 4;

/// Records that a worker signs at once: a multiple of the number of SIMD lanes, and few enough that their texts are
/// not a large allocation, which would be returned to the system each time.
pub(super) const AT_ONCE: usize = 64;

/// Turns blocks into output, one after the other.
pub trait Worker {
    /// Appends the result of each record of a block.
    fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished;
}

/// What to report about a block in addition to its output.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Number of records; of CSV, blank lines are none.
    pub records: u64,
    /// Number of records that are wrong or not valid.
    pub wrong: u64,
    /// Number of records of which it is unknown whether they are valid.
    pub unknown: u64,
    /// The record that ends the run; the output is what precedes it.
    pub fatal: Option<Problem>,
}

/// The input and the output of a run.
pub struct Pipe<R, W> {
    /// The records.
    pub input: R,
    /// What ends each record.
    pub ending: Ending,
    /// The number of the first record.
    pub first: u64,
    /// Where the results go.
    pub output: W,
}

/// How a run ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Number of records read.
    pub records: u64,
    /// Number of records that are wrong or not valid.
    pub wrong: u64,
    /// Number of records of which it is unknown whether they are valid.
    pub unknown: u64,
    /// The record that ended the run.
    pub fatal: Option<Problem>,
}

/// Why a run broke off.
#[derive(Debug)]
pub enum Broken {
    /// The input cannot be read.
    Input(io::Error),
    /// The output cannot be written.
    Output(io::Error),
}

/// Processes a stream with `jobs` threads and a worker for each.
///
/// # Errors
/// Input or output failed. Only whole blocks have been written, unless the output itself cut one off.
pub fn run<R: Read + Send, W: Write + Send, P: Worker>(
    pipe: Pipe<R, W>,
    jobs: usize,
    worker: impl Fn() -> P + Sync,
) -> Result<Run, Broken> {
    let shared = Shared {
        source: Mutex::new(Source { blocks: Blocks::new(pipe.input, pipe.ending, pipe.first), next: 0 }),
        drain: Mutex::new(Drain::new(pipe.output)),
        written: Condvar::new(),
        ahead: AHEAD * jobs as u64,
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(|| shared.serve(worker()));
        }
        shared.serve(worker());
    });
    let Drain { mut output, run, broken, .. } = shared.drain.into_inner().unwrap_or_else(PoisonError::into_inner);
    match broken {
        Some(broken) => Err(broken),
        None => output.flush().map(|()| run).map_err(Broken::Output),
    }
}

struct Shared<R, W> {
    source: Mutex<Source<R>>,
    drain: Mutex<Drain<W>>,
    /// Notified when something was written, so that workers that are ahead may continue.
    written: Condvar,
    ahead: u64,
}

struct Source<R> {
    blocks: Blocks<R>,
    /// The number of the next block.
    next: u64,
}

impl<R: Read, W: Write> Shared<R, W> {
    fn serve(&self, mut worker: impl Worker) {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        loop {
            let (number, block) = match self.take(input) {
                Ok(Some(taken)) => taken,
                Ok(None) => break,
                Err(error) => {
                    locked(&self.drain).end(Broken::Input(error));
                    break;
                }
            };
            output.clear();
            let finished = worker.work(&block, &mut output);
            output = self.put(number, BlockResult { text: output, finished });
            input = block.bytes;
        }
        // If the run has ended, workers that wait for room have to notice.
        self.written.notify_all();
    }

    fn take(&self, buffer: Vec<u8>) -> io::Result<Option<(u64, Block)>> {
        let mut source = locked(&self.source);
        if locked(&self.drain).is_ended() {
            return Ok(None);
        }
        let Some(block) = source.blocks.read(buffer)? else { return Ok(None) };
        source.next += 1;
        Ok(Some((source.next - 1, block)))
    }

    /// Parks the result of a block, and writes the results that are next in order. Returns a buffer that is free.
    fn put(&self, number: u64, made: BlockResult) -> Vec<u8> {
        let mut drain = locked(&self.drain);
        while number >= drain.next + self.ahead && !drain.is_ended() {
            drain = self.written.wait(drain).unwrap_or_else(PoisonError::into_inner);
        }
        drain.parked.insert(number, made);
        if drain.write_next() {
            self.written.notify_all();
        }
        drain.free.pop().unwrap_or_default()
    }
}

/// The result of a block.
struct BlockResult {
    text: Vec<u8>,
    finished: Finished,
}

struct Drain<W> {
    output: W,
    /// The number of the block to write next.
    next: u64,
    parked: HashMap<u64, BlockResult>,
    free: Vec<Vec<u8>>,
    run: Run,
    broken: Option<Broken>,
}

impl<W: Write> Drain<W> {
    fn new(output: W) -> Self {
        Self { output, next: 0, parked: HashMap::new(), free: Vec::new(), run: Run::default(), broken: None }
    }

    fn is_ended(&self) -> bool {
        self.broken.is_some() || self.run.fatal.is_some()
    }

    /// Ends the run. Parked results are still written, because they were read before.
    fn end(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// Writes the results that are next in order, and returns whether there were any.
    fn write_next(&mut self) -> bool {
        let before = self.next;
        while let Some(BlockResult { text, finished }) = self.parked.remove(&self.next) {
            self.next += 1;
            let is_lost = matches!(self.broken, Some(Broken::Output(_))) || self.run.fatal.is_some();
            if !is_lost {
                self.run.records += finished.records;
                self.run.wrong += finished.wrong;
                self.run.unknown += finished.unknown;
                self.run.fatal = finished.fatal;
                if let Err(error) = self.output.write_all(&text).and_then(|()| self.output.flush()) {
                    self.end(Broken::Output(error));
                }
            }
            self.free.push(text);
        }
        self.next > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes each record in capitals; `bad` is fatal.
    struct Capitals;

    impl Worker for Capitals {
        fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished {
            let mut finished = Finished::default();
            for (record, (text, _)) in (block.first..).zip(Ending::Newline.split(&block.bytes)) {
                finished.records += 1;
                if text == b"bad" {
                    finished.fatal = Some(Problem::new(record, "bad"));
                    break;
                }
                // Blocks of odd length take longer, so the blocks after them are ready first.
                if block.bytes.len() % 2 == 1 {
                    std::thread::yield_now();
                }
                out.extend(text.to_ascii_uppercase());
                out.push(b'\n');
            }
            finished
        }
    }

    fn run_on(text: &str, jobs: usize, output: impl Write + Send) -> Result<Run, Broken> {
        let pipe = Pipe { input: text.as_bytes(), ending: Ending::Newline, first: 1, output };
        run(pipe, jobs, || Capitals)
    }

    #[test]
    fn order_is_kept_with_any_number_of_workers() {
        let text: String = (0..300_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 2, 5] {
            let mut out = Vec::new();
            let ended = run_on(&text, jobs, &mut out).unwrap();
            assert_eq!(ended, Run { records: 300_000, ..Run::default() });
            assert_eq!(out, text.to_uppercase().into_bytes(), "{jobs} jobs");
        }
    }

    /// Catches output after a record that should have ended the run.
    #[test]
    fn a_fatal_record_ends_the_output() {
        let good: String = (0..50_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 4] {
            let mut out = Vec::new();
            let ended = run_on(&format!("{good}bad\n{good}"), jobs, &mut out).unwrap();
            assert_eq!(ended.fatal, Some(Problem::new(50_001, "bad")));
            assert_eq!(out, good.to_uppercase().into_bytes());
        }
    }

    /// An output whose reader has gone away.
    struct Closed(usize);

    impl Write for Closed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Catches workers that wait for output that will never be written.
    #[test]
    fn a_closed_output_ends_the_run() {
        let text: String = (0..500_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 4] {
            let ended = run_on(&text, jobs, Closed(200_000));
            assert!(matches!(ended, Err(Broken::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe));
        }
    }
}
