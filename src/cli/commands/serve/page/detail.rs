//! The page of one request: the verdict, what was wrong, the signed texts, and ways to copy the request.

use super::Page;
use super::frame::{self, Frame};
use super::row::{reason, word_for};
use crate::cli::commands::serve::report;
use crate::cli::render::capture::{self, ReplySeen};
use crate::cli::render::curl;
use crate::cli::render::diagnosis::html::class_of_outcome;
use crate::cli::render::markup::Markup;
use crate::cli::render::redact::Redactor;
use crate::gateway::{Exchange, Judgement};
use sigvet_core::request::{Body, Headers};
use sigvet_core::verify::Outcome;
use sigvet_diagnose::{Diagnosis, Judged, Known, Origin, Search};

/// The page of a request.
pub fn to_html(page: &Page, exchange: &Exchange) -> String {
    let redactor = page.redactor_for(exchange);
    let valid = diagnosis_of_valid(exchange);
    let diagnosis = exchange.diagnosis().or(valid.as_ref());
    let shown = diagnosis.map(|diagnosis| report::shown(exchange, diagnosis, &redactor));
    let title = shown.as_ref().map_or_else(|| reason(exchange), |shown| shown.title());
    let class = class_of_outcome(exchange.judgement.outcome());
    let mut html = frame::begin(Frame { title: &title, class });
    html.raw("<header>\n<p class=\"mark\"><a href=\"/_sigvet/\">← All requests</a></p>\n");
    match &shown {
        Some(shown) => shown.write_summary(&mut html),
        None => write_plain_summary(exchange, &redactor, &mut html),
    }
    html.raw("</header>\n<main>\n");
    write_ways_to_take_it(page, exchange, &mut html);
    if let Some(shown) = &shown {
        shown.write_findings(&mut html);
        if exchange.judgement.outcome() == Outcome::Invalid {
            shown.write_expected_texts(&mut html);
        }
    }
    write_facts(exchange, &redactor, &mut html);
    html.raw("</main>\n<footer>\n");
    if let Some(shown) = &shown {
        shown.write_legend(&mut html);
    }
    html.raw("</footer>\n");
    frame::end(html)
}

/// The request and its reply in a file for `sigvet explain`.
pub fn to_file(page: &Page, exchange: &Exchange) -> Vec<u8> {
    let mut headers = Headers::default();
    headers.push_unchecked("x-amz-request-id", exchange.request_id.as_str());
    let reply = ReplySeen { status: exchange.status, headers: &headers, body: &exchange.reply };
    capture::to_http(&exchange.request, Some(reply), &page.redactor_for_copies(exchange))
}

/// Valid requests are not searched for mistakes, so a diagnosis is made here to show them.
fn diagnosis_of_valid(exchange: &Exchange) -> Option<Diagnosis> {
    let (Judgement::Valid(verdict) | Judgement::NotServed(verdict)) = &exchange.judgement else { return None };
    let verdict = verdict.as_ref().clone();
    Some(Diagnosis {
        outcome: Outcome::Valid,
        explanations: Vec::new(),
        differences: Vec::new(),
        notes: Vec::new(),
        next: Vec::new(),
        judged: Some(Judged { request: exchange.request.clone(), verdict, origin: Origin::Captured }),
        known: Known::WHOLE,
        comparisons: Vec::new(),
        search: Search { is_made: false, hypotheses: 0, deepest: 0, is_exhausted: true },
        tried: Vec::new(),
    })
}

/// The summary of a request that was not read or not judged.
fn write_plain_summary(exchange: &Exchange, redactor: &Redactor, html: &mut Markup) {
    html.raw("<p class=\"verdict\"><span class=\"sentence\">")
        .raw(word_for(&exchange.judgement))
        .raw("</span></p>\n<h1>");
    html.text(&redactor.apply(&reason(exchange))).raw("</h1>\n");
}

fn write_facts(exchange: &Exchange, redactor: &Redactor, html: &mut Markup) {
    let code = exchange.code.map(|code| format!(" {code}")).unwrap_or_default();
    let facts = [
        ("Answered", format!("{}{code}", exchange.status)),
        ("Request ID", exchange.request_id.clone()),
        ("Received", exchange.at.to_rfc3339()),
        ("Client", format!("{} ({})", exchange.peer, exchange.version)),
        ("Key", exchange.key_name.clone().unwrap_or_default()),
        ("Body", format!("{} bytes", exchange.body_length)),
        ("User-Agent", exchange.request.headers.first_text_lossy("user-agent").unwrap_or_default().into_owned()),
    ];
    html.raw("<section aria-labelledby=\"exchange\">\n<h2 id=\"exchange\">How it was answered</h2>\n");
    html.raw("<dl class=\"facts exchange\">\n");
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        html.raw("<div><dt>").raw(name).raw("</dt><dd><code>").text(&redactor.apply(value)).raw("</code></dd></div>\n");
    }
    html.raw("</dl>\n</section>\n");
}

/// Adds ways to copy a request, unless it was not read and so cannot be sent again.
fn write_ways_to_take_it(page: &Page, exchange: &Exchange, html: &mut Markup) {
    if exchange.request.method().is_empty() {
        return;
    }
    let number = exchange.number.to_string();
    html.raw("<section class=\"copies\" aria-labelledby=\"copies\">\n<h2 id=\"copies\" class=\"unseen\">Copies</h2>\n");
    html.raw("<p class=\"buttons\"><button type=\"button\" hidden data-copy=\"curl\">Copy as curl</button>\n");
    html.raw("<a class=\"button\" download=\"request-")
        .text(&number)
        .raw(".http\" href=\"/_sigvet/requests/")
        .text(&number);
    html.raw("/request.http\">Download</a>\n<span class=\"aside\">for <code>sigvet explain request-").text(&number);
    html.raw(".http</code></span></p>\n");
    write_curl(page, exchange, html);
    html.raw("</section>\n");
}

fn write_curl(page: &Page, exchange: &Exchange, html: &mut Markup) {
    let request = capture::without_secrets(&exchange.request, &page.redactor_for_copies(exchange));
    html.raw("<details><summary>curl command</summary>\n<div class=\"whole\">");
    match curl::command_for_capture(&request, &page.visitors.base()) {
        Ok(command) => html.raw("<pre id=\"curl\">").text(&command).raw("</pre>"),
        Err(failure) => html.raw("<p id=\"curl\">").text(&failure.to_string()).raw("</p>"),
    };
    if !matches!(request.body, Body::Bytes(_)) && exchange.body_length > 0 {
        html.raw("<p class=\"aside\">The body is not kept: put it into a file named <code>body</code>.</p>");
    }
    html.raw(
        "<p class=\"aside\">Copies keep the signature, but no session token or \
        cookie: give <code>sigvet explain</code> the token with <code>-H</code> if it was signed.</p>",
    );
    html.raw("</div>\n</details>\n");
}
