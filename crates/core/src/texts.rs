//! Many texts in one buffer, in order: for what is made by the million.

/// Texts one behind the other.
#[derive(Default)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Room for so many texts of that length.
    pub fn with_capacity(texts: usize, length: usize) -> Self {
        Self { bytes: Vec::with_capacity(texts * length), ends: Vec::with_capacity(texts) }
    }

    /// Appends a text, which is written to the end of the buffer.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// The texts.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.bytes[std::mem::replace(&mut start, *end)..*end])
    }
}
