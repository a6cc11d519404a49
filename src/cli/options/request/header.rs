//! One `-H`, parsed as by curl: a header to set, to send empty, or to remove.

use crate::cli::failure::Failure;
use sigvet_core::request::Request;

/// Sets headers on a request, each replacing those of the same name.
pub(super) fn put_headers<'a>(
    request: &mut Request,
    headers: impl IntoIterator<Item = &'a HeaderOption<'a>> + Clone,
) -> Result<(), Failure> {
    for header in headers.clone() {
        request.headers.remove(header.name());
    }
    for header in headers {
        if let HeaderOption::Set { name, value } = header {
            request.headers.push(name, *value).map_err(Failure::invalid)?;
        }
    }
    Ok(())
}

/// One `-H`.
pub(super) enum HeaderOption<'a> {
    Set { name: &'a str, value: &'a str },
    Remove { name: &'a str },
}

impl<'a> HeaderOption<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Self, Failure> {
        if line.contains(['\r', '\n', '\0']) {
            let name = line.split(':').next().unwrap_or_default().escape_debug();
            return Err(Failure::usage(format!("header '{name}' has a line break or a NUL in it"))
                .hint("pass each header with its own -H"));
        }
        match line.split_once(':') {
            Some((name, value)) if value.trim().is_empty() => Ok(Self::Remove { name: name.trim() }),
            Some((name, value)) => Ok(Self::Set { name: name.trim_end(), value: value.trim() }),
            None => match line.strip_suffix(';') {
                Some(name) => Ok(Self::Set { name, value: "" }),
                None => {
                    Err(Failure::usage(format!("invalid header '{}'", shown(line))).hint("write it as 'Name: value'"))
                }
            },
        }
    }

    /// The name, if the header is to be removed.
    pub(super) fn removed(&self) -> Option<String> {
        match self {
            Self::Remove { name } => Some(name.to_ascii_lowercase()),
            Self::Set { .. } => None,
        }
    }

    pub(super) fn removes(&self, wanted: &str) -> bool {
        matches!(self, Self::Remove { name } if name.eq_ignore_ascii_case(wanted))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Set { name, .. } | Self::Remove { name } => name,
        }
    }
}

/// The first word of a malformed header: the rest may be a secret.
fn shown(line: &str) -> String {
    match line.split_once(' ') {
        Some((word, _)) => format!("{word} …"),
        None if line.len() > 40 => line.chars().take(20).chain(['…']).collect(),
        None => line.to_owned(),
    }
}
