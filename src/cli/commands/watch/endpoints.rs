//! Finds the endpoints that the program is told to use: in its environment, in AWS's configuration file, and on its
//! command line. Their hosts are watched, because the program sends signed requests there.

use std::ffi::OsString;

use sigvet_core::request::RequestUrl;

use crate::gateway::forward::HostRule;
use crate::profiles::{Environment, aws_profiles};

/// Options of the AWS CLI, s5cmd and others.
const OPTIONS: [&str; 2] = ["--endpoint-url", "--endpoint"];

/// The hosts of the endpoints. Text that is not a URL is skipped: the program reports it.
pub fn find_hosts(command: &[OsString], environment: &Environment) -> Vec<HostRule> {
    let configured = aws_profiles(environment).map(|(profiles, _)| profiles).unwrap_or_default();
    let configured = configured.iter().flat_map(|profile| profile.settings.endpoint_urls(None));
    environment.endpoint_urls().chain(configured).chain(in_command(command)).filter_map(host_of).collect()
}

fn in_command(command: &[OsString]) -> impl Iterator<Item = &str> {
    let words: Vec<&str> = command.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let following = words.clone().into_iter().skip(1).chain([""]);
    words.into_iter().zip(following).filter_map(|(word, next)| match word.split_once('=') {
        Some((name, value)) if OPTIONS.contains(&name) => Some(value),
        None if OPTIONS.contains(&word) => Some(next),
        _ => None,
    })
}

fn host_of(url: &str) -> Option<HostRule> {
    RequestUrl::parse(url).ok()?.host().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_wherever_a_program_gets_them() {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config");
        let text = "[profile minio]\nendpoint_url = https://minio.corp:9000\n[profile a]\nservices = s\n[services s]\ns3 =\n  \
                    endpoint_url = http://[::1]:9000\n";
        std::fs::write(&config, text).unwrap();
        let variables = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9080"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamo.local:8000/"),
            ("AWS_ENDPOINT_URL_S3", ""),
            ("AWS_ENDPOINT_URL_SQS", "not a URL"),
            ("AWS_CONFIG_FILE", config.to_str().unwrap()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ];
        let environment = Environment::new(variables, None);
        let words =
            ["aws", "--endpoint-url", "https://one.example", "--endpoint=http://two.example/", "s3", "--endpoint-url"];
        let mut hosts = find_hosts(&words.map(OsString::from), &environment);
        let expected = ["127.0.0.1", "dynamo.local", "minio.corp", "::1", "one.example", "two.example"];
        for host in expected {
            let rule: HostRule = host.parse().unwrap();
            assert!(hosts.contains(&rule), "{host}: {hosts:?}");
            hosts.retain(|other| *other != rule);
        }
        assert!(hosts.is_empty(), "{hosts:?}");
    }
}
