use super::*;

const VERBOSE: &str = "*   Trying 127.0.0.1:18099...
* Connected to 127.0.0.1 (127.0.0.1) port 18099 (#0)
* Server auth using AWS_SIGV4 with user 'AKID'
> PUT /a%20b?x=1 HTTP/1.1
> Host: 127.0.0.1:18099
> Authorization: {authorization}
> X-Amz-Date: 20261122T015120Z
> Content-Length: 85
> 
} [85 bytes data]
< HTTP/1.1 403 Forbidden
< Date: Sun, 22 Nov 2026 01:51:20 GMT
< Content-Length: 71
< 
{ [71 bytes data]
* Connection #0 to host 127.0.0.1 left intact
<?xml version=\"1.0\"?>
<Error><Code>SignatureDoesNotMatch</Code></Error>";

fn verbose() -> String {
    VERBOSE.replace("{authorization}", AUTHORIZATION)
}

const ASCII: &str = "== Info:   Trying 127.0.0.1:18099...
=> Send header, 378 bytes (0x17a)
0000: PUT /a%20b?x=1 HTTP/1.1
0019: Host: 127.0.0.1:18099
0030: Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east
0070: -1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=fe3
00b0: 51d17ba46d83df62f0ed7e2d2fdf1ab2ac7602b46133147b4298e3fafd9a7
00ef: X-Amz-Date: 20261122T015120Z
010d: User-Agent: curl/7.88.1
0126: Accept: */*
0133: Content-Length: 85
0147: Content-Type: application/x-www-form-urlencoded
0178: 
=> Send data, 85 bytes (0x55)
0000: some body text that is quite a bit longer than sixty-four charac
0040: ters so that it wraps
<= Recv header, 24 bytes (0x18)
0000: HTTP/1.1 403 Forbidden
<= Recv header, 37 bytes (0x25)
0000: Date: Sun, 22 Nov 2026 01:51:20 GMT
<= Recv header, 2 bytes (0x2)
0000: 
<= Recv data, 71 bytes (0x47)
0000: <?xml version=\"1.0\"?>.<Error><Code>SignatureDoesNotMatch</Code><
0040: /Error>
== Info: Connection #0 to host 127.0.0.1 left intact
";

const HEX: &str = "01:51:20.819857 => Send header, 41 bytes (0x29)
0000: 47 45 54 20 2f 61 3f 62 20 48 54 54 50 2f 31 2e GET /a?b HTTP/1.
0010: 31 0d 0a 48 6f 73 74 3a 20 68 2e 65 78 61 6d 70 1..Host: h.examp
0020: 6c 65 3a 38 30 0d 0a 0d 0a                      le:80....
01:51:20.820263 <= Recv header, 24 bytes (0x18)
0000: 48 54 54 50 2f 31 2e 31 20 34 30 33 20 46 6f 72 HTTP/1.1 403 For
0010: 62 69 64 64 65 6e 0d 0a                         bidden..
";

#[test]
fn verbose_output_is_read_with_any_prefix() {
    let timed: String = verbose().lines().map(|line| format!("01:51:20.830673 {line}\n")).collect();
    let numbered: String = verbose().lines().map(|line| format!("01:51:20.830673 [0-0] {line}\n")).collect();
    let s3fs: String =
        verbose().lines().map(|line| format!("2021-09-16T22:51:17.335Z [CURL DBG] {}\n", line.trim_end())).collect();
    for text in [verbose(), verbose().replace('\n', "\r\n"), timed, numbered, s3fs] {
        let found = capture(&text);
        assert_eq!((found.kind, target(&found)), (CaptureKind::CurlTrace, "/a%20b?x=1".to_owned()));
        assert_eq!(request(&found).headers.first_text("authorization"), Some(AUTHORIZATION));
        assert_eq!((&request(&found).body, code(&found)), (&Body::Unknown, "SignatureDoesNotMatch"));
        assert_eq!(found.url.as_ref().unwrap().to_string(), "http://127.0.0.1:18099/a%20b?x=1");
        assert_eq!(notes(&found), ["the input does not contain the request's body"]);
    }
}

/// PHP's CURLOPT_VERBOSE, R's httr and GIT_TRACE_CURL: the same libcurl output, printed in three ways.
#[test]
fn libcurl_output_is_read_as_php_r_and_git_print_it() {
    let head = format!("GET /a%20b HTTP/1.1\nHost: h.example\nAuthorization: {AUTHORIZATION}\nAccept: */*\n");
    let answer = "HTTP/1.1 403 Forbidden\nServer: AmazonS3\n";
    let marked = |mark: &str, lines: &str| lines.lines().map(|line| format!("{mark}{line}\n")).collect::<String>();
    let php =
        format!("* Connected to h.example (1.2.3.4) port 443 (#0)\n> {head}\n{}< \n{REFUSAL}\n", marked("< ", answer));
    let r = format!("{}\n{}<- \n{REFUSAL}\n", marked("-> ", &head), marked("<- ", answer));
    let git = |mark: &str, lines: &str| marked(&format!("12:34:56.789012 http.c:756              {mark}"), lines);
    let git = git("=> Send header: ", &head) + &git("<= Recv header: ", answer);
    for text in [php, r, git] {
        let found = capture(&text);
        assert_eq!((target(&found), request(&found).headers.iter().count()), ("/a%20b".to_owned(), 3), "{text}");
        assert_eq!(found.reply.as_ref().unwrap().status, Some(403), "{text}");
    }
}

