//! Objects and rows, which keep their other fields; and invalid records.

use sigvet_testing::Sigvet;

use crate::{botocore, presign, sorted};

/// Catches a lost field, a rounded number, and a method, a header or an expiry from another record.
#[test]
fn an_object_keeps_its_fields() {
    let all = botocore();
    let record = r#"{"id":12345678901234567890,"w":1e400,"url":"s3://photos/cat.png","method":"PUT","expires":"15m","headers":{"Content-Type":"image/png"}}"#;
    let ran = presign(&["--jsonl"]).input(record.as_bytes()).run().expect(0);
    let text = ran.text().trim_end().to_owned();
    let before = record.strip_suffix('}').unwrap();
    assert!(text.starts_with(before) && text.ends_with('}'), "{text}");
    let (_, added) = text.split_at(before.len() + 1);
    let added: serde_json::Value = serde_json::from_str(&format!("{{{added}")).unwrap();
    assert_eq!(sorted(added["presigned_url"].as_str().unwrap()), sorted(all["put"].as_str().unwrap()));
    assert_eq!(added["expires_at"], "2026-03-01T10:26:12Z");
    assert_eq!(added["send_headers"], serde_json::json!([["Content-Type", "image/png"]]));
}

/// A record that was presigned before is presigned again, and occurs once.
#[test]
fn the_output_is_an_input() {
    let first = presign(&["--jsonl"]).input(b"{\"url\":\"s3://photos/cat.png\",\"n\":0.10}\n").run().expect(0);
    let again = presign(&["--jsonl"]).input(&first.stdout).run().expect(0);
    assert_eq!(again.stdout, first.stdout);
    let field =
        presign(&["--jsonl", "--field", "n"]).input(b"{\"url\":1,\"n\":\"s3://photos/cat.png\"}\n").run().expect(0);
    let url = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["presigned_url"].clone();
    assert_eq!(url(&field.stdout), url(&first.stdout));
}

/// Region and bucket of a record choose its host.
#[test]
fn a_record_has_its_own_region() {
    let record = b"{\"bucket\":\"bk\",\"key\":\"a?b\",\"region\":\"ap-south-1\"}\n";
    let ran = presign(&["--jsonl"]).input(record).run().expect(0);
    let record: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let url = record["presigned_url"].as_str().unwrap();
    assert!(url.starts_with("https://bk.s3.ap-south-1.amazonaws.com/a%3Fb?"), "{url}");
    assert!(url.contains("%2Fap-south-1%2Fs3%2F"), "{url}");
}

/// As Athena and spreadsheets write rows: with quotes, commas and newlines inside, and their own line ends.
#[test]
fn a_row_keeps_its_columns() {
    let all = botocore();
    let rows = "\u{feff}id,\"key\",note\r\n1,\"x//y/../z\",\"a, \"\"b\"\"\"\r\n2,\"new\nline\",\r\n";
    let ran = presign(&["--csv", "key", "--base", "s3://photos/2026/"]).input(rows.as_bytes()).run().expect(0);
    let text = String::from_utf8(ran.stdout).unwrap();
    let rows: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(rows[0], "\u{feff}id,\"key\",note,presigned_url,expires_at");
    let one = rows[1].strip_prefix("1,\"x//y/../z\",\"a, \"\"b\"\"\",").unwrap();
    let two = rows[2].strip_prefix("2,\"new\nline\",,").unwrap();
    for (row, key) in [(one, "x//y/../z"), (two, "new\nline")] {
        let url = row.strip_suffix(",2026-03-01T11:11:12Z").unwrap();
        assert_eq!(sorted(url), sorted(all["keys"][key].as_str().unwrap()));
    }
    assert_eq!(rows[3..], [""]);
}

