//! Signs a form: from the options to keys, scheme and scope, and then to the signature.

use std::time::Duration;

use std::io::Write;

use clap::{ArgAction, Args};

use super::destination::Destination;
use super::options::{FormScheme, parse_scheme};
use super::warn_of;
use crate::cli::context::Context;
use crate::cli::credentials::found::FoundKeys;
use crate::cli::credentials::signer::Signer;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::{Show, Stage};
use crate::cli::options::signing::{CredentialOptions, S3EndpointOptions, SigningOptions, TYPED_KEYS};
use crate::cli::options::typed::Typed;
use crate::cli::options::value::parse_time;
use crate::cli::render::form::write_stages;
use crate::cli::render::redact::Redactor;
use crate::cli::render::steps;
use crate::cli::request::address;
use crate::cli::request::s3_address::Store;
use crate::cli::signing::scope_choice::{self, ScopeChoice};
use crate::cli::terminal::notes::note;
use crate::profiles::Settings;
use sigvet_core::form::{self, FormError, SignedForm, Signing, Upload};
use sigvet_core::request::Request;
use sigvet_core::scheme::{Dialect, KeyTrace, Scheme, Scope, SigningKey};
use sigvet_core::time::Timestamp;
use sigvet_core::v2::Names;

/// What the signature is made for and how: of the options of the other commands those that a form can follow.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Signing")]
pub(super) struct FormSigning {
    /// Region (default: from the host or the profile)
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Service (default: s3)
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,

    /// Endpoint that serves s3:// URLs
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,

    /// Which of AWS's hosts serves s3:// URLs.
    #[command(flatten)]
    s3_endpoint: S3EndpointOptions,

    /// The bucket in the host name, if it cannot be told from the host or endpoint; '' for none
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,

    /// The signature scheme: v4 or v2
    #[arg(long, value_name = "SCHEME", value_parser = parse_scheme)]
    scheme: Option<FormScheme>,

    /// Provider names in the signature: aws, goog, or provider1:provider2
    #[arg(long, value_name = "NAME", value_parser = Dialect::from_name)]
    dialect: Option<Dialect>,

    /// Sign as of this time instead of now: 20150830T123600Z, RFC 3339, a day, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    date: Option<Timestamp>,

    /// Sign with a signing key from 'sigvet key' instead of a secret; '-' reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = TYPED_KEYS, value_hint = clap::ValueHint::FilePath)]
    signing_key: Option<String>,

    /// Print what was decided and why
    #[arg(short, long, action = ArgAction::Count, help_heading = "Output")]
    verbose: u8,
}

/// Everything needed to sign a form.
pub(super) struct Settled {
    /// Where it uploads to.
    pub(super) destination: Destination,
    /// The expiry from the profile.
    pub(super) profile_expires: Option<String>,
    signer: Signer,
    signing: Signing,
    date: Timestamp,
}

