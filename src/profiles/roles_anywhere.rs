//! The parameters of an IAM Roles Anywhere session: the certificate, and the role to assume with it.
//!
//! This module reads no files and calls no service. The names follow AWS's own helper and the request of
//! `CreateSession`.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::x509::CertificateFiles;
use sigvet_core::endpoint::domain_in;
use sigvet_core::request::{InvalidUrl, RequestUrl};

/// The name of the service in credential scopes.
pub(super) const SERVICE: &str = "rolesanywhere";

/// The minimum and maximum duration of a session, in seconds (*CreateSession* in the IAM Roles Anywhere user guide).
const SESSION_LIMITS: RangeInclusive<u64> = 900..=43_200;

/// The default duration of a session, in seconds, as in AWS's own helper.
const USUAL_SESSION: u64 = 3_600;

/// A session to request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolesAnywhere {
    /// The certificate and its key.
    pub files: CertificateFiles,
    /// The ARN of the trust anchor that vouches for the certificate.
    pub trust_anchor_arn: String,
    /// The ARN of the IAM Roles Anywhere profile that allows the role.
    pub profile_arn: String,
    /// The ARN of the role.
    pub role_arn: String,
    /// The duration of the session.
    pub session_duration: Option<Duration>,
    /// The name of the session, if the profile accepts one.
    pub role_session_name: Option<String>,
    /// The region. The default is that of the trust anchor.
    pub region: Option<String>,
    /// The endpoint for `CreateSession`. The default is AWS's own in the region.
    pub endpoint_url: Option<String>,
}

/// Why a session cannot be requested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSession {
    /// The text is not an ARN, or is the ARN of something else.
    #[error("invalid {field}{}; expected {expected}", quoted(presented))]
    Arn {
        /// The field that contains it.
        field: &'static str,
        /// The text as given. It is shown only if it begins like an ARN, because anything else may be a
        /// secret in the wrong place.
        presented: String,
        /// The form that the ARN should have.
        expected: &'static str,
    },
    /// The trust anchor and the profile are in different regions.
    #[error("the trust anchor is in region {trust_anchor}, but the profile is in {profile}")]
    Regions {
        /// The region of the trust anchor.
        trust_anchor: String,
        /// The region of the profile.
        profile: String,
    },
    /// A name that no session can have (*AssumeRole* of the STS API reference, `RoleSessionName`).
    #[error("invalid role session name; expected 2 to 64 letters, digits and characters of _+=,.@-")]
    Name,
    /// An endpoint that cannot be called.
    #[error("invalid endpoint of IAM Roles Anywhere: {0}")]
    Endpoint(#[from] InvalidUrl),
    /// The duration is shorter or longer than a session can be.
    #[error(
        "invalid session duration of {presented} s; expected {} to {} s (15 minutes to 12 hours)",
        SESSION_LIMITS.start(),
        SESSION_LIMITS.end()
    )]
    Duration {
        /// The duration in seconds.
        presented: u64,
    },
}

fn quoted(presented: &str) -> String {
    if presented.starts_with("arn:") { format!(" '{presented}'") } else { String::new() }
}

const TRUST_ANCHOR: &str = "arn:aws:rolesanywhere:REGION:ACCOUNT:trust-anchor/ID";
const PROFILE: &str = "arn:aws:rolesanywhere:REGION:ACCOUNT:profile/ID";
const ROLE: &str = "arn:aws:iam::ACCOUNT:role/NAME";

impl RolesAnywhere {
    /// Checks everything that can be checked without calling the service, and returns the region.
    ///
    /// # Errors
    /// See [`InvalidSession`].
    pub fn check(&self) -> Result<String, InvalidSession> {
        let anchor =
            region_of("trust_anchor_arn", &self.trust_anchor_arn, "rolesanywhere", "trust-anchor/", TRUST_ANCHOR)?;
        let profile = region_of("profile_arn", &self.profile_arn, "rolesanywhere", "profile/", PROFILE)?;
        region_of("role_arn", &self.role_arn, "iam", "role/", ROLE)?;
        if anchor != profile {
            return Err(InvalidSession::Regions { trust_anchor: anchor, profile });
        }
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if self
            .role_session_name
            .as_ref()
            .is_some_and(|name| !(2..=64).contains(&name.len()) || !name.chars().all(is_of_name))
        {
            return Err(InvalidSession::Name);
        }
        let presented = self.seconds();
        if !SESSION_LIMITS.contains(&presented) {
            return Err(InvalidSession::Duration { presented });
        }
        let region = self.region.clone().unwrap_or(anchor);
        RequestUrl::parse(&self.url(&region))?;
        Ok(region)
    }

