//! The profile file: its location, who else can read it, and its contents.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::near::near;
use super::parse::{Contents, parse};
use super::profile::Profile;
use super::{Environment, Error, Warning};
use crate::files::{self, Bounded, SETTINGS_LIMIT};
use crate::platform::{Access, mode_open_to};

/// The location of the profile file, and how it was determined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The file was named by `--profile-file` or `SIGVET_PROFILES`, and has to exist.
    Named(PathBuf),
    /// The file is `sigvet/profiles.toml` in the user's configuration directory, and may be missing.
    Default(PathBuf),
}

impl Location {
    /// Finds the location: from the option, otherwise from `SIGVET_PROFILES`, otherwise in the user's
    /// configuration directory, if there is one.
    pub fn find(option: Option<&Path>, environment: &Environment) -> Option<Self> {
        let named = option.map(Path::to_owned).or_else(|| environment.get("SIGVET_PROFILES").map(PathBuf::from));
        let default = || Some(Self::Default(environment.config_dir()?.join("sigvet").join("profiles.toml")));
        named.map(Self::Named).or_else(default)
    }

    /// The path.
    pub fn path(&self) -> &Path {
        match self {
            Self::Named(path) | Self::Default(path) => path,
        }
    }
}

/// A profile file that was read.
#[derive(Debug)]
pub struct ProfileFile {
    path: PathBuf,
    contents: Contents,
    warnings: Vec<Warning>,
}

impl ProfileFile {
    /// Reads the file at its location. `None` if no file was named and the default one does not exist.
    ///
    /// # Errors
    /// A named file does not exist; a file cannot be read, or does not parse.
    pub fn load(location: &Location) -> Result<Option<Self>, Error> {
        let path = location.path();
        match files::read(path, SETTINGS_LIMIT) {
            Ok(read) => Self::parse(path, &read).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => match location {
                Location::Default(_) => Ok(None),
                Location::Named(path) => Err(Error::MissingFile { path: path.clone() }),
            },
            Err(error) => Err(unreadable(path, error)),
        }
    }

    fn parse(path: &Path, read: &Bounded) -> Result<Self, Error> {
        let text = std::str::from_utf8(&read.bytes).map_err(|_| Error::Malformed {
            path: path.to_owned(),
            position: None,
            message: "not UTF-8 text".to_owned(),
        })?;
        let contents = parse(text, path)?;
        Ok(Self { path: path.to_owned(), contents, warnings: warnings(path, &read.metadata) })
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The profiles, in the order of the file.
    pub fn profiles(&self) -> &[Profile] {
        &self.contents.profiles
    }

    /// The name given by `default`, whether or not that profile exists.
    pub fn default_name(&self) -> Option<&str> {
        self.contents.default.as_deref()
    }

    /// Warnings about the file.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The profile of that name.
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.contents.profiles.iter().find(|profile| profile.name == name)
    }

    /// The profile of that name.
    ///
    /// # Errors
    /// There is no such profile; the error offers similar names.
    pub fn find(&self, name: &str) -> Result<&Profile, Error> {
        self.get(name).ok_or_else(|| Error::UnknownProfile {
            profile: name.to_owned(),
            place: self.path.display().to_string(),
            near: self.near(name),
        })
    }

    /// The file's default profile, if it has one.
    ///
    /// # Errors
    /// The default profile is not in the file.
    pub fn default_profile(&self) -> Result<Option<&Profile>, Error> {
        let Some(name) = self.default_name() else { return Ok(None) };
        self.get(name).map(Some).ok_or_else(|| Error::UnknownDefault {
            profile: name.to_owned(),
            path: self.path.clone(),
            near: self.near(name),
        })
    }

    /// Names in the file that are similar to this one.
    pub(super) fn near(&self, name: &str) -> Vec<String> {
        near(name, self.contents.profiles.iter().map(|profile| profile.name.as_str()))
    }
}

pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Unreadable { path: path.to_owned(), source }
}

