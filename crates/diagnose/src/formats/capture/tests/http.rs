use super::*;

fn raw(body: &str) -> String {
    format!("PUT /b/k HTTP/1.1\r\nHost: h.example\r\nAuthorization: {AUTHORIZATION}\r\n{body}")
}

#[test]
fn a_response_may_follow_a_request() {
    let text = raw("Content-Length: 5\r\n\r\nhello\nHTTP/1.1 403 Forbidden\r\nx-amz-request-id: A1\r\n\r\n") + REFUSAL;
    let both = capture(&text);
    assert_eq!((both.kind, request(&both).body.clone()), (CaptureKind::RawHttp, Body::Bytes(b"hello".to_vec())));
    assert_eq!((code(&both), both.reply.as_ref().unwrap().status), ("SignatureDoesNotMatch", Some(403)));
    assert_eq!(both.reply.as_ref().unwrap().request_id.as_deref(), Some("A1"));
    assert!(both.notes.is_empty());
    let continued = capture(&text.replace("HTTP/1.1 403", "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 403"));
    assert_eq!(code(&continued), "SignatureDoesNotMatch");
    let line_feeds = capture(&raw("\r\nHTTP/2 403\r\n\r\n{\"message\":\"Forbidden\"}").replace("\r\n", "\n"));
    assert_eq!(line_feeds.reply.unwrap().message.as_deref(), Some("Forbidden"));
    assert_eq!(line_feeds.request.unwrap().body, Body::Bytes(Vec::new()));
    let chunked = capture(&raw(
        "\r\nHTTP/1.1 403 X\r\ntransfer-encoding: chunked\r\n\r\n12\r\n{\"message\": \"Forb\r\n7\r\nidden\"}\r\n0\r\n\r\n",
    ));
    assert_eq!(chunked.reply.unwrap().message.as_deref(), Some("Forbidden"));
}

#[test]
fn a_body_that_contradicts_its_length_is_not_trusted() {
    for (body, expected, note) in [
        (
            "Content-Length: 9\r\n\r\nshort",
            Body::Unknown,
            "the body has 5 bytes but the request declares 9, so the body is unknown",
        ),
        ("Content-Length: 9\r\n\r\n", Body::Unknown, "the input does not contain the request's body"),
        ("Content-Length: 9", Body::Unknown, "the input does not contain the request's body"),
        ("Content-Length: 3\r\n\r\nlonger", Body::Bytes(b"lon".to_vec()), "3 bytes after the body were ignored"),
        (
            "Content-Length: 6\r\n\r\na\nb\n",
            Body::Bytes(b"a\r\nb\r\n".to_vec()),
            "the body's line endings were restored to CR LF, which its length requires",
        ),
        ("Transfer-Encoding: chunked\r\n\r\n", Body::Unknown, "the input does not contain the request's body"),
        (
            "Transfer-Encoding: chunked\r\n\r\n4\r\na\r\n",
            Body::Unknown,
            "the chunked body (Transfer-Encoding) is malformed at byte 6, so the body is unknown",
        ),
    ] {
        let found = capture(&raw(body));
        assert_eq!((&request(&found).body, notes(&found)), (&expected, vec![note.to_owned()]), "{body}");
    }
    // A client that waits for `100 Continue` sends no body if it is refused.
    for more in ["", "Content-Encoding: aws-chunked\r\nX-Amz-Content-SHA256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"] {
        let refused = format!("Transfer-Encoding: chunked\r\n{more}\r\nHTTP/1.1 403 Forbidden\r\n\r\n");
        let found = capture(&raw(&refused));
        assert_eq!(request(&found).body, Body::Unknown, "{more}");
        assert_eq!(notes(&found), ["the input does not contain the request's body"], "{more}");
        assert_eq!(found.reply.unwrap().status, Some(403));
    }
    let found = capture(&raw("Content-Length: 40\r\n\r\ncut\nHTTP/1.1 403 Forbidden\n\n"));
    assert_eq!((found.reply.unwrap().status, found.request.unwrap().body), (Some(403), Body::Unknown));
}

