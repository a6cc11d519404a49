//! Signs a request that reqwest sends: only the headers that signing adds are set on it.
//!
//! It sends to its own server on the loopback interface, which answers with the headers that it received.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "an example may use files and clocks, prints and has no public API"
)]

mod support;

use std::error::Error;
use std::time::SystemTime;

use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::signer::Signer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Runs the example, and returns the lines to print.
pub async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let server = support::Server::start(|request| support::answer(200, format!("{:?}", request.headers()))).await?;
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3");
    let url: RequestUrl = format!("http://{}/b%20c.txt", server.address()).parse()?;

    let mut request = Request::new("PUT", &url)?;
    request.body = Body::Bytes(b"hello".to_vec());
    let signed = signer.sign(request, SystemTime::now().into())?;

    let mut builder = support::client()?.put(url.to_string()).body("hello");
    for header in signed.added_headers() {
        builder = builder.header(&header.name, header.value.as_slice());
    }
    let answer = builder.send().await?;
    Ok(vec![format!("{} {}", answer.status().as_u16(), answer.text().await?)])
}
