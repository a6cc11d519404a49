//! Reports what was seen: refused signatures with their causes, and optionally a line for every request.

use std::collections::{HashMap, HashSet};

use super::WatchArgs;
use super::explaining::{Explaining, Refusal};
use super::keys::Keys;
use super::queue::Notice;
use super::saving::Saving;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::redact::Redactor;
use crate::cli::screen::inert_line;
use crate::cli::terminal::notes::warn;
use crate::gateway::forward::Seen;
use sigvet_core::scheme::Dialect;
use sigvet_core::verify::Known;

/// Maximum number of explanations in full of the same mistake, if their details differ. More are one line each, because
/// a loop may make the same mistake with a different name each time.
const EXPLAINED: usize = 3;

/// The prefix of each line, because the program also writes to standard error.
const OWN: &str = "sigvet:";

/// Writes the report to standard error.
pub struct Report {
    explaining: Explaining,
    keys: Keys,
    saving: Option<Saving>,
    is_for_all: bool,
    /// What has been printed already and is not repeated.
    said: HashSet<String>,
    /// The details with which each mistake has been explained already.
    explained: HashMap<String, HashSet<String>>,
}

impl Report {
    /// A report according to the options.
    pub fn new(args: &WatchArgs) -> Result<Self, Failure> {
        let saving = args.save.as_deref().map(|directory| Saving::in_directory(directory, args.html)).transpose()?;
        let explaining = Explaining { limit: args.time_limit, show_secrets: args.show_secrets };
        Ok(Self {
            explaining,
            keys: Keys::of(args),
            saving,
            is_for_all: args.all,
            said: HashSet::new(),
            explained: HashMap::new(),
        })
    }

    /// Writes a notice.
    ///
    /// # Errors
    /// Standard error or a file cannot be written to.
    pub fn write(&mut self, notice: &Notice, context: &mut Context) -> Result<(), Failure> {
        match notice {
            Notice::Seen(seen) => self.write_seen(seen, context),
            Notice::Unreached { host, problem } => {
                let line = format!("{OWN} cannot reach {host}");
                let is_new = self.said.insert(format!("{line}: {problem}"));
                let rest = if is_new { format!(": {problem}") } else { " (same reason as before)".to_owned() };
                Ok(context.stderr.line(&format!("{line}{rest}"))?)
            }
            Notice::Distrusted { host } => self.once(
                &format!(
                    "{OWN} {host} is not watched: the program does not trust sigvet's certificate. Its runtime reads none \
                     of the variables that name CA certificates, or has certificates of its own"
                ),
                context,
            ),
            Notice::Unseen { host } => {
                self.once(&format!("{OWN} {host} is not watched: the program speaks only HTTP/2 with it"), context)
            }
            Notice::Unwatched { host } => {
                self.once(&format!("{OWN} {host} is not watched: it is not an AWS host; watch it with --host {host}"), context)
            }
            Notice::Ended { .. } => Ok(()),
        }
    }

    fn once(&mut self, line: &str, context: &mut Context) -> Result<(), Failure> {
        if self.said.insert(line.to_owned()) {
            context.stderr.line(line)?;
        }
        Ok(())
    }

    fn write_seen(&mut self, seen: &Seen, context: &mut Context) -> Result<(), Failure> {
        let refusal = match seen.may_be_refused() {
            true => self.explaining.explain(seen, &mut self.keys, context),
            false => None,
        };
        match refusal {
            Some(refusal) => self.write_refusal(seen, &refusal, context),
            None if self.is_for_all => {
                let redactor = Redactor::of(&seen.request, &Dialect::AWS4).with_signed_url(&seen.request);
                Ok(context.stderr.line(&inert_line(&line(seen, &redactor, None)))?)
            }
            None => Ok(()),
        }
    }

    fn write_refusal(&mut self, seen: &Seen, refusal: &Refusal, context: &mut Context) -> Result<(), Failure> {
        let code = refusal.reply.code.as_deref();
        context.stderr.line(&inert_line(&line(seen, &refusal.redactor, code)))?;
        let shown = Shown {
            diagnosis: &refusal.diagnosis,
            known: Known::WHOLE,
            reply: Some(&refusal.reply),
            further_notes: &[],
            redactor: &refusal.redactor,
            show_secrets: self.explaining.show_secrets,
            milliseconds: refusal.milliseconds,
        };
        let details = details(refusal);
        let explained = self.explained.entry(about(seen, refusal)).or_default();
        let (is_repeated, is_enough) = (explained.contains(&details), explained.len() >= EXPLAINED);
        if is_repeated || is_enough {
            let rest = if is_repeated { String::new() } else { format!(": {}", inert_line(&details)) };
            let line = refusal.redactor.apply(&format!("{}{rest}", shown.to_line()));
            context.stderr.line(&format!("{line} (explained above)"))?;
        } else {
            explained.insert(details);
            shown.write_text(false, &mut context.stderr)?;
        }
        if let Some(saving) = &mut self.saving {
            // The program keeps running even if a copy cannot be saved.
            match saving.save(seen, refusal, &shown) {
                Ok(file) => context.stderr.line(&format!("{OWN} saved as {}", file.display()))?,
                Err(failure) => warn(context, &failure.to_string())?,
            }
        }
        Ok(context.stderr.line("")?)
    }
}

/// A request on one line, with credentials redacted.
fn line(seen: &Seen, redactor: &Redactor, code: Option<&str>) -> String {
    let Seen { place, request, reply, took } = seen;
    let target = String::from_utf8_lossy(request.target()).into_owned();
    format!(
        "{OWN} {}{} {} {}://{}{} ({:.0} ms)",
        reply.status,
        code.map(|code| format!(" {code}")).unwrap_or_default(),
        request.method(),
        place.scheme,
        place.host,
        redactor.apply(&target),
        took.as_secs_f64() * 1000.0,
    )
}

/// The details in which two refusals for the same reason may differ: the name of a parameter that was added.
fn details(refusal: &Refusal) -> String {
    let best = refusal.diagnosis.best().map(|best| best.mistakes.as_slice()).unwrap_or_default();
    best.iter().filter_map(|made| made.detail.as_deref()).collect::<Vec<_>>().join("; ")
}

/// Identifies refusals for the same reason, because retries and loops repeat them many times.
fn about(seen: &Seen, refusal: &Refusal) -> String {
    let best = refusal.diagnosis.best();
    let ids: Vec<&str> = best.iter().flat_map(|best| &best.mistakes).map(|made| made.mistake.id).collect();
    let key = refusal.access_key_id.as_deref().unwrap_or_default();
    let code = refusal.reply.code.as_deref().unwrap_or_default();
    let (host, place) = (&seen.place.host, if ids.is_empty() { seen.request.target() } else { &[] });
    format!("{host} {key} {code} {} {}", ids.join(","), String::from_utf8_lossy(place))
}
