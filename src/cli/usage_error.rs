//! Turns clap's errors into the style of all other errors: one line that says what is wrong, and hints that say
//! what to do. Of clap's own text, only the names of options are used.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use crate::cli::args::Cli;
use crate::cli::failure::Failure;

/// The failure for an error of clap.
pub fn describe(error: &Error) -> Failure {
    Failure::usage(message(error)).with_hints(hints(error))
}

fn message(error: &Error) -> String {
    let argument = || text(error, ContextKind::InvalidArg);
    let value = || text(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(&argument()),
        ErrorKind::InvalidSubcommand => {
            format!("there is no command '{}'", text(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => format!("'{}' needs a command", text(error, ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => {
            format!("missing {}{}", argument(), listed(&values_of(error, &argument())))
        }
        ErrorKind::InvalidValue if value().is_empty() => format!("{} needs a value{}", argument(), expected(error)),
        ErrorKind::InvalidValue => format!("invalid value '{}' for {}{}", value(), argument(), expected(error)),
        ErrorKind::ValueValidation => invalid_value(error),
        ErrorKind::NoEquals => format!("the value of {} must follow '='", argument()),
        ErrorKind::TooManyValues => format!("{} takes no value, but '{}' was given", argument(), value()),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{} needs more values", argument()),
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8".to_owned(),
        other => other.as_str().unwrap_or("the command line makes no sense").to_owned(),
    }
}

/// The value after `=` may be a secret, so it is not repeated.
fn unknown(argument: &str) -> String {
    match argument.starts_with('-') {
        true => format!("there is no option {}", argument.split('=').next().unwrap_or_default()),
        false => format!("unexpected argument '{argument}'"),
    }
}

fn conflict(error: &Error) -> String {
    let (argument, prior) = (text(error, ContextKind::InvalidArg), text(error, ContextKind::PriorArg));
    match prior.as_str() {
        _ if prior == argument => format!("{argument} cannot be given twice"),
        "" => format!("{argument} cannot be used with the other options given"),
        _ => format!("{argument} cannot be used with {prior}"),
    }
}

/// The accepted values of an option, if there are few.
fn expected(error: &Error) -> String {
    listed(&words(error, ContextKind::ValidValue))
}

fn listed(values: &[String]) -> String {
    match values.split_last() {
        Some((last, [])) => format!("; expected {last}"),
        Some((last, others)) => format!("; expected {} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The values of a positional argument that is missing, if it has a list of them: clap does not say which.
fn values_of(error: &Error, argument: &str) -> Vec<String> {
    let mut cli = Cli::command();
    cli.build();
    let name = command(&usage_of(error));
    let found = name.split(' ').skip(1).try_fold(&cli, |command, word| command.find_subcommand(word));
    let argument = found.and_then(|command| command.get_positionals().find(|arg| arg.to_string() == argument));
    let values = argument.map(clap::Arg::get_possible_values).unwrap_or_default();
    values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect()
}

/// Why a value is invalid, in the words of its parser, which may quote the value.
fn invalid_value(error: &Error) -> String {
    let (argument, value) = (text(error, ContextKind::InvalidArg), text(error, ContextKind::InvalidValue));
    match std::error::Error::source(error).map(ToString::to_string) {
        Some(reason) if reason.contains(&format!("'{value}'")) => format!("invalid value for {argument}: {reason}"),
        Some(reason) => format!("invalid value '{value}' for {argument}: {reason}"),
        None => format!("invalid value '{value}' for {argument}"),
    }
}

fn hints(error: &Error) -> Vec<String> {
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let suggested: Vec<String> = suggested.into_iter().flat_map(|kind| words(error, kind)).collect();
    let commands = words(error, ContextKind::SuggestedSubcommand);
    let usage = usage_of(error);
    let argument = text(error, ContextKind::InvalidArg);
    let is_option = argument.starts_with('-');
    match error.kind() {
        ErrorKind::UnknownArgument if argument == "--stdio" => vec![hint_for_stdio(&usage).to_owned()],
        _ if !commands.is_empty() => vec![format!("use '{} {}'", command(&usage), commands.join("' or '"))],
        _ if !suggested.is_empty() => vec![format!("use {}", suggested.join(" or "))],
        ErrorKind::UnknownArgument if is_option && usage.contains("<COMMAND>") => {
            vec!["put options after the command, as in: sigvet sign --profile NAME URL".to_owned()]
        }
        ErrorKind::UnknownArgument if is_option => vec![format!("run '{} --help' to see all options", command(&usage))],
        ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => {
            vec![format!("run '{} --help' to see all commands", command(&usage))]
        }
        ErrorKind::UnknownArgument | ErrorKind::MissingRequiredArgument if !usage.is_empty() => {
            vec![format!("use: {usage}")]
        }
        _ => Vec::new(),
    }
}

/// Other proxies for MCP have this option.
fn hint_for_stdio(usage: &str) -> &'static str {
    match command(usage).ends_with(" mcp") {
        true => "leave it out: sigvet mcp always speaks MCP on standard input and output",
        false => "use 'sigvet mcp URL' to speak MCP on standard input and output",
    }
}

/// The usage line, without its title.
fn usage_of(error: &Error) -> String {
    let usage = words(error, ContextKind::Usage).concat();
    usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The command in a usage line, without its arguments.
fn command(usage: &str) -> String {
    let words: Vec<&str> = usage.split(' ').take_while(|word| !word.starts_with(['[', '<', '-'])).collect();
    if words.concat().is_empty() { "sigvet".to_owned() } else { words.join(" ") }
}

fn text(error: &Error, kind: ContextKind) -> String {
    words(error, kind).join(", ")
}

fn words(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::describe;
    use crate::cli::args::Cli;

    fn said(words: &[&str]) -> (String, String) {
        let error = Cli::try_parse_from(["sigvet"].iter().chain(words)).unwrap_err();
        let failure = describe(&error);
        (failure.to_string(), failure.hints().join("\n"))
    }

    /// Catches clap's own wording, and a kind of error without a message of ours.
    #[test]
    fn every_kind_of_usage_error_is_one_line_and_a_hint() {
        for (words, message, hint) in [
            (&["sign", "--reigon", "x", "https://h"][..], "there is no option --reigon", "use --region"),
            (
                &["proxy", "--stdio", "https://h"],
                "there is no option --stdio",
                "use 'sigvet mcp URL' to speak MCP on standard input and output",
            ),
            (
                &["mcp", "--stdio", "https://h"],
                "there is no option --stdio",
                "leave it out: sigvet mcp always speaks MCP on standard input and output",
            ),
            (
                &["sign", "--zzz", "https://h"],
                "there is no option --zzz",
                "run 'sigvet sign --help' to see all options",
            ),
            (
                &["--profile", "x", "sign"],
                "there is no option --profile",
                "put options after the command, as in: sigvet sign --profile NAME URL",
            ),
            (&["sgin"], "there is no command 'sgin'", "use 'sigvet sign'"),
            (&["profile", "use"], "there is no command 'use'", "run 'sigvet profile --help' to see all commands"),
            (
                &["profile", "--profile-file", "x"],
                "'sigvet profile' needs a command",
                "run 'sigvet profile --help' to see all commands",
            ),
            (&["send"], "missing <URL>", "use: sigvet send <URL>"),
            (
                &["token"],
                "missing <KIND>; expected rds, dsql, elasticache, memorydb, redshift, msk, bedrock, eks, vault, gcp, \
                 snowflake, appsync, appsync-events or iot",
                "use: sigvet token <KIND>",
            ),
            (&["sign", "https://h", "--region"], "--region <REGION> needs a value", ""),
            (
                &["sign", "https://h", "--scheme", "v5"],
                "invalid value 'v5' for --scheme <SCHEME>; expected v4, v4a, v2 or x509",
                "",
            ),
            (&["sign", "https://h", "--scheme"], "--scheme <SCHEME> needs a value; expected v4, v4a, v2 or x509", ""),
            (&["sign", "https://h", "--get=1"], "--get takes no value, but '1' was given", ""),
            (
                &["send", "https://h", "--fix-clock", "--zzz=hush"],
                "there is no option --zzz",
                "run 'sigvet send --help' to see all options",
            ),
            (&["key", "b"], "unexpected argument 'b'", "use: sigvet key [OPTIONS]"),
            (&["explain", "--quiet", "--json"], "--quiet cannot be used with --json", ""),
        ] {
            assert_eq!(said(words), (message.to_owned(), hint.to_owned()), "{words:?}");
        }
        let (message, _) = said(&["sign", "https://h", "--date", "never"]);
        assert!(message.starts_with("invalid value for --date <TIME>: expected"), "{message}");
    }
}
