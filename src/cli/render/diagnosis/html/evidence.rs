//! Additional information: texts of others, other explanations, notes, and what to provide to find out more.

use super::markup::Markup;
use super::write_pair;
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::diagnosis::servers::known_by;
use sigvet_diagnose::{AppliedDifference, Comparison, Explanation, Party};

pub(super) fn write(shown: &Shown<'_>, page: &mut Markup) {
    for comparison in &shown.diagnosis.comparisons {
        write_comparison(shown, comparison, page);
    }
    let (alternatives, further) = shown.others();
    write_explanations(shown, "Or one of these, which give the same result", &alternatives, page);
    write_explanations(shown, "Also", &further, page);
    write_differences(shown, page);
    write_list(shown, "Worth knowing", &shown.notes(), page);
    if shown.is_named() {
        write_next(shown, page);
    }
}

/// What to do or to provide to find out more. It comes first if no mistake is named.
pub(super) fn write_next(shown: &Shown<'_>, page: &mut Markup) {
    write_list(shown, "What else would help", &shown.page_steps(), page);
}

fn write_comparison(shown: &Shown<'_>, comparison: &Comparison, page: &mut Markup) {
    let (heading, label) = match comparison.whose {
        Party::Server => ("What the server computed", "The server's"),
        Party::Client => ("What the client says it signed", "The client's"),
    };
    page.raw("<section>\n<h2>").raw(heading).raw("</h2>\n");
    if comparison.differences.is_empty() {
        page.raw("<p>The canonical request and string to sign are the same as sigvet's.</p>\n");
    }
    if comparison.is_unaltered == Some(false) {
        page.raw(
            "<p class=\"aside\">Its hash is not the one in the string to sign: the text was altered when it was copied.</p>\n",
        );
    }
    for difference in &comparison.differences {
        page.raw("<article>\n<h3>").text(difference.name).raw("</h3>\n");
        let both = shown.both(&difference.theirs, &difference.right);
        write_pair([label, "Expected"], &both, page);
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

fn write_differences(shown: &Shown<'_>, page: &mut Markup) {
    let line = |applied: &&AppliedDifference| {
        let AppliedDifference { difference, .. } = applied;
        format!(
            "{} [{}]: {}. {} Source: {}.",
            difference.computes,
            difference.id,
            known_by(applied),
            difference.send,
            difference.source
        )
    };
    let lines: Vec<String> = shown.server_differences().iter().map(line).collect();
    write_lines("What the server computes differently", &lines, page);
}

fn write_explanations(shown: &Shown<'_>, heading: &'static str, explanations: &[&Explanation], page: &mut Markup) {
    let of_one = |explanation: &&Explanation| {
        let fixes = explanation.mistakes.iter().filter(|made| shown.is_new(made)).map(|made| made.fix());
        [shown.headings(explanation) + "."].into_iter().chain(fixes.map(str::to_owned)).collect::<Vec<_>>().join(" ")
    };
    write_lines(heading, &explanations.iter().map(of_one).collect::<Vec<_>>(), page);
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
