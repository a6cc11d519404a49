//! Gets the credentials of profiles that do not contain them: from which service, and through which other profiles.

use std::path::Path;

use zeroize::Zeroizing;

use super::files::{AwsFiles, AwsProfile};
use super::login;
use super::machine;
use super::means::{Means, Place};
use super::process;
use super::role_cache::KeptRole;
use super::settings::endpoint_of_service;
use super::sso::Sso;
use super::sts::{Call, Sts};
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::Outside;
use crate::profiles::{AwsProvider, Environment, Error, Source};
use sigvet_core::credentials::Credentials;

/// What is needed to ask a service for credentials.
pub(super) struct Asking<'a> {
    pub(super) files: &'a AwsFiles,
    pub(super) environment: &'a Environment,
    pub(super) outside: &'a dyn Outside,
    /// The region of the chosen profile, in which STS is called.
    pub(super) region: Option<&'a str>,
}

/// A token of another identity provider, and the role that it is exchanged for.
pub(super) struct WebIdentity<'a> {
    pub(super) file: &'a str,
    pub(super) role: Option<&'a str>,
    pub(super) session: Option<&'a str>,
}

impl Asking<'_> {
    /// The credentials of a profile, and how it gets them. `None` if the profile says nothing about credentials.
    pub(super) fn profile(&self, name: &str) -> Result<Option<(Credentials, AwsProvider)>, Error> {
        let Some(profile) = self.files.profile(name)? else { return Ok(None) };
        let Some(means) = profile.means(Place::Chosen) else { return Ok(None) };
        self.by(means, name, profile, &mut vec![name.to_owned()]).map(Some)
    }

    fn by(
        &self,
        means: Means,
        name: &str,
        profile: &AwsProfile,
        visited: &mut Vec<String>,
    ) -> Result<(Credentials, AwsProvider), Error> {
        let (provider, answer) = match means {
            Means::Static(credentials) => return Ok((credentials, AwsProvider::Static)),
            Means::Half { missing } => (AwsProvider::Static, Err(AwsCause::new(format!("{missing} is missing")))),
            Means::Asked(provider @ (AwsProvider::AssumeRole | AwsProvider::CredentialSource)) => {
                return Ok((self.assume_role(name, profile, provider, visited)?, provider));
            }
            Means::Asked(AwsProvider::Process) => {
                const PROPERTY: &str = "credential_process";
                if let Some(path) = self.files.untrusted_place_of(PROPERTY, profile) {
                    let (profile, path) = (name.to_owned(), path.to_owned());
                    return Err(Error::UntrustedCommand { property: PROPERTY, profile, path });
                }
                (AwsProvider::Process, process::run(profile.text(PROPERTY).unwrap_or_default()))
            }
            Means::Asked(provider) => (provider, self.directly(provider, name, profile)),
        };
        let asked = Source::AwsProfile { name: name.to_owned(), provider };
        let answer = answer.and_then(|credentials| self.unexpired(credentials));
        Ok((answer.map_err(|source| Error::Aws { asked, source })?, provider))
    }

    fn directly(&self, provider: AwsProvider, name: &str, profile: &AwsProfile) -> Result<Credentials, AwsCause> {
        let text = |name| profile.text(name);
        match provider {
            AwsProvider::WebIdentity => {
                let file = text("web_identity_token_file").unwrap_or_default();
                let identity = WebIdentity { file, role: text("role_arn"), session: text("role_session_name") };
                self.web_identity(&identity, name)
            }
            AwsProvider::Sso => {
                Sso { name, profile, files: self.files, environment: self.environment }.ask(self.outside)
            }
            _ => login::ask(text("login_session").unwrap_or_default(), self.region),
        }
    }

    /// Refuses credentials that have already expired: the service or program that returned them kept them too long.
    fn unexpired(&self, credentials: Credentials) -> Result<Credentials, AwsCause> {
        match credentials.expires_at.filter(|end| *end <= self.outside.now()) {
            Some(end) => Err(AwsCause::new(format!("the credentials expired at {}", end.to_rfc3339()))),
            None => Ok(credentials),
        }
    }

    /// Exchanges a token for the credentials of a role.
    pub(super) fn web_identity(&self, identity: &WebIdentity<'_>, name: &str) -> Result<Credentials, AwsCause> {
        let role =
            identity.role.ok_or_else(|| AwsCause::new("there is a web identity token but no role_arn for it"))?;
        let path = Path::new(identity.file);
        let token = files::read(path, SETTINGS_LIMIT)
            .map_err(|error| AwsCause::new(format!("cannot read {}: {error}", path.display())))?;
        let token = Zeroizing::new(String::from_utf8_lossy(&token.bytes).trim().to_owned());
        let session = self.session_name(identity.session);
        let parameters =
            vec![("RoleArn", role), ("RoleSessionName", session.as_str()), ("WebIdentityToken", token.as_str())];
        let call = Call { action: "AssumeRoleWithWebIdentity", parameters };
        self.sts(name)?.ask_unsigned(&call, self.outside)
    }

    /// Assumes a role that is not in any profile.
    pub(super) fn assume(&self, role: &str, key: &Credentials) -> Result<Credentials, AwsCause> {
        self.unexpired(self.ask_for_role("default", &[("RoleArn", role)], None, key)?)
    }

    /// Assumes a role: uses cached credentials, or otherwise calls STS.
    fn assume_role(
        &self,
        name: &str,
        profile: &AwsProfile,
        provider: AwsProvider,
        visited: &mut Vec<String>,
    ) -> Result<Credentials, Error> {
        let parameters = role_parameters(profile);
        let kept = KeptRole::new(&parameters, self.environment);
        if let Some(credentials) = kept.as_ref().and_then(|kept| kept.read(self.outside.now())) {
            return Ok(credentials);
        }
        let failed = |source| Error::Aws { asked: Source::AwsProfile { name: name.to_owned(), provider }, source };
        let key = self.source_key(name, profile, visited).map_err(|error| error.or_failed(failed))?;
        let code = self.mfa_code(name, profile)?;
        let credentials = self.ask_for_role(name, &parameters, code.as_deref(), &key).map_err(failed)?;
        if let Some(kept) = kept {
            kept.write(&credentials);
        }
        Ok(credentials)
    }

    fn ask_for_role(
        &self,
        name: &str,
        parameters: &[(&'static str, &str)],
        code: Option<&str>,
        key: &Credentials,
    ) -> Result<Credentials, AwsCause> {
        let session = self.session_name(None);
        let has_session = parameters.iter().any(|(name, _)| *name == "RoleSessionName");
        let added = [("RoleSessionName", Some(session.as_str()).filter(|_| !has_session)), ("TokenCode", code)];
        let added = added.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let parameters = parameters.iter().copied().chain(added).collect();
        self.sts(name)?.ask_signed(&Call { action: "AssumeRole", parameters }, key, self.outside)
    }

    /// The code of the MFA device, if the role needs one.
    fn mfa_code(&self, name: &str, profile: &AwsProfile) -> Result<Option<String>, Error> {
        let Some(serial) = profile.text("mfa_serial") else { return Ok(None) };
        match self.outside.mfa_code(serial) {
            Some(code) => Ok(Some(code)),
            None => Err(Error::MfaNeeded { profile: name.to_owned(), serial: serial.to_owned() }),
        }
    }

    /// The key that signs the call to assume the role.
    fn source_key(&self, name: &str, profile: &AwsProfile, visited: &mut Vec<String>) -> Result<Credentials, NoKey> {
        match (profile.text("source_profile"), profile.text("credential_source")) {
            (Some(_), Some(_)) => Err(NoKey::new("it has both source_profile and credential_source")),
            (None, None) => Err(NoKey::new("it has role_arn, but neither source_profile nor credential_source")),
            (None, Some(place)) => self.named_source(place),
            (Some(source), None) => self.source_profile(name, source, visited),
        }
    }

    fn source_profile(&self, name: &str, source: &str, visited: &mut Vec<String>) -> Result<Credentials, NoKey> {
        let profile = self.files.profile(source)?;
        let profile =
            profile.ok_or_else(|| NoKey::new(format!("there is no profile '{source}', its source_profile")))?;
        let means = profile.means(Place::Source);
        let means = means.ok_or_else(|| NoKey::new(format!("its source_profile '{source}' has no credentials")))?;
        // A profile may use its own keys to assume its role.
        let is_own = source == name && matches!(means, Means::Static(_));
        if visited.iter().any(|before| before == source) && !is_own {
            visited.push(source.to_owned());
            return Err(NoKey::new(format!("its source_profile leads in a circle: {}", visited.join(", "))));
        }
        visited.push(source.to_owned());
        Ok(self.by(means, source, profile, visited)?.0)
    }

    fn named_source(&self, place: &str) -> Result<Credentials, NoKey> {
        match place {
            "Environment" if self.environment.has_keys() => Ok(self.environment.credentials()?.0),
            "Environment" => Err(NoKey::new("credential_source is Environment, and AWS_ACCESS_KEY_ID is not set")),
            "EcsContainer" => Ok(machine::of_container(self.environment, self.outside)?),
            "Ec2InstanceMetadata" => Ok(machine::of_instance(None, self.region, self.environment, self.outside)?.0),
            _ => Err(NoKey::new("credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata")),
        }
    }

    fn sts(&self, name: &str) -> Result<Sts<'_>, AwsCause> {
        let endpoint = endpoint_of_service("sts", self.files, name, self.environment);
        Ok(Sts { endpoint: endpoint.map_err(|error| AwsCause::new(error.to_string()))?, region: self.region })
    }

    fn session_name(&self, given: Option<&str>) -> String {
        given.map_or_else(|| format!("sigvet-{}", self.outside.now().epoch_seconds()), str::to_owned)
    }
}

