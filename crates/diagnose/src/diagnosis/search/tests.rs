use super::*;
use crate::diagnosis::evidence::Hints;
use crate::formats::parse_request;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Secret;
use sigvet_core::request::Request;

/// AWS's own example of a signed request (IAM, ListUsers), with the signature that the right secret gives.
const REQUEST: &str = "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nHost: iam.amazonaws.com\r\n\
    Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nX-Amz-Date: 20150830T123600Z\r\n\
    Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date, \
    Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\r\n";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn found(request: &Request, secret: &str, limits: Limits<'_>) -> (Vec<Vec<&'static str>>, SearchResult) {
    let claim = Claim::extract(request).unwrap();
    let hints = Hints::default();
    let subject = Subject::new(request, &claim, &hints);
    let mut bytes = [0; 32];
    hex::decode_to_slice(claim.signature.as_str(), &mut bytes).unwrap();
    let secret = Secret::new(secret);
    let key = Key { name: "", access_key_id: "AKIDEXAMPLE", secret: &secret };
    let found = search(&subject, &[key], Target::Digest { bytes, length: 32 }, limits);
    let ids = |set: &Vec<AppliedMistake>| set.iter().map(|made| made.mistake.id).collect();
    (found.sets.iter().map(ids).collect(), found)
}

fn example(from: &str, to: &str) -> Request {
    assert!(REQUEST.contains(from));
    parse_request(REQUEST.replace(from, to).as_bytes()).unwrap()
}

const NO_TIME: Limits<'static> = Limits { deepest: 3, to_the_end: 2, is_time_up: &|| true };

#[test]
fn a_right_signature_needs_no_mistake() {
    let (sets, found) = found(&example("GET", "GET"), SECRET, NO_TIME);
    assert_eq!((sets, found.hypotheses, found.deepest), (vec![vec![]], 1, 0));
}

/// Two mistakes at once, one in the request and one in the key, although time is up from the start. Catches a
/// time limit that applies too early.
#[test]
fn two_mistakes_are_always_tried_completely() {
    let (sets, found) = found(&example("GET /", "POST /"), &format!("{SECRET}\n"), NO_TIME);
    assert_eq!(sets, [["method-swapped", "secret-whitespace"]]);
    assert_eq!((found.deepest, found.is_exhausted), (2, true));
}

/// A signature that no mistake explains. Catches a search that claims to be exhaustive although it was not.
#[test]
fn a_search_without_time_says_that_it_was_cut_short() {
    let request = example("Version=2010-05-08", "Version=2010-05-09");
    let (sets, found) = found(&request, SECRET, NO_TIME);
    assert_eq!((sets.len(), found.deepest, found.is_exhausted), (0, 3, false));
    let (sets, found) = self::found(&request, SECRET, Limits { deepest: 2, to_the_end: 2, is_time_up: &|| true });
    assert_eq!((sets.len(), found.deepest, found.is_exhausted), (0, 2, true));
    assert!(found.hypotheses > 50_000, "{found:?}");
}

/// Catches a server that keeps its client waiting: with these limits, time stops the search for two mistakes,
/// but not for one.
#[test]
fn with_lower_limits_one_mistake_is_always_tried_and_two_if_there_is_time() {
    let hurried = Limits { deepest: 2, to_the_end: 1, is_time_up: &|| true };
    let (sets, found) = found(&example("GET /", "POST /"), SECRET, hurried);
    assert_eq!((sets, found.is_exhausted), (vec![vec!["method-swapped"]], true));
    let both = || example("GET /", "POST /");
    let (sets, found) = self::found(&both(), &format!("{SECRET}\n"), hurried);
    assert_eq!((sets.len(), found.is_exhausted), (0, false));
    let (sets, _) = self::found(&both(), &format!("{SECRET}\n"), Limits { is_time_up: &|| false, ..hurried });
    assert_eq!(sets, [["method-swapped", "secret-whitespace"]]);
}

/// Catches a set that is reported twice, or under a general name in addition to its specific one.
#[test]
fn a_set_is_reported_once_by_its_most_specific_name() {
    let request = example("GET /?Action=ListUsers&Version=2010-05-08", "GET /?Action=ListUsers&Version=2010-05-08&x=1");
    let (sets, _) = found(&request, SECRET, NO_TIME);
    assert_eq!(sets, [["query-changed-after"]]);
    let request = example("; charset=utf-8", "");
    let (sets, _) = found(&request, SECRET, NO_TIME);
    assert_eq!(sets, [["header-content-type"]]);
}
