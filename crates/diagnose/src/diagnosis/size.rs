//! Classifies the size of a request, which determines how far a search goes.
//!
//! A usual request is searched exhaustively. In a larger one, each text costs so much that the time limit decides.
//! A request that no server accepts was refused for its size, so its other possible mistakes do not matter.

use sigvet_core::internal::split_query;
use sigvet_core::request::{Headers, Request};

/// Maximum size of a usual request's head, in bytes. S3 and AWS's load balancers accept 8 to 64 KiB.
const USUAL_BYTES: usize = 16 * 1024;
/// Maximum number of headers and parameters of a usual request.
const USUAL_FIELDS: usize = 200;
/// No server accepts a larger head: Go's `net/http` has the highest default limit, 1 MiB.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// No server accepts more fields: HTTP libraries stop at 100 to 32,768 headers, S3 at 8 KiB of headers.
pub(super) const MOST_FIELDS: usize = 10_000;

/// The size class of a request's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// The size of the requests that clients usually send.
    Usual,
    /// Larger, but a server may still accept it.
    Large,
    /// No server accepts a head of this size.
    Excessive { bytes: usize, fields: usize },
}

impl Size {
    /// The size of a request. `signed` is the number of its signed headers, whether they were sent or not.
    pub(super) fn of_request(request: &Request, signed: usize) -> Self {
        Self::new(request.path(), request.query(), &request.headers, signed)
    }

    pub(super) fn new(path: &[u8], query: Option<&[u8]>, headers: &Headers, signed: usize) -> Self {
        let query = query.unwrap_or_default();
        let of_headers: usize = headers.iter().map(|header| header.name.len() + header.value.len()).sum();
        let fields = headers.len().max(signed) + split_query(query).count();
        Self::of_counts(path.len() + query.len() + of_headers, fields)
    }

    fn of_counts(bytes: usize, fields: usize) -> Self {
        if bytes > MOST_BYTES || fields > MOST_FIELDS {
            Self::Excessive { bytes, fields }
        } else if bytes > USUAL_BYTES || fields > USUAL_FIELDS {
            Self::Large
        } else {
            Self::Usual
        }
    }

    pub(super) fn is_excessive(self) -> bool {
        matches!(self, Self::Excessive { .. })
    }

    /// The number of simultaneous mistakes to try, at most `wanted`.
    pub(super) fn deepest(self, wanted: usize) -> usize {
        if self.is_excessive() { 0 } else { wanted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_parameters_and_bytes_all_count() {
        let mut headers = Headers::default();
        assert_eq!(Size::new(b"/", None, &headers, 0), Size::Usual);
        assert_eq!(Size::new(&vec![b'/'; USUAL_BYTES + 1], None, &headers, 0), Size::Large);
        assert_eq!(Size::new(b"/", Some(&b"a&".repeat(USUAL_FIELDS + 1)), &headers, 0), Size::Large);
        assert!(Size::new(b"/", Some(&b"a&".repeat(MOST_FIELDS + 1)), &headers, 0).is_excessive());
        assert!(Size::new(b"/", None, &headers, MOST_FIELDS + 1).is_excessive());
        headers.push("x", vec![b'a'; MOST_BYTES]).unwrap();
        let size = Size::new(b"/", None, &headers, 0);
        assert_eq!(size, Size::Excessive { bytes: MOST_BYTES + 2, fields: 1 });
        assert_eq!((size.deepest(3), Size::Large.deepest(3)), (0, 3));
    }
}
