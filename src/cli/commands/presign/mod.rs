//! `sigvet presign`: prints a URL that contains its signature.

mod batch;

use std::io::Write;
use std::time::Duration;

use clap::{Args, ValueEnum};

use batch::ListOptions;

use super::sign::{SignedParts, sign};
use crate::cli::connection::express::{self, SessionLookup};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::{CLUSTER_HEADER, RequestOptions, RequestSource};
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::options::value::parse_duration;
use crate::cli::render::signed::{SignedView, write_json};
use crate::cli::request::caller_identity::{self, ForCluster};
use crate::cli::request::token;
use crate::cli::signing::derived::Derived;
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::{note, warn};
use sigvet_core::derivation::Placement;
use sigvet_core::prepare::{self, EXPIRES_LIMITS};
use sigvet_core::scheme::Scheme;
use sigvet_diagnose::formats::TokenKind;

/// The default expiry of a URL: one hour, as in the AWS CLI, or less if the service or the session allows less.
pub(super) const DEFAULT_EXPIRES: Duration = Duration::from_secs(3_600);

/// The default expiry in the URL of an EKS token, as in `aws eks get-token`, and the maximum.
const EKS_EXPIRES: Duration = Duration::from_secs(TokenKind::EKS.usual);
const EKS_LONGEST: Duration = Duration::from_secs(TokenKind::EKS.longest);

/// The arguments of `sigvet presign`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet presign --expires 15m s3://documents/report.pdf
  sigvet presign -X PUT -H 'Content-Type: image/png' s3://photos/cat.png
  sigvet presign --as json --profile hetzner s3://backups/2026/db.dump
  sigvet presign --batch --base s3://photos/2026/ < keys.txt > urls.txt")]
pub struct PresignArgs {
    /// What the URL leads to: https://… or s3://bucket/key; with --batch, files
    #[arg(value_name = "URL", required_unless_present_any = ["cluster_name", "batch"])]
    urls: Vec<String>,

    /// Name this EKS cluster in the request; the default URL is then GetCallerIdentity at STS in the region
    #[arg(long, value_name = "NAME", help_heading = "Signing")]
    cluster_name: Option<String>,

    /// Expiry of the URL: 15m, 7d, or seconds (default: 1h)
    ///
    /// A profile may set another default; that of a cluster's token is 1m.
    #[arg(long, alias = "expires-in", value_name = "DURATION", value_parser = parse_duration, help_heading = "Signing")]
    expires: Option<Duration>,

    #[command(flatten)]
    request: RequestOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Output format
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    form: PresignedForm,

    #[command(flatten)]
    show: Show,

    #[command(flatten)]
    list: ListOptions,
}

/// The forms of a presigned URL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum PresignedForm {
    /// The bare URL
    #[default]
    Url,
    /// An object with every part, and the headers that the user of the URL must send
    Json,
    /// The token that the EKS cluster of --cluster-name takes
    EksToken,
    /// That token as kubectl takes it from a program
    ExecCredential,
}

