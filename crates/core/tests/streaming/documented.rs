//! The two examples in S3's API reference: *Transferring Payload in Multiple Chunks* and *Including Trailing Headers*.
//! Both send 66,560 letters `a` in chunks of 64 KiB; the pages give every signature.

use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::request::Body;
use sigvet_core::stream::Protection;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, ExpectedScope, Judge, verify};

use crate::{KEY_ID, NOW, SECRET, body, plan, signed};

const LENGTH: usize = 66_560;
const CHUNK: usize = 65_536;

/// A body with these signatures, assembled by hand.
fn documented(signatures: [&str; 3], trailer: &str) -> Vec<u8> {
    let [first, second, last] = signatures;
    let payload = "a".repeat(LENGTH);
    let (one, two) = payload.split_at(CHUNK);
    format!(
        "10000;chunk-signature={first}\r\n{one}\r\n400;chunk-signature={second}\r\n{two}\r\n\
         0;chunk-signature={last}\r\n{trailer}\r\n"
    )
    .into_bytes()
}

#[test]
fn the_example_of_signed_chunks() {
    let payload = vec![b'a'; LENGTH];
    let (signed, encoder) = signed(plan(Protection::Signed, CHUNK, None), &payload, Some(66_824));
    assert_eq!(signed.signature.as_str(), "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    let expected = documented(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        "",
    );
    assert!(body(&signed, encoder, &payload) == expected);
}

#[test]
fn the_example_of_a_signed_trailer() {
    let payload = vec![b'a'; LENGTH];
    let checksum = Some(ChecksumAlgorithm::Crc32c);
    let (mut signed, encoder) = signed(plan(Protection::Signed, CHUNK, checksum), &payload, None);
    assert_eq!(signed.signature.as_str(), "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    let expected = documented(
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        "x-amz-checksum-crc32c:sOO8/Q==\r\n\
         x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    );
    assert!(body(&signed, encoder, &payload) == expected);

    // The server accepts the body from the page, to the last byte.
    signed.request.body = Body::Bytes(expected);
    let credentials = Credentials::new(KEY_ID, SECRET);
    let judge = Judge::new(Some(&credentials), Timestamp::parse(NOW).unwrap(), ExpectedScope::Any);
    let verdict = verify(&signed.request, &judge).unwrap();
    assert_eq!(verdict.findings, []);
    assert_eq!(verdict.claimed, Claimed::V4(Claim::extract(&signed.request).unwrap()));
}
