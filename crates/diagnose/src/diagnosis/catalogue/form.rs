//! Mistakes with presigned POSTs: with the policy, its base64, and the form that goes with it.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search, Time};

mistakes! {
    POLICY_NOT_BASE64 = "policy-not-base64" {
        title: "the policy was signed or sent as JSON instead of base64",
        place: "policy",
        explanation: "The string to sign is the policy's base64 text, the very one in the field policy, and the client \
            took the JSON itself. The server signs the text that it gets in the field.",
        fix: "Encode the JSON in base64 once, and use that one text both as the field policy and as what is signed.",
        clients: &[],
        proofs: &[Search, Compare, Lint],
    }
    POLICY_REENCODED = "policy-reencoded" {
        title: "the policy was written anew between signing and sending",
        place: "policy",
        explanation: "The policy was serialised or encoded twice, and the two texts differ in spaces, in the order of \
            their members, in line ends or in the alphabet of base64. The server signs the text that it gets.",
        fix: "Make the base64 text once, keep it, and put it into the form as it was signed, without line breaks.",
        clients: &[
            ("Python", "base64.b64encode, not encodebytes, which adds line ends"),
            ("Ruby", "Base64.strict_encode64, not encode64, which adds line ends"),
            ("openssl", "openssl base64 -A keeps it in one line"),
        ],
        proofs: &[Search, Compare],
    }
    POLICY_MALFORMED = "policy-malformed" {
        title: "the policy is not a document that S3 can read",
        place: "policy",
        explanation: "The policy is not JSON, lacks its expiration or its conditions, or has one of another shape. The \
            server cannot tell what was allowed, and refuses.",
        fix: "Write an expiration such as 2015-12-30T12:00:00.000Z, and a list of conditions.",
        clients: &[],
        proofs: &[Lint, Error],
    }
    POLICY_EXPIRED = "policy-expired" {
        title: "the policy of the form has expired",
        place: "policy",
        explanation: "The policy names the instant until which an upload may arrive, and that instant is over. The \
            server refuses whatever the signature is.",
        fix: "Make a new form, or one with a later expiration.",
        clients: &[],
        proofs: &[Time, Error],
    }
    POLICY_CONDITION_FAILED = "policy-condition-failed" {
        title: "a field or the file does not meet a condition of the policy",
        place: "policy",
        explanation: "Each condition names a field and what it has to be, or how large the file may be, and this upload \
            is another one. The server compares after it has put the file's name in place of ${filename}.",
        fix: "Send the field as the policy asks for it, or sign a policy that allows what is sent.",
        clients: &[],
        proofs: &[Lint, Error],
    }
    POLICY_FIELD_NOT_ALLOWED = "policy-field-not-allowed" {
        title: "the form has a field that no condition of the policy names",
        place: "policy",
        explanation: "Every field before the file needs a condition, but for the policy, the signature and those that \
            begin with x-ignore-. The server takes no field that the signer did not think of.",
        fix: "Add a condition on the field, leave the field out, or put it behind the file, where it is not read.",
        clients: &[("boto3", "generate_presigned_post takes fields and conditions apart: give each field in both")],
        proofs: &[Lint, Error],
    }
    FORM_FIELD_ORDER = "form-field-order" {
        title: "a field of the signature stands behind the file",
        place: "policy",
        explanation: "The server reads the fields up to the one called file, and ignores what follows. So a policy or a \
            signature behind the file is not there.",
        fix: "Put the file last.",
        clients: &[
            ("FormData in JavaScript", "append the file after all other fields"),
            ("curl", "give -F file=@… after the other fields"),
        ],
        proofs: &[Lint, Error],
    }
    FORM_FIELD_REPEATED = "form-field-repeated" {
        title: "the form has a field or the file twice",
        place: "policy",
        explanation: "Two fields of the form have the same name, in any case, or there are two files. Servers differ in \
            which of two they hold against the policy and which they use, and S3 takes exactly one file.",
        fix: "Send each field once, and one file.",
        clients: &[],
        proofs: &[Lint],
    }
    FORM_FILE_MISSING = "form-file-missing" {
        title: "the form has no field called file",
        place: "policy",
        explanation: "What is uploaded is the content of the field called file, and there is none of that name. A file \
            in a field of another name counts as a value.",
        fix: "Call the field of the file 'file', whatever the file itself is called.",
        clients: &[("Dropzone", "paramName: 'file'")],
        proofs: &[Lint, Error],
    }
}