#[test]
fn the_last_refusal_of_a_redirect_is_taken() {
    let redirect = "> GET /first HTTP/1.1\n> Host: h\n>\n< HTTP/1.1 307 Temporary Redirect\n< Location: /x\n<\n* Ignoring the response-body\n";
    let found = capture(&format!("{redirect}{}", verbose()));
    assert_eq!((target(&found), notes(&found)[0].as_str()), ("/a%20b?x=1".to_owned(), "2 requests; used number 2"));
}

#[test]
fn a_line_that_a_terminal_broke_is_joined() {
    let text = verbose().replace("SignedHeaders", "Signed\nHeaders");
    let found = capture(&text);
    assert_eq!(request(&found).headers.first_text("authorization"), Some(AUTHORIZATION));
    assert!(notes(&found).contains(&"line 6 continues on the next line; they were joined".to_owned()));
}

#[test]
fn remarks_show_http2_if_nothing_else_does() {
    for remark in ["* [HTTP/2] [1] [", "* h2h3 ["] {
        let field = |text: &str| format!("{remark}{text}]\n");
        let fields: String =
            [":method: GET", ":scheme: https", ":authority: h.example", ":path: /x", "accept: */*"].map(field).concat();
        let found = capture(&format!(
            "* SSL connection using TLSv1.3\n{fields}< HTTP/2 403 \n< \n{REFUSAL}* Connection #0 to host h.example left intact\n"
        ));
        assert_eq!(
            (found.url.as_ref().unwrap().to_string().as_str(), code(&found)),
            ("https://h.example/x", "SignatureDoesNotMatch")
        );
        let both = capture(&format!("{fields}> PUT /y HTTP/2\n> Host: h.example\n> \n< HTTP/2 403 \n"));
        assert_eq!((target(&both), both.notes.len()), ("/y".to_owned(), 0));
    }
}

