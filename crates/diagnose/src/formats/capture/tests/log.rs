use super::*;
use sigvet_core::crypto::sha256;

const CANONICAL: &str = "PUT
/b/k

content-length:5
host:h.example
x-amz-date:20250903T193547Z

content-length;host;x-amz-date
UNSIGNED-PAYLOAD";

const SIGNATURE: &str = "007baf23ae7a28b98f1caba9722b97012327b5049b7460c8554dd29541c86e07";

fn string_to_sign(canonical: &str) -> String {
    format!("AWS4-HMAC-SHA256\n20250903T193547Z\n20250903/us-east-1/s3/aws4_request\n{}", sha256(canonical.as_bytes()))
}

fn texts(client: &ClientLog) -> (&str, &str) {
    (text_of(client.canonical_request.as_deref()), text_of(client.string_to_sign.as_deref()))
}

fn text_of(bytes: Option<&[u8]>) -> &str {
    std::str::from_utf8(bytes.unwrap_or_default()).unwrap()
}

fn botocore(canonical: &str, key: &str, status: u16) -> String {
    let prefix = "2025-09-03 14:35:47,207 - MainThread - botocore";
    format!(
        "{prefix}.auth - DEBUG - Calculating signature using v4 auth.\n{prefix}.auth - DEBUG - CanonicalRequest:\n{canonical}\n\
         {prefix}.auth - DEBUG - StringToSign:\n{}\n{prefix}.auth - DEBUG - Signature:\n{SIGNATURE}\n\
         {prefix}.endpoint - DEBUG - Sending http request: <AWSPreparedRequest stream_output=False, method=PUT, \
         url=https://h.example{key}, headers={{'X-Amz-Date': b'20250903T193547Z', 'Authorization': b'{AUTHORIZATION}', 'Content-Length': '5'}}>\n\
         urllib3.connectionpool - DEBUG - https://h.example:443 \"PUT {key} HTTP/1.1\" {status} 1412\n\
         {prefix}.parsers - DEBUG - Response headers: {{'x-amz-request-id': 'A1', 'Content-Type': 'application/xml'}}\n\
         {prefix}.parsers - DEBUG - Response body:\nb'{}'\n",
        string_to_sign(canonical),
        REFUSAL.replace('\n', "\\n"),
    )
}

#[test]
fn botocore_logs_everything() {
    let found = capture(&botocore(CANONICAL, "/b/k", 403));
    assert_eq!(found.kind, CaptureKind::ClientLog);
    let client = found.client.as_ref().unwrap();
    assert_eq!(texts(client), (CANONICAL, string_to_sign(CANONICAL).as_str()));
    assert_eq!(client.signature.as_deref(), Some(SIGNATURE));
    assert_eq!((target(&found), request(&found).host()), ("/b/k".to_owned(), Some("h.example")));
    assert_eq!(request(&found).headers.first_text("authorization"), Some(AUTHORIZATION));
    assert_eq!(request(&found).body, Body::Unknown);
    let reply = found.reply.as_ref().unwrap();
    assert_eq!(
        (code(&found), reply.status, reply.request_id.as_deref()),
        ("SignatureDoesNotMatch", Some(403), Some("A1"))
    );
    let client = read_client_log(botocore(CANONICAL, "/b/k", 403).as_bytes()).unwrap();
    assert_eq!(client.request.unwrap().target(), b"/b/k");
}

#[test]
fn the_refused_one_of_ten_canonical_requests_is_taken() {
    let log = |statuses: &[u16]| -> String {
        let part = |(at, status): (usize, &u16)| {
            let text = botocore(&CANONICAL.replace("/b/k", &format!("/b/{at}")), &format!("/b/{at}"), *status);
            if *status == 403 { text } else { text.replace("SignatureDoesNotMatch", "").replace("<Error>", "<Ok>") }
        };
        statuses.iter().enumerate().map(part).collect()
    };
    let last = capture(&log(&[200; 10]));
    assert!(texts(last.client.as_ref().unwrap()).0.starts_with("PUT\n/b/9\n"));
    assert!(notes(&last).contains(&"10 canonical requests; used the last one".to_owned()), "{:?}", notes(&last));
    let refused = log(&[200, 200, 403, 200]);
    let found = capture(&refused);
    assert!(texts(found.client.as_ref().unwrap()).0.starts_with("PUT\n/b/2\n"));
    assert_eq!((target(&found), code(&found)), ("/b/2".to_owned(), "SignatureDoesNotMatch"));
    assert!(notes(&found).contains(&"4 canonical requests; used number 3".to_owned()));
    let second = read(refused.as_bytes(), Some(2)).unwrap();
    assert!(texts(second.client.as_ref().unwrap()).0.starts_with("PUT\n/b/1\n"));
    assert!(read(refused.as_bytes(), Some(5)).is_err());
}

