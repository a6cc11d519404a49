//! Returns the body of a valid request.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use crate::gateway::intake::FileHolds;
use crate::gateway::payload::{BodyFile, Payload};
use crate::gateway::{Answer, Later, Reply};

/// Answers with the request's body and content type.
#[derive(Debug, Clone, Copy)]
pub struct Echo;

impl Answer for Echo {
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(std::future::ready(echo(request, file, verdict)))
    }

    fn file_holds(&self) -> FileHolds {
        FileHolds::Payload
    }
}

fn echo(request: &Request, file: Option<BodyFile>, verdict: &Verdict) -> Reply {
    let mut reply = Reply::new(200, "", "");
    reply.body = Payload::as_meant(request, file, verdict).payload.into_body();
    let content_type = request.headers.first("content-type").and_then(|value| HeaderValue::from_bytes(value).ok());
    if let Some(content_type) = content_type {
        reply.headers.insert(CONTENT_TYPE, content_type);
    }
    reply
}
