//! Asking `aws-config`: the one place with an asynchronous runtime and a TLS client of its own.

use std::future::Future;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_config::{BehaviorVersion, Region, ecs::EcsCredentialsProvider};
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::Builder as HttpClient;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::{Environment, Error};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::time::Timestamp;

/// What one of AWS's providers answered.
pub(super) type Answer = Result<Credentials, CredentialsError>;

/// Runs a future to its end on this thread.
pub(super) fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(Error::AwsClient)?.block_on(future))
}

/// Asks a profile of AWS's files for its credentials.
pub(super) async fn of_profile(files: EnvConfigFiles, name: &str, region: Option<&str>) -> Answer {
    let builder = ProfileFileCredentialsProvider::builder().profile_files(files).profile_name(name);
    ours(builder.configure(&config(region)).build().provide_credentials().await)
}

/// Exchanges a web identity token, as the environment names it.
pub(super) async fn of_web_identity(environment: &Environment, region: Option<&str>) -> Answer {
    let wanted = |name: &'static str| {
        environment.get(name).map(str::to_owned).ok_or_else(|| {
            CredentialsError::invalid_configuration(format!("AWS_WEB_IDENTITY_TOKEN_FILE is set but {name} is not"))
        })
    };
    let configuration = StaticConfiguration {
        web_identity_token_file: wanted("AWS_WEB_IDENTITY_TOKEN_FILE")?.into(),
        role_arn: wanted("AWS_ROLE_ARN")?,
        session_name: environment.get("AWS_ROLE_SESSION_NAME").unwrap_or("sigvet").to_owned(),
    };
    if let Err(source) = files::check(&configuration.web_identity_token_file, SETTINGS_LIMIT) {
        // The provider's own error leaves out which file it could not read; and it reads without a limit.
        let path = configuration.web_identity_token_file;
        return Err(CredentialsError::invalid_configuration(Error::Unreadable { path, source }));
    }
    let builder = WebIdentityTokenCredentialsProvider::builder().static_configuration(configuration);
    ours(builder.configure(&config(region)).build().provide_credentials().await)
}

/// Asks the container's endpoint.
pub(super) async fn of_container(region: Option<&str>) -> Answer {
    let provider = EcsCredentialsProvider::builder().configure(&config(region)).build();
    ours(provider.provide_credentials().await)
}

/// Asks the instance metadata service, once and for a second: on most machines there is none. The region comes from it
/// too where nothing else gave one.
pub(super) async fn of_instance(region: Option<&str>) -> (Answer, Option<String>) {
    let config = config(region);
    let second = Duration::from_secs(1);
    let client = aws_config::imds::Client::builder().configure(&config).max_attempts(1);
    let client = client.connect_timeout(second).read_timeout(second);
    let client = client.operation_attempt_timeout(second).operation_timeout(2 * second).build();
    let provider = ImdsCredentialsProvider::builder().configure(&config).imds_client(client.clone()).build();
    let answer = ours(provider.provide_credentials().await);
    if answer.is_err() || region.is_some() {
        return (answer, None);
    }
    let region = ImdsRegionProvider::builder().configure(&config).imds_client(client).build();
    (answer, ProvideRegion::region(&region).await.map(|region| region.to_string()))
}

/// The ring client: one TLS stack is linked, and its start costs no entropy gathering.
fn config(region: Option<&str>) -> ProviderConfig {
    let client = HttpClient::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    ProviderConfig::without_region()
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(client)
        .with_region(region.map(|region| Region::new(region.to_owned())))
}

fn ours(answer: aws_credential_types::provider::Result) -> Answer {
    let theirs = answer?;
    let expiry = theirs.expiry().and_then(|instant| instant.duration_since(UNIX_EPOCH).ok());
    Ok(Credentials {
        access_key_id: theirs.access_key_id().to_owned(),
        secret_access_key: Secret::new(theirs.secret_access_key()),
        session_token: theirs.session_token().map(Secret::new),
        expires_at: expiry.and_then(|e| i64::try_from(e.as_secs()).ok()).map(Timestamp::from_epoch_seconds),
    })
}
