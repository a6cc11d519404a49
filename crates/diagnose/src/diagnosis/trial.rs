//! Answers a user's question about a request: would its signature be right with another host or another secret?
//!
//! The answer is a separate hypothesis; it changes neither the evidence nor the verdict.

use super::case::Case;
use super::evidence::{Evidence, Trial};
use super::outcome::{Answer, Explanation, Judged, Proof, Tried};
use super::search::Limits;
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::judge_claim;
use sigvet_core::request::Request;

/// Tries the host and the secret that the user gave, first each alone and then both together.
pub(super) fn answer(evidence: &Evidence<'_>, judged: &Judged, limits: Limits<'_>) -> Vec<Tried> {
    let Trial { host, secret } = evidence.trial;
    let host_alone = host.map(|_| Trial { host, secret: None });
    let secret_alone = secret.map(|_| Trial { host: None, secret });
    let both = host.and(secret).map(|_| Trial { host, secret });
    let trials = host_alone.into_iter().chain(secret_alone).chain(both);
    trials.map(|trial| answer_one(evidence, judged, trial, limits)).collect()
}

fn answer_one(evidence: &Evidence<'_>, judged: &Judged, trial: Trial<'_>, limits: Limits<'_>) -> Tried {
    let claimed = &judged.verdict.claimed;
    let tried = trial.secret.map(|secret| Credentials::new(claimed.access_key_id(), secret.expose_secret()));
    let lacks_key = evidence.credentials.is_none();
    let evidence = Evidence { credentials: tried.as_ref().or(evidence.credentials), ..*evidence };
    let request = match trial.host {
        Some(host) => with_host(&judged.request, host),
        None => judged.request.clone(),
    };
    let verdict = judge_claim(&request, claimed.clone(), &evidence.judge());
    let retried = Judged { request, verdict, origin: judged.origin };
    let (host, has_secret) = (trial.host.map(str::to_owned), trial.secret.is_some());
    let answer = match retried.is_signature_right() {
        _ if evidence.credentials.is_none() => Answer::NoSecret,
        Some(true) => Answer::Right,
        // If there is another key, the search for mistakes tries this host and secret along with everything else.
        is_right if lacks_key && trial.host.is_none() => search(&evidence, &retried, is_right, limits),
        is_right => unfound(is_right),
    };
    Tried { host, has_secret, answer }
}

/// The mistakes that, with the secret being tried, give the signature.
fn search(evidence: &Evidence<'_>, judged: &Judged, is_right: Option<bool>, limits: Limits<'_>) -> Answer {
    let case = Case::new(evidence, judged, limits);
    if case.is_right() {
        return Answer::Right;
    }
    let mut reproduced = case.explanations(Vec::new()).into_iter().filter(|found| found.proof == Proof::Reproduced);
    match reproduced.next() {
        Some(Explanation { mistakes, .. }) => Answer::RightBut(mistakes),
        None => unfound(is_right),
    }
}

fn unfound(is_right: Option<bool>) -> Answer {
    if is_right.is_some() { Answer::Wrong } else { Answer::Open }
}

/// The request as if it had been sent to another host.
fn with_host(request: &Request, host: &str) -> Request {
    let mut request = request.clone();
    request.headers.remove("host");
    request.headers.push_unchecked("Host", host);
    request
}
