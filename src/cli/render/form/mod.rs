//! A presigned POST in each format of `--as`, and the stages of its signature.

mod curl;
mod html;
mod json;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

use super::redact::{REDACTED, Redactor};
use crate::cli::options::show::{Show, Stage};
use sigvet_core::form::SignedForm;
use sigvet_core::request::RequestUrl;

/// Everything about a form that may be printed. A session token is one of its fields, because uploads do not work
/// without it.
pub struct FormView<'a> {
    /// The URL that the form is sent to.
    pub url: &'a RequestUrl,
    /// The signed form.
    pub form: &'a SignedForm,
    /// The file, if one was named.
    pub file: Option<&'a Path>,
}

/// Writes the requested stages, separated by empty lines. The policy takes the place of the canonical request.
pub fn write_stages(form: &SignedForm, show: &Show, redactor: &Redactor, out: &mut dyn Write) -> std::io::Result<()> {
    let policy = redactor.apply(&form.policy_json);
    // base64 hides a session token from the redactor, but not from a reader.
    let string_to_sign = if policy == form.policy_json { form.string_to_sign.as_str() } else { REDACTED };
    let stages = [
        (Stage::CanonicalRequest, policy.as_str()),
        (Stage::StringToSign, string_to_sign),
        (Stage::Signature, form.signature.as_str()),
    ];
    let wanted = stages.iter().filter(|(stage, _)| show.wants(*stage));
    for (at, (_, text)) in wanted.enumerate() {
        writeln!(out, "{}{text}", if at > 0 { "\n" } else { "" })?;
    }
    Ok(())
}
