use super::*;
use crate::cli::render::diagnosis::fixtures::{diagnosis_of_two_mistakes, made, shown, valid_diagnosis};
use crate::cli::render::redact::Redactor;
use crate::cli::screen::Palette;
use crate::cli::screen::testing::written;
use sigvet_core::verify::{Claimed, Finding};
use sigvet_diagnose::catalogue::{PATH_DOUBLE_ENCODED, TOKEN_PLUS_AS_SPACE};
use sigvet_diagnose::{Diagnosis, Difference, Note, Party, Proof};

fn text(diagnosis: &Diagnosis, palette: Palette, steps: bool) -> String {
    written(palette, |screen| shown(diagnosis, &Redactor::none()).write_text(steps, screen))
}

fn plain(diagnosis: &Diagnosis) -> String {
    text(diagnosis, Palette::Plain, false)
}

#[test]
fn it_begins_with_the_verdict_and_marks_what_differs() {
    let text = plain(&diagnosis_of_two_mistakes());
    let lines: Vec<&str> = text.lines().collect();
    let verdict = "not valid: the path was encoded twice, and the host was signed with a default port that is not sent";
    assert_eq!(lines[..2], [verdict, ""]);
    assert_eq!(lines[2], "the path was encoded twice [path-double-encoded]");
    assert_eq!(lines[3], "  signed     /photos/a%2520b.jpg");
    assert_eq!(lines[4], "                      ^^^^^");
    assert_eq!(lines[5], "  should be  /photos/a%20b.jpg");
    assert_eq!(lines[6], "                      ^^^");
    assert!(lines[7].starts_with("  known by   signing with both mistakes gives the very signature"), "{text}");
    assert!(text.contains("\nor, which cannot be told apart:\n  - reserved characters"), "{text}");
    assert!(text.ends_with("tried 61,204 hypotheses, up to 2 mistakes at once, all of them\n"), "{text}");
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
fn nothing_from_outside_reaches_the_terminal() {
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
fn what_is_hidden_is_said_to_differ() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    let made = made(&PATH_DOUBLE_ENCODED, "a=1&X-Amz-Security-Token=to+ken", "a=1&X-Amz-Security-Token=to%2Bken");
    diagnosis.explanations[0].mistakes = vec![made];
    let text = plain(&diagnosis);
    assert!(
        text.contains("They differ in a value that is not shown.") && !text.contains("to+ken") && !text.contains("%2B"),
        "{text}"
    );
}

/// In no rendering: the token alone, spoilt so that its value is not found, has no name to know it by.
#[test]
fn a_spoilt_token_without_its_name_is_hidden() {
    let mut diagnosis = diagnosis_of_two_mistakes();
    diagnosis.explanations[0].mistakes = vec![made(&TOKEN_PLUS_AS_SPACE, "hush hush==", "hush+hush==")];
    let redactor = Redactor::none();
    let shown = shown(&diagnosis, &redactor);
    let renderings = [plain(&diagnosis), shown.to_json().to_string(), shown.to_html()];
    for rendering in &renderings {
        assert!(rendering.contains("[redacted]") && !rendering.contains("hush"), "{rendering}");
    }
    assert!(renderings[0].contains("They differ in a value that is not shown."));
}

/// The right signature is made with the user's key, and whoever wrote the request could use it.
#[test]
fn a_signature_that_is_right_is_shortened() {
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
    assert!(verdict(&diagnosis).starts_with("unknown: no secret for AKIDEXAMPLE at hand"));
    diagnosis.judged = None;
    assert_eq!(verdict(&diagnosis), "unknown: there is no signed request to judge");
}

#[test]
fn a_comparison_shows_field_by_field_what_differs() {
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
the client's texts differ from the right ones in: timestamp
  timestamp
  client's   20150830T123600Z
                           ^
  right      20150830T123601Z
                           ^
";
    assert!(text.contains(expected), "{text}");
}

/// An upload may break several conditions of its policy: each is told, and why that matters once.
#[test]
fn what_was_made_twice_is_explained_once() {
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
        [count("detail-one"), count("detail-two"), count(&id), count("  why "), count("  fix ")],
        [1, 1, 2, 1, 1]
    );
    assert!(text.starts_with(&format!("not valid: {title}\n")), "{text}");
}
