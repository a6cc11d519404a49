//! Many texts in one buffer, in order, for callers that make millions of them.

use zeroize::Zeroize;

/// Texts, one after another.
#[derive(Default)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Makes room for this many texts of this length.
    pub fn with_capacity(texts: usize, length: usize) -> Self {
        Self { bytes: Vec::with_capacity(texts * length), ends: Vec::with_capacity(texts) }
    }

    /// Appends a text, which `write` writes to the end of the buffer.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Appends other texts.
    pub fn append(&mut self, others: &Self) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&others.bytes);
        self.ends.extend(others.ends.iter().map(|end| start + end));
    }

    /// The texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.bytes[std::mem::replace(&mut start, *end)..*end])
    }
}

impl Zeroize for Texts {
    fn zeroize(&mut self) {
        self.bytes.zeroize();
        self.ends.clear();
    }
}
