//! Reads routes from a configuration file.

use std::collections::HashSet;
use std::path::Path;

use clap::ValueEnum;
use toml_edit::TableLike;

use super::UpstreamScheme;
use super::spec::RouteSpec;
use super::table::{TomlFile, read_settings};
use crate::cli::failure::Failure;
use crate::cli::options::signing::SchemeName;
use crate::gateway::proxy::HostPattern;

/// The fields of a route.
const FIELDS: [&str; 24] = [
    "name",
    "host",
    "path",
    "port",
    "to",
    "upstream_scheme",
    "allow_hosts",
    "http2_prior_knowledge",
    "profile",
    "role_arn",
    "region",
    "service",
    "scheme",
    "region_set",
    "sign_host",
    "unsigned_payload",
    "token_unsigned",
    "allow_methods",
    "allow_paths",
    "add_headers",
    "strip_headers",
    "strip_params",
    "duplicate_headers",
    "strip_prefix",
];

/// Reads the routes. Settings that a route does not have are taken from the command line.
///
/// # Errors
/// The file cannot be read, is not TOML, or has an unknown field or value.
pub fn read(path: &Path, defaults: &RouteSpec) -> Result<Vec<RouteSpec>, Failure> {
    let (text, _) = read_settings(path)?;
    let file = TomlFile { path, text: &text };
    let document = file.parse()?;
    file.check_fields(document.as_table(), &["route"])?;
    let tables = document.get("route").and_then(toml_edit::Item::as_array_of_tables);
    let tables = tables.filter(|tables| !tables.is_empty()).ok_or_else(|| {
        Failure::usage(format!("{} has no route", path.display())).hint("begin each route with a line [[route]]")
    })?;
    let mut routes = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        routes.push(route(&file, table, defaults, number + 1)?);
    }
    check_names(&file, &routes)?;
    check_conflicts(&file, &routes)?;
    Ok(routes)
}

fn route(
    file: &TomlFile<'_>,
    table: &dyn TableLike,
    defaults: &RouteSpec,
    number: usize,
) -> Result<RouteSpec, Failure> {
    file.check_fields(table, &FIELDS)?;
    let text = |name| file.string(table, name);
    let scheme = named(file, table, "scheme", SchemeName::value_variants(), SchemeName::as_str)?;
    let upstream = named(file, table, "upstream_scheme", UpstreamScheme::value_variants(), UpstreamScheme::as_str)?;
    let flag = |name, default| Ok::<_, Failure>(file.flag(table, name)?.unwrap_or(default));
    let (profile, role) = (text("profile")?, text("role_arn")?);
    Ok(RouteSpec {
        is_configured: true,
        name: text("name")?.unwrap_or_else(|| format!("route {number}")),
        host: text("host")?,
        path: text("path")?,
        port: file.port(table, "port")?,
        to: text("to")?,
        upstream_scheme: upstream.unwrap_or(defaults.upstream_scheme),
        allow_hosts: file.strings(table, "allow_hosts")?,
        http2_prior_knowledge: flag("http2_prior_knowledge", defaults.http2_prior_knowledge)?,
        // A role from the command line only applies together with the profile from the command line.
        role_arn: role.or_else(|| defaults.role_arn.clone().filter(|_| profile.is_none())),
        profile: profile.or_else(|| defaults.profile.clone()),
        region: text("region")?.or_else(|| defaults.region.clone()),
        service: text("service")?.or_else(|| defaults.service.clone()),
        scheme: scheme.or(defaults.scheme),
        region_set: text("region_set")?.or_else(|| defaults.region_set.clone()),
        sign_host: text("sign_host")?.or_else(|| defaults.sign_host.clone()),
        unsigned_payload: flag("unsigned_payload", defaults.unsigned_payload)?,
        token_unsigned: flag("token_unsigned", defaults.token_unsigned)?,
        path_options: defaults.path_options,
        allow_methods: file.strings(table, "allow_methods")?,
        allow_paths: file.strings(table, "allow_paths")?,
        add_headers: file.pairs(table, "add_headers")?,
        strip_headers: file.strings(table, "strip_headers")?,
        strip_params: file.strings(table, "strip_params")?,
        duplicate_headers: file.strings(table, "duplicate_headers")?,
        strip_prefix: flag("strip_prefix", false)?,
    })
}

/// Reads one of a few keywords.
fn named<T: Copy>(
    file: &TomlFile<'_>,
    table: &dyn TableLike,
    field: &str,
    values: &[T],
    word_of: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Failure> {
    let Some(text) = file.string(table, field)? else { return Ok(None) };
    let found = values.iter().copied().find(|value| word_of(*value) == text);
    let words: Vec<&str> = values.iter().map(|value| word_of(*value)).collect();
    let span = table.get(field).and_then(toml_edit::Item::span);
    found.map(Some).ok_or_else(|| file.failure(span, &format!("{field} must be one of {}", words.join(", "))))
}

fn check_names(file: &TomlFile<'_>, routes: &[RouteSpec]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    match routes.iter().find(|route| !seen.insert(&route.name)) {
        None => Ok(()),
        Some(route) => Err(Failure::usage(format!("{}: two routes are named '{}'", file.path.display(), route.name))),
    }
}

/// Refuses two routes that match the same requests, because one of them would never be used.
fn check_conflicts(file: &TomlFile<'_>, routes: &[RouteSpec]) -> Result<(), Failure> {
    let key = |route: &RouteSpec| {
        let host = route.host.as_deref().map(HostPattern::new);
        let path = route.path.as_ref().map(|path| path.trim_end_matches('/').to_owned());
        (host, path, route.port)
    };
    for (at, route) in routes.iter().enumerate() {
        let earlier = routes.iter().take(at).find(|earlier| key(earlier) == key(route));
        if let Some(earlier) = earlier {
            let names = format!("routes '{}' and '{}' match the same requests", earlier.name, route.name);
            return Err(Failure::usage(format!("{}: {names}", file.path.display()))
                .hint("give them different host, path or port"));
        }
    }
    Ok(())
}
