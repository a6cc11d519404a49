//! Mistakes that only Signature Version 2 knows: its resource, its lines, its date.

use super::Mistake;
use super::Proof::{Compare, Search};

mistakes! {
    V2_RESOURCE = "v2-resource" {
        title: "the resource of Version 2 was signed without its bucket, or with another",
        place: "path",
        explanation: "The canonicalized resource begins with the bucket, also where the address has it in the host \
            and not in the path. The client signed the path alone, or put the bucket before a path that has it.",
        fix: "Sign /bucket/key for a virtual-hosted address, and the path as it is for a path-style one.",
        clients: &[
            ("boto3", "config=Config(s3={'addressing_style': 'path'}) where the store knows no hosts of buckets"),
            ("s3cmd", "host_bucket = %(bucket)s.HOST, or HOST alone for path-style addresses"),
        ],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_MISSING = "v2-subresource-missing" {
        title: "a sub-resource was left out of Version 2's resource",
        place: "query",
        explanation: "Parameters such as acl, uploads, versionId and response-content-type are part of what is signed. \
            The client left one out of the canonicalized resource, and the server signs it.",
        fix: "Append ?name, or ?name=value, for each parameter that names a sub-resource, sorted by name.",
        clients: &[("own signers", "take the list from botocore's HmacV1Auth.QSAOfInterest")],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_ADDED = "v2-subresource-added" {
        title: "a parameter was signed that is no sub-resource of Version 2",
        place: "query",
        explanation: "Only parameters that name a sub-resource, or change the response, are signed; prefix, marker and \
            max-keys are not. The client signed another one, or all of the query.",
        fix: "Leave every other parameter out of the canonicalized resource.",
        clients: &[("own signers", "take the list from botocore's HmacV1Auth.QSAOfInterest")],
        proofs: &[Search, Compare],
    }
    V2_SUBRESOURCE_FORM = "v2-subresource-form" {
        title: "a sub-resource of Version 2 was not signed as it has to be written",
        place: "query",
        explanation: "Sub-resources are signed sorted, with their values decoded, and without = where they have no \
            value. The client signed them as they stand in the query, or in another order.",
        fix: "Decode each value before it goes into the canonicalized resource, sort by name, and write ?acl, not ?acl=.",
        clients: &[("own signers", "compare with canonical_resource of botocore's HmacV1Auth")],
        proofs: &[Search, Compare],
    }
    V2_NEWLINES = "v2-newlines" {
        title: "a line end of Version 2's string to sign is missing or too many",
        place: "string-to-sign",
        explanation: "Method, Content-MD5, Content-Type and date have a line each, also where they are empty, and the \
            resource ends without one. The client left an empty line out, added one, or wrote other line ends.",
        fix: "Write METHOD, MD5, type and date each with one line feed, then the headers with theirs, then the resource.",
        clients: &[
            ("bash", "printf, and not echo, which adds a newline"),
            ("openssl", "printf '%s' \"$string\" | openssl sha1 -hmac \"$secret\" -binary | base64"),
        ],
        proofs: &[Search, Compare],
    }
    V2_DATE_LINE = "v2-date-line" {
        title: "the line of the date in Version 2 holds what does not belong there",
        place: "date",
        explanation: "The line holds Date, is empty where x-amz-date is sent, and holds Expires where the signature is \
            in the query. The client signed another of these, or another spelling of the date than it sent.",
        fix: "Leave the line empty when x-amz-date is sent, sign the very text of Date else, and Expires in a URL.",
        clients: &[("JavaScript in browsers", "Date cannot be set there: send x-amz-date, and leave the line empty")],
        proofs: &[Search, Compare],
    }
}