/// Separators used by spreadsheets of other countries and by databases: each is kept, and a comma is then ordinary
/// text.
#[test]
fn columns_are_separated_as_in_the_header() {
    let all = botocore();
    for delimiter in ["\t", ";", "|"] {
        let rows = "note;key;\"id\"\n\"a;\"\"b\"\";x,y\n\";x//y/../z;1\na;b\n".replace(';', delimiter);
        let ran = presign(&["--csv", "key", "--base", "s3://photos/2026/", "--on-error", "report"]);
        let text = ran.input(rows.as_bytes()).run().expect(1).text();
        let header = "note;key;\"id\";presigned_url;expires_at;error\n".replace(';', delimiter);
        let text = text.strip_prefix(&header).unwrap();
        let text = text.strip_prefix(&"\"a;\"\"b\"\";x,y\n\";x//y/../z;1;".replace(';', delimiter)).unwrap();
        let (one, wrong) = text.split_once('\n').unwrap();
        let url = one.strip_suffix(&";2026-03-01T11:11:12Z;".replace(';', delimiter)).unwrap();
        assert_eq!(sorted(url), sorted(all["keys"]["x//y/../z"].as_str().unwrap()));
        assert_eq!(wrong, "a;b;;;;line 4: the row has 2 columns, and the header 3\n".replace(';', delimiter));
    }
}

/// What Windows calls Unicode has a zero byte in each letter: every line would be a key, but not the intended one.
#[test]
fn utf_16_is_refused() {
    let wide = |text: &str| -> Vec<u8> {
        "\u{feff}".chars().chain(text.chars()).flat_map(|c| [(c as u32) as u8, (c as u32 >> 8) as u8]).collect()
    };
    for (words, text) in [
        (&["--base", "s3://b"][..], "a\r\nb\r\n"),
        (&["--csv", "key", "--base", "s3://b"], "key\r\na\r\n"),
        (&["--jsonl"], "{}\r\n"),
    ] {
        let little = wide(text);
        let big: Vec<u8> = little.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        for bytes in [little, big] {
            let ran = presign(words).input(&bytes).run().expect(2);
            assert!(ran.stderr.contains("the text is UTF-16") && ran.stdout.is_empty(), "{words:?}: {}", ran.stderr);
        }
    }
    // A key may consist of any bytes.
    presign(&["--base", "s3://b"]).input(b"\xff\xfeab\n").run().expect(0);
}

/// With several files, a report says which one the record is in.
#[test]
fn a_report_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["one.txt", "t\"wo.txt"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    files.iter().for_each(|file| std::fs::write(file, "s3://b/k\n\n").unwrap());
    for command in ["presign", "verify"] {
        let words = [command, "--batch", "--region", "eu-west-1", "--on-error", "report"];
        let run = |files: &[&str]| {
            let text = Sigvet::new(&[&words, files].concat()).run().expect(1).text();
            let reports = text.lines().filter(|line| line.contains("\"error\":\"the record is empty\""));
            reports.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect::<Vec<_>>()
        };
        let found = run(&[&files[0], &files[1]]);
        assert_eq!(found.len(), 2, "{found:?}");
        for (report, file) in found.iter().zip(&files) {
            assert_eq!((report["file"].as_str(), report["line"].as_u64()), (Some(file.as_str()), Some(2)));
        }
        assert_eq!(run(&[&files[0]])[0].get("file"), None);
    }
}

