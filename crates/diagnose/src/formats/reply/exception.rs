//! Reads the text of an exception as SDKs and tools print it: the server's code and message within the
//! program's own sentence.
//!
//! It does not matter which program printed it. The parser looks for marks before a code, then for names that
//! are known codes, and ignores log prefixes and stack traces around them.

use super::Kind;
use super::fields::Fields;

/// Text that programs write before the code.
const CODE_MARKS: [&str; 21] = [
    "An error occurred (",
    "A client error (",
    "api error ",
    "Error Code: ",
    "ErrorCode: ",
    "ExceptionName: ",
    "::Errors::",
    "unhandled error (",
    "code: Some(\"",
    "code: \"",
    "code: '",
    "Code: '",
    "Code: \"",
    "\"Code\":\"",
    "\"Code\": \"",
    "\"code\":\"",
    "\"code\": \"",
    "'Code': '",
    "Code=",
    "errorCode=",
    "name: '",
];
/// Text that programs write before the message, if the message does not follow the code.
const MESSAGE_MARKS: [(&str, char); 7] = [
    ("message: Some(\"", '"'),
    ("message: '", '\''),
    ("message: \"", '"'),
    ("\"message\":\"", '"'),
    ("\"message\": \"", '"'),
    ("'Message': '", '\''),
    ("message='", '\''),
];
const STATUS_MARKS: [&str; 12] = [
    "An error occurred (",
    "A client error (",
    "Status Code: ",
    "StatusCode: ",
    "statusCode: ",
    "status code: ",
    "httpStatusCode: ",
    "httpStatusCode\":",
    "HTTPStatusCode': ",
    "resulted in a `",
    "S3 error: ",
    "status_code=",
];
const ID_MARKS: [&str; 10] = [
    "Request ID: ",
    "RequestID: ",
    "RequestId: ",
    "request id: ",
    "requestId: '",
    "requestid: '",
    "requestId\":\"",
    "aws_request_id\": \"",
    "RequestId': '",
    "request_id=",
];
const HOST_ID_MARKS: [&str; 6] = [
    "Extended Request ID: ",
    "HostID: ",
    "host id: ",
    "extendedRequestId: '",
    "hostid: '",
    "s3_extended_request_id\": \"",
];
/// Codes about signatures and checksums that do not define a kind of refusal.
const FURTHER_CODES: [&str; 16] = [
    "AuthorizationParametersError",
    "InvalidChunkSizeError",
    "InvalidRegionName",
    "InvalidTokenId",
    "MalformedTrailerError",
    "InvalidArgument",
    "InvalidRequest",
    "NotImplemented",
    "MissingContentMD5",
    "MissingContentLength",
    "InvalidDigest",
    "InvalidPolicyDocument",
    "MissingFields",
    "IncompleteBody",
    "MalformedDate",
    "ValidationException",
];

/// Reads code, message, status and ids. `None` if the text has neither a code nor a status.
pub(super) fn read(text: &str) -> Option<Fields> {
    let code = code(text);
    let status = after_marks(text, &STATUS_MARKS, |c| c.is_ascii_digit()).filter(|status| is_status(status));
    let is_markup = text.trim_start().starts_with('<');
    if is_markup || (code.is_none() && status.is_none()) {
        return None;
    }
    // Quotes inside a quoted message are escaped.
    let message = message(text, code).replace("\\\"", "\"").replace("\\'", "'");
    let mut fields = Fields::default();
    let parts = [
        ("Code", code.map(|(_, name)| name)),
        ("Status", status),
        ("RequestId", after_marks(text, &ID_MARKS, is_of_id)),
        ("HostId", after_marks(text, &HOST_ID_MARKS, is_of_id)),
        ("Message", Some(message.as_str())),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            fields.push(name, value);
        }
    }
    for name in PROPERTIES {
        // The MinIO client for JavaScript writes the names of the elements in lowercase.
        let lower = name.to_ascii_lowercase();
        if let Some(value) = property(text, name).or_else(|| property(text, &lower).filter(|_| name.len() > 8)) {
            fields.push(name, &value);
        }
    }
    Some(fields)
}

/// The properties of an error object in which JavaScript prints the server's texts, in pieces joined by `+`.
const PROPERTIES: [&str; 7] = [
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "StringToSign",
    "StringToSignBytes",
    "SignatureProvided",
    "AWSAccessKeyId",
    "Region",
];

fn property(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}: "))?;
    let (mut value, mut rest) = quoted(rest)?;
    while let Some(next) = rest.trim_start().strip_prefix('+') {
        let (piece, behind) = quoted(next.trim_start())?;
        value.push_str(&piece);
        rest = behind;
    }
    Some(value)
}

