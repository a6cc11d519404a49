//! Logs an exchange: one line, followed by an explanation if the request was refused.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::gateway::LogFormat;
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::redact::Redactor;
use crate::cli::screen::inert_line;
use crate::gateway::proxy::UNNAMED_ROUTE;
use crate::gateway::{Exchange, Judgement, Leg};
use sigvet_core::scheme::Dialect;
use sigvet_core::verify::{Claimed, Known};
use sigvet_diagnose::Diagnosis;

/// Logs exchanges in one format.
pub struct Report {
    format: LogFormat,
}

impl Report {
    /// A report in this format.
    pub fn new(format: LogFormat) -> Self {
        Self { format }
    }

    /// Logs one exchange to standard error.
    ///
    /// # Errors
    /// Standard error cannot be written to.
    pub fn write(&self, exchange: &Exchange, context: &mut Context) -> Result<(), Failure> {
        match self.format {
            LogFormat::Json => Ok(context.stderr.json(&json_line(exchange, context))?),
            LogFormat::Text => write_text(exchange, context),
        }
    }
}

/// An exchange as one line of JSON.
fn json_line(exchange: &Exchange, context: &Context) -> String {
    if let Some(problem) = problem_of_server(exchange) {
        let object = json!({ "time": exchange.at.to_rfc3339(), "problem": problem });
        return context.secrets.apply(&object.to_string()).into_owned();
    }
    let claimed = exchange.judgement.verdict().map(|verdict| &verdict.claimed);
    let scope = claimed.and_then(Claimed::scope);
    let mut object = json!({
        "time": exchange.at.to_rfc3339(),
        "request_id": exchange.request_id,
        "client": exchange.peer.to_string(),
        "method": exchange.request.method(),
        "host": exchange.request.host(),
        "target": target(exchange),
        "bytes": exchange.body_length,
        "status": exchange.status,
        "code": exchange.code,
        "verdict": verdict(exchange),
        "cause": exchange.cause(),
        "problem": problem(exchange),
        "access_key_id": claimed.map(Claimed::access_key_id),
        "region": scope.map(|scope| &scope.region),
        "service": scope.map(|scope| &scope.service),
        "milliseconds": milliseconds(exchange),
    });
    if let (Some(leg), Some(object)) = (&exchange.upstream, object.as_object_mut()) {
        object.insert("upstream".to_owned(), upstream(leg));
    }
    let redacted = match needs_redaction(exchange) {
        true => redactor(exchange).apply_to_json(object),
        false => object,
    };
    context.secrets.apply(&redacted.to_string()).into_owned()
}

/// A problem of the server itself or of a connection, rather than of a request: nothing was answered.
fn problem_of_server(exchange: &Exchange) -> Option<&str> {
    match (exchange.status, &exchange.judgement) {
        (0, Judgement::Unread(problem)) => Some(problem),
        _ => None,
    }
}

/// The verdict; `None` if the request was not judged.
fn verdict(exchange: &Exchange) -> Option<&'static str> {
    match exchange.judgement {
        Judgement::Forwarded => None,
        _ => Some(exchange.judgement.outcome().as_str()),
    }
}

fn upstream(leg: &Leg) -> serde_json::Value {
    json!({
        "route": leg.route,
        "host": leg.host,
        "status": leg.status,
        "request_id": leg.request_id,
        "milliseconds": in_milliseconds(leg.took),
        "bytes": leg.reply_length,
        "broken": leg.is_broken,
    })
}

