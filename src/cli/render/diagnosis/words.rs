//! The sentences that text and page share.

use super::Shown;
use crate::cli::render::client_fixes;
use crate::cli::render::verdict::signer;
use sigvet_core::request::Request;
use sigvet_core::verify::{Finding, Outcome};
use sigvet_diagnose::{AppliedMistake, Comparison, Explanation, Origin, Party, Proof, Search, token_kind_of};

impl Shown<'_> {
    /// The verdict in words.
    pub(super) fn verdict(&self) -> &'static str {
        match self.diagnosis.outcome {
            Outcome::Valid => "valid",
            Outcome::Invalid => "not valid",
            Outcome::Unknown => "unknown",
        }
    }

    /// The reason for the verdict, on one line.
    pub(super) fn reason(&self) -> String {
        match (self.diagnosis.outcome, self.signer()) {
            (Outcome::Valid, Some((who, what))) => self.words(&format!("signed by {who} {what}")),
            (Outcome::Valid, None) => "no mistake was found".to_owned(),
            (Outcome::Invalid, _) => self.wrong(),
            (Outcome::Unknown, Some((who, _))) => self.words(&match self.open_question() {
                Some(finding) => finding.to_string(),
                None => format!("no secret key for {who} was found, so the signature was not checked"),
            }),
            (Outcome::Unknown, None) => match self.refusal() {
                Some(refusal) => format!("the server refused the request ({refusal}), and its reply does not say why"),
                None => "no signed request was given".to_owned(),
            },
        }
    }

    /// Who signed, and for which scope or with which scheme.
    fn signer(&self) -> Option<(&str, String)> {
        Some(signer(&self.diagnosis.judged.as_ref()?.verdict.claimed))
    }

    /// The findings of the verification.
    fn findings(&self) -> &[Finding] {
        self.diagnosis.judged.as_ref().map(|judged| judged.verdict.findings.as_slice()).unwrap_or_default()
    }

    /// The finding that leaves the verdict open although a key was available.
    pub(super) fn open_question(&self) -> Option<&Finding> {
        self.diagnosis.judged.as_ref()?.verdict.open_question()
    }

    /// The verified request.
    fn request(&self) -> Option<&Request> {
        self.diagnosis.judged.as_ref().map(|judged| &judged.request)
    }

    fn wrong(&self) -> String {
        if let Some(best) = self.diagnosis.best().filter(|best| !best.mistakes.is_empty()) {
            return titles(best);
        }
        let mut fatal = self.findings().iter().filter(|finding| finding.is_fatal());
        match fatal.clone().find(|finding| **finding != Finding::SignatureMismatch).or(fatal.next()) {
            Some(Finding::SignatureMismatch) | None if self.diagnosis.search.is_made => {
                "the signature does not match, and no known mistake reproduces it".to_owned()
            }
            Some(Finding::SignatureMismatch) => "the signature does not match".to_owned(),
            Some(finding) => self.words(&finding.to_string()),
            None => match self.refusal() {
                Some(refusal) => {
                    format!("the server refused the request ({refusal}), and the evidence does not show why")
                }
                None => "the server refused the request, and the evidence does not show why".to_owned(),
            },
        }
    }

    /// What is wrong: the mistake's title, with its detail if there is one.
    pub(super) fn heading(&self, made: &AppliedMistake) -> String {
        match &made.detail {
            Some(detail) => format!("{}: {}", made.mistake.title, self.words(detail)),
            None => made.mistake.title.to_owned(),
        }
    }

    /// The heading above the values, without the detail if the values already show it.
    pub(super) fn short_heading(&self, made: &AppliedMistake) -> String {
        match self.detail(made) {
            Some(detail) => format!("{}: {detail}", made.mistake.title),
            None => made.mistake.title.to_owned(),
        }
    }

    /// How an explanation is known.
    pub(super) fn known_by(&self, explanation: &Explanation) -> String {
        let signed = "exactly the signature your client sent";
        match (explanation.proof, explanation.mistakes.len()) {
            (Proof::Reproduced, 0 | 1) => format!("signing with this mistake produces {signed}"),
            (Proof::Reproduced, 2) => format!("signing with both mistakes produces {signed}"),
            (Proof::Reproduced, many) => format!("signing with these {many} mistakes together produces {signed}"),
            (Proof::Server, _) if self.is_of_log(explanation) => {
                "the client's log and the server's reply show it".to_owned()
            }
            (Proof::Server, _) => "the server's reply shows it".to_owned(),
            (Proof::Key, _) => "recomputing the signatures with the key shows it".to_owned(),
            (Proof::Time, _) => "the dates in the request and the server's clock show it".to_owned(),
            (Proof::Observed, _) if self.is_of_log(explanation) => "the client's log shows it".to_owned(),
            (Proof::Observed, _) => "the request itself shows it".to_owned(),
        }
    }

    /// Whether a mistake shows in the client's log of what it signed.
    fn is_of_log(&self, explanation: &Explanation) -> bool {
        let logs = self.diagnosis.comparisons.iter().filter(|comparison| comparison.whose == Party::Client);
        let mut differing = logs.flat_map(|log| &log.differences);
        differing.any(|difference| {
            let (theirs, _) = difference.lines();
            explanation.mistakes.iter().any(|made| !made.signed.is_empty() && made.signed == theirs)
        })
    }

    /// Whether the diagnosis names a mistake.
    pub(super) fn is_named(&self) -> bool {
        self.diagnosis.best().is_some_and(|best| !best.mistakes.is_empty())
    }

    /// The mistake of the best explanation, if there is only one.
    pub(super) fn only_mistake(&self) -> Option<&AppliedMistake> {
        match self.diagnosis.best()?.mistakes.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What to change according to the best explanation, without duplicates.
    pub(super) fn fixes(&self) -> Vec<&'static str> {
        let mut fixes: Vec<&str> = Vec::new();
        for made in self.diagnosis.best().into_iter().flat_map(|best| &best.mistakes) {
            if !fixes.contains(&made.fix()) {
                fixes.push(made.fix());
            }
        }
        fixes.extend(self.server_fixes());
        fixes
    }

    /// Whether a mistake is not part of the best explanation.
    pub(super) fn is_new(&self, made: &AppliedMistake) -> bool {
        !self.diagnosis.best().is_some_and(|best| best.names(made.mistake.id))
    }

    /// The comparisons that show more than the best explanation.
    pub(super) fn telling_comparisons(&self) -> impl Iterator<Item = &Comparison> {
        let is_told = self
            .diagnosis
            .best()
            .is_some_and(|best| !best.mistakes.is_empty() && (best.proof <= Proof::Server || self.is_of_log(best)));
        let is_captured = self.diagnosis.judged.as_ref().is_some_and(|judged| judged.origin == Origin::Captured);
        let is_valid = self.diagnosis.outcome == Outcome::Valid;
        // If a request was reconstructed from texts, it trivially matches them; for other texts, a note reports the
        // match.
        let tells = move |comparison: &&Comparison| !comparison.differences.is_empty() || is_captured && is_valid;
        self.diagnosis.comparisons.iter().filter(move |comparison| !is_told && tells(comparison))
    }

    /// The headings of an explanation on one line.
    pub(super) fn headings(&self, explanation: &Explanation) -> String {
        let headings: Vec<String> = explanation.mistakes.iter().map(|made| self.heading(made)).collect();
        headings.join("; and ")
    }

    /// The other explanations: first those as good as the best one, then those with another kind of proof.
    pub(super) fn others(&self) -> (Vec<&Explanation>, Vec<&Explanation>) {
        let Some((best, others)) = self.diagnosis.explanations.split_first() else { return Default::default() };
        // Findings from dates or from the request are independent: one does not exclude the other.
        let excludes = matches!(best.proof, Proof::Reproduced | Proof::Server);
        others.iter().partition(|other| excludes && other.proof == best.proof)
    }

    /// The clients for a mistake, with the client named in the request first.
    pub(super) fn clients(&self, made: &AppliedMistake) -> Vec<(&'static str, &'static str)> {
        let agent = self.request().and_then(|request| request.headers.first_text("user-agent")).unwrap_or_default();
        let agent = agent.to_ascii_lowercase();
        let mut clients = self.renewal(made);
        clients.extend(client_fixes::clients(made.mistake));
        clients.sort_by_key(|(name, _)| !agent.contains(&name.to_ascii_lowercase()));
        clients
    }
}

