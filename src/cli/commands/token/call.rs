//! The request that a kind of token is: its URL, its region, and what else is signed.

use super::TokenArgs;
use super::cache::Cache;
use super::endpoint::Endpoint;
use super::kind::{Kind, name_of};
use super::request::FixedRequest;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{RequestOptions, RequestSource};
use crate::cli::options::signing::CredentialOptions;
use crate::cli::request::caller_identity::{self, ForCluster, ForVault};
use crate::cli::request::token::percent_encoded;
use crate::profiles::looks_like_key_id;
use sigvet_core::endpoint::{domain_in, infer};

/// A request to sign.
pub(super) struct Call<'a> {
    /// The URL to sign.
    pub url: String,
    /// The rest of the request.
    pub source: Box<dyn RequestSource + 'a>,
    /// The region, if it is known before the profile is asked.
    pub region: Option<String>,
}

/// What a request is made of.
pub(super) struct Maker<'a, 'c> {
    /// What was typed.
    pub args: &'a TokenArgs,
    /// Where credentials come from, and settings with them.
    pub credentials: &'a CredentialOptions,
    /// Options of requests, none of which was typed.
    pub no_options: &'a RequestOptions,
    /// Where profiles are looked for.
    pub context: &'c Context,
}

/// The header fields that go with AppSync's own clients, signed (*Building a Real-Time WebSocket Client*).
const APPSYNC_HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// Why an option is required.
const SIGNED: &str = "it is part of what is signed";

/// What Snowflake's servers require the audience of an attestation to be.
const SNOWFLAKE_AUDIENCE: &str = "snowflakecomputing.com";

impl<'a> Call<'a> {
    fn new(url: String, source: impl RequestSource + 'a, region: Option<String>) -> Self {
        Self { url, source: Box::new(source), region }
    }
}

