//! The settings of a route as the user wrote them: on the command line or in the configuration file.

use std::fmt::Display;

use super::{ProxyArgs, UpstreamScheme};
use crate::cli::failure::Failure;
use crate::cli::options::signing::{PathOptions, SchemeName};
use crate::gateway::proxy::UNNAMED_ROUTE;

/// The settings of one route.
#[derive(Debug, Clone, Default)]
pub struct RouteSpec {
    /// The name of the route.
    pub name: String,
    /// Whether it comes from a configuration file.
    pub is_configured: bool,
    /// Which requests the route matches.
    pub host: Option<String>,
    pub path: Option<String>,
    pub port: Option<u16>,
    /// The upstream server. `None` means the host that each request names.
    pub to: Option<String>,
    pub upstream_scheme: UpstreamScheme,
    pub allow_hosts: Vec<String>,
    pub http2_prior_knowledge: bool,
    /// The credentials to sign with.
    pub profile: Option<String>,
    pub role_arn: Option<String>,
    /// How to sign.
    pub region: Option<String>,
    pub service: Option<String>,
    pub scheme: Option<SchemeName>,
    pub region_set: Option<String>,
    pub sign_host: Option<String>,
    pub unsigned_payload: bool,
    pub token_unsigned: bool,
    pub path_options: PathOptions,
    /// Which requests are allowed.
    pub allow_methods: Vec<String>,
    pub allow_paths: Vec<String>,
    /// How requests are changed.
    pub add_headers: Vec<(String, String)>,
    pub strip_headers: Vec<String>,
    pub strip_params: Vec<String>,
    pub duplicate_headers: Vec<String>,
    pub strip_prefix: bool,
}

impl RouteSpec {
    /// Takes the settings from the command line. They are the defaults for the routes of a configuration file.
    ///
    /// # Errors
    /// `--add-header` is not a header, or `--host` is a URL.
    pub fn from_args(args: &ProxyArgs) -> Result<Self, Failure> {
        // Templates of containers pass options without a value on as empty ones.
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(host) = args.host.as_ref().filter(|host| host.contains("://")) {
            let hint = format!("use --to {host}");
            return Err(Failure::usage("--host takes a host without a scheme").hint(hint));
        }
        let to = set(&args.host).map(|host| format!("{}://{host}", args.upstream_url_scheme.as_str()));
        let added = args.add_header.iter().map(|text| header(text, "--add-header", "expected 'NAME: VALUE'"));
        let custom = args.custom_headers.iter().filter(|text| !text.is_empty());
        let custom = custom.map(|text| header(text, "--custom-headers", "expected NAME=VALUE,NAME=VALUE"));
        Ok(Self {
            name: UNNAMED_ROUTE.to_owned(),
            to: set(&args.to).or(to),
            upstream_scheme: args.upstream_url_scheme,
            allow_hosts: args.allow_host.clone(),
            http2_prior_knowledge: args.http2_prior_knowledge,
            profile: args.credentials.profile.clone(),
            role_arn: set(&args.role_arn),
            region: set(&args.region),
            service: set(&args.service),
            scheme: args.scheme,
            region_set: args.region_set.clone(),
            sign_host: set(&args.sign_host),
            unsigned_payload: args.unsigned_payload,
            token_unsigned: args.token_unsigned,
            path_options: args.path,
            allow_methods: args.allow_method.clone(),
            allow_paths: args.allow_path.clone(),
            add_headers: added.chain(custom).collect::<Result<_, _>>()?,
            strip_headers: args.strip_header.clone(),
            strip_params: args.strip_param.clone(),
            duplicate_headers: args.duplicate_headers.clone(),
            ..Self::default()
        })
    }

    /// An error about the route, with its name if it comes from a configuration file.
    pub fn problem(&self, text: impl Display) -> Failure {
        match self.is_configured {
            true => Failure::usage(format!("route '{}': {}", self.name, with_fields(&text.to_string()))),
            false => Failure::usage(text.to_string()),
        }
    }

    /// Whether the route changes requests before they are signed.
    pub fn changes_requests(&self) -> bool {
        let lists = [&self.strip_headers, &self.strip_params, &self.duplicate_headers];
        !self.add_headers.is_empty() || self.strip_prefix || lists.iter().any(|list| !list.is_empty())
    }
}

/// The text with the fields of the file instead of the options of the command line.
fn with_fields(text: &str) -> String {
    let names = ["region-set", "region", "service", "scheme", "profile", "role-arn", "sign-host"];
    names.iter().fold(text.to_owned(), |text, name| {
        let field = name.replace('-', "_");
        text.replace(&format!("--{name} "), &format!("{field} = "))
    })
}

impl UpstreamScheme {
    /// The scheme in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

fn header(text: &str, option: &str, hint: &str) -> Result<(String, String), Failure> {
    let split = text.split_once([':', '=']).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    split
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Failure::usage(format!("invalid {option} '{text}'")).hint(hint))
}
