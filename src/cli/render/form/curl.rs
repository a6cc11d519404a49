//! A form as a curl command for sh: quoted for the shell, and for curl's own reading of what it is given.

use std::path::Path;

use super::FormView;
use crate::cli::failure::Failure;

/// What stands for the file where none was named.
const PLACEHOLDER: &str = "FILE";

impl FormView<'_> {
    /// The command, in one line. Fields go by `--form-string`, which takes `@`, `<` and `;` as they are.
    pub fn to_curl(&self) -> Result<String, Failure> {
        let mut words = vec!["curl".to_owned(), "--path-as-is".to_owned(), "--globoff".to_owned()];
        for (name, value) in self.form.fields.iter() {
            words.extend(["--form-string".to_owned(), format!("{name}={value}")]);
        }
        for field in &self.form.to_fill {
            words.extend(["--form-string".to_owned(), format!("{}={}", field.name, field.prefix)]);
        }
        words.extend(["--form".to_owned(), format!("file=@{}", file_word(self.file)?)]);
        words.push(self.url.to_string());
        Ok(words.iter().map(|word| shell_words::quote(word).into_owned()).collect::<Vec<_>>().join(" "))
    }
}

/// curl ends a file's name at `;` and `,` unless it stands in quotes, where `\` escapes.
fn file_word(file: Option<&Path>) -> Result<String, Failure> {
    let Some(file) = file else { return Ok(PLACEHOLDER.to_owned()) };
    let name = file.to_str().ok_or_else(|| {
        Failure::usage(format!("the name of {} is not UTF-8, and cannot stand in a command", file.display()))
    })?;
    Ok(format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")))
}
