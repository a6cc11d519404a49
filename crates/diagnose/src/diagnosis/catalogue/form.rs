//! Mistakes in presigned POSTs: the policy, its base64, and the form that carries it.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search, Time};

mistakes! {
    POLICY_NOT_BASE64 = "policy-not-base64" {
        title: "the policy was signed or sent as JSON instead of base64",
        place: "policy",
        explanation: "The string to sign is the policy in base64, exactly as in the field policy, but the client \
            used the JSON itself. The server signs the text in the field.",
        fix: "Encode the JSON in base64 once, and use that text both as the policy field and as the string to sign.",
        clients: &[],
        proofs: &[Search, Compare, Lint],
    }
    POLICY_REENCODED = "policy-reencoded" {
        title: "the policy was serialized or encoded again after signing",
        place: "policy",
        explanation: "The policy was serialized or encoded twice, and the two texts differ in spaces, member order, \
            line endings or base64 alphabet. The server signs the text it receives.",
        fix: "Create the base64 text once, keep it, and put it into the form exactly as it was signed, without line \
            breaks.",
        clients: &[
            ("Python", "base64.b64encode, not encodebytes, which adds newlines"),
            ("Ruby", "Base64.strict_encode64, not encode64, which adds newlines"),
            ("openssl", "openssl base64 -A writes a single line"),
        ],
        proofs: &[Search, Compare],
    }
    POLICY_MALFORMED = "policy-malformed" {
        title: "the policy is not a valid S3 policy document",
        place: "policy",
        explanation: "The policy is not JSON, lacks its expiration or its conditions, or one of them has the wrong \
            type. The server cannot tell what was allowed and refuses the form.",
        fix: "Write an expiration such as 2015-12-30T12:00:00.000Z, and a list of conditions.",
        clients: &[],
        proofs: &[Lint, Error],
    }
    POLICY_EXPIRED = "policy-expired" {
        title: "the policy of the form has expired",
        place: "policy",
        explanation: "The policy's expiration, until which an upload is accepted, has passed. The server refuses the \
            form whatever the signature is.",
        fix: "Create a new form, or one with a later expiration.",
        clients: &[],
        proofs: &[Time, Error],
    }
    POLICY_CONDITION_FAILED = "policy-condition-failed" {
        title: "a field or the file does not meet a condition of the policy",
        place: "policy",
        explanation: "A condition gives the value a field must have or the size the file may have, and this upload \
            does not meet it. The server compares after it has replaced ${filename} with the name of the file.",
        fix: "Send the field as the policy requires, or sign a policy that allows what you send.",
        clients: &[],
        proofs: &[Lint, Error],
    }
    POLICY_FIELD_NOT_ALLOWED = "policy-field-not-allowed" {
        title: "the form has a field that no condition of the policy names",
        place: "policy",
        explanation: "Every field before the file needs a condition, except the policy, the signature and fields \
            that begin with x-ignore-. The server refuses fields that the policy does not mention.",
        fix: "Add a condition for the field, leave the field out, or put it after the file, where it is not read.",
        clients: &[("boto3", "generate_presigned_post takes fields and conditions separately: add each field to both")],
        proofs: &[Lint, Error],
    }
    FORM_FIELD_ORDER = "form-field-order" {
        title: "a field of the signature comes after the file",
        place: "policy",
        explanation: "The server reads the fields up to the one called file and ignores what follows. So it never sees \
            a policy or signature that comes after the file.",
        fix: "Put the file last.",
        clients: &[
            ("FormData in JavaScript", "append the file after all other fields"),
            ("curl", "put -F file=@… after the other fields"),
        ],
        proofs: &[Lint, Error],
    }
    FORM_FIELD_REPEATED = "form-field-repeated" {
        title: "the form contains a field twice, or two files",
        place: "policy",
        explanation: "Two fields have the same name (case-insensitively), or there are two files. Servers differ in \
            which of the two they check and which they use, and S3 accepts exactly one file.",
        fix: "Send each field once, and one file.",
        clients: &[],
        proofs: &[Lint],
    }
    FORM_MALFORMED = "form-malformed" {
        title: "the multipart body of the form cannot be read",
        place: "policy",
        explanation: "The fields of the form are found by the boundary in its Content-Type and by the name of each part, \
            but one of these is missing or stands there twice. Servers differ in what they make of such a body.",
        fix: "Let a library write the multipart body, and send the Content-Type that it gives.",
        clients: &[
            ("fetch", "pass a FormData and set no Content-Type; the browser adds the boundary"),
            ("requests", "files={'file': f} and data=fields, without a Content-Type header"),
        ],
        proofs: &[Lint],
    }
    FORM_FILE_MISSING = "form-file-missing" {
        title: "the form has no 'file' field",
        place: "policy",
        explanation: "The object is the content of the field called file, but there is no field of that name. A \
            file in a field of another name counts as a value.",
        fix: "Name the field of the file 'file', whatever the file itself is called.",
        clients: &[("Dropzone", "paramName: 'file'")],
        proofs: &[Lint, Error],
    }
}
