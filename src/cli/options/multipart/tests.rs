//! The bodies are recorded from curl 7.88.1, as a server received them, with `B` for the boundary of the form and
//! `C` for that of a list of files. Standard input was `from\r\nstdin`.

use clap::Parser;

use super::*;

const STDIN: &str = "from\r\nstdin";

/// The files that curl read.
const FILES: [(&str, &str); 7] = [
    ("f.txt", "line1\r\nline2\n"),
    ("p.GIF", "GIF"),
    ("h.html", "<p>"),
    ("noext", "noext"),
    ("empty", ""),
    ("we\"ird;n,a.dat", "bin"),
    ("hdrs", "X-A: 1\n# comment\nX-B: 2\n  folded\n\n"),
];

/// `-F`, and its part.
const FIELDS: [(&str, &str); 66] = [
    ("a=b", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb"),
    ("a=b;c", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb"),
    ("a=\"b;c\"", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb;c"),
    ("a=\"b;c\" junk", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb;c"),
    ("a=\"b\\\"c\\\\d\\e\"", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb\"c\\d\\e"),
    ("a=\"unterminated;x", "Content-Disposition: form-data; name=\"a\"\r\n\r\n\"unterminated"),
    ("a= b  ", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb"),
    ("a=\" b  \"", "Content-Disposition: form-data; name=\"a\"\r\n\r\n b  "),
    ("a=b,c", "Content-Disposition: form-data; name=\"a\"\r\n\r\nb,c"),
    ("a==b", "Content-Disposition: form-data; name=\"a\"\r\n\r\n=b"),
    ("a=", "Content-Disposition: form-data; name=\"a\"\r\n\r\n"),
    ("=b", "Content-Disposition: form-data\r\n\r\nb"),
    ("ü=ß", "Content-Disposition: form-data; name=\"ü\"\r\n\r\nß"),
    ("a\"b\\c=1", "Content-Disposition: form-data; name=\"a%22b\\c\"\r\n\r\n1"),
    ("a\nb=c\r\nd", "Content-Disposition: form-data; name=\"a%0Ab\"\r\n\r\nc\r\nd"),
    ("a=b;type=text/x", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/x\r\n\r\nb"),
    (
        "a=b;type=text/x; charset=utf-8",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/x; charset=utf-8\r\n\r\nb",
    ),
    (
        "a=b;type=text/x; charset=utf-8;filename=q",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q\"\r\nContent-Type: text/x; charset=utf-8\r\n\r\nb",
    ),
    ("a=b;type= x/y;q=\"1\"", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: x/y;q=\"1\"\r\n\r\nb"),
    ("a=b;type=x/y,z", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: x/y,z\r\n\r\nb"),
    ("a=b;;type=x/y", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: x/y\r\n\r\nb"),
    (
        "a=b;type=x/y; ;filename=u",
        "Content-Disposition: form-data; name=\"a\"; filename=\"u\"\r\nContent-Type: x/y; \r\n\r\nb",
    ),
    ("a=b;filename=q", "Content-Disposition: form-data; name=\"a\"; filename=\"q\"\r\n\r\nb"),
    (
        "a=b;filename=q.txt",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q.txt\"\r\nContent-Type: text/plain\r\n\r\nb",
    ),
    (
        "a=b;filename=q.HTML",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q.HTML\"\r\nContent-Type: text/html\r\n\r\nb",
    ),
    ("a=b;filename=", "Content-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\nb"),
    ("a=b;filename=\"q;\\\"w\\\\\"", "Content-Disposition: form-data; name=\"a\"; filename=\"q;%22w\\\"\r\n\r\nb"),
    ("a=b;filename=x\ny\"z", "Content-Disposition: form-data; name=\"a\"; filename=\"x%0Ay%22z\"\r\n\r\nb"),
    (
        "a=b; filename= q  ; type= x/y  ",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q\"\r\nContent-Type: x/y\r\n\r\nb",
    ),
    (
        "a=b;TYPE=x/y;FileName=u",
        "Content-Disposition: form-data; name=\"a\"; filename=\"u\"\r\nContent-Type: x/y\r\n\r\nb",
    ),
    ("a=b;headers=\"X-A: 1\"", "Content-Disposition: form-data; name=\"a\"\r\nX-A: 1\r\n\r\nb"),
    (
        "a=b;headers=\"X-A: 1\";headers=\"X-B: 2\"",
        "Content-Disposition: form-data; name=\"a\"\r\nX-A: 1\r\nX-B: 2\r\n\r\nb",
    ),
    ("a=b;headers=@hdrs", "Content-Disposition: form-data; name=\"a\"\r\nX-A: 1\r\nX-B: 2  folded\r\n\r\nb"),
    ("a=b;headers=\"Content-Type: q/r\"", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: q/r\r\n\r\nb"),
    ("a=b;headers=\"Content-Disposition: x\"", "Content-Disposition: x\r\n\r\nb"),
    ("a=b;headers=X: \t1\n", "Content-Disposition: form-data; name=\"a\"\r\nX: \t1\r\n\r\nb"),
    (
        "a=b;type=x/y;headers=\"Content-Type: q/r\"",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: x/y\r\n\r\nb",
    ),
    (
        "a=@f.txt",
        "Content-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@p.GIF",
        "Content-Disposition: form-data; name=\"a\"; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF",
    ),
    (
        "a=@h.html",
        "Content-Disposition: form-data; name=\"a\"; filename=\"h.html\"\r\nContent-Type: text/html\r\n\r\n<p>",
    ),
    (
        "a=@noext",
        "Content-Disposition: form-data; name=\"a\"; filename=\"noext\"\r\nContent-Type: application/octet-stream\r\n\r\nnoext",
    ),
    (
        "a=@empty",
        "Content-Disposition: form-data; name=\"a\"; filename=\"empty\"\r\nContent-Type: application/octet-stream\r\n\r\n",
    ),
    (
        "a=@./f.txt",
        "Content-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@f.txt;type=q/r",
        "Content-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\nContent-Type: q/r\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@f.txt;filename=q.png",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q.png\"\r\nContent-Type: image/png\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@f.txt;filename=q",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@noext;filename=q.png",
        "Content-Disposition: form-data; name=\"a\"; filename=\"q.png\"\r\nContent-Type: image/png\r\n\r\nnoext",
    ),
    (
        "a=@f.txt;filename=",
        "Content-Disposition: form-data; name=\"a\"; filename=\"\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@f.txt;filename=/x/y.png",
        "Content-Disposition: form-data; name=\"a\"; filename=\"/x/y.png\"\r\nContent-Type: image/png\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@\"we\\\"ird;n,a.dat\"",
        "Content-Disposition: form-data; name=\"a\"; filename=\"we%22ird;n,a.dat\"\r\nContent-Type: application/octet-stream\r\n\r\nbin",
    ),
    (
        "=@f.txt",
        "Content-Disposition: form-data; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n",
    ),
    (
        "a=@f.txt;headers=\"content-type:  q/r  \";headers=\"X: y\"",
        "Content-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\nContent-Type: q/r  \r\nX: y\r\n\r\nline1\r\nline2\n",
    ),
    ("a=@-", "Content-Disposition: form-data; name=\"a\"; filename=\"-\"\r\n\r\nfrom\r\nstdin"),
    (
        "a=@-;filename=x.png",
        "Content-Disposition: form-data; name=\"a\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\nfrom\r\nstdin",
    ),
    (
        "a=@-;type=q/r",
        "Content-Disposition: form-data; name=\"a\"; filename=\"-\"\r\nContent-Type: q/r\r\n\r\nfrom\r\nstdin",
    ),
    ("a=<-", "Content-Disposition: form-data; name=\"a\"\r\n\r\nfrom\r\nstdin"),
    ("a=<f.txt", "Content-Disposition: form-data; name=\"a\"\r\n\r\nline1\r\nline2\n"),
    ("a=<h.html", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/html\r\n\r\n<p>"),
    ("a=<p.GIF", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: image/gif\r\n\r\nGIF"),
    ("a=<f.txt;type=q/r", "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: q/r\r\n\r\nline1\r\nline2\n"),
    ("a=<f.txt;filename=zz", "Content-Disposition: form-data; name=\"a\"\r\n\r\nline1\r\nline2\n"),
    (
        "a=@f.txt,p.GIF",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n",
    ),
    (
        "a=@f.txt;type=x/y,p.GIF;filename=u",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: x/y\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"u\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n",
    ),
    (
        "a=@f.txt,-,p.GIF",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"-\"\r\n\r\nfrom\r\nstdin\r\n--C\r\nContent-Disposition: attachment; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n",
    ),
    (
        "a=@f.txt;headers=\"X-A: 1\",p.GIF",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: text/plain\r\nX-A: 1\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n",
    ),
    (
        "a=@f.txt;type=x/y ,p.GIF",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: x/y\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n",
    ),
];

/// `--form-string`, and its part.
const LITERALS: [(&str, &str); 5] = [
    ("a=@b;type=x/y", "Content-Disposition: form-data; name=\"a\"\r\n\r\n@b;type=x/y"),
    ("a= \"b\" ", "Content-Disposition: form-data; name=\"a\"\r\n\r\n \"b\" "),
    ("a=<b", "Content-Disposition: form-data; name=\"a\"\r\n\r\n<b"),
    ("=b", "Content-Disposition: form-data\r\n\r\nb"),
    ("a=(b", "Content-Disposition: form-data; name=\"a\"\r\n\r\n(b"),
];

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    form: MultipartForm,
}

/// Encodes a form in a directory with the files; paths in it are relative.
fn encode(words: &[&str], media_type: Option<&str>) -> Result<Encoded, Failure> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let place = format!("{}/", folder.path().display());
    let words: Vec<String> = words.iter().map(|word| placed(word, &place)).collect();
    Line::parse_from([&["test".to_owned()], words.as_slice()].concat()).form.encode(
        media_type,
        &mut STDIN.as_bytes(),
        Hashing::Needed,
    )
}

/// Makes file names absolute, because tests share their working directory.
fn placed(word: &str, place: &str) -> String {
    let mut word = word.to_owned();
    for (mark, quote) in [("=@", ""), ("=<", ""), (",", ""), ("=@\"", "\"")] {
        for (name, _) in FILES {
            let name = if quote.is_empty() { name.to_owned() } else { name.replace('"', "\\\"") };
            word = word.replace(&format!("{mark}{name}"), &format!("{mark}{place}{name}"));
            word = word.replace(&format!("{mark}./{name}"), &format!("{mark}{place}./{name}"));
        }
    }
    word
}

/// The body with its boundaries shortened.
fn shortened(encoded: &Encoded) -> String {
    let sigvet_core::request::Body::Bytes(bytes) = &encoded.payload.body else { panic!("it is not in memory") };
    let (_, boundary) = encoded.content_type.split_once("; boundary=").unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap().replace(boundary, "B");
    match text.split_once("multipart/mixed; boundary=").map(|(_, rest)| rest.split('\r').next().unwrap().to_owned()) {
        Some(inner) => text.replace(&inner, "C"),
        None => text,
    }
}

#[test]
fn a_form_is_encoded_as_by_curl() {
    for (option, rows) in [("-F", FIELDS.as_slice()), ("--form-string", &LITERALS)] {
        for (field, part) in rows {
            let encoded = encode(&[option, field], None).unwrap();
            assert_eq!(shortened(&encoded), format!("--B\r\n{part}\r\n--B--\r\n"), "{option} {field}");
            assert!(encoded.content_type.starts_with("multipart/form-data; boundary=------------------------"));
        }
    }
}

#[test]
fn fields_keep_their_order_and_standard_input_is_read_once() {
    let expected = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--B\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nd\r\n--B\r\nContent-Disposition: form-data; name=\"e\"\r\n\r\nf\r\n--B--\r\n";
    assert_eq!(
        shortened(&encode(&["--form-string", "a=b", "-F", "c=d", "--form-string", "e=f"], None).unwrap()),
        expected
    );
    let expected = "--B\r\nContent-Disposition: form-data; name=\"a\"; filename=\"-\"\r\n\r\nfrom\r\nstdin\r\n--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--B--\r\n";
    assert_eq!(shortened(&encode(&["-F", "a=@-", "-F", "b=<-"], None).unwrap()), expected);
}

#[test]
fn a_multipart_of_another_type_has_attachments() {
    for (field, expected) in [
        ("a=b", "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n--B--\r\n"),
        ("=b", "--B\r\n\r\nb\r\n--B--\r\n"),
        (
            "a=@f.txt,p.GIF",
            "--B\r\nContent-Disposition: attachment; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Disposition: attachment; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nline1\r\nline2\n\r\n--C\r\nContent-Disposition: attachment; filename=\"p.GIF\"\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--C--\r\n\r\n--B--\r\n",
        ),
    ] {
        let encoded = encode(&["-F", field], Some("multipart/related")).unwrap();
        assert_eq!(shortened(&encoded), expected, "{field}");
        assert!(encoded.content_type.starts_with("multipart/related; boundary="));
    }
}

/// Catches a boundary that differs from run to run, and one that does not depend on every byte.
#[test]
fn boundaries_are_derived_from_the_parts() {
    let type_of = |field: &str| encode(&["-F", field], None).unwrap().content_type;
    assert_eq!(type_of("a=@f.txt"), type_of("a=@f.txt"));
    let fields = ["a=@f.txt", "a=<f.txt", "b=@f.txt", "a=@p.GIF", "a=@f.txt;type=q/r", "a=@-", "a=@f.txt,p.GIF"];
    let types: std::collections::BTreeSet<String> = fields.into_iter().map(type_of).collect();
    assert_eq!(types.len(), fields.len());
}

#[test]
fn meaningless_fields_are_refused() {
    for (words, expected) in [
        (&["-F", "ab"][..], "-F without '='"),
        (&["--form-string", "ab"], "--form-string without '='"),
        (&["-F", "a=b;type=bad"], "invalid type 'bad'"),
        (&["-F", "a=@f.txt;type=x"], "invalid type 'x'"),
        (&["-F", "a=b;type=x/y\r\nz"], "invalid type"),
        (&["-F", "a=b;headers=\"x: y\nz: u\""], "line break"),
        (&["-F", "a=b;encoder=base64"], "encoder="),
        (&["-F", "a=("], "form within a form"),
        (&["-F", "=)"], "form within a form"),
        (&["-F", "a=@missing"], "no such file"),
        (&["-F", "a=<missing"], "no such file"),
        (&["-F", "a=@f.txt,"], "no such file"),
        (&["-F", "a=@/"], "it is a directory"),
    ] {
        let failure = encode(words, None).unwrap_err();
        assert!(failure.to_string().contains(expected), "{words:?}: {failure}");
    }
    let failure = encode(&["-F", "a=b"], Some("multipart/form-data; boundary=zz")).unwrap_err();
    assert_eq!(failure.to_string(), "-F chooses its own boundary");
}

#[test]
fn omitted_parts_cause_a_warning() {
    for (field, expected) in [
        ("a=b;c", "'c' after a ';'"),
        ("a=\"b\" c", "'c' after the quote"),
        ("a=<f.txt;filename=x", "does not take filename="),
    ] {
        let warnings = encode(&["-F", field], None).unwrap().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains(expected), "{field}: {warnings:?}");
    }
    assert_eq!(encode(&["-F", "a=b;"], None).unwrap().warnings, Vec::<String>::new());
}