/// The parameters of a profile's role, by their names in the API.
fn role_parameters(profile: &AwsProfile) -> Vec<(&'static str, &str)> {
    let text = |property| profile.text(property);
    let stated = [
        ("RoleArn", text("role_arn")),
        ("RoleSessionName", text("role_session_name")),
        ("ExternalId", text("external_id")),
        ("SerialNumber", text("mfa_serial")),
        // A duration that is not a number is omitted, as in botocore.
        ("DurationSeconds", text("duration_seconds").filter(|text| text.parse::<u32>().is_ok())),
    ];
    stated.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Why there is no key to assume a role with.
enum NoKey {
    /// A problem in the profile itself, or with the source that it names.
    Here(AwsCause),
    /// A problem in another profile, which the error names.
    There(Error),
}

impl NoKey {
    fn new(text: impl Into<String>) -> Self {
        Self::Here(AwsCause::new(text))
    }

    fn or_failed(self, failed: impl FnOnce(AwsCause) -> Error) -> Error {
        match self {
            Self::Here(cause) => failed(cause),
            Self::There(error) => error,
        }
    }
}

impl From<AwsCause> for NoKey {
    fn from(cause: AwsCause) -> Self {
        Self::Here(cause)
    }
}

impl From<Error> for NoKey {
    fn from(error: Error) -> Self {
        Self::There(error)
    }
}