/// Runs the command.
pub fn run(args: &PresignArgs, context: &mut Context) -> Result<(), Failure> {
    args.list.batch.check_inputs(&args.urls, "URL")?;
    if args.list.batch.batch {
        return batch::run(args, context);
    }
    let PresignArgs { expires, request, credentials, signing, form, show, .. } = args;
    let for_cluster = args.cluster_name.as_deref().map(|name| ForCluster { request, name });
    let source: &dyn RequestSource = for_cluster.as_ref().map_or(request, |request| request as &dyn RequestSource);
    let url = &args.url(context)?;
    let mut session = Session::settle(Typed { url, request: source, credentials, signing }, context)?;
    signing.checksum.check_body(&session.unsigned)?;
    express::enter(&mut session, SessionLookup::Kept, context)?;
    let expires = args.expiry(*expires, &session)?;
    session.settings.placement = Placement::Query { expires };
    if let Some(warning) = session.signer.warning_of_unknown_end("the URL", expires) {
        warn(context, &warning)?;
    }
    let SignedParts { signed, derived, .. } = sign(&session, show, context)?;
    let view = SignedView::new(&session, &signed, &derived);
    match form {
        PresignedForm::Url => writeln!(context.stdout.exact(), "{}", view.url)?,
        PresignedForm::Json => view.write_json(&mut context.stdout)?,
        PresignedForm::EksToken => writeln!(context.stdout.exact(), "{}", eks_token(&view)?)?,
        PresignedForm::ExecCredential => {
            let renew_at = token::ends_at(session.date, token::EKS_RENEWAL, session.signer.identity().expires_at);
            let exec_info = context.environment.get("KUBERNETES_EXEC_INFO");
            let object = token::exec_credential(&eks_token(&view)?, renew_at, exec_info);
            write_json(&object, &mut context.stdout)?;
        }
    }
    context.stdout.flush()?;
    let to_send = derived.headers_to_send(&signed.request);
    if signing.verbose > 0 && !to_send.is_empty() {
        let names: Vec<&str> = to_send.iter().map(|(name, _)| *name).collect();
        note(context, &format!("whoever uses the URL must send these headers: {}", names.join(", ")))?;
    }
    Ok(())
}

impl PresignArgs {
    /// The URL from the options, or the STS call that identifies the caller to a cluster.
    fn url(&self, context: &Context) -> Result<String, Failure> {
        match self.urls.first() {
            Some(url) => Ok(url.clone()),
            None => caller_identity::regional_url(&self.credentials, &self.signing, context),
        }
    }

    fn expiry(&self, typed: Option<Duration>, session: &Session) -> Result<Duration, Failure> {
        let is_token = matches!(self.form, PresignedForm::EksToken | PresignedForm::ExecCredential);
        match typed {
            Some(typed) if is_token && typed > EKS_LONGEST => Err(Failure::usage(format!(
                "a cluster accepts a token expiry of at most 900 s, not {} s",
                typed.as_secs()
            ))
            .hint("omit --expires: the token is valid for 15 minutes in any case")),
            Some(typed) => Ok(typed),
            None if self.cluster_name.is_some() => Ok(EKS_EXPIRES),
            None => Ok(expires_in_profile(session.profile_expires())?.unwrap_or_else(|| default_life(session))),
        }
    }
}

/// The expiry from the profile.
fn expires_in_profile(text: Option<&str>) -> Result<Option<Duration>, Failure> {
    let expires = text.map(parse_duration).transpose();
    expires.map_err(|error| Failure::located(Exit::Usage, "expires in the profile", error))
}

/// The default expiry for a service.
fn default_expires(service: &str) -> Duration {
    DEFAULT_EXPIRES.min(prepare::longest_expiry(service))
}

fn default_life(session: &Session) -> Duration {
    let by_service = default_expires(&session.settings.service);
    match session.time_left() {
        Some(left) => by_service.min(left.max(*EXPIRES_LIMITS.start())),
        None => by_service,
    }
}

/// The URL as a token. The cluster sends it to STS with the one header that contains the cluster's name, and no
/// other.
fn eks_token(view: &SignedView<'_>) -> Result<String, Failure> {
    let request = &view.signed.request;
    let names: Vec<&str> = view.derived.headers_to_send(request).iter().map(|(name, _)| *name).collect();
    if !matches!(names.as_slice(), [name] if name.eq_ignore_ascii_case(CLUSTER_HEADER)) {
        let what = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(Failure::usage(format!("a cluster sends {CLUSTER_HEADER} alone to STS, signed are: {what}"))
            .hint("pass --cluster-name, and no other header with -H"));
    }
    let is_version_4 = matches!(view.derived, Derived::Canonical { terms, .. } if terms.scheme == Scheme::V4);
    if !is_version_4 {
        return Err(Failure::usage("a cluster accepts only Signature Version 4 tokens").hint("omit --scheme"));
    }
    if request.method() != "GET" {
        return Err(Failure::usage(format!("a cluster sends GET to STS, not {}", request.method())));
    }
    Ok(token::eks_token(&view.url.to_string()))
}
