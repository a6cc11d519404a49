//! `sigvet verify --batch`: reads presigned URLs or requests, and writes verdicts.

use std::collections::HashMap;
use std::sync::Mutex;

use indicatif::ProgressBar;

use super::own_fields::Bearers;
use super::{Own, VerifyArgs};
use crate::batch::{Judges, Judging, VerifyFormat, VerifyWorker};
use crate::cli::batch::{List, are_empty, inputs, work_through};
use crate::cli::context::{self, Context};
use crate::cli::credentials::known::{describe_unread, keys_in_files};
use crate::cli::failure::{Exit, Failure};
use crate::cli::request::address;
use crate::cli::secrets::values_of;
use crate::cli::terminal::notes::warn;
use crate::cli::terminal::progress::counter;
use crate::gateway::{Clock, Keyring, NamedKey, Verifier};
use crate::locking::locked;
use crate::profiles::{self, CredentialChoice, Unread};
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::verify::DEFAULT_WINDOW;

/// Verifies all records of the inputs.
pub fn run(args: &VerifyArgs, context: &mut Context) -> Result<Exit, Failure> {
    refuse_single(args)?;
    let Verifiers { verifier, namesakes, unread } = match Verifiers::new(args, context) {
        Err(failure) if failure.exit == Exit::NoCredentials && are_empty(&args.inputs, context)? => {
            return Ok(Exit::Done);
        }
        made => made?,
    };
    let format = if args.list.jsonl { VerifyFormat::Json(args.list.field.clone()) } else { VerifyFormat::Plain };
    let judging = JudgingList {
        progress: counter("records", context),
        unread: describe_unread(unread),
        missed: Mutex::default(),
        bearers: Mutex::default(),
    };
    let (mut wrong, mut unknown) = (0, 0);
    for input in inputs(&args.inputs)? {
        let ending = args.list.ending();
        let (name, records) = (input.name.clone(), input.open(context)?);
        let list = List { name, records, ending, first: 1, stopped: Exit::Usage };
        let when_wrong = args.list.when_wrong(&args.inputs, &input.name);
        let judges = Judges { verifier: &verifier, namesakes: &namesakes, judging: &judging };
        let worker = || VerifyWorker::new(judges, format.clone(), (ending, when_wrong.clone()));
        let ended = work_through(list, args.list.jobs(), worker, &|_| judging.warnings(), context)?;
        (wrong, unknown) = (wrong + ended.wrong, unknown + ended.unknown);
    }
    judging.progress.finish_and_clear();
    Ok(match (wrong, unknown) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::NoCredentials,
        _ => Exit::NotValid,
    })
}

/// What is told to the user during a run.
struct JudgingList {
    progress: ProgressBar,
    /// Why keys are unknown, if some are.
    unread: String,
    missed: Mutex<Missed>,
    bearers: Mutex<Bearers>,
}

/// The warning about keys that were not read.
#[derive(Default)]
enum Missed {
    #[default]
    Nothing,
    /// A record has this access key ID, which none of the keys has.
    Waiting(String),
    Said,
}

impl JudgingList {
    /// The warning, once, if one of the keys that were not read could be the one of a record.
    fn warnings(&self) -> Vec<String> {
        let mut missed = locked(&self.missed);
        let Missed::Waiting(id) = &*missed else { return Vec::new() };
        let warning = format!(
            "no key has the ID {id}, but {}. Signatures by unknown keys are neither right nor wrong",
            self.unread
        );
        *missed = Missed::Said;
        vec![warning]
    }
}

impl Judging for JudgingList {
    fn parse_url(&self, text: &str) -> Result<RequestUrl, String> {
        address::parse(text).map_err(|failure| failure.to_string())
    }

    fn redact(&self, request: &Request, fields: String) -> String {
        locked(&self.bearers).redact(request, fields)
    }

    fn redact_refused(&self, request: Option<&Request>, record: &[u8], fields: &str) -> String {
        locked(&self.bearers).redact_refused(request, record, fields)
    }

    fn miss_key(&self, access_key_id: &str) {
        let mut missed = locked(&self.missed);
        if let Missed::Nothing = *missed {
            *missed = Missed::Waiting(access_key_id.to_owned());
        }
    }

    fn progress(&self, records: u64) {
        self.progress.inc(records);
    }
}

