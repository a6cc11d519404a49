//! The most recent exchanges, limited in number and in bytes however long the gateway runs.
//!
//! Subscribers are only told that there are new exchanges and then ask for them. A slow reader therefore costs
//! nothing; it misses what was evicted in the meantime.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use sigvet_core::request::{Body, Request};
use sigvet_core::verify::Verdict;
use sigvet_diagnose::Diagnosis;
use tokio::sync::watch;

use super::Exchange;
use crate::locking::locked;

/// Estimated size of an exchange in bytes, not counting its texts.
const OVERHEAD: usize = 2048;

/// The size limits of a journal.
#[derive(Debug, Clone, Copy)]
pub struct JournalLimits {
    /// Maximum number of exchanges.
    pub count: usize,
    /// Maximum total size in bytes (estimated). The last exchange is kept however long it is.
    pub bytes: usize,
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self { count: 500, bytes: 32 * 1024 * 1024 }
    }
}

/// The most recent exchanges.
#[derive(Debug)]
pub struct Journal {
    limits: JournalLimits,
    held: Mutex<Held>,
    last: watch::Sender<u64>,
}

/// An exchange and its place in the journal. Places increase in order of insertion, but an exchange's own number is
/// assigned when its request begins.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The place, from 1.
    pub place: u64,
    /// The exchange.
    pub exchange: Arc<Exchange>,
}

#[derive(Debug, Default)]
struct Held {
    entries: VecDeque<(Entry, usize)>,
    bytes: usize,
    last: u64,
}

impl Journal {
    /// An empty journal.
    pub fn new(limits: JournalLimits) -> Self {
        Self { limits, held: Mutex::default(), last: watch::Sender::new(0) }
    }

    /// Adds an exchange and evicts old ones to make room for it.
    pub fn push(&self, exchange: Arc<Exchange>) {
        let size = size_of_exchange(&exchange);
        let last = {
            let mut held = self.held();
            held.push(exchange, size);
            held.make_room(self.limits);
            held.last
        };
        // Places may arrive out of order here.
        self.last.send_if_modified(|newest| {
            *newest < last && {
                *newest = last;
                true
            }
        });
    }

    /// The remaining exchanges after that place, oldest first.
    pub fn after(&self, place: u64) -> Vec<Entry> {
        let held = self.held();
        let newer = held.entries.iter().rev().map(|(entry, _)| entry).take_while(|entry| entry.place > place);
        let mut newer: Vec<Entry> = newer.cloned().collect();
        newer.reverse();
        newer
    }

    /// The exchange with that number, if it has not been evicted.
    pub fn find(&self, number: u64) -> Option<Arc<Exchange>> {
        let held = self.held();
        let found = held.entries.iter().rev().find(|(entry, _)| entry.exchange.number == number);
        found.map(|(entry, _)| Arc::clone(&entry.exchange))
    }

    /// Receives the last place whenever it changes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// The size limits.
    pub fn limits(&self) -> JournalLimits {
        self.limits
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        locked(&self.held)
    }
}

impl Held {
    fn push(&mut self, exchange: Arc<Exchange>, size: usize) {
        self.last += 1;
        self.bytes += size;
        self.entries.push_back((Entry { place: self.last, exchange }, size));
    }

    fn make_room(&mut self, limits: JournalLimits) {
        while self.entries.len() > limits.count.max(1) || (self.bytes > limits.bytes && self.entries.len() > 1) {
            let Some((_, size)) = self.entries.pop_front() else { return };
            self.bytes -= size;
        }
    }
}

/// Estimated size of an exchange without the constant overhead.
fn size_of_exchange(exchange: &Exchange) -> usize {
    let judgement = &exchange.judgement;
    let of_diagnosis = judgement.diagnosis().map_or(0, size_of_diagnosis);
    OVERHEAD
        + size_of_request(&exchange.request)
        + exchange.reply.len()
        + judgement.verdict().map_or(0, size_of_verdict)
        + of_diagnosis
}

