//! The options that `sigvet send` takes for curl's sake alone: `-K`, `--url`, and the flags that change nothing here.
//!
//! All of them are gone by the time arguments mean anything: `config_file` puts words in place of the first two, and
//! nobody asks for the rest.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use super::table::{Taken, rows};

/// Nothing but a place in the definition of the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct CurlOptions;

impl Args for CurlOptions {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config").short('K').long("config").value_name("FILE").value_hint(ValueHint::FilePath);
        let config = config.help("Read more options from this file, as curl does; '-' is standard input");
        let url = Arg::new("url_option").long("url").value_name("URL").hide(true);
        let command = command.arg(config.action(ArgAction::Append).help_heading("Request")).arg(url);
        let ignored = rows().into_iter().filter(|row| matches!(row.taken, Taken::NoEffect(_)));
        ignored.fold(command, |command, row| {
            let flag = Arg::new(row.long).long(row.long).action(ArgAction::Count).hide(true);
            command.arg(match row.short {
                Some(short) => flag.short(short),
                None => flag,
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CurlOptions {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
        Ok(())
    }
}
