//! Options that `sigvet send` accepts only for compatibility with curl: `-K`, `--url`, `--next`, flags without
//! effect, and `--no-OPTION` for every flag.
//!
//! Nothing reads them after parsing: `config_file` and `transfers` have replaced the first ones with other words,
//! and an opposite removes its flag.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use super::table::{Handling, Row, find, rows};

/// Defines these options on the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct CurlOptions;

impl Args for CurlOptions {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config").short('K').long("config").value_name("FILE").value_hint(ValueHint::FilePath);
        let config = config.help("Read more options from this file, as curl does; '-' is standard input");
        let url = Arg::new("url_option").long("url").value_name("URL").hide(true);
        let next = Arg::new("next").short(':').long("next").action(ArgAction::Count).help_heading("Request");
        let next = next.help("Begin the options of another request; several URLs in a row share theirs");
        let config = config.action(ArgAction::Append).help_heading("Request");
        let command = with_opposites(command).args([config, next, url]);
        let ignored: Vec<Row> = rows().into_iter().filter(|row| matches!(row.taken, Handling::NoEffect(_))).collect();
        let has_row = |name: &str| find(name).is_some();
        ignored.iter().fold(command, |command, row| {
            let flag = Arg::new(row.long).long(row.long).action(ArgAction::Count).hide(true);
            let opposite = Some(opposite_of(row.long)).filter(|name| !has_row(name));
            command.args(opposite.map(hidden_flag)).arg(match row.short {
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

/// Adds `--no-OPTION` for each flag so far: the last of the two is used. The opposite of a flag with `no-` lacks
/// that prefix.
fn with_opposites(command: Command) -> Command {
    let is_flag = |arg: &&Arg| matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Count);
    let longs = command.get_arguments().filter(is_flag).filter_map(|arg| Some((arg.get_id().clone(), arg.get_long()?)));
    let opposites: Vec<Arg> = longs.map(|(id, long)| hidden_flag(opposite_of(long)).overrides_with(id)).collect();
    command.args(opposites)
}

fn opposite_of(long: &str) -> String {
    long.strip_prefix("no-").map_or_else(|| format!("no-{long}"), str::to_owned)
}

fn hidden_flag(long: String) -> Arg {
    Arg::new(long.clone()).long(long).action(ArgAction::SetTrue).hide(true)
}