/// Why a form could not be made.
pub(super) enum Refusal {
    Form(FormError),
    Other(Failure),
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl FormSigning {
    /// Finds the keys and the endpoint, and chooses scheme and scope.
    pub(super) fn settle(
        &self,
        url: &str,
        credentials: &CredentialOptions,
        context: &mut Context,
    ) -> Result<Settled, Failure> {
        // If the URL is invalid, this is detected before any key is requested.
        if !url.starts_with("s3://") {
            address::parse(url)?;
        }
        let options = self.as_options();
        let request = RequestOptions::<false>::default();
        let found = FoundKeys::of(Typed { url, request: &request, credentials, signing: &options }, context)?;
        let FoundKeys { signer, settings, source, warnings } = found;
        warn_of(warnings, context)?;
        let endpoint_url = self.endpoint_url.as_deref().or(settings.endpoint_url.as_deref());
        let region = self.region.as_deref().or(settings.region.as_deref());
        let variant = self.s3_endpoint.variant(&settings);
        let bucket_endpoint_url = settings.bucket_endpoint_url.as_deref().filter(|_| self.endpoint_url.is_none());
        let store = Store { endpoint_url, bucket_endpoint_url, addressing: settings.addressing, region, variant };
        let destination = Destination::read(url, store, self.bucket.as_deref())?;
        let signing = match self.scheme(&settings)? {
            FormScheme::V4 => self.version_4(&options, &signer, &settings, &destination)?,
            FormScheme::V2 => self.version_2()?,
        };
        if self.verbose > 0 {
            note(context, &format!("credentials: {source}"))?;
            note(context, &describe(&destination, &signing))?;
        }
        let date = self.date.unwrap_or(context.now);
        Ok(Settled { destination, profile_expires: settings.expires, signer, signing, date })
    }

    /// These options as the signing options of the other commands.
    fn as_options(&self) -> SigningOptions {
        let Self { region, service, endpoint_url, dialect, date, signing_key, verbose, .. } = self.clone();
        SigningOptions {
            region,
            service,
            endpoint_url,
            dialect,
            date,
            signing_key,
            verbose,
            ..SigningOptions::default()
        }
    }

    fn scheme(&self, settings: &Settings) -> Result<FormScheme, Failure> {
        match (self.scheme, settings.scheme.as_deref()) {
            (Some(typed), _) => Ok(typed),
            (None, None) => Ok(FormScheme::V4),
            (None, Some(text)) => parse_scheme(text).map_err(|problem| {
                Failure::new(Exit::BrokenProfiles, format!("scheme '{text}' in the profile: {problem}"))
                    .hint("pass --scheme v4 to sign with Signature Version 4 anyway")
            }),
        }
    }

    fn version_4(
        &self,
        options: &SigningOptions,
        signer: &Signer,
        settings: &Settings,
        to: &Destination,
    ) -> Result<Signing, Failure> {
        let dialect = options.dialect_or_default();
        let own_service = if dialect == Dialect::GOOG4 { "storage" } else { "s3" };
        let request = Request::new("POST", &to.url).map_err(Failure::invalid)?;
        let to = scope_choice::Destination::of(&request, &to.url);
        let choice = ScopeChoice::of(options, signer.key_scope(), settings, to).or_service(own_service);
        let (region, service) = choice.complete(Scheme::V4)?;
        Ok(Signing::V4 { dialect, region, service })
    }

    /// Version 2 has no scope, so options for one would have no effect.
    fn version_2(&self) -> Result<Signing, Failure> {
        if self.signing_key.is_some() {
            return Err(Failure::usage("Version 2 signs with the secret itself, not with a derived key")
                .hint("omit --signing-key, or sign with --scheme v4"));
        }
        if let Some(service) = self.service.as_deref().filter(|service| !["s3", "storage"].contains(service)) {
            return Err(Failure::usage(format!("forms work only with S3, but the service is '{service}'")));
        }
        let dialect = self.dialect.clone().unwrap_or(Dialect::AWS4);
        let unknown = || Failure::usage("this dialect has no Version 2").hint("use --dialect aws or --dialect goog");
        Ok(Signing::V2 { names: Names::for_dialect(&dialect).ok_or_else(unknown)? })
    }
}

fn describe(destination: &Destination, signing: &Signing) -> String {
    let bucket = &destination.bucket;
    match signing {
        Signing::V4 { region, service, .. } => format!("bucket {bucket}, region {region}, service {service}"),
        Signing::V2 { .. } => format!("bucket {bucket}, Signature Version 2"),
    }
}

impl Settled {
    /// A warning if temporary credentials may expire before the form does.
    pub(super) fn warning_of_unknown_end(&self, expires: Duration) -> Option<String> {
        self.signer.warning_of_unknown_end("the form", expires)
    }

    /// Prepares and signs the form, and prints warnings and the requested stages.
    pub(super) fn sign(&self, upload: &Upload, show: &Show, context: &mut Context) -> Result<SignedForm, Refusal> {
        let identity = self.signer.identity();
        let prepared = form::prepare(upload, &identity, &self.signing, self.date)?;
        warn_of(prepared.warnings.iter().map(ToString::to_string), context)?;
        let scope = prepared.scope.clone();
        let dialect = match &self.signing {
            Signing::V4 { dialect, .. } => dialect.clone(),
            Signing::V2 { names } => names.dialect(),
        };
        let form = match (&scope, &self.signer) {
            (Some(scope), Signer::Credentials(own)) => {
                prepared.sign(&SigningKey::derive(&own.secret_access_key, &dialect, scope))?
            }
            (Some(_), Signer::Key(key)) => prepared.sign(&key.signing_key())?,
            (None, Signer::Credentials(own)) => prepared.sign_v2(&own.secret_access_key)?,
            (None, Signer::Key(_)) | (_, Signer::Nobody | Signer::Certified(_)) => {
                return Err(Refusal::Other(Failure::new(Exit::NoCredentials, "there is no key to sign with")));
            }
        };
        let secrets = identity.session_token.iter();
        let redactor = Redactor::of_all(&[], &dialect, secrets);
        write_stages(&form, show, &redactor, &mut context.stderr)?;
        if show.wants(Stage::SigningKey)
            && let Some(scope) = &scope
        {
            self.show_key(&dialect, scope, context)?;
        }
        Ok(form)
    }

    fn show_key(&self, dialect: &Dialect, scope: &Scope, context: &mut Context) -> Result<(), Failure> {
        let err = &mut context.stderr;
        match self.signer.credentials() {
            Some(own) => {
                let trace = KeyTrace::derive(&own.secret_access_key, &dialect.secret_prefix, scope);
                steps::write_key_trace(&trace, err)?;
            }
            None => writeln!(err, "the signing key was derived elsewhere, so its derivation is not shown")?,
        }
        Ok(())
    }
}
