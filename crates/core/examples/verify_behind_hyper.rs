//! A hyper server that looks up keys and accepts only correctly signed requests, with one client that signs correctly
//! and one that does not.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "an example may use files and clocks, prints and has no public API"
)]

mod support;

use std::collections::HashMap;
use std::error::Error;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::request;
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

/// The region and service of this server: a signature for any other is refused.
const REGION: &str = "eu-central-1";
const SERVICE: &str = "example";

type Keys = HashMap<String, Credentials>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in run().await? {
        println!("{line}");
    }
    Ok(())
}

/// Runs the example, and returns the lines to print.
pub async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let alice = Credentials::new("AKIDALICE", "alice's secret");
    let keys = Keys::from([(alice.access_key_id.clone(), alice.clone())]);
    let server = support::Server::start(move |request| answer(request, &keys)).await?;

    let mut lines = Vec::new();
    let impostor = Credentials::new("AKIDALICE", "a guess");
    for (credentials, region) in [(alice.clone(), REGION), (impostor, REGION), (alice, "us-east-1")] {
        let signer = Signer::new(credentials, region, SERVICE);
        let request = Request::post(format!("http://{}/orders?page=1", server.address())).body("hello")?;
        let signed = signer.sign_http(request, SystemTime::now().into())?;
        let client = support::client()?;
        let answer = client.execute(signed.try_into()?).await?;
        lines.push(format!("{} {}", answer.status().as_u16(), answer.text().await?));
    }
    Ok(lines)
}

fn answer(received: &Request<Bytes>, keys: &Keys) -> Response<Full<Bytes>> {
    match authenticate(received, keys, SystemTime::now().into()) {
        Ok(access_key_id) => support::answer(200, format!("welcome, {access_key_id}")),
        Err(reason) => support::answer(403, reason),
    }
}

/// Returns the access key ID that signed the request. The body was read before, because its hash is part of what was
/// signed.
fn authenticate(received: &Request<Bytes>, keys: &Keys, now: Timestamp) -> Result<String, String> {
    let request = request::Request::try_from(received).map_err(|error| error.to_string())?;
    let claim = Claim::extract(&request).map_err(|error| error.to_string())?;
    let credentials = keys.get(&claim.terms.access_key_id).ok_or("the access key ID is not known")?;
    let scope = ExpectedScope::Exactly { region: REGION, service: SERVICE };
    let verdict = verify(&request, &Judge::new(Some(credentials), now, scope)).map_err(|error| error.to_string())?;
    let accepted = verdict.accept().map_err(|rejection| rejection.to_string())?;
    Ok(accepted.access_key_id)
}
