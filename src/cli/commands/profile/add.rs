//! `sigvet profile add`: the keys are asked for at a terminal, without an echo of the secret, and read from standard
//! input elsewhere. No option takes the secret: what stands on a command line is seen by every process.

use std::io::{Read, Write};
use std::path::Path;

use clap::Args;
use zeroize::Zeroizing;

use super::note;
use crate::cli::context::Context;
use crate::cli::credentials::words::{describe_part, describe_problem};
use crate::cli::failure::Failure;
use crate::cli::options::value::{InvalidValue, parse_duration};
use crate::profiles::{
    self, CertificateFields, DefaultProfile, Error, Existing, Location, Profile, ProfileFile, SecretSource, Settings,
    find_problem,
};
use sigvet_core::credentials::{Secret, is_temporary_key_id};

pub(super) const EXAMPLES: &str = "\
Examples:
  sigvet profile add hetzner --endpoint-url https://fsn1.your-objectstorage.com
  sigvet profile add work --secret-command 'pass show aws/work'
  printf '%s\\n' \"$KEY_ID\" \"$SECRET\" | sigvet profile add ci --region fsn1";

pub(super) const INPUT: &str = "\
Input:
  On a terminal, sigvet asks for the keys, and does not echo the secret.
  Otherwise they are read from standard input, one per line:
    1. access key ID, unless --access-key-id gives it
    2. secret access key, unless --secret-command or --secret-env names it
    3. session token, if there is one";

/// The options of `profile add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The profile's name
    name: String,
    /// Access key ID (default: asked for)
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// Region to sign for
    #[arg(long)]
    region: Option<String>,
    /// Service to sign for
    #[arg(long)]
    service: Option<String>,
    /// Endpoint that serves s3:// URLs
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Place of the bucket's name
    ///
    /// virtual puts it in the host, path in the path.
    #[arg(long, value_parser = ["virtual", "path"])]
    addressing: Option<String>,
    /// The signature scheme
    #[arg(long, value_parser = ["v4", "v4a", "v2"])]
    scheme: Option<String>,
    /// Expiry of presigned URLs: 15m, 1h30m, 7d
    #[arg(long, value_name = "DURATION", value_parser = check_duration)]
    expires: Option<String>,
    /// Command that prints the secret
    ///
    /// It is run without a shell each time the profile is used.
    #[arg(long, value_name = "WORDS", conflicts_with = "secret_env")]
    secret_command: Option<String>,
    /// Environment variable that holds the secret
    ///
    /// It is read each time the profile is used.
    #[arg(long, value_name = "VARIABLE")]
    secret_env: Option<String>,
    /// Make it the default profile
    ///
    /// The first profile of a file becomes its default anyway.
    #[arg(long)]
    default: bool,
    /// Replace a profile of the same name
    #[arg(long)]
    force: bool,
}

/// Adds the profile to the file at `path`.
pub(super) fn run(add: &Add, path: &Path, context: &mut Context) -> Result<(), Failure> {
    let settings = settings(add)?;
    let stated = stated_secret(add)?;
    refuse_early(add, path)?;
    let keys = ask(add, stated, context)?;
    keys.check()?;
    let profile = Profile {
        name: add.name.clone(),
        access_key_id: Some(keys.access_key_id),
        secret: Some(keys.secret),
        session_token: keys.session_token,
        certificate: CertificateFields::default(),
        settings,
    };
    let existing = if add.force { Existing::Replace } else { Existing::Keep };
    let default = if add.default { DefaultProfile::This } else { DefaultProfile::IfFirst };
    let added = profiles::add(path, &profile, existing, default)?;
    let verb = if added.replaced { "replaced" } else { "added" };
    let mark = if added.made_default { "; it is the default now" } else { "" };
    note(context, &format!("{verb} profile '{}' in {}{mark}", add.name, path.display()))
}

fn settings(add: &Add) -> Result<Settings, Failure> {
    if let Some(text) = &add.endpoint_url {
        let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url
            .ok_or_else(|| Failure::usage("--endpoint-url is not a URL: expected https://HOST or http://HOST:PORT"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::usage("--endpoint-url has a user or a key in front of its host")
                .hint("omit it: the key is prompted for, or read from standard input"));
        }
    }
    Ok(Settings {
        region: add.region.clone(),
        service: add.service.clone(),
        endpoint_url: add.endpoint_url.clone(),
        addressing: add.addressing.as_deref().map(str::parse).transpose().map_err(Failure::invalid)?,
        scheme: add.scheme.clone(),
        expires: add.expires.clone(),
        ..Settings::default()
    })
}

fn stated_secret(add: &Add) -> Result<Option<SecretSource>, Failure> {
    let Some(text) = &add.secret_command else {
        return Ok(add.secret_env.clone().map(SecretSource::Variable));
    };
    let words = shell_words::split(text).map_err(|_| Failure::usage("--secret-command: a quote is not closed"))?;
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    let program = program.ok_or_else(|| Failure::usage("--secret-command names no program"))?;
    Ok(Some(SecretSource::Command { program, arguments: words.collect() }))
}

