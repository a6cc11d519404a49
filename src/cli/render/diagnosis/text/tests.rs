use super::*;
use crate::cli::render::diagnosis::fixtures::{diagnosis_of_two_mistakes, made, shown, valid_diagnosis};
use crate::cli::render::redact::Redactor;
use crate::cli::screen::Palette;
use crate::cli::screen::testing::written;
use sigvet_core::verify::{Claimed, Finding};
use sigvet_diagnose::catalogue::{HOST_DEFAULT_PORT, PATH_DOUBLE_ENCODED, TOKEN_PLUS_AS_SPACE};
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::{Diagnosis, Difference, NextStep, Note, Party, Proof};

fn text(diagnosis: &Diagnosis, palette: Palette, steps: bool) -> String {
    written(palette, |screen| shown(diagnosis, &Redactor::none()).write_text(steps, screen))
}

fn plain(diagnosis: &Diagnosis) -> String {
    text(diagnosis, Palette::Plain, false)
}

#[test]
fn it_begins_with_the_verdict_and_marks_differences() {
    let text = plain(&diagnosis_of_two_mistakes());
    let lines: Vec<&str> = text.lines().collect();
    let (path, host) = (&PATH_DOUBLE_ENCODED, &HOST_DEFAULT_PORT);
    assert_eq!(lines[0], format!("not valid: {}, and {}", path.title, host.title));
    // A fix for each mistake, beginning on the second line.
    assert!(lines[1].starts_with("fix: ") && path.fix.starts_with(&lines[1]["fix: ".len()..]), "{text}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("fix: ")).count(), 2, "{text}");
    let first = lines.iter().position(|line| line.is_empty()).unwrap() + 1;
    assert_eq!(lines[first], format!("{} [path-double-encoded]", path.title));
    let shown = [
        "  signed     /photos/a%2520b.jpg",
        "                      ^^^^^",
        "  should be  /photos/a%20b.jpg",
        "                      ^^^",
    ];
    assert_eq!(lines[first + 1..first + 5], shown);
    assert!(lines[first + 5].starts_with("  proof      signing with both mistakes"), "{text}");
    assert!(lines[first + 5..].iter().any(|line| line.starts_with("  why ")), "{text}");
    assert!(text.contains("\nor one of these, which give the same result:\n  - "), "{text}");
    assert!(text.lines().last().unwrap().starts_with("tried 61,204 "), "{text}");
    assert!(lines[1..].iter().all(|line| line.chars().count() <= WIDTH && !line.ends_with(' ')), "{text}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let diagnosis = diagnosis_of_two_mistakes();
    let coloured = text(&diagnosis, Palette::Coloured, true);
    assert!(coloured.starts_with("\x1b[1m\x1b[31mnot valid\x1b[0m: "), "{coloured:?}");
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&stripped), trimmed(&text(&diagnosis, Palette::Plain, true)));
}