#[test]
fn ascii_dumps_are_assembled_by_their_offsets() {
    let found = capture(ASCII);
    let authorization = request(&found).headers.first_text("authorization").unwrap();
    assert!(authorization.ends_with("Signature=fe351d17ba46d83df62f0ed7e2d2fdf1ab2ac7602b46133147b4298e3fafd9a7"));
    assert_eq!(request(&found).headers.first_text("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request(&found).body.length(), Some(85));
    assert_eq!((code(&found), found.reply.as_ref().unwrap().status), ("SignatureDoesNotMatch", Some(403)));
    assert_eq!(notes(&found), ["the dump shows some bytes of the reply as dots, so they are unknown"]);
    // curl's output between the events has the line breaks that the dump lost.
    let whole = capture(&ASCII.replace("/Error>\n", &format!("/Error>\n{REFUSAL}")));
    assert!(whole.notes.is_empty() && code(&whole) == "SignatureDoesNotMatch");
    // A dot may be any byte, unless the hash in the header shows that it is a dot.
    let dotted = ASCII.replace("some body", "some.body");
    assert_eq!(request(&capture(&dotted)).body, Body::Unknown);
    let hash = sigvet_core::crypto::sha256(
        b"some.body text that is quite a bit longer than sixty-four characters so that it wraps",
    );
    let text = dotted.replace("User-Agent: curl/7.88.1\n0126", &format!("X-Amz-Content-Sha256: {hash}\n0165"));
    assert_eq!(request(&capture(&text)).body.length(), Some(85));
}

#[test]
fn hex_dumps_are_bytes() {
    let found = capture(HEX);
    assert_eq!((target(&found), request(&found).host()), ("/a?b".to_owned(), Some("h.example:80")));
    assert_eq!(found.reply.unwrap().status, Some(403));
}

fn words(text: &str) -> Vec<String> {
    shell::read(text).unwrap_or_else(|error| panic!("{error}: {text}")).words
}

#[test]
fn a_command_is_split_as_its_shell_splits_it() {
    let expected = ["-X", "PUT", "https://h/a b", "-H", "x: \"it's\" \\d", "--data-raw", "a\nb\u{e9}\u{1f600}'c"];
    let posix =
        "$ curl -X PUT 'https://h/a b' \\\n  -H \"x: \\\"it's\\\" \\d\" --data-raw $'a\\nb\\u00e9\\uD83D\\uDE00\\'c'\n";
    assert_eq!(words(posix), expected);
    assert_eq!(words(&posix.replace('\n', "\r\n")), expected);
    let cmd = "curl ^\"https://h/?a=1^&b=^%^20^\" ^\n  -H ^\"x: ^\\^\"q^\\^\"^\" ^\n  --data-raw \"{\\\"a\\\":1}\"";
    assert_eq!(words(cmd), ["https://h/?a=1&b=%20", "-H", "x: \"q\"", "--data-raw", "{\"a\":1}"]);
    let powershell = "curl.exe 'https://h/' `\n  -H \"x: `\"q`\"\" `\n  -d 'it''s'";
    assert_eq!(words(powershell), ["https://h/", "-H", "x: \"q\"", "-d", "it's"]);
    assert_eq!(words("curl '' a''b | jq ."), ["", "ab"]);
}

#[test]
fn a_command_may_be_followed_by_its_answer() {
    let found = capture(&format!("$ curl -i https://h/$KEY\nHTTP/1.1 403 Forbidden\n\n{REFUSAL}"));
    assert_eq!((target(&found).as_str(), code(&found)), ("/%e2%80%a6", "SignatureDoesNotMatch"));
    assert_eq!(notes(&found), ["the value of the shell's $KEY is unknown"]);
    assert_eq!(notes(&capture("curl https://h/ && date")), ["the text after the command was ignored"]);
    assert_eq!(error("curl \\\n 'https://h/"), "line 2: the quote ' is never closed");
    // The output of -v says more than the command.
    assert_eq!(capture(&format!("$ curl -v -T f https://h/\n{}", verbose())).kind, CaptureKind::CurlTrace);
}

/// The format of Insomnia's timeline: a mark before each line of a body, and none before the empty line after a head.
const INSOMNIA: &str = "* Preparing request to https://sts.us-east-1.amazonaws.com/
* Current time is 2026-11-22T01:51:20.000Z
> POST / HTTP/1.1
> Host: sts.us-east-1.amazonaws.com
> Authorization: {authorization}
> Content-Length: 43

| Action=GetCallerIdentity&Version=2011-06-15

* We are completely uploaded and fine

< HTTP/1.1 403 Forbidden
< Content-Type: text/xml

| <Error><Code>SignatureDoesNotMatch</Code>
| <RequestId>r-1</RequestId></Error>
";

#[test]
fn lines_of_bodies_may_be_marked() {
    let text = INSOMNIA.replace("{authorization}", AUTHORIZATION);
    let found = capture(&text);
    assert_eq!(request(&found).body, Body::Bytes(b"Action=GetCallerIdentity&Version=2011-06-15".to_vec()));
    assert_eq!(found.url.as_ref().unwrap().to_string(), "https://sts.us-east-1.amazonaws.com/");
    assert_eq!((code(&found), notes(&found)), ("SignatureDoesNotMatch", Vec::<String>::new()));
}

#[test]
fn a_marked_body_with_another_length_is_unknown() {
    let text = INSOMNIA.replace("{authorization}", AUTHORIZATION).replace("Length: 43", "Length: 44");
    assert_eq!(request(&capture(&text)).body, Body::Unknown);
}
