//! Refuses rules that could never apply, because the user who wrote such a rule relies on it.

use crate::cli::failure::Failure;
use crate::gateway::proxy::{PrefixPattern, allows_path};
use sigvet_core::internal::is_token;
use sigvet_core::scheme::{Dialect, Scope};
use sigvet_core::time::Timestamp;

/// The problem with a rule, and a hint for fixing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Useless {
    problem: String,
    hint: &'static str,
}

/// Checks one rule.
pub type Check = fn(&str) -> Result<(), Useless>;

impl Useless {
    fn new(problem: String, hint: &'static str) -> Self {
        Self { problem, hint }
    }

    /// Turns the problem into a failure; `place` adds where the rule is.
    pub fn into_failure(self, place: impl FnOnce(&str) -> Failure) -> Failure {
        place(&self.problem).hint(self.hint)
    }
}

/// Checks a host with or without a port.
pub fn check_host(host: &str) -> Result<(), Useless> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let hint = "expected only a host, such as search.example.com or localhost:9200";
    if host.is_empty() || !host.bytes().all(is_part) {
        return Err(Useless::new(format!("'{host}' is not a host"), hint));
    }
    // The colons of an IPv6 address are inside brackets.
    let behind = host.rsplit(']').next().unwrap_or_default();
    let port = behind.split_once(':').map(|(_, port)| port.parse::<u16>().unwrap_or_default());
    match port {
        Some(0) => Err(Useless::new(format!("'{host}' has an invalid port"), "expected a port from 1 to 65535")),
        _ => Ok(()),
    }
}

/// Checks a host pattern: a host, or `*` followed by a suffix.
pub fn check_host_pattern(pattern: &str) -> Result<(), Useless> {
    let rest = pattern.strip_prefix('*').unwrap_or(pattern);
    if pattern == "*" {
        return Ok(());
    }
    let hint = "expected a host such as search.example.com, or '*.example.com' for all hosts below a domain";
    check_host(rest).map_err(|useless| match useless.problem.ends_with("port") {
        true => useless,
        false => Useless::new(format!("'{pattern}' matches no host"), hint),
    })
}

/// Checks a method, which must be in upper case.
pub fn check_method(method: &str) -> Result<(), Useless> {
    let hint = "expected a method in upper case, such as GET";
    match is_token(method) && method == method.to_ascii_uppercase() {
        true => Ok(()),
        false => Err(Useless::new(format!("the method '{method}' matches no request"), hint)),
    }
}

/// Checks a path pattern: a path, or a prefix followed by `*`.
pub fn check_path(path: &str) -> Result<(), Useless> {
    let start = path.strip_suffix('*').unwrap_or(path);
    if !path.starts_with('/') {
        return Err(Useless::new(format!("the path '{path}' does not begin with '/'"), "for example '/bucket/*'"));
    }
    let hint =
        "expected plain characters, no dot segments and no query; end the path with '*' before any other character";
    // A path is allowed if all readings of it are, so the rule itself must have only one reading.
    let is_plain = start.bytes().all(|byte| byte.is_ascii_graphic() && !b"*?#%".contains(&byte));
    match is_plain && allows_path(&[PrefixPattern::new(path)], start.as_bytes(), false) {
        true => Ok(()),
        false => Err(Useless::new(format!("the path '{path}' matches no request"), hint)),
    }
}

/// Checks the beginning of the paths that a route takes.
pub fn check_prefix(prefix: &str) -> Result<(), Useless> {
    match prefix.contains('*') {
        true => Err(Useless::new(
            format!("the path '{prefix}' has a '*'"),
            "write only the beginning of the path: everything below it matches",
        )),
        false => check_path(prefix),
    }
}

/// Checks a region or service as used in credential scopes, or the beginning of one followed by `*`.
pub fn check_scope_word(word: &str) -> Result<(), Useless> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    let hint = "expected a region or a service in lower case, such as eu-west-1 or s3, or its beginning and '*'";
    match !word.is_empty() && word.strip_suffix('*').unwrap_or(word).bytes().all(is_part) {
        true => Ok(()),
        false => Err(Useless::new(format!("'{word}' matches no credential scope"), hint)),
    }
}

/// Checks a region to sign with, by the rules of the signer.
pub fn check_region(region: &str) -> Result<(), Useless> {
    check_scope(region, "s3")
}

/// Checks a service to sign with, by the rules of the signer.
pub fn check_service(service: &str) -> Result<(), Useless> {
    check_scope("us-east-1", service)
}

fn check_scope(region: &str, service: &str) -> Result<(), Useless> {
    let scope = Scope::new(&Timestamp::from_epoch_seconds(0), region, service, &Dialect::AWS4);
    let hint = "use a name such as eu-west-1 or s3";
    scope.map(drop).map_err(|error| Useless::new(error.to_string(), hint))
}

/// Checks the shape of a role's ARN. Its partition and account can be anything, because services other than AWS have
/// their own.
pub fn check_role(arn: &str) -> Result<(), Useless> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, _, _, _, resource] if !resource.is_empty() && arn.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(())
        }
        _ => {
            let problem = format!("invalid role_arn '{arn}'");
            Err(Useless::new(problem, "expected arn:aws:iam::ACCOUNT:role/NAME"))
        }
    }
}

/// Checks the name of a header to add: the signer sets some headers itself.
pub fn check_added(name: &str) -> Result<(), Useless> {
    let hint = match name.to_ascii_lowercase().as_str() {
        "host" => "set the signed host with sign_host (--sign-host)",
        "authorization" | "x-amz-date" | "x-amz-security-token" => "remove it: the signature sets this header",
        _ => return Ok(()),
    };
    Err(Useless::new(format!("the header '{name}' cannot be added"), hint))
}

/// Checks the name of a header to remove.
pub fn check_stripped(name: &str) -> Result<(), Useless> {
    match name.eq_ignore_ascii_case("host") {
        true => Err(Useless::new(
            "the header 'host' cannot be removed: it is always signed".to_owned(),
            "set the signed host with sign_host (--sign-host)",
        )),
        false => check_header(name),
    }
}

/// Checks a header pattern: a name, or a prefix followed by `*`.
pub fn check_header(name: &str) -> Result<(), Useless> {
    let hint = "expected the name of a header, or its beginning and '*'";
    match name == "*" || is_token(name.strip_suffix('*').unwrap_or(name)) {
        true => Ok(()),
        false => Err(Useless::new(format!("'{name}' matches no header"), hint)),
    }
}
