//! Explains why a request was refused: completes the evidence with keys and names, diagnoses it, and shows the
//! result.

use std::io::Write;
use std::time::Instant;

use super::gather::Evidence;
use super::{ExplainArgs, Format};
use crate::cli::context::Context;
use crate::cli::credentials::words::{describe_owner, describe_warning};
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::redact::Redactor;
use crate::cli::render::signed::write_json;
use crate::cli::request::address;
use crate::cli::terminal::output::Output;
use crate::cli::terminal::progress::{self, ProgressMode};
use crate::profiles::{self, Error, KnownKey, Settings, Source};
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, DEFAULT_WINDOW, Outcome, is_judged_by_certificate};
use sigvet_diagnose::formats::Note;
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::{
    ClientTexts, Diagnosis, Hints, Limits, OtherKey, Trial, diagnose, mistake_in_note, named_access_key_id,
};

/// Number of simultaneous mistakes that are tried regardless of `--time-limit`, so that the result is the same on
/// every machine.
const TO_THE_END: usize = 2;

/// Explains a refused request.
pub fn run(mut evidence: Evidence, args: &ExplainArgs, context: &mut Context) -> Result<Exit, Failure> {
    let claimed = evidence.claimed();
    evidence.leave_out_other_log(claimed.as_ref());
    let mut keys = match is_certified(evidence.request.as_ref(), claimed.as_ref()) {
        true => Keys::default(),
        false => Keys::of(args, evidence.named_access_key_id().as_deref(), context)?,
    };
    keys.add_tried(evidence.tried_secret.as_ref());
    let clock = Clock::of(args, &evidence, claimed.as_ref(), context.now);
    let expected = args.signing.expected();
    let anchors = args.judge.trust.anchors()?;
    let hints = hints(&evidence, args, &keys.settings, context.now);
    let began = Instant::now();
    let is_time_up = || began.elapsed() >= args.time_limit;
    let mode = if args.quiet { ProgressMode::Quiet } else { ProgressMode::Bars };
    let note = progress::search_note("searching for the mistake that gives this signature…", mode, context);
    let diagnosis = diagnose(
        &sigvet_diagnose::Evidence {
            request: evidence.request.as_ref(),
            reply: evidence.reply.as_ref(),
            is_exchange: args.response.is_none(),
            client: evidence.client.as_ref().map(ClientTexts::from),
            credentials: keys.own.as_ref(),
            other_keys: &keys.others,
            now: clock.now,
            window: args.judge.window.unwrap_or(DEFAULT_WINDOW),
            known: evidence.known,
            scope: expected.scope,
            token: expected.token,
            path_rule: claimed.as_ref().and_then(|claimed| match claimed {
                Claimed::V4(claim) => Some(args.signing.path.or(claim.terms.path_rule)),
                _ => None,
            }),
            anchors: anchors.as_deref(),
            hints: &hints,
            trial: Trial { host: args.trial.try_host.as_deref(), secret: evidence.tried_secret.as_ref() },
            notes: &evidence.of_text,
        },
        Limits { deepest: args.depth.into(), to_the_end: TO_THE_END, is_time_up: &is_time_up },
    );
    drop(note);
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let is_told = |note: &Note| mistake_in_note(note).is_some_and(|mistake| diagnosis.names(mistake.id));
    let told: Vec<String> = evidence.of_text.iter().filter(|note| is_told(note)).map(ToString::to_string).collect();
    let of_text = evidence.notes.iter().filter(|note| !told.contains(note)).cloned();
    let further_notes: Vec<String> = of_text.chain(keys.notes).chain(clock.note).collect();
    let redactor = redactor(&evidence, &diagnosis, args, keys.own.as_ref(), &keys.others);
    let shown = Shown {
        diagnosis: &diagnosis,
        known: diagnosis.known,
        reply: evidence.reply.as_ref(),
        further_notes: &further_notes,
        redactor: &redactor,
        show_secrets: args.judge.show_secrets,
        milliseconds,
    };
    show(&shown, args, context)?;
    Ok(exit(&evidence, &diagnosis))
}

/// The exit code. A refused request counts as not valid even if the reason is unknown, unless verification says
/// otherwise.
fn exit(evidence: &Evidence, diagnosis: &Diagnosis) -> Exit {
    let refuses = |reply: &Reply| reply.code.is_some() || reply.status.is_none_or(|status| status >= 400);
    let is_refused = diagnosis.judged.is_none() && evidence.reply.as_ref().is_some_and(refuses);
    if diagnosis.outcome == Outcome::Invalid || is_refused { Exit::NotValid } else { Exit::Done }
}