/// A JavaScript string, and the text after it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.chars();
    let quote = characters.next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
    let mut value = String::new();
    loop {
        match characters.next()? {
            character if character == quote => return Some((value, characters.as_str())),
            '\\' => match characters.next()? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            character => value.push(character),
        }
    }
}

/// Whether a name is a code that servers use for signatures.
pub(super) fn is_known(name: &str) -> bool {
    Kind::of_code(name).is_some() || FURTHER_CODES.contains(&name)
}

/// The code and the position where it ends.
fn code(text: &str) -> Option<(usize, &str)> {
    let marked = CODE_MARKS.iter().filter_map(|mark| text.find(mark).map(|at| at + mark.len()));
    let of_s3cmd = text.find("S3 error: ").and_then(|at| Some(at + text.get(at..)?.find('(')? + 1));
    let marked = marked.chain(of_s3cmd).filter_map(|start| name_at(text, start));
    marked.chain(words(text)).find(|(_, name)| is_known(name)).or_else(|| {
        let start = CODE_MARKS.iter().take(6).find_map(|mark| text.find(mark).map(|at| at + mark.len()))?;
        name_at(text, start)
    })
}

/// The name that begins at `start`, and the position where it ends.
fn name_at(text: &str, start: usize) -> Option<(usize, &str)> {
    let rest = text.get(start..)?;
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let name = rest.get(..length).filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))?;
    Some((start + length, name))
}

/// All names that are followed by a colon or are in brackets, and their ends. `Forbidden` within a sentence
/// is not a code.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut last = ' ';
    let starts = text.char_indices().filter(move |(_, c)| {
        let begins = c.is_ascii_uppercase() && !is_part(last);
        last = *c;
        begins
    });
    starts.filter_map(move |(start, _)| {
        let (end, name) = name_at(text, start)?;
        let (before, behind) = (text.get(..start)?, text.get(end..)?);
        let is_bracketed = before.ends_with('(') && behind.starts_with(')');
        (is_bracketed || behind.starts_with(':') || behind.starts_with(" (client)")).then_some((end, name))
    })
}

/// The text after the first mark that is followed by any.
fn after_marks<'a>(text: &'a str, marks: &[&str], is_part: fn(char) -> bool) -> Option<&'a str> {
    marks.iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        rest.get(..end).filter(|value| !value.is_empty())
    })
}

fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '+' | '=')
}

fn is_status(digits: &str) -> bool {
    digits.len() == 3 && digits.starts_with(['3', '4', '5'])
}

/// The server's message: after the code, in a separate field, or before the text that the SDK adds.
fn message<'a>(text: &'a str, code: Option<(usize, &str)>) -> &'a str {
    let of_field = || {
        MESSAGE_MARKS.iter().find_map(|(mark, quote)| {
            let (_, rest) = text.split_once(mark)?;
            rest.get(..end_of_quoted(rest, *quote)).filter(|message| !message.is_empty())
        })
    };
    let behind = code.and_then(|(end, _)| behind_code(text.get(end..).unwrap_or_default()));
    without_ends(behind.or_else(of_field).unwrap_or_else(|| without_class(text)))
}

/// The end of a quoted text: the first quote that is not escaped with a backslash.
fn end_of_quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let ends = |c: char| {
        let ends = c == quote && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    };
    rest.find(ends).unwrap_or(rest.len())
}

fn behind_code(rest: &str) -> Option<&str> {
    if let Some(of_python) =
        rest.strip_prefix(") when calling ").or_else(|| rest.strip_prefix(") occurred when calling "))
    {
        return of_python.split_once(": ").map(|(_, message)| message);
    }
    let starts = ["): ", ": ", " (client): ", " (server): ", " Message: "];
    starts.iter().find_map(|start| rest.strip_prefix(start)).filter(|message| !message.trim().is_empty())
}

/// The text without a stack trace, and without what an SDK adds after the message.
fn without_ends(text: &str) -> &str {
    const ENDS: [&str; 10] = [
        " (Service: ",
        "\n\tstatus code",
        "\n    status code",
        " - <?xml",
        " (SDK Attempt",
        "\n    at ",
        "\n\tat ",
        "\nTraceback",
        "\nCaused by",
        " ---> ",
    ];
    let end = ENDS.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim()
}

/// The text without an exception class in front: `software.amazon.awssdk.….S3Exception: `.
fn without_class(text: &str) -> &str {
    match text.split_once("Exception: ") {
        Some((before, rest)) if !before.contains(' ') && !rest.trim().is_empty() => rest,
        _ => text,
    }
}
