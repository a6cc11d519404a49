//! The known differences between sigvet and `aws-sigv4`: each with its reason, an exact predicate, and an example.

use crate::case::{Case, Form, Payload, Service};

pub struct Disagreement {
    pub reason: &'static str,
    /// Whether the signatures of a case differ for this reason.
    pub concerns: fn(&Case) -> bool,
    pub example: fn() -> Case,
}

pub const DISAGREEMENTS: [Disagreement; 7] = [
    Disagreement {
        reason: "S3 path: aws-sigv4 signs the wire path as it is, and relies on its SDK to have encoded it; S3 decodes the \
                 path and encodes each byte once, %2F among them becoming a slash, and so do we",
        concerns: |case| case.service == Service::S3 && !is_encoded_once(case.path.as_bytes()),
        example: || Case { path: "/a+b".to_owned(), ..Case::default() },
    },
    Disagreement {
        reason: "query that is no UTF-8: aws-sigv4 signs U+FFFD for what it cannot decode; here each byte stays what it is",
        concerns: |case| !decodes_to_utf8(case.query.as_deref().unwrap_or_default()),
        example: || Case { query: Some("k=%E9".to_owned()), ..Case::default() },
    },
    Disagreement {
        reason: "tabs of header values: aws-sigv4 keeps them; outer ones are no part of the value (RFC 9110 §5.5), and inner \
                 ones are folded by botocore, awscrt and the servers that were asked",
        concerns: |case| case.headers.iter().any(|(name, value)| is_signed_by_both(name, case) && has_tab(value)),
        example: || with_header("x-custom", "a\tb"),
    },
    Disagreement {
        reason: "headers of one hop: aws-sigv4 leaves out four headers, sigvet all that connections and proxies rewrite",
        concerns: |case| case.headers.iter().any(|(name, _)| is_hop_header(name)),
        example: || with_header("Connection", "keep-alive"),
    },
    Disagreement {
        reason: "presigned x-amz-user-agent and x-amz-checksum-mode: aws-sigv4 leaves them out for its SDK's sake; S3 refuses \
                 x-amz-* headers that are sent and not signed",
        concerns: |case| case.form == Form::Query && case.headers.iter().any(|(name, _)| is_sdk_header(name)),
        example: || Case {
            form: Form::Query,
            payload: Payload::Unsigned,
            ..with_header("x-amz-checksum-mode", "ENABLED")
        },
    },
    Disagreement {
        reason: "presigned payload that is not what the service assumes: sigvet binds x-amz-content-sha256, without which \
                 the server could not know it; aws-sigv4 signs the hash and declares it nowhere",
        concerns: |case| case.form == Form::Query && case.payload != assumed_payload(case.service),
        example: || Case { form: Form::Query, payload: Payload::Hashed, ..Case::default() },
    },
    Disagreement {
        reason: "host in capitals: aws-sigv4 signs it as the URL has it; HTTP clients send, and sigvet signs, lower case",
        concerns: |case| case.host.bytes().any(|byte| byte.is_ascii_uppercase()),
        example: || Case { host: "H.Example", ..Case::default() },
    },
];

fn with_header(name: &str, value: &str) -> Case {
    Case { headers: vec![(name.to_owned(), value.to_owned())], ..Case::default() }
}

/// Whether a path has only unreserved bytes, slashes, and upper-case escapes of bytes that need one; `/` never does.
fn is_encoded_once(path: &[u8]) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match path {
        [] => true,
        [b'%', high, low, rest @ ..] => {
            let upper = [high, low].iter().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(digit));
            let escaped = || u8::from_str_radix(std::str::from_utf8(&path[1..3]).unwrap(), 16).unwrap();
            upper && !unreserved(escaped()) && escaped() != b'/' && is_encoded_once(rest)
        }
        [byte, rest @ ..] => (unreserved(*byte) || *byte == b'/') && is_encoded_once(rest),
    }
}

/// Whether a query decodes to UTF-8. Names and values are decoded separately, so bytes of two of them never form one
/// character.
fn decodes_to_utf8(query: &str) -> bool {
    let decoded = |text: &str| {
        let bytes: Vec<u8> = text.bytes().collect();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let escape = bytes.get(at + 1..at + 3).filter(|digits| bytes[at] == b'%' && digits.is_ascii());
            let byte = escape.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).ok());
            out.push(byte.unwrap_or(bytes[at]));
            at += if byte.is_some() { 3 } else { 1 };
        }
        out
    };
    query.split(['&', '=']).all(|text| String::from_utf8(decoded(text)).is_ok())
}

fn has_tab(value: &str) -> bool {
    value.contains('\t')
}

fn is_hop_header(name: &str) -> bool {
    ["connection", "accept-encoding", "via"].contains(&name.to_ascii_lowercase().as_str())
}

fn is_sdk_header(name: &str) -> bool {
    ["x-amz-user-agent", "x-amz-checksum-mode"].contains(&name.to_ascii_lowercase().as_str())
}

fn is_signed_by_both(name: &str, case: &Case) -> bool {
    let unsigned = ["user-agent", "x-amzn-trace-id", "transfer-encoding"];
    let left_out = unsigned.contains(&name.to_ascii_lowercase().as_str()) || is_hop_header(name);
    !(left_out || case.form == Form::Query && is_sdk_header(name))
}

fn assumed_payload(service: Service) -> Payload {
    match service {
        Service::S3 => Payload::Unsigned,
        Service::Other => Payload::Hashed,
    }
}
