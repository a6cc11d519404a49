//! Handles one request: judges it, answers or refuses it, and logs it.

mod unanswered;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::Method;
use hyper::body::{Body as _, Incoming};
use sigvet_core::claim::ClaimError;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::internal::ambiguous_length;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, Finding, Outcome, Verdict, VerifyError};
use sigvet_diagnose::Diagnosis;

use crate::gateway::cutting::Cutting;
use crate::gateway::exchange::{Exchange, Judgement, shorten};
use crate::gateway::intake::{self, Chunks, FileHolds, Intake, IntakeError};
use crate::gateway::passage::{Arriving, ArrivingBody, ClientUpgrade, Heading, Leg, Passage, Passed};
use crate::gateway::payload::BodyFile;
use crate::gateway::refusal::{Refusal, Refused};
use crate::gateway::reporting::report_at_end;
use crate::gateway::unread::{self, Unread, empty_request};
use crate::gateway::{Dialect, Reply, understood};
use crate::transport::HttpVersion;

use super::{Admission, HTTP_2, Server};
use unanswered::Unanswered;

/// Why a request is not passed on.
enum NotAdmitted {
    Refused(Box<Request>, Result<Box<Verdict>, VerifyError>),
    Unread(IntakeError),
}

fn with_body(mut request: Request, body: Body) -> Request {
    request.body = body;
    request
}

/// Form uploads have their signature in the body.
fn is_form(request: &Request) -> bool {
    request.method() == "POST" && request.headers.media_type().as_deref() == Some("multipart/form-data")
}

/// What is known before the body has arrived.
pub(super) enum Ahead {
    /// The request is refused whatever its body is.
    Refused(Box<Request>, Box<Verdict>),
    /// The verdict depends on the body. If the body is chunked, this decodes its chunks.
    Open(Option<Box<Chunks>>),
}

/// The handling of one request.
pub(super) struct Turn<'a> {
    pub(super) server: &'a Server,
    pub(super) number: u64,
    pub(super) request_id: String,
    pub(super) peer: SocketAddr,
    pub(super) version: &'static str,
    pub(super) began: Instant,
    pub(super) now: Timestamp,
    /// Why the connection ends, if it ends before the answer.
    pub(super) cutting: Cutting,
}

