//! A diagnosis as a self-contained page: it loads nothing, runs no scripts, and looks the same wherever it is
//! opened.
//!
//! The page is meant to be shared. So signatures in it are shortened, whether right or wrong, unless secrets are
//! explicitly requested. Its style is in `style.css`.

mod evidence;
mod mistakes;
mod places;
mod picture;
mod stages;

use std::ops::Range;

use super::marks::{self, Kind, Segment};
use super::words::{elided, searched};
use super::{Both, Shown};
use crate::cli::render::markup::{self, Markup};
use places::Trail;
use sigvet_core::request::Request;
use sigvet_core::verify::{Outcome, SignedTexts};
use sigvet_diagnose::{Judged, JudgedV4, Origin};

/// Maximum length of a fact at the top of the page; the complete text is below.
const FACT: usize = 180;

/// The style of a page.
pub(in crate::cli) const STYLE: &str = include_str!("style.css");

/// Nothing may be loaded, run or sent; the style is inline.
const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"robots\" content=\"noindex\">
<title>";

impl Shown<'_> {
    /// The page: self-contained HTML in UTF-8.
    pub fn to_html(&self) -> String {
        let mut page = Markup::default();
        page.raw(HEAD).text(&self.title()).raw(" · sigvet</title>\n<style>\n");
        page.raw(STYLE).raw("</style>\n</head>\n<body class=\"").raw(class_of_outcome(self.diagnosis.outcome));
        page.raw("\">\n");
        page.raw("<header>\n<p class=\"mark\">sigvet <span>explain</span></p>\n");
        self.write_summary(&mut page);
        page.raw("</header>\n<main>\n");
        self.write_findings(&mut page);
        page.raw("</main>\n<footer>\n");
        self.write_legend(&mut page);
        page.raw("<p>Made by sigvet ")
            .raw(env!("CARGO_PKG_VERSION"))
            .raw("; this page loads nothing.</p>\n</footer>\n");
        page.raw("</body>\n</html>\n");
        page.finish()
    }

    /// Writes the findings and the signed texts, section by section.
    pub(in crate::cli) fn write_findings(&self, page: &mut Markup) {
        if !self.is_named() {
            evidence::write_next(self, page);
        }
        mistakes::write(self, page);
        if let Some(judged) = &self.diagnosis.judged {
            self.write_stages(judged, page);
        }
        evidence::write(self, page);
    }

    /// Writes the complete signed texts as the server computes them, for comparison with a client's log.
    pub(in crate::cli) fn write_expected_texts(&self, page: &mut Markup) {
        if let Some(judged) = &self.diagnosis.judged {
            stages::write_expected_texts(self, judged, page);
        }
    }

    fn write_stages(&self, judged: &Judged, page: &mut Markup) {
        if let Some(v4) = judged.v4() {
            let trail = Trail::of(self.diagnosis.best(), Some(v4.claim.terms.placement));
            self.write_picture(v4, &trail, page);
            stages::write(self, v4, &trail, page);
        } else if let SignedTexts::Parts { parts, string_to_sign } = &judged.verdict.texts {
            stages::write_parts(self, parts, string_to_sign, page);
        }
    }

    /// The verdict and the reason, on one line.
    pub(in crate::cli) fn title(&self) -> String {
        format!("{}: {}", self.verdict(), self.reason())
    }

    /// The verdict, the reason and the facts.
    pub(in crate::cli) fn write_summary(&self, page: &mut Markup) {
        page.raw("<p class=\"verdict\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"");
        page.raw(match self.diagnosis.outcome {
            Outcome::Valid => "M3.5 8.5l3 3 6-7",
            Outcome::Invalid => "M4.5 4.5l7 7m0-7l-7 7",
            Outcome::Unknown => "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M8 12.4v.2",
        });
        page.raw("\"/></svg><span class=\"sentence\">").text(self.verdict()).raw("</span></p>\n");
        page.raw("<h1>").text(&self.headline()).raw("</h1>\n");
        if let Some(text) = self.refused_anyway() {
            page.raw("<p class=\"aside\"><span class=\"sentence\">").text(&text).raw(".</span></p>\n");
        }
        self.write_reply(page);
        if let Some(judged) = &self.diagnosis.judged {
            self.write_facts(judged, page);
        }
    }

    /// Writes the server's message and the IDs of the exchange, which support asks for first.
    fn write_reply(&self, page: &mut Markup) {
        let rows = self.reply_rows();
        if rows.is_empty() {
            return;
        }
        page.raw("<dl class=\"facts reply\">\n");
        for (label, text) in rows {
            page.raw("<div><dt>").text(label).raw("</dt><dd>").text(&text).raw("</dd></div>\n");
        }
        page.raw("</dl>\n");
    }

    /// The reason, without the names that are shown below it.
    fn headline(&self) -> String {
        let is_judged = self.diagnosis.judged.is_some();
        match (self.diagnosis.outcome, is_judged) {
            (Outcome::Valid, true) => "The signature is correct".to_owned(),
            (Outcome::Unknown, true) if self.open_question().is_none() => {
                "No secret key was given, so the signature was not checked".to_owned()
            }
            _ => self.reason(),
        }
    }

    fn write_facts(&self, judged: &Judged, page: &mut Markup) {
        let claimed = &judged.verdict.claimed;
        let by = match judged.v4() {
            Some(v4) => ("Scope", self.words(&v4.claim.terms.scope.to_string())),
            None => ("Scheme", claimed.scheme_name().to_owned()),
        };
        let signed_at = claimed.signed_at().map(|at| self.words(at.as_str())).unwrap_or_default();
        let of_signature = [("Access key", self.words(claimed.access_key_id())), by, ("Signed at", signed_at)];
        self.write_list_of_facts(&judged.request, &of_signature, page);
        if judged.origin != Origin::Captured {
            page.raw("<p class=\"aside\">The request itself was not given: this was reconstructed from the server's or the client's text.</p>\n");
        }
    }

    fn write_list_of_facts(&self, request: &Request, of_signature: &[(&'static str, String); 3], page: &mut Markup) {
        // The query is shown in the canonical request; here it would fill the line, and it contains the signature.
        let line = format!("{} {}", self.words(request.method()), shown_whole(&self.bytes(request.path())));
        let host = request.host().map(|host| self.words(host)).unwrap_or_default();
        let facts = [("Request", line), ("Host", host)];
        page.raw("<dl class=\"facts\">\n");
        for (name, value) in facts.iter().chain(of_signature).filter(|(_, value)| !value.is_empty()) {
            let value = elided(value, FACT);
            page.raw("<div><dt>").text(name).raw("</dt><dd><code>").text(&value).raw("</code></dd></div>\n");
        }
        page.raw("</dl>\n");
    }

    fn write_picture(&self, judged: JudgedV4<'_>, trail: &Trail, page: &mut Markup) {
        page.raw("<section aria-labelledby=\"way\">\n<h2 id=\"way\">");
        page.raw(if trail.places.is_empty() { "How the signature is made" } else { "Where it went wrong" });
        page.raw("</h2>\n<figure>\n");
        picture::draw(self, judged, trail, page);
        page.raw("\n<figcaption>");
        if trail.places.is_empty() {
            page.raw("Each key is an HMAC with the one before it. The last one signs the string to sign.");
        } else {
            let names: Vec<&str> = trail.places.iter().map(|place| picture::name(*place)).collect();
            page.raw("Marked: ").text(&listed(&names));
            page.raw(if trail.is_followed() { ", and everything computed from it." } else { "." });
        }
        page.raw("</figcaption>\n</figure>\n</section>\n");
    }

    /// Explains how to read the values on the page.
    pub(in crate::cli) fn write_legend(&self, page: &mut Markup) {
        if let Some(searched) = searched(&self.diagnosis.search) {
            page.raw("<p class=\"sentence\">").text(&searched).raw(".</p>\n");
        }
        page.raw("<p>Every byte is visible: <code>␣</code> is a space that is easy to miss, <code>\\t</code> a tab, ");
        page.raw("<code>\\xNN</code> a byte that is not printable ASCII. ");
        if !self.show_secrets {
            page.raw("Signatures are shortened and tokens removed. ");
        }
        page.raw("</p>\n");
    }
}

/// The CSS class of the body with the colours of the verdict.
pub(in crate::cli) fn class_of_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Valid => "valid",
        Outcome::Invalid => "invalid",
        Outcome::Unknown => "unknown",
    }
}

