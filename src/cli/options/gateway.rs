//! Options shared by the commands that listen: address, certificate, limits, and logging.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::value::{parse_count_limit, parse_duration, parse_size_limit, parse_time_limit};
use crate::gateway::Limits;
use sigvet_core::internal::without_brackets;

/// A port, or an address with a port as Go programs spell it: `:8080` for all addresses of the machine,
/// `127.0.0.1:8080`, `[::]:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// The address before it.
    pub address: Option<IpAddr>,
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, number) = text.rsplit_once(':').map_or((None, text), |(address, number)| (Some(address), number));
        let number = number.parse().map_err(|_| "expected a port from 0 to 65535".to_owned())?;
        let address = match address {
            None => None,
            // As in Go, a socket for all IPv6 addresses takes IPv4 too.
            Some("") => Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
            Some("localhost") => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Some(address) => Some(
                without_brackets(address).parse().map_err(|_| "expected PORT, :PORT or IP-ADDRESS:PORT".to_owned())?,
            ),
        };
        Ok(Self { number, address })
    }
}

/// Where to listen, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Listening")]
pub struct ListenOptions {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,

    /// Allow an address that other machines can reach
    #[arg(long)]
    pub allow_remote: bool,

    /// Speak TLS with a certificate made for this run
    ///
    /// --tls-cert gives another one.
    #[arg(long)]
    pub tls: bool,

    /// Certificate chain to show (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key", value_hint = clap::ValueHint::FilePath)]
    pub tls_cert: Option<PathBuf>,

    /// Private key of --tls-cert (PEM, without a password)
    #[arg(long, value_name = "FILE", requires = "tls_cert", value_hint = clap::ValueHint::FilePath)]
    pub tls_key: Option<PathBuf>,

    /// Write the CA certificate that clients must trust to this file (PEM)
    #[arg(long, value_name = "FILE", conflicts_with = "tls_cert", value_hint = clap::ValueHint::FilePath)]
    pub tls_ca: Option<PathBuf>,
}

/// What a request may take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Maximum size of a request body
    #[arg(long, value_name = "BYTES", value_parser = parse_size_limit, default_value = "5GiB")]
    pub max_body: u64,

    /// Maximum size of a request line with its headers
    #[arg(long, value_name = "BYTES", value_parser = parse_size_limit, default_value = "64KiB")]
    pub max_head: u64,

    /// Maximum time until a request's headers are complete
    #[arg(long, value_name = "DURATION", value_parser = parse_time_limit, default_value = "10s")]
    pub head_timeout: Duration,

    /// Maximum time between two pieces of a body, and between requests
    #[arg(long, value_name = "DURATION", value_parser = parse_time_limit, default_value = "30s")]
    pub idle_timeout: Duration,

    /// Maximum time for requests in progress when the server is asked to stop
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30s")]
    pub stop_timeout: Duration,

    /// Maximum number of open connections
    #[arg(long, value_name = "COUNT", value_parser = parse_count_limit, default_value = "1024")]
    pub max_connections: usize,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// A line per request, and an explanation below each refused one
    #[default]
    Text,
    /// A JSON object per request
    Json,
}

impl LimitOptions {
    /// The limits of a gateway that spends up to `explain_time` on finding the mistake behind a refusal.
    pub fn to_limits(&self, explain_time: Duration) -> Limits {
        Limits {
            body_bytes: self.max_body,
            connections: self.max_connections,
            head_bytes: usize::try_from(self.max_head).unwrap_or(usize::MAX),
            head_time: self.head_timeout,
            idle_time: self.idle_timeout,
            stop_time: self.stop_timeout,
            explain_time,
            ..Limits::default()
        }
    }
}
