//! Form uploads that violate their policy, as S3 refuses them.
//!
//! The expected replies are quoted in versity/versitygw#2040 and #2041, CulturalMe/meteor-slingshot#190 (lengths),
//! benefitcloud/ember-uploader#43 (JSON), jasonsperske's tj/node-s3-policy#8 (condition) and aws/aws-sdk-php#3292 (field).

use crate::forms::{form_with, usual_conditions};
use crate::keys::server;
use crate::wire::ask;

#[test]
fn an_upload_that_violates_its_policy_is_refused_as_by_s3() {
    let server = server("policies", &["--answer-as", "aws", "--time-limit", "0s"]);
    let policy =
        |more: &str| format!(r#"{{"expiration":"2026-03-01T11:00:00Z","conditions":[{}{more}]}}"#, usual_conditions());
    let length = r#",["content-length-range",3,5]"#;
    let refused = |status: u16, code: &'static str, message: &'static str| (status, code, message, vec![]);
    let rows = [
        (
            "too long",
            form_with(&policy(length), &[], "sixsix", str::to_owned),
            (
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
                vec![("ProposedSize", "6"), ("MaxSizeAllowed", "5")],
            ),
        ),
        (
            "too short",
            form_with(&policy(length), &[], "in", str::to_owned),
            (
                400,
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                vec![("ProposedSize", "2"), ("MinSizeAllowed", "3")],
            ),
        ),
        (
            "no JSON",
            form_with("{\"expiration\":", &[], "x", str::to_owned),
            refused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON."),
        ),
        (
            "a condition",
            form_with(&policy(r#",["starts-with","$Content-Length",""]"#), &[], "x", str::to_owned),
            refused(
                403,
                "AccessDenied",
                r#"Invalid according to Policy: Policy Condition failed: ["starts-with", "$Content-Length", ""]"#,
            ),
        ),
        (
            "a field",
            form_with(&policy(""), &[("x-amz-meta-a", "b")], "x", str::to_owned),
            refused(403, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-a"),
        ),
    ];
    for (name, (request, _), (status, code, message, fields)) in rows {
        let answer = ask(&server, &request);
        let element = |name: &str| answer.element(name);
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert_eq!((element("Code").as_deref(), element("Message").as_deref()), (Some(code), Some(message)), "{name}");
        for (field, value) in fields {
            assert_eq!(element(field).as_deref(), Some(value), "{name}: {answer:?}");
        }
    }
    // Everything that was signed is right: only the upload is refused.
    let (right, _) = form_with(&policy(length), &[], "four", str::to_owned);
    assert_eq!(ask(&server, &right).status, 200);
}
