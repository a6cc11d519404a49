//! `sigvet sign`: prints a signed request and sends nothing.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::connection::express::{self, SessionLookup};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{RequestOptions, RequestSource};
use crate::cli::options::show::{Show, Stage};
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::options::typed::Typed;
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::{SignedView, write_json};
use crate::cli::render::steps;
use crate::cli::request::caller_identity::{self, ForVault};
use crate::cli::request::token;
use crate::cli::signing::derived::Derived;
use crate::cli::signing::session::Session;
use crate::cli::signing::version_2;
use sigvet_core::sign::Signed;
use sigvet_core::stream::Encoder;

/// The arguments of `sigvet sign`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet sign https://iam.amazonaws.com/?Action=ListUsers
  sigvet sign --json @q.json https://search-x.eu-west-1.es.amazonaws.com/_search
  sigvet sign --as vault --vault-server-id vault.example.com
  sigvet sign --as json --region fsn1 --service s3 http://127.0.0.1:9000/bucket")]
pub struct SignArgs {
    /// Where the request goes: https://…, or s3://bucket/key if a profile gives the endpoint
    #[arg(required_unless_present = "form")]
    #[arg(required_if_eq_any = [("form", "http"), ("form", "headers"), ("form", "curl"), ("form", "json")])]
    url: Option<String>,

    /// Name this Vault server in the request, as X-Vault-AWS-IAM-Server-ID, if it requires that
    #[arg(long, value_name = "NAME", help_heading = "Signing")]
    vault_server_id: Option<String>,

    #[command(flatten)]
    request: RequestOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Output format
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    form: SignedForm,

    #[command(flatten)]
    show: Show,
}

/// The forms of a signed request.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum SignedForm {
    /// As HTTP/1.1, with the body
    #[default]
    Http,
    /// The header fields, a line each
    Headers,
    /// As a curl command for sh
    Curl,
    /// An object with every part
    Json,
    /// The fields of a login at Vault's AWS method, but for the role; the URL is by default that of STS
    Vault,
}

/// Runs the command.
pub fn run(args: &SignArgs, context: &mut Context) -> Result<(), Failure> {
    let SignArgs { request, credentials, signing, form, show, .. } = args;
    let for_vault = ForVault { request, server_id: args.vault_server_id.as_deref() };
    let source: &dyn RequestSource = if args.is_login()? { &for_vault } else { request };
    let url = &args.url.clone().unwrap_or_else(|| caller_identity::vault_url(signing.region.as_deref()));
    let mut session = Session::settle(Typed { url, request: source, credentials, signing }, context)?;
    express::enter(&mut session, SessionLookup::Kept, context)?;
    let SignedParts { signed, derived, encoder } = sign(&session, show, context)?;
    let view = SignedView { encoder: encoder.as_ref(), ..SignedView::new(&session, &signed, &derived) };
    match form {
        SignedForm::Http => view.write_http(context.stdout.exact()),
        SignedForm::Headers => view.write_headers(context.stdout.exact()),
        SignedForm::Curl => view.write_curl(context.stdout.exact()),
        SignedForm::Json => view.write_json(&mut context.stdout),
        SignedForm::Vault => write_json(&vault_login(&view)?, &mut context.stdout),
    }?;
    Ok(context.stdout.flush()?)
}

impl SignArgs {
    /// Whether the request is a Vault login.
    fn is_login(&self) -> Result<bool, Failure> {
        let is_login = matches!(self.form, SignedForm::Vault);
        if self.vault_server_id.is_some() && !is_login {
            return Err(Failure::usage("--vault-server-id works only with --as vault").hint("add --as vault"));
        }
        Ok(is_login)
    }
}

fn vault_login(view: &SignedView<'_>) -> Result<Value, Failure> {
    let login = token::vault_login(&view.url.to_string(), &view.signed.request);
    login.ok_or_else(|| Failure::usage("the body is too large for a Vault login"))
}

/// A signed request with its terms.
pub struct SignedParts {
    /// The request and its signature.
    pub signed: Signed,
    /// The terms of the signature, and what was signed.
    pub derived: Derived,
    /// Splits the body into chunks, if it is streamed and not in memory.
    pub encoder: Option<Encoder>,
}

