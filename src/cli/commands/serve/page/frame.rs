//! The beginning and the end of every page.

use crate::cli::render::diagnosis::html::STYLE;
use crate::cli::render::markup::Markup;

/// What differs between pages.
pub struct Frame<'a> {
    /// The title of the page.
    pub title: &'a str,
    /// The CSS class of its body.
    pub class: &'static str,
}

/// The script for all pages.
pub const SCRIPT: &str = include_str!("page.js");
/// The icon of all pages.
pub const ICON: &str = include_str!("icon.svg");

/// The styles of all pages: those of a diagnosis, and those of the list.
pub fn style() -> String {
    [STYLE, include_str!("page.css")].concat()
}

const START: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"robots\" content=\"noindex\">
<link rel=\"icon\" href=\"/_sigvet/icon.svg\" type=\"image/svg+xml\">
<link rel=\"stylesheet\" href=\"/_sigvet/page.css\">
<script src=\"/_sigvet/page.js\" defer></script>
<title>";

/// Begins a page, up to the start of its body.
pub fn begin(frame: Frame<'_>) -> Markup {
    let mut page = Markup::default();
    page.raw(START).text(frame.title).raw(" · sigvet</title>\n</head>\n<body class=\"").raw(frame.class).raw("\">\n");
    page
}

/// Ends a page.
pub fn end(mut page: Markup) -> String {
    page.raw("</body>\n</html>\n");
    page.finish()
}
