//! Rules that could never apply: they are refused, for whoever wrote one relies on it.

use crate::cli::failure::Failure;
use crate::gateway::proxy::{PrefixPattern, allows_path};
use sigvet_core::internal::is_token;

/// What is wrong with a rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Useless {
    problem: String,
    hint: &'static str,
}

/// Looks at one rule.
pub type Check = fn(&str) -> Result<(), Useless>;

impl Useless {
    fn new(problem: String, hint: &'static str) -> Self {
        Self { problem, hint }
    }

    /// The failure, by whoever knows where the rule stands.
    pub fn into_failure(self, place: impl FnOnce(&str) -> Failure) -> Failure {
        place(&self.problem).hint(self.hint)
    }
}

/// A host, with a port or without.
pub fn check_host(host: &str) -> Result<(), Useless> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let hint = "expected a host alone, such as search.example.com or localhost:9200";
    match !host.is_empty() && host.bytes().all(is_part) {
        true => Ok(()),
        false => Err(Useless::new(format!("'{host}' is not a host"), hint)),
    }
}

/// A host, or a `*` and what hosts end in.
pub fn check_host_pattern(pattern: &str) -> Result<(), Useless> {
    let rest = pattern.strip_prefix('*').unwrap_or(pattern);
    if pattern == "*" {
        return Ok(());
    }
    let hint = "expected a host such as search.example.com, or '*.example.com' for all below a name";
    check_host(rest).map_err(|_| Useless::new(format!("'{pattern}' matches no host"), hint))
}

/// A method, which is in capital letters.
pub fn check_method(method: &str) -> Result<(), Useless> {
    let hint = "expected a method in capital letters, such as GET";
    match is_token(method) && method == method.to_ascii_uppercase() {
        true => Ok(()),
        false => Err(Useless::new(format!("the method '{method}' matches no request"), hint)),
    }
}

/// A path, or the beginning of one and a `*`.
pub fn check_path(path: &str) -> Result<(), Useless> {
    let start = path.strip_suffix('*').unwrap_or(path);
    if !path.starts_with('/') {
        return Err(Useless::new(format!("the path '{path}' does not begin with '/'"), "for example '/bucket/*'"));
    }
    let hint = "expected plain characters without dot segments and query; end the rule with '*' before any other";
    // A path is allowed if all of its readings are: escaped and decoded ones, and that of the rule itself.
    let is_plain = start.bytes().all(|byte| byte.is_ascii_graphic() && !b"*?#%".contains(&byte));
    match is_plain && allows_path(&[PrefixPattern::new(path)], start.as_bytes()) {
        true => Ok(()),
        false => Err(Useless::new(format!("the path '{path}' matches no request"), hint)),
    }
}

/// A region or a service, as scopes have it.
pub fn check_scope_word(word: &str) -> Result<(), Useless> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.*,".contains(&byte);
    let hint = "expected a region or a service in small letters, such as eu-west-1 or s3";
    match !word.is_empty() && word.bytes().all(is_part) {
        true => Ok(()),
        false => Err(Useless::new(format!("'{word}' matches no credential scope"), hint)),
    }
}

/// A header, or the beginning of its name and a `*`.
pub fn check_header(name: &str) -> Result<(), Useless> {
    let hint = "expected the name of a header, or its beginning and '*'";
    match name == "*" || is_token(name.strip_suffix('*').unwrap_or(name)) {
        true => Ok(()),
        false => Err(Useless::new(format!("'{name}' matches no header"), hint)),
    }
}
