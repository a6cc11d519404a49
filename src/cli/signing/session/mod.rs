//! Turns the options into everything needed to sign: the key, region and service, the URL, and the settings.
//!
//! Every decision is recorded in a note, which `-v` prints. Region and service come from the options, otherwise the
//! host, otherwise the signing key, the profile or the environment.

mod v2;

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::credentials::found::FoundKeys;
use crate::cli::credentials::signer::Signer;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::Unsigned;
use crate::cli::options::signing::{ExpressSession, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::request::build;
use crate::cli::request::s3_address::Store;
use crate::cli::signing::scheme_choice;
use crate::cli::signing::scope_choice::{Destination, ScopeChoice};
use crate::cli::signing::streaming::{self, StreamedBody};
use crate::cli::signing::version_2::{self, Version2Choice};
use crate::cli::terminal::notes::{note, warn};
use crate::profiles;
use sigvet_core::derivation::{Placement, TokenTravel};
use sigvet_core::prepare::{self, HeaderSelection, PayloadChoice, PrepareError, Prepared};
use sigvet_core::request::RequestUrl;
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::Plan;
use sigvet_core::time::Timestamp;
use sigvet_core::x509::CertifiedKey;

/// The only service that accepts signatures with the key of a certificate.
const ROLES_ANYWHERE: &str = "rolesanywhere";

/// A request to sign, with everything needed to do so.
#[derive(Debug)]
pub struct Session {
    /// The URL of the request.
    pub url: RequestUrl,
    /// The request, and where its body is.
    pub unsigned: Unsigned,
    /// What to sign with.
    pub signer: Signer,
    /// How to sign.
    pub settings: prepare::Settings,
    /// The signing time.
    pub date: Timestamp,
    /// The zone of the directory bucket in the host name.
    pub zone: Option<String>,
    /// How to sign with Version 2, if that is the scheme; then only the placement in `settings` is used.
    pub v2: Option<Version2Choice>,
    /// How the body is streamed, if it is.
    pub plan: Option<Plan>,
    /// The other settings of the profile.
    profile: profiles::Settings,
    /// The signing options, which are needed again for another host.
    signing: SigningOptions,
}

impl Session {
    /// Decides everything except the placement, which is the header.
    pub fn settle(typed: Typed<'_>, context: &mut Context) -> Result<Self, Failure> {
        typed.signing.check_certificate(typed.credentials)?;
        let plan = typed.signing.streaming.plan(typed.signing.checksum.algorithm)?;
        // If the request is invalid, this is detected before any key is requested.
        let (found, (url, unsigned)) = match typed.url.starts_with("s3://") {
            true => {
                let found = FoundKeys::of(typed, context)?;
                let made = build::make(typed, build::store(typed.signing, &found.settings), context)?;
                (found, made)
            }
            false => {
                let made = build::make(typed, Store::default(), context)?;
                (FoundKeys::of(typed, context)?, made)
            }
        };
        let to = Destination::of(&unsigned.request, &url);
        if typed.signing.is_version_2(found.settings.scheme.as_deref()) {
            return Self::settle_v2(typed, found, (url, unsigned, to), context);
        }
        if typed.signing.sub_resources.is_some() {
            return Err(Failure::usage(
                "--sub-resources is about Signature Version 2; Version 4 signs the whole query",
            )
            .hint("add --scheme v2, or omit the option"));
        }
        let mut scope = ScopeChoice::of(typed.signing, found.signer.key_scope(), &found.settings, to);
        let scheme = match found.signer.certified() {
            Some(key) => scheme_choice::certified(key, typed.signing)?,
            None => scheme_choice::choose(typed.signing, scope.region_set(), found.settings.scheme.as_deref())?,
        };
        scheme_choice::check(scheme, typed.signing, &found.signer)?;
        if typed.url.starts_with("s3://") {
            scope = scope.or_service("s3");
        }
        if scheme.is_certified() {
            scope = scope.or_service(ROLES_ANYWHERE);
        }
        let mut settings = settings(typed.signing, scheme, &scope)?;
        settings.certificates = found.signer.certified().map(CertifiedKey::headers);
        typed.signing.checksum.check_service(&settings.dialect, &settings.service)?;
        if typed.signing.verbose > 0 {
            note(context, &format!("credentials: {}", found.source))?;
            note(context, &scope.to_note(&settings))?;
            for unused in unused_variables(typed, &found.settings, &settings.region, context) {
                note(context, &unused)?;
            }
        }
        for warning in found.warnings.iter().chain(&unsigned.warnings).chain(&scope.warning(scheme)) {
            warn(context, warning)?;
        }
        let date = typed.signing.date.unwrap_or(context.now);
        let (profile, signing) = (found.settings, typed.signing.clone());
        let zone = scope.zone().map(str::to_owned);
        let v2 = None;
        let session = Self { url, unsigned, signer: found.signer, settings, date, zone, v2, plan, profile, signing };
        streaming::warn_of(session.plan, &session.unsigned.request, session.url.scheme(), context)?;
        Ok(session)
    }

    /// Where the session of S3 Express comes from, according to the options.
    pub fn express_session(&self) -> Option<ExpressSession> {
        self.signing.s3express_session
    }

    /// How long the session of S3 Express is valid after the signing time; no URL is valid for longer.
    pub fn time_left(&self) -> Option<Duration> {
        let is_session = self.settings.dialect == Dialect::s3_express_session();
        let end = self.signer.credentials().filter(|_| is_session)?.expires_at?;
        // An expired session has no time left.
        let seconds = u64::try_from(end.epoch_seconds() - self.date.epoch_seconds()).unwrap_or(0);
        Some(Duration::from_secs(seconds))
    }

    /// Refuses credentials that are expired at the signing time.
    ///
    /// # Errors
    /// The credentials are expired.
    pub fn check_expiry(&self) -> Result<(), Failure> {
        match self.signer.identity().expires_at.filter(|end| *end <= self.date) {
            Some(end) => {
                Err(Failure::new(Exit::NoCredentials, format!("the credentials expired at {}", end.to_rfc3339()))
                    .hint("get new credentials, for example with 'aws configure export-credentials --format env'"))
            }
            None => Ok(()),
        }
    }

    /// Whether decisions are printed.
    pub fn is_verbose(&self) -> bool {
        self.signing.verbose > 0
    }

    /// A session that signs nothing: it needs no key, region or service.
    pub fn unsigned(typed: Typed<'_>, context: &mut Context) -> Result<Self, Failure> {
        if typed.signing.streaming.is_streaming() {
            return Err(Failure::usage("--payload streaming declares the body in what is signed, and nothing is")
                .hint("omit --payload if you use --no-sign-request"));
        }
        let profile = match typed.url.starts_with("s3://") {
            true => profiles::describe(&typed.credentials.choice(), &context.environment)?.settings,
            false => profiles::Settings::default(),
        };
        let (url, unsigned) = build::make(typed, build::store(typed.signing, &profile), context)?;
        let settings = prepare::Settings::new("", "");
        let (signing, date) = (typed.signing.clone(), typed.signing.date.unwrap_or(context.now));
        let (plan, zone, v2) = (None, None, None);
        Ok(Self { url, unsigned, signer: Signer::Nobody, settings, date, zone, v2, plan, profile, signing })
    }

    /// Chooses region and service again for another host, for example after a redirect.
    pub fn move_to(&mut self, url: RequestUrl) -> Result<(), Failure> {
        let to = Destination::of(&self.unsigned.request, &url);
        if self.v2.is_some() {
            self.v2 = Some(Version2Choice::of(&self.signing, &self.profile, to.host())?);
            self.url = url;
            return Ok(());
        }
        let scope = ScopeChoice::of(&self.signing, self.signer.key_scope(), &self.profile, to);
        let mut settings = settings(&self.signing, self.settings.scheme, &scope)?;
        // The dialect was chosen together with the signer, which stays.
        settings.dialect = self.settings.dialect.clone();
        settings.certificates = self.settings.certificates.clone();
        self.settings = settings;
        self.url = url;
        Ok(())
    }

    /// The CA certificates from the profile.
    pub fn ca_bundle(&self) -> Option<&str> {
        self.profile.ca_bundle.as_deref()
    }

    /// The expiry of presigned URLs from the profile.
    pub fn profile_expires(&self) -> Option<&str> {
        self.profile.expires.as_deref()
    }

    /// Prepares the request for signing, and prints warnings.
    pub fn prepare(&self, context: &mut Context) -> Result<Prepared, Failure> {
        let (request, settings) = match self.streamed_body() {
            Some(streamed) => streamed.declare(&self.settings)?,
            None => (self.unsigned.request.clone(), self.settings.clone()),
        };
        let prepared =
            prepare::prepare(request, &self.signer.identity(), &settings, self.date).map_err(explain_refusal)?;
        for warning in &prepared.warnings {
            warn(context, &warning.to_string())?;
        }
        Ok(prepared)
    }

    /// The body, if it is streamed.
    pub fn streamed_body(&self) -> Option<StreamedBody<'_>> {
        StreamedBody::new(self.plan, &self.unsigned.request)
    }

    /// The hosts of the user's stores.
    pub fn endpoints(&self) -> Vec<String> {
        version_2::endpoints(&self.signing, &self.profile)
    }

    /// The bucket in the host name according to the options.
    pub fn chosen_bucket(&self) -> Option<&str> {
        self.signing.bucket.bucket.as_deref()
    }

    /// The key for a prepared request; fails if the key was derived for another scope.
    pub fn key(&self, prepared: &Prepared) -> Result<SigningKey, Failure> {
        let key = self.signer.key(&prepared.terms);
        let key = key.ok_or_else(|| Failure::usage("the request is sent unsigned"))?;
        key.check(&prepared.terms.scope).map_err(|error| {
            Failure::from_error(Exit::NoCredentials, error)
                .hint("derive another key with 'sigvet key', or change --date, --region or --service")
        })?;
        Ok(key)
    }
}

