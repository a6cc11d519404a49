//! Other tools whose key files sigvet reads, and the names that `--profile` takes for their keys.

use std::fmt;
use std::path::PathBuf;

/// A tool that stores keys in its own file or variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `s3cmd`: sections of `.s3cfg`.
    S3cmd,
    /// `rclone`: remotes of `rclone.conf`.
    Rclone,
    /// MinIO's client: aliases of `config.json`.
    Mc,
    /// boto 2: `.boto`.
    Boto,
    /// `s3fs`: `.passwd-s3fs`.
    S3fs,
    /// restic: the environment.
    Restic,
}

impl Tool {
    /// All tools, in the order in which they are listed.
    pub const ALL: [Self; 6] = [Self::S3cmd, Self::Rclone, Self::Mc, Self::Boto, Self::S3fs, Self::Restic];

    /// The prefix before the colon, such as `rclone` in `rclone:REMOTE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3cmd => "s3cmd",
            Self::Rclone => "rclone",
            Self::Mc => "mc",
            Self::Boto => "boto",
            Self::S3fs => "s3fs",
            Self::Restic => "restic",
        }
    }

    /// The tool's word for an entry with keys.
    pub fn noun(self) -> &'static str {
        match self {
            Self::S3cmd | Self::Boto => "section",
            Self::Rclone => "remote",
            Self::Mc => "alias",
            Self::S3fs => "bucket",
            Self::Restic => "repository",
        }
    }

    /// Splits `rclone:REMOTE` into the tool and the name.
    pub fn split(text: &str) -> Option<(Self, &str)> {
        let (prefix, name) = text.split_once(':')?;
        let tool = Self::ALL.into_iter().find(|tool| tool.as_str() == prefix)?;
        // rclone lists its remotes with a trailing colon.
        let name = if tool == Self::Rclone { name.strip_suffix(':').unwrap_or(name) } else { name };
        Some((tool, name))
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An entry with keys in a tool's configuration, and its location:
/// `rclone remote 'minio' in /home/me/.config/rclone/rclone.conf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolEntry {
    /// The tool.
    pub tool: Tool,
    /// The name after the colon.
    pub name: String,
    /// The location of the entry.
    pub place: ToolPlace,
    /// The variable that contains the key, if the key is not in the same place.
    pub key_variable: Option<String>,
}

/// Where a tool stores an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolPlace {
    /// In a file.
    File(PathBuf),
    /// In an environment variable, or in several that begin with this text.
    Variable(String),
    /// In the typed name itself, with its options.
    Typed,
}

impl ToolEntry {
    /// The name that `--profile` takes.
    pub fn profile_name(&self) -> String {
        format!("{}:{}", self.tool, self.name)
    }

    /// The entry without its location: `rclone remote 'minio'`.
    pub fn owner(&self) -> String {
        let Self { tool, name, .. } = self;
        match name.as_str() {
            "" => format!("{tool} configuration"),
            _ => format!("{tool} {} '{name}'", tool.noun()),
        }
    }
}

impl fmt::Display for ToolEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.owner(), self.place)?;
        match &self.key_variable {
            Some(variable) => write!(f, ", with the key in {variable}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ToolPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Typed => f.write_str("its own options"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_recognised_by_the_text_before_the_first_colon() {
        assert_eq!(Tool::split("rclone:my remote"), Some((Tool::Rclone, "my remote")));
        assert_eq!(Tool::split("rclone:minio:"), Some((Tool::Rclone, "minio")), "as rclone itself takes it");
        assert_eq!(Tool::split("s3cmd:"), Some((Tool::S3cmd, "")));
        assert_eq!(Tool::split("mc:a:b"), Some((Tool::Mc, "a:b")));
        for own in ["rclone", "aws:x", "RCLONE:x", "other:x", ""] {
            assert_eq!(Tool::split(own), None, "{own}");
        }
    }
}
