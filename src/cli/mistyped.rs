//! Hints for commands of other tools, and for a URL in place of a command.

use std::ffi::OsString;

use crate::cli::failure::Failure;
use crate::cli::secrets::without_lookalikes;

/// Words that people try, with the command that does the same.
const WORDS: [(&[&str], &str); 15] = [
    (&["ls", "list", "dir"], "list a bucket with: sigvet send 's3://BUCKET?list-type=2'"),
    (&["get", "download", "fetch", "cat"], "download an object with: sigvet send -o FILE s3://BUCKET/KEY"),
    (&["put", "upload"], "upload a file with: sigvet send -T FILE s3://BUCKET/KEY"),
    (&["cp", "mv", "sync", "copy"], "upload with: sigvet send -T FILE s3://BUCKET/KEY, and download with -o FILE"),
    (&["rm", "del", "delete", "remove"], "delete an object with: sigvet send -X DELETE s3://BUCKET/KEY"),
    (&["head", "stat", "info"], "look at an object with: sigvet send -I s3://BUCKET/KEY"),
    (&["mb", "make-bucket"], "make a bucket with: sigvet send -X PUT s3://BUCKET"),
    (&["url", "share", "signurl", "link", "pre-sign"], "make a presigned URL with: sigvet presign s3://BUCKET/KEY"),
    (&["post", "policy"], "make a presigned POST with: sigvet form s3://BUCKET/KEY"),
    (&["request", "http", "call", "fetch-url"], "send a request with: sigvet send URL"),
    (&["configure", "config", "login", "init", "profiles", "alias"], "add a profile with: sigvet profile add NAME"),
    (&["check", "validate", "test"], "judge a signed request with: sigvet verify FILE"),
    (&["debug", "diagnose", "why", "trace"], "explain a refused request with: sigvet explain FILE"),
    (
        &["whoami", "id", "sts"],
        "ask whose key it is with: sigvet send --profile NAME \
        'https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15'",
    ),
    (&["s3", "s3api", "aws"], "send any request with: sigvet send s3://BUCKET/KEY"),
];

/// Words that people try after `sigvet profile`, with the command that does the same.
const PROFILE_WORDS: [(&[&str], &str); 6] = [
    (
        &["use", "select", "switch", "set", "set-default", "activate"],
        "make it the default with: sigvet profile default NAME",
    ),
    (&["ls", "all"], "list the profiles with: sigvet profile list"),
    (&["rm", "delete", "del"], "remove it with: sigvet profile remove NAME"),
    (&["create", "new", "configure", "import", "init", "login"], "add a profile with: sigvet profile add NAME"),
    (&["get", "cat", "view", "describe", "info"], "show a profile with: sigvet profile show NAME"),
    (&["update", "change", "modify", "rename", "open"], "edit the profile file with: sigvet profile edit"),
];

/// The failure for an unknown command, if it is clear what was meant.
pub fn explain(words: &[OsString], word: &str) -> Option<Failure> {
    if words.get(1).is_some_and(|first| first == "profile") {
        let (_, hint) = PROFILE_WORDS.iter().find(|(words, _)| words.contains(&word))?;
        return Some(Failure::usage(format!("there is no command 'profile {word}'")).hint(*hint));
    }
    let hint = match WORDS.iter().find(|(words, _)| words.contains(&word)) {
        Some((_, hint)) => (*hint).to_owned(),
        None if looks_like_url(word) => "name the command first: sigvet send URL, sigvet presign URL, …".to_owned(),
        None => return None,
    };
    let shown =
        if looks_like_url(word) { "a URL is not a command".to_owned() } else { format!("unknown command '{word}'") };
    Some(Failure::usage(without_lookalikes(&shown)).hint(hint))
}

fn looks_like_url(word: &str) -> bool {
    ["s3://", "https://", "http://", "wss://"].iter().any(|scheme| word.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_other_tools_lead_to_our_command() {
        for (word, expected) in [
            ("ls", "list-type=2"),
            ("get", "-o FILE"),
            ("cp", "-T FILE"),
            ("configure", "profile add"),
            ("https://h/?X-Amz-Signature=hush", "sigvet send URL"),
        ] {
            let failure = explain(&[], word).unwrap();
            assert!(failure.hints().concat().contains(expected), "{word}");
            assert!(!failure.to_string().contains("hush"));
        }
        assert!(explain(&[], "sgin").is_none() && explain(&[], "").is_none());
        let hint = |word| explain(&["sigvet".into(), "profile".into()], word).map(|failure| failure.hints().concat());
        assert!(hint("use").unwrap().ends_with("sigvet profile default NAME"));
        assert_eq!(hint("cp"), None);
    }

    #[test]
    fn no_word_has_two_meanings() {
        let mut words: Vec<&str> = WORDS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
    }
}
