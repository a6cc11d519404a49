//! Whole commands. The expected requests are what curl 7.88 sent to a listener on this machine, without its
//! `User-Agent`.

use super::*;

/// The request as it is on the wire.
fn wire(command: &str) -> String {
    shown(&capture(command))
}

fn shown(found: &Capture) -> String {
    assert_eq!(found.kind, CaptureKind::CurlCommand);
    let request = request(found);
    let mut text = format!("{} {}", request.method(), target(found));
    for header in &request.headers {
        text.push_str(&format!("\n{}: {}", header.name, String::from_utf8_lossy(&header.value)));
    }
    match request.body.clone() {
        Body::Bytes(bytes) if bytes.is_empty() => text,
        Body::Bytes(bytes) => text + "\n\n" + &String::from_utf8_lossy(&bytes),
        _ => text + "\n\n(unknown)",
    }
}

#[test]
fn a_command_gives_the_request_that_curl_sends() {
    for (command, expected) in [
        ("curl http://h", "GET /\nHost: h\nAccept: */*"),
        ("curl h/x", "GET /x\nHost: h\nAccept: */*"),
        (
            "curl -d a=1 -d 'b=2' http://h",
            "POST /\nHost: h\nAccept: */*\nContent-Length: 7\nContent-Type: application/x-www-form-urlencoded\n\na=1&b=2",
        ),
        (
            "curl -d '' http://h",
            "POST /\nHost: h\nAccept: */*\nContent-Length: 0\nContent-Type: application/x-www-form-urlencoded",
        ),
        ("curl -X POST http://h", "POST /\nHost: h\nAccept: */*"),
        ("curl -G -d a=1 -I 'http://h/?z'", "HEAD /?z&a=1\nHost: h\nAccept: */*"),
        ("curl -G -d x -X POST http://h", "POST /?x\nHost: h\nAccept: */*"),
        (
            "curl -b 'a=b; c=d' -b e=f -e 'http://r/;auto' -A ua --compressed -r 0-9 http://h",
            "GET /\nHost: h\nRange: bytes=0-9\nUser-Agent: ua\nAccept: */*\nReferer: http://r/\nCookie: a=b; c=d;e=f",
        ),
        (
            "curl --json '{}' -d 'x' http://h",
            "POST /\nHost: h\nContent-Type: application/json\nAccept: application/json\nContent-Length: 4\n\n{}&x",
        ),
        (
            "curl -d x --json y -H 'accept: q' http://h",
            "POST /\nHost: h\naccept: q\nContent-Type: application/json\nContent-Length: 2\n\nxy",
        ),
        (
            "curl -H 'X-A;' -H 'X-B:' -H 'X-C: ' -H 'x-d:v' -H 'Accept:' -H 'x-f;g' -H 'nocolon' http://h",
            "GET /\nHost: h\nX-A: \nx-d: v",
        ),
        (
            "curl -H 'host: foo' -H 'User-Agent: z' -H 'Content-Type: t' -d x http://h",
            "POST /\nhost: foo\nAccept: */*\nUser-Agent: z\nContent-Type: t\nContent-Length: 1\n\nx",
        ),
        (
            "curl -H 'Content-Length: 7' -d x -H 'Content-Length: 3' http://h",
            "POST /\nHost: h\nAccept: */*\nContent-Length: 7\nContent-Length: 3\nContent-Type: application/x-www-form-urlencoded\n\nx",
        ),
        (
            "curl -d x -H 'Transfer-Encoding: chunked' http://h",
            "POST /\nHost: h\nAccept: */*\nTransfer-Encoding: chunked\nContent-Type: application/x-www-form-urlencoded\n\nx",
        ),
        ("curl --request-target '/x y' http://h/", "GET /x y\nHost: h\nAccept: */*"),
        ("curl --oauth2-bearer tok http://h", "GET /\nHost: h\nAuthorization: Bearer tok\nAccept: */*"),
        ("curl --tr-encoding http://h", "GET /\nHost: h\nAccept: */*\nConnection: TE\nTE: gzip"),
        ("curl -C 5 http://h", "GET /\nHost: h\nRange: bytes=5-\nAccept: */*"),
        ("curl -A '' -e '' -b '' http://h", "GET /\nHost: h\nAccept: */*"),
        ("curl -XDELETE -sSf http://h", "DELETE /\nHost: h\nAccept: */*"),
        (
            "curl -sHfoo:bar -dx -- http://h",
            "POST /\nHost: h\nAccept: */*\nfoo: bar\nContent-Length: 1\nContent-Type: application/x-www-form-urlencoded\n\nx",
        ),
        (
            "curl --get --no-get --data-u 'a b' -0 http://h",
            "POST /\nHost: h\nAccept: */*\nContent-Length: 3\nContent-Type: application/x-www-form-urlencoded\n\na+b",
        ),
        ("curl --url http://h/u --url-query 'a=b&c' --url-query +raw", "GET /u?a=b%26c&raw\nHost: h\nAccept: */*"),
        ("curl --path-as-is http://h/a/../b", "GET /a/../b\nHost: h\nAccept: */*"),
        ("curl http://h/a/../b", "GET /b\nHost: h\nAccept: */*"),
        ("curl -g 'http://h/{a}[1]'", "GET /{a}[1]\nHost: h\nAccept: */*"),
        ("curl -T '' http://h", "GET /\nHost: h\nAccept: */*"),
    ] {
        assert_eq!(wire(command), expected, "{command}");
        assert!(notes(&capture(command)).is_empty(), "{command}");
    }
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// Catches a file that is opened: none of these exists, and the answer says what is unknown.
#[test]
fn no_file_named_in_a_command_is_opened() {
    for (options, sent, option) in [
        ("-d @f", format!("POST /\nHost: h\nAccept: */*\n{FORM}\n\n(unknown)"), "-d @"),
        ("-d a -d @- -d b", format!("POST /\nHost: h\nAccept: */*\n{FORM}\n\n(unknown)"), "-d @"),
        ("--data-binary @/dev/zero", format!("POST /\nHost: h\nAccept: */*\n{FORM}\n\n(unknown)"), "--data-binary @"),
        ("--data-urlencode x@f", format!("POST /\nHost: h\nAccept: */*\n{FORM}\n\n(unknown)"), "--data-urlencode"),
        (
            "--json @f",
            "POST /\nHost: h\nContent-Type: application/json\nAccept: application/json\n\n(unknown)".to_owned(),
            "--json @",
        ),
        ("-T dir/f", "PUT /f\nHost: h\nAccept: */*\n\n(unknown)".to_owned(), "-T"),
        ("-T -", "PUT /\nHost: h\nAccept: */*\n\n(unknown)".to_owned(), "-T"),
        ("-F f=@f -F g=<f", "POST /\nHost: h\nAccept: */*\n\n(unknown)".to_owned(), "-F <"),
        ("-F f=@f", "POST /\nHost: h\nAccept: */*\n\n(unknown)".to_owned(), "-F"),
        ("-H @f", "GET /\nHost: h\nAccept: */*".to_owned(), "-H @"),
        ("-K f", "GET /\nHost: h\nAccept: */*\n\n(unknown)".to_owned(), "-K"),
        ("-b f", "GET /\nHost: h\nAccept: */*".to_owned(), "-b"),
        ("--url-query x@f", "GET /?…\nHost: h\nAccept: */*".to_owned(), "--url-query"),
        ("-G -d @f", "GET /?…\nHost: h\nAccept: */*".to_owned(), "-d @"),
        ("--etag-compare f", "GET /\nHost: h\nAccept: */*".to_owned(), "--etag-compare"),
    ] {
        let found = capture(&format!("curl {} http://h/", options.replace('<', "'<'")));
        assert_eq!(shown(&found), sent, "{options}");
        let notes = notes(&found).join("\n");
        assert!(notes.contains(option) && notes.contains("unknown"), "{options}: {notes}");
    }
    for options in ["-o f", "-w @f", "-E f", "--cacert f", "-D f", "-c f", "--trace f", "--unix-socket f"] {
        let found = capture(&format!("curl {options} http://h/"));
        assert_eq!((shown(&found).as_str(), notes(&found).len()), ("GET /\nHost: h\nAccept: */*", 0), "{options}");
    }
}

#[test]
fn no_key_and_no_option_of_another_program_is_taken() {
    for (command, expected) in [
        (
            "curl --profile-file notes.txt --profile a https://h/k",
            &["curl has no option --profile-file; it was ignored", "curl has no option --profile; it was ignored"][..],
        ),
        ("curl --region=x https://h/k", &["curl has no option --region; it was ignored"]),
        ("curl https://h/k --endpoint-url http://other/", &["curl has no option --endpoint-url; it was ignored"]),
        ("curl https://h/k -é", &["curl has no option -é; it was ignored"]),
        (
            "curl --aws-sigv4 aws:amz:us-east-1:s3 -u AKID:hush https://h/k",
            &["-u and --aws-sigv4 in the pasted command are not used: give the key with sigvet's own options"],
        ),
        (
            "curl https://AKID:hush@h/k",
            &["-u and --aws-sigv4 in the pasted command are not used: give the key with sigvet's own options"],
        ),
    ] {
        let found = capture(command);
        assert_eq!(shown(&found), "GET /k\nHost: h\nAccept: */*", "{command}");
        assert_eq!(notes(&found), expected, "{command}");
        assert!(!format!("{found:?}").contains("hush"));
    }
}

#[test]
fn one_of_several_requests_is_taken() {
    let several = "curl -X PUT 'http://h/{a,b}' h/c --next -d y https://g/\n";
    let targets: Vec<String> = (1..=4)
        .map(|entry| {
            let found = read(several.as_bytes(), Some(entry)).unwrap();
            format!("{} {} {}", request(&found).method(), request(&found).host().unwrap(), target(&found))
        })
        .collect();
    assert_eq!(targets, ["PUT h /a", "PUT h /b", "PUT h /c", "POST g /"]);
    assert_eq!(notes(&capture(several)), ["4 requests; used number 1"]);
    let signed = "curl http://h/a http://h/b --next -H 'Authorization: AWS4-HMAC-SHA256 Signature=0' http://h/c";
    assert_eq!(target(&capture(signed)), "/c");
}

#[test]
fn what_curl_refuses_is_refused() {
    for (command, expected) in [
        ("curl -I -d a http://h", "the curl command: curl sends either -d or -I, not both"),
        ("curl -d x -F y=z http://h", "the curl command: curl sends either -d or -F, not both"),
        ("curl -T bf -d x http://h", "the curl command: curl sends either -d or -T, not both"),
        ("curl -sS", "the curl command has no URL"),
        ("curl --profile a", "the curl command has no URL"),
    ] {
        assert_eq!(error(command), expected, "{command}");
    }
    assert_eq!(notes(&capture("curl 'http://h/}'")).len(), 1);
    assert_eq!(notes(&capture("curl http://h/ -d")), ["the command is cut off"]);
}

#[test]
fn a_header_that_curl_chooses_is_named_if_it_is_signed() {
    let authorization = |names: &str| {
        format!(
            "curl --compressed -H 'Authorization: AWS4-HMAC-SHA256 Credential=A/1/r/s/aws4_request, SignedHeaders={names}, Signature=0' http://h/"
        )
    };
    assert_eq!(
        notes(&capture(&authorization("accept-encoding;host;user-agent"))),
        [
            "the signature covers user-agent, whose value curl chooses when it sends, so it is unknown",
            "the signature covers accept-encoding, whose value curl chooses when it sends, so it is unknown",
        ]
    );
    assert!(notes(&capture(&authorization("host;x-user-agent"))).is_empty());
}

fn wire_body(found: &Capture) -> String {
    shown(found).split_once("\n\n").unwrap().1.to_owned()
}

/// A presigned POST is signed in its fields; its file is made up, with the length that the policy requires.
#[test]
fn the_fields_of_a_presigned_form_are_read() {
    let policy = "eyJleHBpcmF0aW9uIjoiMjAzMC0wMS0wMVQwMDowMDowMFoiLCJjb25kaXRpb25zIjpbWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsIDMsIDldXX0=";
    let found = capture(&format!(
        "curl -F key=k -F policy={policy} -F 'x-amz-signature=00;type=text/plain' -F 'file=@dir/a.txt;type=text/x' http://h/"
    ));
    let body = wire_body(&found);
    assert!(body.contains(&format!("name=\"policy\"\r\n\r\n{policy}\r\n")), "{body}");
    assert!(body.contains("name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/x\r\n\r\n\0\0\0\r\n--"), "{body}");
    assert_eq!(notes(&found), ["the form's file was not opened, so its length was not checked"]);
}

#[test]
fn a_command_of_many_requests_is_read_quickly() {
    let large = "x".repeat(1024 * 1024);
    for command in [
        format!("curl -d {large} 'http://h/[1-100000000]'"),
        format!("curl 'http://h/{}'", "{a,b}".repeat(50_000)),
        format!("curl {}", "h ".repeat(200_000)),
        format!("curl {}", "--next h ".repeat(100_000)),
    ] {
        assert!(read(command.as_bytes(), None).is_ok());
    }
}

/// What a shell inserts is unknown, and what it removes never reaches curl.
#[test]
fn shell_expansions_are_not_taken_for_words() {
    let form = format!("POST /\nHost: h\nAccept: */*\n{FORM}\n\n(unknown)");
    for (words, sent, note) in [
        ("-d \"$(cat body.txt)\" http://h/", form.as_str(), "$(cat body.txt)"),
        ("-d $(jq -n '{a: (1)}' f) http://h/", &form, "$(jq -n '{a: (1)}' f)"),
        ("-d \"`cat f`\" http://h/", &form, "`cat f`"),
        ("-d `cat f` http://h/", &form, "`cat f`"),
        ("-d \"$BODY\" http://h/", &form, "$BODY"),
        ("http://h/ -H \"X-A: ${A}\"", "GET /\nHost: h\nAccept: */*\nX-A: …", "${A}"),
        ("\"http://h/?a=$A&b=1\"", "GET /?a=…&b=1\nHost: h\nAccept: */*", "$A"),
        ("-d @- < body.txt http://h/", &form, "-d @"),
        ("-d @- <<EOF http://h/", &form, "-d @"),
        ("-d @- <<< 'a b' http://h/", &form, "-d @"),
        ("-d @<(date) http://h/", &form, "<(date)"),
        ("http://h/ 2> trace.txt -X PUT", "PUT /\nHost: h\nAccept: */*", ""),
        ("http://h/ > out 2>&1", "GET /\nHost: h\nAccept: */*", ""),
        (
            "-d 'costs $5' http://h/ &> 'all out'",
            "POST /\nHost: h\nAccept: */*\nContent-Length: 8\n\
            Content-Type: application/x-www-form-urlencoded\n\ncosts $5",
            "",
        ),
    ] {
        let found = capture(&format!("curl {words}"));
        assert_eq!(shown(&found), sent, "{words}");
        assert!(notes(&found).join("\n").contains(note), "{words}: {:?}", notes(&found));
    }
}