/// A body may contain what looks like the next message: its chunks show where it ends.
#[test]
fn a_body_is_decoded_from_its_transfer_chunks() {
    let chunks = "Transfer-Encoding: chunked\r\n\r\n16\r\na\r\nHTTP/1.1 200 OK\r\n\r\n\r\n2\r\nbc\r\n0\r\n\r\n";
    let found = capture(&(raw(chunks) + "HTTP/1.1 403 Forbidden\r\n\r\n"));
    assert_eq!(request(&found).body, Body::Bytes(b"a\r\nHTTP/1.1 200 OK\r\n\r\nbc".to_vec()));
    assert_eq!((found.reply.as_ref().unwrap().status, notes(&found)), (Some(403), Vec::new()));
    let bare = capture(&raw("Transfer-Encoding: chunked\r\n\r\n{\"a\": 1}\nHTTP/1.1 403 Forbidden\r\n\r\n"));
    assert_eq!(request(&bare).body, Body::Bytes(b"{\"a\": 1}".to_vec()));
}

/// A file of zeros is a body like any other; what precedes it decides whether the text is read.
#[test]
fn a_binary_body_is_read() {
    let mut text = raw("Content-Length: 100000\r\n\r\n").into_bytes();
    text.extend(std::iter::repeat_n(0, 100_000));
    assert_eq!(read(&text, None).unwrap().request.unwrap().body, Body::Bytes(vec![0; 100_000]));
}

#[test]
fn the_signed_and_refused_one_of_two_requests_is_taken() {
    let text = format!(
        "GET /first HTTP/1.1\nHost: h\n\nHTTP/1.1 404 Not Found\n\nGET /second HTTP/1.1\nHost: h\nAuthorization: {AUTHORIZATION}\n\n\
         HTTP/1.1 200 OK\n\nGET /third HTTP/1.1\nHost: h\nAuthorization: {AUTHORIZATION}\n\nHTTP/1.1 403 Forbidden\n\n{REFUSAL}"
    );
    let chosen = capture(&text);
    assert_eq!((target(&chosen), code(&chosen)), ("/third".to_owned(), "SignatureDoesNotMatch"));
    assert_eq!(notes(&chosen), ["3 requests; used number 3"]);
    assert_eq!(target(&read(text.as_bytes(), Some(2)).unwrap()), "/second");
    let missing = read(text.as_bytes(), Some(9)).unwrap_err();
    assert_eq!(missing.to_string(), "there is no request 9: there are 3, signed or failed: 1, 2, 3");
}

#[test]
fn http2_fields_make_a_request() {
    let text = ":method: GET\n:path: /b?x\n:authority: h.example\n:scheme: https\naccept: */*\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), "\n".to_owned() + &text.replace(":method", "  :method")] {
        let found = capture(&text);
        assert_eq!((target(&found), request(&found).host()), ("/b?x".to_owned(), Some("h.example")));
        assert_eq!(found.url.unwrap().to_string(), "https://h.example/b?x");
    }
    let alternating = capture(":authority\nh.example\n:method\nPUT\n:path\n/k\n:scheme\nhttps\naccept\n*/*\n");
    assert_eq!((request(&alternating).method(), target(&alternating)), ("PUT", "/k".to_owned()));
    assert_eq!(request(&alternating).headers.first_text("accept"), Some("*/*"));
    assert_eq!(error(":method: GET\n:authority: h\n"), "line 1: the HTTP/2 request has no :path");
}

#[test]
fn errors_are_reported_with_their_line() {
    for (text, expected) in [
        ("", "the input is empty"),
        (" \r\n ", "the input is empty"),
        ("\0\u{1}\u{2}", "the input is binary; expected text: a request, a log, a HAR file"),
        ("\nGET / HTTP/1.1\nHost: h\nX-Amz-Da", "line 4 is not a header; expected 'Name: value'"),
        ("GET / HTTP/1.1\nAuthorization:\n\n", "line 2: the Authorization header has no value"),
        ("GET / HTTP/1.1\nA b: c\n\n", "line 2: invalid header name 'A b'"),
    ] {
        assert_eq!(error(text), expected);
    }
    assert!(error("\n\nhello\n").starts_with("line 3: not a request line"));
}