fn write_text(exchange: &Exchange, context: &mut Context) -> Result<(), Failure> {
    let time = exchange.at.to_rfc3339();
    let clock = time.get(11..19).unwrap_or_default();
    let redactor = if needs_redaction(exchange) { redactor(exchange) } else { Redactor::none() };
    let cause = exchange.cause().or_else(|| exchange.code.map(str::to_owned)).or_else(|| problem(exchange));
    if let Some(problem) = problem_of_server(exchange) {
        return Ok(context.stderr.line(&inert_line(&format!("{clock} {problem}")))?);
    }
    let line = format!(
        "{clock} {} {} {} {}{}{}",
        exchange.status,
        exchange.request.method(),
        redactor.apply(&target(exchange)),
        format_args!("{:.1} ms", milliseconds(exchange)),
        exchange.upstream.as_deref().map(way).unwrap_or_default(),
        cause.map(|cause| format!("  {cause}")).unwrap_or_default(),
    );
    context.stderr.line(&inert_line(&line))?;
    if let Some(diagnosis) = exchange.diagnosis().filter(|diagnosis| tells_something(diagnosis)) {
        shown(exchange, diagnosis, &redactor).write_text(false, &mut context.stderr)?;
        context.stderr.line("")?;
    }
    Ok(())
}

/// The host that a request was sent to, if it was sent, the route if there are several, and the upstream's request ID if
/// the upstream refused the request.
fn way(leg: &Leg) -> String {
    let named = |before: &str, text: &str, behind: &str| match text {
        "" => String::new(),
        text => format!("{before}{text}{behind}"),
    };
    let route = if leg.route == UNNAMED_ROUTE { "" } else { &leg.route };
    let (host, route) = (named(" -> ", &leg.host, ""), named(" (route ", route, ")"));
    host + &route + &named(" (request ID ", leg.request_id.as_deref().unwrap_or_default(), ")")
}

/// Whether a diagnosis has anything to show. The diagnosis of an unsigned request does not.
fn tells_something(diagnosis: &Diagnosis) -> bool {
    diagnosis.judged.is_some() || diagnosis.best().is_some()
}

/// A diagnosis with the settings for showing it.
pub fn shown<'a>(exchange: &'a Exchange, diagnosis: &'a Diagnosis, redactor: &'a Redactor) -> Shown<'a> {
    let milliseconds = u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX);
    Shown {
        diagnosis,
        known: Known::WHOLE,
        reply: None,
        further_notes: &[],
        redactor,
        show_secrets: false,
        milliseconds,
    }
}

/// Whether the line of an exchange may contain a token or a signature. For a request that passed, the line
/// only has the path of its target, which contains neither, and searching it for values would cost more than
/// judging the request.
fn needs_redaction(exchange: &Exchange) -> bool {
    let has_passed = matches!(exchange.judgement, Judgement::Valid(_) | Judgement::Forwarded);
    let has_problem = exchange.upstream.as_ref().is_some_and(|leg| leg.problem.is_some() || leg.diagnosis.is_some());
    !has_passed || has_problem || exchange.request.query().is_some()
}

/// Redacts tokens and the correct signature. If the upstream server refused the request, that request differs from the
/// one that arrived.
pub fn redactor(exchange: &Exchange) -> Redactor {
    let upstream = exchange.upstream.as_ref().and_then(|leg| leg.diagnosis.as_ref()?.judged.as_ref());
    if let Some(judged) = upstream {
        return Redactor::of_all(&[&exchange.request, &judged.request], &judged.verdict.claimed.dialect(), [])
            .with_signed_url(&exchange.request)
            .with_verdict(&judged.verdict);
    }
    let verdict = exchange.judgement.verdict();
    let dialect = verdict.map_or(Dialect::AWS4, |verdict| verdict.claimed.dialect());
    let redactor = Redactor::of(&exchange.request, &dialect).with_signed_url(&exchange.request);
    verdict.into_iter().fold(redactor, Redactor::with_verdict)
}

fn target(exchange: &Exchange) -> Cow<'_, str> {
    String::from_utf8_lossy(exchange.request.target())
}

/// Why there was nothing to judge, or why the request was not judged.
pub fn problem(exchange: &Exchange) -> Option<String> {
    if let Some(problem) = exchange.upstream.as_ref().and_then(|leg| leg.problem.clone()) {
        return Some(problem);
    }
    match &exchange.judgement {
        Judgement::Unread(problem) => Some(problem.clone()),
        Judgement::Refused { verdict: Err(error), .. } => Some(error.to_string()),
        _ => None,
    }
}

fn milliseconds(exchange: &Exchange) -> f64 {
    in_milliseconds(exchange.took)
}

fn in_milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