impl Shown<'_> {
    /// How to get a new token, if the request is one and the mistake wants that.
    fn renewal(&self, made: &AppliedMistake) -> Vec<(&'static str, &'static str)> {
        let kind = self.request().and_then(token_kind_of);
        let service = self.diagnosis.judged.as_ref().and_then(|judged| judged.v4());
        let service = service.map(|v4| v4.claim.terms.scope.service.as_str()).unwrap_or_default();
        kind.map(|kind| client_fixes::renewal(made.mistake, kind, service)).unwrap_or_default()
    }
}

/// Maximum number of clients shown for a mistake.
pub(super) const CLIENTS: usize = 4;

fn titles(explanation: &Explanation) -> String {
    let mut titles: Vec<&str> = explanation.mistakes.iter().map(|made| made.mistake.title).collect();
    titles.dedup();
    match titles.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}

/// A summary of the search; `None` if there was nothing to search for.
pub(super) fn searched(search: &Search) -> Option<String> {
    search.is_made.then_some(())?;
    let (count, s) = (grouped(search.hypotheses), if search.hypotheses == 1 { "" } else { "s" });
    let tried = match search.deepest {
        0 => "tried the signature without any mistake".to_owned(),
        1 => format!("tried {count} single mistake{s}"),
        deepest => format!("tried {count} combination{s} of up to {deepest} mistakes"),
    };
    Some(if search.is_exhausted { tried } else { tried + "; stopped at --time-limit" })
}

/// The owner of a text as a possessive, such as `the server's`.
pub(super) fn owner(whose: Party) -> &'static str {
    match whose {
        Party::Server => "the server's",
        Party::Client => "the client's",
    }
}

/// The text, or its beginning followed by an ellipsis.
pub(super) fn elided(text: &str, most: usize) -> String {
    match text.char_indices().nth(most.saturating_sub(1)) {
        Some((end, last)) if text.len() > end + last.len_utf8() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// Formats `61204` as `61,204`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (61_204, "61,204"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn a_text_that_fits_is_not_shortened() {
        let cases = [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("äöü", 3, "äöü"), ("äöüß", 3, "äö…")];
        cases.iter().for_each(|(text, most, expected)| assert_eq!(elided(text, *most), *expected));
    }

    #[test]
    fn the_search_says_how_far_it_went() {
        let search = |hypotheses, deepest, is_exhausted| Search { is_made: true, hypotheses, deepest, is_exhausted };
        let text = searched(&search(61_204, 2, true)).unwrap();
        assert_eq!(text, "tried 61,204 combinations of up to 2 mistakes");
        assert_eq!(searched(&search(1, 1, true)).unwrap(), "tried 1 single mistake");
        assert!(searched(&search(9, 3, false)).unwrap().ends_with("; stopped at --time-limit"));
        assert_eq!(searched(&Search { is_made: false, ..search(0, 0, true) }), None);
    }
}
