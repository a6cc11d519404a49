//! What people paste, and what is read from it. Traces are curl 7.88's own; logs follow public reports, with ids, hosts
//! and long values shortened, and matching hashes.

mod clients;
mod command;
mod curl;
mod har;
mod http;
mod log;
mod survival;

use super::*;
use sigvet_core::request::Body;

const REFUSAL: &str = "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code></Error>";

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=fe351d17";

fn capture(text: &str) -> Capture {
    read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn request(capture: &Capture) -> &Request {
    capture.request.as_ref().unwrap()
}

fn target(capture: &Capture) -> String {
    String::from_utf8(request(capture).target().to_vec()).unwrap()
}

fn code(capture: &Capture) -> &str {
    capture.reply.as_ref().and_then(|reply| reply.code.as_deref()).unwrap_or_default()
}

fn notes(capture: &Capture) -> Vec<String> {
    capture.notes.iter().map(ToString::to_string).collect()
}

fn error(text: &str) -> String {
    read(text.as_bytes(), None).unwrap_err().to_string()
}

#[test]
fn a_capture_inside_a_report_is_found() {
    let url = "https://h.example/k?X-Amz-Signature=0a";
    let found = capture(&format!("Hello, my link\nis \"{url}\", but it\nfails.\n"));
    assert_eq!((found.kind, target(&found)), (CaptureKind::Url, "/k?X-Amz-Signature=0a".to_owned()));
    let found = capture("I did this:\n\n  curl -v \\\n  https://h.example/\n");
    assert_eq!((found.kind, request(&found).host()), (CaptureKind::CurlCommand, Some("h.example")));
    let raw = format!(
        "I sent\n\nGET /k HTTP/1.1\nHost: h\nAuthorization: {AUTHORIZATION}\n\nand got\n\nHTTP/1.1 403 Forbidden\n\n{REFUSAL}\n"
    );
    let found = capture(&raw);
    assert_eq!((target(&found), code(&found)), ("/k".to_owned(), "SignatureDoesNotMatch"));
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", capture("curl -u AKID:hush https://h/"));
    let log = "GET\n/\n\nhost:h\nx-amz-security-token:hush\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
    assert!(!format!("{shown} {:?}", capture(log)).contains("hush"));
    assert_eq!(read(b"https://u:hush@/?hush", None).unwrap_err().to_string().find("hush"), None);
}

/// One URL as mail programs, chats and link checkers leave it.
#[test]
fn a_url_in_a_mail_is_restored_as_it_was_signed() {
    let signature = "5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
    let url = format!(
        "https://bucket.s3.eu-west-1.amazonaws.com/r%C3%A9sum%C3%A9.pdf?response-content-type=application%2Fpdf&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    );
    let lines = |length: usize, prefix: &str| {
        let pieces: Vec<_> = url.as_bytes().chunks(length).map(String::from_utf8_lossy).collect();
        pieces.iter().map(|piece| format!("{prefix}{piece}\n")).collect::<String>()
    };
    let printable = url.replace('=', "=3D").replace("&X-Amz-S", "&X-=\nAmz-S");
    let masked = url.replace('%', "*");
    for text in [
        format!("Hello,\n\nplease use\n\n{}\nBye\n", lines(72, "")),
        format!("> please use\n>\n{}", lines(70, "> ")),
        format!("<a href=3D\"{printable}\">x</a>"),
        format!("see <{url}|r\u{e9}sum\u{e9}.pdf>, thanks"),
        format!("Http failure response for {url}: 403 Forbidden"),
        format!("https://urldefense.com/v3/__{masked}__;JSUlJSU!!Abc123!XyZ$"),
        format!("{{\"url\": \"{}\"}}", url.replace('/', "\\/").replace('&', "\\u0026")),
    ] {
        assert_eq!(target(&capture(&text)), url.split_once(".com").unwrap().1, "{text}");
    }
}

#[test]
fn a_token_in_a_connection_or_a_tuple_is_found() {
    let database = "db.example:5432/?Action=connect&DBUser=u&X-Amz-Signature=0a";
    let encoded =
        database.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    // coreutils' `base64` of `https://kafka.x.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Signature=0`.
    let kafka =
        "aHR0cHM6Ly9rYWZrYS54LmFtYXpvbmF3cy5jb20vP0FjdGlvbj1rYWZrYS1jbHVzdGVyJTNBQ29ubmVjdCZYLUFtei1TaWduYXR1cmU9MA==";
    for (text, host) in [
        (format!("postgresql://u:{encoded}@db.example:5432/db?sslmode=require"), "db.example:5432"),
        (format!("postgresql://u:{database}@db.example:5432/db"), "db.example:5432"),
        (format!("('{kafka}', 1740824172000)"), "kafka.x.amazonaws.com"),
    ] {
        let found = capture(&text);
        assert_eq!((found.kind, request(&found).host()), (CaptureKind::Token, Some(host)), "{text}");
        assert!(target(&found).starts_with("/?Action="), "{text}");
    }
}

#[test]
fn a_refusal_below_a_command_is_its_reply() {
    let command = format!("curl 'https://h/k' -H 'Authorization: {AUTHORIZATION}'");
    let message = "{\"message\":\"The request signature we calculated does not match the signature you provided.\"}";
    for text in [
        format!("{{code:bash}}\n{command}\n{{code}}\nGives\n{{noformat}}{message}{{noformat}}"),
        format!("I did\n\n{command}\n\nand got {message}"),
        format!("{command}\n\nSignatureDoesNotMatch: The request signature we calculated does not match"),
    ] {
        let found = capture(&text);
        assert_eq!((found.kind, target(&found)), (CaptureKind::CurlCommand, "/k".to_owned()), "{text}");
        assert!(found.reply.is_some_and(|reply| reply.is_signature_refusal()), "{text}");
    }
    let status = capture("ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden").reply;
    assert_eq!(status.and_then(|reply| reply.status), Some(403));
}

/// Catches a list of URLs that is called valid because of its first.
#[test]
fn each_presigned_url_of_a_text_can_be_chosen() {
    let url = |key: &str| {
        let signature = "5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
        format!(
            "https://b.s3.eu-west-1.amazonaws.com/{key}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={signature}"
        )
    };
    let key = |text: &str, entry| read(text.as_bytes(), entry).map(|found| target(&found)[..2].to_owned());
    let (a, b, c) = (url("a"), url("b"), url("c"));
    for text in [
        format!("{a}\n{b}\n{c}\n"),
        format!("works: {a}\nfails: {b} (403), {c}\n"),
        format!("- \"{a}\"\n- '{b}'\n- <{c}>\n"),
        format!("{{\"good\": \"{a}\", \"bad\": \"{b}\",\n\"other\": \"{c}\"}}"),
        format!("{a}\nagain {a}\n{b}\n{b}\n{c}"),
        format!("<p><a href=\"{a}\">1</a> <a href='{b}'>2</a> <a href=\"{c}\">3</a></p>").replace('&', "&amp;"),
        format!("<p><a href=\"{a}\">1</a> <a href=\"{b}\">2</a> <a href=\"{c}\">3</a></p>").replace("=\"", "=3D\""),
    ] {
        assert_eq!(notes(&capture(&text)).first().map(String::as_str), Some("3 requests; used number 1"), "{text}");
        for (entry, expected) in [(None, "/a"), (Some(1), "/a"), (Some(2), "/b"), (Some(3), "/c")] {
            assert_eq!(key(&text, entry).unwrap(), expected, "{text}");
        }
        assert!(key(&text, Some(4)).is_err(), "{text}");
    }
    assert!(notes(&capture(&format!("{a}\nonce more: {a}"))).is_empty());
    let both = format!("as text: {a}\n\n<a href=\"{}\">and as a link</a>\n", a.replace('&', "&amp;"));
    assert!(notes(&capture(&both)).is_empty(), "{both}");
    assert_eq!(key(&format!("https://h.example/page\n{b}"), None).unwrap(), "/b");
}

/// Catches a count that ends where the reader stops.
#[test]
fn whatever_is_in_a_text_is_counted_and_can_be_chosen() {
    let signature = "5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
    let url = |at| {
        format!(
            "https://b.s3.eu-west-1.amazonaws.com/{at}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={signature}"
        )
    };
    let authorization = "AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host, Signature=1";
    let record = |at| {
        format!(
            "{{\"method\":\"GET\",\"url\":\"/{at}\",\"headers\":{{\"Host\":\"h\",\"Authorization\":\"{authorization}\"}}}}"
        )
    };
    let call = |at| format!("fetch('https://h/{at}', {{headers: {{Authorization: '{authorization}'}}}})");
    let lines = |line: &dyn Fn(usize) -> String| (1..=150).map(|at| line(at) + "\n").collect::<String>();
    for (text, taken) in [
        (lines(&url), 1),
        (format!("see\n{}", lines(&url)), 1),
        (lines(&|at| format!("<a href=\"{}\">x</a>", url(at).replace('&', "&amp;"))), 1),
        (format!("[\"{}\"]", lines(&url).trim_end().replace('\n', "\",\"")), 1),
        (format!("see {}", lines(&url).replace("https", "wss")), 1),
        (lines(&record), 150),
        (lines(&call), 150),
    ] {
        assert_eq!(notes(&capture(&text))[0], format!("150 requests; used number {taken}"), "{}", &text[..200]);
        let chosen = read(text.as_bytes(), Some(140)).unwrap();
        assert!(target(&chosen).starts_with("/140"), "{}", target(&chosen));
        assert!(read(text.as_bytes(), Some(151)).is_err());
    }
    let token = |at| format!("db{at}.example:5432/?Action=connect&DBUser=u&X-Amz-Signature={signature}");
    assert_eq!(notes(&capture(&format!("mine:\n{}", lines(&token))))[0], "more than 64 tokens found; used number 1");
}

/// Catches evidence that is silently passed over because it is far down in the text.
#[test]
fn evidence_far_down_in_a_text_is_found() {
    let signature = "5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
    let url =
        format!("https://b.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={signature}");
    let authorization = "AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host, Signature=1";
    let filler = "2026-11-30 10:11:12 INFO {\"level\": \"info\", \"took\": 12}\n".repeat(5_000);
    let far = |what: &str, line: &str| format!("the text is long; {what} was read from line {line}");
    for evidence in [
        format!("see {url}\n"),
        format!(
            "{{\"method\":\"GET\",\"url\":\"/k?X-Amz-Algorithm=AWS4-HMAC-SHA256\",\"headers\":{{\"Host\":\"h\",\"Authorization\":\"{authorization}\"}}}}\n"
        ),
        format!("PGPASSWORD='db.example:5432/?Action=connect&DBUser=u&X-Amz-Signature={signature}'\n"),
    ] {
        let found = capture(&format!("{filler}{evidence}{filler}"));
        assert!(found.request.is_some(), "{evidence}");
        assert!(notes(&found).iter().any(|note| note.starts_with(&far("the request", ""))), "{:?}", notes(&found));
    }
    let refusal = "<Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>\n";
    let late = capture(&format!("{url}\n{filler}{refusal}"));
    assert_eq!(code(&late), "SignatureDoesNotMatch");
    assert!(notes(&late).iter().any(|note| note.starts_with(&far("the server's reply", ""))), "{:?}", notes(&late));
    let marks = "a signature= of nothing\n".repeat(14_000);
    let given_up = read(format!("{filler}{marks}").as_bytes(), None).unwrap_err().to_string();
    assert!(given_up.contains("the text is long, and nothing below line"), "{given_up}");
}

/// A body with a reply below it that has no status line, as programs print both.
#[test]
fn a_reply_below_a_body_is_read() {
    let request = "POST / HTTP/1.1\nHost: h\nContent-Length: 2\nAuthorization: AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host, Signature=1\n\n{}";
    let refusal = "software.amazon.awssdk.services.dynamodb.model.DynamoDbException: The security token included in the request is invalid. (Service: DynamoDb, Status Code: 400, Request ID: R)";
    let found = capture(&format!("{request}\n\n{refusal}\n"));
    assert!(found.reply.is_some_and(|reply| reply.status == Some(400)));
    assert!(found.notes.iter().all(|note| !matches!(note, crate::formats::Note::TextBehindBody { .. })));
    let other = capture(&format!("{request}\n\nthe end of it\n"));
    assert!(other.reply.is_none() && !other.notes.is_empty());
}

/// Catches a word in capitals in front of a URL that is taken for its method.
#[test]
fn only_a_method_in_front_of_a_url_is_its_method() {
    let url = "https://b.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=\
               5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
    for (word, method) in [("URL", "GET"), ("PDF", "GET"), ("LINK", "GET"), ("PUT", "PUT"), ("DELETE", "DELETE")] {
        let found = capture(&format!("{word} {url}\n"));
        assert_eq!(request(&found).method(), method, "{word}");
        assert!(target(&found).starts_with("/k?X-Amz-Algorithm="), "{word}");
    }
}

#[test]
fn a_url_in_the_source_of_a_mail_is_found() {
    let signature = "5c5d2697ee44dc777c00a709afca6b988c5619cb47027a9ac37b93199c428feb";
    let target_of =
        format!("/k%20x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}");
    let printable = format!("https://b.s3.eu-west-1.amazonaws.com{target_of}").replace('=', "=3D");
    let (one, other) = printable.split_at(70);
    for end in ["\n", "\r\n"] {
        let mail = format!(
            "From: a@b.example\nSubject: file\nMIME-Version: 1.0\nContent-Type: text/plain; charset=3Dutf-8\n\
             Content-Transfer-Encoding: quoted-printable\n\nHi,\n{one}=\n{other}\nbye\n"
        );
        let found = capture(&mail.replace('\n', end));
        assert_eq!(target(&found), target_of);
    }
}

/// Catches a record that `verify --batch` reads as a request, and `verify` as loose text.
#[test]
fn a_record_without_a_method_is_a_get() {
    let url = "https://h.example/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0a";
    let record = |fields: &str| capture(&format!("{{\"url\":\"{url}\"{fields}}}"));
    let host = |found: &Capture| request(found).host().map(str::to_owned);
    let other = record(r#","headers":{"Host":"other.example"}"#);
    assert_eq!((host(&other).as_deref(), request(&other).method()), (Some("other.example"), "GET"));
    assert_eq!(host(&record(r#","method":"PUT""#)).as_deref(), Some("h.example"));
    assert_eq!(request(&record(r#","method":"PUT","headers":null"#)).method(), "PUT");
    // The headers of a response are not those of the request.
    let response = record(r#","status":403,"headers":{"x-amz-request-id":"1","server":"AmazonS3"}"#);
    assert!(!request(&response).headers.contains("x-amz-request-id"));
}
