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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Diagnosis, Hints, Limits, diagnose};
    use crate::formats::reply::Reply;
    use sigvet_core::credentials::Credentials;
    use sigvet_core::request::{Headers, RequestUrl};
    use sigvet_core::time::Timestamp;
    use sigvet_core::verify::Outcome;

    const QUERY: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261130%2Feu-west-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20261130T101112Z&X-Amz-Expires=900&X-Amz-SignedHeaders=";
    const STRING: &str = "AWS4-HMAC-SHA256\n20261130T101112Z\n20261130/eu-west-1/s3/aws4_request\n";
    /// Signatures of the URL for GET and for PUT with the key of AWS's examples, from Python's `hmac`.
    const GET: &str = "f969dca1abd36ee55624feb2536090ff98a70aca1540a1a5a4a1a7f1d2a23dc4";
    const PUT: &str = "b10800fa11cef5cc4aaffd46562e9507393796464949d6e7f3ca746331f05cd2";

    fn xml(fields: &[(&str, &str)]) -> Reply {
        let field = |(name, text): &(&str, &str)| format!("<{name}>{}</{name}>", text.replace('&', "&amp;"));
        let fields: String = fields.iter().map(field).collect();
        let body = format!("<Error><Code>SignatureDoesNotMatch</Code>{fields}</Error>");
        Reply::parse(Some(403), &Headers::default(), body.as_bytes())
    }

    /// S3's reply to the URL with these signed headers, sent with this method and these canonical headers.
    fn reply(signature: &str, method: &str, list: &str, headers: &str) -> Reply {
        let names = list.replace("%3B", ";");
        let canonical = format!("{method}\n/a.png\n{QUERY}{list}\n{headers}\n{names}\nUNSIGNED-PAYLOAD");
        let string = format!("{STRING}{}", sigvet_core::crypto::sha256(canonical.as_bytes()));
        xml(&[("CanonicalRequest", &canonical), ("StringToSign", &string), ("SignatureProvided", signature)])
    }

    fn explained(url: &str, reply: &Reply, has_key: bool) -> (Diagnosis, Vec<&'static str>) {
        let url = RequestUrl::parse(url).unwrap();
        let request = Request::new("GET", &url).unwrap();
        let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let (now, hints) = (Timestamp::parse("20261130T101120Z").unwrap(), Hints::default());
        let evidence = Evidence {
            request: Some(&request),
            reply: Some(reply),
            credentials: has_key.then_some(&key),
            known: Known::URL,
            ..Evidence::new(now, &hints)
        };
        let found = diagnose(&evidence, Limits { deepest: 2, to_the_end: 2, is_time_up: &|| false });
        let ids = found.explanations.iter().flat_map(|found| &found.mistakes).map(|made| made.mistake.id).collect();
        (found, ids)
    }

    fn url(signature: &str, list: &str) -> String {
        format!("https://up.s3.eu-west-1.amazonaws.com/a.png?{QUERY}{list}&X-Amz-Signature={signature}")
    }

    const HOST: &str = "host:up.s3.eu-west-1.amazonaws.com\n";

    /// Catches a method that was only assumed and looks like a mistake of the client.
    #[test]
    fn the_method_of_a_bare_url_is_the_one_that_the_server_saw() {
        for method in ["PUT", "DELETE", "HEAD", "POST", "GET"] {
            let (found, ids) = explained(&url(PUT, "host"), &reply(PUT, method, "host", HOST), false);
            assert_eq!((found.outcome, ids), (Outcome::Invalid, vec![]), "{method}");
            assert_eq!(found.judged.unwrap().request.method(), method);
            assert!(found.known.method && !found.known.headers);
        }
        let moved = reply(PUT, "PUT", "host", "host:up.internal\n");
        for has_key in [false, true] {
            assert_eq!(explained(&url(PUT, "host"), &moved, has_key).1, ["host-rewritten"], "{has_key}");
        }
    }

    #[test]
    fn a_url_that_is_signed_for_another_method_than_the_server_saw_is_explained() {
        let (found, ids) = explained(&url(GET, "host"), &reply(GET, "PUT", "host", HOST), true);
        assert_eq!((found.outcome, ids), (Outcome::Invalid, vec!["method-swapped"]));
    }

    /// Only the value that arrived is known, so it is no proof.
    #[test]
    fn a_header_that_only_the_server_shows_is_a_suspicion() {
        const LIST: &str = "content-type%3Bhost";
        let reply = reply(PUT, "PUT", LIST, &format!("content-type:image/png\n{HOST}"));
        let (found, ids) = explained(&url(PUT, LIST), &reply, false);
        assert_eq!(ids, ["header-content-type"]);
        assert_eq!(found.explanations[0].proof, crate::diagnosis::Proof::Observed);
    }

    #[test]
    fn a_reply_to_another_request_shows_nothing() {
        let (found, ids) = explained(&url(PUT, "host"), &reply(GET, "DELETE", "host", HOST), true);
        assert_eq!((found.outcome, ids), (Outcome::Valid, vec![]));
    }

    #[test]
    fn version_2_shows_the_method_and_two_headers() {
        let url = "https://photos.s3.eu-west-1.amazonaws.com/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=IuZlE4PXgld6oCfTnxm%2FewzvOqk%3D&Expires=1796054228";
        let reply = xml(&[("StringToSign", "PUT\n\nimage/png\n1796054228\n/photos/k")]);
        let (found, ids) = explained(url, &reply, false);
        assert_eq!(ids, Vec::<&str>::new());
        let request = found.judged.unwrap().request;
        assert_eq!((request.method(), request.headers.first_text("content-type")), ("PUT", Some("image/png")));
    }
}
