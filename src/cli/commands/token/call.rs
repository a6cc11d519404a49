//! Builds the request to sign for each kind of token: its URL, its region, and its other signed parts.

use super::TokenArgs;
use super::connection::Engine;
use super::endpoint::Endpoint;
use super::kind::{Kind, name_of};
use super::request::FixedRequest;
use super::values::{check_audience, check_region, check_user};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{RequestOptions, RequestSource};
use crate::cli::options::signing::CredentialOptions;
use crate::cli::request::caller_identity::{self, ForCluster, ForVault};
use crate::cli::request::token::percent_encoded;
use sigvet_core::endpoint::{domain_in, infer};
use sigvet_diagnose::formats::{Cache, CacheRegion};

/// A request to sign.
pub(super) struct Call<'a> {
    pub url: String,
    /// Method, header fields and body.
    pub source: Box<dyn RequestSource + 'a>,
    /// The region, if it is known without reading the profile.
    pub region: Option<String>,
}

/// Builds the request of a token from the command's arguments.
pub(super) struct Maker<'a, 'c> {
    /// The parsed arguments.
    pub args: &'a TokenArgs,
    /// Where credentials and profile settings come from.
    pub credentials: &'a CredentialOptions,
    /// Empty request options: `sigvet token` takes none.
    pub no_options: &'a RequestOptions,
    /// Where to look for profiles.
    pub context: &'c Context,
}

/// The header fields that AppSync's own clients send and sign (*Building a Real-Time WebSocket Client*).
const APPSYNC_HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// Why an option is required.
const SIGNED: &str = "it is part of what is signed";

/// The audience that Snowflake's servers require in an attestation.
const SNOWFLAKE_AUDIENCE: &str = "snowflakecomputing.com";

impl<'a> Call<'a> {
    fn new(url: String, source: impl RequestSource + 'a, region: Option<String>) -> Self {
        Self { url, source: Box::new(source), region }
    }
}

impl<'a> Maker<'a, '_> {
    /// Builds the request for the chosen kind of token.
    pub(super) fn call(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        self.check_region_of(endpoint)?;
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
                // The host is signed with its port, and in an https URL port 443 is not part of the host.
                let scheme = if port == 443 { "http" } else { "https" };
                let user = percent_encoded(self.user(Some(port), SIGNED)?);
                format!("{scheme}://{host}:{port}/?Action=connect&DBUser={user}")
            }
            _ => {
                let user = self.user(None, "the administrator, admin, needs a different token from other users")?;
                format!("https://{host}/?Action={}", if user == "admin" { "DbConnectAdmin" } else { "DbConnect" })
            }
        };
        Ok(Call::new(url, FixedRequest::new("GET"), self.args.region.clone()))
    }

    fn cache(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let cache = endpoint.map(|endpoint| Cache::parse(&endpoint.host)).unwrap_or_default();
        let name = self.cache_name(endpoint, &cache)?;
        let is_serverless = self.args.serverless || cache.is_serverless;
        let serverless = if is_serverless { "&ResourceType=ServerlessCache" } else { "" };
        let user = percent_encoded(self.user(None, SIGNED)?);
        let url = format!("https://{name}/?Action=connect&User={user}{serverless}");
        let region = match cache.region {
            Some(CacheRegion::Code(code)) if self.args.region.is_none() => {
                return Err(Failure::usage(format!(
                    "cannot tell the region of the cache: no region has the code '{code}'"
                ))
                .hint("pass the region: --region REGION"));
            }
            region => self.region(region.as_ref().and_then(CacheRegion::known).map(str::to_owned))?,
        };
        Ok(Call::new(url, FixedRequest::new("GET"), Some(region)))
    }

    /// The name of the cache: from `--cache-name`, otherwise from the endpoint.
    fn cache_name(&self, endpoint: Option<&Endpoint>, cache: &Cache) -> Result<String, Failure> {
        if let Some(name) = &self.args.cache_name {
            return Ok(name.to_ascii_lowercase());
        }
        let host = self.host(endpoint, "the token is signed for the name of the cache")?;
        cache.name.clone().ok_or_else(|| {
            Failure::usage(format!("cannot tell the name of the cache, which is signed, from host {host}"))
                .hint("pass the name of the replication group, cluster or serverless cache: --cache-name NAME")
        })
    }

    fn bearer(&self, endpoint: Option<&Endpoint>) -> Result<Call<'a>, Failure> {
        let region = self.region(endpoint.and_then(|endpoint| self.region_of(endpoint)))?;
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
        let audience = || {
            let why = "it names the provider that accepts the token";
            check_audience(self.required("audience", args.audience.as_deref(), why)?)
        };
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
        // The request is signed for the host of the API, but WebSockets connect to a different host.
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

    /// The region in the name of the host.
    fn region_of(&self, endpoint: &Endpoint) -> Option<String> {
        match self.args.kind {
            Kind::Elasticache | Kind::Memorydb => Cache::parse(&endpoint.host).region?.known().map(str::to_owned),
            _ => infer(&endpoint.host)?.region,
        }
    }

    /// Fails if `--region` differs from the region in the host's name: servers reject tokens signed for another
    /// region.
    fn check_region_of(&self, endpoint: Option<&Endpoint>) -> Result<(), Failure> {
        let Some((typed, endpoint)) = self.args.region.as_deref().zip(endpoint) else { return Ok(()) };
        match self.region_of(endpoint).filter(|region| region != typed) {
            Some(region) => {
                Err(Failure::usage(format!("--region is {typed}, but host {} is in {region}", endpoint.host))
                    .hint("omit --region to use the region of the host"))
            }
            None => Ok(()),
        }
    }

    /// The region from `--region`, the host, the profile or the environment, in this order.
    fn region(&self, by_host: Option<String>) -> Result<String, Failure> {
        let known = match self.args.region.clone().or(by_host) {
            Some(region) => Some(region),
            None => caller_identity::known_region(self.credentials, None, self.context)?,
        };
        let region = known.ok_or_else(|| {
            Failure::usage(format!("no region for the {} token", name_of(self.args.kind)))
                .hint("pass --region, or set region in the profile")
        })?;
        check_region(&region).map(|()| region)
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

    /// The value of `--user`, if it is a valid user name.
    fn user(&self, port: Option<u16>, why: &str) -> Result<&'a str, Failure> {
        let user = self.required("user", self.args.user.as_deref(), why)?;
        check_user(self.args.kind, Engine::of(self.args.engine, port), user).map(|()| user)
    }
}
