//! Messages about a form's policy: it has expired, a condition failed, a field is not in it, or the form
//! itself is wrong.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{
    FORM_FIELD_ORDER, FORM_FILE_MISSING, Mistake, POLICY_CONDITION_FAILED, POLICY_EXPIRED, POLICY_FIELD_NOT_ALLOWED,
    POLICY_MALFORMED,
};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};

pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let readers = [expired, field, condition, malformed, form];
    readers.iter().find_map(|read| read(said)).map(one).unwrap_or_default()
}

fn expired(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const WORDS: [&str; 4] =
        ["policy expired", "policy has expired", "policy document has expired", "policy document is expired"];
    let server = said.reply.server_time.map(|time| time.as_str().to_owned()).unwrap_or_default();
    said.says(&WORDS).then(|| AppliedMistake::new(&POLICY_EXPIRED, "", server))
}

/// A field without a condition. S3, Ceph and MinIO name it in the message, Google's store in the details.
fn field(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    // MinIO's `checkPostPolicy`.
    if let Some(names) = said.quoted_after("in the list of policy conditions. ") {
        return Some(quoted(&POLICY_FIELD_NOT_ALLOWED, "the server names", names));
    }
    const WORDS: [&str; 4] = [
        "extra input fields: ",
        "extra input fields ",
        "did not reference these fields: ",
        "policy missing condition: ",
    ];
    let names = WORDS.iter().find_map(|words| text_after(said, words))?;
    Some(quoted(&POLICY_FIELD_NOT_ALLOWED, "the server names", &names))
}

fn condition(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const FAILED: &str = "policy condition failed";
    if said.says(&[FAILED]) {
        let condition = text_after(said, FAILED).unwrap_or_default();
        return Some(quoted(&POLICY_CONDITION_FAILED, "the server quotes the condition", &condition));
    }
    let is_size = said.says(&["entitytoolarge", "minsizeallowed", "exceeds the maximum allowed size"])
        || said.has_code(&["EntityTooLarge", "EntityTooSmall"]);
    let is_said = said.says(&["conditions specified in the policy document", "satisfy the policy condition"])
        || (is_size && (said.is_form() || is_limit_of_policy(said)));
    is_said.then(|| quoted(&POLICY_CONDITION_FAILED, "", said.reply.details.as_deref().unwrap_or_default()))
}

/// Whether the limit on the size of an object that the server states is not S3's own for one upload (5 GiB).
fn is_limit_of_policy(said: &ReplyContext<'_>) -> bool {
    const OF_S3: u64 = 5 * 1024 * 1024 * 1024;
    said.reply.most_bytes.is_some_and(|most| most < OF_S3)
}

fn malformed(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    let is_said = said.has_code(&["InvalidPolicyDocument"])
        || said.says(&["invalid policy: ", "invalid according to policy: invalid"]);
    is_said.then(|| quoted(&POLICY_MALFORMED, "", said.reply.message.as_deref().unwrap_or_default()))
}

/// A form without a file, or with a field after the file.
fn form(said: &ReplyContext<'_>) -> Option<AppliedMistake> {
    const FILE: [&str; 2] = ["exactly one file upload", "must contain a field named 'file'"];
    match () {
        () if said.says(&FILE) && !said.says(&["check the order"]) => {
            Some(AppliedMistake::new(&FORM_FILE_MISSING, "", "file"))
        }
        () if said.says(&["check the order of the fields"]) => {
            let name = said.quoted_after("a field named ").unwrap_or_default();
            Some(AppliedMistake::new(&FORM_FIELD_ORDER, name, ""))
        }
        () => None,
    }
}

/// The rest of the line after these words, in the message or in the details.
fn text_after(said: &ReplyContext<'_>, words: &str) -> Option<String> {
    let rest = said.text_after(words)?.lines().next()?;
    Some(rest.trim_start_matches([':', ' ']).trim_end().to_owned())
}

/// A mistake with the server's words as its detail.
fn quoted(mistake: &'static Mistake, introduction: &str, words: &str) -> AppliedMistake {
    let made = AppliedMistake::new(mistake, "", "");
    match words.trim().trim_end_matches('.') {
        "" => made,
        words => made.with_detail(format!("{introduction} {words}").trim().to_owned()),
    }
}