/// One example each of what the programs print around the same texts.
#[test]
fn every_clients_log_is_read() {
    let (c, s) = (CANONICAL, string_to_sign(CANONICAL));
    for text in [
        // boto3's own logger, and the two texts alone
        format!(
            "2018-01-23 15:04:19,885 botocore.auth [DEBUG] CanonicalRequest:\n{c}\n\n2018-01-23 15:04:19,885 botocore.auth [DEBUG] StringToSign:\n{s}\n"
        ),
        format!("{c}\n\n{s}\n"),
        format!("{c}\n{s}").replace('\n', "\r\n"),
        // aws-sdk-go, v1 and v2
        format!(
            "2021/01/01 00:00:00 DEBUG: Request Signature:\n---[ CANONICAL STRING  ]-----------------------------\n{c}\n---[ STRING TO SIGN ]--------------------------------\n{s}\n-----------------------------------------------------\n"
        ),
        format!(
            "time=\"2023-10-26T07:25:47Z\" level=info msg=\"DEBUG: Request Signature:\\n---[ CANONICAL STRING  ]-----------------------------\\n{}\\n---[ STRING TO SIGN ]--------------------------------\\n{}\\n----\"\n",
            c.replace('\n', "\\n"),
            s.replace('\n', "\\n")
        ),
        // aws-sdk-java, v1 and v2; aws-sdk-cpp
        format!(
            "DEBUG com.amazonaws.auth.AWS4Signer - AWS4 Canonical Request: '\"{c}\"\n\nDEBUG com.amazonaws.auth.AWS4Signer - AWS4 String to Sign: '\"{s}\"\n"
        ),
        format!(
            "DEBUG - AWS4 Canonical Request: {c}\nDEBUG - AWS4 Canonical Request Hash: {}\nDEBUG - AWS4 String to sign: {s}\n",
            sha256(c.as_bytes())
        ),
        format!(
            "[DEBUG] 2017-02-01 AWSAuthV4Signer [1] Canonical Header String: host:h.example\n\n[DEBUG] 2017-02-01 AWSAuthV4Signer [1] Canonical Request String: {c}\n[DEBUG] 2017-02-01 AWSAuthV4Signer [1] Final String to sign: {s}\n"
        ),
        // aws-c-auth
        format!(
            "[INFO] [2021] [AuthSigning] - (id=0x1) Signing successfully built canonical request for algorithm SigV4, with contents \n{c}\n\n[INFO] [2021] [AuthSigning] - (id=0x1) Signing successfully built string-to-sign via algorithm SigV4, with contents \n{s}\n"
        ),
        // aws-sigv4 of Rust
        format!(
            "TRACE aws_sigv4::http_request::sign: calculated signing parameters canonical_request={c} string_to_sign={s}\n"
        ),
        format!("TRACE sign: canonical_request={:?} string_to_sign={:?}", c, s),
        // s3cmd, followed by its request
        format!("DEBUG: Canonical Request:\n{c}\n----------------------\nDEBUG: String:\n{s}\n"),
        // indented by whoever reported it
        format!(
            "    CanonicalRequest:\n    {}\n    StringToSign:\n    {}\n",
            c.replace('\n', "\n    "),
            s.replace('\n', "\n    ")
        ),
        // without its empty lines, and as a browser shows it
        format!("CanonicalRequest:\n{}\n{s}\n", c.replace("\n\n", "\n")),
        format!(
            "CanonicalRequest: {} StringToSign: {}\n",
            c.replace("\n\n", "\n").replace('\n', " "),
            s.replace('\n', " ")
        ),
    ] {
        let found = capture(&text);
        assert_eq!(found.kind, CaptureKind::ClientLog, "{text}");
        assert_eq!(texts(found.client.as_ref().unwrap()), (c, s.as_str()), "{text}");
        assert!(!notes(&found).iter().any(|note| note.contains("does not hold")), "{text}");
    }
}

