//! The list of the most recent requests, newest first.

use super::frame::{self, Frame};
use super::row::write_row;
use crate::cli::render::markup::Markup;
use crate::cli::render::redact::Redactor;
use crate::gateway::Entry;

/// The content of the list.
pub struct List<'a> {
    /// The exchanges, oldest first.
    pub entries: &'a [Entry],
    /// Maximum number of exchanges to show.
    pub most: usize,
    /// The position after which new exchanges follow, for requesting the event stream.
    pub position: &'a str,
    /// The URL that clients should be pointed to.
    pub base: &'a str,
}

/// The columns: CSS class and heading.
const COLUMNS: [(&str, &str); 6] = [
    ("time", "Time (UTC)"),
    ("status", "Status"),
    ("method", "Method"),
    ("target", "Request"),
    ("cause", "Why"),
    ("key", "Key"),
];

impl List<'_> {
    /// The list as an HTML page.
    pub fn to_html(&self, redactor: &Redactor) -> String {
        let mut page = frame::begin(Frame { title: "Requests", class: "list" });
        page.raw("<header>\n<p class=\"mark\">sigvet <span>serve</span></p>\n<h1>Requests</h1>\n</header>\n<main data-position=\"");
        page.text(self.position).raw("\" data-most=\"").text(&self.most.to_string()).raw("\">\n");
        write_controls(&mut page);
        self.write_empty(&mut page);
        self.write_table(redactor, &mut page);
        page.raw("</main>\n");
        frame::end(page)
    }

    fn write_empty(&self, page: &mut Markup) {
        page.raw("<p id=\"empty\"").raw(if self.entries.is_empty() { "" } else { " hidden" });
        page.raw(">No requests yet. Point a client here: <code>AWS_ENDPOINT_URL=").text(self.base).raw("</code></p>\n");
    }

    fn write_table(&self, redactor: &Redactor, page: &mut Markup) {
        page.raw("<table role=\"table\" aria-label=\"Requests, the newest first\">\n<thead role=\"rowgroup\"><tr role=\"row\">");
        for (class, name) in COLUMNS {
            page.raw("<th scope=\"col\" role=\"columnheader\" class=\"").raw(class).raw("\">").raw(name).raw("</th>");
        }
        page.raw("</tr></thead>\n<tbody id=\"requests\" role=\"rowgroup\">\n");
        for entry in self.entries.iter().rev() {
            write_row(&entry.exchange, redactor, page);
            page.raw("\n");
        }
        page.raw("</tbody>\n</table>\n");
    }
}

/// Controls that need a script are hidden until the script has loaded.
fn write_controls(page: &mut Markup) {
    page.raw(
        "<div id=\"controls\" role=\"search\" hidden>
<label for=\"filter\">Filter</label>
<input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"path, method, cause, key\">
<label class=\"check\"><input id=\"refused\" type=\"checkbox\"> Only refused</label>
<button id=\"pause\" type=\"button\" aria-pressed=\"false\">Pause</button>
</div>
<p class=\"state\"><span id=\"count\"></span> <span id=\"connection\" role=\"status\"></span></p>
<p id=\"announcer\" class=\"unseen\" role=\"status\" aria-live=\"polite\"></p>
<noscript><p>Reload this page to see new requests.</p></noscript>
",
    );
}
