//! Messages about a bucket that another host serves: redirects and location constraints.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{HOST_OTHER_ENDPOINT, SCOPE_REGION};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    constraint(said).or_else(|| endpoint(said)).map(one).unwrap_or_default()
}

/// Following a redirect does not sign again, and the signature is valid only for the host that it was made for.
fn endpoint(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const CODES: [&str; 3] = ["PermanentRedirect", "TemporaryRedirect", "Redirect"];
    const NAMED: [&str; 2] = ["using the specified endpoint", "to the specified temporary endpoint"];
    let is_redirect = matches!(said.reply.status, Some(301 | 302 | 307 | 308));
    let is_said = said.has_code(&CODES) || is_redirect || said.says(&NAMED);
    let presented = said.request().and_then(|request| request.headers.first_text("host")).unwrap_or_default();
    let Some(expected) = said.reply.endpoint.as_deref().filter(|_| is_said) else {
        let made = || AppliedMistake::new(&HOST_OTHER_ENDPOINT, presented, "");
        let detail = "the <Endpoint> of the server's XML names the right host; this text leaves it out";
        return said.says(&NAMED).then(|| made().with_detail(detail));
    };
    (presented != expected).then(|| {
        let made = AppliedMistake::new(&HOST_OTHER_ENDPOINT, presented, expected);
        made.with_detail(format!("the server names {expected}; sign the request for that host"))
    })
}

/// A bucket can be created only at the endpoint of its own region.
fn constraint(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let (before, _) = said.words.split_once(" location constraint is incompatible")?;
    let region = before.rsplit(' ').next().unwrap_or_default();
    let expected = if region == "unspecified" { "us-east-1" } else { region };
    let presented = said.claim().map(|claim| claim.terms.scope.region()).unwrap_or_default();
    (presented != expected).then(|| {
        let detail = format!("the bucket's location is {expected}, and the request went to another region's endpoint");
        AppliedMistake::new(&SCOPE_REGION, presented, expected).with_detail(detail)
    })
}
