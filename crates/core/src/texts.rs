//! Many texts in one buffer, in order: for what is made by the million.

/// Texts one behind the other.
#[derive(Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Room for so many texts of that length.
    pub(crate) fn with_capacity(texts: usize, length: usize) -> Self {
        Self { bytes: Vec::with_capacity(texts * length), ends: Vec::with_capacity(texts) }
    }

    /// Appends a text, which is written to the end of the buffer.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// The texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[*start..*end])
    }
}
