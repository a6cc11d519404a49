//! Five requests that are signed incorrectly, or changed after signing, in common ways.

use std::time::Duration;

use super::stage::{REGION, Stage};
use crate::cli::commands::serve::keys::DEMO_KEY;
use crate::cli::context;
use sigvet_core::canonical::PathRule;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::PrepareError;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;

/// A way to break a request.
pub struct Break {
    /// What happened, as a heading.
    pub title: &'static str,
    /// How it happened, in one line.
    pub done: &'static str,
    /// The SDK operation that would be refused.
    pub operation: &'static str,
    /// The ID of the mistake that sigvet should find.
    pub id: &'static str,
    /// Builds the request.
    pub make: fn(&Client) -> Result<Request, PrepareError>,
}

/// The five broken requests.
pub const BREAKS: [Break; 5] = [
    Break {
        title: "The secret was read from a file, with the newline at its end",
        done: "signed with the right secret and one \\n behind it",
        operation: "GetObject",
        id: "secret-whitespace",
        make: newline_in_secret,
    },
    Break {
        title: "The key has a space, and the client encodes the path twice",
        done: "sent /demo/annual%20report.pdf, signed /demo/annual%2520report.pdf",
        operation: "GetObject",
        id: "path-double-encoded",
        make: path_encoded_twice,
    },
    Break {
        title: "The clock of the client is almost two hours slow",
        done: "signed correctly, with a clock that is 1 h 53 min slow",
        operation: "GetObject",
        id: "time-skewed",
        make: slow_clock,
    },
    Break {
        title: "An upload URL was made for another Content-Type",
        done: "presigned for image/png, sent with curl's default Content-Type",
        operation: "PutObject",
        id: "header-content-type",
        make: other_content_type,
    },
    Break {
        title: "A proxy replaces the Host header",
        done: "signed for files.example.com; the proxy sent its upstream's address",
        operation: "GetObject",
        id: "host-rewritten",
        make: host_behind_proxy,
    },
];

/// A client with bugs.
pub struct Client {
    url: String,
    now: Timestamp,
}

impl Client {
    /// A client for this server.
    pub fn new(stage: &Stage) -> Self {
        Self { url: stage.url(), now: context::now() }
    }

    fn request(&self, method: &str, path: &str) -> Request {
        let url: RequestUrl = format!("{}{path}", self.url).parse().expect("a URL with a path of ours");
        Request::new(method, &url).expect("a method of ours")
    }

    fn get(&self) -> Request {
        self.request("GET", "/demo/hello.txt")
    }
}

fn signer(secret: &str) -> Signer {
    Signer::new(Credentials::new(DEMO_KEY.0, secret), REGION, "s3")
}

fn newline_in_secret(client: &Client) -> Result<Request, PrepareError> {
    let signer = signer(&format!("{}\n", DEMO_KEY.1));
    Ok(signer.sign(client.get(), client.now)?.request)
}

fn path_encoded_twice(client: &Client) -> Result<Request, PrepareError> {
    let signer = signer(DEMO_KEY.1).with_path_rule(PathRule::OTHERS);
    Ok(signer.sign(client.request("GET", "/demo/annual%20report.pdf"), client.now)?.request)
}

/// Not whole hours, which would be a different mistake: local time used as UTC.
fn slow_clock(client: &Client) -> Result<Request, PrepareError> {
    let slow = Timestamp::from_epoch_seconds(client.now.epoch_seconds() - 113 * 60);
    Ok(signer(DEMO_KEY.1).sign(client.get(), slow)?.request)
}

fn other_content_type(client: &Client) -> Result<Request, PrepareError> {
    const TYPE: &str = "Content-Type";
    let mut request = client.request("PUT", "/demo/cat.png");
    request.headers.push_unchecked(TYPE, "image/png");
    let mut signed = signer(DEMO_KEY.1).presign_request(request, Duration::from_secs(900), client.now)?.request;
    signed.headers.remove(TYPE);
    signed.headers.push_unchecked(TYPE, "application/x-www-form-urlencoded");
    signed.body = Body::Bytes(b"a picture".to_vec());
    Ok(signed)
}

/// Like a proxy that is not configured to preserve the host.
fn host_behind_proxy(client: &Client) -> Result<Request, PrepareError> {
    const HOST: &str = "Host";
    const PUBLIC: &str = "files.example.com";
    let mut request = client.get();
    let upstream = request.host().unwrap_or_default().to_owned();
    request.headers.remove(HOST);
    request.headers.push_unchecked(HOST, PUBLIC);
    let mut signed = signer(DEMO_KEY.1).sign(request, client.now)?.request;
    signed.headers.remove(HOST);
    signed.headers.push_unchecked(HOST, upstream);
    signed.headers.push_unchecked("X-Forwarded-Host", PUBLIC);
    Ok(signed)
}
