//! `sigvet token`: prints the token that opens a database, a broker or a cluster: a signed request in the format that
//! its clients take.
//!
//! Tokens are signed like every other request. This module decides which request each kind of token signs, how long
//! the token is valid, and in which format it is printed.

mod kind;
mod endpoint;
mod connection;
mod values;
mod request;
mod call;
mod order;
mod printing;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use call::Maker;
use connection::Engine;
use endpoint::hints_for_redshift;
use kind::{Form, Kind, name_of};
use order::Order;
use values::{check_cache_name, check_data, check_region, check_text};

use super::sign::sign;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SchemeName, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::options::value::{parse_duration, parse_time};
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::warn;
use sigvet_core::derivation::Placement;
use sigvet_core::time::Timestamp;

/// The arguments of `sigvet token`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet token rds --host db.abc.eu-west-1.rds.amazonaws.com:5432 --user app
  sigvet token elasticache --host my-cache --user app --region eu-west-1
  sigvet token eks --cluster-name dev --region eu-west-1 --as exec-credential
  sigvet token msk --region eu-west-1 --as oauthbearer

Kinds:
  rds dsql elasticache memorydb msk bedrock eks vault gcp snowflake appsync
  appsync-events iot redshift (no token; explains what to use)")]
pub struct TokenArgs {
    /// What the token is for
    #[arg(value_name = "KIND", value_enum)]
    kind: Kind,

    /// Host name of the endpoint, or name of the cache
    ///
    /// Tokens of elasticache and memorydb are signed for the name of the cache, which is read from its endpoint. Tokens of rds and
    /// dsql are signed for the endpoint, not for an alias or a tunnel to it. The port may stand behind the host.
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<String>,

    /// Port of the endpoint
    ///
    /// It is part of what is signed for rds, and so required there. Others name it in the URL of a connection.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Name of the cache (default: from --host)
    #[arg(long, value_name = "NAME")]
    cache_name: Option<String>,

    /// User to log in as
    ///
    /// The user admin of dsql gets an administrator's token.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Database to name in a URL, a password file or the environment
    ///
    /// The default for dsql is postgres.
    #[arg(long, value_name = "NAME")]
    database: Option<String>,

    /// Database engine of rds (default: mysql for port 3306, otherwise postgres)
    #[arg(long, value_name = "ENGINE", value_enum)]
    engine: Option<Engine>,

    /// The cache is serverless (default: if its endpoint says so)
    #[arg(long)]
    serverless: bool,

    /// Name of the EKS cluster
    #[arg(long, value_name = "NAME")]
    cluster_name: Option<String>,

    /// Value of X-Vault-AWS-IAM-Server-ID, if the Vault server requires it
    #[arg(long, value_name = "NAME")]
    vault_server_id: Option<String>,

    /// Full resource name of Google's workload identity provider: //iam.googleapis.com/projects/…
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,

    /// Authorize this message of appsync or appsync-events instead of the connection
    #[arg(long, value_name = "JSON")]
    data: Option<String>,

    /// Expiry of the token: 15m, 12h, or seconds
    ///
    /// The default is that of AWS's own generators: 15m, for bedrock 12h, for iot 1h. A token of eks is always valid for 15m.
    #[arg(long, alias = "expires-in", value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    expires: Option<Duration>,

    /// Region (default: from the host or the profile)
    #[arg(long, value_name = "REGION", help_heading = "Signing")]
    region: Option<String>,

    /// Sign as of this time instead of now: 20150830T123600Z, RFC 3339, a day, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Signing")]
    date: Option<Timestamp>,

    /// Use this profile, sigvet's own or AWS's
    #[arg(long, value_name = "NAME", add = crate::cli::options::complete::profile_names())]
    #[arg(help_heading = "Credentials")]
    profile: Option<String>,

    /// Code of the MFA device that the profile's role requires (default: ask on a terminal)
    #[arg(long, value_name = "CODE", hide_short_help = true, help_heading = "Credentials")]
    mfa_code: Option<String>,

    /// Read profiles from this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Credentials")]
    profile_file: Option<PathBuf>,

    /// Output format
    ///
    /// Each kind supports some of them. The default is the bare token, or what clients take in its place.
    #[arg(long = "as", value_name = "FORMAT", value_enum, help_heading = "Output")]
    form: Option<Form>,

