//! Lists of keys as S3 writes them: URL-encoded, and without the names of their columns.

use serde_json::Value;

use crate::{botocore, presign, sorted};

/// botocore's keys, encoded as Python's `quote_plus` and S3 do.
#[test]
fn url_encoded_keys_are_decoded() {
    let all = botocore();
    let keys = all["keys"].as_object().unwrap();
    let encoded = |key: &str| -> String {
        key.bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'/' => "/".to_owned(),
                _ if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    assert!(keys.keys().any(|key| key.contains('%')) && keys.keys().any(|key| key.contains(' ')));
    let rows: String = keys.keys().map(|key| format!("\"photos\",\"{}\",\"12\"\r\n", encoded(key))).collect();
    let words = ["--csv", "2", "--no-header", "--url-encoded", "--base", "s3://photos/2026/"];
    let text = presign(&words).input(rows.as_bytes()).run().expect(0).text();
    assert_eq!(text.lines().count(), keys.len());
    for ((line, row), url) in text.lines().zip(rows.lines()).zip(keys.values()) {
        let added = line.strip_prefix(row.trim_end()).unwrap_or_else(|| panic!("{line}"));
        let found = added.split(',').nth(1).unwrap();
        assert_eq!(sorted(found), sorted(url.as_str().unwrap()));
    }
    let lines: String = keys.keys().map(|key| encoded(key) + "\n").collect();
    let text =
        presign(&["--url-encoded", "--base", "s3://photos/2026/"]).input(lines.as_bytes()).run().expect(0).text();
    for (line, url) in text.lines().zip(keys.values()) {
        assert_eq!(sorted(line), sorted(url.as_str().unwrap()));
    }
    // URLs are not affected.
    for url in ["s3://photos/2026/a+b%20c", "https://photos.s3.eu-west-1.amazonaws.com/2026/a+b%20c"] {
        let plain = presign(&[]).input(url.as_bytes()).run().expect(0).text();
        assert_eq!(presign(&["--url-encoded"]).input(url.as_bytes()).run().expect(0).text(), plain);
    }
    let record = b"{\"bucket\":\"photos\",\"key\":\"a%2Bb+c\"}\n";
    let text = presign(&["--jsonl", "--url-encoded"]).input(record).run().expect(0).text();
    let found: Value = serde_json::from_str(&text).unwrap();
    assert!(found["presigned_url"].as_str().unwrap().contains("/a%2Bb%20c?"), "{found}");
}

/// Catches silently wrong keys in a file whose separator is the tab and whose keys contain commas.
#[test]
fn a_separator_is_not_guessed() {
    let words = ["--csv", "2", "--no-header", "--base", "s3://photos/"];
    for rows in ["photos\ta,b.png\nphotos\tc,d.png\n", "photos;a|b\n"] {
        let ran = presign(&words).input(rows.as_bytes()).run().expect(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("sep="), "{}", ran.stderr);
        let stated = format!("sep={}\n{rows}", &rows[6..7]);
        let text = presign(&words).input(stated.as_bytes()).run().expect(0).text();
        assert!(text.contains("/a%2Cb.png?") || text.contains("/a%7Cb?"), "{text}");
    }
    let rows = "photos\ta,b.png\nphotos\tc.png\nphotos\td.png\n";
    let text = presign(&words).input(rows.as_bytes()).run().expect(0).text();
    assert!(text.lines().count() == 3 && text.contains("/a%2Cb.png?"), "{text}");
    let ran = presign(&words).input(b"photos,a\nphotos\n").run().expect(1);
    assert!(ran.stderr.contains("1 columns, and the first row 2") && !ran.stderr.contains("header"), "{}", ran.stderr);
    let ran = presign(&words).input(b"photos,\"a\"b\n").run().expect(2);
    assert!(ran.stderr.contains("the first row of the CSV cannot be read"), "{}", ran.stderr);
    for other in ["--jsonl", "-0"] {
        let ran = presign(&["--no-header", other]).input(b"{\"key\":\"a\"}\n").run().expect(2);
        assert!(ran.stderr.contains("--no-header"), "{}", ran.stderr);
    }
}

#[test]
fn a_key_that_is_not_url_encoded_is_refused() {
    let said = presign(&["--url-encoded", "--base", "s3://photos/"]).input(b"50%.png\n").run().expect(1).stderr;
    assert!(said.contains("the key is not URL-encoded") && said.contains("omit --url-encoded"), "{said}");
}

/// Each file of an inventory has no header; errors name the line.
#[test]
fn files_without_headers_are_rows_from_the_first_line() {
    let words = ["--csv", "2", "--no-header", "--base", "s3://photos/", "--on-error", "report"];
    let text = presign(&words).input(b"sep=;\nphotos;a\nphotos;s3://b/c\nphotos;d\n").run().expect(1).text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0] == "sep=;" && lines[1].starts_with("photos;a;https://"), "{text}");
    assert!(lines[2].starts_with("photos;s3://b/c;;;") && lines[2].contains("line 3: "), "{text}");
    for (words, problem) in [
        (&["--csv", "3", "--no-header"][..], "no column 3; its first row has 2"),
        (&["--csv", "key", "--no-header"], "--csv takes the number of a column"),
    ] {
        let said = presign(words).input(b"photos,a\n").run().expect(2).stderr;
        assert!(said.contains(problem), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let files = ["one", "two", "three"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    for (file, text) in files.iter().zip(["photos,a\n", "photos,b\n", "photos,c,1\n"]) {
        std::fs::write(file, text).unwrap();
    }
    let words = ["--csv", "2", "--no-header", "--base", "s3://photos/"];
    let text = presign(&[&words[..], &[&files[0], &files[1]]].concat()).run().expect(0).text();
    assert!(text.lines().count() == 2 && text.contains("/b?"), "{text}");
    let ran = presign(&[&words[..], &[&files[0], &files[2]]].concat()).run().expect(2);
    assert!(ran.stderr.contains("its columns are not those of"), "{}", ran.stderr);
}
