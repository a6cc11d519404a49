//! A server's sentence as programs repeat it, given as an argument or on standard input, without a code or a status.

use sigvet_testing::Sigvet;

const REGION: &str = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'";
const KEY: &str = "The AWS Access Key Id you provided does not exist in our records.";

#[test]
fn a_sentence_is_read_in_every_form_that_programs_give_it() {
    for (text, id) in [
        (REGION.to_owned(), "scope-region"),
        (format!("mc: <ERROR> Failed to copy `a.txt`. {KEY}"), "access-key-unknown"),
        (
            format!(
                "minio.error.S3Error: S3 operation failed; code: InvalidAccessKeyId, message: {KEY}, resource: /b/k"
            ),
            "access-key-unknown",
        ),
        (
            format!(
                "Amazon.S3.AmazonS3Exception: {REGION}\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: x"
            ),
            "scope-region",
        ),
        ("boto: Bad request: X-Amz-Expires may not exceed a week".to_owned(), "expires-too-long"),
    ] {
        let answer = explain(&text).expect(1);
        assert!(answer.text().contains(id), "{text}\n{}", answer.text());
        let piped = Sigvet::new(&["explain", "--no-credentials", "--quiet"]).input(text.as_bytes()).run().expect(1);
        assert!(piped.text().contains(id), "{text}\n{}", piped.text());
    }
}

/// Words about signatures that no server uses are not evidence: then the message explains how to get some.
#[test]
fn words_that_no_server_uses_are_not_a_reply() {
    for text in [
        "why does my signature not match, please help",
        "fatal: unable to access the repository: The requested URL returned error",
        "FATAL: PAM authentication failed for user iam_user",
    ] {
        let answer = explain(text).expect(2);
        assert!(answer.stderr.contains("explain --how"), "{text}\n{}", answer.stderr);
    }
}

fn explain(text: &str) -> sigvet_testing::Outcome {
    Sigvet::new(&["explain", "--no-credentials", text]).run()
}
