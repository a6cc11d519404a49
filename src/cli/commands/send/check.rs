//! Verifies that the download matches the stored object: compares the body of a GET with the checksum in its
//! response.
//!
//! The check runs while the body is written, so that nothing is read twice. Only a whole object can be checked: not
//! a range, and not a multipart object whose checksum is computed from the checksums of its parts (*Checking object
//! integrity in Amazon S3*).

use crate::cli::failure::{Exit, Failure};
use crate::transport::Response;
use sigvet_core::checksum::{ChecksumAlgorithm, ChecksumHasher};

/// A running check, or why there is none.
#[derive(Debug)]
pub enum Check {
    /// The response contains a checksum.
    Running {
        /// The checksum of the body so far.
        hasher: Box<ChecksumHasher>,
        /// The algorithm of the checksum in the response.
        algorithm: ChecksumAlgorithm,
        /// The checksum in the response.
        expected: String,
    },
    /// The response has no checksum.
    Absent,
    /// The response has a checksum that cannot be checked.
    Impossible {
        /// Why the checksum cannot be checked.
        reason: String,
    },
    /// The response does not contain an object.
    NotDue,
}

impl Check {
    /// The check for a response to a request with this method.
    pub fn of(method: &str, response: &Response) -> Self {
        let impossible = |reason: String| Self::Impossible { reason };
        // The response to an upload repeats the checksum of the upload.
        if method != "GET" || !matches!(response.status, 200 | 206) {
            return Self::NotDue;
        }
        match promised(response) {
            None => Self::Absent,
            Some((algorithm, expected)) if is_composite(response, expected) => {
                let header = algorithm.header();
                impossible(format!("{header} is made of the checksums of the object's parts"))
            }
            Some(_) if response.status == 206 => impossible("it is a part of the object".to_owned()),
            Some((algorithm, expected)) => {
                let hasher = Box::new(ChecksumHasher::new(algorithm));
                Self::Running { hasher, algorithm, expected: expected.to_owned() }
            }
        }
    }

    /// Takes the next bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Self::Running { hasher, .. } = self {
            hasher.update(bytes);
        }
    }

    /// The result of the check, at the end of the body.
    ///
    /// # Errors
    /// The body does not match its checksum.
    pub fn finish(self) -> Result<Checked, Failure> {
        match self {
            Self::NotDue => Ok(Checked::NotDue),
            Self::Absent => Ok(Checked::Absent),
            Self::Impossible { reason } => Ok(Checked::No { reason }),
            Self::Running { hasher, algorithm, expected } => {
                let computed = hasher.finish().to_string();
                if computed == expected {
                    return Ok(Checked::Right { algorithm, checksum: computed });
                }
                let message =
                    format!("the body that arrived has {algorithm} {computed}, but the server declared {expected}");
                Err(Failure::new(Exit::TransferFailed, message))
            }
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The body matches its checksum.
    Right {
        /// The algorithm of the checksum.
        algorithm: ChecksumAlgorithm,
        /// The checksum.
        checksum: String,
    },
    /// Unknown, because the response has no checksum.
    Absent,
    /// Unknown, because the checksum in the response is not that of the body.
    No {
        /// Why the checksum could not be checked.
        reason: String,
    },
    /// There was nothing to check.
    NotDue,
}

/// The checksum in a response; S3 stores one per object.
fn promised(response: &Response) -> Option<(ChecksumAlgorithm, &str)> {
    response.headers.iter().find_map(|header| {
        let algorithm = ChecksumAlgorithm::from_header(&header.name)?;
        Some((algorithm, std::str::from_utf8(&header.value).ok()?.trim()))
    })
}

/// Whether a checksum is computed from those of parts: older objects show that by the number of parts, `…==-3`.
fn is_composite(response: &Response, checksum: &str) -> bool {
    let kind = response.headers.first_text("x-amz-checksum-type");
    checksum.contains('-') || kind.is_some_and(|kind| kind.eq_ignore_ascii_case("composite"))
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::Headers;

    use super::*;

    /// The CRC-32 of `123456789` in base64, from Python's `zlib.crc32`.
    const CRC32: (&str, &str) = ("x-amz-checksum-crc32", "y/Q5Jg==");

    fn checked(method: &str, status: u16, headers: &[(&str, &str)]) -> Result<Checked, Failure> {
        let headers = Headers::from_pairs(headers.iter().copied()).unwrap();
        let response = Response { version: "HTTP/1.1".to_owned(), status, reason: String::new(), headers };
        let mut check = Check::of(method, &response);
        check.update(b"1234");
        check.update(b"56789");
        check.finish()
    }

    #[test]
    fn a_whole_object_is_checked() {
        let right = Checked::Right { algorithm: ChecksumAlgorithm::Crc32, checksum: CRC32.1.to_owned() };
        assert_eq!(checked("GET", 200, &[CRC32]).unwrap(), right);
        assert_eq!(checked("GET", 200, &[CRC32, ("x-amz-checksum-type", "FULL_OBJECT")]).unwrap(), right);
        let wrong = checked("GET", 200, &[("x-amz-checksum-crc32", "AAAAAA==")]).unwrap_err();
        assert_eq!(wrong.exit, Exit::TransferFailed);
        assert_eq!(wrong.to_string(), "the body that arrived has crc32 y/Q5Jg==, but the server declared AAAAAA==");
    }

    /// Catches a good download that is refused: each of these has a checksum that is not that of the body.
    #[test]
    fn a_response_that_cannot_be_checked_is_accepted() {
        let wrong = ("x-amz-checksum-crc32", "AAAAAA==");
        for (method, status) in [("PUT", 200), ("HEAD", 200), ("GET", 304), ("GET", 404)] {
            assert_eq!(checked(method, status, &[wrong]).unwrap(), Checked::NotDue, "{method} {status}");
        }
        assert_eq!(checked("GET", 200, &[]).unwrap(), Checked::Absent);
        for (status, headers, reason) in [
            (206, &[wrong][..], "it is a part of the object"),
            (200, &[("x-amz-checksum-crc32", "AAAAAA==-3")], "x-amz-checksum-crc32 is made of"),
            (200, &[wrong, ("x-amz-checksum-type", "COMPOSITE")], "x-amz-checksum-crc32 is made of"),
        ] {
            let Checked::No { reason: found } = checked("GET", status, headers).unwrap() else { panic!("{reason}") };
            assert!(found.starts_with(reason), "{found}");
        }
    }
}
