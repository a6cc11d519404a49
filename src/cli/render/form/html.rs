//! A form as a page of its own: it loads nothing and runs nothing, and uploads when it is opened and sent off.

use super::FormView;
use crate::cli::render::markup::Markup;
use sigvet_core::form::{Condition, FieldToFill};

/// Nothing may be loaded or run. Where the form goes is not limited: after the upload the server may send the browser on.
const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"robots\" content=\"noindex\">
<title>Upload to ";

const STYLE: &str = "</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; }
label { display: block; margin: 1rem 0; }
input { font: inherit; box-sizing: border-box; width: 100%; }
</style>
</head>
<body>
";

impl FormView<'_> {
    /// The page: HTML in UTF-8, with nothing outside of it.
    pub fn to_html(&self) -> String {
        let bucket = self.form.policy.about("bucket").find_map(|condition| match condition {
            Condition::Equals { value, .. } => Some(value.as_str()),
            _ => None,
        });
        let bucket = bucket.unwrap_or_default();
        let mut page = Markup::default();
        page.raw(HEAD).text(bucket).raw(STYLE);
        page.raw("<h1>Upload to ").text(bucket).raw("</h1>\n<p>");
        page.text(&self.limits()).raw("</p>\n");
        page.raw("<form action=\"").text(&self.url.to_string());
        page.raw("\" method=\"post\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\">\n");
        for (name, value) in self.form.fields.iter() {
            page.raw("<input type=\"hidden\" name=\"").text(name).raw("\" value=\"").text(value).raw("\">\n");
        }
        self.form.to_fill.iter().for_each(|field| write_field_to_fill(field, &mut page));
        self.write_file(&mut page);
        page.raw("<button>Upload</button>\n</form>\n</body>\n</html>\n");
        page.finish()
    }

    fn limits(&self) -> String {
        let length = self.form.policy.conditions.iter().find_map(|condition| match condition {
            Condition::ContentLengthRange { min, max } => Some(format!("A file of {min} to {max} bytes, ")),
            _ => None,
        });
        let expiration = self.form.policy.expiration.to_rfc3339();
        let until = if length.is_some() { "until " } else { "Until " };
        format!("{}{until}{expiration}.", length.unwrap_or_default())
    }

    /// The file comes last: S3 reads no field behind it.
    fn write_file(&self, page: &mut Markup) {
        page.raw("<label>File <input type=\"file\" name=\"file\" required");
        if let Some(accepted) = self.accepted_types() {
            page.raw(" accept=\"").text(&accepted).raw("\"");
        }
        page.raw("></label>\n");
    }

    /// The kinds of file that the browser offers first; the policy looks at the field `Content-Type` alone.
    fn accepted_types(&self) -> Option<String> {
        self.form.policy.about("content-type").find_map(|condition| match condition {
            Condition::Equals { value, .. } => Some(value.clone()),
            Condition::StartsWith { prefix, .. } if prefix.ends_with('/') => Some(format!("{prefix}*")),
            _ => None,
        })
    }
}

fn write_field_to_fill(field: &FieldToFill, page: &mut Markup) {
    page.raw("<label>").text(&field.name);
    if !field.prefix.is_empty() {
        page.raw(", which begins with ").text(&field.prefix);
    }
    page.raw(" <input name=\"").text(&field.name).raw("\" value=\"").text(&field.prefix).raw("\"></label>\n");
}
