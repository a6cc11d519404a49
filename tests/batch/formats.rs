//! Objects and rows, which keep what else is in them; and records that are wrong.

use crate::{botocore, presign, sorted};

/// Catches a field that is lost, a number that is rounded, and a method, a header or an expiry that is not the record's own.
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

/// What was presigned before is presigned anew, and stands there once.
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

/// As Athena and spreadsheets write rows: quotes, commas and newlines in them, and the ends of their lines.
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

#[test]
fn a_csv_without_the_column_is_refused() {
    for (rows, expected) in [
        ("id,name\n1,2\n", "standard input: the CSV has no column 'key'; it has id, name"),
        ("id,key,presigned_url\n", "the CSV has a column 'presigned_url' already"),
        ("\"id,key\n1\n", "a quote is not closed"),
    ] {
        let ran = presign(&["--csv", "key", "--base", "s3://b"]).input(rows.as_bytes()).run().expect(2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    presign(&["--csv", "key", "--base", "s3://b"]).run().expect(0);
}

/// Each record gets its line, whatever is wrong with it, and the code says that something was.
#[test]
fn a_wrong_record_has_a_line_of_its_own() {
    let lines = b"s3://photos/cat.png\n\nnonsense\nhttps://b.s3.us-west-2.amazonaws.com/k\ns3://photos/cat.png?X-Amz-Signature=00\ns3://photos/cat.png\n";
    let report = presign(&["--on-error", "report"]).input(lines).run().expect(1);
    let text = report.text();
    let lines_out: Vec<&str> = text.lines().collect();
    assert_eq!(lines_out.len(), 6);
    assert_eq!(lines_out[0], lines_out[5]);
    for (line, number, expected) in [
        (lines_out[1], 2, "the record is empty"),
        (lines_out[2], 3, "invalid URL 'nonsense'"),
        (lines_out[3], 4, "is in us-west-2, not in eu-west-1"),
        (lines_out[4], 5, "X-Amz-Signature"),
    ] {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["line"], number);
        assert!(object["error"].as_str().unwrap().contains(expected), "{line}");
    }
    assert_eq!(report.stderr, "error: 4 of 6 records could not be presigned\n");

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

    let rows = b"key,n\nk,1\n\"\",2\n\"open,3\n";
    let ran = presign(&["--csv", "key", "--base", "s3://b", "--on-error", "report"]).input(rows).run().expect(1);
    let text = ran.text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "key,n,presigned_url,expires_at,error");
    assert!(rows[1].ends_with(",2026-03-01T11:11:12Z,"), "{text}");
    assert_eq!(rows[2], "\"\",2,,,the record is empty");
    assert_eq!(rows[3], "\"open,3,,,\"the row is empty, or a quote in it is not closed\"");
}
