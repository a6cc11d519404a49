//! A bounded queue from the connections to the writer, so that only the reader of an explanation has to wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::gateway::forward::{Seen, Witness};

/// Maximum number of waiting notices.
const WAITING: usize = 4096;

/// Maximum number of waiting refused requests, whose bodies are in memory.
const HEAVY: usize = 64;

/// Something to report.
#[derive(Debug)]
pub enum Notice {
    /// A request was answered.
    Seen(Box<Seen>),
    /// A server could not be reached.
    Unreached { host: String, problem: String },
    /// The program does not trust the certificate for a host.
    Distrusted { host: String },
    /// The program's connection to a host passes unseen.
    Unseen { host: String },
    /// The program uses a host that is not watched, and that is on this machine or refused a signed request.
    Unwatched { host: String },
    /// The program has ended.
    Ended {
        /// Its exit code, or why waiting for it failed.
        code: std::io::Result<u8>,
        /// Whether it connected to the proxy.
        was_used: bool,
    },
}

/// The sending end of the queue.
#[derive(Debug)]
pub struct Queue {
    waiting: SyncSender<Notice>,
    counts: Arc<Counts>,
    /// Whether to include requests that were not refused.
    wants_all: bool,
}

/// The receiving end of the queue.
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
    /// A queue and its receiving end.
    pub fn new(wants_all: bool) -> (Self, Notices) {
        let (sender, waiting) = sync_channel(WAITING);
        let counts = Arc::new(Counts::default());
        (Self { waiting: sender, counts: Arc::clone(&counts), wants_all }, Notices { waiting, counts })
    }

    /// Reports that the program has ended, even if the queue is full.
    pub fn end(&self, code: std::io::Result<u8>, was_used: bool) {
        // An error means that standard error is gone and nothing is written any more.
        let _ = self.waiting.send(Notice::Ended { code, was_used });
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
    /// Waits for the next notice.
    pub fn next(&self) -> Option<Notice> {
        let notice = self.waiting.recv().ok()?;
        if matches!(&notice, Notice::Seen(seen) if seen.may_be_refused()) {
            self.counts.heavy.fetch_sub(1, Ordering::Relaxed);
        }
        Some(notice)
    }

    /// Number of notices dropped because the queue was full.
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

    fn unwatched(&self, host: &str) {
        if self.wants_all {
            self.put(Notice::Unwatched { host: host.to_owned() });
        }
    }

    fn refused_unwatched(&self, host: &str) {
        self.put(Notice::Unwatched { host: host.to_owned() });
    }
}