#[test]
fn non_text_bytes_are_kept() {
    let mut text = raw("X: ").into_bytes();
    text.extend_from_slice(b"\xff\xfe\r\n\r\n\x00\xff");
    let request = read(&text, None).unwrap().request.unwrap();
    assert_eq!(request.headers.values("x").next(), Some(&b"\xff\xfe"[..]));
    assert_eq!(request.body, Body::Bytes(b"\x00\xff".to_vec()));
}

#[test]
fn line_breaks_that_were_escaped_are_restored() {
    let flat = raw("\r\n").replace("\r\n", "\\r\\n");
    let found = capture(&format!("\"{flat}\""));
    assert_eq!(request(&found).host(), Some("h.example"));
    assert_eq!(notes(&found), ["line breaks written as \\n were restored"]);
}

#[test]
fn fences_around_a_text_are_not_part_of_it() {
    let found = capture(&format!("```http\n{}```\n\n```xml\nHTTP/1.1 403 Forbidden\n\n{REFUSAL}\n```\n", raw("\r\n")));
    assert_eq!((target(&found), code(&found)), ("/b/k".to_owned(), "SignatureDoesNotMatch"));
    assert_eq!(error("```\nGET / HTTP/1.1\nnothing\n```"), "line 3 is not a header; expected 'Name: value'");
    assert_eq!(
        read_reply(format!("```\n{REFUSAL}\n```").as_bytes()).unwrap().code.as_deref(),
        Some("SignatureDoesNotMatch")
    );
}

#[test]
fn redacted_or_truncated_values_are_named() {
    let text = raw("\r\n");
    let redacted = capture(&text.replace("fe351d17", "**REDACTED**"));
    assert_eq!(notes(&redacted), ["the header Authorization was redacted"]);
    assert_eq!(notes(&capture(&text.replace("fe351d17", "fe35..."))), ["the header Authorization is cut off"]);
}

#[test]
fn a_url_is_extracted_from_the_text_around_it() {
    let plain = "https://b.s3.amazonaws.com/a%2Fb/./c?X-Amz-Credential=A%2F1&X-Amz-Signature=0a1b";
    for text in
        [plain.to_owned(), format!("\"{plain}\""), format!("<{plain}>,"), format!("'{plain}'.\n"), format!("({plain})")]
    {
        let found = capture(&text);
        assert_eq!((found.kind, found.url.as_ref().unwrap().to_string()), (CaptureKind::Url, plain.to_owned()));
        assert_eq!((target(&found), request(&found).host()), (plain[26..].to_owned(), Some("b.s3.amazonaws.com")));
    }
    for (escape, shown) in [("&amp;", "&amp;"), ("\\u0026", "\\u0026")] {
        let found = capture(&plain.replace('&', escape));
        assert_eq!(target(&found), plain[26..].replace('&', escape));
        assert_eq!(notes(&found), [format!("the URL has {shown} instead of &")]);
    }
    let broken = plain.replace("&X-Amz-Sig", "&X-Amz-\nSig").replace("0a1b", &"0a".repeat(32));
    assert_eq!(target(&capture(&broken)), broken[26..].replace('\n', ""));
    let answered = capture(&format!("{plain}\n\n{REFUSAL}"));
    assert_eq!((target(&answered), code(&answered)), (plain[26..].to_owned(), "SignatureDoesNotMatch"));
    assert_eq!(notes(&capture("https://h/?X-Amz-Signature=ab...")), ["the URL is cut off"]);
    assert!(matches!(read(b"https:///", None), Err(UnreadableCapture::Url(_))));
}

