//! Adds the parameters of a presigned URL (*Authenticating Requests: Using Query Parameters*) to a target, and refuses
//! targets that already have them.

use std::time::Duration;

use super::{Identity, PrepareError};
use crate::canonical;
use crate::derivation::{Terms, TokenTravel};
use crate::request::Request;
use crate::request::target::push_parameter;
use crate::scheme::Dialect;

/// Parameters that presigning adds, so the query must not have them already.
const RESERVED: [&str; 6] = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"];

/// The full names of the parameters that a query must not have before it is presigned.
pub(crate) fn reserved_names(dialect: &Dialect) -> [String; 6] {
    RESERVED.map(|name| dialect.query_name(name))
}

/// Refuses a query that already has a signature, or parts of one.
pub(crate) fn refuse_signature(query: &[u8], dialect: &Dialect) -> Result<(), PrepareError> {
    let reserved = reserved_names(dialect);
    let is_reserved = |name: &[u8]| reserved.iter().find(|reserved| reserved.as_bytes() == name);
    match canonical::query::parameters(query).find_map(|(name, _)| is_reserved(&name)) {
        Some(name) => Err(PrepareError::AlreadySigned { carrier: format!("the parameter {name}") }),
        None => Ok(()),
    }
}

/// How long, and in which regions, a presigned URL is valid.
pub(crate) struct Expiry {
    pub(crate) expires: Duration,
    /// The region set, in Version 4A.
    pub(crate) region_set: Option<String>,
}

/// Appends all parameters of a presigned URL except the signature to the existing query.
pub(crate) fn append_parameters(request: &mut Request, terms: &Terms, identity: &Identity, expiry: Expiry) {
    let target = &mut request.target;
    target.reserve(320);
    let mut parameter = |name: &str, value: &str| push_parameter(target, &[&terms.dialect.query_prefix, name], value);
    parameter("Algorithm", &terms.algorithm());
    parameter("Credential", &terms.credential());
    parameter("Date", terms.timestamp.as_str());
    parameter("Expires", &expiry.expires.as_secs().to_string());
    if let Some(region_set) = &expiry.region_set {
        parameter("Region-Set", region_set);
    }
    let token_header_sent = terms.signed_headers.contains(&terms.dialect.token_header);
    if let (Some(token), TokenTravel::Signed, false) = (&identity.session_token, terms.token, token_header_sent) {
        parameter(&terms.dialect.token_parameter, token.expose_secret());
    }
    parameter("SignedHeaders", terms.signed_headers.as_str());
}
