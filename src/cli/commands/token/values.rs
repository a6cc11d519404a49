//! Checks the option values, so that nothing is signed that the server would reject anyway.

use serde_json::{Map, Value};

use super::connection::Engine;
use super::kind::{Kind, name_of};
use crate::cli::failure::Failure;
use crate::profiles::looks_like_key_id;
use sigvet_core::internal::is_region;

/// The resource name of a provider in Google's workload identity federation (Google Cloud, *Workload identity
/// federation*).
const AUDIENCE: &str =
    "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";

/// Checks that the text has the form of a region.
pub(super) fn check_region(region: &str) -> Result<(), Failure> {
    if is_region(region) {
        return Ok(());
    }
    let failure = Failure::usage(format!("invalid region '{region}'; expected a region of AWS such as eu-west-1"));
    let lower = region.to_ascii_lowercase();
    Err(if is_region(&lower) { failure.hint(format!("use {lower}")) } else { failure })
}

/// Checks that this is a valid user name. An access key here was probably meant for the `-u` option of other
/// commands.
pub(super) fn check_user(kind: Kind, engine: Engine, user: &str) -> Result<(), Failure> {
    if user.split_once(':').is_some_and(|(id, _)| looks_like_key_id(id)) {
        return Err(Failure::usage("--user takes the name to log in with, not an access key")
            .hint("put keys into a profile or the environment"));
    }
    check_text("user", user)?;
    check_spaces(kind, user)?;
    let (server, longest) = longest_user(kind, engine);
    match user.len() {
        length if length > longest => {
            Err(Failure::usage(format!("--user has {length} bytes; user names of {server} have at most {longest}")))
        }
        _ => Ok(()),
    }
}

/// Rejects white space around the name, which is a copying mistake. Database user names may contain spaces, cache
/// user names may not (Redis, `ACL SETUSER`).
fn check_spaces(kind: Kind, user: &str) -> Result<(), Failure> {
    let trimmed = user.trim();
    if trimmed.is_empty() || trimmed != user {
        return Err(
            Failure::usage(format!("--user '{user}' begins or ends with white space")).hint("type the name without it")
        );
    }
    let is_of_cache = matches!(kind, Kind::Elasticache | Kind::Memorydb);
    match user.contains(char::is_whitespace) && is_of_cache {
        true => Err(Failure::usage(format!("invalid --user '{user}'; user names of {} have no spaces", name_of(kind)))),
        false => Ok(()),
    }
}

/// The maximum length of a user name in bytes: PostgreSQL's `NAMEDATALEN`; the column in MariaDB's grant tables,
/// which is wider than MySQL's. ElastiCache and MemoryDB document no limit; they get the same one as MariaDB.
const fn longest_user(kind: Kind, engine: Engine) -> (&'static str, usize) {
    match (kind, engine) {
        (Kind::Elasticache, _) => ("ElastiCache", 128),
        (Kind::Memorydb, _) => ("MemoryDB", 128),
        (Kind::Rds, Engine::Mysql) => ("MySQL and MariaDB", 128),
        _ => ("PostgreSQL", 63),
    }
}

/// Checks that a value has no control characters: no valid name has any, and shells do not pass them on.
pub(super) fn check_text(option: &str, value: &str) -> Result<(), Failure> {
    match value.chars().find(|character| character.is_control()) {
        Some(control) => {
            Err(Failure::usage(format!("--{option} contains the control character U+{:04X}", u32::from(control)))
                .hint("type the value again, without control characters"))
        }
        None => Ok(()),
    }
}

/// Checks that `--cache-name` is the bare name of a cache, not its endpoint.
pub(super) fn check_cache_name(name: &str) -> Result<(), Failure> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match name {
        "" => Err(Failure::usage("--cache-name is empty")),
        _ if is_name => Ok(()),
        _ => Err(Failure::usage(format!("invalid --cache-name '{name}'; expected letters, digits and hyphens"))
            .hint("pass an endpoint as --host")),
    }
}

/// Checks that the audience is the full resource name of a provider.
pub(super) fn check_audience(audience: &str) -> Result<(), Failure> {
    let expected: Vec<&str> = AUDIENCE.split('/').collect();
    let presented: Vec<&str> = audience.split('/').collect();
    // Capitalised words and the location are placeholders.
    let is_free = |word: &str| word == "global" || word.starts_with(|first: char| first.is_ascii_uppercase());
    let fits = |(expected, presented): (&&str, &&str)| {
        expected == presented || is_free(expected) && !presented.is_empty() && !presented.contains(char::is_whitespace)
    };
    match expected.len() == presented.len() && expected.iter().zip(&presented).all(fits) {
        true => Ok(()),
        false => Err(Failure::usage(format!("invalid --audience '{audience}'; expected {AUDIENCE}"))
            .hint("run 'gcloud iam workload-identity-pools providers describe', which shows the name behind //iam.googleapis.com/")),
    }
}

/// Checks that an AppSync message is a JSON object.
pub(super) fn check_data(kind: Kind, data: &str) -> Result<(), Failure> {
    let example = match kind {
        Kind::AppsyncEvents => r#"{"channel":"/default/orders"}"#,
        _ => r#"{"query":"subscription { … }"}"#,
    };
    serde_json::from_str::<Map<String, Value>>(data).map(drop).map_err(|error| {
        Failure::usage(format!("invalid --data for {}: not a JSON object: {error}", name_of(kind)))
            .hint(format!("pass a JSON object, for example {example}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(result: Result<(), Failure>) -> bool {
        result.is_err()
    }

    /// One region of each of botocore's partitions.
    #[test]
    fn a_region_is_recognised_by_its_form() {
        for region in
            ["eu-west-1", "us-gov-east-1", "cn-northwest-1", "eusc-de-east-1", "us-isob-east-1", "mx-central-1"]
        {
            assert!(check_region(region).is_ok(), "{region}");
        }
        for region in ["EU-WEST-1", "aws-global", "eu west", "eu-west", "", "r", "eu-west-1a"] {
            assert!(is_refused(check_region(region)), "{region}");
        }
        assert_eq!(check_region("EU-WEST-1").unwrap_err().hints(), ["use eu-west-1"]);
    }

    /// The names are examples from Google's documentation.
    #[test]
    fn an_audience_is_the_full_name_of_a_provider() {
        let name =
            "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/my-pool/providers/my-aws";
        assert!(check_audience(name).is_ok());
        for other in
            ["x", "", &format!("https:{name}"), &name.replace("/providers/my-aws", ""), &name.replace("my-aws", "")]
        {
            assert!(is_refused(check_audience(other)), "{other}");
        }
    }

    #[test]
    fn white_space_that_a_user_name_cannot_have_is_refused() {
        let check = |kind, user| check_user(kind, Engine::Postgres, user);
        assert!(check(Kind::Rds, "jane doe").is_ok());
        for (kind, user) in
            [(Kind::Rds, " jane"), (Kind::Dsql, "jane\u{a0}"), (Kind::Rds, " "), (Kind::Elasticache, "jane doe")]
        {
            assert!(is_refused(check(kind, user)), "{user:?}");
        }
    }

    #[test]
    fn a_message_is_a_json_object() {
        assert!(check_data(Kind::Appsync, r#"{"query":"subscription { a }"}"#).is_ok());
        for data in ["{bad", "[]", "", "1"] {
            assert!(is_refused(check_data(Kind::Appsync, data)), "{data}");
        }
    }
}
