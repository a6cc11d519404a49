//! What the page of `form` says beyond its options: how the URL is read, what goes into the policy, what is refused.

use super::section::{Item, Section};

/// The sections of `sigvet-form(1)`.
pub(super) fn sections() -> Vec<Section> {
    vec![url(), policy(), fields(), output(), limits()]
}

fn url() -> Section {
    let items = vec![
        Item::text(
            "Of `s3://bucket/key` the key is text as it stands; the endpoint comes from `--endpoint-url`, a profile or the \
             environment. Of an http URL the host names the bucket where its form is known, where it lies before the host of \
             the endpoint, or where `--bucket` says so; else the bucket is the first segment of the path. There the key is \
             percent-encoded.",
        ),
        Item::text(
            "The form itself is sent to the bucket. `${filename}` in the key or in a field is replaced by the name of the \
             uploaded file; quote it, for a shell would replace it before.",
        ),
    ];
    Section { title: "BUCKET AND KEY", items }
}

fn policy() -> Section {
    let items = vec![
        Item::text(
            "The policy has a condition on the bucket, the key, each `--field` and, in Version 4, on algorithm, credential \
             and date; on the session token where there is one. A value with `${filename}` in it is bound up to there.",
        ),
        Item::term(
            "--starts-with NAME=PREFIX",
            "The field has to begin so. What it is, the uploader says: it is among `fields_to_fill` in JSON, and an input of \
             the page. With `--field` of the same name that value is what it is at first. A Content-Type may be a list, each \
             item of which has to begin so. With `key`, and no key in the URL, the name of the file goes behind the prefix.",
        ),
        Item::term("--field x-ignore-NAME=VALUE", "A field that S3 does not look at, and that needs no condition."),
    ];
    Section { title: "POLICY", items }
}

fn fields() -> Section {
    let items = vec![Item::text(
        "S3 knows acl, Cache-Control, Content-Disposition, Content-Encoding, Content-MD5, Content-Type, Expires, redirect, \
         success_action_redirect, success_action_status, tagging, x-amz-meta-… and x-amz-…; other names are refused, and so \
         are those of the signature, which sigvet sets itself. The file is the last field, called `file`: S3 reads nothing \
         behind it.",
    )];
    Section { title: "FIELDS", items }
}

fn output() -> Section {
    let items = vec![
        Item::term(
            "--as json",
            "`url` and `fields` as boto3's generate_presigned_post gives them, `fields_to_fill` with what each has to begin \
             with, the `policy` decoded, and `expires_at`.",
        ),
        Item::term(
            "--as html",
            "A page that loads nothing and runs nothing. Whoever has it can upload until the policy ends; with temporary \
             credentials it holds their session token, as every form does.",
        ),
        Item::term(
            "--as curl",
            "A command for sh, with `--file`'s name or FILE in its last field. Fields to fill have their prefix, to be \
             completed.",
        ),
        Item::text(
            "`--show canonical-request` prints the policy, which stands in its place; where it holds a session token, the \
             token is taken out, and the string to sign with it.",
        ),
    ];
    Section { title: "OUTPUT", items }
}

fn limits() -> Section {
    let items = vec![
        Item::text(
            "A form of Version 4 is good for one second to seven days; Version 2 knows no limit. The form may have 20 KiB \
             besides the file, and the key 1024 bytes. Forms are for S3 alone, not for its directory buckets. S3 documents no \
             policy that is signed with Version 4A. Google's own names come with `--dialect goog`.",
        ),
        Item::text(
            "`sigvet verify` and `sigvet explain` read an upload by form: each condition is held against the fields and the \
             file, and the signature is recomputed.",
        ),
    ];
    Section { title: "LIMITS", items }
}
