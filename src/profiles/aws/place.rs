//! Locates AWS's files: in the paths named by AWS's variables, with other variables and the home directory
//! expanded, or in `~/.aws`.

use std::path::PathBuf;

use crate::profiles::Environment;

/// The path in this variable, or the file of this name in `~/.aws`.
pub(super) fn of_file(variable: &str, name: &str, environment: &Environment) -> Option<PathBuf> {
    match environment.get(variable) {
        Some(named) => Some(expand(named, environment)),
        None => in_home(&[name], environment),
    }
}

/// A path in `~/.aws`.
pub(super) fn in_home(parts: &[&str], environment: &Environment) -> Option<PathBuf> {
    let mut path = environment.home_dir()?.join(".aws");
    path.extend(parts);
    Some(path)
}

/// Expands variables (`$HOME`, `${HOME}`) and the home directory (`~/`). A variable that is not set is left as it is.
pub(super) fn expand(text: &str, environment: &Environment) -> PathBuf {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        expanded.push_str(before);
        let braced = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        let (name, after) = braced.unwrap_or_else(|| behind.split_at(end));
        match environment.get(name) {
            Some(value) => expanded.push_str(value),
            None => expanded.push_str(&rest[before.len()..rest.len() - after.len()]),
        }
        rest = after;
    }
    expanded.push_str(rest);
    match (expanded.strip_prefix("~/"), environment.home_dir()) {
        (Some(behind), Some(home)) => home.join(behind),
        _ => PathBuf::from(expanded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: Python's `os.path.expanduser(os.path.expandvars(…))`, which botocore calls.
    #[test]
    fn variables_and_the_home_directory_are_expanded() {
        let environment = Environment::new([("HOME", "/h"), ("X_1", "x")], None);
        for (text, path) in [
            ("$HOME/a", "/h/a"),
            ("${HOME}a/${X_1}", "/ha/x"),
            ("~/a", "/h/a"),
            ("/a/$NONE/${NONE}/b", "/a/$NONE/${NONE}/b"),
            ("/a$", "/a$"),
            ("/a/${HOME", "/a/${HOME"),
            ("$X_1-$X_1", "x-x"),
        ] {
            assert_eq!(expand(text, &environment), PathBuf::from(path), "{text}");
        }
    }
}
