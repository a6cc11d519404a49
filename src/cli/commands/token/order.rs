//! A token to sign: its request, its expiry, and the endpoint that it is for.

use std::time::Duration;

use super::TokenArgs;
use super::call::{Call, Maker};
use super::endpoint::Endpoint;
use super::kind::{Kind, name_of};
use crate::cli::commands::presign::DEFAULT_EXPIRES;
use crate::cli::failure::Failure;
use sigvet_core::prepare::longest_expiry;

/// A token to sign.
pub(super) struct Order<'a> {
    /// The request to sign.
    pub call: Call<'a>,
    /// The expiry, if the token is a presigned URL.
    pub expires: Option<Duration>,
    /// The endpoint from `--host` and `--port`.
    pub endpoint: Option<Endpoint>,
}

impl<'a> Order<'a> {
    /// Builds the order from the command's arguments.
    pub(super) fn of(maker: &Maker<'a, '_>) -> Result<Self, Failure> {
        let args = maker.args;
        let endpoint = args.host.as_deref().map(|host| Endpoint::parse(args.kind, host, args.port)).transpose()?;
        let expires = expires(args)?;
        let call = maker.call(endpoint.as_ref())?;
        Ok(Self { call, expires, endpoint })
    }
}

impl Order<'_> {
    /// Returns a warning if the host is not a database endpoint: databases accept only tokens for the name of their
    /// own endpoint (RDS guide, *IAM database authentication*: a custom DNS record cannot be used in place of the
    /// endpoint).
    pub(super) fn warning(&self, kind: Kind) -> Option<String> {
        let service = match kind {
            Kind::Rds => "RDS",
            Kind::Dsql => "Aurora DSQL",
            _ => return None,
        };
        let host = self.endpoint.as_ref().map(|endpoint| endpoint.host.as_str())?;
        Kind::of_host(host).is_none().then(|| {
            format!(
                "{service} accepts only tokens that are signed for its endpoint, and {host} is not one; pass the endpoint as \
                 --host, even if you connect through an alias or a tunnel"
            )
        })
    }
}

/// The expiry from `--expires` or the default; `None` for a token that is signed in its header.
fn expires(args: &TokenArgs) -> Result<Option<Duration>, Failure> {
    let (usual, longest) = match (args.kind.presigned(), args.kind) {
        (Some(kind), _) => (Duration::from_secs(kind.usual), Duration::from_secs(kind.longest)),
        (None, Kind::Iot) => (DEFAULT_EXPIRES, longest_expiry(Kind::Iot.service())),
        (None, _) => return Ok(None),
    };
    let expires = args.expires.unwrap_or(usual);
    if expires.is_zero() || expires > longest {
        let (name, longest, presented) = (name_of(args.kind), longest.as_secs(), expires.as_secs());
        return Err(Failure::usage(format!("{name} accepts a token expiry of 1 to {longest} s, not {presented} s"))
            .hint(format!("omit --expires to use {} s", usual.as_secs())));
    }
    Ok(Some(expires))
}
