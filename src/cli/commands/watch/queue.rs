//! From the connections to whoever writes: a bounded queue, for nobody may wait for an explanation but who reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::gateway::forward::{Seen, Witness};

/// What may wait to be written.
const WAITING: usize = 4096;

/// Refused requests of them, whose bodies are in memory.
const HEAVY: usize = 64;

/// What there is to write.
#[derive(Debug)]
pub enum Notice {
    /// A request was answered.
    Seen(Box<Seen>),
    /// A server was not reached.
    Unreached { host: String, problem: String },
    /// The program does not believe the certificate for a host.
    Distrusted { host: String },
    /// What the program speaks with a host passes unseen.
    Unseen { host: String },
    /// The program has ended with this code, or cannot be waited for.
    Ended(std::io::Result<u8>),
}

/// The end where notices go in.
#[derive(Debug)]
pub struct Queue {
    waiting: SyncSender<Notice>,
    counts: Arc<Counts>,
    /// Whether requests that were not refused are wanted too.
    wants_all: bool,
}

/// The end where they come out.
pub struct Notices {
    waiting: Receiver<Notice>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    heavy: AtomicUsize,
    left_out: AtomicUsize,
}

impl Queue {
    /// A queue with its end.
    pub fn new(wants_all: bool) -> (Self, Notices) {
        let (sender, waiting) = sync_channel(WAITING);
        let counts = Arc::new(Counts::default());
        (Self { waiting: sender, counts: Arc::clone(&counts), wants_all }, Notices { waiting, counts })
    }

    /// Says that the program has ended, however much waits.
    pub fn end(&self, code: std::io::Result<u8>) {
        // Nobody writes any more if standard error is gone.
        let _ = self.waiting.send(Notice::Ended(code));
    }

    fn put(&self, notice: Notice) -> bool {
        let is_in = self.waiting.try_send(notice).is_ok();
        if !is_in {
            self.counts.left_out.fetch_add(1, Ordering::Relaxed);
        }
        is_in
    }
}

impl Notices {
    /// Waits for the next.
    pub fn next(&self) -> Option<Notice> {
        let notice = self.waiting.recv().ok()?;
        if matches!(&notice, Notice::Seen(seen) if seen.may_be_refused()) {
            self.counts.heavy.fetch_sub(1, Ordering::Relaxed);
        }
        Some(notice)
    }

    /// How many there was no room for.
    pub fn count_left_out(&self) -> usize {
        self.counts.left_out.load(Ordering::Relaxed)
    }
}

impl Witness for Queue {
    fn saw(&self, seen: Seen) {
        let is_heavy = seen.may_be_refused();
        if !is_heavy && !self.wants_all {
            return;
        }
        if is_heavy && self.counts.heavy.fetch_add(1, Ordering::Relaxed) >= HEAVY {
            self.counts.heavy.fetch_sub(1, Ordering::Relaxed);
            self.counts.left_out.fetch_add(1, Ordering::Relaxed);
        } else if !self.put(Notice::Seen(Box::new(seen))) && is_heavy {
            self.counts.heavy.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn unreached(&self, host: &str, problem: String) {
        self.put(Notice::Unreached { host: host.to_owned(), problem });
    }

    fn distrusted(&self, host: &str) {
        self.put(Notice::Distrusted { host: host.to_owned() });
    }

    fn unseen(&self, host: &str) {
        self.put(Notice::Unseen { host: host.to_owned() });
    }
}
