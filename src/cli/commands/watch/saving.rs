//! Saves refused exchanges as files for `sigvet explain`, optionally with an HTML page for each.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::explaining::Refusal;
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::capture::{self, ReplySeen};
use crate::cli::render::diagnosis::Shown;
use crate::gateway::forward::Seen;
use crate::platform;

/// Maximum number of characters of the host in a file name.
const LONGEST_HOST: usize = 80;

/// Saves exchanges to a directory.
pub struct Saving {
    directory: PathBuf,
    /// Whether to also write HTML pages.
    has_pages: bool,
    number: u32,
}

impl Saving {
    /// Creates the directory unless it exists.
    pub fn in_directory(directory: &Path, has_pages: bool) -> Result<Self, Failure> {
        platform::create_private_directory(directory).map_err(|error| unwritten(directory, error))?;
        Ok(Self { directory: directory.to_owned(), has_pages, number: 0 })
    }

    /// Saves one exchange. Existing files are never replaced.
    pub fn save(&mut self, seen: &Seen, refusal: &Refusal, shown: &Shown<'_>) -> Result<PathBuf, Failure> {
        let reply = ReplySeen { status: seen.reply.status, headers: &seen.reply.headers, body: &seen.reply.body };
        let text = match shown.show_secrets {
            true => capture::to_http_as_seen(&seen.request, Some(reply), &refusal.file_redactor),
            false => capture::to_http(&seen.request, Some(reply), &refusal.file_redactor),
        };
        let file = self.create(seen, &text)?;
        if self.has_pages {
            let page = file.with_extension("html");
            let html = refusal.redactor.apply(&shown.to_html());
            write_new(&page, html.as_bytes()).map_err(|error| unwritten(&page, error))?;
        }
        Ok(file)
    }

    fn create(&mut self, seen: &Seen, text: &[u8]) -> Result<PathBuf, Failure> {
        loop {
            self.number += 1;
            let name = format!("{:04}-{}-{}.http", self.number, in_a_name(&seen.place.host), seen.reply.status);
            let path = self.directory.join(name);
            match write_new(&path, text) {
                Ok(()) => return Ok(path),
                // The file is from an earlier run.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && self.number < u32::MAX => {}
                Err(error) => return Err(unwritten(&path, error)),
            }
        }
    }
}

/// The host, with `_` for characters that do not belong in a file name.
fn in_a_name(host: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' };
    host.chars().take(LONGEST_HOST).map(kept).collect()
}

/// Creates a file that only its owner can read. Fails if the file exists.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    platform::for_owner_only(&mut options);
    options.open(path)?.write_all(bytes)
}

fn unwritten(path: &Path, error: std::io::Error) -> Failure {
    Failure::located(Exit::CannotWrite, format!("cannot write {}", path.display()), error)
}
