//! Builds the routes of the proxy from their settings.

use std::sync::Arc;

use super::checks::{
    Check, check_added, check_header, check_host, check_host_pattern, check_method, check_path, check_prefix,
    check_region, check_role, check_service, check_stripped,
};
use super::spec::RouteSpec;
use super::{ProxyArgs, UpstreamScheme};
use crate::cli::context::Context;
use crate::cli::credentials::sources::Sources;
use crate::cli::failure::Failure;
use crate::cli::options::signing::SigningOptions;
use crate::cli::request::address;
use crate::cli::signing::session;
use crate::gateway::proxy::{
    Allowance, AllowedHosts, Destination, Edits, HostPattern, Permission, PrefixPattern, Route, ScopeOf, Selector,
    Signers,
};
use crate::profiles;
use crate::transport::{Options, Upstream};
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::without_port;
use sigvet_core::prepare;
use sigvet_core::request::{Headers, Request, RequestUrl, UriScheme};
use sigvet_core::time::Timestamp;

/// Builds a route.
///
/// # Errors
/// The upstream URL is invalid, the profile does not exist, or the region is unknown.
pub fn route(spec: &RouteSpec, args: &ProxyArgs, sources: &mut Sources, context: &Context) -> Result<Route, Failure> {
    check(spec)?;
    let options = args.connection.to_upstream(context);
    let is_inbound = args.inbound.is_some();
    let (destination, host) = destination(spec, options, is_inbound)?;
    let settings = sources.settings(spec.profile.as_deref())?;
    let region = spec.region.clone().or_else(|| settings.region.clone());
    let source = sources.source(spec.profile.as_deref(), spec.role_arn.as_deref(), region)?;
    let scope_of = scope_of(spec, settings);
    // Clients that sign state the region and the service themselves.
    if let Some(host) = spec.sign_host.as_deref().or(host.as_deref()).filter(|_| !is_inbound) {
        let settings = scope_of(without_port(host)).map_err(|problem| spec.problem(problem))?;
        let url = RequestUrl::parse(&format!("https://{host}/")).map_err(|error| spec.problem(error))?;
        check_signing(&url, &settings).map_err(|problem| spec.problem(problem))?;
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
        allowance: allowance(spec),
        inbound: Permission {
            regions: spec.region.iter().cloned().collect(),
            services: spec.service.iter().cloned().collect(),
            ..Permission::default()
        },
        edits: edits(spec)?,
        limit: args.response_timeout,
        signers: Signers::default(),
    })
}

/// Refuses rules that could never apply.
fn check(spec: &RouteSpec) -> Result<(), Failure> {
    let all = |words: &[String], check: Check| words.iter().try_for_each(|word| check(word));
    let checked = all(spec.sign_host.as_slice(), check_host)
        .and_then(|()| all(spec.host.as_slice(), check_host_pattern))
        .and_then(|()| all(spec.path.as_slice(), check_prefix))
        .and_then(|()| all(&spec.allow_hosts, check_host_pattern))
        .and_then(|()| all(&spec.allow_methods, check_method))
        .and_then(|()| all(&spec.allow_paths, check_path))
        .and_then(|()| all(&spec.strip_headers, check_stripped))
        .and_then(|()| spec.add_headers.iter().try_for_each(|(name, _)| check_added(name)))
        .and_then(|()| all(spec.region.as_slice(), check_region))
        .and_then(|()| all(spec.service.as_slice(), check_service))
        .and_then(|()| all(spec.role_arn.as_slice(), check_role))
        .and_then(|()| all(&spec.duplicate_headers, check_header));
    checked.map_err(|useless| useless.into_failure(|problem| spec.problem(problem)))?;
    // Where the bucket is in the host, rules name it in front of the path.
    if let Some(prefix) = spec.path.as_deref().filter(|_| spec.to.is_some()) {
        let is_elsewhere = |path: &&String| !PrefixPattern::new(path).may_be_below(prefix);
        if let Some(path) = spec.allow_paths.iter().find(is_elsewhere) {
            return Err(spec
                .problem(format!("the path '{path}' in allow_paths is not below '{prefix}', which the route takes"))
                .hint("paths of rules are those that clients send, with the prefix"));
        }
    }
    match spec.is_configured && spec.to.is_some() && !spec.allow_hosts.is_empty() {
        true => {
            Err(spec.problem("allow_hosts is set, but all requests go to the host in 'to'").hint("remove one of them"))
        }
        false => Ok(()),
    }
}

