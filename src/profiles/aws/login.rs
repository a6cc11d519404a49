//! Credentials of an `aws login` session, which `aws-config` gets. This is the only source that uses a
//! network client of its own, because the session is bound to a key that signs each renewal.

use crate::profiles::aws_cause::AwsCause;
use sigvet_core::credentials::Credentials;

/// Gets the credentials of a session.
#[cfg(feature = "aws-config")]
pub(super) fn ask(session: &str, region: Option<&str>) -> Result<Credentials, AwsCause> {
    use aws_credential_types::provider::ProvideCredentials;

    use crate::platform;

    let runtime = platform::ensure_descriptors(platform::OF_RUNTIME)
        .and_then(|()| tokio::runtime::Builder::new_current_thread().enable_all().build());
    let runtime = runtime.map_err(|error| AwsCause::new(error.to_string()))?;
    runtime.block_on(async {
        let provider = aws_config::login::LoginCredentialsProvider::builder(session);
        let provider = provider.configure(&configuration(region)).build();
        let theirs = provider.provide_credentials().await.map_err(|error| AwsCause::copy(&error, str::to_owned))?;
        Ok(ours(&theirs))
    })
}

/// Reports that this build does not support such sessions.
#[cfg(not(feature = "aws-config"))]
pub(super) fn ask(_: &str, _: Option<&str>) -> Result<Credentials, AwsCause> {
    Err(AwsCause::new("this build does not read sessions of 'aws login' (cargo feature 'aws-config')"))
}

/// Uses the HTTP client with ring: then only one TLS stack is linked, and it gathers no entropy when it starts.
#[cfg(feature = "aws-config")]
fn configuration(region: Option<&str>) -> aws_config::provider_config::ProviderConfig {
    use aws_config::{BehaviorVersion, Region};
    use aws_smithy_http_client::Builder as HttpClient;
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

    let client = HttpClient::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::provider_config::ProviderConfig::without_region()
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(client)
        .with_region(region.map(|region| Region::new(region.to_owned())))
}

#[cfg(feature = "aws-config")]
fn ours(theirs: &aws_credential_types::Credentials) -> Credentials {
    use std::time::UNIX_EPOCH;

    use sigvet_core::credentials::Secret;
    use sigvet_core::time::Timestamp;

    let expiry = theirs.expiry().and_then(|instant| instant.duration_since(UNIX_EPOCH).ok());
    Credentials {
        access_key_id: theirs.access_key_id().to_owned(),
        secret_access_key: Secret::new(theirs.secret_access_key()),
        session_token: theirs.session_token().map(Secret::new),
        expires_at: expiry.and_then(|e| i64::try_from(e.as_secs()).ok()).map(Timestamp::from_epoch_seconds),
    }
}
