//! Options for signing, as they were typed. `session` decides what they mean.

mod certificate;
mod path;
mod provider;
mod s3_endpoint;
mod trust;

pub use certificate::CertificateOptions;
pub use path::{PathOptions, Times, YesNo};
pub use provider::SigV4Provider;
pub use s3_endpoint::S3EndpointOptions;
pub use trust::TrustOptions;

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::checksum::ChecksumOptions;
use super::streaming::{PayloadKind, StreamingOptions};
use super::value::{parse_secret, parse_time};
use crate::cli::failure::Failure;
use sigvet_core::credentials::Secret;
use sigvet_core::derivation::TokenTravel;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::RequestUrl;
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::ExpectedScope;
use sigvet_diagnose::formats::parse_url;

/// Display order after all options for AWS and S3-compatible stores, within their group of the help.
pub const OTHER_SCHEMES: usize = 10_000;

/// The options with which a key can be typed.
pub const TYPED_KEYS: [&str; 4] = ["user", "access_key", "secret_key", "session_token"];

/// Whose keys sign.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Credentials")]
pub struct CredentialOptions {
    /// Sign with this access key; prefer --profile
    ///
    /// Other users of the machine can see command lines.
    #[arg(short = 'u', long, value_name = "KEY:SECRET", value_parser = parse_secret)]
    pub user: Option<Secret>,

    /// The access key id, as awscurl takes it
    #[arg(long, alias = "access_key", value_name = "KEY", hide = true, conflicts_with = "user")]
    pub access_key: Option<String>,

    /// The secret to it
    #[arg(long, alias = "secret_key", value_name = "SECRET", hide = true, conflicts_with = "user")]
    #[arg(value_parser = parse_secret)]
    pub secret_key: Option<Secret>,

    /// The session token to it, or to that of -u
    #[arg(long, aliases = ["session_token", "security-token", "security_token"], value_name = "TOKEN", hide = true)]
    #[arg(value_parser = parse_secret)]
    pub session_token: Option<Secret>,

    /// Use this profile: sigvet's own, AWS's or TOOL:NAME
    ///
    /// 'aws:NAME' is AWS's if both files have it. s3cmd:SECTION, rclone:REMOTE, mc:ALIAS, boto:NAME, s3fs:BUCKET
    /// and restic:env are keys that those tools keep; 'sigvet profile list --all' lists them.
    #[arg(long, value_name = "NAME", add = crate::cli::options::complete::profile_names())]
    pub profile: Option<String>,

    /// Code of the MFA device that the profile's role requires (default: ask on a terminal)
    #[arg(long, value_name = "CODE", hide_short_help = true)]
    pub mfa_code: Option<String>,

    /// Read profiles from this file
    ///
    /// The default is $SIGVET_PROFILES, or profiles.toml in the configuration directory.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub profile_file: Option<PathBuf>,
}

impl CredentialOptions {
    /// Whether the options select credentials.
    pub fn is_typed(&self) -> bool {
        self.user.is_some() || self.access_key.is_some() || self.secret_key.is_some() || self.profile.is_some()
    }

    /// The first option that names a key, if one was typed.
    fn first_typed(&self) -> Option<&'static str> {
        let typed = [
            (self.user.is_some(), "-u"),
            (self.access_key.is_some(), "--access-key"),
            (self.secret_key.is_some(), "--secret-key"),
            (self.session_token.is_some(), "--session-token"),
            (self.profile.is_some(), "--profile"),
        ];
        typed.into_iter().find(|(is_typed, _)| *is_typed).map(|(_, option)| option)
    }
}

/// What the signature is made for and how.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signing")]
pub struct SigningOptions {
    /// Region (default: from the host or the profile)
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Service (default: from the host or the profile)
    ///
    /// It is named as in credential scopes: s3, execute-api, es.
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,

    /// Endpoint that serves s3:// URLs
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,

    /// Which of AWS's hosts serves s3:// URLs.
    #[command(flatten)]
    pub s3_endpoint: S3EndpointOptions,

    /// Region and service as curl spells them: aws:amz[:REGION[:SERVICE]]
    #[arg(long, value_name = "PROVIDER", conflicts_with = "dialect")]
    pub aws_sigv4: Option<SigV4Provider>,

    /// Signature scheme (default: the profile's, or v4)
    #[arg(long, value_enum)]
    pub scheme: Option<SchemeName>,

    /// Regions of a Version 4A signature: comma-separated, or '*'
    #[arg(long, value_name = "REGIONS", conflicts_with = "region", display_order = OTHER_SCHEMES)]
    pub region_set: Option<String>,

    /// Provider names in the signature: aws, goog, or provider1:provider2
    #[arg(long, value_name = "NAME", value_parser = Dialect::from_name, display_order = OTHER_SCHEMES)]
    pub dialect: Option<Dialect>,

    /// Sign as of this time instead of now: 20150830T123600Z, RFC 3339, a day, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub date: Option<Timestamp>,

