//! What a signal waits for before it ends the process: a piece of output that must not be cut.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::locking::locked;

/// Pieces of work that a signal does not interrupt.
#[derive(Debug, Default)]
pub struct Gate {
    held: Mutex<()>,
    is_closed: AtomicBool,
    /// Counts the steps of the work, so that work that makes progress can be told from work that does not.
    steps: AtomicU64,
}

impl Gate {
    /// An open gate.
    pub const fn new() -> Self {
        Self { held: Mutex::new(()), is_closed: AtomicBool::new(false), steps: AtomicU64::new(0) }
    }

    /// Does a piece of work. After the gate was closed, this waits for the end of the process.
    pub fn pass<T>(&self, work: impl FnOnce() -> T) -> T {
        while self.is_closed.load(Ordering::Acquire) {
            std::thread::park();
        }
        let _held = locked(&self.held);
        work()
    }

    /// Notes progress within a piece of work.
    pub fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of steps so far.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// Lets no further work begin, and waits for the end of the current piece.
    pub fn close(&self) -> MutexGuard<'_, ()> {
        self.is_closed.store(true, Ordering::Release);
        locked(&self.held)
    }
}