#[test]
fn no_control_character_reaches_the_terminal() {
    let hostile = "\x1b]0;owned\x07\u{9b}2J\u{202e}\r";
    let mut diagnosis = diagnosis_of_two_mistakes();
    let mut made = made(&PATH_DOUBLE_ENCODED, hostile, "/\u{9b}");
    made.detail = Some(hostile.to_owned());
    diagnosis.explanations[0].mistakes = vec![made];
    diagnosis.notes = vec![Note::Finding(Finding::HeaderMissing { name: hostile.to_owned() })];
    let difference = Difference { field: None, name: "path", theirs: hostile.into(), right: b"/".to_vec() };
    let (canonical_request, string_to_sign, is_unaltered) = (None, None, Some(false));
    let whose = Party::Server;
    let differences = vec![difference];
    diagnosis.comparisons = vec![Comparison { whose, canonical_request, string_to_sign, differences, is_unaltered }];
    if let Some(judged) = &mut diagnosis.judged {
        let Claimed::V4(claim) = &mut judged.verdict.claimed else { panic!("a claim of Version 4") };
        claim.terms.scope.region = Some(hostile.to_owned());
        claim.signature = sigvet_core::scheme::Signature::presented(hostile);
    }
    for outcome in [Outcome::Valid, Outcome::Invalid, Outcome::Unknown] {
        diagnosis.outcome = outcome;
        let (redactor, further_notes) = (Redactor::none(), [hostile.to_owned()]);
        let shown = Shown { further_notes: &further_notes, ..shown(&diagnosis, &redactor) };
        let text = written(Palette::Plain, |screen| shown.write_text(true, screen));
        assert!(text.matches("owned").count() >= 4, "{text:?}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_hidden_difference_is_mentioned() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    let made = made(&PATH_DOUBLE_ENCODED, "a=1&X-Amz-Security-Token=to+ken", "a=1&X-Amz-Security-Token=to%2Bken");
    diagnosis.explanations[0].mistakes = vec![made];
    let text = plain(&diagnosis);
    assert!(text.contains("  differs    in a value that is not shown\n"), "{text}");
    assert!(!text.contains("to+ken") && !text.contains("%2B") && !text.contains("should be"), "{text}");
}

/// In all renderings: a spoiled token by itself is not found by its value, and has no name by which it could be
/// recognized.
#[test]
fn a_spoiled_token_without_its_name_is_hidden() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations[0].mistakes = vec![made(&TOKEN_PLUS_AS_SPACE, "hush hush==", "hush+hush==")];
    let redactor = Redactor::none();
    let shown = shown(&diagnosis, &redactor);
    let renderings = [plain(&diagnosis), shown.to_json().to_string(), shown.to_html()];
    for rendering in &renderings {
        assert!(!rendering.contains("hush"), "{rendering}");
    }
    assert!(renderings[0].contains("  differs    in a value that is not shown\n"));
}

/// The correct signature is made with the user's key, and the author of the request could use it.
#[test]
fn a_correct_signature_is_shortened() {
    let of_steps = |diagnosis: &Diagnosis, redactor: &Redactor| {
        written(Palette::Plain, |screen| shown(diagnosis, redactor).write_text(true, screen))
    };
    let diagnosis = valid_diagnosis();
    let redactor = Redactor::none().with_verdict(&diagnosis.judged.as_ref().unwrap().verdict);
    let text = of_steps(&diagnosis, &redactor);
    assert!(text.starts_with("valid: signed by AKIDEXAMPLE for 20150830/us-east-1/s3/aws4_request\n"), "{text}");
    assert!(text.contains("presented         │ 9f2c81d0…\n") && !text.contains("9f2c81d07"), "{text}");
    assert!(of_steps(&diagnosis, &Redactor::none()).contains("9f2c81d07"));
    let diagnosis = diagnosis_of_two_mistakes();
    let verdict = &diagnosis.judged.as_ref().unwrap().verdict;
    let expected = verdict.expected.as_ref().unwrap().as_str();
    let text = of_steps(&diagnosis, &Redactor::none().with_verdict(verdict));
    assert!(text.contains("presented         │ 9f2c81d07a4be") && !text.contains(&expected[..9]), "{text}");
}

#[test]
fn a_verdict_without_a_reason_says_so() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations.clear();
    let verdict = |diagnosis: &Diagnosis| plain(diagnosis).lines().next().unwrap().to_owned();
    let expected = "not valid: the signature does not match, and no known mistake reproduces it";
    assert_eq!(verdict(&diagnosis), expected);
    diagnosis.outcome = Outcome::Unknown;
    assert!(verdict(&diagnosis).starts_with("unknown: no secret key for AKIDEXAMPLE was found"));
    diagnosis.judged = None;
    assert_eq!(verdict(&diagnosis), "unknown: no signed request was given");
}

#[test]
fn a_comparison_shows_differences_field_by_field() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations = vec![Explanation { proof: Proof::Server, mistakes: Vec::new() }];
    let difference = Difference {
        field: None,
        name: "timestamp",
        theirs: b"20150830T123600Z".to_vec(),
        right: b"20150830T123601Z".to_vec(),
    };
    diagnosis.comparisons = vec![Comparison {
        whose: Party::Client,
        canonical_request: None,
        string_to_sign: None,
        differences: vec![difference],
        is_unaltered: Some(false),
    }];
    let text = plain(&diagnosis);
    let expected = "