fn show(shown: &Shown<'_>, args: &ExplainArgs, context: &mut Context) -> Result<(), Failure> {
    if let Some(path) = &args.html {
        let mut output = Output::open(Some(path), context)?;
        output.write_all(shown.redactor.apply(&shown.to_html()).as_bytes()).map_err(|error| output.failure(error))?;
        output.finish()?;
    }
    if args.html.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        // Only the page was requested.
    } else if args.wants_json() {
        write_json(&shown.redactor.apply_to_json(shown.to_json()), &mut context.stdout)?;
    } else {
        shown.redactor.veil(&mut context.stdout);
        match args.format {
            _ if args.quiet => context.stdout.line(&shown.to_line())?,
            Some(Format::Github) => context.stdout.line(&shown.to_github())?,
            _ => shown.write_text(args.steps, &mut context.stdout)?,
        }
    }
    Ok(context.stdout.flush()?)
}

/// The key that the request should have been signed with, and the user's other keys.
#[derive(Default)]
struct Keys {
    own: Option<Credentials>,
    others: Vec<OtherKey>,
    settings: Settings,
    notes: Vec<String>,
}

/// Whether the key comes with the request, so that nobody is asked for one.
fn is_certified(request: Option<&Request>, claimed: Option<&Claimed>) -> bool {
    match (request, claimed) {
        (Some(request), Some(Claimed::V4(claim))) => is_judged_by_certificate(request, claim),
        (_, Some(Claimed::V4(claim))) => claim.terms.scheme.is_certified(),
        _ => false,
    }
}

impl Keys {
    /// Adds the secret of `--try-secret`, which is tried among the mistakes too, and is redacted like any other.
    fn add_tried(&mut self, secret: Option<&Secret>) {
        self.others.extend(secret.map(|secret| OtherKey {
            name: "--try-secret".to_owned(),
            // No request uses this key ID.
            access_key_id: "(--try-secret)".to_owned(),
            secret: secret.clone(),
        }));
    }

    /// If no key was chosen, the one with the request's access key ID is used, if the user has it.
    fn of(args: &ExplainArgs, named: Option<&str>, context: &Context) -> Result<Self, Failure> {
        if args.judge.no_credentials {
            return Ok(Self::default());
        }
        let choice = args.credentials.choice();
        let known = profiles::known_keys(&choice, &context.environment);
        let is_chosen = choice.user.is_some() || choice.profile.is_some() || args.credentials.access_key.is_some();
        let resolved = match args.credentials.resolve(context) {
            Ok(resolved) => Some(resolved),
            Err(Error::NothingFound { .. }) => None,
            Err(error) => {
                return Err(Failure::from(error).hint("to look at the request without a key, pass --no-credentials"));
            }
        };
        let mut keys = Self::default();
        if let Some(resolved) = resolved {
            // A key that is only the default is not evidence about the signature of another key.
            let is_meant = is_chosen || resolved.source == Source::Environment;
            let own = &resolved.credentials.access_key_id;
            keys.notes = resolved.warnings.iter().map(describe_warning).collect();
            keys.settings = resolved.settings;
            if is_meant || named.is_none_or(|named| named.contains(own.as_str())) {
                keys.own = Some(resolved.credentials);
            }
        }
        let is_named = |id: &str| Some(id) == named;
        let is_settled = is_chosen || keys.own.as_ref().is_some_and(|own| is_named(&own.access_key_id));
        if let Some(key) = known.iter().find(|key| !is_settled && is_named(&key.access_key_id)) {
            keys.notes.push(format!(
                "checked with the key of {}, because the request names its access key ID",
                describe_owner(&key.source)
            ));
            keys.own = Some(key.credentials());
        }
        let own: Option<Secret> = keys.own.as_ref().map(|own| own.secret_access_key.clone());
        let is_other = |key: &KnownKey| own.as_ref() != Some(&key.secret);
        keys.others = known
            .into_iter()
            .filter(is_other)
            .map(|key| OtherKey {
                name: describe_owner(&key.source),
                access_key_id: key.access_key_id,
                secret: key.secret,
            })
            .collect();
        Ok(keys)
    }
}

/// The server's clock, as far as it is known.
struct Clock {
    now: Timestamp,
    note: Option<String>,
}

