//! The mistakes that are sent to both servers, singly and in pairs, and the expected answer for each.

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::presigned::minutes_from_now;
use crate::server::Bucket;
use crate::signer::{Breaks, Keys, Recipe, Wire, header_line};

/// A request, how it is broken, and the names of the mistakes.
///
/// `{bucket}`, `{secret}`, `{day}` and others are replaced with the values for that server and time.
#[derive(Clone, Copy)]
pub struct Row {
    pub method: &'static str,
    pub target: &'static str,
    pub headers: &'static [&'static str],
    pub body: &'static str,
    pub is_presigned: bool,
    pub breaks: &'static [&'static str],
    /// What the secret reveals: any of these sets, because they give the same text.
    pub expect: &'static [&'static [&'static str]],
    /// What the texts of server and client show without the secret, if that differs.
    pub by_texts: Option<&'static [&'static [&'static str]]>,
}

pub const LIST: Row = Row {
    method: "GET",
    target: "/{bucket}?prefix=b&list-type=2&delimiter=%2F",
    headers: &[],
    body: "",
    is_presigned: false,
    breaks: &[],
    expect: &[],
    by_texts: None,
};
pub const PUT: Row = Row {
    method: "PUT",
    target: "/{bucket}/a%20b=%C3%A9//c",
    headers: &["Content-Type: text/plain", "X-Amz-Meta-Note: two  spaces", "X-Amz-Meta-A: first"],
    body: "a body",
    ..LIST
};
pub const URL: Row = Row { target: "/{bucket}?prefix=b&delimiter=%2F", is_presigned: true, ..LIST };
/// If the texts are right, only the key is left.
const KEY: Option<&[&[&str]]> = Some(&[&["secret-wrong"]]);

/// One mistake each.
pub const SINGLE: &[Row] = &[
    Row { breaks: &["saw-method get"], expect: &[&["method-case"]], ..LIST },
    Row { breaks: &["saw-method POST"], expect: &[&["method-swapped"]], ..PUT },
    Row { breaks: &["path-twice"], expect: &[&["path-double-encoded"]], ..PUT },
    Row { breaks: &["path-kept ="], expect: &[&["path-reserved-raw"]], ..PUT },
    Row { breaks: &["path-lower-hex"], expect: &[&["path-hex-lowercase"]], ..PUT },
    Row { breaks: &["path-normalized"], expect: &[&["path-normalized"]], ..PUT },
    Row { breaks: &["path-decoded"], expect: &[&["path-not-encoded"]], ..PUT },
    Row { breaks: &["saw-path /a%20b=%C3%A9//c"], expect: &[&["path-bucket-missing"]], ..PUT },
    Row { breaks: &["saw-path /{bucket}/"], expect: &[&["path-trailing-slash"]], ..LIST },
    Row { breaks: &["query-as-sent"], expect: &[&["query-unsorted"]], ..LIST },
    Row { breaks: &["query-omitted"], expect: &[&["query-omitted"]], ..LIST },
    Row { breaks: &["query-kept /"], expect: &[&["query-reserved-raw"]], ..LIST },
    Row { breaks: &["query-no-equals"], expect: &[&["query-no-equals"]], target: "/{bucket}?acl", ..LIST },
    Row { breaks: &["query-twice"], expect: &[&["query-double-encoded"]], ..URL },
    Row { breaks: &["spaces-kept"], expect: &[&["header-spaces-kept"]], ..PUT },
    Row { breaks: &["header-as-sent"], expect: &[&["header-unsorted"]], ..PUT },
    Row { breaks: &["header-name-case"], expect: &[&["header-name-case"]], ..PUT },
    Row { breaks: &["block-newline missing"], expect: &[&["header-block-newline"]], ..PUT },
    Row { breaks: &["block-newline doubled"], expect: &[&["header-block-newline"]], ..PUT },
    Row { breaks: &["saw-header Content-Type: "], expect: &[&["header-content-type"]], ..PUT },
    Row { breaks: &["saw-header Host: 127.0.0.1"], expect: &[&["host-port-missing"]], ..PUT },
    Row { breaks: &["payload empty"], expect: &[&["payload-empty-hash"]], ..PUT },
    Row { breaks: &["payload upper"], expect: &[&["payload-hash-form"]], ..PUT },
    Row { breaks: &["payload body"], expect: &[&["payload-hashed"]], ..URL },
    Row { breaks: &["scope-signed {day}/eu-west-1/s3", "key-region eu-west-1"], expect: &[&["scope-region"]], ..LIST },
    Row { breaks: &["time-signed {two-hours-later}"], expect: &[&["time-changed"]], ..LIST },
    Row { breaks: &[r"secret {secret}\n"], expect: &[&["secret-whitespace"]], by_texts: KEY, ..LIST },
    Row { breaks: &["secret \"{secret}\""], expect: &[&["secret-quoted"]], by_texts: KEY, ..URL },
    Row { breaks: &["key-prefix none"], expect: &[&["key-prefix"]], by_texts: KEY, ..PUT },
    Row { breaks: &["key-hex-chain"], expect: &[&["key-hex-chain"]], by_texts: KEY, ..LIST },
    Row { breaks: &["key-day {yesterday}"], expect: &[&["key-other-day"]], by_texts: KEY, ..LIST },
    Row { breaks: &["key-region eu-west-1"], expect: &[&["key-other-scope"]], by_texts: KEY, ..LIST },
    Row { breaks: &["canonical-hash twice"], expect: &[&["canonical-hash-form"]], ..LIST },
    Row { breaks: &["canonical-newlines trailing"], expect: &[&["canonical-newlines"]], ..PUT },
    Row { breaks: &["string-to-sign short-date"], expect: &[&["string-to-sign-form"]], ..LIST },
    Row { breaks: &["string-to-sign scope-first"], expect: &[&["string-to-sign-form"]], ..LIST },
    Row { breaks: &["string-to-sign no-time"], expect: &[&["string-to-sign-form"]], ..LIST },
];

/// Two mistakes each.
pub const PAIRS: &[Row] = &[
    Row { breaks: &["path-twice", "spaces-kept"], expect: &[&["path-double-encoded", "header-spaces-kept"]], ..PUT },
    Row {
        breaks: &["query-as-sent", r"secret {secret}\s"],
        expect: &[&["query-unsorted", "secret-whitespace"]],
        by_texts: Some(&[&["query-unsorted"]]),
        ..LIST
    },
    Row {
        breaks: &["saw-header Host: 127.0.0.1", "payload body"],
        expect: &[&["host-port-missing", "payload-hashed"]],
        ..URL
    },
    Row {
        breaks: &["header-as-sent", "key-prefix none"],
        expect: &[&["header-unsorted", "key-prefix"]],
        by_texts: Some(&[&["header-unsorted"]]),
        ..PUT
    },
    Row { breaks: &["saw-method GET", "payload empty"], expect: &[&["method-swapped", "payload-empty-hash"]], ..PUT },
    Row {
        breaks: &["query-omitted", "scope-signed {day}/eu-west-1/s3", "key-region eu-west-1"],
        expect: &[&["query-omitted", "scope-region"]],
        ..LIST
    },
];

/// The same requests without a mistake.
pub const RIGHT: &[Row] = &[LIST, PUT, URL, Row { target: "/{bucket}?acl", ..LIST }];

impl Row {
    /// How a client signs this for a bucket now.
    pub fn recipe(&self, bucket: &Bucket<'_>) -> Recipe {
        let user = bucket.server.user;
        let date = minutes_from_now(0);
        let fill = |text: &&str| {
            text.replace("{bucket}", &bucket.name)
                .replace("{secret}", user.secret)
                .replace("{day}", &date[..8])
                .replace("{yesterday}", &shifted(&date, -24 * 60)[..8])
                .replace("{two-hours-later}", &shifted(&date, 120))
        };
        let always = [format!("Host: {}", bucket.server.authority()), "Connection: close".to_owned()];
        let length = (!self.body.is_empty()).then(|| format!("Content-Length: {}", self.body.len()));
        let lines = always.into_iter().chain(length).chain(self.headers.iter().map(fill));
        Recipe {
            wire: Wire {
                method: self.method.to_owned(),
                target: fill(&self.target),
                headers: lines.map(|line| header_line(&line)).collect(),
                body: self.body.as_bytes().to_vec(),
            },
            keys: Keys { access_key: user.id.to_owned(), secret: user.secret.to_owned(), token: None },
            region: "us-east-1".to_owned(),
            service: "s3".to_owned(),
            expires: self.is_presigned.then(|| "600".to_owned()),
            content_sha256: "hash".to_owned(),
            never_signed: vec!["content-length".to_owned()],
            breaks: Breaks::parse(&self.breaks.iter().map(fill).collect::<Vec<_>>()),
            date,
            ..Recipe::default()
        }
    }
}

/// A time shifted by this many minutes.
pub fn shifted(date: &str, minutes: i64) -> String {
    const FORM: &str = "%Y%m%dT%H%M%SZ";
    (DateTime::strptime(FORM, date).unwrap() + minutes.minutes()).strftime(FORM).to_string()
}
