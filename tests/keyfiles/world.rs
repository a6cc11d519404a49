//! A home directory with other tools' files, and functions to run `sigvet` and the tools there.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sigvet_testing::{Outcome, Sigvet};

pub struct Home(tempfile::TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A home directory with one file from `tests/keyfiles/files` at `place`.
    pub fn with(file: &str, place: &str) -> Self {
        Self::holding(place, &std::fs::read(fixture(file)).unwrap())
    }

    /// A home directory with one file.
    pub fn holding(place: &str, bytes: &[u8]) -> Self {
        let home = Self::new();
        home.write(place, bytes);
        home
    }

    pub fn write(&self, place: &str, bytes: &[u8]) {
        let path = self.path(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn path(&self, place: &str) -> PathBuf {
        self.0.path().join(place)
    }

    pub fn root(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// Runs sigvet; in its messages, the directory is replaced by `HOME`.
    pub fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut sigvet = Sigvet::anonymous(words).env("HOME", self.root()).env("XDG_CONFIG_HOME", &self.config());
        for (name, value) in variables {
            sigvet = sigvet.env(name, value);
        }
        let mut outcome = sigvet.run();
        outcome.stderr = outcome.stderr.replace(self.root(), "HOME");
        outcome.stdout = String::from_utf8(outcome.stdout).unwrap().replace(self.root(), "HOME").into_bytes();
        outcome
    }

    pub fn config(&self) -> String {
        self.path(".config").to_str().unwrap().to_owned()
    }
}

/// A file that a tool wrote.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keyfiles/files").join(name)
}