impl Turn<'_> {
    /// Judges the head alone. This is not possible for forms, whose signature is in the body, and not done for
    /// requests that a proxy asks about, because their body never arrives here.
    pub(super) fn judge_head(&self, request: &Request) -> Ahead {
        let mut head = request.clone();
        head.body = Body::Unknown;
        let verdict = match self.server.verifier.judge(&head, self.now) {
            Ok(verdict) if self.server.asker.is_none() => verdict,
            _ => return Ahead::Open(None),
        };
        match verdict.has_fatal_finding() {
            true => Ahead::Refused(Box::new(head), Box::new(verdict)),
            false => Ahead::Open(self.chunks(&head, &verdict).map(Box::new)),
        }
    }

    /// The decoder for the chunks of a request with a valid head.
    fn chunks(&self, head: &Request, verdict: &Verdict) -> Option<Chunks> {
        let holds = self.server.answer.as_ref().map_or(FileHolds::Arrived, |answer| answer.file_holds());
        self.server.verifier.decoder(head, verdict).map(|decoder| Chunks::new(decoder, holds))
    }

    /// Why S3 could not decode the path of an S3 request. Skipped if a proxy asks, because then the path
    /// is in a header.
    pub(super) fn undecodable(&self, request: &Request) -> Option<&'static str> {
        let problem = unread::undecodable(request.path()).filter(|_| self.server.asker.is_none())?;
        let claimed = Claimed::extract(request, BucketRule::default()).ok();
        let service = self.server.verifier.service.as_deref();
        let dialect = match service {
            Some(_) => Dialect::for_service(request, service),
            None => Dialect::of(request, claimed.as_ref()),
        };
        (dialect == Dialect::S3).then_some(problem)
    }

    pub(super) async fn refuse_path(self, request: Request, problem: &'static str) -> Reply {
        let Refusal { status, code, content_type, body, .. } =
            Refusal::of_path(&request, self.server.answer_as, &self.request_id);
        let reply = Reply::new(status, content_type, body.clone())
            .with("x-sigvet-verdict", "unknown")
            .with("x-amz-request-id", &self.request_id)
            .with("connection", "close");
        let answered = Answered { status, code: Some(code), reply: body };
        self.report(request, 0, Judgement::Unread(problem.to_owned()), answered).await;
        reply
    }

    pub(super) async fn judge(mut self, mut request: Request, intake: Intake) -> Reply {
        let Intake { body, file, findings, has_chunks_read } = intake;
        request.body = body;
        if let Some(asker) = self.server.asker {
            match asker.subject(&request) {
                Ok(subject) => request = subject,
                Err(error) => return self.refuse_unread(Some(request), &error).await,
            }
        }
        match self.server.verifier.judge(&request, self.now) {
            Ok(mut verdict) => {
                verdict.findings.retain(|finding| !(has_chunks_read && *finding == Finding::ChunksUnseen));
                verdict.findings.extend(findings);
                match self.server.takes(&verdict) {
                    true => self.pass(request, file, verdict).await,
                    false => self.refuse(request, Ok(Box::new(verdict))).await,
                }
            }
            Err(error) => self.refuse(request, Err(error)).await,
        }
    }

    async fn pass(self, mut request: Request, file: Option<BodyFile>, verdict: Verdict) -> Reply {
        let length = request.body.length().unwrap_or_default();
        let server = self.server;
        let reply = match &server.answer {
            _ if server.asker.is_some() => self.allow(&verdict),
            Some(answer) => answer.answer(&request, file, &verdict).await,
            None => {
                let dialect = Dialect::of(&request, Some(&verdict.claimed));
                understood::reply(&request, &verdict, length, &server.verifier, dialect)
            }
        };
        let mut reply = reply.with("x-sigvet-verdict", "valid");
        // Uploaded content is served from the origin of the page and must not access it with a script.
        if server.pages.is_some() && !reply.headers.contains_key("content-security-policy") {
            reply = reply.with("content-security-policy", "sandbox");
        }
        if !reply.headers.contains_key("x-amz-request-id") {
            reply = reply.with("x-amz-request-id", &self.request_id);
        }
        shorten(&mut request.body);
        let judgement = match reply.status {
            500.. => Judgement::NotServed(Box::new(verdict)),
            _ => Judgement::Valid(Box::new(verdict)),
        };
        self.report(request, length, judgement, Answered::with_status(reply.status)).await;
        reply
    }

    /// Hands the request to the passage, if it is admitted.
    pub(super) async fn pass_on(
        mut self,
        passage: &dyn Passage,
        request: Request,
        body: Incoming,
        (upgrade, port, asked): (Option<ClientUpgrade>, u16, Option<Arc<RequestUrl>>),
    ) -> Reply {
        let admitted = match self.server.admission {
            Admission::Anyone => match ambiguous_length(&request) {
                Some(finding) => Err(NotAdmitted::Unread(IntakeError::Ambiguous(Box::new(finding)))),
                None => Ok((with_body(request.clone(), Body::Unknown), None, ArrivingBody::Coming(body))),
            },
            Admission::Signed => self.admit(request.clone(), body).await,
        };
        let (head, verdict, body) = match admitted {
            Ok(admitted) => admitted,
            Err(NotAdmitted::Refused(head, verdict)) => {
                return self.refuse(*head, verdict).await.with("connection", "close");
            }
            Err(NotAdmitted::Unread(error)) => {
                return self.refuse_unread(Some(request), &error).await;
            }
        };
        let version = if self.version == HTTP_2 { HttpVersion::Http2 } else { HttpVersion::Http1 };
        let (peer, judged) = (self.peer, verdict.clone());
        let (request, heading) = (Arc::new(with_body(request, Body::Unknown)), Arc::new(Heading::default()));
        let unanswered = Unanswered::new(&self, Arc::clone(&request), judged.map(Ok), Some(Arc::clone(&heading)));
        let request_id = self.request_id.clone();
        let arriving = Arriving { head, body, verdict, upgrade, version, peer, port, asked, request_id, heading };
        let passed = passage.pass(arriving).await;
        let judged = unanswered.end().and_then(Result::ok);
        let request = Arc::unwrap_or_clone(request);
        match passed {
            Passed::Answered(reply, leg) => self.report_passed(request, judged, reply, leg).await,
            Passed::Wrong(mut verdict, findings) => {
                verdict.findings.extend(findings);
                self.refuse(request, Ok(verdict)).await.with("connection", "close")
            }
            Passed::Unread(error) => self.refuse_unread(Some(request), &error).await,
        }
    }

    /// Judges a request by its head if that is enough; otherwise its body is received first.
    async fn admit(
        &self,
        request: Request,
        body: Incoming,
    ) -> Result<(Request, Option<Box<Verdict>>, ArrivingBody), NotAdmitted> {
        let known = if body.is_end_stream() { Body::Bytes(Vec::new()) } else { Body::Unknown };
        let is_whole = known != Body::Unknown;
        let head = with_body(request, known);
        match self.server.verifier.judge(&head, self.now) {
            Ok(verdict) if verdict.is_acceptable_before_body() => {
                let body = if is_whole { ArrivingBody::There(None) } else { ArrivingBody::Coming(body) };
                return Ok((head, Some(Box::new(verdict)), body));
            }
            Ok(verdict) if is_whole || verdict.has_fatal_finding() => {
                return Err(NotAdmitted::Refused(Box::new(head), Ok(Box::new(verdict))));
            }
            Err(error) if is_whole || !is_form(&head) => {
                return Err(NotAdmitted::Refused(Box::new(head), Err(error)));
            }
            // The signature covers the hash of the body, or is inside the body.
            Ok(_) | Err(_) => {}
        }
        let Intake { body, file, findings, .. } =
            intake::take(&head, body, None, &self.server.limits).await.map_err(NotAdmitted::Unread)?;
        let whole = with_body(head, body);
        match self.server.verifier.judge(&whole, self.now) {
            Ok(mut verdict) => {
                verdict.findings.extend(findings);
                match verdict.is_acceptable() {
                    true => Ok((whole, Some(Box::new(verdict)), ArrivingBody::There(file))),
                    false => Err(NotAdmitted::Refused(Box::new(whole), Ok(Box::new(verdict)))),
                }
            }
            Err(error) => Err(NotAdmitted::Refused(Box::new(whole), Err(error))),
        }
    }

    pub(super) async fn report_passed(
        self,
        request: Request,
        verdict: Option<Box<Verdict>>,
        mut reply: Reply,
        leg: Box<Leg>,
    ) -> Reply {
        let judgement = match verdict {
            None => Judgement::Forwarded,
            Some(verdict) if leg.status.is_none() => Judgement::NotServed(verdict),
            Some(verdict) => Judgement::Valid(verdict),
        };
        if judgement.verdict().is_some() {
            reply = reply.with("x-sigvet-verdict", "valid");
        }
        if let Some(cause) = leg.cause() {
            reply = reply.with("x-sigvet-cause", &cause);
        }
        let (length, has_answer) = (leg.length, leg.status.is_some());
        let is_head = request.method() == Method::HEAD.as_str();
        let answered = Answered::with_status(reply.status);
        let exchange = self.exchange(request, length, judgement, (answered, Some(leg)));
        if has_answer && !is_head && !reply.body.is_end_stream() {
            let cutting = (self.cutting, self.server.limits.idle_time);
            return report_at_end(reply, exchange, Arc::clone(&self.server.sink), cutting);
        }
        self.server.sink.take(Arc::new(exchange)).await;
        reply
    }

    /// Tells a proxy that the request is allowed, and which key signed it.
    fn allow(&self, verdict: &Verdict) -> Reply {
        let reply = Reply::new(204, "", "").with("x-sigvet-access-key-id", verdict.claimed.access_key_id());
        match self.key_name(verdict) {
            Some(name) => reply.with("x-sigvet-key", &name),
            None => reply,
        }
    }

    pub(super) async fn refuse(self, request: Request, verdict: Result<Box<Verdict>, VerifyError>) -> Reply {
        let request = Arc::new(request);
        let unanswered = Unanswered::new(&self, Arc::clone(&request), Some(verdict), None);
        let diagnosis = self.explain(&request).await;
        let Some(verdict) = unanswered.end() else { return Reply::new(500, "", "") };
        let mut request = Arc::unwrap_or_clone(request);
        // The request is refused even though its signature is valid, so the diagnosis must not call it valid.
        let mut diagnosis = diagnosis.filter(|diagnosis| diagnosis.outcome != Outcome::Valid);
        let refusal = Refusal::of(
            &Refused {
                request: &request,
                verdict: verdict.as_deref(),
                diagnosis: diagnosis.as_deref(),
                request_id: &self.request_id,
                service: self.server.verifier.service.as_deref(),
            },
            self.server.answer_as,
        );
        // Proxies only pass these two statuses on.
        let is_unsigned = matches!(verdict, Err(VerifyError::V4(ClaimError::NotSigned)));
        let status = match self.server.asker {
            Some(_) if is_unsigned => 401,
            Some(_) => 403,
            None => refusal.status,
        };
        let length = request.body.length().unwrap_or_default();
        shorten(&mut request.body);
        if let Some(judged) = diagnosis.as_mut().and_then(|diagnosis| diagnosis.judged.as_mut()) {
            shorten(&mut judged.request.body);
        }
        let judgement = Judgement::Refused { verdict, diagnosis };
        let answered = Answered { status, code: Some(refusal.code), reply: refusal.body.clone() };
        let mut reply = Refusal { status, ..refusal }
            .into_reply()
            .with("x-sigvet-verdict", "invalid")
            .with("x-amz-request-id", &self.request_id)
            .with("x-amzn-requestid", &self.request_id);
        if let Some(cause) = judgement.cause() {
            reply = reply.with("x-sigvet-cause", &cause);
        }
        self.report(request, length, judgement, answered).await;
        reply
    }

    /// Searches for the mistake.
    async fn explain(&self, request: &Arc<Request>) -> Option<Box<Diagnosis>> {
        let (verifier, now, searched) = (Arc::clone(&self.server.verifier), self.now, Arc::clone(request));
        let search = move |limit| Box::new(verifier.explain(&searched, now, limit));
        self.server.searches.run(self.server.limits.explain_time, search).await
    }

    pub(super) async fn refuse_unread(&mut self, request: Option<Request>, error: &dyn Unread) -> Reply {
        let (status, text) = (error.status(), error.to_string());
        let reply = Reply::plain(status, &text)
            .with("x-sigvet-verdict", "unknown")
            .with("x-amz-request-id", &self.request_id)
            .with("connection", "close");
        let request = request.unwrap_or_else(empty_request);
        self.report(request, 0, Judgement::Unread(text), Answered::with_status(status)).await;
        reply
    }

    fn key_name(&self, verdict: &Verdict) -> Option<String> {
        self.server.verifier.keys.find(verdict.claimed.access_key_id()).map(|key| key.name.clone())
    }

    pub(super) async fn report(&self, request: Request, body_length: u64, judgement: Judgement, answered: Answered) {
        let exchange = self.exchange(request, body_length, judgement, (answered, None));
        self.server.sink.take(Arc::new(exchange)).await;
    }

    pub(super) fn exchange(
        &self,
        request: Request,
        body_length: u64,
        judgement: Judgement,
        (answered, upstream): (Answered, Option<Box<Leg>>),
    ) -> Exchange {
        Exchange {
            number: self.number,
            request_id: self.request_id.clone(),
            at: self.now,
            peer: self.peer,
            version: self.version,
            request,
            body_length,
            key_name: judgement.verdict().and_then(|verdict| self.key_name(verdict)),
            judgement,
            upstream,
            status: answered.status,
            code: answered.code,
            reply: answered.reply,
            took: self.began.elapsed(),
        }
    }
}

/// What is logged about an answer.
pub(super) struct Answered {
    status: u16,
    code: Option<&'static str>,
    reply: Vec<u8>,
}

impl Answered {
    /// An answer for which only the status is logged.
    pub(super) fn with_status(status: u16) -> Self {
        Self { status, code: None, reply: Vec::new() }
    }
}
