//! Warnings about the credentials that were found, as data.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::platform::{Access, is_owner_trusted, mode_open_to};

use super::Source;
use super::x509::CertificateWarning;

/// A warning about the credentials that were found. It contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// `KEY:SECRET` contains a second colon. The first one ends the access key ID, but some stores have IDs
    /// that contain a colon.
    SecondColon,
    /// A part of the key begins or ends with white space, usually by mistake.
    WhiteSpace {
        /// The part.
        part: KeyPart,
        /// Where the key comes from.
        source: Source,
    },
    /// The variable with the key's expiry is not a date and time.
    InvalidExpiration {
        /// The variable.
        variable: &'static str,
    },
    /// A section of one of AWS's files has a line that cannot be parsed, so the section is ignored.
    BrokenSection {
        /// The file.
        path: PathBuf,
        /// The text between the section's brackets.
        section: String,
        /// The line number, starting at 1.
        line: usize,
        /// What is wrong with the line.
        message: &'static str,
    },
    /// A line of one of AWS's files precedes the first section.
    StrayLine {
        /// The file.
        path: PathBuf,
        /// The line number, starting at 1.
        line: usize,
    },
    /// s3cmd itself would merge the sections of its file.
    SectionsApart {
        /// The file.
        path: PathBuf,
        /// The section that is used.
        section: String,
    },
    /// Others can read the profile file.
    FileTooOpen {
        /// The profile file.
        path: PathBuf,
        /// The lowest nine bits of the file's mode.
        mode: u32,
    },
    /// Others can write to the profile file, and so choose the keys and the commands that are run to get them.
    FileWritable {
        /// The profile file.
        path: PathBuf,
        /// The lowest nine bits of the file's mode.
        mode: u32,
    },
    /// A warning about a profile's certificate.
    Certificate(CertificateWarning),
    /// The profile file belongs to another user, who is not root.
    FileOfAnother {
        /// The profile file.
        path: PathBuf,
    },
}

impl Warning {
    /// Warnings that somebody else may have written the file, and so may choose a program to run. The rule is
    /// the same for `secret_command`, and for `credential_process` in AWS's files. There are none for a pipe
    /// or a device, because it was made for this run.
    ///
    /// The directory is not checked: a file that others put in place of this one belongs to them, which is detected.
    pub(super) fn about_writers_of(path: &Path, metadata: &Metadata) -> Vec<Self> {
        if !metadata.is_file() {
            return Vec::new();
        }
        let path = || path.to_owned();
        let foreign = (!is_owner_trusted(metadata)).then(|| Self::FileOfAnother { path: path() });
        let written = mode_open_to(Access::Write, metadata).map(|mode| Self::FileWritable { path: path(), mode });
        foreign.into_iter().chain(written).collect()
    }

    /// Whether the warning says that others may have written this file.
    pub(super) fn is_about(&self, file: &Path) -> bool {
        matches!(self, Self::FileWritable { path, .. } | Self::FileOfAnother { path } if path == file)
    }

    /// Whether the warning says that others may have written the file.
    pub(super) fn is_about_writers(&self) -> bool {
        matches!(self, Self::FileWritable { .. } | Self::FileOfAnother { .. })
    }
}

/// A part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPart {
    /// The access key ID.
    AccessKeyId,
    /// The secret access key.
    SecretAccessKey,
    /// The session token of temporary credentials.
    SessionToken,
}

/// What is wrong with a part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProblem {
    /// A line break, a NUL or another control character, which would end the header that contains the part.
    ControlCharacter,
    /// The access key ID has the form of a secret, so it would be printed, sent and logged.
    LooksLikeSecret,
    /// The secret access key has the form of an access key ID.
    LooksLikeKeyId,
    /// The secret is followed by a session token.
    HoldsToken,
}
