//! From what was typed to the request that a kind of token is: its URL, its region and its expiry.

use std::time::Duration;

use super::TokenArgs;
use super::cache::Cache;
use super::endpoint::Endpoint;
use super::kind::{Kind, name_of};
use super::request::FixedRequest;
use crate::cli::commands::presign::DEFAULT_EXPIRES;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::request::{RequestOptions, RequestSource};
use crate::cli::options::signing::CredentialOptions;
use crate::cli::request::caller_identity::{self, ForCluster, ForVault};
use crate::cli::request::token::percent_encoded;
use crate::profiles::looks_like_key_id;
use sigvet_core::endpoint::{domain_in, infer};
use sigvet_core::prepare::longest_life;

/// A token that is to be signed.
pub(super) struct Order<'a> {
    /// The URL to sign.
    pub url: String,
    /// The rest of the request.
    pub source: Box<dyn RequestSource + 'a>,
    /// The region, if it is known before the profile is asked.
    pub region: Option<String>,
    /// The expiry, if the token is a presigned URL.
    pub expires: Option<Duration>,
    /// The endpoint that was typed.
    pub endpoint: Option<Endpoint>,
}

/// The header fields that go with AppSync's own clients, signed (*Building a Real-Time WebSocket Client*).
const APPSYNC_HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// What Snowflake's servers require the audience of an attestation to be.
const SNOWFLAKE_AUDIENCE: &str = "snowflakecomputing.com";

impl<'a> Order<'a> {
    /// Makes the request of the kind that was typed.
    pub(super) fn of(
        args: &'a TokenArgs,
        credentials: &CredentialOptions,
        no_options: &'a RequestOptions,
        context: &Context,
    ) -> Result<Self, Failure> {
        let region = args.region.clone();
        let endpoint = args.host.as_deref().map(|host| Endpoint::parse(args.kind, host, args.port)).transpose()?;
        let expires = expires(args)?;
        let order = |url: String, source: Box<dyn RequestSource + 'a>, region: Option<String>| Self {
            url,
            source,
            region,
            expires,
            endpoint: endpoint.clone(),
        };
        let fixed = |method: &'static str| Box::new(FixedRequest::new(method));
        let in_region = |by_host: Option<String>| {
            let known = match region.clone().or(by_host) {
                Some(region) => Some(region),
                None => caller_identity::known_region(credentials, None, context)?,
            };
            let failure = || Failure::usage(format!("no region for a token of '{}'", name_of(args.kind)));
            known.ok_or_else(|| failure().hint("pass --region, or set region in the profile"))
        };
        Ok(match args.kind {
            Kind::Rds => order(args.rds_url(endpoint.as_ref())?, fixed("GET"), region),
            Kind::Dsql => order(args.dsql_url(endpoint.as_ref())?, fixed("GET"), region),
            Kind::Elasticache | Kind::Memorydb => {
                let cache = args.cache(endpoint.as_ref())?;
                order(args.cache_url(&cache)?, fixed("GET"), region.or(cache.region))
            }
            Kind::Msk => {
                let by_host = endpoint.as_ref().and_then(|endpoint| infer(&endpoint.host)?.region);
                let region = in_region(by_host)?;
                let host = format!("kafka.{region}.{}", domain_in(&region));
                order(format!("https://{host}/?Action=kafka-cluster%3AConnect"), fixed("GET"), Some(region))
            }
            Kind::Bedrock => {
                let url = "https://bedrock.amazonaws.com/?Action=CallWithBearerToken";
                order(url.to_owned(), fixed("POST"), Some(in_region(None)?))
            }
            Kind::Eks => {
                let name = args.required("cluster-name", args.cluster_name.as_deref(), "the name is signed")?;
                let region = in_region(None)?;
                let source = Box::new(ForCluster { request: no_options, name });
                order(caller_identity::url_in(&region), source, Some(region))
            }
            Kind::Vault => {
                let source = Box::new(ForVault { request: no_options, server_id: args.vault_server_id.as_deref() });
                order(caller_identity::vault_url(region.as_deref()), source, region)
            }
            Kind::Gcp => {
                args.required("audience", args.audience.as_deref(), "it names the provider that takes the token")?;
                let region = in_region(None)?;
                order(caller_identity::url_in(&region), fixed("POST"), Some(region))
            }
            Kind::Snowflake => {
                let region = in_region(None)?;
                let headers = vec![("X-Snowflake-Audience", SNOWFLAKE_AUDIENCE.to_owned())];
                let source = Box::new(FixedRequest { headers, ..FixedRequest::new("POST") });
                order(caller_identity::url_in(&region), source, Some(region))
            }
            Kind::Appsync | Kind::AppsyncEvents => {
                let host = args.required_host(endpoint.as_ref(), "it is that of the API")?;
                let url = format!("https://{}{}", api_host(host), args.appsync_path());
                order(url, Box::new(args.appsync_request()), region)
            }
            Kind::Iot => {
                let host = args.required_host(endpoint.as_ref(), "it is that of 'aws iot describe-endpoint'")?;
                order(format!("wss://{host}/mqtt"), fixed("GET"), region)
            }
            Kind::Redshift => return Err(Failure::usage("Redshift takes no signed token")),
        })
    }
}