    /// Sign UNSIGNED-PAYLOAD instead of the hash of the body
    #[arg(long, conflicts_with = "payload_hash")]
    pub unsigned_payload: bool,

    /// Sign this payload hash or literal value instead of the body's hash
    #[arg(long, value_name = "HASH")]
    pub payload_hash: Option<String>,

    /// Which checksum goes with the body.
    #[command(flatten)]
    pub checksum: ChecksumOptions,

    /// What is signed of the body.
    #[command(flatten)]
    pub streaming: StreamingOptions,

    /// Sign and send this Host header, though the connection goes to the host of the URL
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parse_host)]
    pub sign_host: Option<String>,

    /// Sign only these headers; host and x-amz-* are always signed
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub signed_headers: Option<Vec<String>>,

    /// Add the session token after signing, as AWS IoT requires
    #[arg(long)]
    pub token_unsigned: bool,

    /// Source of the S3 Express session
    #[arg(long, value_name = "FROM", value_enum, display_order = OTHER_SCHEMES)]
    pub s3express_session: Option<ExpressSession>,

    /// How the path is signed.
    #[command(flatten)]
    pub path: PathOptions,

    /// Which bucket a host names.
    #[command(flatten)]
    pub bucket: BucketOptions,

    /// With Version 2: sign these parameters of the query; '-NAME' and '+NAME' change the usual list
    #[arg(long, value_name = "NAMES", value_delimiter = ',', allow_hyphen_values = true, display_order = OTHER_SCHEMES)]
    pub sub_resources: Option<Vec<String>>,

    /// Sign with a signing key from 'sigvet key' instead of a secret; '-' reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = TYPED_KEYS, value_hint = clap::ValueHint::FilePath)]
    pub signing_key: Option<String>,

    /// The certificate whose key signs.
    #[command(flatten)]
    pub certificate: CertificateOptions,

    /// Print what was decided and why
    #[arg(short, long, alias = "debug", action = ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}

/// The bucket of a host, which Signature Version 2 signs.
#[derive(Debug, Clone, Default, Args)]
pub struct BucketOptions {
    /// With Version 2: the bucket in the host name, if it cannot be told from the host or endpoint; '' for none
    #[arg(long, value_name = "NAME", help_heading = "Signing", display_order = OTHER_SCHEMES)]
    pub bucket: Option<String>,
}

impl BucketOptions {
    /// How to find buckets in host names, with the hosts of the known endpoints.
    pub fn rule<'a>(&'a self, endpoints: &'a [String]) -> BucketRule<'a> {
        BucketRule { chosen: self.bucket.as_deref(), endpoints }
    }
}

impl SigningOptions {
    /// Whether Version 2 is requested, which has no region and no service to choose.
    pub fn is_version_2(&self, in_profile: Option<&str>) -> bool {
        let in_profile = || SchemeName::from_str(in_profile?, false).ok();
        self.scheme.or_else(in_profile) == Some(SchemeName::V2)
    }

    /// Whether to sign with the key of a certificate.
    pub fn is_certified(&self) -> bool {
        self.scheme == Some(SchemeName::X509) || (self.scheme.is_none() && self.certificate.is_typed())
    }

    /// Refuses a certificate that the scheme does not use, and another key besides the certificate's.
    ///
    /// # Errors
    /// The options contain one of these.
    pub fn check_certificate(&self, credentials: &CredentialOptions) -> Result<(), Failure> {
        if self.certificate.is_typed() && !self.is_certified() {
            return Err(Failure::usage("--certificate, --private-key and --intermediates are for --scheme x509")
                .hint("omit --scheme to sign with the key of the certificate"));
        }
        let signing_key = self.signing_key.as_ref().map(|_| "--signing-key");
        match credentials.first_typed().or(signing_key).filter(|_| self.is_certified()) {
            Some(option) => {
                let certificate = if self.certificate.is_typed() { "--certificate" } else { "--scheme x509" };
                Err(Failure::usage(format!(
                    "{option} cannot be used with {certificate}: each names the key to sign with"
                ))
                .hint("omit one of the two; --region and --endpoint-url say what a profile would say besides"))
            }
            None => Ok(()),
        }
    }

    /// Whether there is an option that makes sense only for a request to sign.
    pub fn is_for_signing(&self) -> bool {
        let scope = self.region_set.is_some() || self.aws_sigv4.is_some() || self.dialect.is_some();
        let what = self.unsigned_payload || self.payload_hash.is_some() || self.signed_headers.is_some();
        let what = what || self.checksum.algorithm.is_some() || self.s3express_session.is_some();
        let what = what || self.sub_resources.is_some() || self.is_certified();
        let what = what || self.streaming != StreamingOptions::default();
        scope || what || self.date.is_some() || self.signing_key.is_some()
    }