#[test]
fn either_text_may_occur_alone() {
    assert_eq!(texts(&read_client_log(CANONICAL.as_bytes()).unwrap()), (CANONICAL, ""));
    let string = string_to_sign(CANONICAL);
    assert_eq!(texts(&read_client_log(string.as_bytes()).unwrap()), ("", string.as_str()));
    let chunk = "AWS4-HMAC-SHA256-PAYLOAD\n20250903T193547Z\n20250903/us-east-1/s3/aws4_request\n11\n22\n33";
    assert_eq!(texts(&read_client_log(chunk.as_bytes()).unwrap()), ("", chunk));
    assert_eq!(read_client_log(b"nothing here").unwrap_err(), UnreadableCapture::NoClientLog);
    let altered = read_client_log(format!("{}\n{string}", CANONICAL.replace("/b/k", "/b/l")).as_bytes()).unwrap();
    assert_eq!(altered.notes, [Note::UnpairedCanonicalRequest]);
}

/// Words of a log after a prefix look like a server's, until the prefix is stripped.
#[test]
fn the_clients_texts_are_read_after_a_prefix() {
    let string = string_to_sign(CANONICAL);
    let log = format!(
        "botocore.auth [DEBUG] CanonicalRequest:\n{CANONICAL}\nbotocore.auth [DEBUG] StringToSign:\n{string}\n"
    );
    let prefixed: String = log.lines().map(|line| format!("app-1  | {line}\n")).collect();
    let client = capture(&prefixed).client.unwrap();
    assert_eq!(client.canonical_request.as_deref(), Some(CANONICAL.as_bytes()));
    assert_eq!(client.string_to_sign.as_deref(), Some(string.as_bytes()));
}

/// What the server computed is not the client's.
#[test]
fn the_servers_texts_are_not_the_clients() {
    let string = string_to_sign(CANONICAL);
    let xml = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{string}</StringToSign><CanonicalRequest>{CANONICAL}</CanonicalRequest></Error>"
    );
    let found = capture(&format!("upload failed: {xml}"));
    assert_eq!((found.kind, found.client.is_none()), (CaptureKind::Reply, true));
    assert_eq!(found.reply.unwrap().is_unaltered(), Some(true));
    let json = serde_json::json!({ "message": format!(
        "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should \
         have been\n'{CANONICAL}'\n\nThe String-to-Sign should have been\n'{string}'\n") });
    let found = capture(&json.to_string());
    assert_eq!((found.kind, found.reply.unwrap().is_unaltered()), (CaptureKind::Reply, Some(true)));
}

#[test]
fn tools_dump_whole_messages_after_their_prefixes() {
    let head = format!("GET /b/?location= HTTP/1.1\nHost: h.example\nAuthorization: {AUTHORIZATION}\n");
    for text in [
        format!(
            "---------START-HTTP---------\n{head}Accept-Encoding: gzip\n\nHTTP/2.0 403 Forbidden\nContent-Length: 71\n\n{REFUSAL}---------END-HTTP---------\n"
        ),
        format!(
            "mc: <DEBUG> {head}\nmc: <DEBUG> HTTP/1.1 403 Forbidden\nServer: x\n\n{REFUSAL}\nmc: <DEBUG> Response Time:  1ms\n"
        ),
        format!(
            "2021/09/05 10:08:41 DEBUG : >>>>>>>>>>>>>>>>>>>>\n2021/09/05 10:08:41 DEBUG : HTTP REQUEST (req 0xc0)\n2021/09/05 10:08:41 DEBUG : {head}\n2021/09/05 10:08:41 DEBUG : >>>>>>>>>>>>>>>>>>>>\n2021/09/05 10:08:41 DEBUG : <<<<<<<<<<<<<<<<<<<<\n2021/09/05 10:08:41 DEBUG : HTTP RESPONSE (req 0xc0)\n2021/09/05 10:08:41 DEBUG : HTTP/1.1 403 Forbidden\n\n{REFUSAL}\n2021/09/05 10:08:41 DEBUG : <<<<<<<<<<<<<<<<<<<<\n"
        ),
        format!(
            "2021 DEBUG: Request s3/X Details:\n---[ REQUEST POST-SIGN ]-----------------------------\n{head}\n\n-----------------------------------------------------\n2021 DEBUG: Response s3/X Details:\n---[ RESPONSE ]--------------------------------------\nHTTP/1.1 403 Forbidden\n\n\n-----------------------------------------------------\n2021 DEBUG: {REFUSAL}\n"
        ),
        head.lines()
            .chain([""])
            .map(|line| format!("10:00 DEBUG org.apache.http.wire - http-outgoing-0 >> \"{line}[\\r][\\n]\"\n"))
            .collect::<String>()
            + &["HTTP/1.1 403 Forbidden", "", &REFUSAL.replace('\n', "")]
                .map(|line| format!("10:00 DEBUG org.apache.http.wire - http-outgoing-0 << \"{line}[\\r][\\n]\"\n"))
                .concat(),
    ] {
        let found = capture(&text);
        assert_eq!(found.kind, CaptureKind::ClientLog, "{text}");
        assert_eq!((target(&found), code(&found)), ("/b/?location=".to_owned(), "SignatureDoesNotMatch"), "{text}");
        assert_eq!(request(&found).headers.first_text("authorization"), Some(AUTHORIZATION));
        assert_eq!(found.reply.unwrap().status, Some(403), "{text}");
    }
}

