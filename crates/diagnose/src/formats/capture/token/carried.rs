//! Tokens in the request that carries them: `Authorization: Bearer k8s-aws-v1.…`. The request itself is not signed;
//! the URL in the token is.

use crate::formats::Note;

use super::beside::other_than_host;
use super::exchange_of;
use crate::formats::capture::exchange::Exchange;
use crate::formats::capture::{Capture, CaptureKind, UnreadableCapture};
use crate::formats::capture::{appsync, carrier, subject};

/// If the request carries a token, replaces the request in the capture by the one in the token, and keeps the reply.
pub(in crate::formats::capture) fn judged_alone(capture: Capture) -> Result<Capture, UnreadableCapture> {
    let Some(request) = &capture.request else { return Ok(capture) };
    let is_of_text = |note: &&Note| matches!(note, Note::SeveralRequests { .. } | Note::TakenOutOfText);
    let notes: Vec<Note> = capture.notes.iter().filter(is_of_text).cloned().collect();
    let other = || subject::carried_by(request).or_else(|| appsync::carried_by(request));
    let token = carrier::token(request);
    let other = if token.is_none() { other() } else { None };
    let exchange = match (token, other) {
        (Some(token), _) => {
            let other = token.as_ref().ok().and_then(|token| other_than_host(request.host()?, token));
            exchange_of(token, notes.into_iter().chain(other.map(Note::OtherLogin)).collect())?
        }
        (None, Some(subject)) => Exchange { notes: notes.into_iter().chain(subject.notes).collect(), ..subject },
        (None, None) => return Ok(capture),
    };
    let (request, url, notes) = (exchange.request, exchange.url, exchange.notes);
    Ok(Capture { kind: CaptureKind::Token, request, url, notes, ..capture })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::capture::read;

    /// Made with coreutils' `printf %s https://sts.amazonaws.com/?a=b | basenc --base64url`, and similarly for
    /// Bedrock.
    const EKS: &str = "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_YT1i";
    const BEDROCK: &str = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1TaWduYXR1cmU9MSZWZXJzaW9uPTE=";

    #[test]
    fn the_token_in_a_request_is_read_instead_of_the_request() {
        for (token, method, url) in [
            (EKS, "GET", "https://sts.amazonaws.com/?a=b"),
            (BEDROCK, "POST", "https://bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=1"),
        ] {
            for text in [
                format!("GET /api/v1/pods HTTP/1.1\nHost: h.example\nAuthorization: Bearer {token}\n\n"),
                format!(
                    "POST /model/x/converse HTTP/1.1\r\nHost: h\r\nauthorization: bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}"
                ),
                format!("POST /v1/messages HTTP/1.1\nHost: h.example\nx-api-key: {token}\n\n"),
                format!(
                    "> GET /api HTTP/2\n> Host: h.example\n> authorization: Bearer {token}\n> \n< HTTP/2 401 \n< \n"
                ),
                format!("curl -k -H 'Authorization: Bearer {token}' https://h.example/api"),
                format!("curl --oauth2-bearer {token} https://h.example/api"),
                format!(
                    "$ curl -X POST \\\n  -H \"Authorization: Bearer {token}\" \\\n  https://h.example/api -d '{{}}'\n"
                ),
            ] {
                let capture = read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
                let request = capture.request.unwrap();
                assert_eq!((capture.kind, request.method()), (CaptureKind::Token, method), "{text}");
                assert_eq!(capture.url.map(|url| url.to_string()).as_deref(), Some(url), "{text}");
            }
        }
    }

    #[test]
    fn the_reply_to_the_request_is_kept_with_the_token() {
        let text = format!("GET /api HTTP/1.1\nHost: h\nAuthorization: Bearer {EKS}\n\nHTTP/1.1 401 Unauthorized\n\n");
        assert_eq!(read(text.as_bytes(), None).unwrap().reply.and_then(|reply| reply.status), Some(401));
    }

    #[test]
    fn another_bearer_token_stays_in_its_request() {
        for other in
            ["Bearer abc", "Bearer eyJhbGciOiJub25lIn0.e30.", "Basic dTpw", "Bearer", "AWS4-HMAC-SHA256 Credential=A"]
        {
            let text = format!("GET /api HTTP/1.1\nHost: h\nAuthorization: {other}\n\n");
            let capture = read(text.as_bytes(), None).unwrap();
            assert_eq!(capture.kind, CaptureKind::RawHttp, "{other}");
        }
    }

    #[test]
    fn a_damaged_token_in_a_request_is_an_error_that_does_not_quote_it() {
        let error = read(b"GET /api HTTP/1.1\nHost: h\nAuthorization: Bearer k8s-aws-v1.aHVzaA\n\n", None).unwrap_err();
        assert!(matches!(error, UnreadableCapture::Token(_)) && !error.to_string().contains("aHVzaA"), "{error}");
    }
}
