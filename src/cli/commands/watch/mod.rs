//! `sigvet watch -- CMD`: runs a program behind a recording proxy and explains its refused signatures.
//!
//! The program's requests and their replies pass unchanged. The program only gets additional environment variables:
//! for the proxy and for the CA certificate to trust.

mod truststore;
mod trust;
mod go_program;
mod endpoints;
mod surroundings;
mod queue;
mod keys;
mod explaining;
mod saving;
mod report;
mod running;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use crate::cli::connection::options::ConnectionOptions;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::value::parse_duration;
use crate::gateway::forward::{HostRule, Watched};
use crate::profiles::Environment;

/// The arguments of `sigvet watch`.
#[derive(Debug, Args)]
#[command(mut_arg("max_time", |arg| arg.hide(true)), mut_arg("limit_rate", |arg| arg.hide(true)))]
#[command(before_help = "Examples:
  sigvet watch -- python app.py
  sigvet watch --save refused --html -- aws s3 ls
  sigvet watch --host minio.internal -- ./run-tests.sh")]
pub struct WatchArgs {
    /// The program to run, with its arguments
    #[arg(required = true, last = true, value_name = "COMMAND", value_hint = clap::ValueHint::CommandWithArguments)]
    command: Vec<OsString>,

    /// Also watch this host, or with *.DOMAIN all below it; repeatable
    ///
    /// Hosts of AWS, of the stores that sigvet knows, and of configured endpoints (AWS_ENDPOINT_URL, AWS's configuration
    /// file, --endpoint-url of the program) are watched anyway. All others pass through a tunnel.
    #[arg(long, value_name = "HOST", action = ArgAction::Append, help_heading = "Watching")]
    host: Vec<HostRule>,

    /// Watch all hosts
    #[arg(long, help_heading = "Watching")]
    all_hosts: bool,

    /// Set AWS_ENDPOINT_URL for the program to this URL, and watch its host
    #[arg(long, value_name = "URL", help_heading = "Watching")]
    endpoint_url: Option<String>,

    /// Print a line for every request
    #[arg(long, help_heading = "Output")]
    all: bool,

    /// Write each refused request with its reply to a file in this directory
    ///
    /// 'sigvet explain' takes these files.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, help_heading = "Output")]
    save: Option<PathBuf>,

    /// Also write each explanation as an HTML page to the directory of --save
    #[arg(long, requires = "save", help_heading = "Output")]
    html: bool,

    /// Do not redact tokens and signatures
    #[arg(long, help_heading = "Output")]
    show_secrets: bool,

    /// Explain with the keys of this profile (default: the keys that requests name)
    #[arg(long, value_name = "NAME", add = crate::cli::options::complete::profile_names())]
    #[arg(help_heading = "Credentials")]
    profile: Option<String>,

    /// Read profiles from this file
    ///
    /// The default is $SIGVET_PROFILES, or profiles.toml in the configuration directory.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Credentials")]
    profile_file: Option<PathBuf>,

    /// Explain without keys
    #[arg(long, conflicts_with = "profile", help_heading = "Credentials")]
    no_credentials: bool,

    /// Options for connecting to servers.
    #[command(flatten)]
    connection: ConnectionOptions,

    /// Maximum time to find out why a signature was refused
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "5s", help_heading = "Limits")]
    time_limit: Duration,
}

/// Runs the command; the exit code is the program's.
pub fn run(args: &WatchArgs, context: &mut Context) -> Result<u8, Failure> {
    if let Some((option, _)) = args.connection.transfer_limits().into_iter().find(|(_, is_given)| *is_given) {
        let text = format!("{option} cannot be used: sigvet watch passes on the program's requests as they are");
        return Err(Failure::usage(text).hint("set the limit in the program"));
    }
    running::run(args, context)
}

impl WatchArgs {
    /// The hosts to watch.
    fn watched(&self, environment: &Environment) -> Result<Watched, Failure> {
        let mut named = self.host.clone();
        named.extend(endpoints::find_hosts(&self.command, environment));
        if let Some(text) = &self.endpoint_url {
            let url = crate::cli::request::address::parse(text)?;
            named.push(url.host().parse().map_err(Failure::invalid)?);
        }
        Ok(Watched { named, is_all: self.all_hosts })
    }
}
