//! Inserts multi-byte characters at every position of pasted text, which must never panic.
//!
//! Cutting a text at a byte inside a character panics. This test does not know where texts are cut, so it
//! tries every position.
#![expect(clippy::unwrap_used, reason = "a test may fail by a panic")]

use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, ExpectedScope, Judge, verify};
use sigvet_diagnose::formats::capture::{self, Capture};
use sigvet_diagnose::{ClientTexts, Evidence, Hints, Limits, diagnose};

/// Characters of two, three and four bytes.
const CHARACTERS: [&str; 3] = ["\u{e9}", "\u{2026}", "\u{1f600}"];

const V4: &str = "GET /k?a=b HTTP/1.1\r\nHost: h.example\r\nX-Amz-Date: 20150830T123600Z\r\nAuthorization: AWS4-HMAC-SHA256 \
    Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, \
    Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\r\n";
const V2: &str = "GET /b/k?acl HTTP/1.1\r\nHost: s3.amazonaws.com\r\nDate: Tue, 27 Mar 2007 19:36:42 +0000\r\n\
    Authorization: AWS AKID:bWq2s1WEIj+Ydj0vQ697zp+IXMU=\r\n\r\n";
const URL: &str = "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20130524%2Fus-east-1\
    %2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bb\
    ccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
const COMMAND: &str = "curl -X PUT 'https://h.example/[1-2]{a,b}' -H \"X-Amz-Date: 20150830T123600Z\" -F 'policy=e30=;type=a/b' \
    -F file=@x --url-query n=v -b c=d --next -d $'a\\x41\\u00e9' --data-urlencode 'n=v w' h/../x | jq .";
const LOG: &str = "2015-08-30 12:36:00,000 botocore.auth - DEBUG - CanonicalRequest:\nGET\n/\n\nhost:h\n\nhost\nUNSIGNED-PAYLOAD\n\
    2015-08-30 - DEBUG - StringToSign:\nAWS4-HMAC-SHA256\n20150830T123600Z\n20150830/r/s/aws4_request\nab\n- DEBUG - Signature:\n\
    5d672d79\nSending http request: <AWSPreparedRequest method=GET, url=https://h/, headers={'A': b'\\xe9', 'B': 'c'}>\n";
const TRACE: &str = "* Trying\n* [HTTP/2] [1] [:method: GET]\n* [HTTP/2] [1] [:path: /]\n> GET / HTTP/2\n> Host: h\n> Authorization: \
    AWS AKID:abc\n>\n< HTTP/2 403\n<\n<Error><Code>SignatureDoesNotMatch</Code><StringToSign>a&#10;b</StringToSign></Error>";
const DUMP: &str = "=> Send header, 20 bytes (0x14)\n0000: GET / HTTP/1.1\n0010: Host: h\n0019: \n<= Recv data, 3 bytes (0x3)\n\
    0000: 61 62 63   abc\n";
const REPLY: &str = "HTTP/1.1 403 X\r\n\r\n{\"message\": \"Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z \
    (20150830T124600Z - 5 min.) The Canonical String for this request should have been 'GET\\n/\\n\\nhost:h\\n\\nhost\\nab'\"}";

fn with_each_character(text: &str, mut check: impl FnMut(&str)) {
    for (at, _) in text.char_indices() {
        for character in CHARACTERS {
            check(&format!("{}{character}{}", &text[..at], &text[at..]));
            // Replaces the rest of the text with the character, as if the text were cut off there.
            check(&format!("{}{character}", &text[..at]));
        }
    }
}

/// Does everything that can be done with a capture, with a search for one mistake.
fn judge(found: &Capture) {
    let credentials = Credentials::new("AKID", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = Timestamp::parse("20150830T123600Z").unwrap();
    if let Some(request) = &found.request {
        drop(Claimed::extract(request, BucketRule::default()));
        drop(verify(request, &Judge::new(Some(&credentials), now, ExpectedScope::Any)));
    }
    let hints = Hints::default();
    let evidence = Evidence {
        request: found.request.as_ref(),
        reply: found.reply.as_ref(),
        client: found.client.as_ref().map(ClientTexts::from),
        credentials: Some(&credentials),
        ..Evidence::new(now, &hints)
    };
    drop(diagnose(&evidence, Limits { deepest: 1, to_the_end: 2, is_time_up: &|| true }));
}

fn read_in_every_way(text: &str) {
    if let Ok(found) = capture::read(text.as_bytes(), None) {
        judge(&found);
    }
    drop(capture::read_reply(text.as_bytes()));
    drop(capture::read_client_log(text.as_bytes()));
}

#[test]
fn a_multi_byte_character_anywhere_does_not_panic() {
    for text in [URL, COMMAND, LOG, TRACE, DUMP, REPLY] {
        with_each_character(text, read_in_every_way);
    }
}

#[test]
fn a_multi_byte_character_anywhere_in_a_signed_request_does_not_panic() {
    for text in [V4, V2] {
        with_each_character(text, read_in_every_way);
    }
}

/// The two texts that made the program panic.
#[test]
fn a_signature_that_was_shortened_is_read() {
    for (text, whole, short) in [
        (V4, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", "5d672d79\u{2026}"),
        (V2, "bWq2s1WEIj+Ydj0vQ697zp+IXMU=", "abc\u{2026}"),
    ] {
        let text = text.replace(whole, short);
        assert!(text.contains(short));
        let found = capture::read(text.as_bytes(), None).unwrap();
        assert!(found.request.is_some());
        judge(&found);
    }
}
