//! From routes as they were written to routes that are taken.

use std::sync::Arc;

use super::sources::Sources;
use super::spec::RouteSpec;
use super::{ProxyArgs, UpstreamScheme};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::options::signing::SigningOptions;
use crate::cli::request::address;
use crate::cli::signing::scheme_choice;
use crate::cli::signing::scope_choice::{Destination as Host, ScopeChoice};
use crate::cli::signing::session;
use crate::gateway::proxy::{
    Allowance, Destination, Edits, HostPattern, PrefixPattern, Route, ScopeOf, Selector, Signers,
};
use crate::profiles;
use crate::transport::{DEFAULT_CONNECT_TIMEOUT, Options, Upstream};
use sigvet_core::request::{Headers, RequestUrl, UriScheme};

/// Hosts of AWS, in all its partitions.
const AWS_HOSTS: [&str; 7] = [
    "*.amazonaws.com",
    "*.amazonaws.com.cn",
    "*.api.aws",
    "*.on.aws",
    "*.amazonaws.eu",
    "*.aws.dev",
    "*.api.amazonwebservices.com.cn",
];

/// Time to connect if nobody says: whoever waits has a time limit of their own.
const CONNECT_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// Makes a route.
///
/// # Errors
/// An upstream that is no URL, a profile that does not exist, a region that is not known.
pub fn route(spec: &RouteSpec, args: &ProxyArgs, sources: &mut Sources, context: &Context) -> Result<Route, Failure> {
    let options = connection(args, context);
    let (destination, host) = destination(spec, options)?;
    let settings = sources.settings(spec.profile.as_deref())?;
    let region = spec.region.clone().or_else(|| settings.region.clone());
    let source = sources.source(spec.profile.as_deref(), spec.role_arn.as_deref(), region)?;
    let scope_of = scope_of(spec, settings);
    if let Some(host) = spec.sign_host.as_deref().or(host.as_deref()) {
        // Only whether it is known counts here.
        let _ = scope_of(without_port(host)).map_err(|problem| Failure::usage(format!("{}: {problem}", spec.name)))?;
    }
    Ok(Route {
        name: spec.name.clone(),
        selector: Selector {
            host: spec.host.as_deref().map(HostPattern::new),
            path_prefix: path_prefix(spec)?,
            port: spec.port,
        },
        destination,
        source,
        scope_of,
        sign_host: spec.sign_host.clone(),
        is_payload_unsigned: spec.unsigned_payload,
        allowance: allowance(spec)?,
        edits: edits(spec)?,
        limit: args.response_timeout,
        signers: Signers::default(),
    })
}

fn connection(args: &ProxyArgs, context: &Context) -> Options {
    let options = args.connection.to_transport(context);
    let is_default = options.connect_timeout == DEFAULT_CONNECT_TIMEOUT;
    let connect_timeout = if is_default { CONNECT_TIME } else { options.connect_timeout };
    Options { connect_timeout, ..options }
}

/// Where the route leads, and the host if it is always the same.
fn destination(spec: &RouteSpec, options: Options) -> Result<(Destination, Option<String>), Failure> {
    let Some(text) = &spec.to else {
        let scheme = match spec.upstream_scheme {
            UpstreamScheme::Https => UriScheme::Https,
            UpstreamScheme::Http => UriScheme::Http,
        };
        let given: Vec<HostPattern> = spec.allow_hosts.iter().map(|host| HostPattern::new(host)).collect();
        let allowed = if given.is_empty() { AWS_HOSTS.map(HostPattern::new).into() } else { given };
        return Ok((Destination::named(allowed, scheme, options), None));
    };
    let url = upstream_url(text)?;
    let host = url.host_header();
    let upstream = Upstream::new(url, options);
    let upstream = if spec.http2_prior_knowledge { upstream.with_http2_prior_knowledge() } else { upstream };
    Ok((Destination::Fixed(Arc::new(upstream)), Some(host)))
}

fn upstream_url(text: &str) -> Result<RequestUrl, Failure> {
    if !text.contains("://") {
        return Err(Failure::usage(format!("invalid upstream '{text}': no scheme"))
            .hint(format!("expected https://HOST or http://HOST:PORT, for example https://{text}")));
    }
    let url = address::parse(text)?;
    if url.target() != b"/" {
        return Err(Failure::usage(format!("invalid upstream '{text}': it has a path"))
            .hint("pass scheme, host and port alone; a request is passed on with its own path"));
    }
    Ok(url)
}

/// Region and service as every other command chooses them.
fn scope_of(spec: &RouteSpec, profile: profiles::Settings) -> Arc<ScopeOf> {
    let signing = SigningOptions {
        region: spec.region.clone(),
        service: spec.service.clone(),
        scheme: spec.scheme,
        region_set: spec.region_set.clone(),
        token_unsigned: spec.token_unsigned,
        path: spec.path_options,
        ..SigningOptions::default()
    };
    Arc::new(move |host| {
        let chosen = || {
            if signing.is_version_2(profile.scheme.as_deref()) {
                return Err(Failure::usage("a proxy signs with Version 4 or 4A").hint("pass --scheme v4"));
            }
            let scope = ScopeChoice::of(&signing, None, &profile, Host::from_host(host));
            let scheme = scheme_choice::choose(&signing, scope.region_set(), profile.scheme.as_deref())?;
            session::settings(&signing, scheme, &scope)
        };
        chosen().map_err(|failure| failure.to_line())
    })
}

fn path_prefix(spec: &RouteSpec) -> Result<Option<String>, Failure> {
    match &spec.path {
        Some(path) if !path.starts_with('/') => {
            Err(Failure::usage(format!("{}: the path '{path}' does not begin with '/'", spec.name)))
        }
        path => Ok(path.clone()),
    }
}

fn allowance(spec: &RouteSpec) -> Result<Allowance, Failure> {
    if let Some(path) = spec.allow_paths.iter().find(|path| !path.starts_with('/')) {
        return Err(Failure::usage(format!("the allowed path '{path}' does not begin with '/'"))
            .hint("for example '/bucket/*'"));
    }
    let paths = spec.allow_paths.iter().map(|path| PrefixPattern::new(path)).collect();
    Ok(Allowance { methods: spec.allow_methods.clone(), paths })
}

fn edits(spec: &RouteSpec) -> Result<Edits, Failure> {
    let patterns = |texts: &[String]| texts.iter().map(|text| PrefixPattern::new(text)).collect();
    let mut add = Headers::default();
    for (name, value) in &spec.add_headers {
        add.push(name, value.as_str()).map_err(|error| Failure::usage(format!("invalid header '{name}': {error}")))?;
    }
    Ok(Edits {
        strip: patterns(&spec.strip_headers),
        strip_parameters: patterns(&spec.strip_params),
        duplicate: spec.duplicate_headers.clone(),
        add: add.as_slice().to_vec(),
        strip_prefix: spec.path.clone().filter(|_| spec.strip_prefix),
    })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
