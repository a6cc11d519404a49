//! What the manual says of Signature Version 2.

use super::section::{Item, Section};

/// The section of `sigvet(1)`.
pub(super) fn section() -> Section {
    let items = vec![
        Item::text(
            "`--scheme v2`, or scheme = \"v2\" in a profile, signs with the older scheme of S3, which many object stores \
             take still: `Authorization: AWS ID:signature`, or AWSAccessKeyId, Expires and Signature in a URL. It needs \
             neither region nor service, and signs no payload.",
        ),
        Item::term(
            "String to sign",
            "Method, Content-MD5, Content-Type and date, a line each; the headers that begin with x-amz-, in lower case \
             and sorted; the resource. The line of the date is empty where x-amz-date is sent; in a URL it holds Expires.",
        ),
        Item::term(
            "Resource",
            "The bucket, the path as it is sent, and the parameters that name a sub-resource (acl, uploads, versionId, \
             tagging and others) or change the response (response-content-type and others), sorted and decoded. The \
             list is the union of what AWS, botocore, Ceph, Swift and s3s have.",
        ),
        Item::term(
            "Bucket",
            "Where the host names the bucket it is signed too. It is known from the host's form, from the endpoint of \
             the profile or of `--endpoint-url`, or from `--bucket`, which decides.",
        ),
        Item::term(
            "Date",
            "A header x-amz-date or Date in the request decides, then `--date`, then the clock, as Date in the form of \
             HTTP. A URL is good until its Expires, without a limit.",
        ),
        Item::term("Session token", "It is sent in x-amz-security-token, in a URL as a parameter, and signed."),
        Item::term(
            "Dialects",
            "`--dialect goog` signs as Google Cloud Storage has it: GOOG1, x-goog-*, GoogleAccessId. Signatures of \
             service accounts, which are RSA's, are neither made nor judged.",
        ),
        Item::text(
            "AWS takes Version 2 in the regions alone that were opened before 2014, and a warning is printed for others. \
             Swift and s3s read session tokens from headers alone.",
        ),
    ];
    Section { title: "SIGNATURE VERSION 2", items }
}
