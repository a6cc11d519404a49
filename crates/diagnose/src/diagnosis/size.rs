//! How large a request is, and how far that lets a search go.
//!
//! A usual request is searched to the end. Of a larger one each text costs so much that the clock decides. What no server
//! takes was refused for its size: which of a million mistakes it would have had besides, nobody asks.

use sigvet_core::internal::split_query;
use sigvet_core::request::{Headers, Request};

/// What the head of a usual request may hold, in bytes: S3 and the load balancers of AWS take 8 to 64 KiB.
const USUAL_BYTES: usize = 16 * 1024;
/// The most headers and parameters of a usual request.
const USUAL_FIELDS: usize = 200;
/// What no server takes: Go's `net/http` has the widest limit by default, 1 MiB.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// What no server takes: HTTP libraries stop at 100 to 32,768 headers, S3 at 8 KiB of them.
pub(super) const MOST_FIELDS: usize = 10_000;

/// How large the head of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// As clients send them.
    Usual,
    /// Larger; a server may take it all the same.
    Large,
    /// No server takes it.
    Excessive { bytes: usize, fields: usize },
}

impl Size {
    /// The size of a request, of which so many headers are signed, sent or not.
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

    /// So many mistakes at once may be tried.
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
