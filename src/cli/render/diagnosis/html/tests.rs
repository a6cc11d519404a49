use crate::cli::render::diagnosis::Shown;
use crate::cli::render::diagnosis::fixtures::{diagnosis_of_two_mistakes, made, shown, valid_diagnosis};
use crate::cli::render::redact::Redactor;
use sigvet_core::internal::captured_request;
use sigvet_core::request::Request;
use sigvet_core::verify::{Claimed, Finding, SignedTexts};
use sigvet_diagnose::catalogue::PATH_DOUBLE_ENCODED;
use sigvet_diagnose::{Comparison, Diagnosis, Difference, Note, Party};

fn page(diagnosis: &Diagnosis) -> String {
    shown(diagnosis, &Redactor::none()).to_html()
}

#[test]
fn it_loads_and_runs_nothing() {
    let page = page(&diagnosis_of_two_mistakes());
    assert!(page.contains("default-src 'none'"));
    for way_out in
        ["<script", "src=", "href=", "url(", "@import", "<link", "<form", "<iframe", " onload", "http:", "https:"]
    {
        assert!(!page.contains(way_out), "{way_out}");
    }
}

#[test]
fn no_input_becomes_markup() {
    let hostile = "</pre></title></style><script>alert(1)</script><img src=x onerror='a'>\"&\u{202e}";
    let mut diagnosis = diagnosis_of_two_mistakes();
    let mut made = made(&PATH_DOUBLE_ENCODED, hostile, "/a");
    made.detail = Some(hostile.to_owned());
    diagnosis.explanations[0].mistakes.push(made);
    diagnosis.notes = vec![Note::Finding(Finding::HeaderMissing { name: hostile.to_owned() })];
    let difference = Difference { field: None, name: "path", theirs: hostile.into(), right: hostile.into() };
    let (canonical_request, string_to_sign, is_unaltered) = (None, None, None);
    let (whose, differences) = (Party::Server, vec![difference]);
    diagnosis.comparisons = vec![Comparison { whose, canonical_request, string_to_sign, differences, is_unaltered }];
    if let Some(judged) = &mut diagnosis.judged {
        let Request { headers, body, .. } = judged.request.clone();
        judged.request = captured_request(hostile, hostile, headers, body);
        let Claimed::V4(claim) = &mut judged.verdict.claimed else { panic!("a claim of Version 4") };
        claim.terms.access_key_id = hostile.to_owned();
        claim.terms.scope.region = Some(hostile.to_owned());
        claim.terms.dialect.secret_prefix = hostile.to_owned().into();
        judged.verdict.texts = SignedTexts::Canonical(claim.derive(&judged.request));
        claim.signature = sigvet_core::scheme::Signature::presented(hostile);
    }
    let (redactor, further_notes) = (Redactor::none(), [hostile.to_owned()]);
    let page = Shown { further_notes: &further_notes, ..shown(&diagnosis, &redactor) }.to_html();
    assert!(page.contains("&lt;script&gt;alert(1)"));
    for (markup, most) in [("<script", 0), ("<img", 0), ("</title>", 3), ("</style>", 1), ("\u{202e}", 0)] {
        assert_eq!(page.matches(markup).count(), most, "{markup}");
    }
}

/// Only one of them is the page title; the pictures have their own.
#[test]
fn a_page_can_be_shared() {
    for diagnosis in [diagnosis_of_two_mistakes(), valid_diagnosis()] {
        let judged = diagnosis.judged.as_ref().unwrap();
        let signatures =
            [judged.verdict.claimed.signature().as_str(), judged.verdict.expected.as_ref().unwrap().as_str()];
        let page = page(&diagnosis);
        for signature in signatures {
            assert!(page.contains(&format!("{}…", &signature[..8])) && !page.contains(&signature[..9]), "{signature}");
        }
        let redactor = Redactor::none();
        let open = Shown { show_secrets: true, ..shown(&diagnosis, &redactor) };
        assert!(!open.to_html().contains("Signatures are shortened"));
    }
}

#[test]
fn what_was_signed_is_shown_in_its_field() {
    let page = page(&diagnosis_of_two_mistakes());
    let expected = "<div class=\"wrong\"><dt>Headers</dt><dd><div class=\"pair\">\n<div class=\"theirs\">\
        <p class=\"label\">Signed</p><pre>host:bucket.s3.amazonaws.com<mark>:443</mark>\nx-amz";
    assert!(page.contains(expected), "{page}");
    assert!(page.contains("/photos/a<mark>%2520</mark>b.jpg"));
}
