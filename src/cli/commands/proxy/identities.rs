//! Reads the clients' keys from the file of `--inbound`.

use std::fs::Metadata;
use std::path::Path;

use toml_edit::{Item, TableLike};

use super::checks::{Check, check_host_pattern, check_method, check_path, check_scope_word};
use super::table::{TomlFile, read_settings};
use crate::cli::context::Context;
use crate::cli::credentials::sources::Sources;
use crate::cli::credentials::words::closing_command;
use crate::cli::failure::Failure;
use crate::cli::secrets::values_of;
use crate::gateway::proxy::{
    Allowance, Grant, HostPattern, Identities, Permission, PrefixPattern, Route, SessionMode, session_of,
};
use crate::gateway::{Keyring, NamedKey};
use crate::platform::{Access, is_owner_trusted, mode_open_to};
use sigvet_core::credentials::{Credentials, Secret};

/// The fields of an identity, and of its permissions.
const FIELDS: [&str; 6] = ["access_key_id", "secret_access_key", "secret_env", "session_token", "profile", "allow"];
const PERMISSION_FIELDS: [&str; 5] = ["hosts", "methods", "paths", "regions", "services"];

/// Minimum length of a key. A shorter one could be guessed, and could not be told apart from other text.
const SHORTEST: usize = 16;

/// The keys in the file and their permissions.
pub struct Inbound {
    pub keys: Keyring,
    pub identities: Identities,
    pub count: usize,
}

/// Where requests may go: rules about other hosts would never apply.
pub struct Reached<'r> {
    pub routes: &'r [Route],
    pub is_forward_proxy: bool,
}

/// Reads the file.
///
/// # Errors
/// The file cannot be read, or has an unknown field or value.
pub fn read(path: &Path, reached: &Reached<'_>, sources: &mut Sources, context: &Context) -> Result<Inbound, Failure> {
    let (text, metadata) = read_settings(path)?;
    refuse_if_writable(path, &metadata)?;
    warn_if_open(path, &metadata, sources);
    let file = TomlFile { path, text: &text };
    let document = file.parse()?;
    file.check_fields(document.as_table(), &["identity"])?;
    let tables = document.get("identity").and_then(Item::as_table_like).filter(|tables| !tables.is_empty());
    let tables = tables.ok_or_else(|| {
        Failure::usage(format!("{} has no identity", path.display())).hint("begin each one with a line [identity.NAME]")
    })?;
    let (mut keys, mut grants, mut count) = (Vec::new(), Vec::new(), 0);
    for (name, item) in tables.iter() {
        let table = item.as_table_like().ok_or_else(|| {
            file.failure(item.span(), &format!("identity '{name}' must be a table, as [identity.{name}]"))
        })?;
        let credentials = credentials(&file, name, table, context)?;
        let grant = grant(&file, table, reached, sources)?;
        if grants.iter().any(|(id, _)| *id == credentials.access_key_id) {
            return Err(file.failure(item.span(), "two identities have the same access_key_id"));
        }
        // The keys of its S3 Express sessions have the same permissions.
        for session in SessionMode::ALL.map(|mode| session_of(&credentials, mode)) {
            context.secrets.add(values_of(&session));
            grants.push((session.access_key_id.clone(), grant.clone()));
            keys.push(NamedKey { name: format!("session of identity '{name}'"), credentials: session });
        }
        grants.push((credentials.access_key_id.clone(), grant));
        keys.push(NamedKey { name: format!("identity '{name}'"), credentials });
        count += 1;
    }
    Ok(Inbound { keys: Keyring::new(keys), identities: Identities::new(grants), count })
}

/// Refuses a file that other users can write to: they could give themselves a key and use the real credentials.
fn refuse_if_writable(path: &Path, metadata: &Metadata) -> Result<(), Failure> {
    if !is_owner_trusted(metadata) {
        return Err(Failure::usage(format!("{} belongs to another user, who can change it", path.display())));
    }
    match mode_open_to(Access::Write, metadata) {
        None => Ok(()),
        Some(mode) => Err(Failure::usage(format!("others can write to {} (mode {mode:04o})", path.display()))
            .hint(format!("{} keeps it private", closing_command(path)))),
    }
}

fn warn_if_open(path: &Path, metadata: &Metadata, sources: &mut Sources) {
    if let Some(mode) = mode_open_to(Access::Any, metadata) {
        let command = closing_command(path);
        sources.warn(format!("others can use {} (mode {mode:04o}); {command} keeps it private", path.display()));
    }
}

