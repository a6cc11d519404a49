//! `sigvet form`: prints a presigned POST, with which a browser or curl can upload a file.

mod destination;
mod options;
mod signing;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use self::destination::Destination;
use self::options::{Pair, parse_pair, parse_range};
use self::signing::FormSigning;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::show::Show;
use crate::cli::options::signing::CredentialOptions;
use crate::cli::options::value::{cannot_read, parse_duration};
use crate::cli::render::form::FormView;
use crate::cli::terminal::notes::{note, warn};
use sigvet_core::form::{Fields, FormError, Upload};

/// The default expiry of a form: one hour, as in the AWS SDKs.
const DEFAULT_EXPIRES: Duration = Duration::from_secs(3_600);

/// The arguments of `sigvet form`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  sigvet form --as html 's3://photos/${filename}' > upload.html
  sigvet form --content-length-range 1,10MiB 's3://photos/in/${filename}'
  sigvet form --as curl --field acl=private s3://documents/report.pdf")]
pub struct FormArgs {
    /// Where the file goes: s3://bucket/key, or https://… with the bucket in the host or before the key; '${filename}' in
    /// the key stands for the name of the uploaded file
    url: String,

    /// Prefix of a field that the uploader fills in
    ///
    /// '' allows any value.
    #[arg(long, value_name = "NAME=PREFIX", value_parser = parse_pair, help_heading = "Form")]
    starts_with: Vec<Pair>,

    /// Allowed file sizes: 1,10MiB
    ///
    /// A size is a number of bytes, 500kB or 10MiB.
    #[arg(long, value_name = "MIN,MAX", value_parser = parse_range, help_heading = "Form")]
    content_length_range: Option<(u64, u64)>,

    /// Form field with its exact value
    ///
    /// Fields are acl, Content-Type, x-amz-meta-… and others; with --starts-with it is the initial value.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_pair, help_heading = "Form")]
    field: Vec<Pair>,

    /// Status of S3's response: 200, 201 with an XML document, or 204
    #[arg(long, value_name = "STATUS", help_heading = "Form")]
    success_status: Option<String>,

    /// URL to send the browser to after the upload
    #[arg(long, value_name = "URL", help_heading = "Form")]
    success_redirect: Option<String>,

    /// Expiry of the form: 15m, 7d (default: 1h)
    ///
    /// Plain numbers are seconds; a profile may set another default.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Form")]
    expires: Option<Duration>,

    #[command(flatten)]
    credentials: CredentialOptions,

    #[command(flatten)]
    signing: FormSigning,

    /// Output format
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    form: FormOutput,

    /// File that --as curl uploads, in place of FILE
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Output")]
    file: Option<PathBuf>,

    #[command(flatten)]
    show: Show,
}

/// The forms of a presigned POST.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum FormOutput {
    /// An object with URL, fields and policy, as the AWS SDKs have it
    #[default]
    Json,
    /// A page to open in a browser
    Html,
    /// A curl command for sh
    Curl,
}

/// Runs the command.
pub fn run(args: &FormArgs, context: &mut Context) -> Result<(), Failure> {
    let fields = args.fields()?;
    let prefixes = gather(&args.starts_with);
    let settled = args.signing.settle(&args.url, &args.credentials, context)?;
    let Destination { url, bucket, key } = &settled.destination;
    let upload = Upload {
        bucket: bucket.clone(),
        key: key_or_any(key, &prefixes),
        fields,
        prefixes,
        length: args.content_length_range,
        expires: expiry(args.expires, settled.profile_expires.as_deref())?,
    };
    args.check_file()?;
    if let Some(warning) = settled.warning_of_unknown_end(upload.expires) {
        warn(context, &warning)?;
    }
    let form = settled.sign(&upload, &args.show, context).map_err(explain)?;
    let view = FormView { url, form: &form, file: args.file.as_deref() };
    match args.form {
        FormOutput::Json => view.write_json(&mut context.stdout)?,
        FormOutput::Html => write!(context.stdout.exact(), "{}", view.to_html()?)?,
        FormOutput::Curl => writeln!(context.stdout.exact(), "{}", view.to_curl()?)?,
    }
    context.stdout.flush()?;
    if args.form == FormOutput::Curl && !form.to_fill.is_empty() {
        let names: Vec<&str> = form.to_fill.iter().map(|field| field.name.as_str()).collect();
        note(context, &format!("whoever runs the command has to complete these fields: {}", names.join(", ")))?;
    }
    Ok(())
}

