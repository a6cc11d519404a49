//! Data that a signer hands over for somebody else to send: the URL and the fields of a presigned form, as boto3 and
//! AWS's SDKs return them; the parts of a signed `GetCallerIdentity` that log in to Vault.

use ::base64::alphabet::STANDARD;
use serde_json::Value;

use super::exchange::{Exchange, valid_headers, with_host};
use super::form::{self, Content, Field};
use super::literal::{self, Literal};
use crate::formats::note::Note;
use crate::formats::{base64, parse_url};
use sigvet_core::form::Condition;
use sigvet_core::internal::{captured_request, is_token};
use sigvet_core::request::{Body, Headers, RequestUrl};

/// No form and no login is longer.
const LONGEST: usize = 256 * 1024;
/// Maximum number of objects before the form in a text.
const MOST_OBJECTS: usize = 32;
/// The field that every login has.
const LOGIN: &str = "iam_request_headers";

/// The request made from it; none if the text is something else.
pub(super) fn read(text: &[u8]) -> Option<Exchange> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?;
    if text.contains(LOGIN) {
        return login(text);
    }
    let has_fields = ["\"fields\"", "'fields'", "fields:"].iter().any(|name| text.contains(name));
    let starts = text.match_indices('{').filter(|_| has_fields).map(|(at, _)| at).take(MOST_OBJECTS);
    let mut objects = starts.filter_map(|at| literal::read(text.get(at..).unwrap_or_default()));
    objects.find_map(|object| presigned_form(&object))
}

/// `{"url": …, "fields": {…}}` with a policy among the fields. The file is missing, and so is what the policy leaves to
/// the sender.
fn presigned_form(object: &Literal) -> Option<Exchange> {
    let url = parse_url(object.get(&["url"])?.text()?).ok()?;
    let Literal::Object(pairs) = object.get(&["fields"])? else { return None };
    let text_field = |name, text: &str| Field { name, content: Content::Text(text.to_owned()), media_type: None };
    let mut fields: Vec<Field<'_>> =
        pairs.iter().filter_map(|(name, value)| Some(text_field(name.as_str(), value.text()?))).collect();
    let has = |fields: &[Field<'_>], name: &str| fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
    if !has(&fields, "policy") || !fields.iter().any(|field| form::is_of_policy(field.name) && field.name != "policy") {
        return None;
    }
    let conditions = form::conditions(&fields);
    for condition in &conditions {
        let Some(name) = condition.field().filter(|name| *name != "bucket" && !has(&fields, name)) else { continue };
        let value = match condition {
            Condition::Equals { value, .. } => value,
            Condition::StartsWith { prefix, .. } => prefix,
            Condition::ContentLengthRange { .. } => continue,
        };
        fields.push(text_field(name, value));
    }
    fields.push(Field { name: "file", content: Content::File("file"), media_type: None });
    let (content_type, body) = form::written(&fields);
    let (headers, _) = valid_headers([("Content-Type", content_type), ("Content-Length", body.len().to_string())]);
    Some(posted("POST", url, headers, body, vec![Note::FormFile]))
}

/// The parts of a login, as in JSON, or as `NAME=VALUE` in a command.
fn login(text: &str) -> Option<Exchange> {
    let url = parse_url(&String::from_utf8(from_base64(part(text, "iam_request_url")?)?).ok()?).ok()?;
    let body = part(text, "iam_request_body").map_or_else(|| Some(Vec::new()), from_base64)?;
    let Value::Object(fields) = serde_json::from_slice(&from_base64(part(text, LOGIN)?)?).ok()? else { return None };
    let (headers, notes) = valid_headers(fields.iter().flat_map(|(name, value)| {
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        values.into_iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Vec<_>>()
    }));
    let method = part(text, "iam_http_request_method").filter(|method| is_token(method)).unwrap_or("POST");
    Some(posted(method, url, headers, body, notes))
}

/// The value after a name, with or without quotes around both.
fn part<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(name)?;
    let value = behind.trim_start_matches(['"', '\'', '\\', ' ']).strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches(['"', '\'', '\\', ' ']);
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '\\' | '}');
    value.split(is_end).next().filter(|value| !value.is_empty())
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    base64::decode(text, &STANDARD)
}

fn posted(method: &str, url: RequestUrl, mut headers: Headers, body: Vec<u8>, mut notes: Vec<Note>) -> Exchange {
    if !headers.contains("host") {
        headers = with_host(&url.host_header(), &headers);
        notes.push(Note::HostFromUrl);
    }
    let request = captured_request(method, url.target().to_vec(), headers, Body::Bytes(body));
    Exchange { request: Some(request), url: Some(url), reply: None, notes }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What botocore's `generate_presigned_post` returned, with its signature truncated.
    const POLICY: &str = "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjlUMTI6MTM6MTBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiYiJ9LCB7ImtleSI6ICJrIn1dfQ==";

    #[test]
    fn the_fields_of_a_form_make_its_upload() {
        for text in [
            format!(
                "{{'url': 'http://h:9000/b', 'fields': {{'AWSAccessKeyId': 'AKID', 'policy': '{POLICY}', 'signature': 'x='}}}}"
            ),
            format!(
                "presigned: {{\"url\":\"http://h:9000/b\",\"fields\":{{\"AWSAccessKeyId\":\"AKID\",\"policy\":\"{POLICY}\",\"signature\":\"x=\"}}}} done"
            ),
        ] {
            let request = read(text.as_bytes()).and_then(|exchange| exchange.request).unwrap();
            assert_eq!((request.method(), request.target(), request.host()), ("POST", &b"/b"[..], Some("h:9000")));
            let Body::Bytes(body) = request.body else { panic!("{text}") };
            let body = String::from_utf8(body).unwrap();
            for (name, value) in [("AWSAccessKeyId", "AKID"), ("policy", POLICY), ("signature", "x="), ("key", "k")] {
                assert!(body.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}: {body}");
            }
            assert!(body.contains("name=\"file\"; filename=\"file\"\r\n\r\n\r\n--"), "{body}");
        }
        for text in ["{'url': 'http://h/', 'fields': {'key': 'k'}}", "{'fields': {'policy': 'x'}}", "fields: {", ""] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }

    /// The base64 texts come from coreutils' `base64 -w0`: of the URL, of `Action=x`, and of headers as text and as
    /// list.
    #[test]
    fn the_parts_of_a_vault_login_make_its_request() {
        const URL: &str = "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8=";
        const HEADERS: &str = "eyJBdXRob3JpemF0aW9uIjpbIkEiXSwiSG9zdCI6ImgifQ==";
        for text in [
            format!(
                "{{\n \"iam_http_request_method\": \"POST\",\n \"iam_request_url\": \"{URL}\", \"iam_request_body\": \"QWN0aW9uPXg=\", \"iam_request_headers\": \"{HEADERS}\"}}"
            ),
            format!(
                "$ vault write auth/aws/login role=r \\\n iam_http_request_method=POST \\\n iam_request_url={URL} \\\n iam_request_body=QWN0aW9uPXg= \\\n iam_request_headers={HEADERS}\n"
            ),
        ] {
            let request =
                read(text.as_bytes()).and_then(|exchange| exchange.request).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((request.method(), request.target(), request.host()), ("POST", &b"/"[..], Some("h")));
            assert_eq!(
                (request.headers.first_text("authorization"), request.body),
                (Some("A"), Body::Bytes(b"Action=x".to_vec()))
            );
        }
        assert!(read(b"iam_request_headers=@file iam_request_url=x").is_none());
    }
}
