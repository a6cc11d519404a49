//! `sigvet send`: signs a request and sends it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::sign::sign;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::RequestOptions;
use crate::cli::options::show::Show;
use crate::cli::options::signing::{CredentialOptions, SigningOptions};
use crate::cli::output::Output;
use crate::cli::render::signed::write_verbose_head;
use crate::cli::session::{Session, Typed};
use crate::transport::{self, Options, Outgoing, Proxies, Resolution, Response, TransportError};

/// The arguments of `sigvet send`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet send https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigvet send -T report.pdf s3://documents/2026/report.pdf
  sigvet send -X PUT --data @policy.json 'https://bucket.fsn1.your-objectstorage.com/?policy'")]
pub struct SendArgs {
    /// Where to send it: https://…, or s3://bucket/key where a profile gives the endpoint
    url: String,

    #[command(flatten)]
    request: RequestOptions,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: SigningOptions,

    /// Write the response body to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Print the response's status and headers before its body; with -I they are printed in any case
    #[arg(short, long, help_heading = "Output")]
    include: bool,

    /// Connect to ADDRESS for HOST and PORT, as curl has it: HOST:PORT:ADDRESS
    #[arg(long, value_name = "RESOLUTION", help_heading = "Connection")]
    resolve: Vec<Resolution>,

    /// Exit with code 22, and print no body, where the server answers with status 400 or above
    #[arg(short, long, help_heading = "Output")]
    fail: bool,

    #[command(flatten)]
    show: Show,
}

/// Runs the command.
pub fn run(args: &SendArgs, context: &mut Context) -> Result<(), Failure> {
    let SendArgs { url, request, credentials, signing, .. } = args;
    let session = Session::settle(Typed { url, request, credentials, signing }, context)?;
    let mut wire = sign(&session, &args.show, context)?.signed.request;
    transport::complete(&mut wire);
    if signing.verbose > 0 {
        write_verbose_head(&wire, &mut context.stderr)?;
    }
    let outgoing = Outgoing {
        url: &session.url,
        request: &wire,
        body_file: session.unsigned.body_file.as_deref(),
        options: &Options {
            proxies: Proxies::of(&context.environment),
            resolutions: args.resolve.clone(),
            ..Options::default()
        },
    };
    let mut exchange = transport::send(&outgoing).map_err(explain_transport)?;
    let head = exchange.response();
    if signing.verbose > 0 {
        write_head("< ", head, &mut context.stderr)?;
    }
    if args.fail && head.status >= 400 {
        return Err(Failure::new(Exit::HttpError, format!("the server answered {} {}", head.status, head.reason)));
    }
    let head = (args.include || args.request.is_head()).then(|| head.clone());
    let mut output = Output::open(args.output.as_deref(), context)?;
    if let Some(head) = &head {
        write_head("", head, &mut output)?;
    }
    while let Some(piece) = exchange.next_piece().map_err(explain_transport)? {
        output.write_all(&piece).map_err(|error| output.failure(error))?;
    }
    output.finish()
}

fn write_head(mark: &str, response: &Response, out: &mut dyn Write) -> Result<(), Failure> {
    let line_end = if mark.is_empty() { "\r\n" } else { "\n" };
    write!(out, "{mark}{} {} {}{line_end}", response.version, response.status, response.reason)?;
    for (name, value) in &response.headers {
        write!(out, "{mark}{name}: ")?;
        out.write_all(value)?;
        write!(out, "{line_end}")?;
    }
    Ok(write!(out, "{}{line_end}", mark.trim_end())?)
}

fn explain_transport(error: TransportError) -> Failure {
    let exit = match &error {
        TransportError::Request { .. } => Exit::Usage,
        TransportError::ReadBody { .. } | TransportError::BadRoots { .. } => Exit::CannotRead,
        TransportError::HostNotFound { .. } => Exit::HostNotFound,
        TransportError::CannotConnect { .. } => Exit::CannotConnect,
        TransportError::Tls { .. } => Exit::TlsHandshake,
        TransportError::Certificate { .. } => Exit::TlsCertificate,
        TransportError::TimedOut { .. } => Exit::TimedOut,
        TransportError::NothingReceived { .. } => Exit::NothingReceived,
        TransportError::Transfer { .. } => Exit::TransferFailed,
        TransportError::Setup { .. } => Exit::CannotConnect,
    };
    let failure = Failure::new(exit, error.to_string());
    match error {
        TransportError::Certificate { .. } => {
            failure.hint("the certificate is not signed by an authority of this system")
        }
        _ => failure,
    }
}
