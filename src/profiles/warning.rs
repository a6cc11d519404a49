//! What a user should know of the credentials that were found, as data.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::platform::{Access, is_owner_trusted, mode_open_to};

use super::Source;
use super::x509::CertificateWarning;

/// What a user should know of the credentials that were found. It carries no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// `KEY:SECRET` has a second colon: the first ends the access key ID, and some stores have IDs with a colon in them.
    SecondColon,
    /// A part of the key begins or ends with white space, which is mostly a slip.
    WhiteSpace {
        /// The part.
        part: KeyPart,
        /// Where the key is from.
        source: Source,
    },
    /// A variable that says when the key expires is not a date and time.
    InvalidExpiration {
        /// The variable.
        variable: &'static str,
    },
    /// A section of one of AWS's files has a line that cannot be read, and counts for nothing.
    BrokenSection {
        /// The file.
        path: PathBuf,
        /// What stands between the section's brackets.
        section: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: &'static str,
    },
    /// A line of one of AWS's files stands before the first section.
    StrayLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// s3cmd itself would mix the sections of its file.
    SectionsApart {
        /// The file.
        path: PathBuf,
        /// The section that is read.
        section: String,
    },
    /// Others can read the profile file.
    FileTooOpen {
        /// The profile file.
        path: PathBuf,
        /// Its mode, the lowest nine bits.
        mode: u32,
    },
    /// Others can write to the profile file, and so choose the keys and what is run for them.
    FileWritable {
        /// The profile file.
        path: PathBuf,
        /// Its mode, the lowest nine bits.
        mode: u32,
    },
    /// Something about the certificate of a profile.
    Certificate(CertificateWarning),
    /// The profile file belongs to another user, who is not root.
    FileOfAnother {
        /// The profile file.
        path: PathBuf,
    },
}

impl Warning {
    /// That somebody else may have written what the file says, and so choose a program to run: the rule for `secret_command`, and
    /// for `credential_process` in AWS's files. Of a pipe or a device nothing is said: it was made for this run.
    ///
    /// The directory is not looked at: a file that others put in its place is theirs, and that is seen.
    pub(super) fn about_writers_of(path: &Path, metadata: &Metadata) -> Vec<Self> {
        if !metadata.is_file() {
            return Vec::new();
        }
        let path = || path.to_owned();
        let foreign = (!is_owner_trusted(metadata)).then(|| Self::FileOfAnother { path: path() });
        let written = mode_open_to(Access::Write, metadata).map(|mode| Self::FileWritable { path: path(), mode });
        foreign.into_iter().chain(written).collect()
    }

    /// Whether it is about this file and whoever writes to it.
    pub(super) fn is_about(&self, file: &Path) -> bool {
        matches!(self, Self::FileWritable { path, .. } | Self::FileOfAnother { path } if path == file)
    }

    /// Whether somebody else may have written what the file says.
    pub(super) fn is_about_writers(&self) -> bool {
        matches!(self, Self::FileWritable { .. } | Self::FileOfAnother { .. })
    }
}

/// A part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPart {
    /// Its public half.
    AccessKeyId,
    /// Its secret half.
    SecretAccessKey,
    /// What temporary credentials have besides.
    SessionToken,
}

/// What is wrong with a part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProblem {
    /// A line break, a NUL or another control character: it would end the header that the part stands in.
    ControlCharacter,
    /// An access key ID with the form of a secret: it would be printed, sent and logged.
    LooksLikeSecret,
    /// A secret access key with the form of an access key ID.
    LooksLikeKeyId,
    /// A secret with a session token behind it.
    HoldsToken,
}
