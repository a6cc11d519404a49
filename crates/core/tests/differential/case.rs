//! The cases that both signers sign: a request in parts, how to sign it, and a strategy that generates such cases.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// One request with the choices of its signer.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub service: Service,
    pub form: Form,
    pub method: &'static str,
    pub host: &'static str,
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub payload: Payload,
    pub token: Token,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Service {
    S3,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    Header,
    Query,
}

/// How the payload is signed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Payload {
    Hashed,
    Unsigned,
    Trailer,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token {
    None,
    Signed,
    Unsigned,
}

impl Default for Case {
    /// An ordinary case.
    fn default() -> Self {
        Self {
            service: Service::S3,
            form: Form::Header,
            method: "GET",
            host: "h.example",
            path: "/a".to_owned(),
            query: None,
            headers: Vec::new(),
            body: Vec::new(),
            payload: Payload::Hashed,
            token: Token::None,
        }
    }
}

impl Case {
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Segments that S3 and other services write the same way, and segments that can go wrong.
const PLAIN: &[&str] =
    &["a", "b.c", "~-._", "%20", "%2F", "%C3%A9", "%2B", "%25", "A9", ".", "..", "/", "//", "...", ""];
const ODD: &[&str] =
    &["+", "%2f", "%7E", "é", "日本", "!", "'()*", "=@:$,;&", "|", "%", "%zz", "%41", "\"", "{}", "[1]"];
const NAMES: &[&str] =
    &["a", "A", "a-", "a.b", "a0", "a%21", "a!", "ab", "%61", "é", "%E1%88%B4", "a+b", "a%20b", "", "list-type"];
const VALUES: &[&str] =
    &["", "1", "0", "a/b", "%2F", "a+b", "%2B", "a=b", "%3d", "é", "%c3%a9", "~", "%7E", "%", "%g", "?", "*"];
const HEADERS: &[&str] = &[
    "My-Header",
    "my-header",
    "X-Amz-Meta-A",
    "x-amz-meta-b",
    "Content-Type",
    "Content-Length",
    "Accept",
    "User-Agent",
    "X-Amzn-Trace-Id",
    "Range",
    "x-custom",
    "Cookie",
    "Transfer-Encoding",
];
const HEADERS_DISPUTED: &[&str] = &["Connection", "Accept-Encoding", "Via", "X-Amz-User-Agent", "x-amz-checksum-mode"];
const HEADER_VALUES: &[&str] = &["", "a", " a", "a  ", "a   b c", "\"a   b\"", "a,b", "x;y=z", "  "];

/// Any case. Inputs on which the signers are known to differ are rare, so that most cases test the rest.
pub fn cases() -> impl Strategy<Value = Case> {
    let place = (
        select(&[Service::S3, Service::Other][..]),
        select(&[Form::Header, Form::Query][..]),
        select(&["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"][..]),
        prop_oneof![12 => select(&["h.example", "h.example:443", "h.example:8443", "10.0.0.1:9000"][..]), 1 => Just("H.Example")],
        path(),
        option::of(query()),
    );
    let rest = (
        vec(header(), 0..5),
        vec(any::<u8>(), 0..40),
        prop_oneof![6 => Just(None), 1 => Just(Some(Payload::Hashed)), 1 => Just(Some(Payload::Unsigned)), 1 => Just(Some(Payload::Trailer))],
        select(&[Token::None, Token::Signed, Token::Unsigned][..]),
    );
    (place, rest).prop_map(|((service, form, method, host, path, query), (headers, body, payload, token))| {
        let usual = if (service, form) == (Service::S3, Form::Query) { Payload::Unsigned } else { Payload::Hashed };
        let payload = payload.unwrap_or(usual);
        Case { service, form, method, host, path, query, headers, body, payload, token }
    })
}

fn path() -> impl Strategy<Value = String> {
    let odd = vec(prop_oneof![select(PLAIN), select(ODD)], 0..6);
    let pieces = prop_oneof![4 => vec(select(PLAIN), 0..6), 1 => odd];
    (pieces, select(&["", "/"][..])).prop_map(|(pieces, joint)| format!("/{}", pieces.join(joint)))
}

fn query() -> impl Strategy<Value = String> {
    let value = prop_oneof![40 => select(VALUES), 1 => Just("%E9")];
    let parameter = prop_oneof![
        6 => (select(NAMES), value).prop_map(|(name, value)| format!("{name}={value}")),
        1 => select(NAMES).prop_map(str::to_owned),
    ];
    vec(parameter, 0..7).prop_map(|parameters| parameters.join("&"))
}

fn header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![30 => select(HEADERS), 1 => select(HEADERS_DISPUTED)];
    let value = prop_oneof![40 => select(HEADER_VALUES), 1 => select(&["\ta", "a\t ", "\t", "a\tb", "a \t b"][..])];
    (name, value).prop_map(|(name, value)| (name.to_owned(), value.to_owned()))
}