/// Catches rows inside a quoted cell that are signed as if they were rows of the file.
#[test]
fn a_quoted_cell_is_never_read_as_rows() {
    let lines = "secret/key,x\n".repeat(120_000);
    for (rows, expected) in [
        (format!("key,note\na,1\nb,\"{lines}\"\nc,3\n"), "the quote that opens in line 3 is not closed within 1 MiB"),
        (format!("key,note\na,1\n\"{lines}"), "the quote that opens in line 3 is not closed within 1 MiB"),
        (format!("\"key\",\"no\nte\"\na,1\n{},2\n", "x".repeat(3_000_000)), "the row in line 4 is longer than 1 MiB"),
    ] {
        let ran = presign(&["--csv", "key", "--base", "s3://b", "--on-error", "report"]).input(rows.as_bytes());
        let ran = ran.run().expect(2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(!ran.text().contains("secret") && ran.text().contains("/a?"), "{}", ran.text());
    }
}

/// A stray quote joins rows: the error says where it is and how far it goes. Blank lines are kept.
#[test]
fn a_stray_quote_is_located() {
    let run = |rows: &str, words: &[&str], code: i32| {
        presign(&[&["--csv", "key", "--base", "s3://b"], words].concat()).input(rows.as_bytes()).run().expect(code)
    };
    let ran = run("key,n\n\"a\nb\",1\n\"c,2\nd,3\n", &["--on-error", "report"], 1);
    let found = "line 4: the quote that opens in line 4 is not closed; the row extends from line 4 to line 5\n";
    assert!(ran.text().ends_with(found), "{}", ran.text());
    let ran = run("key,n\n\"a,1\nb,2\nc\",3,4\n", &[], 1);
    let found =
        "standard input, line 2: the row has 3 columns, and the header 2; the row extends from line 2 to line 4";
    assert!(ran.stderr.contains(found), "{}", ran.stderr);
    let text = run("key,n\r\na,1\r\n\r\nb,2\r\n\r\n", &[], 0).text();
    let rows: Vec<&str> = text.split("\r\n").collect();
    assert!(rows.len() == 6 && rows[1].starts_with("a,1,https") && rows[3].starts_with("b,2,https"), "{text}");
    assert_eq!([rows[2], rows[4], rows[5]], [""; 3]);
}

#[test]
fn a_csv_without_the_column_is_refused() {
    for (rows, expected) in [
        ("id,name\n1,2\n", "standard input: the CSV has no column 'key'; it has id, name"),
        ("id,key,presigned_url\n", "the CSV has a column 'presigned_url' already; rename or remove it"),
        ("key,id,key\n", "the CSV has several columns 'key'"),
        ("\"id,key\n1\n", "a quote is not closed"),
        (&format!("key,{}\na,1\n", "x".repeat(2 << 20)), "standard input: the row in line 1 is longer than 1 MiB"),
    ] {
        let ran = presign(&["--csv", "key", "--base", "s3://b"]).input(rows.as_bytes()).run().expect(2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    presign(&["--csv", "key", "--base", "s3://b"]).run().expect(0);
}

/// Each record gets its line, whatever is wrong with it, and the exit code says that something was.
#[test]
fn a_wrong_record_has_its_own_line() {
    let lines = b"s3://photos/cat.png\n\nnonsense\nhttps://b.s3.us-west-2.amazonaws.com/k\ns3://photos/cat.png?X-Amz-Signature=00\ns3://photos/cat.png\n";
    let report = presign(&["--on-error", "report"]).input(lines).run().expect(1);
    let text = report.text();
    let lines_out: Vec<&str> = text.lines().collect();
    assert_eq!(lines_out.len(), 6);
    assert_eq!(lines_out[0], lines_out[5]);
    for (line, number, expected) in [
        (lines_out[1], 2, "the record is empty"),
        (lines_out[2], 3, "the record is not a URL"),
        (lines_out[3], 4, "is in us-west-2, not in eu-west-1"),
        (lines_out[4], 5, "X-Amz-Signature"),
    ] {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["line"], number);
        assert!(object["error"].as_str().unwrap().contains(expected), "{line}");
    }
    assert!(report.stderr.ends_with("error: 4 of 6 records could not be presigned\n"), "{}", report.stderr);

    let empty = presign(&["--on-error", "empty"]).input(lines).run().expect(1);
    assert_eq!(
        empty.text().lines().map(str::len).map(|length| length > 0).collect::<Vec<_>>(),
        [true, false, false, false, false, true]
    );

    let fail = presign(&[]).input(lines).run().expect(1);
    assert_eq!(fail.text().trim_end(), lines_out[0]);
    assert!(fail.stderr.starts_with("error: standard input, line 2: the record is empty\n"), "{}", fail.stderr);
}

#[test]
fn a_wrong_object_keeps_its_fields() {
    let lines = b"{\"id\":1}\n[1]\n{\"url\":\n{\"id\":2,\"url\":\"s3://b/k\",\"expires\":\"8d\"}\n";
    let ran = presign(&["--jsonl", "--on-error", "report"]).input(lines).run().expect(1);
    let text = ran.text();
    let objects: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&objects[0]["id"], &objects[1]["line"], &objects[2]["line"]), (&1.into(), &2.into(), &3.into()));
    assert!(objects[0]["error"].as_str().unwrap().contains("no field 'url' or 'key'"));
    assert!(objects[3]["id"] == 2 && objects[3]["error"].as_str().unwrap().contains("604800"), "{text}");

    let rows = b"key,n\nk,1\n\"\",2\n5\" disk,3\nk\nk,4,5\n\"open,6\n";
    let ran = presign(&["--csv", "key", "--base", "s3://b", "--on-error", "report"]).input(rows).run().expect(1);
    let text = ran.text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "key,n,presigned_url,expires_at,error");
    assert!(rows[1].ends_with(",2026-03-01T11:11:12Z,"), "{text}");
    assert_eq!(rows[2], "\"\",2,,,line 3: the record is empty");
    assert!(rows[3].starts_with("5\" disk,3,https://b.s3.eu-west-1.amazonaws.com/5%22%20disk?"), "{text}");
    // As many columns as in the header, whatever is wrong with the row.
    assert_eq!(rows[4], "k,,,,\"line 5: the row has 1 columns, and the header 2\"");
    assert_eq!(rows[5], "\"k,4,5\",,,,\"line 6: the row has 3 columns, and the header 2\"");
    assert_eq!(rows[6], "\"\"\"open,6\",,,,line 7: the quote that opens in line 7 is not closed");
    assert_eq!(ran.stderr, "error: 4 of 6 records could not be presigned\n");
}

