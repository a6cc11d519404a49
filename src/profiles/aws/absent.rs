//! What is left of AWS's files and chain in a build without the feature `aws-config`: a clear word.

use super::Chain;
use crate::profiles::aws_cause::ChainEnd;
use crate::profiles::found::{Described, KnownKey, Resolved};
use crate::profiles::rank::Rank;
use crate::profiles::{Environment, Error};

pub(in crate::profiles) fn profile(name: &str, _: Rank, _: &Environment) -> Result<Resolved, Error> {
    Err(Error::AwsNotBuiltIn { profile: name.to_owned() })
}

pub(in crate::profiles) fn chain(_: &Environment) -> Result<Chain, Error> {
    Ok(Chain::Nothing(ChainEnd::NotBuiltIn, None))
}

pub(in crate::profiles) fn describe(
    name: Option<&str>,
    _: Rank,
    environment: &Environment,
) -> Result<Described, Error> {
    match name {
        Some(name) => Err(Error::AwsNotBuiltIn { profile: name.to_owned() }),
        None => Ok(Described { settings: environment.settings(), ..Described::default() }),
    }
}

/// True of every name but the one that is there unwritten: AWS's files may hold it, and [`profile`] then says that they
/// are not read.
pub(in crate::profiles) fn has_profile(name: &str, _: &Environment) -> Result<bool, Error> {
    Ok(name != "default")
}

pub(in crate::profiles) fn near(_: &str, _: &Environment) -> Vec<String> {
    Vec::new()
}

pub(in crate::profiles) fn known_keys(_: &Environment) -> Vec<KnownKey> {
    Vec::new()
}