    /// The URL of `CreateSession`. The endpoint may be a URL or a bare host.
    pub(super) fn url(&self, region: &str) -> String {
        match &self.endpoint_url {
            Some(url) if url.contains("://") => format!("{}/sessions", url.trim_end_matches('/')),
            Some(host) => format!("https://{}/sessions", host.trim_end_matches('/')),
            None => format!("https://{SERVICE}.{region}.{}/sessions", domain_in(region)),
        }
    }

    /// The duration of the session in seconds.
    pub(super) fn seconds(&self) -> u64 {
        self.session_duration.map_or(USUAL_SESSION, |duration| duration.as_secs())
    }
}

/// The region of an ARN of this service and kind. It is empty for a role.
fn region_of(
    field: &'static str,
    arn: &str,
    service: &str,
    kind: &str,
    expected: &'static str,
) -> Result<String, InvalidSession> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let region = match parts[..] {
        ["arn", partition, named, region, account, resource] => {
            let is_global = service == "iam";
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let is_sound = partition.starts_with("aws") && is_word(partition) && is_word(region);
            let has_name = resource.strip_prefix(kind).is_some_and(|name| !name.is_empty());
            let is_plain = !arn.contains(|c: char| c.is_whitespace() || c.is_control());
            (named == service && is_account && is_sound && has_name && is_plain && region.is_empty() == is_global)
                .then(|| region.to_owned())
        }
        _ => None,
    };
    region.ok_or_else(|| InvalidSession::Arn { field, presented: arn.to_owned(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> RolesAnywhere {
        let files = CertificateFiles { certificate: "c.pem".into(), private_key: "k.pem".into(), intermediates: None };
        RolesAnywhere {
            files,
            trust_anchor_arn: "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a1".to_owned(),
            profile_arn: "arn:aws:rolesanywhere:eu-west-1:123456789012:profile/b2".to_owned(),
            role_arn: "arn:aws:iam::123456789012:role/path/name".to_owned(),
            session_duration: None,
            role_session_name: None,
            region: None,
            endpoint_url: None,
        }
    }

    #[test]
    fn the_region_is_that_of_the_trust_anchor() {
        assert_eq!(session().check().as_deref(), Ok("eu-west-1"));
        let other = RolesAnywhere { region: Some("us-east-1".to_owned()), ..session() };
        assert_eq!(other.check().as_deref(), Ok("us-east-1"));
        let china = session().trust_anchor_arn.replace("arn:aws:", "arn:aws-cn:");
        assert!(RolesAnywhere { trust_anchor_arn: china, ..session() }.check().is_ok());
    }

    #[test]
    fn an_arn_of_something_else_is_refused_with_its_field() {
        let of = |arn: &str| RolesAnywhere { role_arn: arn.to_owned(), ..session() }.check();
        for arn in [
            "",
            "role/name",
            "arn:aws:iam::123456789012:user/name",
            "arn:aws:iam:eu-west-1:123456789012:role/name",
            "arn:aws:iam::12345:role/name",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a b",
        ] {
            assert!(matches!(of(arn), Err(InvalidSession::Arn { field: "role_arn", .. })), "{arn}");
        }
        let exchanged = RolesAnywhere { profile_arn: session().trust_anchor_arn, ..session() };
        assert!(matches!(exchanged.check(), Err(InvalidSession::Arn { field: "profile_arn", .. })));
    }

    #[test]
    fn two_regions_and_durations_out_of_bounds_are_refused() {
        let profile_arn = session().profile_arn.replace("eu-west-1", "eu-west-2");
        assert!(matches!(RolesAnywhere { profile_arn, ..session() }.check(), Err(InvalidSession::Regions { .. })));
        for (seconds, is_fine) in [(899, false), (900, true), (43_200, true), (43_201, false)] {
            let session = RolesAnywhere { session_duration: Some(Duration::from_secs(seconds)), ..session() };
            assert_eq!(session.check().is_ok(), is_fine, "{seconds}");
        }
    }
}
