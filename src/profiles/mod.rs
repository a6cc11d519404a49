//! Where credentials come from.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Environment variables and the user's directories, as an argument.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    config_dir: Option<PathBuf>,
}

impl Environment {
    /// The real one.
    pub fn of_this_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self { variables: variables.collect(), config_dir: dirs::config_dir() }
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The user's configuration directory.
    pub fn config_dir(&self) -> Option<&PathBuf> {
        self.config_dir.as_ref()
    }
}
