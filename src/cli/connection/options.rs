//! Connection options, named as in curl: proxies, TLS, name resolution and timeouts.

use std::borrow::Cow;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::options::value::{parse_rate, parse_seconds, parse_secret};
use crate::transport::{
    DEFAULT_CONNECT_TIMEOUT, Family, HttpVersion, Identity, Meter, Options, Proxies, Reach, Rerouting, Resolution,
    Trust, ca_bundle,
};
use sigvet_core::credentials::Secret;

/// By which way to connect, for how long, trusting whom.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionOptions {
    /// Use this proxy, such as socks5h://HOST:PORT; '' disables all proxies
    #[arg(short = 'x', long, value_name = "URL", overrides_with_all = SOCKS)]
    proxy: Option<String>,

    /// User and password for the proxy
    #[arg(short = 'U', long, value_name = "USER:PASSWORD", value_parser = parse_secret)]
    proxy_user: Option<Secret>,

    /// Use this SOCKS4 proxy
    #[arg(long, value_name = "HOST", overrides_with_all = ["proxy", "socks4a", "socks5", "socks5_hostname"])]
    socks4: Option<String>,

    /// Use this SOCKS4 proxy, which looks up the host
    #[arg(long, value_name = "HOST", overrides_with_all = ["proxy", "socks5", "socks5_hostname"])]
    socks4a: Option<String>,

    /// Use this SOCKS5 proxy
    #[arg(long, value_name = "HOST", overrides_with_all = ["proxy", "socks5_hostname"])]
    socks5: Option<String>,

    /// Use this SOCKS5 proxy, which looks up the host
    #[arg(long, value_name = "HOST", overrides_with = "proxy")]
    socks5_hostname: Option<String>,

    /// Trust the CA certificates in this PEM file for an https:// proxy
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    proxy_cacert: Option<PathBuf>,

    /// Do not verify the certificate of an https:// proxy
    #[arg(long)]
    proxy_insecure: bool,

    /// Connect to these hosts without a proxy (comma-separated)
    #[arg(long, value_name = "HOSTS")]
    noproxy: Option<String>,

    /// Trust the CA certificates in this PEM file instead of the system's
    #[arg(long, alias = "ca-bundle", value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    cacert: Option<PathBuf>,

    /// Do not verify the server's certificate
    #[arg(short = 'k', long, alias = "no-verify-ssl")]
    insecure: bool,

    /// Client certificate (PEM); its private key is in the same file unless --key is given
    #[arg(short = 'E', long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    cert: Option<PathBuf>,

    /// Private key of --cert (PEM, without a password)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, requires = "cert")]
    key: Option<PathBuf>,

    /// Kind of the certificate's file; PEM is all there is
    #[arg(long, value_name = "TYPE", hide = true, value_parser = ["PEM"], ignore_case = true)]
    cert_type: Option<String>,

    /// Kind of the key's file; PEM is all there is
    #[arg(long, value_name = "TYPE", hide = true, value_parser = ["PEM"], ignore_case = true)]
    key_type: Option<String>,

    /// Connect to ADDRESS for HOST and PORT: HOST:PORT:ADDRESS
    #[arg(long, value_name = "RESOLUTION")]
    resolve: Vec<Resolution>,

    /// Connect to another host: HOST1:PORT1:HOST2:PORT2
    #[arg(long, value_name = "REROUTING")]
    connect_to: Vec<Rerouting>,

    /// Connect to this Unix domain socket
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    unix_socket: Option<PathBuf>,

    /// Maximum time to connect, in seconds
    #[arg(long, alias = "cli-connect-timeout", value_name = "SECONDS", value_parser = parse_seconds)]
    connect_timeout: Option<Duration>,

    /// Maximum time for the whole request, in seconds
    #[arg(short = 'm', long, alias = "cli-read-timeout", value_name = "SECONDS", value_parser = parse_seconds)]
    max_time: Option<Duration>,

    /// Maximum transfer rate in bytes per second: 500K, 2M
    #[arg(long, value_name = "SPEED", value_parser = parse_rate)]
    limit_rate: Option<NonZeroU64>,

    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, overrides_with = "ipv6")]
    ipv4: bool,

    /// Connect to IPv6 addresses only
    #[arg(short = '6', long)]
    ipv6: bool,

    /// Use HTTP/1.1 (the default)
    #[arg(long = "http1.1")]
    http1: bool,

    /// Use HTTP/2 if the server supports it
    #[arg(long, overrides_with = "http1")]
    http2: bool,
}

/// Default connect timeout for requests on behalf of clients, which have time limits of their own.
const UPSTREAM_CONNECT_TIME: Duration = Duration::from_secs(10);

/// The options for a SOCKS proxy. The last one of these and `-x` is used.
const SOCKS: [&str; 4] = ["socks4", "socks4a", "socks5", "socks5_hostname"];

