//! Messages about where credentials come from, what to know about them, and why there are none.

use std::path::Path;

use crate::cli::shell::suggestion;
use crate::profiles::{AwsProvider, CertificateWarning, Error, KeyPart, KeyProblem, Source, Warning};

/// The source, as it is named in a sentence: `profile 'hetzner' in /home/me/.config/sigvet/profiles.toml`.
pub fn describe_source(source: &Source) -> String {
    match source {
        Source::User => "option -u".to_owned(),
        Source::Options => "options --access-key and --secret-key".to_owned(),
        Source::Environment => "environment variables".to_owned(),
        Source::Profile { name, path } => format!("profile '{name}' in {}", path.display()),
        Source::AwsProfile { name, provider } => format!("aws profile '{name}' ({})", describe_provider(*provider)),
        Source::Tool(entry) => entry.to_string(),
        Source::ForTool { entry, source } => format!("{}, for {entry}", describe_source(source)),
        Source::Aws { provider } => format!("aws {}", describe_provider(*provider)),
    }
}

/// The owner of a key in a few words: `profile 'work'`, `aws profile 'default'`, `the environment`.
pub fn describe_owner(source: &Source) -> String {
    match source {
        Source::Environment => "the environment".to_owned(),
        Source::Profile { name, .. } => format!("profile '{name}'"),
        Source::AwsProfile { name, .. } => format!("aws profile '{name}'"),
        Source::Tool(entry) => entry.owner(),
        Source::ForTool { source, .. } => describe_owner(source),
        Source::User | Source::Options | Source::Aws { .. } => describe_source(source),
    }
}

/// A warning, in one line.
pub fn describe_warning(warning: &Warning) -> String {
    match warning {
        Warning::SecondColon => {
            "option -u is split at its first ':', as in curl; give an access key ID that contains a ':' \
            with --access-key and --secret-key, a profile, or AWS_ACCESS_KEY_ID"
                .to_owned()
        }
        Warning::WhiteSpace { part, source } => {
            format!("the {} of {} begins or ends with whitespace", describe_part(*part), describe_source(source))
        }
        Warning::InvalidExpiration { variable } => format!("{variable} is not a date and time; it is ignored"),
        Warning::BrokenSection { path, section, line, message } => {
            format!("{}, line {line}: {message}; section [{section}] is ignored", path.display())
        }
        Warning::StrayLine { path, line } => {
            format!("{}, line {line}: it is in no section and is ignored", path.display())
        }
        Warning::SectionsApart { path, section } => format!(
            "s3cmd reads all sections of {} as one, as '--profile s3cmd:' does; here [{section}] is read alone",
            path.display()
        ),
        Warning::FileTooOpen { path, mode } => {
            format!("others can read {} (mode {mode:04o}); {} keeps it private", path.display(), closing_command(path))
        }
        Warning::FileWritable { path, mode } => {
            let command = closing_command(path);
            format!("others can write to {} (mode {mode:04o}); {command} keeps it private", path.display())
        }
        Warning::Certificate(warning) => describe_certificate_warning(warning),
        Warning::FileOfAnother { path } => format!("{} belongs to another user, who can change it", path.display()),
    }
}

/// A warning about a certificate or its key, in one line.
pub fn describe_certificate_warning(warning: &CertificateWarning) -> String {
    match warning {
        CertificateWarning::KeyTooOpen { path, mode } => {
            format!("others can read {} (mode {mode:04o}); {} keeps it private", path.display(), closing_command(path))
        }
        CertificateWarning::FirstCounts { path, count } => format!(
            "{} contains {count} certificates; only the first is sent: give the others with --intermediates",
            path.display()
        ),
        CertificateWarning::LeftOut { path } => {
            format!("{} begins with the certificate itself, which is left out of the chain", path.display())
        }
        CertificateWarning::Fault { path, fault } => format!("{}: {fault}", path.display()),
    }
}

/// The command that makes a file private, if its name can be pasted.
pub fn closing_command(path: &Path) -> String {
    suggestion(&["chmod", "600"], path.to_str()).unwrap_or_else(|| "mode 0600".to_owned())
}

/// Why there are no credentials, in one line, if the message has to name an option or a place.
pub fn describe_error(error: &Error) -> Option<String> {
    Some(match error {
        Error::UserIncomplete => "-u lacks an access key ID or a secret; expected KEY:SECRET".to_owned(),
        Error::HalfTypedKey { missing } => {
            format!("{} is missing or empty: a key is given with --access-key and --secret-key", option_of(*missing))
        }
        Error::UnusableKey { part, problem, place } => {
            format!("the {} of {} {}", describe_part(*part), describe_source(place), describe_problem(*problem))
        }
        _ => return None,
    })
}