/// Refuses options that describe a single request: for a list they would be ignored, or wrong.
fn refuse_single(args: &VerifyArgs) -> Result<(), Failure> {
    let is_described = !args.supply.read(&mut std::io::empty())?.is_empty();
    let refuse = |options: &str| Err(Failure::usage(format!("--batch does not work with {options}")));
    match args {
        _ if is_described => refuse("options that describe one request (-X, -H, -I, -d, -T, --body, --cluster-name)")
            .map_err(|failure| failure.hint("pass --jsonl: its records have method, headers and body")),
        _ if args.bucket.bucket.is_some() => refuse("--bucket"),
        _ if args.judge.json || args.judge.show_secrets => refuse("--json and --show-secrets")
            .map_err(|failure| failure.hint("omit them: each result is an object anyway")),
        _ => Ok(()),
    }
}

/// The keys with the same ID as another key and a different secret: the second keys with their IDs, the third, and so on.
/// The ID of a record does not tell which of them is right.
fn namesakes(keys: &[NamedKey], context: &mut Context) -> Result<Vec<Vec<NamedKey>>, Failure> {
    let mut known: HashMap<&str, Vec<&NamedKey>> = HashMap::new();
    let mut namesakes: Vec<Vec<NamedKey>> = Vec::new();
    for key in keys {
        let others = known.entry(&key.credentials.access_key_id).or_default();
        let has_same = |other: &&NamedKey| other.credentials.secret_access_key == key.credentials.secret_access_key;
        if others.iter().any(has_same) {
            continue;
        }
        if let Some(first) = others.first() {
            let (id, first, other) = (&key.credentials.access_key_id, source_of(first), source_of(key));
            warn(context, &format!("{first} and {other} have different secrets for {id}; each is tried"))?;
            namesakes.resize(namesakes.len().max(others.len()), Vec::new());
            namesakes[others.len() - 1].push(key.clone());
        }
        others.push(key);
    }
    Ok(namesakes)
}

fn source_of(key: &NamedKey) -> &str {
    if key.name.is_empty() { "the key that signs" } else { &key.name }
}

/// What verifies the records.
struct Verifiers {
    /// With the key of the options, or all keys in the user's files.
    verifier: Verifier,
    /// With further keys that have the IDs of others.
    namesakes: Vec<Verifier>,
    /// The keys that were not read.
    unread: Vec<Unread>,
}

impl Verifiers {
    fn new(args: &VerifyArgs, context: &mut Context) -> Result<Self, Failure> {
        let (mut keys, mut unread) = (Vec::new(), Vec::new());
        let mut endpoints = Vec::new();
        if !args.judge.no_credentials {
            // If the options contain a key, it is the only one.
            if !args.credentials.is_typed() {
                let profile_file = args.credentials.profile_file.clone();
                let choice = CredentialChoice { profile_file, ..CredentialChoice::default() };
                profiles::check_file(&choice, &context.environment)?;
                unread = profiles::unread_keys(&choice, &context.environment);
                keys.extend(keys_in_files(args.credentials.profile_file.as_deref(), context));
            }
            match Own::find(&args.credentials, &args.judge, context) {
                Ok(own) => {
                    endpoints = address::endpoint_hosts(own.settings.endpoint_urls(None));
                    let named = own.credentials.map(|credentials| NamedKey { name: String::new(), credentials });
                    keys.splice(0..0, named);
                }
                // If no key was chosen, the keys in the files are sufficient.
                Err(failure) if keys.is_empty() => return Err(failure),
                Err(_) => {}
            }
        }
        let namesakes = namesakes(&keys, context)?;
        context.secrets.add(keys.iter().flat_map(|key| values_of(&key.credentials)));
        let now = args.judge.now;
        let mut verifier = Verifier::new(Keyring::new(keys), Clock::new(move || now.unwrap_or_else(context::now)));
        let expected = args.expected.expected();
        verifier.are_keys_complete = unread.is_empty();
        (verifier.region, verifier.service) = args.expected.names();
        (verifier.token, verifier.path_rule) = (expected.token, args.path.or_none());
        verifier.window = args.judge.window.unwrap_or(DEFAULT_WINDOW);
        verifier.endpoints = endpoints;
        verifier.anchors = args.judge.trust.anchors()?;
        let with_keys = |keys| Verifier { keys: Keyring::new(keys), ..verifier.clone() };
        let namesakes = namesakes.into_iter().map(with_keys).collect();
        Ok(Self { verifier, namesakes, unread })
    }
}