/// Warnings for environment variables with an endpoint or a region that are not used.
fn unused_variables(typed: Typed<'_>, profile: &profiles::Settings, region: &str, context: &Context) -> Vec<String> {
    let is_s3 = typed.url.starts_with("s3://");
    let endpoint = build::store(typed.signing, profile).endpoint_url.filter(|_| is_s3);
    let unused = context.environment.destination_variables().filter(|(name, value)| match *name {
        "AWS_REGION" | "AWS_DEFAULT_REGION" => *value != region,
        _ => is_s3 && endpoint != Some(value),
    });
    let mut notes: Vec<String> = unused
        .map(|(name, _)| format!("{name} is set but not used: an option, the host or the profile comes first"))
        .collect();
    let is_of_variable = |region: &str| context.environment.destination_variables().any(|(_, value)| value == region);
    let of_profile = profile.region.as_deref().filter(|of_profile| *of_profile != region);
    if let Some(of_profile) = of_profile.filter(|of_profile| !is_of_variable(of_profile)) {
        notes.push(format!("region {of_profile} of the profile is not used: an option or the host comes first"));
    }
    notes
}

/// The settings for a host, before there is a request.
///
/// # Errors
/// The region or the service is not known, or the scheme is Version 2.
pub fn settings_for_host(
    signing: &SigningOptions,
    profile: &profiles::Settings,
    host: &str,
) -> Result<prepare::Settings, Failure> {
    if signing.is_version_2(profile.scheme.as_deref()) {
        return Err(Failure::usage("a proxy signs with Version 4 or 4A").hint("pass --scheme v4"));
    }
    let scope = ScopeChoice::of(signing, None, profile, Destination::from_host(host));
    let scheme = scheme_choice::choose(signing, scope.region_set(), profile.scheme.as_deref())?;
    settings(signing, scheme, &scope)
}

