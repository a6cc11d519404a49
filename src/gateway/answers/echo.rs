//! A valid request gets its own body back.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use super::payload::Payload;
use crate::gateway::{Answer, Intake, Later, Reply};

/// Answers with the request's body and content type.
#[derive(Debug, Clone, Copy)]
pub struct Echo;

impl Answer for Echo {
    fn answer<'a>(&'a self, request: &'a Request, intake: Intake, _: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(std::future::ready(echo(request, intake)))
    }
}

fn echo(request: &Request, intake: Intake) -> Reply {
    let payload = match Payload::take(request, intake) {
        Ok((payload, _)) => payload,
        Err(error) => return Reply::new(501, "text/plain; charset=utf-8", format!("{error}\n")),
    };
    let mut reply = Reply::new(200, "", "");
    reply.body = payload.into_body();
    let content_type = request.headers.first("content-type").and_then(|value| HeaderValue::from_bytes(value).ok());
    if let Some(content_type) = content_type {
        reply.headers.insert(CONTENT_TYPE, content_type);
    }
    reply
}