#[test]
fn a_reply_without_its_request_is_read() {
    for text in [
        REFUSAL.to_owned(),
        format!("HTTP/1.1 403 Forbidden\n\n{REFUSAL}"),
        REFUSAL.replace('<', "&lt;").replace('>', "&gt;"),
    ] {
        let found = capture(&text);
        assert_eq!(
            (found.kind, code(&found), found.request.is_none()),
            (CaptureKind::Reply, "SignatureDoesNotMatch", true)
        );
        assert_eq!(read_reply(text.as_bytes()).unwrap().code.as_deref(), Some("SignatureDoesNotMatch"), "{text}");
    }
    let message = "An error occurred (InvalidSignatureException) when calling the Invoke operation: The request signature we \
                   calculated does not match the signature you provided.\n\nThe Canonical String for this request should have \
                   been\n'POST\n/\n\nhost:h\n\nhost\nab'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n1'\n";
    let found = capture(message);
    assert_eq!((found.kind, code(&found)), (CaptureKind::Reply, "InvalidSignatureException"));
    assert_eq!(found.reply.unwrap().canonical_request.as_deref(), Some(&b"POST\n/\n\nhost:h\n\nhost\nab"[..]));
    assert_eq!(read_reply(b"go away").unwrap().message.as_deref(), Some("go away"));
}

/// RFC 9112 §6.3, 6 and 7: a request without either header has no body. HTTP/2 and HTTP/3 need no header for it.
#[test]
fn a_body_that_no_server_would_read_is_noted() {
    let post = |line: &str, fields: &str| format!("POST {line}\r\nHost: h.example\r\n{fields}\r\nhello");
    assert_eq!(capture(&post("/ HTTP/1.1", "")).notes, [Note::BodyWithoutLength]);
    assert_eq!(capture(&post("/", "")).notes, [Note::BodyWithoutLength]);
    assert_eq!(capture(&post("/ HTTP/1.1", "Content-Length: 5\r\n")).notes, []);
    assert_eq!(capture(&post("/ HTTP/2", "")).notes, []);
    let chunked = post("/ HTTP/1.1", "Transfer-Encoding: chunked\r\n").replace("hello", "5\r\nhello\r\n0\r\n\r\n");
    assert_eq!(capture(&chunked).notes, []);
    let pseudo = ":method: POST\n:path: /\n:authority: h.example\naccept: a\n\nhello";
    assert_eq!(capture(pseudo).notes, []);
}

/// Catches a request line that is taken for a server's message.
#[test]
fn a_request_line_that_no_server_accepts_is_not_a_reply() {
    for line in ["GET k HTTP/1.1", "GET * HTTP/1.1", "CONNECT h.example:443 HTTP/1.1", "GET\t/k\tHTTP/1.1"] {
        let text = format!("{line}\r\nHost: h.example\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n\r\n");
        let expected = UnreadableCapture::Request(MalformedRequest::RequestLine { line: 1 });
        assert_eq!(read(text.as_bytes(), None), Err(expected), "{line}");
    }
}

/// Catches a request that a proxy and the server behind it read in two ways, but that is shown as if it were read in
/// one.
#[test]
fn a_line_with_a_different_line_end_is_noted() {
    let whole = raw("X-A: b\r\n\r\n");
    let mixed = |line| vec![Note::MixedLineEnds { line }];
    assert_eq!(capture(&whole).notes, []);
    assert_eq!(capture(&whole.replace("\r\n", "\n")).notes, []);
    assert_eq!(capture(&format!("\n\n{whole}\n")).notes, [], "blank lines around a request are nobody's");
    assert_eq!(capture(&whole.replacen("h.example\r\n", "h.example\n", 1)).notes, mixed(2));
    assert_eq!(capture(&whole.replacen("HTTP/1.1\r\n", "HTTP/1.1\n", 1)).notes, mixed(1));
    assert_eq!(capture(&whole.replacen("b\r\n\r\n", "b\r\n\n", 1)).notes, mixed(5));
    let body = raw("Content-Length: 4\r\n\r\na\nb\n");
    assert_eq!(capture(&body).notes, [], "a body may have any line ends");
}