#[test]
fn s3cmd_prints_python_dictionaries() {
    let text = format!(
        "DEBUG: Canonical Request:\n{CANONICAL}\n----------------------\nDEBUG: signature-v4 headers: {{'Authorization': 'x,Signature={SIGNATURE}'}}\n\
         DEBUG: Sending request method_string='GET', uri=u'/?prefix=a%3A', headers={{'Authorization': u'{AUTHORIZATION}', 'host': 'h'}}, body=(0 bytes)\n\
         DEBUG: Response: {{'status': 403, 'headers': {{'x-amz-request-id': 'A1'}}, 'reason': 'Forbidden', 'data': '{}'}}\n",
        REFUSAL.replace('\n', "\\n")
    );
    let found = capture(&text);
    assert_eq!((target(&found), code(&found)), ("/?prefix=a%3A".to_owned(), "SignatureDoesNotMatch"));
    assert_eq!((found.client.unwrap().signature.as_deref(), found.reply.unwrap().status), (Some(SIGNATURE), Some(403)));
}

#[test]
fn powershell_writes_logs_in_utf16() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(botocore(CANONICAL, "/b/k", 403).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(texts(&read_client_log(&utf16).unwrap()).0, CANONICAL);
}

/// Catches a hash that is taken for a date because it begins with four digits.
#[test]
fn a_string_to_sign_without_its_time_is_read_whatever_its_hash_is() {
    for hash in ["58853a7d7e0a07516904ea8ad12fb242261835310470b7b9b4c937cb53ba2af9", &"ab".repeat(32), &"20".repeat(32)]
    {
        let string_to_sign = format!("AWS4-HMAC-SHA256\n20261122/us-east-1/s3/aws4_request\n{hash}");
        let log = format!("{CANONICAL}\n---[ STRING TO SIGN ]---\n{string_to_sign}\n-----\n");
        let client = read_client_log(log.as_bytes()).unwrap();
        assert_eq!(client.string_to_sign.as_deref(), Some(string_to_sign.as_bytes()), "{hash}");
    }
}

/// The format of Ceph's log (`rgw_auth_s3.cc`, `rgw_rest_s3.cc`) with `debug rgw = 20`.
#[test]
fn the_log_of_a_server_contains_its_own_texts() {
    let canonical = "GET\n/a%20b\n\nhost:h:7480\nx-amz-date:20181123T123532Z\n\nhost;x-amz-date\n\
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let string = "AWS4-HMAC-SHA256\n20181123T123532Z\n20181123/US/s3/aws4_request\n\
        ecea058f6b942714674a4a06cfd3c93a2e72f76342411916034c4b98accc35fe";
    let at = "2018-11-23 20:35:32.089310 7fc7bb27a700";
    let text = format!(
        "{at} 20 canonical request = {canonical}\n{at} 20 canonical request hash = ecea\n{at} 20 string to sign = {string}\n\
         {at} 15 server signature=aa\n{at} 15 client signature=bb\n{at} 15 compare=-32\n\
         {at} 20 rgw::auth::s3::LocalEngine denied with reason=-2027\n"
    );
    for reply in [capture(&text).reply.unwrap(), read_reply(text.as_bytes()).unwrap()] {
        assert_eq!(reply.canonical_request.as_deref(), Some(canonical.as_bytes()));
        assert_eq!(reply.string_to_sign.as_deref(), Some(string.as_bytes()));
        assert_eq!(
            (reply.code.as_deref(), reply.signature_provided.as_deref()),
            (Some("SignatureDoesNotMatch"), Some("bb"))
        );
    }
    let other = text.replace("server signature", "calculated").replace("client signature", "provided");
    assert_eq!(read_reply(other.as_bytes()).unwrap().string_to_sign.as_deref(), Some(string.as_bytes()));
}
