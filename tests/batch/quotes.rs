//! Quotes, separators and NUL bytes that are not where they belong: no row is lost or joined to another silently.

use std::collections::BTreeMap;

use sigvet_testing::{Outcome, Sigvet};

use crate::presign;

fn csv(rows: &[u8], words: &[&str], code: i32) -> Outcome {
    presign(&[&["--csv", "key", "--base", "s3://b"], words].concat()).input(rows).run().expect(code)
}

/// Every short row, as Python's csv module reads it in strict mode (`csv_rows.py`).
#[test]
fn rows_are_read_as_python_reads_them() {
    let rows: BTreeMap<String, Option<String>> = serde_json::from_str(include_str!("csv_rows.json")).unwrap();
    let text: String = rows.keys().map(|row| format!("{row}\n")).collect();
    let ran = csv(format!("key,n\n{text}").as_bytes(), &["--on-error", "report"], 1);
    let text = ran.text();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), rows.len());
    let encoded = |key: &str| key.replace('"', "%22").replace(' ', "%20").replace(',', "%2C");
    for (number, (line, (row, key))) in (2..).zip(lines.iter().zip(&rows)) {
        match key {
            Some(key) => {
                let url = format!("{row},https://b.s3.eu-west-1.amazonaws.com/{}?X-Amz-Algorithm=", encoded(key));
                assert!(line.starts_with(&url), "{row}: {line}");
            }
            None => assert!(line.contains(&format!("line {number}: ")) && !line.contains("https:"), "{row}: {line}"),
        }
    }
}

/// A quote that is closed only by a quote in a later line hides rows. The error names both, and the rows after the first
/// line are read (RFC 4180, section 2: only a comma or the end of the row follows a closing quote).
#[test]
fn rows_behind_a_stray_quote_are_read() {
    let rows = b"key,id\n\"b,2\nc,3\n\"d,4\ne,5\n";
    let text = csv(rows, &["--on-error", "report"], 1).text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[1],
        "\"\"\"b,2\",,,,\"line 2: the quote that opens in line 2 is closed in line 4, but text follows it; expected ',' \
         or the end of the row, and \"\"\"\" for a quote inside quotes\""
    );
    assert!(lines[2].starts_with("c,3,https://b.s3.eu-west-1.amazonaws.com/c?"), "{text}");
    assert!(
        text.contains("line 4: the quote that opens in line 4 is not closed; the row extends from line 4 to line 5")
    );
    let failed = csv(rows, &[], 1);
    assert!(failed.stderr.starts_with("error: standard input, line 2: the quote that opens"), "{}", failed.stderr);

    let rows = "key\tid\n\"a\".png\t1\n\"b\t2\nc\\\\d\t3\ne\"f\"\t4\n\"g\"\t5\n";
    let text = csv(rows.as_bytes(), &["--on-error", "report"], 1).text();
    let urls: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("amazonaws.com/")?.1.split('?').next()).collect();
    assert_eq!(urls, ["c%5C%5Cd", "e%22f%22", "g"]);
    assert_eq!(text.matches("expected a tab or the end of the row").count(), 2, "{text}");
    assert_eq!(text.matches("quotes are read like this in tab-separated files too").count(), 2, "{text}");
}

/// However the text arrives, and whatever the number of threads, the same rows are wrong.
#[test]
fn wrong_rows_do_not_depend_on_blocks() {
    let rows: String = (0..20_000).map(|n| format!("\"k{n},{n}\n\"l{n}\",{n}\nm{n},\"x\n\"\ny\"z,1\n")).collect();
    let text = format!("key,n\n{rows}");
    let expected = csv(text.as_bytes(), &["--on-error", "report", "-j", "1"], 1);
    assert_eq!(csv(text.as_bytes(), &["--on-error", "report", "-j", "5"], 1).text(), expected.text());
    let text = expected.text();
    assert_eq!(text.matches("amazonaws.com/l").count(), 20_000);
    assert_eq!(text.matches("amazonaws.com/m").count(), 20_000);
    assert_eq!(text.matches("amazonaws.com/y%22z").count(), 20_000);
    assert!(expected.stderr.ends_with("error: 20000 of 80000 records could not be presigned\n"), "{}", expected.stderr);
}

/// Blank lines are no records.
#[test]
fn blank_lines_are_not_counted() {
    let ran = csv(b"key,n\na,1\n\n\nb\nc,3\nd\n\n", &["--on-error", "empty"], 1);
    assert_eq!(ran.stderr, "error: 2 of 4 records could not be presigned\n");
}

/// Excel writes the separator in a line of its own, and needs it to read the file again.
#[test]
fn the_separator_may_be_in_the_first_line() {
    for begin in ["sep=;\r\n", "\u{feff}sep=;\r\n", "SEP=^\r\n"] {
        let separator = begin.chars().rev().nth(2).unwrap();
        let rows = format!("{begin}{}", "id;key\r\n1;\"a;b\"\r\n".replace(';', &separator.to_string()));
        let text = csv(rows.as_bytes(), &[], 0).text();
        let header = format!("{begin}{}", "id;key;presigned_url;expires_at\r\n".replace(';', &separator.to_string()));
        assert!(text.starts_with(&header) && text.contains("amazonaws.com/a%"), "{text}");
    }
    let ran = csv(b"sep=;\nid,key\n1,a\n", &[], 2);
    assert!(ran.stderr.contains("no column 'key'; it has id,key"), "{}", ran.stderr);
}

/// A header with a wrong quote is not read as another header.
#[test]
fn a_header_with_a_wrong_quote_is_refused() {
    let ran = csv(b"\"key\"x,id\na,1\n", &[], 2);
    assert!(ran.stderr.contains("a quote is not closed or followed by text"), "{}", ran.stderr);
}

/// `find -print0` without `-0`, `-0` without `find -print0`, and UTF-16 without its mark: a warning, once.
#[test]
fn a_wrong_separator_is_noticed() {
    let run = |words: &[&str], input: &[u8]| presign(words).input(input).run().expect(0).stderr;
    let base = ["--base", "s3://photos"];
    let wide: Vec<u8> = "a\nb\n".bytes().flat_map(|byte| [byte, 0]).collect();
    for input in [&b"a\0b\0"[..], &wide] {
        let said = run(&base, input);
        assert!(said.contains("a record contains a NUL byte") && said.matches("warning").count() == 1, "{said}");
    }
    assert!(csv(b"key,n\na\0,1\nb,2\n", &[], 0).stderr.contains("a record contains a NUL byte"));
    assert_eq!(csv(b"key,n\na,\0\n", &[], 0).stderr, "");
    let said = run(&[&base[..], &["-0"]].concat(), b"a\nb\n");
    assert!(said.contains("omit -0 if records are lines") && said.matches("warning").count() == 1, "{said}");
    for (words, input) in [(&["-0"][..], &b"a\nb\0c\0"[..]), (&["-0"], b"a"), (&[], b"a\nb\n")] {
        assert_eq!(run(&[&base[..], words].concat(), input), "");
    }
}

/// Nothing in, nothing out: a partition may be empty, on a machine that has no credentials.
#[test]
fn an_empty_input_needs_no_credentials() {
    for command in ["presign", "verify"] {
        let ran = Sigvet::anonymous(&[command, "--batch"]).run().expect(0);
        assert_eq!((ran.text().as_str(), ran.stderr.as_str()), ("", ""));
        let ran = Sigvet::anonymous(&[command, "--batch"]).input(b"x\n").run().expect(3);
        assert!(ran.stderr.contains("no credentials found"), "{}", ran.stderr);
    }
}
