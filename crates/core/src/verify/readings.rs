//! Finds the reading of a request that gives its signature, if the request can be read in several ways that servers
//! use.

use super::Known;
use crate::canonical::path::normalize;
use crate::canonical::{PathNormalization, PathPlus, PathRule};
use crate::claim::Claim;
use crate::endpoint;
use crate::request::Request;
use crate::request::target::{join_target, split_target};

/// How a request was read, if there are other ways to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// A URL does not show its method: it is valid for this one.
    Method(String),
    /// A URL of Version 2 shows neither its method nor its content type: it is valid for these.
    MethodAndType {
        /// The method.
        method: String,
        /// The value of the header `Content-Type`.
        content_type: String,
    },
    /// A raw `+` in the path was read as a space.
    PlusAsSpace,
    /// The last segment of the path, `.` or `..`, was resolved to a path without a trailing slash, as botocore and
    /// awscrt do.
    DotWithoutSlash,
}

/// A request as another server reads it.
pub(super) struct Read {
    pub(super) request: Request,
    pub(super) claim: Claim,
    pub(super) reading: Reading,
}

/// The methods that a URL may be for, if it does not show its method: those of S3. Nobody presigns a PATCH, and a browser's
/// OPTIONS is never signed.
pub(super) const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// All readings except the first.
pub(super) fn others(request: &Request, claim: &Claim, known: Known) -> Vec<Read> {
    let mut found = Vec::new();
    if !known.method {
        let methods = METHODS.into_iter().filter(|method| *method != request.method);
        found.extend(methods.map(|method| {
            let read = Request { method: method.to_owned(), ..request.clone() };
            Read { request: read, claim: claim.clone(), reading: Reading::Method(method.to_owned()) }
        }));
    }
    found.extend(plus_as_space(request, claim));
    found.extend(dot_without_slash(request, claim));
    found
}

/// The reading of `+` as a space. An unknown host may be AWS, or a store that reads a plus sign.
fn plus_as_space(request: &Request, claim: &Claim) -> Option<Read> {
    let terms = &claim.terms;
    let is_open = terms.dialect.stores_objects(&terms.scope.service)
        && terms.path_rule.plus == PathPlus::Plus
        && request.path().contains(&b'+')
        && request.host().and_then(endpoint::infer_from_header).is_none();
    is_open.then(|| {
        let mut claim = claim.clone();
        claim.terms.path_rule = PathRule { plus: PathPlus::Space, ..claim.terms.path_rule };
        Read { request: request.clone(), claim, reading: Reading::PlusAsSpace }
    })
}

fn dot_without_slash(request: &Request, claim: &Claim) -> Option<Read> {
    let (path, query) = split_target(&request.target);
    let ends_in_dots = path.ends_with(b"/.") || path.ends_with(b"/..");
    if claim.terms.path_rule.normalization == PathNormalization::Verbatim || !ends_in_dots {
        return None;
    }
    // Normalized but not encoded, the path is a wire path again.
    let mut bare = normalize(path);
    if bare.len() > 1 && bare.ends_with(b"/") {
        bare.pop();
    }
    let request = Request { target: join_target(&bare, query), ..request.clone() };
    Some(Read { request, claim: claim.clone(), reading: Reading::DotWithoutSlash })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::prepare::{Identity, Settings, prepare};
    use crate::request::RequestUrl;
    use crate::time::Timestamp;
    use crate::verify::{ExpectedScope, Finding, Judge, Outcome, Verdict, verify};

    fn now() -> Timestamp {
        Timestamp::parse("20150830T123600Z").unwrap()
    }

    fn credentials() -> Credentials {
        Credentials::new("AKIDEXAMPLE", "secret")
    }

    /// A request that is signed for one target and sent to another, as another server reads it.
    fn sent_elsewhere(method: &str, url: &str, sent: &str, settings: &Settings) -> Request {
        let unsigned = Request::new(method, &RequestUrl::parse(url).unwrap()).unwrap();
        let prepared = prepare(unsigned, &Identity::from(&credentials()), settings, now()).unwrap();
        let mut request = prepared.sign_once(&credentials().secret_access_key).request;
        let (_, query) = split_target(&request.target);
        request.target = join_target(sent.as_bytes(), query);
        request
    }

    fn judged(request: &Request, known: Known) -> Verdict {
        let credentials = credentials();
        verify(request, &Judge::new(Some(&credentials), now(), ExpectedScope::Any).with_known(known)).unwrap()
    }

    /// Catches a URL that is valid for one method and accepted for another that was seen.
    #[test]
    fn a_url_is_valid_for_the_method_it_was_signed_for_and_names_it() {
        let placement = crate::derivation::Placement::Query { expires: std::time::Duration::from_secs(60) };
        let settings = Settings { placement, ..Settings::new("us-east-1", "s3") };
        let mut request = sent_elsewhere("PUT", "https://store.example/k", "/k", &settings);
        request.method = "GET".to_owned();
        let of_url = judged(&request, Known::URL);
        assert_eq!((of_url.outcome(), of_url.findings), (Outcome::Valid, vec![read_as(Reading::Method("PUT".into()))]));
        assert_eq!(judged(&request, Known::WHOLE).findings, [Finding::SignatureMismatch]);
        request.method = "PUT".to_owned();
        assert_eq!(judged(&request, Known::URL).findings, [], "the first reading is right, and needs no word");
    }

    /// Catches a plus that is read as no server does, or in both ways although the server is known.
    #[test]
    fn a_plus_in_a_key_is_also_read_as_a_space_only_if_the_server_is_unknown() {
        let settings = Settings::new("us-east-1", "s3");
        let at = |host: &str| sent_elsewhere("GET", &format!("https://{host}/a%20b"), "/a+b", &settings);
        let anywhere = judged(&at("store.example"), Known::WHOLE);
        assert_eq!((anywhere.outcome(), anywhere.findings), (Outcome::Valid, vec![read_as(Reading::PlusAsSpace)]));
        let iam = sent_elsewhere("GET", "https://store.example/a%20b", "/a+b", &Settings::new("us-east-1", "iam"));
        for request in [at("s3.us-west-004.backblazeb2.com"), iam] {
            assert_eq!(judged(&request, Known::WHOLE).outcome(), Outcome::Invalid);
        }
    }

    /// botocore resolves `/a/b/..` to `/a`, RFC 3986 to `/a/`. S3 resolves nothing.
    #[test]
    fn dots_at_the_end_may_leave_a_slash_or_none() {
        for (signed, sent, is_right) in [
            ("/a", "/a/b/..", true),
            ("/a", "/a/.", true),
            ("/a/", "/a/.", true),
            ("/", "/a/..", true),
            ("/a", "/a/", false),
            ("/a", "/a/b/...", false),
            ("/b", "/a/b/..", false),
        ] {
            let url = format!("https://api.example{signed}");
            let request = sent_elsewhere("GET", &url, sent, &Settings::new("us-east-1", "execute-api"));
            assert_eq!(judged(&request, Known::WHOLE).is_valid(), is_right, "{signed} {sent}");
            let in_s3 = sent_elsewhere("GET", &url, sent, &Settings::new("us-east-1", "s3"));
            assert!(!judged(&in_s3, Known::WHOLE).is_valid(), "{signed} {sent}");
        }
    }

    fn read_as(reading: Reading) -> Finding {
        Finding::ReadAs(reading)
    }
}
