//! Takes the parts of a bare URL's request that its text cannot show, the method and the headers, from the text that the
//! server or the client signed. Otherwise an assumed value would look like a mistake.

use super::evidence::Evidence;
use super::foreign;
use super::outcome::{JudgedV4, Origin};
use super::party::{Party, Texts};
use super::reading::{self, Reading};
use super::texts::CanonicalText;
use sigvet_core::canonical::SignedHeaders;
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::Request;
use sigvet_core::verify::{Claimed, Known};

/// The request with the parts that a text shows, and what is known about it then. `None` if no text shows more about it.
pub(super) fn complete(evidence: &Evidence<'_>) -> Option<(Request, Known)> {
    let request = evidence.request.filter(|_| !evidence.known.method)?;
    let Reading::Claimed { judged, .. } = reading::read(evidence) else { return None };
    let is_about = |(whose, texts): &(Party, Texts<'_>)| match judged.v4() {
        Some(v4) => judged.origin == Origin::Captured && !is_foreign(evidence, &v4, *whose, *texts),
        None => true,
    };
    let shown = |(_, texts): (Party, Texts<'_>)| match &judged.verdict.claimed {
        Claimed::V4(claim) => of_canonical_request(texts, &claim.terms.signed_headers),
        Claimed::V2(_) => of_string_to_sign(texts),
        _ => None,
    };
    // The server's texts come first: they show the request as it arrived.
    let (method, headers) = evidence.texts().into_iter().filter(is_about).find_map(shown)?;
    let method = String::from_utf8(method).ok().filter(|method| is_token(method))?;
    let Request { headers: mut all, body, .. } = request.clone();
    for (name, value) in headers {
        if !evidence.known.headers && !all.contains(&name) {
            all.push_unchecked(&name, value);
        }
    }
    let mut known = evidence.known;
    known.method = true;
    Some((captured_request(&method, request.target().to_vec(), all, body), known))
}

fn is_foreign(evidence: &Evidence<'_>, judged: &JudgedV4<'_>, whose: Party, texts: Texts<'_>) -> bool {
    match (whose, evidence.reply) {
        (Party::Server, Some(_)) if evidence.is_exchange => false,
        (Party::Server, Some(reply)) => foreign::reply(judged, reply).is_some(),
        _ => foreign::texts(judged, texts.canonical_request, texts.string_to_sign).is_some(),
    }
}

type Told = (Vec<u8>, Vec<(String, Vec<u8>)>);

/// The method and the headers that the request signs. A header without a value was not sent.
fn of_canonical_request(texts: Texts<'_>, signed: &SignedHeaders) -> Option<Told> {
    let text = CanonicalText::parse(texts.canonical_request?)?;
    let lines = text.header_lines().filter(|(_, value)| !value.is_empty());
    let named = lines.map(|(name, value)| (String::from_utf8_lossy(name).to_ascii_lowercase(), value.to_vec()));
    Some((text.method().to_vec(), named.filter(|(name, _)| signed.contains(name)).collect()))
}

/// The method and the two headers that have a line of their own in Version 2.
fn of_string_to_sign(texts: Texts<'_>) -> Option<Told> {
    let mut lines = texts.string_to_sign?.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let method = lines.next()?.to_vec();
    let headers = ["content-md5", "content-type"].into_iter().zip(lines).filter(|(_, value)| !value.is_empty());
    Some((method, headers.map(|(name, value)| (name.to_owned(), value.to_vec())).collect()))
}
