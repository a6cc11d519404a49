//! Writes one exchange as a row, both for the list and for the events.

use std::borrow::Cow;

use crate::cli::commands::serve::report::problem;
use crate::cli::render::diagnosis::html::class_of_outcome;
use crate::cli::render::markup::Markup;
use crate::cli::render::redact::{Redactor, is_bearing_parameter};
use crate::cli::screen::inert_line;
use crate::gateway::{Exchange, Judgement};
use sigvet_core::verify::Outcome;

/// Maximum number of characters of a target or a reason in a row.
const MOST: usize = 200;

/// Writes a row. It has explicit ARIA roles, because on a narrow screen the table is not laid out as a table.
pub fn write_row(exchange: &Exchange, redactor: &Redactor, page: &mut Markup) {
    let outcome = exchange.judgement.outcome();
    let at = exchange.at.to_rfc3339();
    page.raw("<tr role=\"row\" class=\"").raw(class_of_outcome(outcome)).raw("\"><td role=\"cell\" class=\"time\">");
    page.raw("<time datetime=\"").text(&at).raw("\">").text(at.get(11..19).unwrap_or_default()).raw("</time></td>");
    page.raw("<td role=\"cell\" class=\"status\"><b>").text(&exchange.status.to_string()).raw("</b> ");
    page.raw(word_for(&exchange.judgement)).raw("</td><td role=\"cell\" class=\"method\">");
    page.text(&shortened(&redactor.apply(exchange.request.method())));
    page.raw("</td><td role=\"cell\" class=\"target\"><a href=\"/_sigvet/requests/").text(&exchange.number.to_string());
    page.raw("\">")
        .text(&shortened(&redactor.apply(&target(exchange))))
        .raw("</a></td><td role=\"cell\" class=\"cause\">");
    if let Some(id) = cause_id(exchange) {
        page.raw("<code>").text(&id).raw("</code> ");
    }
    let reason = reason(exchange);
    if !reason.is_empty() {
        page.raw("<span>").text(&shortened(&redactor.apply(&reason))).raw("</span>");
    }
    page.raw("</td><td role=\"cell\" class=\"key\">").text(exchange.key_name.as_deref().unwrap_or_default());
    page.raw("</td></tr>");
}

/// The judgement in one word.
pub fn word_for(judgement: &Judgement) -> &'static str {
    match judgement {
        Judgement::Valid(_) => "valid",
        Judgement::NotServed(_) => "valid, not served",
        Judgement::Refused { .. } => "refused",
        Judgement::Unread(_) => "not read",
        Judgement::Forwarded => "passed on",
    }
}

/// The path and the query, without the parameters of the signature and other credentials.
fn target(exchange: &Exchange) -> String {
    let path = String::from_utf8_lossy(exchange.request.path());
    let query = exchange.request.query().map(String::from_utf8_lossy).unwrap_or_default();
    let is_own = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        !name.to_ascii_lowercase().starts_with("x-amz-") && !is_bearing_parameter(name.as_bytes())
    };
    let own: Vec<&str> = query.split('&').filter(is_own).collect();
    let separator = if query.is_empty() { "" } else { "?" };
    let dots = if own.len() < query.split('&').count() { "…" } else { "" };
    // An unreadable request has no target, but its row still needs a link.
    match path.is_empty() {
        true => "(unreadable)".to_owned(),
        false => format!("{path}{separator}{}{dots}", own.join("&")),
    }
}

/// The ID of the mistake, or else the error code of the refusal.
fn cause_id(exchange: &Exchange) -> Option<Cow<'_, str>> {
    let cause = exchange.cause().map(Cow::from);
    cause.or_else(|| exchange.code.map(Cow::from))
}

/// Why the request was refused.
pub fn reason(exchange: &Exchange) -> String {
    let mut titles: Vec<&str> = Vec::new();
    if let Some(best) = exchange.diagnosis().and_then(|diagnosis| diagnosis.best()) {
        titles.extend(best.mistakes.iter().map(|made| made.mistake.title));
        titles.dedup();
    }
    match (titles.is_empty(), exchange.judgement.outcome()) {
        (false, _) => titles.join(", and "),
        (true, Outcome::Invalid) => problem(exchange)
            .unwrap_or_else(|| "the signature does not match, and no known mistake reproduces it".to_owned()),
        (true, _) => problem(exchange).unwrap_or_default(),
    }
}

fn shortened(text: &str) -> String {
    let line = inert_line(text);
    match line.char_indices().nth(MOST) {
        Some((at, _)) => line.get(..at).unwrap_or_default().to_owned() + "…",
        None => line.into_owned(),
    }
}
