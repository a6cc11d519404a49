//! Defines the arguments of a command only if that command was typed.
//!
//! A process runs only one command. Defining the options of all others takes a hundred times as long as a
//! signature.

use clap::builder::Resettable;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

/// Arguments that are defined only when their command is built.
#[derive(Debug)]
pub struct Deferred<A>(pub A);

impl<A: Args> Args for Deferred<A> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| {
            // Keep the command's own about texts.
            let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
            let command = match A::augment_args(command) {
                // Otherwise its subcommands would have no help flag.
                parent if parent.has_subcommands() => parent,
                command => command.disable_help_flag(true).arg(help_flag()),
            };
            command.about(Resettable::from(about)).long_about(Resettable::from(long_about))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<A: FromArgMatches> FromArgMatches for Deferred<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// clap would put its own help flag into a separate group.
fn help_flag() -> Arg {
    let help = "Print help; -h shows the most used options, --help shows all";
    Arg::new("help").short('h').long("help").action(ArgAction::Help).help_heading("Output").help(help)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::args::Cli;

    /// Catches a command's about text that is replaced by the documentation of its arguments.
    #[test]
    fn a_command_keeps_its_about_text_when_it_is_built() {
        let before = Cli::command();
        let mut built = Cli::command();
        built.build();
        for command in before.get_subcommands() {
            let name = command.get_name();
            let after = built.find_subcommand(name).unwrap();
            assert_eq!(command.get_arguments().count(), 0, "the arguments of {name} wait");
            assert!(after.get_arguments().count() > 1, "{name} has arguments when it is built");
            let words = |command: &clap::Command| format!("{:?} {:?}", command.get_about(), command.get_long_about());
            assert_eq!(words(command), words(after), "{name}");
        }
    }

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }
}
