use super::*;

fn entry(url: &str, status: u16, headers: &str, more: &str) -> String {
    format!(
        r#"{{"startedDateTime":"x","request":{{"method":"POST","url":"{url}","httpVersion":"h3","headers":[{headers}],"queryString":[]{more}}},
        "response":{{"status":{status},"headers":[{{"name":"x-amz-request-id","value":"A1"}}],"content":{{"size":9,"text":"PEVycm9yPjxDb2RlPkE8L0NvZGU+PC9FcnJvcj4=","encoding":"base64"}}}},"timings":{{}}}}"#
    )
}

fn har(entries: &[String]) -> String {
    format!(
        r#"{{"log":{{"version":"1.2","creator":{{"name":"WebInspector"}},"pages":[{{"a":[1,{{}}]}}],"entries":[{}]}}}}"#,
        entries.join(",")
    )
}

const SIGNED: &str = r#"{"name":":authority","value":"h.example"},{"name":":path","value":"/x"},{"name":"authorization","value":"AWS4-HMAC-SHA256 Credential=A, Signature=ab"},{"name":"x-b","value":"é "}"#;

fn entries() -> Vec<String> {
    vec![
        entry("https://h.example/page", 404, "", ""),
        entry("https://h.example/k?X-Amz-Signature=1", 200, "", ""),
        entry(
            "https://h.example/a%2Fb/./c?q=\\u0041#f",
            403,
            SIGNED,
            r#","postData":{"mimeType":"text/plain","text":"h\u00e9"}"#,
        ),
        entry(
            "https://h.example/later",
            403,
            SIGNED,
            r#","postData":{"params":[{"name":"a","value":"1"},{"name":"b","value":"2"}]}"#,
        ),
    ]
}

#[test]
fn the_signed_entry_that_failed_is_taken() {
    let found = capture(&har(&entries()));
    assert_eq!((found.kind, target(&found)), (CaptureKind::Har, "/a%2Fb/./c?q=A".to_owned()));
    let names: Vec<&str> = request(&found).headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!((names.as_slice(), request(&found).host()), (&["Host", "authorization", "x-b"][..], Some("h.example")));
    assert_eq!(request(&found).body, Body::Bytes("hé".as_bytes().to_vec()));
    assert_eq!((code(&found), found.reply.as_ref().unwrap().request_id.as_deref()), ("A", Some("A1")));
    assert_eq!(notes(&found), ["4 requests; used number 3"]);
    assert_eq!(target(&capture(&har(&entries()[..2]))), "/k?X-Amz-Signature=1");
    assert_eq!(target(&capture(&har(&entries()[..1]))), "/page");
}

#[test]
fn an_entry_can_be_asked_for() {
    let text = har(&entries());
    let fourth = read(text.as_bytes(), Some(4)).unwrap();
    assert_eq!(request(&fourth).body, Body::Bytes(b"a=1&b=2".to_vec()));
    let missing = read(text.as_bytes(), Some(5)).unwrap_err().to_string();
    assert_eq!(missing, "there is no request 5: there are 4, signed or failed: 1, 2, 3, 4");
    assert_eq!(error(&har(&[])), "there is no request 1: there are 0, none of them signed");
}

#[test]
fn a_truncated_file_is_reported() {
    let text = har(&entries());
    let cut = error(&text[..text.len() / 2]);
    assert!(cut.starts_with("invalid HAR file: it ends early at line "), "{cut}");
    assert!(error(&text.replace("[{\"a\"", "[{a")).starts_with("invalid HAR file: not the JSON of one at line 1, "));
}

#[test]
fn a_body_that_the_browser_did_not_keep_is_unknown() {
    let length = r#"{"name":"Content-Length","value":"7"}"#;
    for (headers, more) in [(length, ""), ("", r#","bodySize":7"#), (length, r#","postData":{"text":"\ufffd"}"#)] {
        let found = capture(&har(&[entry("https://h.example/", 403, headers, more)]));
        assert_eq!(request(&found).body, Body::Unknown, "{headers} {more}");
    }
}
