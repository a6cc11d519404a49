//! Runs the examples of the crate.
//!
//! Catches an example that compiles but no longer does what it claims, such as a request that its own server refuses.
#![expect(clippy::duplicate_mod, reason = "each example brings what it shares with the others")]

#[expect(dead_code, reason = "its main is for cargo run")]
#[path = "../examples/chunked_upload.rs"]
mod chunked_upload;
#[expect(dead_code, reason = "its main is for cargo run")]
#[path = "../examples/presign_many.rs"]
mod presign_many;
#[expect(dead_code, reason = "its main is for cargo run")]
#[path = "../examples/sign_with_reqwest.rs"]
mod sign_with_reqwest;
#[expect(dead_code, reason = "its main is for cargo run")]
#[path = "../examples/verify_behind_hyper.rs"]
mod verify_behind_hyper;

#[tokio::test]
async fn reqwest_sends_the_added_headers() {
    let [answer] = &sign_with_reqwest::run().await.unwrap()[..] else { panic!("it sends one request") };
    assert!(answer.starts_with("200 "), "{answer}");
    assert!(answer.contains("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{answer}");
}

#[test]
fn a_url_is_presigned_for_each_key() {
    let keys = ["a.png", "50%.png", "b c?.png"].map(str::to_owned);
    let urls = presign_many::presigned(keys.into_iter()).unwrap();
    let paths: Vec<&str> = urls.iter().filter_map(|url| url.split_once('?')).map(|(url, _)| url).collect();
    let bucket = "https://bucket.s3.us-east-1.amazonaws.com";
    assert_eq!(paths, ["/a.png", "/50%25.png", "/b%20c%3F.png"].map(|path| format!("{bucket}{path}")));
}

#[tokio::test]
async fn a_server_accepts_only_correctly_signed_requests() {
    let expected = [
        "200 welcome, AKIDALICE",
        "403 the signature does not match",
        "403 the signature is for region us-east-1, not for eu-central-1",
    ];
    assert_eq!(verify_behind_hyper::run().await.unwrap(), expected);
}

#[tokio::test]
async fn chunks_arrive_as_they_were_signed() {
    assert_eq!(chunked_upload::run().await.unwrap(), ["200 every chunk is signed"]);
}
