//! No pasted text crashes the program, whether random, truncated, or large.

use super::*;
use proptest::prelude::*;

const SAMPLES: [&str; 6] = [
    "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\nHTTP/1.1 403 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\n<E>\r\n0\r\n\r\n",
    "* Trying\n* [HTTP/2] [1] [:method: GET]\n* [HTTP/2] [1] [:path: /]\n> GET / HTTP/2\n> Host: h\n>\n< HTTP/2 403\n<\n<Error><Code>A</Code>* Closing connection 0",
    "=> Send header, 20 bytes (0x14)\n0000: GET / HTTP/1.1\n0010: Host: h\n0019: \n=> Send data, 3 bytes (0x3)\n0000: 61 62 63   abc\n<= Recv header, 14 bytes (0xe)\n0000: HTTP/1.1 403\n<= Recv data, 3 bytes (0x3)\n0000: a.b\n",
    "curl $'a\\n\\x41\\u00e9\\uD83D\\uDE00' \"${X} \\\" `y`\" ^\"b^\\^\"^\" 'c' \\\n -d '{}' | jq .",
    r#"{"log":{"creator":{},"entries":[{"request":{"method":"GET","url":"https://h/?X-Amz-Signature=1","headers":[{"name":"A","value":"b"}]},"response":{"status":403,"content":{"text":"eA==","encoding":"base64"}}}]}}"#,
    "x - DEBUG - CanonicalRequest:\nGET\n/\n\nhost:h\n\nhost\nUNSIGNED-PAYLOAD\nStringToSign:\nAWS4-HMAC-SHA256\n20150830T123600Z\n20150830/r/s/aws4_request\nab\nSignature:\nab\nSending http request: <AWSPreparedRequest stream_output=False, method=GET, url=https://h/, headers={'A': b'\\xe9', 'B': 'c'}>\nResponse headers: {'a': 'b'}\nResponse body:\nb'<Error><Code>A\\x41</Code></Error>'",
];

fn read_all_ways(text: &[u8]) {
    if let Ok(capture) = read(text, None) {
        assert!(notes(&capture).iter().all(|note| !note.contains('\n')));
    }
    let _ = (read(text, Some(2)), read_client_log(text), read_reply(text));
}

#[test]
fn every_prefix_of_a_capture_is_read_or_refused() {
    for sample in SAMPLES {
        assert!(read(sample.as_bytes(), None).is_ok(), "{sample}");
        for end in 0..sample.len() {
            read_all_ways(&sample.as_bytes()[..end]);
        }
    }
}

#[test]
fn any_bytes_are_read_or_refused() {
    let pieces = prop::sample::select(vec![
        "> ",
        "< ",
        "* ",
        "GET /",
        " HTTP/1.1",
        "\n",
        "\r\n",
        "Host: h",
        ":path: /",
        "=> Send header, 9 bytes (0x9)",
        "0000: ",
        "ffffffff: ",
        "curl ",
        "'",
        "\"",
        "$'",
        "\\u",
        "^",
        "`",
        "{\"log\":",
        "\"entries\":[",
        "https://",
        "?X-Amz-Signature=",
        "POST\n/",
        "AWS4-HMAC-SHA256",
        "\n20150830T123600Z\n",
        "a/b/c/d",
        "<Error>",
        "&lt;Error",
        "\\n",
        "é",
        "b'",
        "<AWSPreparedRequest ",
        "Response: {",
        "method=",
        "[:",
        "]",
        " >> \"",
        "[\\r][\\n]\"",
        "HTTP/1.1 403",
        "content-length: 5",
        "\u{2026}",
        "host:h",
        "ab;host",
        "UNSIGNED-PAYLOAD",
        " ",
    ]);
    let texts = prop::collection::vec(
        prop_oneof![4 => pieces.prop_map(|piece| piece.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..6)],
        0..24,
    );
    proptest!(ProptestConfig::with_cases(600), |(text in texts)| {
        read_all_ways(&text.concat());
    });
}

#[test]
fn large_texts_are_read_quickly() {
    for text in [
        "> GET / HTTP/1.1\n".repeat(12_000),
        "GET / HTTP/1.1\n\n".repeat(12_000),
        "GET\n/\n".repeat(20_000),
        "GET / ".repeat(20_000),
        "<Error>".repeat(20_000) + "\n",
        "x <Error>\n".repeat(8_000),
        "The request signature we calculated does not match\n".repeat(4_000),
        "Response body:\n".repeat(12_000),
        "curl \\\n".to_owned() + &"a\\\n ".repeat(20_000),
        "https://h/?".to_owned() + &"a=b\n".repeat(20_000),
        "https://h/?".to_owned() + &"\"".repeat(20_000),
        "{\"log\":{\"entries\":".to_owned() + &"[".repeat(20_000),
        "x https://".repeat(2_000),
        "x\n".to_owned() + &"curl 'a".repeat(2_000),
        "x\n".to_owned() + &"curl a\n".repeat(2_000),
        "x\n".to_owned() + &"curl 'a\n".repeat(1_001),
        "x HTTP/1.1 403\n".repeat(4_000),
    ] {
        read_all_ways(text.as_bytes());
    }
}