impl Clock {
    /// A capture may be old: without a time from the server, an old header signature is judged at its own signing
    /// time.
    fn of(args: &ExplainArgs, evidence: &Evidence, claimed: Option<&Claimed>, here: Timestamp) -> Self {
        let told = args.judge.now.or_else(|| evidence.reply.as_ref().and_then(|reply| reply.server_time));
        let window = args.judge.window.unwrap_or(DEFAULT_WINDOW).as_secs();
        let signed_at = match claimed {
            Some(claimed) => claimed.signed_at().filter(|_| claimed.expires_at().is_none()),
            None => evidence.signed_at(),
        };
        let is_old = |at: &Timestamp| at.seconds_until(here) > i64::try_from(window).unwrap_or(i64::MAX);
        match (told, signed_at.filter(is_old)) {
            (Some(now), _) => Self { now, note: None },
            (None, Some(at)) => {
                let note = format!(
                    "the request was signed at {} and is judged as of that time; --now changes it",
                    at.to_rfc3339()
                );
                Self { now: at, note: Some(note) }
            }
            (None, None) => Self { now: here, note: None },
        }
    }
}

impl Evidence {
    /// The claims of the request's signature, if they can be parsed.
    fn claimed(&self) -> Option<Claimed> {
        Claimed::extract(self.request.as_ref()?, BucketRule::default()).ok()
    }

    fn named_access_key_id(&self) -> Option<String> {
        named_access_key_id(self.request.as_ref()?, BucketRule::default())
    }

    /// The signing time of a request whose claims cannot be parsed, or of which there is only a log.
    fn signed_at(&self) -> Option<Timestamp> {
        let of_client = self.client.as_ref().and_then(|client| client.string_to_sign.as_deref());
        let of_reply = || self.reply.as_ref().and_then(|reply| reply.string_to_sign.as_deref());
        let date = match &self.request {
            Some(request) => request.headers.first_text(&Dialect::AWS4.date_header)?,
            None => std::str::from_utf8(of_client.or_else(of_reply)?).ok()?.lines().nth(1)?,
        };
        Timestamp::parse_amz_date(date).ok()
    }
}

fn hints(evidence: &Evidence, args: &ExplainArgs, settings: &Settings, now: Timestamp) -> Hints {
    let endpoint = settings.endpoint_url.as_deref().and_then(|url| address::parse(url).ok());
    let urls = endpoint.iter().chain(&evidence.url);
    let prefix =
        |url: &sigvet_core::request::RequestUrl| String::from_utf8_lossy(url.target()).trim_matches('/').to_owned();
    let reply = evidence.reply.as_ref();
    let of_reply = |word: Option<&str>| word.map(str::to_owned);
    let typed = |word: &Option<String>| word.clone().into_iter();
    Hints {
        hosts: urls.map(|url| url.host_header()).chain(args.trial.try_host.clone()).collect(),
        regions: typed(&args.signing.region)
            .chain(settings.region.clone())
            .chain(of_reply(reply.and_then(|r| r.expected_region())))
            .collect(),
        services: typed(&args.signing.service)
            .chain(settings.service.clone())
            .chain(of_reply(reply.and_then(|r| r.expected_service())))
            .collect(),
        path_prefixes: endpoint.iter().map(prefix).filter(|prefix| !prefix.is_empty()).collect(),
        endpoints: address::endpoint_hosts(settings.endpoint_urls(args.signing.endpoint_url.as_deref())),
        bucket: args.signing.bucket.bucket.clone(),
        now: Some(now),
        clusters: evidence.of_text.iter().filter_map(Note::cluster).map(str::to_owned).collect(),
    }
}

/// Redacts tokens, and secrets wherever they may occur.
fn redactor(
    evidence: &Evidence,
    diagnosis: &Diagnosis,
    args: &ExplainArgs,
    own: Option<&Credentials>,
    others: &[OtherKey],
) -> Redactor {
    let dialect = diagnosis.judged.as_ref().map_or(Dialect::AWS4, |judged| judged.verdict.claimed.dialect());
    let requests: Vec<&Request> =
        evidence.request.iter().chain(diagnosis.judged.as_ref().map(|judged| &judged.request)).collect();
    let secrets = own.map(|own| &own.secret_access_key).into_iter().chain(others.iter().map(|key| &key.secret));
    match args.judge.show_secrets {
        true => Redactor::of_secrets(&requests, secrets),
        false => {
            let redactor = Redactor::of_all(&requests, &dialect, secrets);
            let redactor = own.into_iter().fold(redactor, Redactor::with_key);
            diagnosis.judged.iter().fold(redactor, |redactor, judged| redactor.with_verdict(&judged.verdict))
        }
    }
}
