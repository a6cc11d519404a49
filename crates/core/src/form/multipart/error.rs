//! Why a body is not a form.

/// Why a body is not a form. Nothing of the body is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// The body is not `multipart/form-data`.
    #[error("the Content-Type is '{presented}'; expected multipart/form-data")]
    ContentType {
        /// The `Content-Type` that was sent.
        presented: String,
    },
    /// The `Content-Type` has no boundary.
    #[error("the Content-Type has no boundary")]
    NoBoundary,
    /// The `Content-Type` has two boundaries: readers differ in which they use, and so find different fields.
    #[error("the Content-Type has two boundaries")]
    BoundaryTwice,
    /// The body does not begin with the boundary.
    #[error("the body does not begin with the boundary of its Content-Type")]
    NoFirstBoundary,
    /// The final boundary is missing.
    #[error("the body ends in part {part} without its final boundary")]
    BrokenOff {
        /// Number of the part, counted from 1.
        part: usize,
    },
    /// A part has two names, or two `Content-Disposition` fields: readers differ in which they use.
    #[error("part {part} has two names")]
    NamedTwice {
        /// Number of the part, counted from 1.
        part: usize,
    },
    /// A part has no name, or its head is not valid.
    #[error("part {part} has no Content-Disposition: form-data with a name")]
    NoName {
        /// Number of the part, counted from 1.
        part: usize,
    },
}
