//! Which values of a mistake are shown, and with which labels.
//!
//! The labels "signed" and "should be" are used only if they are accurate: the two texts differ, and the second one
//! would work if it were copied. A single value, a time, and a value that must not be shown have other labels.

use super::{Both, Shown};
use crate::cli::render::redact::REDACTED;
use sigvet_core::time::Timestamp;
use sigvet_diagnose::AppliedMistake;
use sigvet_diagnose::catalogue;

/// What is shown of a mistake's two values.
pub(super) enum ShownValues {
    /// Nothing: the values are secret, unknown, or the same.
    None,
    /// One value, with its label.
    One(&'static str, Vec<u8>),
    /// Two values that differ, with their labels.
    Two([&'static str; 2], Both),
    /// Two instants, with their labels: neither is meant to be copied.
    Times([&'static str; 2], [String; 2]),
    /// The values differ only in redacted text.
    Hidden,
}

impl Shown<'_> {
    /// What is shown of a mistake's values.
    pub(super) fn values(&self, made: &AppliedMistake) -> ShownValues {
        if let Some(times) = times(made) {
            return times;
        }
        let both = self.both_of(made);
        match (both.theirs.as_slice(), both.right.as_slice()) {
            _ if both.is_hidden => ShownValues::Hidden,
            (theirs, right) if theirs == right => ShownValues::None,
            ([], _) if made.is_on_the_way => ShownValues::One("added", both.right),
            ([], _) => ShownValues::One(missing_label(made), both.right),
            (_, []) => ShownValues::One(alone_label(made), both.theirs),
            // A header that did not arrive has no value that could be copied.
            (theirs, right) if right.ends_with(b":") && theirs.starts_with(right) => {
                ShownValues::One("signed", both.theirs)
            }
            // The client is right: the value that arrived is what happened, and not what should have been signed.
            _ if made.is_on_the_way || made.is_changed_token() => ShownValues::Two(["signed", "arrived"], both),
            // A range is said, and not compared byte by byte.
            (theirs, right) if is_range(right) && theirs.iter().all(u8::is_ascii_graphic) => ShownValues::Times(
                ["sent", "allowed"],
                [theirs, right].map(|text| String::from_utf8_lossy(text).into_owned()),
            ),
            (_, right) if is_range(right) => ShownValues::Two(["sent", "allowed"], both),
            _ => ShownValues::Two(["signed", "should be"], both),
        }
    }

    /// What was signed and what should have been signed. For a mistake in a token this may be only the spoiled
    /// token, without the name by which it is recognized.
    pub(super) fn both_of(&self, made: &AppliedMistake) -> Both {
        let shown = |text: &[u8]| match self.bytes(text) {
            text if made.mistake.place == "token" && !self.show_secrets && may_be_token(&text) => REDACTED.into(),
            text => text,
        };
        let (theirs, right) = (shown(&made.signed), shown(&made.expected));
        Both { is_hidden: made.signed != made.expected && theirs == right, theirs, right }
    }

    /// What exactly is wrong, unless the shown values already tell.
    pub(super) fn detail(&self, made: &AppliedMistake) -> Option<String> {
        let detail = made.detail.as_deref()?;
        let is_said = match self.values(made) {
            ShownValues::Two(_, both) => {
                made.mistake.place == "method" || is_said_by(detail, &both, made.mistake.place)
            }
            ShownValues::One(_, value) => {
                is_said_by(detail, &Both { theirs: value, right: Vec::new(), is_hidden: false }, made.mistake.place)
            }
            _ => false,
        };
        (!is_said).then(|| self.words(detail))
    }
}

/// The label of a value whose correct value is unknown: IDs and signatures are sent, but are not part of what is
/// signed.
fn alone_label(made: &AppliedMistake) -> &'static str {
    let is_signed = !matches!(made.mistake.place, "credential" | "authorization" | "signature" | "payload" | "form");
    if is_signed { "signed" } else { "sent" }
}

/// The label of a value that is missing in the request, or in what was signed.
fn missing_label(made: &AppliedMistake) -> &'static str {
    let replaces = [&catalogue::MECHANISM_V2, &catalogue::PATH_EMPTY];
    if replaces.iter().any(|mistake| mistake.id == made.mistake.id) { "should be" } else { "missing" }
}

/// Two instants have labels that say whose they are. If the time itself was signed, it is a value like any other.
fn times(made: &AppliedMistake) -> Option<ShownValues> {
    let labels = match made.mistake.id {
        "time-skewed" | "time-local" | "time-week-year" | "time-twelve-hours" => ["signed at", "server at"],
        "expired" => ["expired at", "server at"],
        "not-yet-valid" => ["valid from", "server at"],
        _ => return None,
    };
    let time = |text: &[u8]| Timestamp::parse_amz_date(std::str::from_utf8(text).ok()?).ok();
    let (first, second) = (time(&made.signed), time(&made.expected));
    match (first, second) {
        (Some(first), Some(second)) if first != second => {
            Some(ShownValues::Times(labels, [first, second].map(|time| time.to_rfc3339())))
        }
        (Some(first), None) if made.expected.is_empty() => {
            Some(ShownValues::One(labels[0], first.to_rfc3339().into_bytes()))
        }
        _ => None,
    }
}

/// Whether the text is a range such as `1 to 604800`: a constraint and not a value.
fn is_range(text: &[u8]) -> bool {
    let mut words = text.split(|byte| *byte == b' ');
    let is_number = |word: Option<&[u8]>| word.is_some_and(|word| word.iter().all(u8::is_ascii_digit));
    is_number(words.next()) && words.next() == Some(b"to") && is_number(words.next()) && words.next().is_none()
}

/// Whether a detail only repeats the signed value, or the name of the header that is shown.
fn is_said_by(detail: &str, both: &Both, place: &str) -> bool {
    let signed = String::from_utf8_lossy(&both.theirs);
    let is_shown = |name: &str| signed.starts_with(&format!("{name}:"));
    if let Some(name) = detail.strip_prefix("the header is ") {
        return is_shown(name);
    }
    match detail.split_once(" was signed as ") {
        Some((name, value)) => {
            (is_shown(name) || place == "host") && value.trim_matches('\'').len() <= signed.trim().len()
        }
        None => detail.strip_prefix("signed as ") == Some(signed.trim()),
    }
}

/// Whether a text may be a token by itself: it is neither a list nor a name, and nothing was removed from it yet.
fn may_be_token(text: &[u8]) -> bool {
    let is_list = text.iter().any(|byte| matches!(byte, b'\n' | b'&' | b';'));
    let text = text.trim_ascii().to_ascii_lowercase();
    let is_redacted = text.windows(REDACTED.len()).any(|window| window == REDACTED.as_bytes());
    !text.is_empty() && !is_list && !is_redacted && !text.ends_with(b"token")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render::diagnosis::fixtures::{made, shown, valid_diagnosis};
    use crate::cli::render::redact::Redactor;
    use sigvet_diagnose::catalogue::{
        EXPIRED, EXPIRES_TOO_LONG, HEADER_CHANGED, HEADER_MISSING, KEY_OTHER_DAY, PAYLOAD_HEADER_MISSING, SCOPE_REGION,
        TIME_SKEWED, TOKEN_PLUS_AS_SPACE,
    };

    /// Labels and values on one line.
    fn line(made: &AppliedMistake) -> String {
        let (diagnosis, redactor) = (valid_diagnosis(), Redactor::none());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match shown(&diagnosis, &redactor).values(made) {
            ShownValues::None => "-".to_owned(),
            ShownValues::Hidden => "hidden".to_owned(),
            ShownValues::One(label, value) => format!("{label} {}", text(&value)),
            ShownValues::Two([one, other], both) => {
                format!("{one} {} {other} {}", text(&both.theirs), text(&both.right))
            }
            ShownValues::Times([one, other], [first, second]) => format!("{one} {first} {other} {second}"),
        }
    }

    #[test]
    fn only_two_values_that_differ_are_shown_together() {
        for (made, expected) in [
            (made(&SCOPE_REGION, "us-east-1", "eu-west-1"), "signed us-east-1 should be eu-west-1"),
            (made(&SCOPE_REGION, "us-east-1", ""), "signed us-east-1"),
            (made(&PAYLOAD_HEADER_MISSING, "", "x-amz-content-sha256"), "missing x-amz-content-sha256"),
            (made(&KEY_OTHER_DAY, "same", "same"), "-"),
            (made(&KEY_OTHER_DAY, "", ""), "-"),
            (made(&HEADER_MISSING, "connection:close", "connection:"), "signed connection:close"),
            (made(&EXPIRES_TOO_LONG, "864000", "1 to 604800"), "sent 864000 allowed 1 to 604800"),
            (made(&TOKEN_PLUS_AS_SPACE, "a b", "a+b"), "hidden"),
        ] {
            assert_eq!(line(&made), expected);
        }
    }

    #[test]
    fn changes_on_the_way_are_not_advice() {
        let on_the_way =
            |signed, arrived| AppliedMistake { is_on_the_way: true, ..made(&HEADER_CHANGED, signed, arrived) };
        assert_eq!(line(&on_the_way("te:trailers", "te:gzip")), "signed te:trailers arrived te:gzip");
        assert_eq!(line(&on_the_way("", "a=1")), "added a=1");
    }

    #[test]
    fn instants_are_labelled_as_such() {
        let skewed = made(&TIME_SKEWED, "20250915T114007Z", "20250915T120030Z");
        assert_eq!(line(&skewed), "signed at 2025-09-15T11:40:07Z server at 2025-09-15T12:00:30Z");
        assert_eq!(line(&made(&EXPIRED, "20250915T114007Z", "")), "expired at 2025-09-15T11:40:07Z");
    }

    #[test]
    fn a_detail_that_repeats_the_value_is_left_out() {
        let (diagnosis, redactor) = (valid_diagnosis(), Redactor::none());
        let shown = shown(&diagnosis, &redactor);
        for (detail, expected) in [
            ("the header is te", None),
            ("te was signed as 'trailers'", None),
            ("a proxy appended it", Some("a proxy appended it")),
        ] {
            let made =
                AppliedMistake { detail: Some(detail.to_owned()), ..made(&HEADER_CHANGED, "te:trailers", "te:gzip") };
            assert_eq!(shown.detail(&made).as_deref(), expected);
        }
    }
}
