//! Blocks in, blocks out, in order: as many workers as there are processors, and no more memory than they need.
//!
//! Whoever is free reads the next block, works, and parks what it made; whoever made the next one in order writes all that
//! follows from it. Nobody runs further ahead of the output than a few blocks each.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::blocks::{Block, Blocks, Ending};
use super::problem::Problem;

/// Blocks that a worker may be ahead of the output.
const AHEAD: u64 = 4;

/// Records that a worker signs at once: a multiple of the lanes that there are, and few enough that their texts are not a large
/// allocation, which would be returned to the system each time.
pub(super) const AT_ONCE: usize = 64;

/// Makes output of blocks, one after the other.
pub trait Worker {
    /// Appends what becomes of each record of a block.
    fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished;
}

/// What is to be said of a block besides its output.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Records that are wrong, or not valid.
    pub wrong: u64,
    /// The one with which everything ends; its output is what stood before it.
    pub fatal: Option<Problem>,
}

/// What goes in and comes out.
pub struct Pipe<R, W> {
    /// The records.
    pub input: R,
    /// What ends each of them.
    pub ending: Ending,
    /// The number of the first one.
    pub first: u64,
    /// What becomes of them.
    pub output: W,
}

/// How a run ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Records that were read.
    pub records: u64,
    /// Those that are wrong, or not valid.
    pub wrong: u64,
    /// The one with which it ended.
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

/// Works through a stream, with a worker for each of so many threads.
///
/// # Errors
/// Input or output broke off. What was written until then are whole blocks, but for what the output itself cut off.
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
    /// Something was written, so that whoever is ahead may go on.
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
            output = self
                .put(number, Made { text: output, records: block.records + u64::from(block.is_overlong), finished });
            input = block.bytes;
        }
        // Whoever waits for room finds that everything has ended, if it has.
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

    /// Parks what became of a block, and writes what is next in order. Gives back a buffer that nobody needs.
    fn put(&self, number: u64, made: Made) -> Vec<u8> {
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

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What became of a block.
struct Made {
    text: Vec<u8>,
    records: u64,
    finished: Finished,
}

struct Drain<W> {
    output: W,
    /// The number of the block that is written next.
    next: u64,
    parked: HashMap<u64, Made>,
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

    /// What is parked is written all the same: it was read before.
    fn end(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// Writes what is next in order; tells whether anything was.
    fn write_next(&mut self) -> bool {
        let before = self.next;
        while let Some(Made { text, records, finished }) = self.parked.remove(&self.next) {
            self.next += 1;
            let is_lost = matches!(self.broken, Some(Broken::Output(_))) || self.run.fatal.is_some();
            if !is_lost {
                self.run.records += records;
                self.run.wrong += finished.wrong;
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

    /// Writes each record back, in capitals; `bad` is fatal.
    struct Capitals;

    impl Worker for Capitals {
        fn work(&mut self, block: &Block, out: &mut Vec<u8>) -> Finished {
            let mut finished = Finished::default();
            for (record, text) in (block.first..).zip(Ending::Newline.split(&block.bytes)) {
                if text == b"bad" {
                    finished.fatal = Some(Problem { record, what: "bad".to_owned() });
                    break;
                }
                // Blocks of odd length take longer: those behind them are ready first.
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
    fn order_is_kept_however_many_work() {
        let text: String = (0..300_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 2, 5] {
            let mut out = Vec::new();
            let ended = run_on(&text, jobs, &mut out).unwrap();
            assert_eq!(ended, Run { records: 300_000, ..Run::default() });
            assert_eq!(out, text.to_uppercase().into_bytes(), "{jobs} jobs");
        }
    }

    /// Catches output behind a record that everything should have ended with.
    #[test]
    fn what_is_fatal_is_the_end_of_the_output() {
        let good: String = (0..50_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 4] {
            let mut out = Vec::new();
            let ended = run_on(&format!("{good}bad\n{good}"), jobs, &mut out).unwrap();
            assert_eq!(ended.fatal, Some(Problem { record: 50_001, what: "bad".to_owned() }));
            assert_eq!(out, good.to_uppercase().into_bytes());
        }
    }

    /// A reader that has gone away.
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

    /// Catches workers that wait for an output that will never be written.
    #[test]
    fn a_closed_output_ends_it() {
        let text: String = (0..500_000).map(|number| format!("key {number}\n")).collect();
        for jobs in [1, 4] {
            let ended = run_on(&text, jobs, Closed(200_000));
            assert!(matches!(ended, Err(Broken::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe));
        }
    }
}
