//! The output of `-h`: one screen with the most used options of a command. `--help` shows all options in groups.

use clap::{Arg, Command};

/// The maximum line width of `-h`.
const WIDTH: usize = 80;

/// The options shown for each command, by long name, in display order.
const SHOWN: [(&str, &[&str]); 14] = [
    (
        "sign",
        &[
            "request",
            "header",
            "data",
            "json",
            "upload-file",
            "profile",
            "user",
            "region",
            "service",
            "endpoint-url",
            "as",
        ],
    ),
    (
        "send",
        &[
            "request",
            "header",
            "data",
            "json",
            "upload-file",
            "output",
            "include",
            "fail",
            "location",
            "profile",
            "endpoint-url",
            "verbose",
        ],
    ),
    ("presign", &["request", "header", "expires", "profile", "region", "endpoint-url", "as", "batch", "base"]),
    ("form", &["field", "expires", "profile", "user", "region", "endpoint-url", "as", "file"]),
    ("verify", &["header", "body", "profile", "no-credentials", "now", "region", "service", "json", "batch"]),
    ("explain", &["response", "client-log", "body", "profile", "no-credentials", "now", "steps", "html", "json", "id"]),
    ("serve", &["port", "profile", "demo-keys", "upstream", "auth", "tls", "answer-as", "once", "exit-code", "log"]),
    ("proxy", &["to", "config", "port", "profile", "inbound", "ca", "region", "service", "allow-path", "log"]),
    ("mcp", &["header", "profile", "role-arn", "region", "service", "proxy", "cacert", "max-message"]),
    ("watch", &["host", "all-hosts", "all", "save", "html", "profile"]),
    ("token", &["host", "port", "user", "cluster-name", "region", "as"]),
    (
        "roles-anywhere",
        &[
            "profile",
            "certificate",
            "private-key",
            "intermediates",
            "trust-anchor-arn",
            "profile-arn",
            "role-arn",
            "region",
        ],
    ),
    ("key", &["date", "region", "service", "scheme", "profile", "as", "output"]),
    (
        "add",
        &[
            "access-key-id",
            "secret-command",
            "secret-env",
            "region",
            "service",
            "endpoint-url",
            "addressing",
            "expires",
            "default",
            "force",
        ],
    ),
];

/// The command as `-h` shows it. A command with few options shows them all.
pub fn shortened(command: &Command) -> Command {
    let command = command.clone().max_term_width(WIDTH);
    match SHOWN.iter().find(|(name, _)| *name == command.get_name()) {
        Some((_, shown)) => {
            let template = template(&command);
            command.help_template(template).mut_args(|arg| shorten(arg, shown))
        }
        // The list of commands has no space for `help`, which -h makes superfluous.
        None if command.find_subcommand("help").is_some() => command.mut_subcommand("help", |help| help.hide(true)),
        None => command,
    }
}

/// All options in one list, because there is no space for group titles.
fn template(command: &Command) -> String {
    let title = command.get_styles().get_header();
    format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{{before-help}}{title}Options:{title:#}\n{{options}}\n\n\
         --help for all"
    )
}

/// Hides an option, or shows it in its position with a short list of values.
fn shorten(arg: Arg, shown: &[&str]) -> Arg {
    match arg.get_long().and_then(|long| shown.iter().position(|shown| *shown == long)) {
        Some(place) => with_values(arg.display_order(place)),
        None if arg.is_positional() => arg,
        None => arg.hide(true),
    }
}

fn with_values(arg: Arg) -> Arg {
    let values = arg.get_possible_values();
    let names: Vec<&str> = values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name()).collect();
    let takes_value = arg.get_action().takes_values();
    match arg.get_help().map(ToString::to_string).filter(|_| takes_value && !names.is_empty()) {
        Some(help) => {
            arg.help(format!("{help}: {}", names.join(", "))).hide_possible_values(true).hide_default_value(true)
        }
        None => arg,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory, Parser};

    use super::{SHOWN, WIDTH, shortened};
    use crate::cli::args::Cli;

    /// The height of the smallest terminals.
    const HEIGHT: usize = 24;

    fn all_commands() -> Vec<Command> {
        fn add(command: &Command, all: &mut Vec<Command>) {
            all.push(command.clone());
            command
                .get_subcommands()
                .filter(|command| command.get_name() != "help")
                .for_each(|command| add(command, all));
        }
        let mut root = Cli::command();
        root.build();
        let mut all = Vec::new();
        add(&root, &mut all);
        all
    }

    fn options(command: &Command) -> Vec<String> {
        let longs = command.get_arguments().filter_map(|arg| arg.get_long());
        longs.map(|long| format!("--{long}")).collect()
    }

    #[test]
    fn short_help_is_one_screen() {
        for command in all_commands() {
            let text = shortened(&command).render_help().to_string();
            assert!(text.lines().count() <= HEIGHT, "{} lines:\n{text}", text.lines().count());
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    /// Catches an option in the table that was renamed, and one that `--help` hides.
    #[test]
    fn each_option_of_short_help_is_in_the_long_one() {
        let mut tables = 0;
        for command in all_commands() {
            let long = command.clone().render_long_help().to_string();
            let short = shortened(&command).render_help().to_string();
            let is_word = |text: &str, option: &str| text.split([' ', ',', '\n', '.', '[']).any(|word| word == option);
            for option in options(&command).iter().filter(|option| is_word(&short, option)) {
                assert!(is_word(&long, option), "{}: {option}", command.get_name());
            }
            let Some((name, shown)) = SHOWN.iter().find(|(name, _)| *name == command.get_name()) else { continue };
            tables += 1;
            for option in *shown {
                assert!(is_word(&short, &format!("--{option}")), "{name}: --{option}\n{short}");
            }
            assert!(short.ends_with("\n--help for all\n"), "{short}");
        }
        assert_eq!(tables, SHOWN.len());
    }

    /// Catches an example that does not parse as it is written.
    #[test]
    fn examples_can_be_pasted() {
        let mut tried = 0;
        for command in all_commands() {
            let examples = command.get_before_help().map(ToString::to_string).unwrap_or_default();
            for line in examples.lines().filter_map(|line| line.strip_prefix("  ")) {
                let Some(at) = line.find("sigvet ") else { continue };
                assert!(!line.contains('…'), "{line}");
                let end = line.find(" < ").or(line.find(" > ")).or(line.find(" | jq")).unwrap_or(line.len());
                let words = shell_words::split(line[at..end].trim_end_matches(")\"")).unwrap();
                let parsed = Cli::try_parse_from(words);
                assert!(parsed.is_ok(), "{line}: {:?}", parsed.err().map(|error| error.to_string()));
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
    }
}
