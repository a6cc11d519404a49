//! The canonicalized resource: bucket, path as on the wire, and the query parameters that name a part of the resource
//! or change the response.
//!
//! Follows *Constructing the CanonicalizedResource element*; the list of parameters combines those of S3's
//! documentation, botocore (`HmacV1Auth`), Ceph (`rgw_auth_s3.cc`), Swift (`s3api`) and s3s.

use super::{Names, Terms};
use crate::canonical::query;
use crate::request::Request;

/// The signed parameters, sorted. A server that does not know one of them does not support its operation either.
const SUB_RESOURCES: [&str; 38] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Which parameters are signed as part of the resource. Servers have different lists, and leave out what is not in
/// their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubResources {
    /// All parameters that S3 and stores with the same protocol sign.
    #[default]
    Standard,
    /// The parameters that one server signs, by name.
    Named(Vec<String>),
}

impl SubResources {
    /// The standard list of a provider.
    pub fn standard(names: &Names) -> impl Iterator<Item = &'static str> {
        SUB_RESOURCES.iter().chain(names.own_sub_resources).copied()
    }

    fn has(&self, name: &str, names: &Names) -> bool {
        match self {
            Self::Standard => is_sub_resource(name, names),
            Self::Named(own) => own.iter().any(|own| own == name),
        }
    }
}

/// Whether a parameter is signed as part of the resource.
pub fn is_sub_resource(name: &str, names: &Names) -> bool {
    SUB_RESOURCES.contains(&name) || names.own_sub_resources.contains(&name)
}

/// The signed parameters of a request, decoded and sorted by name, with their values; `+` is read as a space, as
/// servers do.
pub fn sub_resources(request: &Request, names: &Names) -> Vec<(Vec<u8>, Vec<u8>)> {
    signed_parameters(request, |name| is_sub_resource(name, names))
}

fn signed_parameters(request: &Request, is_signed: impl Fn(&str) -> bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    let is_signed = |name: &[u8]| std::str::from_utf8(name).is_ok_and(&is_signed);
    let parameters = query::parameters(request.query().unwrap_or_default());
    let mut signed: Vec<_> = parameters.filter(|(name, _)| is_signed(name)).collect();
    signed.sort_by(|(one, _), (other, _)| one.cmp(other));
    signed
}

/// The resource in the form that is signed.
pub(super) fn canonicalized(request: &Request, terms: &Terms) -> Vec<u8> {
    let parameters = signed_parameters(request, |name| terms.sub_resources.has(name, terms.names));
    join(terms.bucket.as_deref(), path_of(request), &parameters)
}

/// The path on the wire; an empty path becomes `/`.
pub fn path_of(request: &Request) -> &[u8] {
    if request.path().is_empty() { b"/" } else { request.path() }
}

/// Joins the parts of the resource. A parameter without a value is written without `=`.
pub fn join(bucket: Option<&str>, path: &[u8], parameters: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut text = Vec::with_capacity(path.len() + 64);
    if let Some(bucket) = bucket {
        text.push(b'/');
        text.extend_from_slice(bucket.as_bytes());
    }
    text.extend_from_slice(path);
    for (at, (name, value)) in parameters.iter().enumerate() {
        text.push(if at == 0 { b'?' } else { b'&' });
        text.extend_from_slice(name);
        if !value.is_empty() {
            text.push(b'=');
            text.extend_from_slice(value);
        }
    }
    text
}