/// Signs a request that is never sent, to find settings that no request can be signed with.
fn check_signing(url: &RequestUrl, settings: &prepare::Settings) -> Result<(), String> {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret");
    let request = Request::new("GET", url).map_err(|error| error.to_string())?;
    let now = Timestamp::from_epoch_seconds(0);
    prepare::prepare(request, &prepare::Identity::from(&credentials), settings, now)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// The destination of the route, and its host if that is fixed.
fn destination(spec: &RouteSpec, options: Options, is_inbound: bool) -> Result<(Destination, Option<String>), Failure> {
    let Some(text) = &spec.to else {
        let scheme = match spec.upstream_scheme {
            UpstreamScheme::Https => UriScheme::Https,
            UpstreamScheme::Http => UriScheme::Http,
        };
        let allowed = match spec.allow_hosts.is_empty() {
            // Clients with their own keys must not reach hosts run by others.
            true => AllowedHosts::Aws { with_customers: !is_inbound },
            false => AllowedHosts::Listed(spec.allow_hosts.iter().map(|host| HostPattern::new(host)).collect()),
        };
        return Ok((Destination::named(allowed, scheme, options), None));
    };
    let url = upstream_url(spec, text)?;
    let host = url.host_header();
    let upstream = Upstream::new(url, options);
    let upstream = if spec.http2_prior_knowledge { upstream.with_http2_prior_knowledge() } else { upstream };
    Ok((Destination::Fixed(Arc::new(upstream)), Some(host)))
}

fn upstream_url(spec: &RouteSpec, text: &str) -> Result<RequestUrl, Failure> {
    if !text.contains("://") {
        return Err(spec
            .problem(format!("invalid upstream '{text}': no scheme"))
            .hint(format!("expected https://HOST or http://HOST:PORT, for example https://{text}")));
    }
    let url = address::parse(text).map_err(|failure| spec.problem(failure.to_line()))?;
    if url.target() != b"/" {
        return Err(spec
            .problem(format!("invalid upstream '{text}': it has a path"))
            .hint("pass only scheme, host and port; a request is passed on with its own path"));
    }
    Ok(url)
}

/// Chooses the region and the service as all other commands do.
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
    Arc::new(move |host| session::settings_for_host(&signing, &profile, host).map_err(|failure| failure.to_line()))
}

fn path_prefix(spec: &RouteSpec) -> Result<Option<String>, Failure> {
    if spec.strip_prefix && spec.path.is_none() {
        return Err(spec.problem("strip_prefix is set, but there is no path to strip"));
    }
    Ok(spec.path.clone())
}

fn allowance(spec: &RouteSpec) -> Allowance {
    let paths = spec.allow_paths.iter().map(|path| PrefixPattern::new(path)).collect();
    Allowance { methods: spec.allow_methods.clone(), paths }
}

fn edits(spec: &RouteSpec) -> Result<Edits, Failure> {
    let patterns = |texts: &[String]| texts.iter().map(|text| PrefixPattern::new(text)).collect();
    let mut add = Headers::default();
    for (name, value) in &spec.add_headers {
        add.push(name, value.as_str()).map_err(|error| spec.problem(format!("invalid header '{name}': {error}")))?;
    }
    Ok(Edits {
        strip: patterns(&spec.strip_headers),
        strip_parameters: patterns(&spec.strip_params),
        duplicate: spec.duplicate_headers.clone(),
        add: add.as_slice().to_vec(),
        strip_prefix: spec.path.clone().filter(|_| spec.strip_prefix),
    })
}
