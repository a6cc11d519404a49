//! Faults in the text of a captured request that HTTP/1.1 tells servers to refuse, or that nobody signs.
//!
//! A [`Request`](super::Request) contains what a server acts on. If its text says that in a way that one server reads
//! and another does not, the difference is recorded here, for whoever judges the request. A request that was built from
//! parts has no such faults.

/// One fault in the text of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireFault {
    /// The request line has other blanks than one before the target and one after it (RFC 9112 §3).
    Blanks,
    /// The request line ends in an unknown version of HTTP (RFC 9112 §2.3).
    Version {
        /// The version that was given.
        presented: String,
    },
    /// The target is in absolute form with user information before the host (RFC 9110 §4.2.4).
    UserInformation,
    /// The request has `Transfer-Encoding`, which HTTP/1.0 does not have (RFC 9112 §6.1).
    CodingBeforeItsTime,
    /// A field follows the chunks of `Transfer-Encoding: chunked` (RFC 9112 §7.1.2).
    Trailer {
        /// Name of the field, in lower case.
        name: String,
    },
}
