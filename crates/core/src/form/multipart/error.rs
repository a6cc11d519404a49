//! Why a body is no form.

/// Why a body is no form. Nothing of the body is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// Another kind of body.
    #[error("the Content-Type is '{presented}'; expected multipart/form-data")]
    ContentType {
        /// As it was sent.
        presented: String,
    },
    /// No boundary to find the parts by.
    #[error("the Content-Type has no boundary")]
    NoBoundary,
    /// Two boundaries: readers differ in which they take, and so in the fields that they find.
    #[error("the Content-Type has two boundaries")]
    BoundaryTwice,
    /// The body does not begin with the boundary.
    #[error("the body does not begin with the boundary of its Content-Type")]
    NoFirstBoundary,
    /// The boundary that ends the body is missing.
    #[error("the body ends in part {part} without its final boundary")]
    BrokenOff {
        /// Counted from 1.
        part: usize,
    },
    /// A part with two names, or two `Content-Disposition` fields: readers differ in which they take.
    #[error("part {part} has two names")]
    NamedTwice {
        /// Counted from 1.
        part: usize,
    },
    /// A part has no name, or its head is not valid.
    #[error("part {part} has no Content-Disposition: form-data with a name")]
    NoName {
        /// Counted from 1.
        part: usize,
    },
}
