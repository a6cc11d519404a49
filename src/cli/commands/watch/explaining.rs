//! Decides whether a reply refuses a signature, and finds out why.

use std::time::{Duration, Instant};

use super::keys::{Keys, KeysForRequest};
use crate::cli::context::{self, Context};
use crate::cli::render::redact::Redactor;
use crate::gateway::forward::Seen;
use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::verify::Outcome;
use sigvet_diagnose::catalogue::SECRET_OTHER_PROFILE;
use sigvet_diagnose::formats::reply::{Kind, Reply};
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, NextStep, OtherKey, Proof, diagnose, named_access_key_id};

/// Maximum number of simultaneous mistakes to try, and how many of them regardless of the time limit; the same
/// as in `explain`.
const DEPTH: (usize, usize) = (3, 2);

/// A refused signature.
pub struct Refusal {
    /// The reply of the server.
    pub reply: Reply,
    /// Why the signature was refused.
    pub diagnosis: Diagnosis,
    /// Redacts credentials on the screen.
    pub redactor: Redactor,
    /// Redacts credentials in a saved file, which needs the signature of the request.
    pub file_redactor: Redactor,
    /// The access key ID that the request names.
    pub access_key_id: Option<String>,
    /// Duration of the search.
    pub milliseconds: u64,
}

/// How refusals are explained.
#[derive(Debug, Clone, Copy)]
pub struct Explaining {
    /// Time limit of the search.
    pub limit: Duration,
    /// Whether to show session tokens.
    pub show_secrets: bool,
}

impl Explaining {
    /// Explains a refused request if it was refused because of its signature.
    pub fn explain(self, seen: &Seen, keys: &mut Keys, context: &Context) -> Option<Refusal> {
        let reply = Reply::parse(Some(seen.reply.status), &seen.reply.headers, &seen.reply.body);
        let says = says(&reply, seen);
        if says == Says::Other || !seen.is_signed() {
            return None;
        }
        let access_key_id = named_access_key_id(&seen.request, BucketRule::default());
        let found = keys.find(access_key_id.as_deref(), context);
        let began = Instant::now();
        let diagnosis = self.diagnose_with_each(&seen.request, &reply, &found);
        // If the server gives no reason, the request counts only if its signature is found to be invalid.
        if says == Says::Nothing && diagnosis.outcome != Outcome::Invalid {
            return None;
        }
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let file_redactor = self.file_redactor(&seen.request, &diagnosis, &found);
        let expected = diagnosis.judged.as_ref().filter(|_| !self.show_secrets);
        let redactor =
            expected.into_iter().fold(file_redactor.clone(), |redactor, judged| redactor.with_verdict(&judged.verdict));
        Some(Refusal { reply, diagnosis, redactor, file_redactor, access_key_id, milliseconds })
    }

    /// Judges the request by the key that fits, if there are several secrets for its access key ID.
    fn diagnose_with_each(self, request: &Request, reply: &Reply, found: &KeysForRequest) -> Diagnosis {
        let limit = self.limit / u32::try_from(found.own.len()).unwrap_or(u32::MAX).max(1);
        let with = |own: Option<&Credentials>| {
            let (began, others) = (Instant::now(), found.others_than(own));
            diagnosis(request, reply, (own, &others), || began.elapsed() >= limit)
        };
        let mut best = with(found.own.first());
        for own in found.own.iter().skip(1) {
            if fit(&best) == Fit::Same {
                break;
            }
            let other = with(Some(own));
            best = if fit(&other) < fit(&best) { other } else { best };
        }
        best
    }

    fn file_redactor(self, request: &Request, diagnosis: &Diagnosis, found: &KeysForRequest) -> Redactor {
        let judged = diagnosis.judged.as_ref();
        let dialect = judged.map_or(Dialect::AWS4, |judged| judged.verdict.claimed.dialect());
        let requests: Vec<&Request> = [request].into_iter().chain(judged.map(|judged| &judged.request)).collect();
        let own = found.own.iter().map(|own| &own.secret_access_key);
        let secrets = own.chain(found.known.iter().map(|key| &key.secret));
        if self.show_secrets {
            return Redactor::of_secrets(&requests, secrets);
        }
        // A wrong signature is of no use to anyone, and a saved file is there to show it. A signature that could not be
        // checked may be right. In a header it expires within minutes, but in a URL it may be usable for days.
        let is_wrong = judged.is_some_and(|judged| {
            judged.verdict.expected.as_ref().is_some_and(|expected| expected != judged.verdict.claimed.signature())
        });
        let redactor = Redactor::of_all(&requests, &dialect, secrets);
        let redactor = if is_wrong { redactor } else { redactor.with_signed_url(request) };
        let redactor = found.own.iter().fold(redactor, Redactor::with_key);
        match judged.filter(|_| is_wrong) {
            Some(judged) => redactor.with_verdict(&judged.verdict),
            None => redactor,
        }
    }
}

/// How well a secret fits a request, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The request was signed with this secret.
    Same,
    /// It was signed with a similar one.
    Similar,
    /// Neither is known.
    Unknown,
}

fn fit(diagnosis: &Diagnosis) -> Fit {
    let verdict = diagnosis.judged.as_ref().map(|judged| &judged.verdict);
    let is_right = verdict.is_some_and(|verdict| verdict.expected.as_ref() == Some(verdict.claimed.signature()));
    let reproduced = diagnosis.best().filter(|best| matches!(best.proof, Proof::Reproduced | Proof::Key));
    let has =
        |part: &str| reproduced.is_some_and(|best| best.mistakes.iter().any(|made| made.mistake.id.starts_with(part)));
    match reproduced {
        _ if is_right => Fit::Same,
        Some(_) if !has("secret-") => Fit::Same,
        Some(_) if !has(SECRET_OTHER_PROFILE.id) => Fit::Similar,
        _ => Fit::Unknown,
    }
}

/// What a reply says about the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The signature is refused.
    Refused,
    /// The reply says nothing, like every reply to HEAD.
    Nothing,
    /// The request is refused for another reason.
    Other,
}

fn says(reply: &Reply, seen: &Seen) -> Says {
    match reply.kind() {
        Kind::Denied | Kind::Other if seen.reply.body.is_empty() && reply.code.is_none() => Says::Nothing,
        Kind::Denied | Kind::Other => Says::Other,
        _ => Says::Refused,
    }
}

fn diagnosis(
    request: &Request,
    reply: &Reply,
    (own, others): (Option<&Credentials>, &[OtherKey]),
    is_time_up: impl Fn() -> bool + Sync,
) -> Diagnosis {
    let here = context::now();
    let hints = Hints {
        regions: reply.expected_region().map(str::to_owned).into_iter().collect(),
        services: reply.expected_service().map(str::to_owned).into_iter().collect(),
        now: Some(here),
        ..Hints::default()
    };
    let evidence = Evidence {
        request: Some(request),
        reply: Some(reply),
        is_exchange: true,
        credentials: own,
        other_keys: others,
        ..Evidence::new(reply.server_time.unwrap_or(here), &hints)
    };
    let (deepest, to_the_end) = DEPTH;
    let mut diagnosis = diagnose(&evidence, Limits { deepest, to_the_end, is_time_up: &is_time_up });
    // The other steps are options of `explain`, which need the request in a file.
    diagnosis.next.retain(|step| *step == NextStep::OtherSigner);
    diagnosis
}
