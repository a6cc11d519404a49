//! Reads TOML tables by hand, so that errors name the line and never quote a value, which might be a secret.

use std::fs::Metadata;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};
use zeroize::Zeroizing;

use crate::cli::failure::{Exit, Failure};
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::near_names;

/// A TOML file.
pub struct TomlFile<'a> {
    /// The path, for error messages.
    pub path: &'a Path,
    /// The content.
    pub text: &'a str,
}

/// Reads the text of a file of settings, and its metadata. The text may contain secrets.
///
/// # Errors
/// The file cannot be read, is larger than settings can be, or is not UTF-8.
pub fn read_settings(path: &Path) -> Result<(Zeroizing<String>, Metadata), Failure> {
    let cannot = |problem: String| Failure::new(Exit::Usage, format!("cannot read {}: {problem}", path.display()));
    let read = files::read(path, SETTINGS_LIMIT).map_err(|error| cannot(error.to_string()))?;
    match std::str::from_utf8(&read.bytes) {
        Ok(text) => Ok((Zeroizing::new(text.to_owned()), read.metadata)),
        Err(_) => Err(cannot("it is not UTF-8".to_owned())),
    }
}

impl<'a> TomlFile<'a> {
    /// Parses the file.
    ///
    /// # Errors
    /// The file is not valid TOML.
    pub fn parse(&self) -> Result<Document<&'a str>, Failure> {
        Document::parse(self.text).map_err(|error| self.failure(error.span(), &error.message().to_lowercase()))
    }

    /// An error about a place in the file.
    pub fn failure(&self, span: Option<Range<usize>>, problem: &str) -> Failure {
        let before = span.and_then(|span| self.text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        Failure::usage(format!("{}, line {line}: {problem}", self.path.display()))
    }

    /// Refuses unknown fields.
    pub fn check_fields(&self, table: &dyn TableLike, fields: &[&str]) -> Result<(), Failure> {
        for (name, item) in table.iter() {
            if !fields.contains(&name) {
                let span = table.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
                let problem = format!("unknown field '{name}'{}", near_names(name, fields.iter().copied()));
                return Err(self.failure(span, &problem).hint(format!("expected {}", fields.join(", "))));
            }
        }
        Ok(())
    }

    /// Reads a string.
    pub fn string(&self, table: &dyn TableLike, name: &str) -> Result<Option<String>, Failure> {
        self.read(table, name, "a string, in quotes", |item| item.as_str().map(str::to_owned))
    }

    /// Reads `true` or `false`.
    pub fn flag(&self, table: &dyn TableLike, name: &str) -> Result<Option<bool>, Failure> {
        self.read(table, name, "true or false", Item::as_bool)
    }

    /// Reads a port.
    pub fn port(&self, table: &dyn TableLike, name: &str) -> Result<Option<u16>, Failure> {
        let port = |item: &Item| u16::try_from(item.as_integer()?).ok().filter(|port| *port > 0);
        self.read(table, name, "a port from 1 to 65535", port)
    }

    /// Reads a list of strings.
    pub fn strings(&self, table: &dyn TableLike, name: &str) -> Result<Vec<String>, Failure> {
        let strings = |item: &Item| -> Option<Vec<String>> {
            item.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
        };
        match self.read(table, name, "an array of strings", strings)? {
            Some(strings) if strings.is_empty() => {
                let span = table.get(name).and_then(Item::span);
                Err(self.failure(span, &format!("{name} is empty; remove it, or add an entry")))
            }
            strings => Ok(strings.unwrap_or_default()),
        }
    }

    /// Reads a table of names and values.
    pub fn pairs(&self, table: &dyn TableLike, name: &str) -> Result<Vec<(String, String)>, Failure> {
        let pairs = |item: &Item| {
            let table = item.as_table_like()?;
            table.iter().map(|(name, item)| Some((name.to_owned(), item.as_str()?.to_owned()))).collect()
        };
        Ok(self.read(table, name, "a table of strings, as { name = \"value\" }", pairs)?.unwrap_or_default())
    }

    fn read<T>(
        &self,
        table: &dyn TableLike,
        name: &str,
        wanted: &str,
        read: impl Fn(&Item) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(item) = table.get(name) else { return Ok(None) };
        let wrong = || self.failure(item.span(), &format!("{name} must be {wanted}"));
        read(item).map(Some).ok_or_else(wrong)
    }
}
