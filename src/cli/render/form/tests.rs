//! Tests in `tests/s3s` and `tests/servers` pass printed forms to a browser, a shell and curl; here only the texts
//! are tested.

use std::path::Path;

use super::*;
use sigvet_core::form::{FieldToFill, Fields, Policy};
use sigvet_core::scheme::Signature;
use sigvet_core::time::Timestamp;

fn form(fields: &[(&str, &str)]) -> SignedForm {
    let mut all = Fields::default();
    fields.iter().for_each(|(name, value)| all.push(*name, *value));
    let policy = Policy { expiration: Timestamp::from_epoch_seconds(0), conditions: Vec::new() };
    SignedForm {
        policy_json: policy.to_json(),
        policy,
        fields: all,
        to_fill: vec![FieldToFill { name: "x-amz-meta-'a".to_owned(), prefix: "<b>".to_owned() }],
        string_to_sign: "e30=".to_owned(),
        signature: Signature::presented("00"),
    }
}

/// Catches a value that ends its attribute, a shell word, or curl's file name.
#[test]
fn no_input_becomes_markup_or_another_word() {
    let url = RequestUrl::parse("https://h.example/a'b").unwrap();
    let form = form(&[("acl", "'\"><script>$(id)</script>")]);
    let file = Path::new("a\";type=x,'b\\.txt");
    let view = FormView { url: &url, form: &form, file: Some(file) };
    let page = view.to_html().unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("value=\"&#39;&quot;&gt;&lt;script&gt;$(id)"), "{page}");
    let words = shell_words::split(&view.to_curl().unwrap()).unwrap();
    let expected = [
        "curl",
        "--path-as-is",
        "--globoff",
        "--form-string",
        "acl='\"><script>$(id)</script>",
        "--form-string",
        "x-amz-meta-'a=<b>",
        "--form",
        "file=@\"a\\\";type=x,'b\\\\.txt\"",
        "https://h.example/a'b",
    ];
    assert_eq!(words, expected);
}

/// Catches a field that curl or a browser would send differently than it was signed.
#[test]
fn a_field_that_would_arrive_changed_is_refused() {
    let url = RequestUrl::parse("https://h.example/").unwrap();
    let refused = |name: &str, value: &str, to: fn(&FormView<'_>) -> Option<String>| {
        let mut form = form(&[(name, value)]);
        form.to_fill.clear();
        to(&FormView { url: &url, form: &form, file: None }).is_none()
    };
    let html: fn(&FormView<'_>) -> Option<String> = |view| view.to_html().ok();
    let curl: fn(&FormView<'_>) -> Option<String> = |view| view.to_curl().ok();
    for (name, value, [by_html, by_curl]) in [
        ("a", "two\r\nlines\tä\u{200d}", [false, true]),
        ("a", "two\nlines", [true, false]),
        ("a", "one\rline", [true, true]),
        ("a", "\x1b]0;x\x07", [true, true]),
        ("a", "\u{9b}", [true, true]),
        ("a\"b", "", [true, false]),
        ("a=b", "", [false, true]),
        ("a\nb", "", [true, true]),
        ("_Charset_", "utf-7", [true, false]),
    ] {
        assert_eq!([refused(name, value, html), refused(name, value, curl)], [by_html, by_curl], "{name:?}={value:?}");
    }
    let file = Path::new("-");
    let view = FormView { url: &url, form: &form(&[]), file: Some(file) };
    assert!(view.to_curl().unwrap().contains("'file=@\"./-\"'"));
}

/// A policy in base64 reveals a session token.
#[test]
fn stages_show_no_session_token() {
    let form = SignedForm { policy_json: "{\"t\": \"whisper-whisper\"}".to_owned(), ..form(&[]) };
    let token = sigvet_core::credentials::Secret::new("whisper-whisper");
    let redactor = Redactor::of_all(&[], &sigvet_core::scheme::Dialect::AWS4, [&token]);
    let mut shown = Vec::new();
    write_stages(&form, &show_all(), &redactor, &mut shown).unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), "{\"t\": \"[redacted]\"}\n\n[redacted]\n\n00\n");
}

fn show_all() -> Show {
    use clap::{Args, Command, FromArgMatches};
    let matches = Show::augment_args(Command::new("test")).get_matches_from(["test", "--show", "all"]);
    Show::from_arg_matches(&matches).unwrap()
}
