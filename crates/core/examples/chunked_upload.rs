//! Uploads in signed chunks: the length is known in advance, the payload is read while it is sent, and a checksum
//! follows.
//!
//! It sends to its own server on the loopback interface, which verifies the framing, every chunk and the checksum.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "an example may use files and clocks, prints and has no public API"
)]

mod support;

use std::error::Error;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::PayloadChoice;
use sigvet_core::request::{self, Body, RequestUrl};
use sigvet_core::signer::Signer;
use sigvet_core::stream::{ChunkSize, InOrder, Plan, Protection};
use sigvet_core::verify::{ExpectedScope, Judge, verify};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Runs the example, and returns the lines to print.
pub async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let server = support::Server::start(judged).await?;
    let payload = b"0123456789abcdef".repeat(10_000);
    let signer = Signer::new(credentials(), "us-east-1", "s3");
    let url: RequestUrl = format!("http://{}/big.bin", server.address()).parse()?;

    let checksum = Some(ChecksumAlgorithm::Crc64Nvme);
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::new(65_536)?, checksum };
    let length = payload.len() as u64;
    let mut request = request::Request::new("PUT", &url)?;
    request.body = Body::Elsewhere { sha256: None, length };
    let settings = signer.settings();
    plan.declare(&mut request, settings.scheme, &settings.dialect)?;
    let payload_line = plan.word(&settings.dialect.algorithm_for(settings.scheme));
    let signer = signer.clone().with_payload(PayloadChoice::Declared(payload_line));

    let prepared = signer.prepare(request, SystemTime::now().into())?;
    let (terms, key) = (prepared.terms.clone(), signer.signing_key(&prepared.terms.scope));
    let signed = prepared.sign(&key)?;
    let encoder = plan.encoder(length, &terms, &key, &signed.signature);

    let mut builder = support::client()?.put(url.to_string());
    for header in signed.request.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("host")) {
        builder = builder.header(&header.name, header.value.as_slice());
    }
    let answer = builder.body(encoder.encode(&payload, &InOrder)).send().await?;
    Ok(vec![format!("{} {}", answer.status().as_u16(), answer.text().await?)])
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret")
}

fn judged(received: &Request<Bytes>) -> Response<Full<Bytes>> {
    let now = SystemTime::now().into();
    let request = request::Request::try_from(received).expect("the client sends a sound request");
    let (credentials, scope) = (credentials(), ExpectedScope::Exactly { region: "us-east-1", service: "s3" });
    match verify(&request, &Judge::new(Some(&credentials), now, scope)).map(|verdict| verdict.accept()) {
        Ok(Ok(_)) => support::answer(200, "every chunk is signed"),
        Ok(Err(rejection)) => support::answer(403, rejection.to_string()),
        Err(error) => support::answer(403, error.to_string()),
    }
}
