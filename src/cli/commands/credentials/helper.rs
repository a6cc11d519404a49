//! Translates the command line of AWS's helper for IAM Roles Anywhere, as users have it in their configuration files:
//! `aws_signing_helper credential-process …`, with `sigvet` instead of the helper's name.
//!
//! The helper parses flags with Go's `pflag`: a switch may have a value, as in `--debug=true`, and a flag with an empty
//! value counts as not given. This module does not know what the flags mean.

use std::ffi::{OsStr, OsString};

/// The name of the command in the helper, and in sigvet.
const HELPERS_NAME: &str = "credential-process";
const OWN_NAME: [&str; 2] = ["credentials", "roles-anywhere"];

/// The helper's flags that take no value.
const SWITCHES: [&str; 6] =
    ["debug", "no-verify-ssl", "with-proxy", "reuse-pin", "no-tpm-key-password", "use-latest-expiring-certificate"];

/// The helper's flags that take a value.
const VALUED: [&str; 16] = [
    "certificate",
    "private-key",
    "intermediates",
    "role-arn",
    "profile-arn",
    "trust-anchor-arn",
    "session-duration",
    "region",
    "endpoint",
    "role-session-name",
    "pkcs8-password",
    "cert-selector",
    "system-store-name",
    "pkcs11-lib",
    "pkcs11-pin",
    "tpm-key-password",
];

/// Translates the helper's command line. Any other command line is returned unchanged.
pub fn translate(words: Vec<OsString>) -> Vec<OsString> {
    let is = |at: usize, name: &str| words.get(at).is_some_and(|word| word == name);
    let head = match () {
        () if is(1, HELPERS_NAME) => 2,
        () if is(1, OWN_NAME[0]) && (is(2, OWN_NAME[1]) || is(2, HELPERS_NAME)) => 3,
        () => return words,
    };
    let mut words = words.into_iter();
    let mut translated: Vec<OsString> = words.next().into_iter().collect();
    translated.extend(OWN_NAME.map(OsString::from));
    let mut rest = words.skip(head - 1).peekable();
    while let Some(word) = rest.next() {
        let is_alone = is_flag(&word, &VALUED);
        match rest.next_if(|next| is_alone && next.is_empty()) {
            Some(_) => {}
            None => translated.extend(without_value(word)),
        }
    }
    translated
}

fn is_flag(word: &OsStr, names: &[&str]) -> bool {
    word.to_str().and_then(|word| word.strip_prefix("--")).is_some_and(|name| names.contains(&name))
}

/// Translates a word to sigvet's syntax. `None` if it has no effect.
fn without_value(word: OsString) -> Option<OsString> {
    let Some((flag, value)) = word.to_str().and_then(|text| text.split_once('=')) else { return Some(word) };
    let (is_valued, is_switch) = (is_flag(flag.as_ref(), &VALUED), is_flag(flag.as_ref(), &SWITCHES));
    // The spellings that Go's `strconv.ParseBool` accepts.
    match value {
        "" if is_valued => None,
        "1" | "t" | "T" | "true" | "TRUE" | "True" if is_switch => Some(flag.into()),
        "0" | "f" | "F" | "false" | "FALSE" | "False" if is_switch => None,
        _ => Some(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(line: &[&str]) -> Vec<String> {
        let words = line.iter().map(OsString::from).collect();
        translate(words).into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn the_helpers_command_line_is_parsed_as_go_parses_it() {
        let own = ["sigvet", "credentials", "roles-anywhere"];
        for (line, rest) in [
            (&["sigvet", "credential-process", "--certificate", "c.pem"][..], &["--certificate", "c.pem"][..]),
            (&["sigvet", "credentials", "credential-process", "--debug=true"], &["--debug"]),
            (&["sigvet", "credential-process", "--debug=false", "--with-proxy=T"], &["--with-proxy"]),
            (&["sigvet", "credential-process", "--region", "", "--endpoint="], &[]),
            (&["sigvet", "credentials", "roles-anywhere", "--region=eu-west-1"], &["--region=eu-west-1"]),
            (&["sigvet", "credential-process", "--debug=yes", "--profile", ""], &["--debug=yes", "--profile", ""]),
        ] {
            assert_eq!(translated(line), [&own[..], rest].concat(), "{line:?}");
        }
        let other = ["sigvet", "sign", "--debug=true", "--region", ""];
        assert_eq!(translated(&other), other);
    }
}