    #[command(flatten)]
    show: Show,

    /// Print what was decided and why
    #[arg(short, long, alias = "debug", action = ArgAction::Count, help_heading = "Output")]
    verbose: u8,
}

/// Runs the command.
pub fn run(args: &TokenArgs, context: &mut Context) -> Result<(), Failure> {
    let form = args.check()?;
    let (credentials, no_options) = (args.credentials(), RequestOptions::default());
    let maker = Maker { args, credentials: &credentials, no_options: &no_options, context };
    let order = Order::of(&maker)?;
    printing::check(args, &order, form)?;
    let (call, signing) = (&order.call, args.signing(order.call.region.clone()));
    let typed = Typed { url: &call.url, request: &*call.source, credentials: &credentials, signing: &signing };
    let mut session = Session::settle(typed, context)?;
    check_region(&session.settings.region)?;
    session.check_expiry()?;
    for warning in order.warning(args.kind).into_iter().chain(session.signer.warning_of_missing_token()) {
        warn(context, &warning)?;
    }
    if let Some(expires) = order.expires {
        session.settings.placement = Placement::Query { expires };
        if let Some(warning) = session.signer.warning_of_unknown_end("the token", expires) {
            warn(context, &warning)?;
        }
    }
    if let Some(warning) = printing::warning_of_early_end(args.kind, &order, &session) {
        warn(context, &warning)?;
    }
    let parts = sign(&session, &args.show, context)?;
    printing::print(args, &order, form, (&session, &parts.signed), context)?;
    Ok(context.stdout.flush()?)
}

impl TokenArgs {
    /// Returns the output format to use, if the kind supports it and accepts all the given options.
    fn check(&self) -> Result<Form, Failure> {
        let name = name_of(self.kind);
        if self.kind == Kind::Redshift {
            return Err(Failure::usage("redshift accepts no signed token: its passwords come from its API")
                .with_hints(hints_for_redshift(self.host.as_deref())));
        }
        if let Some(option) = self.given().find(|option| !self.kind.options().contains(option)) {
            let options: Vec<String> = self.kind.options().iter().map(|option| format!("--{option}")).collect();
            let hint = match options.is_empty() {
                true => format!("omit it; {name} has no options of its own"),
                false => format!("omit it; {name} accepts {}", options.join(", ")),
            };
            return Err(Failure::usage(format!("--{option} does not apply to {name} tokens")).hint(hint));
        }
        self.check_values()?;
        let forms = self.kind.forms();
        let form = self.form.or_else(|| forms.first().copied()).filter(|form| forms.contains(form));
        form.ok_or_else(|| {
            let typed = self.form.map(name_of).unwrap_or_default();
            let names: Vec<String> = forms.iter().map(|form| name_of(*form)).collect();
            Failure::usage(format!("--as {typed} does not apply to {name} tokens"))
                .hint(format!("use --as {}", names.join(", ")))
        })
    }

    fn check_values(&self) -> Result<(), Failure> {
        self.region.as_deref().map_or(Ok(()), check_region)?;
        self.database.as_deref().map_or(Ok(()), |database| check_text("database", database))?;
        self.cache_name.as_deref().map_or(Ok(()), check_cache_name)?;
        self.data.as_deref().map_or(Ok(()), |data| check_data(self.kind, data))
    }

    /// The kind-specific options that were given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("cache-name", self.cache_name.is_some()),
            ("user", self.user.is_some()),
            ("database", self.database.is_some()),
            ("engine", self.engine.is_some()),
            ("serverless", self.serverless),
            ("cluster-name", self.cluster_name.is_some()),
            ("vault-server-id", self.vault_server_id.is_some()),
            ("audience", self.audience.is_some()),
            ("data", self.data.is_some()),
            ("expires", self.expires.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    fn credentials(&self) -> CredentialOptions {
        let (profile, mfa_code, profile_file) =
            (self.profile.clone(), self.mfa_code.clone(), self.profile_file.clone());
        CredentialOptions { profile, mfa_code, profile_file, ..CredentialOptions::default() }
    }

    fn signing(&self, region: Option<String>) -> SigningOptions {
        SigningOptions {
            region,
            service: Some(self.kind.service().to_owned()),
            scheme: Some(SchemeName::V4),
            date: self.date,
            verbose: self.verbose,
            ..SigningOptions::default()
        }
    }
}
