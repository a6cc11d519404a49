//! Credentials that the machine provides: from the endpoint of a container, and from the EC2 instance
//! metadata service.

use std::net::IpAddr;
use std::time::Duration;

use super::wire::{Question, credentials_of_json, parse_json};
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::Environment;
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::{Outside, Route};
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::without_brackets;
use sigvet_core::request::{RequestUrl, UriScheme};

const FIELDS: [&str; 4] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];
/// The hosts at which ECS, EKS and EC2 have their endpoints.
const CONTAINER_HOSTS: [&str; 4] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost"];
const ECS: &str = "http://169.254.170.2";
const METADATA: &str = "http://169.254.169.254";
const METADATA_IPV6: &str = "http://[fd00:ec2::254]";
const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/// Whether the environment names a container endpoint.
pub(super) fn has_container(environment: &Environment) -> bool {
    [RELATIVE_URI, FULL_URI].iter().any(|name| environment.get(name).is_some())
}

/// Gets credentials from the container's endpoint.
pub(super) fn of_container(environment: &Environment, outside: &dyn Outside) -> Result<Credentials, AwsCause> {
    let url = match (environment.get(RELATIVE_URI), environment.get(FULL_URI)) {
        (Some(path), _) => format!("{ECS}{path}"),
        (None, Some(url)) => checked(url)?.to_owned(),
        (None, None) => return Err(AwsCause::new(format!("neither {RELATIVE_URI} nor {FULL_URI} is set"))),
    };
    let mut question = Question::get("the question for the container's credentials", &url)?;
    question.route = Route::Direct;
    if let Some(token) = container_token(environment)? {
        question = question.with_header("Authorization", &token)?;
    }
    let body = question.ask(outside)?;
    credentials_of_json(&parse_json(&body, ANSWER)?, ANSWER, FIELDS)
}

const ANSWER: &str = "the answer of the container's endpoint";

/// Refuses to send the token over plain HTTP to hosts other than this machine and AWS's addresses, like AWS's
/// own tools.
fn checked(url: &str) -> Result<&str, AwsCause> {
    let parsed = RequestUrl::parse(url).map_err(|error| AwsCause::new(format!("{FULL_URI}: {error}")))?;
    let host = parsed.host();
    let address = without_brackets(host).parse::<IpAddr>();
    let is_near = CONTAINER_HOSTS.contains(&host) || address.is_ok_and(|address| address.is_loopback());
    match parsed.scheme() {
        UriScheme::Https => Ok(url),
        _ if is_near => Ok(url),
        _ => Err(AwsCause::new(format!("{FULL_URI}: host {host} needs https; plain http is for loopback addresses"))),
    }
}

/// The token, from a file or from the variable. A line break at the end of the file is not part of the token.
fn container_token(environment: &Environment) -> Result<Option<String>, AwsCause> {
    let Some(path) = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
        return Ok(environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned));
    };
    let read = files::read(path.as_ref(), SETTINGS_LIMIT);
    let read = read.map_err(|error| AwsCause::new(format!("cannot read {path}: {error}")))?;
    Ok(Some(String::from_utf8_lossy(&read.bytes).trim_end_matches(['\r', '\n']).to_owned()))
}

/// Gets credentials from the instance metadata service. It is tried once, for one second, because most
/// machines do not have one. The region comes from it too, if no other source gave one.
pub(super) fn of_instance(
    endpoint: Option<&str>,
    region: Option<&str>,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<(Credentials, Option<String>), AwsCause> {
    let is_ipv6 =
        environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").is_some_and(|m| m.eq_ignore_ascii_case("ipv6"));
    let default = if is_ipv6 { METADATA_IPV6 } else { METADATA };
    let base = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").or(endpoint).unwrap_or(default);
    let instance = Instance { base: base.trim_end_matches('/'), outside };
    let token = instance.token()?;
    let roles = instance.read(ROLES, &token)?;
    let role = roles.lines().next().unwrap_or_default().trim().to_owned();
    let body = instance.read(&format!("{ROLES}{role}"), &token)?;
    let what = "the answer of the instance metadata service";
    let credentials = credentials_of_json(&parse_json(body.as_bytes(), what)?, what, FIELDS)?;
    let region = match region {
        Some(_) => None,
        None => instance.read("latest/meta-data/placement/region", &token).ok(),
    };
    Ok((credentials, region.map(|region| region.trim().to_owned()).filter(|region| !region.is_empty())))
}

const ROLES: &str = "latest/meta-data/iam/security-credentials/";

struct Instance<'a> {
    base: &'a str,
    outside: &'a dyn Outside,
}

impl Instance<'_> {
    fn token(&self) -> Result<String, AwsCause> {
        let question = self.question("PUT", "latest/api/token")?;
        self.text(question.with_header("x-aws-ec2-metadata-token-ttl-seconds", "21600")?)
    }

    fn read(&self, path: &str, token: &str) -> Result<String, AwsCause> {
        self.text(self.question("GET", path)?.with_header("x-aws-ec2-metadata-token", token)?)
    }

    fn question(&self, method: &str, path: &str) -> Result<Question, AwsCause> {
        let what = format!("{method} /{path} of the instance metadata service");
        let question = Question::new(what, method, &format!("{}/{path}", self.base))?;
        Ok(Question { limit: Some(Duration::from_secs(1)), route: Route::Direct, ..question })
    }

    fn text(&self, question: Question) -> Result<String, AwsCause> {
        Ok(String::from_utf8_lossy(&question.ask(self.outside)?).into_owned())
    }
}