/// Refuses before anything is asked what would be refused after. The file need not be there, even one that was named.
fn refuse_early(add: &Add, path: &Path) -> Result<(), Failure> {
    let file = ProfileFile::load(&Location::Default(path.to_owned()))?;
    match file.filter(|file| !add.force && file.get(&add.name).is_some()) {
        Some(_) => Err(Error::AlreadyThere { profile: add.name.clone(), path: path.to_owned() }.into()),
        None => Ok(()),
    }
}

struct Keys {
    access_key_id: String,
    secret: SecretSource,
    session_token: Option<Secret>,
}

impl Keys {
    /// Refuses what no profile could be used with, before it is in the file.
    fn check(&self) -> Result<(), Failure> {
        let secret = match &self.secret {
            SecretSource::Inline(secret) => Some(secret.expose_secret()),
            SecretSource::Command { .. } | SecretSource::Variable(_) => None,
        };
        let token = self.session_token.as_ref().map(Secret::expose_secret);
        if let Some((part, problem)) = find_problem(&self.access_key_id, secret, token) {
            let message = format!("the {} {}", describe_part(part), describe_problem(problem));
            return Err(Failure::usage(message).hint(LINES));
        }
        match self.secret.shown_name() {
            None if secret.is_none() => Err(Failure::usage(format!(
                "--{} does not name {}",
                self.secret.field().replace('_', "-"),
                if matches!(self.secret, SecretSource::Variable(_)) { "a variable" } else { "a program" },
            ))
            .hint("omit the option to store the secret in the profile file; sigvet prompts for it")),
            _ => Ok(()),
        }
    }
}

fn ask(add: &Add, stated: Option<SecretSource>, context: &mut Context) -> Result<Keys, Failure> {
    let access_key_id = match &add.access_key_id {
        Some(key) => key.clone(),
        None => ask_key(context)?,
    };
    if access_key_id.is_empty() {
        return Err(without("access key ID"));
    }
    // If both are given, nothing is read from standard input.
    let Some(secret) = stated else { return ask_secret(access_key_id, context) };
    Ok(Keys { access_key_id, secret, session_token: None })
}

fn ask_key(context: &mut Context) -> Result<String, Failure> {
    if context.stdin_is_terminal {
        super::written(write!(context.stderr, "Access key ID: ").and_then(|()| context.stderr.flush()))?;
    }
    Ok(line(context)?.map(|line| line.trim().to_owned()).unwrap_or_default())
}

fn ask_secret(access_key_id: String, context: &mut Context) -> Result<Keys, Failure> {
    let secret = hidden("Secret access key: ", context)?.unwrap_or_default();
    if secret.is_empty() {
        return Err(without("secret access key"));
    }
    // A person with other keys is not asked for what does not exist.
    let asks_token = !context.stdin_is_terminal || is_temporary_key_id(&access_key_id);
    let token = if asks_token { hidden("Session token: ", context)? } else { None };
    if !context.stdin_is_terminal && line(context)?.is_some_and(|line| !line.trim().is_empty()) {
        return Err(Failure::usage("standard input has more lines than expected").hint(LINES));
    }
    Ok(Keys {
        access_key_id,
        secret: SecretSource::Inline(Secret::new(secret.as_str())),
        session_token: token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()).map(Secret::new),
    })
}

const LINES: &str = "standard input must contain, one per line: access key ID (unless --access-key-id gives it), secret access key, session token if any";

fn without(what: &str) -> Failure {
    Failure::usage(format!("no {what} was given")).hint(LINES)
}

/// Asks at the terminal without an echo, or reads the next line of standard input.
fn hidden(prompt: &str, context: &mut Context) -> Result<Option<Zeroizing<String>>, Failure> {
    if !context.stdin_is_terminal {
        return line(context);
    }
    let typed = rpassword::prompt_password(prompt);
    typed.map(|typed| Some(Zeroizing::new(typed))).map_err(|error| Failure::invalid(error).context("nothing typed"))
}

/// The next line of standard input, and not a byte beyond it.
fn line(context: &mut Context) -> Result<Option<Zeroizing<String>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    let mut one = [0];
    while bytes.len() < 64 * 1024 {
        match context.stdin.read(&mut one) {
            Ok(0) if bytes.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if one == *b"\n" => break,
            Ok(_) => bytes.extend_from_slice(&one),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::invalid(error).context("cannot read standard input")),
        }
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage("standard input is not UTF-8 text"))?;
    Ok(Some(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned())))
}

/// The text as typed, once it reads as a duration.
fn check_duration(text: &str) -> Result<String, InvalidValue> {
    parse_duration(text).map(|_| text.to_owned())
}
