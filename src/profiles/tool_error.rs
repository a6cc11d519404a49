//! Why the keys of another tool cannot be used. Messages quote names, paths and line numbers, never a value.

use std::path::PathBuf;

use super::failure_kind::FailureKind;
use super::near::did_you_mean;
use super::shape::{as_program_name, as_variable_name};
use super::tool::{Tool, ToolEntry};

/// Why the keys of another tool cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// None of the tool's configuration files exists.
    #[error("no configuration of {tool}{}", looked_for(paths))]
    NoFile {
        /// The tool.
        tool: Tool,
        /// The places where it was looked for.
        paths: Vec<PathBuf>,
    },

    /// A variable names a file that does not exist.
    #[error("{variable} names {}, which does not exist", path.display())]
    MissingFile {
        /// The variable.
        variable: &'static str,
        /// The file.
        path: PathBuf,
    },

    /// There is no entry of that name.
    #[error("no {} '{name}' in {place}{}", tool.noun(), which_are_there(near, names))]
    Unknown {
        /// The tool.
        tool: Tool,
        /// The requested name.
        name: String,
        /// Where the entry was looked for.
        place: String,
        /// Similar names, as `--profile` takes them.
        near: Vec<String>,
        /// All names that exist.
        names: Vec<String>,
    },

    /// The file was encrypted with `rclone config encryption set`.
    #[error("{} is encrypted by rclone", path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },

    /// Two entries have the same name.
    #[error("{}: {} '{name}' is defined twice, {}", path.display(), tool.noun(), in_lines(*lines))]
    Twice {
        /// The tool.
        tool: Tool,
        /// The file.
        path: PathBuf,
        /// The name of both entries.
        name: String,
        /// The lines on which they begin, starting at 1.
        lines: (usize, usize),
    },

    /// The remote is of another kind of storage.
    #[error("{entry} {}{}", wrapping(wrapped.as_deref()), type_of(kind.as_deref()))]
    NotS3 {
        /// The remote.
        entry: ToolEntry,
        /// The remote that it wraps, if that is of another kind.
        wrapped: Option<String>,
        /// The remote's type, if it has one.
        kind: Option<String>,
    },

    /// The remote consists of several others.
    #[error("{entry} is of type '{kind}', which joins {}", joined(names))]
    Several {
        /// The remote.
        entry: ToolEntry,
        /// The remotes that it joins, as far as they can be read.
        names: Vec<String>,
        /// The remote's type.
        kind: &'static str,
    },

    /// The remote leads back to itself.
    #[error("{entry} leads back to itself")]
    Circle {
        /// The remote.
        entry: ToolEntry,
    },

    /// The entry contains only settings, or is for anonymous requests.
    #[error("{entry} has no keys")]
    NoKeys {
        /// The entry without keys.
        entry: ToolEntry,
    },

    /// The entry contains only one half of a key.
    #[error("{entry} has {present} but no {missing}")]
    HalfKey {
        /// The entry.
        entry: ToolEntry,
        /// The half that is there.
        present: &'static str,
        /// The half that is missing.
        missing: &'static str,
    },

    /// A value cannot be used. The message does not quote it.
    #[error("{entry}: {field} {problem}")]
    InvalidValue {
        /// The entry that contains the value.
        entry: ToolEntry,
        /// The field.
        field: &'static str,
        /// What is wrong with the value, worded to follow the field's name.
        problem: &'static str,
    },

    /// A value names a variable that is not set.
    #[error(
        "{entry}: {field} names {}",
        as_variable_name(variable).map_or("an environment variable that is not set".to_owned(), |name| {
            format!("the environment variable {name}, which is not set")
        }),
    )]
    UnsetVariable {
        /// The entry that contains the value.
        entry: ToolEntry,
        /// The field.
        field: &'static str,
        /// The variable. It is shown only if it can be nothing other than a name.
        variable: String,
    },

    /// The entry signs or gets its keys in a way that sigvet does not support.
    #[error("{entry} {what}, which sigvet does not support")]
    Unsupported {
        /// The entry.
        entry: ToolEntry,
        /// What the entry does, worded to follow the entry.
        what: &'static str,
    },

    /// A remote or an alias was named with a path.
    #[error("'{tool}:{name}{separator}…' has a path; name the {} only: '{tool}:{name}'", tool.noun())]
    HasPath {
        /// The tool.
        tool: Tool,
        /// The name without the path.
        name: String,
        /// What separates the two.
        separator: char,
    },

    /// A remote was named with options that cannot be parsed, which may be secret.
    #[error("cannot read the options of 'rclone:{name}'; expected REMOTE,OPTION=VALUE,… or :s3,OPTION=VALUE,…")]
    UnreadableOptions {
        /// The name without its options.
        name: String,
    },

    /// A profile without a key of its own cannot be copied.
    #[error("{owner} has no key of its own to copy: {reason}")]
    NothingToCopy {
        /// The profile or entry that was to be copied.
        owner: String,
        /// Where its keys come from.
        reason: &'static str,
    },
}

impl ToolError {
    /// The class of the error, for scripts.
    pub(super) fn kind(&self) -> FailureKind {
        match self {
            Self::MissingFile { .. }
            | Self::Encrypted { .. }
            | Self::Twice { .. }
            | Self::Circle { .. }
            | Self::InvalidValue { .. } => FailureKind::Broken,
            Self::HasPath { .. } | Self::UnreadableOptions { .. } => FailureKind::Usage,
            _ => FailureKind::NoCredentials,
        }
    }
}

fn looked_for(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    match paths.is_empty() {
        true => String::new(),
        false => format!("; looked for {}", listed(&paths)),
    }
}

/// The end of a message: similar names, or otherwise all names that exist.
fn which_are_there(near: &[String], names: &[String]) -> String {
    const SHOWN: usize = 8;
    match names.len() {
        _ if !near.is_empty() => did_you_mean(near),
        0 => "; it has none".to_owned(),
        1..=SHOWN => format!("; it has {}", listed(&names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>())),
        count => format!("; it has {count} others"),
    }
}

fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.concat(),
    }
}

fn in_lines((first, second): (usize, usize)) -> String {
    if first == second { format!("in line {first}") } else { format!("in lines {first} and {second}") }
}

fn wrapping(wrapped: Option<&str>) -> String {
    wrapped.map(|name| format!("wraps '{name}', which ")).unwrap_or_default()
}

fn joined(names: &[String]) -> String {
    match names {
        [] => "several remotes".to_owned(),
        names => listed(&names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>()),
    }
}

fn type_of(kind: Option<&str>) -> String {
    match kind {
        None => "has no type; expected type = s3".to_owned(),
        Some(kind) => match as_program_name(kind) {
            Some(kind) => format!("is of type '{kind}', not s3"),
            None => "is of another type than s3".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_names_that_exist() {
        let unknown = |near: &[&str], names: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let (near, names, place) = (owned(near), owned(names), "c".to_owned());
            ToolError::Unknown { tool: Tool::Rclone, name: "x".into(), place, near, names }.to_string()
        };
        assert_eq!(unknown(&["rclone:xy"], &["xy"]), "no remote 'x' in c; did you mean 'rclone:xy'?");
        assert_eq!(unknown(&[], &["a", "b", "c"]), "no remote 'x' in c; it has 'a', 'b' and 'c'");
        assert_eq!(unknown(&[], &["a"]), "no remote 'x' in c; it has 'a'");
        assert_eq!(unknown(&[], &[]), "no remote 'x' in c; it has none");
        assert_eq!(unknown(&[], &["a"; 9]), "no remote 'x' in c; it has 9 others");
    }
}