    /// What the server of a signed request expects: with a signed request, the region, the service and
    /// `--token-unsigned` describe that.
    pub fn expected(&self) -> Expected<'_> {
        Expected::new(&self.region, &self.service, self.token_unsigned)
    }

    /// Whether the payload is not signed, by either option.
    pub fn leaves_payload_unsigned(&self) -> bool {
        self.unsigned_payload || self.streaming.payload == Some(PayloadKind::Unsigned)
    }

    /// The dialect from either option, or that of AWS.
    pub fn dialect_or_default(&self) -> Dialect {
        let curl = self.aws_sigv4.as_ref().map(|provider| &provider.dialect);
        self.dialect.as_ref().or(curl).cloned().unwrap_or(Dialect::AWS4)
    }
}

/// What a server expects of a signature.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Judging")]
pub struct ExpectedOptions {
    /// Region that the server expects
    ///
    /// The default is any that the host does not contradict.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Service that the server expects
    ///
    /// The default is any that the host does not contradict.
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,

    /// Accept a session token that was added after signing, as AWS IoT does
    #[arg(long)]
    token_unsigned: bool,
}

/// What a server is known to expect of a signature.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The server's region and service.
    pub scope: ExpectedScope<'a>,
    /// How session tokens are sent to the server, if not in the service's usual way.
    pub token: Option<TokenTravel>,
}

impl<'a> Expected<'a> {
    fn new(region: &'a Option<String>, service: &'a Option<String>, token_unsigned: bool) -> Self {
        let scope = ExpectedScope::Given { region: region.as_deref(), service: service.as_deref() };
        Self { scope, token: token_unsigned.then_some(TokenTravel::Unsigned) }
    }
}

impl ExpectedOptions {
    /// The region and the service from the options.
    pub fn names(&self) -> (Option<String>, Option<String>) {
        (self.region.clone(), self.service.clone())
    }

    /// The expectations from the options.
    pub fn expected(&self) -> Expected<'_> {
        Expected::new(&self.region, &self.service, self.token_unsigned)
    }
}

/// The source of the S3 Express session. Without the option, `send` uses `auto`, and commands that send nothing use
/// a cached session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExpressSession {
    /// One that is kept, else CreateSession over the network; it is kept for its five minutes
    Auto,
    /// The credentials and their token are a session's already
    Given,
    /// No session: sign with the credentials as they are
    None,
}

/// `--scheme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemeName {
    /// Signature Version 4
    V4,
    /// Signature Version 4A: one signature for a set of regions
    V4a,
    /// Signature Version 2 of S3, which older stores still take
    V2,
    /// Version 4 with the key of --certificate, for IAM Roles Anywhere
    X509,
}

impl SchemeName {
    /// The name in options and profiles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "v4",
            Self::V4a => "v4a",
            Self::V2 => "v2",
            Self::X509 => "x509",
        }
    }
}

impl SchemeName {
    /// The scheme, if it is in the Version 4 family.
    pub fn canonical(self) -> Option<Scheme> {
        match self {
            Self::V4 => Some(Scheme::V4),
            Self::V4a => Some(Scheme::V4a),
            // Which one it is depends on the key.
            Self::V2 | Self::X509 => None,
        }
    }
}

/// Parses a host as in the Host header: without scheme, path or user.
///
/// # Errors
/// The text is not a host.
pub fn parse_host(text: &str) -> Result<String, String> {
    let as_typed = |url: RequestUrl| url.target() == b"/" && url.is_host(text);
    let is_host = parse_url(&format!("http://{text}/")).is_ok_and(as_typed);
    if is_host { Ok(text.to_owned()) } else { Err("expected HOST or HOST:PORT".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn credentials(words: &[&str]) -> Result<CredentialOptions, clap::Error> {
        let command = CredentialOptions::augment_args(Command::new("test"));
        let matches = command.try_get_matches_from([&["test"], words].concat())?;
        CredentialOptions::from_arg_matches(&matches)
    }

    /// awscurl spells them with an underscore.
    #[test]
    fn a_key_in_parts_is_accepted_in_either_spelling() {
        for words in [
            ["--access_key", "K", "--secret_key", "hush", "--security_token", "t"],
            ["--access-key", "K", "--secret-key", "hush", "--session-token", "t"],
            ["--access_key=K", "--secret_key", "hush", "--session_token", "t", "--profile=p"],
        ] {
            let options = credentials(&words).unwrap();
            assert_eq!(options.access_key.as_deref(), Some("K"));
            assert_eq!(options.secret_key, Some(Secret::new("hush")));
            assert_eq!(options.session_token, Some(Secret::new("t")));
            assert!(!format!("{options:?}").contains("hush"));
        }
        assert!(credentials(&["-u", "K:s", "--access_key", "K"]).is_err());
        assert!(credentials(&["-u", "K:s", "--session_token", "t"]).is_ok());
    }

    #[test]
    fn a_host_to_sign_is_only_a_host() {
        for host in ["example.com", "Example.com:8080", "example.com:80", "[::1]:9000", "10.0.0.1"] {
            assert_eq!(parse_host(host).as_deref(), Ok(host));
        }
        for host in ["", "https://h", "h/x", "u@h", "h:", "h:x", "a b", "h\r\nX: y", "h?x", "h#x"] {
            assert!(parse_host(host).is_err(), "{host}");
        }
    }
}