impl ConnectionOptions {
    /// The proxy that was given. A scheme in its URL takes precedence over the option, as with curl.
    fn proxy(&self) -> Option<Cow<'_, str>> {
        let socks = [
            ("socks4", &self.socks4),
            ("socks4a", &self.socks4a),
            ("socks5", &self.socks5),
            ("socks5h", &self.socks5_hostname),
        ];
        let named = socks.into_iter().find_map(|(scheme, host)| Some((scheme, host.as_deref()?)));
        match named {
            Some((_, host)) if host.is_empty() || host.contains("://") => Some(Cow::Borrowed(host)),
            Some((scheme, host)) => Some(Cow::Owned(format!("{scheme}://{host}"))),
            None => self.proxy.as_deref().map(Cow::Borrowed),
        }
    }

    fn identity(&self) -> Option<Identity> {
        let certificate = self.cert.clone()?;
        let key = self.key.clone().unwrap_or_else(|| certificate.clone());
        Some(Identity { certificate, key })
    }

    fn family(&self) -> Family {
        match (self.ipv4, self.ipv6) {
            (true, _) => Family::V4,
            (_, true) => Family::V6,
            _ => Family::Any,
        }
    }

    /// Whether HTTP/2 is requested.
    pub fn wants_http2(&self) -> bool {
        self.http2
    }

    /// The options that limit a transfer, and whether each was given. They only have an effect on requests that sigvet
    /// itself makes.
    pub fn transfer_limits(&self) -> [(&'static str, bool); 2] {
        [("--max-time", self.max_time.is_some()), ("--limit-rate", self.limit_rate.is_some())]
    }

    /// Maximum download rate in bytes per second.
    pub fn rate(&self) -> Option<NonZeroU64> {
        self.limit_rate
    }

    /// The transport options. CA certificates and proxies come from the environment unless an option names them.
    pub fn to_transport(&self, context: &Context) -> Options {
        let environment = &context.environment;
        let login = self.proxy_user.as_ref().map(Secret::expose_secret);
        let bundle = || ca_bundle(environment);
        Options {
            proxies: Proxies::new(self.proxy().as_deref(), self.noproxy.as_deref(), environment).with_login(login),
            resolutions: self.resolve.clone(),
            reroutings: self.connect_to.clone(),
            unix_socket: self.unix_socket.clone(),
            connect_timeout: self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT),
            max_time: self.max_time,
            trust: trust(self.insecure, self.cacert.clone().or_else(bundle)),
            proxy_trust: trust(self.proxy_insecure, self.proxy_cacert.clone().or_else(bundle)),
            identity: self.identity(),
            family: self.family(),
            rate: self.limit_rate,
            version: if self.http2 { HttpVersion::Http2 } else { HttpVersion::Http1 },
            reach: Reach::Any,
            meter: Meter::default(),
        }
    }
}

impl ConnectionOptions {
    /// The transport options for a server that receives the requests of clients.
    pub fn to_upstream(&self, context: &Context) -> Options {
        let connect_timeout = self.connect_timeout.unwrap_or(UPSTREAM_CONNECT_TIME);
        Options { connect_timeout, ..self.to_transport(context) }
    }

    /// The transport options for requesting credentials: the same proxies and CA certificates, but without the Unix
    /// domain socket and the time limit of the request.
    pub fn to_credentials(&self, context: &Context) -> Options {
        Options { unix_socket: None, max_time: None, ..self.to_transport(context) }
    }
}

fn trust(insecure: bool, file: Option<PathBuf>) -> Trust {
    match file {
        _ if insecure => Trust::Anybody,
        Some(file) => Trust::File(file),
        None => Trust::Platform,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    /// Catches an option that does not override an earlier one.
    #[test]
    fn the_last_option_for_a_proxy_is_used() {
        let proxy = |words: &[&str]| {
            let command = ConnectionOptions::augment_args(
                clap::Command::new("send").no_binary_name(true).args_override_self(true),
            );
            let matches = command.try_get_matches_from(words).unwrap();
            ConnectionOptions::from_arg_matches(&matches).unwrap().proxy().map(Cow::into_owned)
        };
        for (option, scheme) in
            [("--socks4", "socks4"), ("--socks4a", "socks4a"), ("--socks5", "socks5"), ("--socks5-hostname", "socks5h")]
        {
            let expected = Some(format!("{scheme}://h:1"));
            assert_eq!(proxy(&[option, "h:1"]), expected);
            assert_eq!(proxy(&["-x", "other", option, "h:1"]), expected);
            assert_eq!(proxy(&[option, "h:1", "-x", "other"]).as_deref(), Some("other"));
            for other in ["--socks4", "--socks4a", "--socks5", "--socks5-hostname"] {
                assert_eq!(proxy(&[other, "other", option, "h:1"]), expected, "{other} {option}");
            }
        }
        assert_eq!(proxy(&["--socks5", "http://h"]).as_deref(), Some("http://h"));
        assert_eq!(proxy(&[]), None);
    }
}
