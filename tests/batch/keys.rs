//! Object keys and URLs, one on each line.

use crate::{botocore, presign, sorted};

/// Catches a key that is mistaken for a URL, encoded twice, normalised, or cut at a character with a meaning in URLs.
#[test]
fn keys_are_signed_as_botocore_signs_them() {
    let all = botocore();
    let keys = all["keys"].as_object().unwrap();
    let input: Vec<u8> = keys.keys().flat_map(|key| [key.as_bytes(), b"\0"].concat()).collect();
    let ran = presign(&["-0", "--base", "s3://photos/2026/"]).input(&input).run().expect(0);
    let lines: Vec<&str> = std::str::from_utf8(&ran.stdout).unwrap().lines().collect();
    assert_eq!(lines.len(), keys.len());
    for (line, (key, url)) in lines.iter().zip(keys) {
        assert_eq!(sorted(line), sorted(url.as_str().unwrap()), "{key}");
    }
}

/// Each way to name the same object: under a base, as s3://, as a URL; with one thread or many, with any line end.
#[test]
fn every_way_to_name_an_object_gives_the_same_url() {
    let all = botocore();
    let expected = all["keys"]["a b+c&d=e;f"].as_str().unwrap();
    let encoded = expected.split('?').next().unwrap();
    for (words, line) in [
        (&["--base", "s3://photos/2026"][..], "a b+c&d=e;f\n"),
        (&["--base", "https://photos.s3.eu-west-1.amazonaws.com/2026/"], "a b+c&d=e;f\r\n"),
        (&["-j", "1"], "s3://photos/2026/a b+c&d=e;f"),
        (&["-j", "7"], &format!("{encoded}\r\n")),
        (&["--jsonl", "--on-error", "report"], "{\"bucket\":\"photos\",\"key\":\"2026/a b+c&d=e;f\"}"),
    ] {
        let ran = presign(words).input(line.as_bytes()).run().expect(0);
        let text = String::from_utf8(ran.stdout).unwrap();
        let url = match text.starts_with('{') {
            true => {
                serde_json::from_str::<serde_json::Value>(&text).unwrap()["presigned_url"].as_str().unwrap().to_owned()
            }
            false => text.trim_end_matches('\n').to_owned(),
        };
        assert_eq!(sorted(&url), sorted(expected), "{words:?}");
        assert_eq!(ran.stderr, "");
    }
}

/// The URL's own query is signed; method and headers from the options apply to every record.
#[test]
fn queries_methods_and_headers_are_signed() {
    let all = botocore();
    let line = b"s3://photos/cat.png?versionId=3%2FL4kq%2Bt\n";
    let ran = presign(&["--expires", "60"]).input(line).run().expect(0);
    assert_eq!(sorted(ran.text().trim_end()), sorted(all["version"].as_str().unwrap()));
    let ran = presign(&["-X", "PUT", "-H", "Content-Type: image/png", "--expires", "15m", "--base", "s3://photos"]);
    let ran = ran.input(b"cat.png\n").run().expect(0);
    assert_eq!(sorted(ran.text().trim_end()), sorted(all["put"].as_str().unwrap()));
}

/// A key may consist of any bytes.
#[test]
fn a_key_need_not_be_text() {
    let ran = presign(&["--base", "s3://photos"]).input(b"\xff\xfe\n").run().expect(0);
    assert!(ran.text().starts_with("https://photos.s3.eu-west-1.amazonaws.com/%FF%FE?X-Amz-"));
    // A byte order mark is part of a key that ends with a zero byte.
    let ran = presign(&["-0", "--base", "s3://photos"]).input(b"\xef\xbb\xbfa\0").run().expect(0);
    assert!(ran.text().starts_with("https://photos.s3.eu-west-1.amazonaws.com/%EF%BB%BFa?X-Amz-"), "{}", ran.text());
    let ran = presign(&[]).input(b"https://photos.s3.eu-west-1.amazonaws.com/\xff\n").run().expect(1);
    assert!(ran.stderr.contains("standard input, line 1: the URL is not UTF-8"), "{}", ran.stderr);
}

/// Errors that would affect every record are reported before one is read.
#[test]
fn option_errors_are_reported_at_once() {
    for (words, code, expected) in [
        (&["--base", "nonsense"][..], 2, "invalid URL 'nonsense'"),
        (&["--base", "s3://b/?versions"], 2, "--base has a query"),
        (&["--base", "https://b.s3.us-west-2.amazonaws.com/"], 2, "is in us-west-2, not in eu-west-1"),
        (&["--csv", "key", "--jsonl"], 2, "cannot be used with"),
        (&["--show", "all"], 2, "--batch does not work with --show"),
        (&["--as", "json"], 2, "--batch does not work with --as"),
        (&["--scheme", "v2"], 2, "--batch signs with Version 4 or 4A"),
        (&["-j", "0"], 2, "invalid value '0'"),
        (&["-d", "@-"], 26, "standard input has the records"),
        (&["/nonexistent/keys.txt"], 2, "cannot read /nonexistent/keys.txt: no such file"),
        (&["s3://photos/a.jpg"], 2, "give URLs on standard input, or omit --batch"),
        (&["--base", "s3://"], 2, "--base has no bucket"),
        (&["--base", "s3://b/#f"], 2, "--base has a query or a fragment"),
        (&["--expires", "8d"], 2, "must be 1 to 604800 s (7 days), not 691200 s"),
        (&["--checksum", "sha256"], 2, "--batch does not work with --checksum"),
        (&["--csv", "key", "--field", "f"], 2, "cannot be used with"),
        (&["-G", "-d", "a=b"], 2, "options that change the URL"),
        (&["--signing-key", "-", "--base", "s3://b"], 2, "--signing-key - does not work here"),
    ] {
        let ran = presign(words).input(b"k\n").run().expect(code);
        assert!(ran.stderr.contains(expected), "{words:?}: {}", ran.stderr);
        assert_eq!(ran.text(), "", "{words:?}");
    }
    let ran = sigvet_testing::Sigvet::new(&["presign", "s3://a/b", "s3://c/d"]).run().expect(2);
    assert!(ran.stderr.contains("one URL at a time") && ran.stderr.contains("pass --batch"), "{}", ran.stderr);
}