impl FormArgs {
    /// All fields from the options.
    fn fields(&self) -> Result<Fields, Failure> {
        let mut fields = gather(&self.field);
        let more = [
            ("success_action_status", "--success-status", &self.success_status),
            ("success_action_redirect", "--success-redirect", &self.success_redirect),
        ];
        for (name, option, value) in more {
            let Some(value) = value else { continue };
            if fields.contains(name) {
                return Err(Failure::usage(format!("two values for the field {name}: {option} and --field"))
                    .hint("omit one of them: both set the same value"));
            }
            fields.push(name, value);
        }
        Ok(fields)
    }

    /// Checks that the form accepts the file given with `--file`.
    fn check_file(&self) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        if self.form != FormOutput::Curl {
            return Err(
                Failure::usage("--file works only with --as curl").hint("omit --file: a browser asks for the file")
            );
        }
        let length = std::fs::metadata(file).map_err(|error| cannot_read(file, error))?.len();
        match self.content_length_range.filter(|(min, max)| !(min..=max).contains(&&length)) {
            Some((min, max)) => Err(Failure::usage(format!(
                "{} has {length} bytes, but the form accepts {min} to {max}",
                file.display()
            ))
            .hint("choose another --content-length-range")),
            None => Ok(()),
        }
    }
}

/// The expiry from the options, otherwise from the profile, otherwise one hour.
fn expiry(typed: Option<Duration>, in_profile: Option<&str>) -> Result<Duration, Failure> {
    match (typed, in_profile) {
        (Some(typed), _) => Ok(typed),
        (None, Some(text)) => {
            parse_duration(text).map_err(|error| Failure::located(Exit::Usage, "expires in the profile", error))
        }
        (None, None) => Ok(DEFAULT_EXPIRES),
    }
}

fn gather(pairs: &[Pair]) -> Fields {
    let mut fields = Fields::default();
    pairs.iter().for_each(|Pair { name, value }| fields.push(name, value));
    fields
}

/// If the URL has no key but a condition gives a key prefix, the key is that prefix followed by the file's name.
fn key_or_any(key: &str, prefixes: &Fields) -> String {
    match prefixes.get("key") {
        Some(prefix) if key.is_empty() => format!("{prefix}{}", sigvet_core::form::FILENAME),
        _ => key.to_owned(),
    }
}

/// A hint for an upload that no form can be made for.
fn explain(failure: signing::Refusal) -> Failure {
    let error = match failure {
        signing::Refusal::Form(error) => error,
        signing::Refusal::Other(failure) => return failure,
    };
    let hint = match &error {
        FormError::KeyMissing => Some(
            "put it behind the bucket, such as 's3://bucket/uploads/${filename}', or give --starts-with key=uploads/",
        ),
        FormError::Expires { .. } => Some("for example --expires 1h, at most --expires 7d"),
        FormError::LengthRange { .. } => Some("the smaller number comes first"),
        FormError::TooLarge { .. } => Some("shorten the values; a policy has each of them once more"),
        FormError::Service { .. } => Some("pass --service s3 to sign for S3 anyway"),
        FormError::UnknownField { .. } => Some("fields that only your own server reads begin with x-ignore-"),
        FormError::VariableInPrefix { .. } => Some("remove ${filename} from the condition"),
        FormError::ReservedField { .. } | FormError::DuplicateField { .. } => Some("omit it"),
        FormError::Contradiction { .. } => Some("change one of the two"),
        _ => None,
    };
    Failure::invalid(error).with_hints(hint)
}

/// Prints warnings.
fn warn_of(warnings: impl IntoIterator<Item = String>, context: &mut Context) -> Result<(), Failure> {
    warnings.into_iter().try_for_each(|warning| warn(context, &warning))
}
