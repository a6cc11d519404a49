//! Reads other tools' files as text, up to a size limit, and warns if other users can read or change them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::file::{unreadable, warnings};
use crate::profiles::tool::Tool;
use crate::profiles::{Environment, Error, ToolError, Warning};

/// A file of another tool.
pub(super) struct ToolFile {
    pub(super) path: PathBuf,
    pub(super) text: Zeroizing<String>,
    pub(super) warnings: Vec<Warning>,
}

/// The places where a tool's file may be.
pub(super) enum Places {
    /// A variable names the file, which must exist.
    Named(&'static str, PathBuf),
    /// The first of these files that exists.
    Usual(Vec<PathBuf>),
}

impl Places {
    /// Reads the file; `None` if none of the usual files exists.
    pub(super) fn read(&self) -> Result<Option<ToolFile>, Error> {
        match self {
            Self::Named(variable, path) => match ToolFile::read(path)? {
                Some(file) => Ok(Some(file)),
                None => Err(ToolError::MissingFile { variable, path: path.clone() }.into()),
            },
            Self::Usual(paths) => paths.iter().find_map(|path| ToolFile::read(path).transpose()).transpose(),
        }
    }

    /// Reads the file, or returns an error that lists the places.
    pub(super) fn expect(&self, tool: Tool) -> Result<ToolFile, Error> {
        match (self.read()?, self) {
            (Some(file), _) => Ok(file),
            (None, Self::Usual(paths)) => Err(ToolError::NoFile { tool, paths: paths.clone() }.into()),
            (None, Self::Named(_, path)) => Err(ToolError::NoFile { tool, paths: vec![path.clone()] }.into()),
        }
    }
}

impl ToolFile {
    /// Reads the file, if it exists.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let read = match files::read(path, SETTINGS_LIMIT) {
            Ok(read) => read,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(unreadable(path, error)),
        };
        let text = decode(&read.bytes).ok_or_else(|| malformed(path, None, "not UTF-8 text"))?;
        let text = Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned());
        Ok(Some(Self { path: path.to_owned(), text, warnings: warnings(path, &read.metadata) }))
    }

    pub(super) fn malformed(&self, line: usize, message: &str) -> Error {
        malformed(&self.path, Some((line, 1)), message)
    }
}

/// Decodes the file; `None` if it is not UTF-8. Comments may be in another encoding.
fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match (std::str::from_utf8(line), line.trim_ascii_start().first()) {
            (Ok(line), _) => text.push_str(line),
            (Err(_), Some(b'#' | b';')) => text.push_str(if line.ends_with(b"\n") { "#\n" } else { "#" }),
            (Err(_), _) => return None,
        }
    }
    Some(text)
}

pub(super) fn malformed(path: &Path, position: Option<(usize, usize)>, message: &str) -> Error {
    Error::Malformed { path: path.to_owned(), position, message: message.to_owned() }
}

/// A path in the home directory.
pub(super) fn in_home(parts: &[&str], environment: &Environment) -> Option<PathBuf> {
    let mut path = environment.home_dir()?;
    path.extend(parts);
    Some(path)
}

/// Expands a leading `~/`.
pub(super) fn expand_home(text: &str, environment: &Environment) -> PathBuf {
    match (text.strip_prefix("~/"), environment.home_dir()) {
        (Some(behind), Some(home)) => home.join(behind),
        _ => PathBuf::from(text),
    }
}
