//! A form as a self-contained page: it loads nothing, runs no scripts, and uploads a file when the form is
//! submitted.

use super::FormView;
use crate::cli::failure::Failure;
use crate::cli::render::markup::Markup;
use sigvet_core::form::{Condition, FieldToFill};

/// Nothing may be loaded or run. The target of the form is not restricted: after the upload the server may redirect
/// the browser.
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
    /// The page: self-contained HTML in UTF-8.
    ///
    /// # Errors
    /// A browser would not send a field unchanged.
    pub fn to_html(&self) -> Result<String, Failure> {
        self.check_fields()?;
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
            page.raw("<input type=\"hidden\" name=\"").value(name).raw("\" value=\"").value(value).raw("\">\n");
        }
        self.form.to_fill.iter().for_each(|field| write_field_to_fill(field, &mut page));
        self.write_file(&mut page);
        page.raw("<button>Upload</button>\n</form>\n</body>\n</html>\n");
        Ok(page.finish())
    }

    /// Refuses fields that a browser changes: they would no longer match the policy, or the file would be stored
    /// differently.
    fn check_fields(&self) -> Result<(), Failure> {
        for (name, value) in self.form.fields.iter() {
            check_name(name)?;
            check_value(name, value)?;
        }
        for field in &self.form.to_fill {
            check_name(&field.name)?;
            if field.prefix.contains(['\r', '\n']) {
                return Err(unsent(&field.name, "a line break, which a browser removes from an input field"));
            }
            check_value(&field.name, &field.prefix)?;
        }
        Ok(())
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

    /// The file comes last, because S3 ignores fields after it.
    fn write_file(&self, page: &mut Markup) {
        page.raw("<label>File <input type=\"file\" name=\"file\" required");
        if let Some(accepted) = self.accepted_types() {
            page.raw(" accept=\"").text(&accepted).raw("\"");
        }
        page.raw("></label>\n");
    }

    /// The file types that the browser offers first; the policy only checks the field `Content-Type`.
    fn accepted_types(&self) -> Option<String> {
        self.form.policy.about("content-type").find_map(|condition| match condition {
            Condition::Equals { value, .. } => Some(value.clone()),
            Condition::StartsWith { prefix, .. } if prefix.ends_with('/') => Some(format!("{prefix}*")),
            _ => None,
        })
    }
}

/// Browsers escape quotes and line breaks in a name, and overwrite a field with a special name with the encoding.
fn check_name(name: &str) -> Result<(), Failure> {
    if name.eq_ignore_ascii_case("_charset_") {
        return Err(unsent(name, "a name that a browser has a value of its own for"));
    }
    match name.chars().find(|character| character.is_control() || *character == '"') {
        Some(_) => Err(unsent(name, "a quote or a control character in its name, which a browser escapes")),
        None => Ok(()),
    }
}

/// A form sends every line break as CR LF (*Constructing the entry list* of the HTML Standard).
fn check_value(name: &str, value: &str) -> Result<(), Failure> {
    let without_pairs = value.replace("\r\n", "");
    if without_pairs.contains(['\r', '\n']) {
        return Err(unsent(name, "a line break other than CR LF, and a browser makes CR LF of it"));
    }
    match without_pairs.chars().find(|character| character.is_control() && *character != '\t') {
        Some(control) => Err(unsent(name, &format!("the control character U+{:04X}", u32::from(control)))),
        None => Ok(()),
    }
}

fn unsent(name: &str, what: &str) -> Failure {
    Failure::usage(format!("the field {name} cannot be part of a page: it contains {what}"))
        .hint("use --as json to print the fields unchanged")
}

fn write_field_to_fill(field: &FieldToFill, page: &mut Markup) {
    page.raw("<label>").text(&field.name);
    if !field.prefix.is_empty() {
        page.raw(", which begins with ").text(&field.prefix);
    }
    page.raw(" <input name=\"").value(&field.name).raw("\" value=\"").value(&field.prefix).raw("\"></label>\n");
}