the client's computation differs in: timestamp
  timestamp
  client's   20150830T123600Z
                           ^
  expected   20150830T123601Z
                           ^
";
    assert!(text.contains(expected), "{text}");
}

/// An upload may violate several conditions of its policy: each is reported, but why that matters only once.
#[test]
fn a_mistake_made_twice_is_explained_once() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations.truncate(1);
    let mistakes = &mut diagnosis.explanations[0].mistakes;
    let first = AppliedMistake { detail: Some("detail-one".to_owned()), ..mistakes[0].clone() };
    let second = AppliedMistake { detail: Some("detail-two".to_owned()), ..mistakes[0].clone() };
    let (title, id) = (first.mistake.title, format!("[{}]", first.mistake.id));
    *mistakes = vec![first, second];
    let text = plain(&diagnosis);
    let count = |wanted: &str| text.matches(wanted).count();
    assert_eq!(
        [count("detail-one"), count("detail-two"), count(&id), count("  why "), count("fix: ")],
        [1, 1, 2, 1, 1]
    );
    assert!(text.starts_with(&format!("not valid: {title}\n")), "{text}");
}

/// A single mistake is in the verdict: its title is not repeated, and the server's message is the last evidence.
#[test]
fn a_single_mistake_has_no_heading() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations.truncate(1);
    diagnosis.explanations[0].mistakes.truncate(1);
    diagnosis.next.clear();
    let words = |text: &str| Some(text.to_owned());
    let reply = Reply {
        status: Some(403),
        code: words("SignatureDoesNotMatch"),
        message: words("The request signature\nwe calculated does not match.\n\nThe Canonical String should have been"),
        request_id: words("4442587FB7D0A2F9"),
        ..Reply::default()
    };
    let redactor = Redactor::none();
    let shown = Shown { reply: Some(&reply), ..shown(&diagnosis, &redactor) };
    let text = written(Palette::Plain, |screen| shown.write_text(false, screen));
    let title = PATH_DOUBLE_ENCODED.title;
    assert!(text.starts_with(&format!("not valid: {title} [path-double-encoded]\nfix: ")), "{text}");
    assert_eq!(text.matches(title).count(), 1, "{text}");
    let order = ["fix: ", "  signed ", "  should be ", "  proof ", "  why ", "  server ", "  request id "];
    let places: Vec<_> = order.iter().map(|label| text.find(label).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("  server     403 SignatureDoesNotMatch: The request signature we calculated"), "{text}");
    assert!(text.contains("  request id 4442587FB7D0A2F9\n") && !text.contains("Canonical String"), "{text}");
}

/// Without a named mistake, the output begins with what to try.
#[test]
fn without_a_mistake_the_second_line_says_what_to_try() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations.clear();
    diagnosis.next = vec![NextStep::OtherSigner, NextStep::Stages, NextStep::ClientLog];
    let text = plain(&diagnosis);
    let steps: Vec<&str> = text.lines().filter(|line| line.starts_with("next: ")).collect();
    assert_eq!(steps.len(), 3, "{text}");
    assert!(text.lines().nth(1).unwrap().starts_with("next: most likely the secret is not the one"), "{text}");
    assert!(steps[1].contains("compare each stage") && steps[2].contains("log"), "{text}");
}

/// Two findings that do not exclude each other both have to be fixed.
#[test]
fn independent_findings_each_have_their_fix() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    let [first, second] = [0, 1].map(|at| diagnosis.explanations[0].mistakes[at].clone());
    diagnosis.explanations =
        [first, second].map(|made| Explanation { proof: Proof::Observed, mistakes: vec![made] }).into();
    let text = plain(&diagnosis);
    let in_a_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let also = format!("also: {} [host-default-port] ", HOST_DEFAULT_PORT.title);
    assert!(in_a_line.contains(&also) && text.contains("\n  fix        "), "{text}");
}