/// What is wrong with a part of a key, worded to follow the name of the part. The part itself is not shown.
pub fn describe_problem(problem: KeyProblem) -> &'static str {
    match problem {
        KeyProblem::ControlCharacter => "contains a line break, a NUL or another control character",
        KeyProblem::LooksLikeSecret => "looks like a secret access key",
        KeyProblem::LooksLikeKeyId => "looks like an access key ID",
        KeyProblem::HoldsToken => "contains a ':', which AWS secrets never do",
    }
}

/// A hint for fixing the problem.
pub fn hint_for_problem(problem: KeyProblem, source: &Source) -> &'static str {
    match (problem, source) {
        (KeyProblem::ControlCharacter, _) => "copy it again, on one line and without surrounding text",
        (KeyProblem::HoldsToken, _) => "give the session token with --session-token",
        (_, Source::User) => "write -u ACCESS_KEY_ID:SECRET, with the ID first",
        (_, Source::Options) => "--access-key takes the ID, --secret-key the secret: swap the two",
        (_, Source::Environment) => "AWS_ACCESS_KEY_ID takes the ID, AWS_SECRET_ACCESS_KEY the secret: swap the two",
        (_, Source::ForTool { source, .. }) => hint_for_problem(problem, source),
        (_, Source::Tool(_)) => "the access key ID and the secret are in the wrong fields: swap the two",
        (_, Source::Profile { .. }) => "access_key_id takes the ID, secret_access_key the secret: swap the two",
        _ => "aws_access_key_id takes the ID, aws_secret_access_key the secret: swap the two",
    }
}

/// How an AWS profile gets its keys.
pub fn describe_provider(provider: AwsProvider) -> &'static str {
    match provider {
        AwsProvider::Static => "static",
        AwsProvider::WebIdentity => "web identity",
        AwsProvider::AssumeRole => "assume role",
        AwsProvider::CredentialSource => "credential source",
        AwsProvider::Sso => "sso",
        AwsProvider::Login => "login",
        AwsProvider::Process => "process",
        AwsProvider::Container => "container",
        AwsProvider::InstanceMetadata => "instance metadata",
    }
}

pub fn describe_part(part: KeyPart) -> &'static str {
    match part {
        KeyPart::AccessKeyId => "access key ID",
        KeyPart::SecretAccessKey => "secret access key",
        KeyPart::SessionToken => "session token",
    }
}

/// The option for a part of a key.
fn option_of(part: KeyPart) -> &'static str {
    match part {
        KeyPart::AccessKeyId => "--access-key",
        KeyPart::SecretAccessKey => "--secret-key",
        KeyPart::SessionToken => "--session-token",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::{Tool, ToolEntry, ToolPlace};

    /// People search the output of `-v` for the source, so its wording must not change.
    #[test]
    fn sources_are_described_as_in_a_sentence() {
        let profile = Source::Profile { name: "a".to_owned(), path: "/p.toml".into() };
        let aws = Source::AwsProfile { name: "dev".to_owned(), provider: AwsProvider::Sso };
        let machine = Source::Aws { provider: AwsProvider::InstanceMetadata };
        let entry = |tool, name: &str, place| {
            Source::Tool(Box::new(ToolEntry { tool, name: name.to_owned(), place, key_variable: None }))
        };
        let remote = entry(Tool::Rclone, "minio", ToolPlace::File("/r.conf".into()));
        let alias = entry(Tool::Mc, "play", ToolPlace::Variable("MC_HOST_play".to_owned()));
        for (source, expected, owner) in [
            (profile, "profile 'a' in /p.toml", "profile 'a'"),
            (aws, "aws profile 'dev' (sso)", "aws profile 'dev'"),
            (machine, "aws instance metadata", "aws instance metadata"),
            (remote, "rclone remote 'minio' in /r.conf", "rclone remote 'minio'"),
            (alias, "mc alias 'play' in environment variable MC_HOST_play", "mc alias 'play'"),
            (Source::User, "option -u", "option -u"),
            (Source::Environment, "environment variables", "the environment"),
        ] {
            assert_eq!((describe_source(&source).as_str(), describe_owner(&source).as_str()), (expected, owner));
        }
    }

    #[test]
    fn a_warning_names_the_part_and_the_place_and_no_secret() {
        let warning = Warning::WhiteSpace { part: KeyPart::SecretAccessKey, source: Source::User };
        assert_eq!(describe_warning(&warning), "the secret access key of option -u begins or ends with whitespace");
        let warning = Warning::FileTooOpen { path: "/p.toml".into(), mode: 0o44 };
        assert!(describe_warning(&warning).contains("(mode 0044); 'chmod 600 /p.toml'"));
    }
}
