//! Presigns many object keys of one bucket: everything they have in common is computed once.
//!
//! Run `cargo run -p sigvet-core --example presign_many -- 'a.png' '50%.png'`
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "an example may use files and clocks and prints")]

use std::error::Error;
use std::time::{Duration, SystemTime};

use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Request, RequestUrl, path_for_key};
use sigvet_core::signer::Signer;

fn main() -> Result<(), Box<dyn Error>> {
    for url in presigned(std::env::args().skip(1))? {
        println!("{url}");
    }
    Ok(())
}

/// Returns the URLs of the keys, in order.
pub(crate) fn presigned(keys: impl Iterator<Item = String>) -> Result<Vec<String>, Box<dyn Error>> {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3");
    let bucket: RequestUrl = "https://bucket.s3.us-east-1.amazonaws.com".parse()?;
    let template = Request::new("GET", &bucket)?;
    let presigner = signer.presigner(template, Duration::from_secs(3_600), SystemTime::now().into())?;
    let url = |key| Ok(format!("{}{}", bucket.origin(), presigner.presign_to_string(&path_for_key(key))?));
    keys.map(|key: String| url(key)).collect()
}
