//! The file for a response, named by `-o`, by the URL, or by the server; it is written anew or resumed.

use std::path::{Path, PathBuf};

use super::output_options::OutputOptions;
use crate::cli::failure::{Exit, Failure};
use crate::transport::Response;
use sigvet_core::request::RequestUrl;

/// The destination of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The file; `None` is standard output.
    file: Option<PathBuf>,
    directory: Option<PathBuf>,
    naming: Naming,
    offset: u64,
}

/// Who chooses the name of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// The user.
    User,
    /// The server, if it suggests a name: `-J`.
    Server,
}

impl Destination {
    /// The destination according to the options. The URL is the one that was typed: the target of a redirect does
    /// not name the file.
    pub fn of(options: &OutputOptions, url: &RequestUrl) -> Result<Self, Failure> {
        let by_url = options.remote_name || options.remote_name_all;
        let naming = if options.remote_header_name && by_url { Naming::Server } else { Naming::User };
        let name = match &options.output {
            Some(name) => Some(name.clone()),
            None if by_url => Some(remote_name(url)?),
            None => None,
        };
        let directory = options.output_dir.clone();
        let file = name.filter(|name| name.as_os_str() != "-").map(|name| placed(directory.as_deref(), &name));
        Ok(Self { file, directory, naming, offset: 0 })
    }

    /// Resumes at `offset`, which is the size of the existing file.
    pub fn from(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// The file; `None` is standard output.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the response is appended to the file.
    pub fn is_continued(&self) -> bool {
        self.offset > 0
    }

    /// Determines the file name once the head of the response has been received.
    ///
    /// # Errors
    /// The server may not choose this name, or the file already exists.
    pub fn named_by(self, response: &Response) -> Result<Self, Failure> {
        let header = response.headers.first("content-disposition").filter(|_| self.naming == Naming::Server);
        let Some(name) = header.and_then(|value| file_name(&String::from_utf8_lossy(value))) else { return Ok(self) };
        check_name(&name)?;
        let file = placed(self.directory.as_deref(), Path::new(&name));
        // A dangling symbolic link also exists.
        if std::fs::symlink_metadata(&file).is_ok() {
            return Err(Failure::new(
                Exit::CannotWrite,
                format!("the server names the file {name}, which already exists"),
            )
            .hint("choose another file with -o FILE"));
        }
        Ok(Self { file: Some(file), ..self })
    }

    /// Checks that a download can be resumed: a server that sends the whole object does not support ranges.
    pub fn check_part(&self, response: &Response) -> Result<(), Failure> {
        if self.offset > 0 && response.status == 200 {
            return Err(Failure::new(Exit::RangeRefused, "the server sent the whole object, and not the rest of it")
                .hint("omit -C to download the whole object"));
        }
        Ok(())
    }
}

fn placed(directory: Option<&Path>, name: &Path) -> PathBuf {
    directory.map_or_else(|| name.to_owned(), |directory| directory.join(name))
}

/// The last segment of the URL's path, unchanged.
fn remote_name(url: &RequestUrl) -> Result<PathBuf, Failure> {
    let path = sigvet_core::internal::split_target(url.target()).0;
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    match String::from_utf8_lossy(name).as_ref() {
        "" | "." | ".." => {
            Err(Failure::new(Exit::CannotWrite, "the URL has no file name for -O").hint("choose a name with -o FILE"))
        }
        name => Ok(PathBuf::from(name)),
    }
}

/// The `filename` of a Content-Disposition, parsed as by curl, without directories.
fn file_name(value: &str) -> Option<String> {
    let parameter = |part: &str| {
        let (name, text) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("filename").then(|| unquoted(text.trim()))
    };
    let name = parts(value).into_iter().find_map(|part| parameter(&part))?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    (!last.is_empty()).then(|| last.to_owned())
}

/// Splits at semicolons, but not inside quotes.
fn parts(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in value.chars() {
        match character {
            ';' if !is_quoted => {
                parts.push(String::new());
                continue;
            }
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = is_quoted && character == '\\' && !is_escaped;
        parts.last_mut().expect("a part is there from the beginning").push(character);
    }
    parts
}

fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"') else { return text.to_owned() };
    let mut name = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => name.extend(characters.next()),
            other => name.push(other),
        }
    }
    name
}

/// Checks a file name from the server: hidden files and unusual characters are not allowed.
fn check_name(name: &str) -> Result<(), Failure> {
    if name.starts_with('.') || name.chars().any(char::is_control) || name.contains(':') {
        let message = format!("the server names the file '{}', which -J does not write", name.escape_debug());
        return Err(Failure::new(Exit::CannotWrite, message).hint("choose the name with -o FILE"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right column contains the names of the files that curl 7.88 wrote.
    #[test]
    fn a_server_names_a_file_and_no_folder() {
        for (value, expected) in [
            ("attachment; filename=\"a b.txt\"", Some("a b.txt")),
            ("attachment; filename=plain.txt", Some("plain.txt")),
            ("attachment; FILENAME=\"x;y.txt\"; size=3", Some("x;y.txt")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"q\\\"uote\"", Some("q\"uote")),
            ("attachment; filename=/abs/name", Some("name")),
            ("attachment; filename=\"dir/\"", None),
            ("attachment; filename*=UTF-8''star.txt", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(value).as_deref(), expected, "{value}");
        }
        for name in [".bashrc", "..", "a\nb", "a\u{1b}[2J", "C:x"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("a b.txt").is_ok());
    }
}