/// Prepares and signs a request, and prints the requested stages.
pub fn sign(session: &Session, show: &Show, context: &mut Context) -> Result<SignedParts, Failure> {
    let parts = match &session.v2 {
        Some(choice) => sign_v2(session, choice, context)?,
        None => sign_canonical(session, context)?,
    };
    show_stages(session, show, &parts, context)?;
    Ok(parts)
}

fn sign_canonical(session: &Session, context: &mut Context) -> Result<SignedParts, Failure> {
    let prepared = session.prepare(context)?;
    let key = session.key(&prepared)?;
    let (terms, derivation) = (Box::new(prepared.terms.clone()), Box::new(prepared.derive()));
    let mut signed = prepared.sign(&key).map_err(Failure::invalid)?;
    let encoder = session.streamed_body().and_then(|streamed| streamed.encode(&terms, &key, &mut signed));
    Ok(SignedParts { signed, derived: Derived::Canonical { terms, derivation }, encoder })
}

fn sign_v2(
    session: &Session,
    choice: &version_2::Version2Choice,
    context: &mut Context,
) -> Result<SignedParts, Failure> {
    let prepared = session.prepare_v2(choice, context)?;
    let credentials = session.signer.credentials().ok_or_else(|| Failure::usage("the request is sent unsigned"))?;
    let (terms, string_to_sign) = (prepared.terms.clone(), Box::new(prepared.derive()));
    let signed = prepared.sign(&credentials.secret_access_key);
    Ok(SignedParts { signed, derived: Derived::V2 { terms, string_to_sign }, encoder: None })
}

fn show_stages(session: &Session, show: &Show, parts: &SignedParts, context: &mut Context) -> Result<(), Failure> {
    let SignedParts { signed, derived, .. } = parts;
    let redactor = Redactor::of(&signed.request, &derived.dialect());
    let err = &mut context.stderr;
    if show.wants(Stage::CanonicalRequest) {
        match derived.canonical_request() {
            Some(text) => writeln!(err, "{}", redactor.apply(&text))?,
            None => writeln!(err, "Signature Version 2 has no canonical request")?,
        }
    }
    if show.wants(Stage::StringToSign) {
        separate(show, Stage::StringToSign, err)?;
        writeln!(err, "{}", redactor.apply(&derived.string_to_sign()))?;
    }
    if show.wants(Stage::SigningKey) {
        separate(show, Stage::SigningKey, err)?;
        show_signing_key(session, derived, err)?;
    }
    if show.wants(Stage::Signature) {
        separate(show, Stage::Signature, err)?;
        writeln!(err, "{}", signed.signature)?;
    }
    Ok(())
}

fn show_signing_key(session: &Session, derived: &Derived, err: &mut dyn Write) -> Result<(), Failure> {
    let Derived::Canonical { terms, .. } = derived else {
        return Ok(writeln!(err, "Signature Version 2 has no signing key: it signs with the secret itself")?);
    };
    let public_key = session.signer.key(terms).and_then(|key| key.public_key());
    match (public_key, session.signer.trace(terms)) {
        (Some(public_key), _) => steps::write_public_key(&public_key, err)?,
        (None, Some(trace)) => steps::write_key_trace(&trace, err)?,
        (None, None) if terms.scheme.is_certified() => {
            writeln!(err, "the signing key is the private key of the certificate, which is not shown")?
        }
        (None, None) => writeln!(err, "the signing key was derived elsewhere, so its derivation is not shown")?,
    }
    Ok(())
}

/// Writes an empty line before every stage except the first.
fn separate(show: &Show, stage: Stage, err: &mut dyn Write) -> std::io::Result<()> {
    const ORDER: [Stage; 4] = [Stage::CanonicalRequest, Stage::StringToSign, Stage::SigningKey, Stage::Signature];
    let is_first = ORDER.into_iter().find(|stage| show.wants(*stage)) == Some(stage);
    if is_first { Ok(()) } else { writeln!(err) }
}