fn size_of_request(request: &Request) -> usize {
    let headers: usize = request.headers.iter().map(|header| header.name.len() + header.value.len() + 48).sum();
    let body = match &request.body {
        Body::Bytes(bytes) | Body::Form { outline: bytes, .. } => bytes.len(),
        Body::Elsewhere { .. } | Body::Unknown => 0,
    };
    request.target().len() + headers + body
}

/// The texts that are signed, and the claim that they came from.
fn size_of_verdict(verdict: &Verdict) -> usize {
    2 * verdict.texts.stages().iter().map(|(_, text)| text.len()).sum::<usize>()
}

fn size_of_diagnosis(diagnosis: &Diagnosis) -> usize {
    let judged = diagnosis.judged.as_ref();
    let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
    let comparisons = diagnosis.comparisons.iter().flat_map(|comparison| &comparison.differences);
    judged.map_or(0, |judged| size_of_request(&judged.request) + size_of_verdict(&judged.verdict))
        + mistakes.map(|made| made.signed.len() + made.expected.len() + 256).sum::<usize>()
        + comparisons.map(|difference| difference.theirs.len() + difference.right.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use sigvet_core::internal::captured_request;
    use sigvet_core::request::Headers;
    use sigvet_core::time::Timestamp;

    use super::*;
    use crate::gateway::Judgement;

    fn exchange(number: u64, reply: usize) -> Arc<Exchange> {
        Arc::new(Exchange {
            upstream: None,
            number,
            request_id: String::new(),
            at: Timestamp::parse("2026-03-01T10:11:12Z").unwrap(),
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            version: "HTTP/1.1",
            request: captured_request("GET", "/", Headers::default(), Body::Bytes(Vec::new())),
            body_length: 0,
            judgement: Judgement::Unread(String::new()),
            key_name: None,
            status: 400,
            code: None,
            reply: vec![b'x'; reply],
            took: Duration::ZERO,
        })
    }

    fn places(journal: &Journal, after: u64) -> Vec<u64> {
        journal.after(after).iter().map(|entry| entry.place).collect()
    }

    /// Catches a list that grows without bound.
    #[test]
    fn a_hundred_thousand_exchanges_take_no_more_than_a_few() {
        let journal = Journal::new(JournalLimits { count: 3, bytes: usize::MAX });
        (1..=100_000).for_each(|number| journal.push(exchange(number, 0)));
        assert_eq!(places(&journal, 0), [99_998, 99_999, 100_000]);
        assert_eq!(journal.held().bytes, 3 * (OVERHEAD + 1), "evicted exchanges are no longer counted");
        assert!(journal.held().entries.capacity() < 16);
    }

    /// Catches a count limit that a few very long exchanges get around.
    #[test]
    fn long_exchanges_push_out_more_than_one() {
        let journal = Journal::new(JournalLimits { count: 100, bytes: 5 * OVERHEAD });
        (1..=4).for_each(|number| journal.push(exchange(number, 0)));
        journal.push(exchange(5, 3 * OVERHEAD));
        assert_eq!(places(&journal, 0), [5]);
        journal.push(exchange(6, 100 * OVERHEAD));
        assert_eq!(places(&journal, 0), [6], "the last one stays");
        journal.push(exchange(7, 0));
        assert_eq!(places(&journal, 0), [7]);
    }

    #[test]
    fn exchanges_are_found_by_number_and_listed_from_a_place_on() {
        let journal = Journal::new(JournalLimits::default());
        [2, 1, 3].into_iter().for_each(|number| journal.push(exchange(number, 0)));
        assert_eq!(places(&journal, 1), [2, 3]);
        assert_eq!(places(&journal, 3), [0; 0]);
        assert_eq!(journal.after(1)[0].exchange.number, 1, "in the order in which they ended");
        assert_eq!(journal.find(2).unwrap().number, 2);
        assert!(journal.find(4).is_none());
        assert_eq!(*journal.subscribe().borrow(), 3);
    }
}