fn credentials(
    file: &TomlFile<'_>,
    name: &str,
    table: &dyn TableLike,
    context: &Context,
) -> Result<Credentials, Failure> {
    file.check_fields(table, &FIELDS)?;
    let missing = |field: &str| Failure::usage(format!("{}: identity '{name}' has no {field}", file.path.display()));
    let id = file.string(table, "access_key_id")?.ok_or_else(|| missing("access_key_id"))?;
    let secret = match (file.string(table, "secret_access_key")?, file.string(table, "secret_env")?) {
        (Some(secret), None) => Secret::new(secret),
        (None, Some(variable)) => {
            let value = context.environment.get(&variable);
            Secret::new(value.ok_or_else(|| {
                Failure::usage(format!("identity '{name}' takes its secret from {variable}, which is not set"))
            })?)
        }
        (None, None) => return Err(missing("secret_access_key").hint("set secret_access_key or secret_env")),
        (Some(_), Some(_)) => {
            return Err(Failure::usage(format!("identity '{name}' has both secret_access_key and secret_env")));
        }
    };
    for (field, value) in [("access_key_id", id.as_str()), ("secret_access_key", secret.expose_secret())] {
        if value.len() < SHORTEST {
            let problem = format!("{}: {field} of identity '{name}' is too short", file.path.display());
            return Err(Failure::usage(problem).hint(format!("expected at least {SHORTEST} characters")));
        }
    }
    let mut credentials = Credentials::new(id, secret.expose_secret());
    credentials.session_token = file.string(table, "session_token")?.map(Secret::new);
    context.secrets.add(values_of(&credentials));
    Ok(credentials)
}

fn grant(
    file: &TomlFile<'_>,
    table: &dyn TableLike,
    reached: &Reached<'_>,
    sources: &mut Sources,
) -> Result<Grant, Failure> {
    let profile = file.string(table, "profile")?;
    let source = profile.map(|profile| sources.source(Some(&profile), None, None)).transpose()?;
    let Some(item) = table.get("allow") else { return Ok(Grant { source, permissions: Vec::new() }) };
    let mut permissions = Vec::new();
    match (item.as_array_of_tables(), item.as_array()) {
        (Some(tables), _) => {
            for table in tables {
                permissions.push(permission(file, table, reached)?);
            }
        }
        (None, Some(array)) => {
            for value in array {
                let table = value.as_inline_table();
                let table = table.ok_or_else(|| file.failure(value.span(), "allow must hold tables"))?;
                permissions.push(permission(file, table, reached)?);
            }
        }
        (None, None) => return Err(file.failure(item.span(), "allow must be an array of tables")),
    }
    if permissions.is_empty() {
        return Err(file.failure(item.span(), "allow is empty, so this identity could do nothing; remove either one"));
    }
    Ok(Grant { source, permissions })
}

fn permission(file: &TomlFile<'_>, table: &dyn TableLike, reached: &Reached<'_>) -> Result<Permission, Failure> {
    file.check_fields(table, &PERMISSION_FIELDS)?;
    if table.is_empty() {
        return Err(Failure::usage(format!(
            "{}: an entry of allow is empty, and would allow everything",
            file.path.display()
        )));
    }
    let checks: [(&str, Check); 5] = [
        ("hosts", check_host_pattern),
        ("methods", check_method),
        ("paths", check_path),
        ("regions", check_scope_word),
        ("services", check_scope_word),
    ];
    for (field, check) in checks {
        for word in file.strings(table, field)? {
            let span = table.get(field).and_then(Item::span);
            check(&word).map_err(|useless| useless.into_failure(|problem| file.failure(span, problem)))?;
        }
    }
    let hosts: Vec<HostPattern> = file.strings(table, "hosts")?.iter().map(|host| HostPattern::new(host)).collect();
    let leads_to =
        |host: &HostPattern| reached.routes.iter().any(|route| route.may_lead_to(host, reached.is_forward_proxy));
    if !hosts.iter().all(leads_to) {
        let span = table.get("hosts").and_then(Item::span);
        let problem = "no route leads to a host in hosts";
        return Err(file.failure(span, problem).hint("expected hosts of upstreams, whatever clients call the proxy"));
    }
    let paths = file.strings(table, "paths")?.iter().map(|path| PrefixPattern::new(path)).collect();
    Ok(Permission {
        hosts,
        regions: file.strings(table, "regions")?,
        services: file.strings(table, "services")?,
        allowance: Allowance { methods: file.strings(table, "methods")?, paths },
    })
}
