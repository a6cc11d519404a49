//! What stood in the text of a captured request that HTTP/1.1 tells servers to refuse, or that nobody signs.
//!
//! A [`Request`](super::Request) holds what a server acts on. Where the text says it in a way that one server reads and another
//! does not, that is lost in it, and kept here for whoever judges. A request that was put together from parts has none of it.

/// One such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireFault {
    /// There are other blanks in the request line than one before the target and one behind it (RFC 9112 §3).
    Blanks,
    /// No version of HTTP that a request line can name (RFC 9112 §2.3).
    Version {
        /// What stands in its place.
        presented: String,
    },
    /// The target of absolute form has a user before the host (RFC 9110 §4.2.4).
    UserInformation,
    /// `Transfer-Encoding` in HTTP/1.0, which does not know it (RFC 9112 §6.1).
    CodingBeforeItsTime,
    /// A field that follows the chunks of `Transfer-Encoding: chunked` (RFC 9112 §7.1.2).
    Trailer {
        /// Its name, in lower case.
        name: String,
    },
}