/// The settings for the chosen scheme and scope.
///
/// # Errors
/// The region or the service is not known.
pub fn settings(signing: &SigningOptions, scheme: Scheme, scope: &ScopeChoice) -> Result<prepare::Settings, Failure> {
    let (region, service) = scope.complete(scheme)?;
    let mut settings = prepare::Settings::for_dialect(signing.dialect_or_default(), region, service);
    settings.scheme = scheme;
    settings.path_rule = signing.path.or(settings.path_rule);
    settings.payload = match &signing.payload_hash {
        Some(hash) => PayloadChoice::Declared(hash.clone()),
        None if signing.leaves_payload_unsigned() => PayloadChoice::Unsigned,
        None => PayloadChoice::ByService,
    };
    settings.placement = Placement::Header;
    if signing.token_unsigned {
        settings.token = TokenTravel::Unsigned;
    }
    settings.signed_headers = signing.signed_headers.clone().map_or(HeaderSelection::All, HeaderSelection::Named);
    Ok(settings)
}

fn explain_refusal(error: PrepareError) -> Failure {
    let hint = match &error {
        PrepareError::AlreadySigned { .. } => {
            Some("remove it to sign again, or check the request with 'sigvet explain'")
        }
        PrepareError::Expires { .. } => Some("for example --expires 1h, at most --expires 7d"),
        PrepareError::ExpiresAtOnce => Some("for example --expires 1h"),
        PrepareError::CertificateInQuery => {
            Some("use 'sigvet sign' or 'sigvet send', which sign the header, or presign with a key")
        }
        PrepareError::CertificateDiffers { .. } => {
            Some("omit the header: the certificates of --certificate and --intermediates are added by themselves")
        }
        PrepareError::MissingHost => Some("remove -H 'Host:', which removes the header"),
        PrepareError::UnknownPayload => {
            Some("give its hash with --payload-hash, or type the request: the URL with -d @FILE or -T FILE")
        }
        _ => None,
    };
    Failure::invalid(error).with_hints(hint)
}