/// Warnings about what others can do to the file. There are none for a pipe or a device, because it was made
/// for this run.
pub(super) fn warnings(path: &Path, metadata: &Metadata) -> Vec<Warning> {
    if !metadata.is_file() {
        return Vec::new();
    }
    let mut warnings = Warning::about_writers_of(path, metadata);
    let is_told = warnings.iter().any(|warning| matches!(warning, Warning::FileWritable { .. }));
    let read = mode_open_to(Access::Read, metadata).filter(|_| !is_told);
    warnings.extend(read.map(|mode| Warning::FileTooOpen { path: path.to_owned(), mode }));
    warnings
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, Location) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("profiles.toml");
        fs::write(&path, text).unwrap();
        (directory, Location::Named(path))
    }

    #[test]
    fn the_option_takes_precedence_over_the_variable_and_that_over_the_directory() {
        let environment = Environment::new([("SIGVET_PROFILES", "/v")], Some("/c".into()));
        let option = Some(Path::new("/o"));
        assert_eq!(Location::find(option, &environment), Some(Location::Named("/o".into())));
        assert_eq!(Location::find(None, &environment), Some(Location::Named("/v".into())));
        let environment = Environment::new([("SIGVET_PROFILES", "")], Some("/c".into()));
        let expected = Path::new("/c").join("sigvet").join("profiles.toml");
        assert_eq!(Location::find(None, &environment), Some(Location::Default(expected)));
        assert_eq!(Location::find(None, &Environment::default()), None);
    }

    #[test]
    fn a_missing_file_matters_only_if_it_was_named() {
        let nowhere = PathBuf::from("/nonexistent/profiles.toml");
        assert!(ProfileFile::load(&Location::Default(nowhere.clone())).unwrap().is_none());
        let error = ProfileFile::load(&Location::Named(nowhere)).unwrap_err();
        assert_eq!(error.kind(), crate::profiles::FailureKind::Broken);
        assert_eq!(error.to_string(), "profile file /nonexistent/profiles.toml does not exist");
    }

    #[test]
    fn a_directory_and_bytes_that_are_not_text_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        let error = ProfileFile::load(&Location::Default(directory.path().to_owned())).unwrap_err();
        assert!(matches!(error, Error::Unreadable { source, .. } if source.kind() == ErrorKind::IsADirectory));
        let path = directory.path().join("p.toml");
        fs::write(&path, b"\xff\xfe").unwrap();
        let error = ProfileFile::load(&Location::Default(path)).unwrap_err();
        assert!(error.to_string().ends_with("p.toml: not UTF-8 text"), "{error}");
    }

    #[test]
    fn an_unknown_name_is_answered_with_similar_names() {
        let (_directory, location) = written("default = 'gone'\n[profile.hetzner]\n[profile.minio]");
        let file = ProfileFile::load(&location).unwrap().unwrap();
        let error = file.find("hetzer").unwrap_err().to_string();
        assert!(
            error.starts_with("no profile 'hetzer' in ") && error.ends_with("; did you mean 'hetzner'?"),
            "{error}"
        );
        let error = file.default_profile().unwrap_err();
        assert_eq!(error.kind(), crate::profiles::FailureKind::Broken);
        assert!(error.to_string().ends_with("the default profile 'gone' is not in the file"), "{error}");
    }

    /// Catches a program that fills up the memory.
    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let limit = usize::try_from(SETTINGS_LIMIT).unwrap();
        let (_directory, location) = written(&"#".repeat(limit));
        assert!(ProfileFile::load(&location).is_ok());
        let (_directory, location) = written(&"#".repeat(limit + 1));
        let error = ProfileFile::load(&location).unwrap_err();
        assert!(matches!(error, Error::Unreadable { source, .. } if source.to_string() == "it is larger than 1 MiB"));
    }

    #[cfg(unix)]
    #[test]
    fn a_warning_says_that_others_can_write_to_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, location) = written("");
        for mode in [0o620, 0o602, 0o666, 0o664] {
            fs::set_permissions(location.path(), fs::Permissions::from_mode(mode)).unwrap();
            let file = ProfileFile::load(&location).unwrap().unwrap();
            assert!(matches!(file.warnings(), [Warning::FileWritable { mode: told, .. }] if *told == mode), "{mode:o}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_warning_says_that_others_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, location) = written("");
        for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true), (0o700, false)] {
            fs::set_permissions(location.path(), fs::Permissions::from_mode(mode)).unwrap();
            let file = ProfileFile::load(&location).unwrap().unwrap();
            assert_eq!(!file.warnings().is_empty(), warned, "{mode:o}");
        }
    }
}
