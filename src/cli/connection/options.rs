//! By which way to connect: curl's options for proxies, TLS, names and times.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::options::value::parse_seconds;
use crate::transport::{DEFAULT_CONNECT_TIMEOUT, HttpVersion, Meter, Options, Proxies, Rerouting, Resolution, Trust};

/// By which way to connect, for how long, trusting whom.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionOptions {
    /// Go by way of this proxy; '' for none, whatever the environment says
    #[arg(short = 'x', long, value_name = "URL")]
    proxy: Option<String>,

    /// Hosts to reach without a proxy
    #[arg(long, value_name = "HOSTS")]
    noproxy: Option<String>,

    /// Believe the authorities in this file of PEM instead of the system's
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    cacert: Option<PathBuf>,

    /// Believe any certificate
    #[arg(short = 'k', long)]
    insecure: bool,

    /// Connect to ADDRESS for HOST and PORT: HOST:PORT:ADDRESS
    #[arg(long, value_name = "RESOLUTION")]
    resolve: Vec<Resolution>,

    /// Connect to another host: HOST1:PORT1:HOST2:PORT2
    #[arg(long, value_name = "REROUTING")]
    connect_to: Vec<Rerouting>,

    /// Connect to this local socket
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    unix_socket: Option<PathBuf>,

    /// How long to wait for a connection, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    connect_timeout: Option<Duration>,

    /// How long the whole of a request may take, in seconds
    #[arg(short = 'm', long, value_name = "SECONDS", value_parser = parse_seconds)]
    max_time: Option<Duration>,

    /// Speak HTTP/1.1, which is the default
    #[arg(long = "http1.1")]
    http1: bool,

    /// Speak HTTP/2 where the server does
    #[arg(long, conflicts_with = "http1")]
    http2: bool,
}

impl ConnectionOptions {
    /// What they mean. `AWS_CA_BUNDLE` and the proxies of the environment hold where no option says otherwise.
    pub fn to_transport(&self, context: &Context) -> Options {
        let environment = &context.environment;
        let bundle = || environment.get("AWS_CA_BUNDLE").map(PathBuf::from);
        Options {
            proxies: Proxies::new(self.proxy.as_deref(), self.noproxy.as_deref(), environment),
            resolutions: self.resolve.clone(),
            reroutings: self.connect_to.clone(),
            unix_socket: self.unix_socket.clone(),
            connect_timeout: self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
            max_time: self.max_time,
            trust: match self.cacert.clone().or_else(bundle) {
                _ if self.insecure => Trust::Anybody,
                Some(file) => Trust::File(file),
                None => Trust::Platform,
            },
            version: if self.http2 { HttpVersion::Http2 } else { HttpVersion::Http1 },
            meter: Meter::default(),
        }
    }
}
