//! What else is known: other people's texts, other explanations, notes, and what to supply to learn more.

use super::markup::Markup;
use super::write_pair;
use crate::cli::render::diagnosis::Shown;
use sigvet_diagnose::{Comparison, Explanation, Party};

pub(super) fn write(shown: &Shown<'_>, page: &mut Markup) {
    for comparison in &shown.diagnosis.comparisons {
        write_comparison(shown, comparison, page);
    }
    let (alternatives, further) = shown.others();
    write_explanations(shown, "Or, which cannot be told apart", &alternatives, page);
    write_explanations(shown, "Also", &further, page);
    write_list(shown, "Worth knowing", &shown.notes(), page);
    write_list(shown, "What would tell more", &shown.next_steps(), page);
}

fn write_comparison(shown: &Shown<'_>, comparison: &Comparison, page: &mut Markup) {
    let (heading, label) = match comparison.whose {
        Party::Server => ("What the server made of it", "The server's"),
        Party::Client => ("What the client says it signed", "The client's"),
    };
    page.raw("<section>\n<h2>").raw(heading).raw("</h2>\n");
    if comparison.differences.is_empty() {
        page.raw("<p>These texts are the right ones, to the byte.</p>\n");
    }
    if comparison.is_unaltered == Some(false) {
        page.raw(
            "<p class=\"aside\">Its hash is not the one it was signed by: it was altered when it was copied.</p>\n",
        );
    }
    for difference in &comparison.differences {
        page.raw("<article>\n<h3>").text(difference.name).raw("</h3>\n");
        let both = shown.both(&difference.theirs, &difference.right);
        write_pair([label, "Right"], &both, page);
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

fn write_explanations(shown: &Shown<'_>, heading: &'static str, explanations: &[&Explanation], page: &mut Markup) {
    let lines: Vec<String> = explanations.iter().map(|explanation| shown.headings(explanation)).collect();
    write_lines(heading, &lines, page);
}

fn write_list(shown: &Shown<'_>, heading: &'static str, lines: &[impl AsRef<str>], page: &mut Markup) {
    let lines: Vec<String> = lines.iter().map(|line| shown.words(line.as_ref())).collect();
    write_lines(heading, &lines, page);
}

fn write_lines(heading: &'static str, lines: &[String], page: &mut Markup) {
    if lines.is_empty() {
        return;
    }
    page.raw("<section>\n<h2>").raw(heading).raw("</h2>\n<ul>\n");
    for line in lines {
        page.raw("<li class=\"sentence\">").prose(line).raw("</li>\n");
    }
    page.raw("</ul>\n</section>\n");
}