/// Catches a URL signed for a place that the record does not mean, or that somebody else chose for it.
#[test]
fn a_record_that_names_two_places_is_wrong() {
    let wrong = |words: &[&str], record: &str| {
        let ran = presign(&[&["--on-error", "report"], words].concat()).input(record.as_bytes()).run().expect(1);
        let object: serde_json::Value = serde_json::from_str(ran.text().trim_end()).unwrap();
        object["error"].as_str().unwrap().to_owned()
    };
    for (words, record, expected) in [
        (
            &["--jsonl"][..],
            r#"{"url":"s3://b/k","bucket":"c"}"#,
            "the record begins with s3://, but a key is expected; omit --base",
        ),
        (&["--jsonl"], r#"{"url":"HTTPS://b.s3.amazonaws.com/k","bucket":"c"}"#, "begins with https://, but a key is"),
        (&["--base", "s3://b/p/"], "S3://b/k", "begins with s3://, but a key is expected"),
        (&["--jsonl"], r#"{"url":"s3://b/k","url":"s3://b/l"}"#, "field 'url': given twice"),
        (&["--jsonl"], r#"{"url":"s3://b/k","method":"GET","method":"PUT"}"#, "field 'method': given twice"),
        (&["--jsonl"], r#"{"url":"s3://b/k","headers":{"host":"evil.example"}}"#, "names another host than the URL"),
        (&["--jsonl"], r#"{"key":"k"}"#, "the record has a key, but no bucket; add the field 'bucket'"),
        (&["--jsonl"], r#"{"url":"s3://b/k","headers":[["a","b","c"]]}"#, "found a list of 3 as element 1"),
        (&[], "https://b.s3.us-west-2.amazonaws.com/k", "not in eu-west-1; pass --region us-west-2"),
        (&["--jsonl"], r#"{"url":"s3://b/k","key":"k"}"#, "several fields"),
        (&["--jsonl", "--base", "s3://b/p/"], r#"{"key":"k","bucket":"c"}"#, "the record has a bucket, and --base"),
        (&["--base", "s3://b/p/"], "s3://b/k", "begins with s3://, but a key is expected"),
        (&["--jsonl"], r#"{"key":"k","bucket":".."}"#, "invalid bucket name"),
        (&["--jsonl"], r#"{"key":"k","bucket":"127.0.0.1:80#"}"#, "invalid bucket name"),
        (&["--base", "https://abc.execute-api.eu-west-1.amazonaws.com/public/"], "../admin", "a segment '.' or '..'"),
        (&[], "k8s-aws-v1.aHR0cHM6Ly9zdHM", "the record is not a URL: expected https://, http://, wss:// or s3://"),
    ] {
        let told = wrong(words, record);
        assert!(told.contains(expected), "{record}: {told}");
    }
    assert!(
        wrong(&["--jsonl"], &format!("{{\"url\":\"s3://b/k\",\"method\":\"{}\"}}", "x ".repeat(9_000))).len() < 2_000
    );
}

/// The region of a record says where a bucket is, also with a base; the byte order mark of a file is not part of a key.
#[test]
fn a_base_is_in_the_region_of_the_record() {
    let ran = presign(&["--jsonl", "--base", "s3://photos/p/"])
        .input(b"\xef\xbb\xbf{\"key\":\"a\",\"region\":\"us-east-2\"}\n");
    let text = ran.run().expect(0).text();
    assert!(text.contains("\"https://photos.s3.us-east-2.amazonaws.com/p/a?"), "{text}");
    let text = presign(&["--base", "s3://photos"]).input(b"\xef\xbb\xbfa\n").run().expect(0).text();
    assert!(text.starts_with("https://photos.s3.eu-west-1.amazonaws.com/a?"), "{text}");
}

/// Catches rows of one file under the header of another.
#[test]
fn files_of_one_run_have_one_header() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let (one, two, other) = (file("1", "id,key\n1,a"), file("2", "id,key\n2,b\n"), file("3", "key,id\nc,3\n"));
    let text = presign(&["--csv", "key", "--base", "s3://b", &one, &two]).run().expect(0).text();
    assert_eq!(text.lines().count(), 3);
    let ran = presign(&["--csv", "key", "--base", "s3://b", &one, &other]).run().expect(2);
    assert!(ran.stderr.contains("its columns are not those of"), "{}", ran.stderr);
}

/// Catches a user's field that is mistaken for a field of another command.
#[test]
fn a_field_of_another_command_belongs_to_the_user() {
    let record = b"{\"url\":\"s3://b/k\",\"body\":{\"a\":[1]}}\n";
    let text = presign(&["--jsonl"]).input(record).run().expect(0).text();
    assert!(text.starts_with("{\"url\":\"s3://b/k\",\"body\":{\"a\":[1]},\"presigned_url\""), "{text}");
}

/// A field with the name of one of ours stays, unless ours is written.
#[test]
fn an_error_of_the_record_stays() {
    let record = b"{\"key\":\"a\",\"bucket\":\"b\",\"error\":\"upstream\"}\n";
    let text = presign(&["--jsonl"]).input(record).run().expect(0).text();
    assert!(text.contains("\"error\":\"upstream\"") && text.contains("\"presigned_url\""), "{text}");
    // A run that writes errors replaces those of the run before.
    let text = presign(&["--jsonl", "--on-error", "report"]).input(record).run().expect(0).text();
    assert!(!text.contains("\"error\"") && text.contains("\"presigned_url\""), "{text}");
}

/// The date of a record counts, not the time of the run.
#[test]
fn a_record_with_its_own_date_expires_by_it() {
    let record = b"{\"url\":\"s3://b/k\",\"expires\":60.0,\"headers\":{\"x-amz-date\":\"20260301T120000Z\"}}\n";
    let text = presign(&["--jsonl"]).input(record).run().expect(0).text();
    assert!(text.contains("X-Amz-Date=20260301T120000Z&X-Amz-Expires=60&"), "{text}");
    assert!(text.contains("\"expires_at\":\"2026-03-01T12:01:00Z\""), "{text}");
}

/// What the command says about a single URL, a list says once.
#[test]
fn warnings_are_said_once() {
    let lines = b"https://b.s3.eu-west-1.amazonaws.com/a+b\nhttps://b.s3.eu-west-1.amazonaws.com/c+d\ns3://b/k?acl\ns3://b/l?acl\n";
    let said = presign(&["-j", "1"]).input(lines).run().expect(0).stderr;
    assert_eq!(said.matches("the path contains '+'").count(), 1, "{said}");
    assert_eq!(said.matches("is taken as a query").count(), 1, "{said}");
}