impl TokenArgs {
    fn required<'t>(&self, option: &str, value: Option<&'t str>, why: &str) -> Result<&'t str, Failure> {
        let name = name_of(self.kind);
        match value {
            Some("") => Err(Failure::usage(format!("--{option} is empty"))),
            Some(value) => Ok(value),
            None => Err(Failure::usage(format!("a token of '{name}' needs --{option}: {why}"))),
        }
    }

    fn required_host<'t>(&self, endpoint: Option<&'t Endpoint>, why: &str) -> Result<&'t str, Failure> {
        self.required("host", endpoint.map(|endpoint| endpoint.host.as_str()), why)
    }

    /// The user, percent-encoded. A key in its place is a key that was meant for `-u` of other commands.
    fn encoded_user(&self) -> Result<String, Failure> {
        let user = self.required("user", self.user.as_deref(), "the user is signed")?;
        if user.split_once(':').is_some_and(|(id, _)| looks_like_key_id(id)) {
            return Err(Failure::usage("--user is the user to log in as, not an access key")
                .hint("put keys into a profile or the environment"));
        }
        Ok(percent_encoded(user))
    }

    fn rds_url(&self, endpoint: Option<&Endpoint>) -> Result<String, Failure> {
        let host = self.required_host(endpoint, "it is signed")?;
        let port = endpoint.and_then(|endpoint| endpoint.port).ok_or_else(|| {
            Failure::usage("a token of 'rds' needs --port: the port is signed")
                .hint("pass --port 5432 for PostgreSQL, or --port 3306 for MySQL and MariaDB")
        })?;
        Ok(format!("https://{host}:{port}/?Action=connect&DBUser={}", self.encoded_user()?))
    }

    fn dsql_url(&self, endpoint: Option<&Endpoint>) -> Result<String, Failure> {
        let host = self.required_host(endpoint, "it is signed")?;
        let user = self.required("user", self.user.as_deref(), "'admin' has an action of its own")?;
        let action = if user == "admin" { "DbConnectAdmin" } else { "DbConnect" };
        Ok(format!("https://{host}/?Action={action}"))
    }

    fn cache(&self, endpoint: Option<&Endpoint>) -> Result<Cache, Failure> {
        let host = self.required_host(endpoint, "the name of the cache, or its endpoint")?;
        let unknown =
            || Failure::usage(format!("the host {host} does not show the name of the cache, which is signed"));
        Cache::parse(host).ok_or_else(|| unknown().hint("pass the name itself: --host NAME --region REGION"))
    }

    fn cache_url(&self, cache: &Cache) -> Result<String, Failure> {
        let serverless = if self.serverless || cache.is_serverless { "&ResourceType=ServerlessCache" } else { "" };
        Ok(format!("https://{}/?Action=connect&User={}{serverless}", cache.name, self.encoded_user()?))
    }

    fn appsync_path(&self) -> &'static str {
        match (self.kind, &self.data) {
            (Kind::AppsyncEvents, _) => "/event",
            (_, Some(_)) => "/graphql",
            (_, None) => "/graphql/connect",
        }
    }

    fn appsync_request(&self) -> FixedRequest {
        let headers = APPSYNC_HEADERS.map(|(name, value)| (name, value.to_owned())).into();
        let body = self.data.as_deref().unwrap_or("{}").as_bytes().to_vec();
        FixedRequest { method: "POST", headers, body }
    }
}

/// What is signed is the host of the API; WebSockets are opened at another.
fn api_host(host: &str) -> String {
    host.replace(".appsync-realtime-api.", ".appsync-api.")
}

/// The expiry that was typed, or the usual one; none for a token that is signed in its header.
fn expires(args: &TokenArgs) -> Result<Option<Duration>, Failure> {
    let (usual, longest) = match (args.kind.presigned(), args.kind) {
        (Some(kind), _) => (Duration::from_secs(kind.usual), Duration::from_secs(kind.longest)),
        (None, Kind::Iot) => (DEFAULT_EXPIRES, longest_life(Kind::Iot.service())),
        (None, _) => return Ok(None),
    };
    let expires = args.expires.unwrap_or(usual);
    if expires.is_zero() || expires > longest {
        let name = name_of(args.kind);
        let (longest, presented) = (longest.as_secs(), expires.as_secs());
        return Err(Failure::usage(format!("a token of '{name}' expires after 1 to {longest} s, not {presented} s"))
            .hint(format!("omit --expires for {} s", usual.as_secs())));
    }
    Ok(Some(expires))
}