impl<'a> Maker<'a, '_> {
    /// Makes the request of the kind that was typed.
    pub(super) fn call(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        match self.args.kind {
            Kind::Rds | Kind::Dsql => self.database(endpoint),
            Kind::Elasticache | Kind::Memorydb => self.cache(endpoint),
            Kind::Msk | Kind::Bedrock => self.bearer(endpoint),
            Kind::Eks | Kind::Vault | Kind::Gcp | Kind::Snowflake => self.identity(),
            Kind::Appsync | Kind::AppsyncEvents | Kind::Iot => self.websocket(endpoint),
            Kind::Redshift => Err(Failure::usage("redshift accepts no signed token")),
        }
    }

    fn database(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let host = self.host(endpoint, SIGNED)?;
        let url = match self.args.kind {
            Kind::Rds => {
                let port = endpoint.and_then(|endpoint| endpoint.port).ok_or_else(|| {
                    Failure::usage("rds requires --port: the port is part of what is signed")
                        .hint("pass --port 5432 for PostgreSQL, or --port 3306 for MySQL and MariaDB")
                })?;
                // Behind https, port 443 would not be a part of the host, which is signed with its port.
                let scheme = if port == 443 { "http" } else { "https" };
                format!("{scheme}://{host}:{port}/?Action=connect&DBUser={}", self.encoded_user()?)
            }
            _ => {
                let user =
                    self.required("user", self.args.user.as_deref(), "the user admin needs another token than others")?;
                format!("https://{host}/?Action={}", if user == "admin" { "DbConnectAdmin" } else { "DbConnect" })
            }
        };
        Ok(Call::new(url, FixedRequest::new("GET"), self.args.region.clone()))
    }

    fn cache(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let host = self.host(endpoint, "the token is signed for the name of the cache")?;
        let cache = Cache::parse(host).ok_or_else(|| {
            Failure::usage(format!("cannot tell the name of the cache, which is signed, from host {host}"))
                .hint("pass the name: --host NAME --region REGION")
        })?;
        let is_serverless = self.args.serverless || cache.is_serverless;
        let serverless = if is_serverless { "&ResourceType=ServerlessCache" } else { "" };
        let url = format!("https://{}/?Action=connect&User={}{serverless}", cache.name, self.encoded_user()?);
        let region = self.region(cache.region)?;
        Ok(Call::new(url, FixedRequest::new("GET"), Some(region)))
    }

    fn bearer(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let by_host = endpoint.and_then(|endpoint| infer(&endpoint.host)?.region);
        let region = self.region(by_host)?;
        let (method, url) = match self.args.kind {
            Kind::Msk => {
                let host = format!("kafka.{region}.{}", domain_in(&region));
                ("GET", format!("https://{host}/?Action=kafka-cluster%3AConnect"))
            }
            _ => ("POST", "https://bedrock.amazonaws.com/?Action=CallWithBearerToken".to_owned()),
        };
        Ok(Call::new(url, FixedRequest::new(method), Some(region)))
    }

    fn identity(&self) -> Result<Call<'a>, Failure> {
        let (args, request) = (self.args, self.no_options);
        if args.kind == Kind::Vault {
            let source = ForVault { request, server_id: args.vault_server_id.as_deref() };
            return Ok(Call::new(caller_identity::vault_url(args.region.as_deref()), source, args.region.clone()));
        }
        let cluster = || self.required("cluster-name", args.cluster_name.as_deref(), SIGNED);
        let audience =
            || self.required("audience", args.audience.as_deref(), "it names the provider that accepts the token");
        let name = match args.kind {
            Kind::Eks => Some(cluster()?),
            Kind::Gcp => audience().map(|_| None)?,
            _ => None,
        };
        let region = self.region(None)?;
        let url = caller_identity::url_in(&region);
        let audience = ("X-Snowflake-Audience", SNOWFLAKE_AUDIENCE.to_owned());
        let headers = if args.kind == Kind::Snowflake { vec![audience] } else { Vec::new() };
        Ok(match name {
            Some(name) => Call::new(url, ForCluster { request, name }, Some(region)),
            None => Call::new(url, FixedRequest { headers, ..FixedRequest::new("POST") }, Some(region)),
        })
    }

    fn websocket(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let (args, region) = (self.args, self.args.region.clone());
        if args.kind == Kind::Iot {
            let host = self.host(endpoint, "aws iot describe-endpoint shows it")?;
            return Ok(Call::new(format!("wss://{host}/mqtt"), FixedRequest::new("GET"), region));
        }
        // What is signed is the host of the API; WebSockets are opened at another.
        let host = self.host(endpoint, "it is the host of the API")?.replace(".appsync-realtime-api.", ".appsync-api.");
        let path = match (args.kind, &args.data) {
            (Kind::AppsyncEvents, _) => "/event",
            (_, Some(_)) => "/graphql",
            (_, None) => "/graphql/connect",
        };
        let headers = APPSYNC_HEADERS.map(|(name, value)| (name, value.to_owned())).into();
        let body = args.data.as_deref().unwrap_or("{}").as_bytes().to_vec();
        Ok(Call::new(format!("https://{host}{path}"), FixedRequest { method: "POST", headers, body }, region))
    }

    /// The region that was typed, or that the host, the profile or the environment names.
    fn region(&self, by_host: Option<String>) -> Result<String, Failure> {
        let known = match self.args.region.clone().or(by_host) {
            Some(region) => Some(region),
            None => caller_identity::known_region(self.credentials, None, self.context)?,
        };
        known.ok_or_else(|| {
            Failure::usage(format!("no region for the {} token", name_of(self.args.kind)))
                .hint("pass --region, or set region in the profile")
        })
    }

    fn required<'t>(&self, option: &str, value: Option<&'t str>, why: &str) -> Result<&'t str, Failure> {
        let name = name_of(self.args.kind);
        match value {
            Some("") => Err(Failure::usage(format!("--{option} is empty"))),
            Some(value) => Ok(value),
            None => Err(Failure::usage(format!("{name} requires --{option}: {why}"))),
        }
    }

    fn host<'t>(&self, endpoint: Option<&'t Endpoint>, why: &str) -> Result<&'t str, Failure> {
        self.required("host", endpoint.map(|endpoint| endpoint.host.as_str()), why)
    }

    /// The user, percent-encoded. A key in its place was meant for `-u` of other commands.
    fn encoded_user(&self) -> Result<String, Failure> {
        let user = self.required("user", self.args.user.as_deref(), SIGNED)?;
        if user.split_once(':').is_some_and(|(id, _)| looks_like_key_id(id)) {
            return Err(Failure::usage("--user takes the name to log in with, not an access key")
                .hint("put keys into a profile or the environment"));
        }
        Ok(percent_encoded(user))
    }
}
