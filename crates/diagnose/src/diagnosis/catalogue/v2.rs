//! Mistakes specific to Signature Version 2: its resource, its lines, its date.

use super::Mistake;
use super::Proof::{Compare, Search};

mistakes! {
    V2_RESOURCE = "v2-resource" {
        title: "the Version 2 resource was signed with a missing or wrong bucket",
        place: "path",
        explanation: "The canonicalized resource begins with the bucket, even if the bucket is in the host name and \
            not in the path. The client signed only the path, or added the bucket to a path that already has it.",
        fix: "Sign /bucket/key for a virtual-hosted address, and the path as it is for a path-style address.",
        clients: &[
            ("boto3", "config=Config(s3={'addressing_style': 'path'}) if the store has no virtual-hosted addresses"),
            ("s3cmd", "host_bucket = %(bucket)s.HOST, or HOST alone for path-style addresses"),
        ],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_MISSING = "v2-subresource-missing" {
        title: "a subresource is missing from the Version 2 resource",
        place: "query",
        explanation: "Parameters such as acl, uploads, versionId and response-content-type are part of the \
            signature. The client left one out of the canonicalized resource, but the server signs it.",
        fix: "Append ?name, or ?name=value, for each parameter that is a subresource, sorted by name.",
        clients: &[("custom signers", "take the list from botocore's HmacV1Auth.QSAOfInterest")],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_ADDED = "v2-subresource-added" {
        title: "a parameter was signed that is not a Version 2 subresource",
        place: "query",
        explanation: "Only parameters that name a subresource or change the response are signed; prefix, marker and \
            max-keys are not. The client signed another parameter, or the whole query.",
        fix: "Leave every other parameter out of the canonicalized resource.",
        clients: &[("custom signers", "take the list from botocore's HmacV1Auth.QSAOfInterest")],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_FORM = "v2-subresource-form" {
        title: "a Version 2 subresource was signed in the wrong form",
        place: "query",
        explanation: "Subresources are signed sorted, with decoded values, and without '=' if they have no value. \
            The client signed them as they are in the query, or in another order.",
        fix: "Decode each value before it goes into the canonicalized resource, sort by name, and write ?acl, not \
            ?acl=.",
        clients: &[("custom signers", "compare with canonical_resource of botocore's HmacV1Auth")],
        proofs: &[Search, Compare],
    }
    V2_NEWLINES = "v2-newlines" {
        title: "the Version 2 string to sign has too few or too many newlines",
        place: "string-to-sign",
        explanation: "Method, Content-MD5, Content-Type and date have one line each, even if they are empty, and \
            the resource ends without a newline. The client left an empty line out, added one, or used other line \
            endings.",
        fix: "Write method, MD5, type and date each with one line feed, then the headers with theirs, then the \
            resource.",
        clients: &[
            ("bash", "printf, and not echo, which adds a newline"),
            ("openssl", "printf '%s' \"$string\" | openssl sha1 -hmac \"$secret\" -binary | base64"),
        ],
        proofs: &[Search, Compare],
    }
    V2_DATE_LINE = "v2-date-line" {
        title: "the date line of the Version 2 string to sign is wrong",
        place: "date",
        explanation: "The line contains the Date header, is empty if x-amz-date is sent, and contains Expires if \
            the signature is in the query. The client signed another of these, or another spelling of the date than \
            it sent.",
        fix: "Leave the line empty when you send x-amz-date; otherwise sign the exact text of Date, or Expires in a \
            URL.",
        clients: &[("JavaScript in browsers", "Date cannot be set there: send x-amz-date, and leave the line empty")],
        proofs: &[Search, Compare],
    }
}
