//! The kind of refusal in a reply, from its code, and from its message if the code is ambiguous.

use super::Reply;

/// Why a server refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The signature differs from the one that the server computed.
    Signature,
    /// The time of the request is too far from the server's clock.
    Clock,
    /// The scope names a region other than the server's, or the bucket is in another region.
    Region,
    /// The scope names a service other than the server's.
    Service,
    /// The server does not know the key.
    Key,
    /// The session token is wrong or has expired.
    Token,
    /// The presigned URL has expired.
    Expired,
    /// The body differs from the declared one.
    Payload,
    /// Headers were sent but not signed that should have been signed.
    UnsignedHeaders,
    /// The authorization cannot be parsed, or contradicts itself.
    Malformed,
    /// The signature was accepted or not checked, but permission is missing.
    Denied,
    /// Anything that is not a refusal of a signature.
    Other,
}

/// Messages about an unreadable authorization, under codes with several meanings.
const MALFORMED: &[&str] = &[
    "missing authentication token",
    "only one auth mechanism",
    "authorization mechanism you have provided is not supported",
    "missing required header for this request",
    "not a valid key=value pair",
    "authorization header requires",
];

/// Messages about a clock, under any code.
const CLOCK: &[&str] = &[
    "signature expired",
    "not yet current",
    "not yet valid",
    "date is too old",
    "difference between the request time",
];

impl Kind {
    pub(super) fn of(reply: &Reply) -> Self {
        let code = reply.code.as_deref().unwrap_or_default();
        let message = reply.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        let of_message = if is_about_authorization(code) { Self::of_message(&message) } else { None };
        of_message.or_else(|| Self::of_code(code)).unwrap_or_else(|| Self::of_status(reply))
    }

    fn of_message(message: &str) -> Option<Self> {
        let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
        Some(match () {
            () if says(CLOCK) => Self::Clock,
            () if says(&["request has expired"]) => Self::Expired,
            () if says(&["region is wrong", "is wrong; expecting", "a valid region", "unexpected scope"]) => {
                Self::Region
            }
            () if says(&["scoped to correct service"]) => Self::Service,
            () if says(&["which were not signed"]) => Self::UnsignedHeaders,
            () if says(&["date in credential scope"]) => Self::Malformed,
            () if says(MALFORMED) => Self::Malformed,
            () if says(&["security token included in the request is expired"]) => Self::Token,
            () if says(&["access key has length", "security token included in the request is invalid"]) => Self::Key,
            () if says(&["request signature we calculated", "invalid signature", "signature validation failed"]) => {
                Self::Signature
            }
            () => return None,
        })
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "SignatureDoesNotMatch" | "InvalidSignature" | "InvalidSignatureException" => Self::Signature,
            "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Self::Clock,
            "ExpiredRequest" => Self::Expired,
            "PermanentRedirect" | "TemporaryRedirect" | "InvalidRegion" | "IllegalLocationConstraintException" => {
                Self::Region
            }
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "NotSignedUp"
            | "InvalidSecurity"
            | "AuthFailure" => Self::Key,
            "InvalidToken" | "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Self::Token,
            "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch" | "BadDigest" => Self::Payload,
            "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => Self::Malformed,
            "AccessDenied" | "AccessDeniedException" | "Forbidden" | "ForbiddenException" => Self::Denied,
            _ => return None,
        })
    }

    /// The kind of a reply to a HEAD request, which has no body; a header shows that a bucket is elsewhere.
    fn of_status(reply: &Reply) -> Self {
        match (reply.status, &reply.code) {
            (Some(301 | 307 | 400), None) if reply.region.is_some() => Self::Region,
            (Some(401 | 403), None) => Self::Denied,
            _ => Self::Other,
        }
    }
}

/// Whether only the message says what is wrong with the authorization.
fn is_about_authorization(code: &str) -> bool {
    let by_signature = matches!(Kind::of_code(code), Some(Kind::Signature | Kind::Malformed | Kind::Denied));
    by_signature || matches!(code, "" | "InvalidArgument" | "InvalidRequest")
}
