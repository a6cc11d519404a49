//! The settings of a profile in AWS's files other than keys: region, endpoints, addressing.

use super::files::{AwsFiles, AwsProfile, nested_text};
use super::place::expand;
use crate::profiles::profile::Settings;
use crate::profiles::rank::Rank;
use crate::profiles::{Environment, Error};

/// A profile's settings for S3, merged with the environment's according to the profile's rank.
pub(super) fn of_profile(
    files: &AwsFiles,
    name: &str,
    rank: Rank,
    environment: &Environment,
) -> Result<Settings, Error> {
    let Some(profile) = files.profile(name)? else { return Ok(environment.settings()) };
    let around = environment.settings();
    let is_ignored = ignores_endpoints(profile, environment);
    let around = Settings { endpoint_url: around.endpoint_url.filter(|_| !is_ignored), ..around };
    Ok(rank.merge(own(files, name, profile, environment)?, around))
}

/// A profile's own settings for S3.
pub(super) fn own(
    files: &AwsFiles,
    name: &str,
    profile: &AwsProfile,
    environment: &Environment,
) -> Result<Settings, Error> {
    let configured = configured_endpoint(files, name, profile, "s3")?;
    let s3 = |setting: &str| switch(profile.nested(setting, "s3"));
    Ok(Settings {
        region: profile.text("region").map(str::to_owned),
        endpoint_url: configured.filter(|_| !ignores_endpoints(profile, environment)),
        addressing: profile.nested("addressing_style", "s3").and_then(|style| style.parse().ok()),
        region_set: profile.text("sigv4a_signing_region_set").map(str::to_owned),
        ca_bundle: profile.text("ca_bundle").map(|path| expand(path, environment).display().to_string()),
        use_dualstack_endpoint: switch(profile.text("use_dualstack_endpoint")).or_else(|| s3("use_dualstack_endpoint")),
        use_fips_endpoint: switch(profile.text("use_fips_endpoint")),
        use_accelerate_endpoint: s3("use_accelerate_endpoint"),
        ..Settings::default()
    })
}

/// The configured endpoint of a service that issues credentials (`sts`, `sso`, `sso_oidc`), if there is one.
pub(super) fn endpoint_of_service(
    service: &str,
    files: &AwsFiles,
    name: &str,
    environment: &Environment,
) -> Result<Option<String>, Error> {
    let profile = files.profile(name)?;
    if profile.is_some_and(|profile| ignores_endpoints(profile, environment))
        || environment.ignores_configured_endpoints()
    {
        return Ok(None);
    }
    let variable = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
    let around = environment.get(&variable).or_else(|| environment.get("AWS_ENDPOINT_URL"));
    match (around, profile) {
        (Some(url), _) => Ok(Some(url.to_owned())),
        (None, Some(profile)) => configured_endpoint(files, name, profile, service),
        (None, None) => Ok(None),
    }
}

/// The endpoint of a service in the profile's `services` section, or otherwise the profile's own endpoint.
fn configured_endpoint(
    files: &AwsFiles,
    name: &str,
    profile: &AwsProfile,
    service: &str,
) -> Result<Option<String>, Error> {
    let own = profile.text("endpoint_url").map(str::to_owned);
    let Some(section) = profile.text("services") else { return Ok(own) };
    let services = files
        .services(section)
        .ok_or_else(|| Error::MissingAwsSection { profile: name.to_owned(), section: format!("services {section}") })?;
    let url = services.get(service).and_then(|value| nested_text(value, "endpoint_url"));
    Ok(url.map(str::to_owned).or(own))
}

fn ignores_endpoints(profile: &AwsProfile, environment: &Environment) -> bool {
    let by_profile = switch(profile.text("ignore_configured_endpoint_urls")) == Some(true);
    by_profile || environment.ignores_configured_endpoints()
}

fn switch(text: Option<&str>) -> Option<bool> {
    text.map(|text| text.eq_ignore_ascii_case("true"))
}
