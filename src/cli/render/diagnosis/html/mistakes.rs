//! The best explanation, with a card for each of its mistakes.

use super::markup::Markup;
use super::{write_pair, write_value};
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::diagnosis::shown_values::ShownValues;
use crate::cli::render::diagnosis::words::CLIENTS;
use sigvet_diagnose::AppliedMistake;

pub(super) fn write(shown: &Shown<'_>, page: &mut Markup) {
    let Some(best) = shown.diagnosis.best().filter(|best| !best.mistakes.is_empty()) else { return };
    page.raw("<section aria-labelledby=\"mistakes\">\n<h2 id=\"mistakes\">");
    page.raw("What is wrong</h2>\n<p class=\"known\"><span class=\"badge\">").text(best.proof.as_str()).raw("</span> ");
    page.raw("<span class=\"sentence\">").text(&shown.known_by(best)).raw(".</span></p>\n");
    for made in &best.mistakes {
        write_mistake(shown, made, page);
    }
    page.raw("</section>\n");
}

fn write_mistake(shown: &Shown<'_>, made: &AppliedMistake, page: &mut Markup) {
    page.raw("<article>\n<h3>").prose(made.mistake.title).raw("</h3>\n<p class=\"id\"><code>");
    page.text(made.mistake.id).raw("</code></p>\n");
    if let Some(detail) = shown.detail(made) {
        page.raw("<p class=\"detail\">").text(&detail).raw("</p>\n");
    }
    page.raw("<div class=\"fix\"><h4>What to change</h4>\n<p>").prose(made.fix()).raw("</p></div>\n");
    write_values(shown, made, page);
    page.raw("<div class=\"why\"><h4>Why it fails</h4>\n<p>").prose(made.mistake.explanation).raw("</p></div>\n");
    write_clients(shown, made, page);
    page.raw("</article>\n");
}

fn write_values(shown: &Shown<'_>, made: &AppliedMistake, page: &mut Markup) {
    match shown.values(made) {
        ShownValues::None => {}
        ShownValues::One(label, value) => write_value(label, &value, page),
        ShownValues::Two(labels, both) => write_pair(labels, &both, page),
        ShownValues::Times([first, second], times) => {
            write_value(first, times[0].as_bytes(), page);
            write_value(second, times[1].as_bytes(), page);
        }
        ShownValues::Hidden => {
            page.raw("<p class=\"aside\">They differ in a value that is not shown.</p>\n");
        }
    }
}

fn write_clients(shown: &Shown<'_>, made: &AppliedMistake, page: &mut Markup) {
    let clients = shown.clients(made);
    if clients.is_empty() {
        return;
    }
    let (first, more) = clients.split_at(clients.len().min(CLIENTS));
    page.raw("<div class=\"clients\">\n<h4>In well-known clients</h4>\n");
    write_changes(first, page);
    if !more.is_empty() {
        page.raw("<details><summary>In ").text(&more.len().to_string()).raw(" more</summary>\n");
        write_changes(more, page);
        page.raw("</details>\n");
    }
    page.raw("</div>\n");
}

fn write_changes(clients: &[(&str, &str)], page: &mut Markup) {
    page.raw("<dl>\n");
    for (name, change) in clients {
        page.raw("<div><dt>").text(name).raw("</dt><dd>").prose(change).raw("</dd></div>\n");
    }
    page.raw("</dl>\n");
}
