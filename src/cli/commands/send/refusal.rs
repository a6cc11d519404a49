//! Handles a refusal: signs again with the server's time or for its region, or shows each step of the refused
//! signature.

use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use super::args::SendArgs;
use super::differences;
use crate::cli::context::{self, Context};
use crate::cli::credentials::signer::Signer;
use crate::cli::failure::Failure;
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::redact::Redactor;
use crate::cli::render::refusal::{self, DatedBy, Sent, SignedBy};
use crate::cli::signing::session::Session;
use crate::cli::terminal::notes::note;
use sigvet_core::claim::Claim;
use sigvet_core::request::Request;
use sigvet_core::time::in_words;
use sigvet_core::verify::Known;
use sigvet_diagnose::formats::reply::{Kind, Reply};
use sigvet_diagnose::{Evidence, Hints, Limits, diagnose};

/// The corrections made so far, each of them at most once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Corrections {
    /// Seconds that the server's clock is ahead of this machine's.
    pub clock: Option<i64>,
    region: bool,
}

impl Corrections {
    /// Corrects what the reply shows to be wrong, if the user allows it, and returns whether anything was
    /// corrected.
    pub fn apply(
        &mut self,
        reply: &Reply,
        session: &mut Session,
        args: &SendArgs,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        Ok(self.fix_clock(reply, args, context)? || self.fix_region(reply, session, args, context)?)
    }

    fn fix_clock(&mut self, reply: &Reply, args: &SendArgs, context: &mut Context) -> Result<bool, Failure> {
        // Compared with this machine's clock, because `--date` says nothing about it.
        let skew = reply.skew(context::now()).filter(|_| reply.kind() == Kind::Clock && self.clock.is_none());
        let (Some(skew), Some(most)) = (skew, args.fix_clock) else { return Ok(false) };
        if skew.unsigned_abs() > most.as_secs() {
            note(context, &too_far(skew, most))?;
            return Ok(false);
        }
        let apart = apart(skew);
        note(context, &format!("the server's clock is {apart} this machine's: signing with the server's time"))?;
        self.clock = Some(skew);
        Ok(true)
    }

    fn fix_region(
        &mut self,
        reply: &Reply,
        session: &mut Session,
        args: &SendArgs,
        context: &mut Context,
    ) -> Result<bool, Failure> {
        let expected = reply.expected_region().filter(|expected| *expected != session.settings.region);
        // A redirect has to be sent to another endpoint; another scope is not sufficient.
        let can_help = reply.kind() == Kind::Region && !matches!(reply.status, Some(301 | 307)) && !self.region;
        let Some(expected) = expected.filter(|_| can_help).map(str::to_owned) else { return Ok(false) };
        let is_allowed = args.retries.retry > 0 || ask(&format!("sign again for region '{expected}'?"), context)?;
        if is_allowed {
            note(context, &format!("the server expects region '{expected}': signing for it"))?;
            session.settings.region = expected;
            self.region = true;
        }
        Ok(is_allowed)
    }
}

/// Why sigvet does not use the server's time. Otherwise a fake server could make the client sign for any day, and
/// use the signature on that day.
fn too_far(skew: i64, most: Duration) -> String {
    let apart = apart(skew);
    let (limit, option) = (in_words(most.as_secs()), refusal::fix_clock(skew));
    format!("the server's clock is {apart} this machine's, which is more than {limit}: {option} follows it")
}

/// How far the server's clock is from this machine's, and in which direction: `2 min behind`.
fn apart(skew: i64) -> String {
    format!("{} {}", in_words(skew.unsigned_abs()), if skew > 0 { "ahead of" } else { "behind" })
}

/// Asks the user at the terminal; without a terminal, the answer is no.
fn ask(question: &str, context: &mut Context) -> Result<bool, Failure> {
    if !(context.stdin_is_terminal && context.stderr_is_terminal) {
        return Ok(false);
    }
    write!(context.stderr, "{question} [y/N] ")?;
    context.stderr.flush()?;
    let mut answer = String::new();
    BufReader::new(&mut context.stdin).read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Reports the server's message, what would help, and, if requested, each step of the refused signature.
pub fn report(
    reply: &Reply,
    sent: &Request,
    session: &Session,
    args: &SendArgs,
    corrections: Corrections,
    context: &mut Context,
) -> Result<(), Failure> {
    let dated_by = match (corrections.clock, args.signing.date) {
        (Some(_), _) => DatedBy::Server,
        (None, Some(_)) => DatedBy::Option,
        (None, None) => DatedBy::Clock,
    };
    // The claims of the request itself: an unsigned request has no region and no service.
    let claim = Claim::extract(sent).ok();
    let scope = claim.as_ref().map(|claim| &claim.terms.scope);
    let region = scope.and_then(|scope| scope.region.as_deref());
    let service = scope.map(|scope| scope.service.as_str());
    let is_ours = !matches!(session.signer, Signer::Nobody);
    let signed_by = if is_ours { SignedBy::Sigvet } else { SignedBy::Other };
    let sent_as = Sent { request: sent, region, service, signed_at: session.date, dated_by, signed_by };
    refusal::write(reply, sent_as, &mut context.stderr)?;
    // The explanation contains the same, with its evidence.
    let hints = if args.explain { Vec::new() } else { differences::hints(reply, sent, session) };
    hints.iter().try_for_each(|hint| context.stderr.line(&format!("  hint: {hint}")))?;
    if args.explain {
        explain(reply, sent, session, claim.as_ref(), context)?;
    }
    Ok(())
}

/// Explains the refusal as far as request and reply show its reason, and shows each step of the signature. There is
/// no search for mistakes, because the signature is ours.
fn explain(
    reply: &Reply,
    sent: &Request,
    session: &Session,
    claim: Option<&Claim>,
    context: &mut Context,
) -> Result<(), Failure> {
    let bucket = session.chosen_bucket().map(str::to_owned);
    let hints = Hints { endpoints: session.endpoints(), bucket, ..Hints::default() };
    let now = reply.server_time.or(claim.map(|claim| claim.terms.timestamp)).unwrap_or(context.now);
    let diagnosis = diagnose(
        &Evidence {
            request: Some(sent),
            reply: Some(reply),
            credentials: session.signer.credentials(),
            is_exchange: true,
            path_rule: Some(session.settings.path_rule),
            ..Evidence::new(now, &hints)
        },
        Limits { deepest: 0, to_the_end: 2, is_time_up: &|| true },
    );
    let redactor = Redactor::of(sent, &session.settings.dialect);
    writeln!(context.stderr)?;
    let shown = Shown {
        diagnosis: &diagnosis,
        known: Known::WHOLE,
        reply: None,
        further_notes: &[],
        redactor: &redactor,
        show_secrets: false,
        milliseconds: 0,
    };
    Ok(shown.write_text(true, &mut context.stderr)?)
}
