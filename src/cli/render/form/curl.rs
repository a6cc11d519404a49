//! A form as a curl command for a shell, quoted for the shell and for curl's own parsing.

use std::path::Path;

use super::FormView;
use crate::cli::failure::Failure;
use crate::cli::render::curl;
use crate::cli::shell;

/// Placeholder if no file is named.
const PLACEHOLDER: &str = "FILE";

impl FormView<'_> {
    /// The command, on one line. Fields use `--form-string`, which does not interpret `@`, `<` and `;`.
    pub fn to_curl(&self) -> Result<String, Failure> {
        let mut words = vec!["curl".to_owned(), "--path-as-is".to_owned(), "--globoff".to_owned()];
        let to_fill = self.form.to_fill.iter().map(|field| (field.name.as_str(), field.prefix.as_str()));
        for (name, value) in self.form.fields.iter().chain(to_fill) {
            check_name(name)?;
            words.extend(["--form-string".to_owned(), format!("{name}={value}")]);
        }
        words.extend(["--form".to_owned(), format!("file=@{}", file_word(self.file)?)]);
        words.push(self.url.to_string());
        shell::command(&words).map_err(|(at, unfit)| {
            let field = words[at].split_once('=').map_or("", |(name, _)| name);
            let what = if words[at - 1] == "--form-string" {
                format!("the field {field}")
            } else {
                "the name of the file".to_owned()
            };
            Failure::usage(format!("{what} {unfit}, and cannot be part of a command"))
                .hint("use --as json to print the fields unchanged")
        })
    }
}

/// curl ends a name at the first `=`, and writes a line break in it as %0A.
fn check_name(name: &str) -> Result<(), Failure> {
    if name.contains(['=', '\n']) {
        return Err(Failure::usage(format!("curl sends no field with the name '{name}'"))
            .hint("use --as json to print the fields unchanged"));
    }
    Ok(())
}

/// curl ends a file name at `;` and `,` unless it is in quotes, where `\` escapes.
fn file_word(file: Option<&Path>) -> Result<String, Failure> {
    let Some(file) = file else { return Ok(PLACEHOLDER.to_owned()) };
    let name = curl::file_word(file)?;
    Ok(format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
}