fn listed(words: &[&str]) -> String {
    match words {
        [one, last] => format!("{one} and {last}"),
        [most @ .., last] if !most.is_empty() => format!("{}, and {last}", most.join(", ")),
        words => words.concat(),
    }
}

/// A whole text on one line, with every byte visible.
fn shown_whole(text: &[u8]) -> String {
    const NO_MARKS: &[Range<usize>] = &[];
    marks::whole(text, NO_MARKS).into_iter().map(|segment| segment.in_line()).collect()
}

/// Maximum number of columns shown of a text; of a longer text, this much around each difference.
const MOST: usize = 1200;
/// Maximum number of differences shown for one text.
const DIFFERENCES: usize = 12;

/// Writes a single value.
fn write_value(label: &str, value: &[u8], page: &mut Markup) {
    page.raw("<div class=\"pair\">\n<div><p class=\"label\">").text(label).raw("</p><pre>");
    for pair in marks::pairs(value, value, MOST, 1).shown {
        write_segments(&pair.theirs, page);
    }
    page.raw("</pre></div>\n</div>\n");
}

/// Writes two texts side by side with their differences marked, after `labels`. The first text is the wrong one.
fn write_pair(labels: [&str; 2], both: &Both, page: &mut Markup) {
    if both.is_hidden {
        page.raw("<p class=\"aside\">They differ in a value that is not shown.</p>\n");
        return;
    }
    let pairs = marks::pairs(&both.theirs, &both.right, MOST, DIFFERENCES);
    page.raw("<div class=\"pair\">\n");
    let sides = [
        ("theirs", labels[0], pairs.shown.iter().map(|pair| &pair.theirs).collect::<Vec<_>>()),
        ("right", labels[1], pairs.shown.iter().map(|pair| &pair.right).collect()),
    ];
    for (class, label, texts) in sides {
        page.raw("<div class=\"").raw(class).raw("\"><p class=\"label\">").text(label).raw("</p>");
        for segments in texts {
            page.raw("<pre>");
            write_segments(segments, page);
            page.raw("</pre>");
        }
        page.raw("</div>\n");
    }
    page.raw("</div>\n");
    if pairs.left_out > 0 {
        page.raw("<p class=\"aside\">They differ in more places than are shown.</p>\n");
    }
}

/// Writes the segments of a text. Line feeds break lines in equal parts, and are visible where the texts differ.
fn write_segments(segments: &[Segment], page: &mut Markup) {
    if segments.is_empty() {
        page.raw("<span class=\"nothing\">nothing</span>");
    }
    for segment in segments {
        match segment.kind {
            Kind::Same => page.text(&segment.text),
            Kind::Differs => page.raw("<mark>").text(&segment.text.replace('\n', "\\n\n")).raw("</mark>"),
            Kind::LeftOut => page.raw("<span class=\"nothing\">").text(&segment.text).raw("</span>"),
        };
    }
}

#[cfg(test)]
mod tests;
