//! Prepares the proxy as a forward proxy: its certificate authority, with the private key in memory or in a file, and
//! the certificate for clients to trust.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::ProxyArgs;
use crate::cli::commands::serve::tls::explain;
use crate::cli::context::{self, Context};
use crate::cli::credentials::words::closing_command;
use crate::cli::failure::{Exit, Failure};
use crate::files;
use crate::gateway::certificate::{check_free, write_authority};
use crate::gateway::proxy::{Forwarding, HostPattern, PURPOSE, Route, constraint};
use crate::gateway::{Authority, Clock};
use crate::platform::{self, Access, mode_open_to};
use sigvet_core::credentials::Secret;

/// A forward proxy that is ready to start.
pub struct Prepared {
    /// The configuration of the proxy.
    pub forwarding: Forwarding,
    /// A newly generated private key that is to be saved.
    new_key: Option<Secret>,
}

/// Creates or reads the authority if the options ask for one.
///
/// # Errors
/// The private key cannot be read, or other users have access to it.
pub fn prepare(args: &ProxyArgs, routes: &[Route], context: &Context) -> Result<Option<Prepared>, Failure> {
    let Some(certificate) = &args.ca else { return Ok(None) };
    check_free(certificate).map_err(explain)?;
    let (constraint, clock) = (constraint(routes), Clock::new(context::now));
    let (authority, new_key) = match &args.ca_key {
        None => {
            let made = Authority::new(PURPOSE, &constraint, clock, std::process::id());
            (made.map_err(Failure::invalid)?, None)
        }
        Some(path) if certificate == path => {
            return Err(
                Failure::usage("--ca and --ca-key are the same file").hint("a certificate is public, its key is not")
            );
        }
        Some(path) => {
            let kept = read_key(path)?;
            let is_new = kept.is_none();
            let key = kept.map_or_else(Authority::make_key, Ok).map_err(Failure::invalid)?;
            context.secrets.add([key.expose_secret()]);
            let authority = Authority::with_key(PURPOSE, &constraint, clock, &key);
            let authority = authority.map_err(|error| {
                Failure::invalid(error)
                    .context(format!("cannot use {}", path.display()))
                    .hint("expected a private key as PEM (PKCS#8); if the file does not exist, it is created")
            })?;
            (authority, is_new.then_some(key))
        }
    };
    let tunnelled = args.tunnel.iter().map(|host| HostPattern::new(host)).collect();
    let options = args.connection.to_upstream(context);
    Ok(Some(Prepared { forwarding: Forwarding { authority, tunnelled, options, own: Vec::new() }, new_key }))
}

impl Prepared {
    /// Writes the certificate, and the private key if it is new.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, args: &ProxyArgs) -> Result<(), Failure> {
        if let (Some(key), Some(path)) = (&self.new_key, &args.ca_key) {
            write_key(key, path).map_err(|error| unwritten(path, error))?;
        }
        match &args.ca {
            Some(path) => write_authority(path, &self.forwarding.authority.to_pem()).map_err(explain),
            None => Ok(()),
        }
    }
}

/// Reads the private key if the file exists. Anyone who can read it can pose as any host to the clients.
fn read_key(path: &Path) -> Result<Option<Secret>, Failure> {
    let read = match files::read(path, files::SETTINGS_LIMIT) {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::located(Exit::Usage, format!("cannot read {}", path.display()), error)),
    };
    if let Some(mode) = mode_open_to(Access::Any, &read.metadata) {
        return Err(Failure::usage(format!("others can use {} (mode {mode:04o})", path.display()))
            .hint(format!("keep it private ({}), or replace it if others may have read it", closing_command(path))));
    }
    let text = String::from_utf8(read.bytes.to_vec());
    Ok(Some(Secret::new(text.map_err(|_| Failure::usage(format!("{} is not PEM", path.display())))?)))
}

fn write_key(key: &Secret, path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    platform::for_owner_only(&mut options);
    options.open(path)?.write_all(key.expose_secret().as_bytes())
}

fn unwritten(path: &Path, error: std::io::Error) -> Failure {
    Failure::located(Exit::CannotWrite, format!("cannot write {}", path.display()), error)
}
