//! The names that each provider of Signature Version 4 uses.
//!
//! AWS, Google Cloud Storage's HMAC keys, and whatever curl's `--aws-sigv4 provider1[:provider2]` can express. A
//! provider whose *procedure* differs is not a dialect.

use std::borrow::Cow;
use std::str::FromStr;

use super::Scheme;

type Name = Cow<'static, str>;

/// The names of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// First line of the string to sign in Version 4: `AWS4-HMAC-SHA256`.
    pub algorithm: Name,
    /// Prefix of the secret when keys are derived: `AWS4`.
    pub secret_prefix: Name,
    /// Last part of the credential scope: `aws4_request`.
    pub terminator: Name,
    /// Prefix of the provider's headers, in lower case: `x-amz-`. All of them are signed.
    pub header_prefix: Name,
    /// Prefix of the parameters of a presigned URL: `X-Amz-`.
    pub query_prefix: Name,
    /// Header that carries the timestamp, in lower case: `x-amz-date`.
    pub date_header: Name,
    /// Header that carries the payload's hash, in lower case: `x-amz-content-sha256`.
    pub content_sha256_header: Name,
    /// Header that carries the session token, in lower case: `x-amz-security-token`.
    pub token_header: Name,
    /// Parameter, without the prefix, that carries the session token of a presigned URL: `Security-Token`.
    pub token_parameter: Name,
    /// Services whose paths are object keys: `s3` and its family.
    pub object_services: &'static [&'static str],
}

/// AWS services whose paths are object keys, by their names in credential scopes.
const S3_FAMILY: &[&str] = &["s3", "s3-outposts", "s3-object-lambda", "s3express"];

/// The parameter, without the prefix, in which nearly all providers carry the session token.
const TOKEN_PARAMETER: &str = "Security-Token";

/// Why a name is not that of a dialect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownDialect {
    /// The text is neither a known name nor two providers.
    #[error("unknown dialect '{presented}'; expected aws, goog or provider1:provider2")]
    Name {
        /// The name as it was given.
        presented: String,
    },
    /// The provider's procedure differs, so its servers would refuse what this crate signs with its names.
    #[error(
        "{OTHER_PROCEDURE} of Alibaba Cloud OSS is not a Version 4 dialect and is not supported; OSS also accepts AWS4-HMAC-SHA256, at s3.oss-REGION.aliyuncs.com"
    )]
    Procedure {
        /// The name as it was given.
        presented: String,
    },
}

/// The algorithm that is named like a dialect but is not one. It signs the bucket of a virtual host as part of the
/// path, valueless parameters without `=`, and headers that its list does not name (*Include signatures in the
/// Authorization header (V4)* in the OSS developer guide).
const OTHER_PROCEDURE: &str = "OSS4-HMAC-SHA256";

impl Dialect {
    /// Amazon Web Services, and object stores with the same protocol.
    pub const AWS4: Self = Self {
        algorithm: Cow::Borrowed("AWS4-HMAC-SHA256"),
        secret_prefix: Cow::Borrowed("AWS4"),
        terminator: Cow::Borrowed("aws4_request"),
        header_prefix: Cow::Borrowed("x-amz-"),
        query_prefix: Cow::Borrowed("X-Amz-"),
        date_header: Cow::Borrowed("x-amz-date"),
        content_sha256_header: Cow::Borrowed("x-amz-content-sha256"),
        token_header: Cow::Borrowed("x-amz-security-token"),
        token_parameter: Cow::Borrowed(TOKEN_PARAMETER),
        object_services: S3_FAMILY,
    };

    /// AWS's names in an S3 Express session: the token from `CreateSession` has its own name (*CreateSession* in the S3
    /// API reference). Requests signed with other credentials have the usual names, even to the same hosts.
    pub fn s3_express_session() -> Self {
        Self {
            token_header: Cow::Borrowed("x-amz-s3session-token"),
            token_parameter: Cow::Borrowed("S3session-Token"),
            ..Self::AWS4
        }
    }

    /// Google Cloud Storage with HMAC keys (its *V4 signing process*).
    pub const GOOG4: Self = Self {
        algorithm: Cow::Borrowed("GOOG4-HMAC-SHA256"),
        secret_prefix: Cow::Borrowed("GOOG4"),
        terminator: Cow::Borrowed("goog4_request"),
        header_prefix: Cow::Borrowed("x-goog-"),
        query_prefix: Cow::Borrowed("X-Goog-"),
        date_header: Cow::Borrowed("x-goog-date"),
        content_sha256_header: Cow::Borrowed("x-goog-content-sha256"),
        token_header: Cow::Borrowed("x-goog-security-token"),
        token_parameter: Cow::Borrowed(TOKEN_PARAMETER),
        object_services: &["storage", "s3"],
    };

    /// The names that curl derives from `provider1` and `provider2`: algorithm, key prefix, terminator and the
    /// payload's header from the first, the date header from the second.
    pub fn from_providers(provider1: &str, provider2: &str) -> Self {
        let (upper, lower) = (provider1.to_ascii_uppercase(), provider1.to_ascii_lowercase());
        let headers = provider2.to_ascii_lowercase();
        Self {
            algorithm: format!("{upper}4-HMAC-SHA256").into(),
            secret_prefix: format!("{upper}4").into(),
            terminator: format!("{lower}4_request").into(),
            header_prefix: format!("x-{headers}-").into(),
            query_prefix: format!("X-{}-", capitalized(&headers)).into(),
            date_header: format!("x-{headers}-date").into(),
            content_sha256_header: format!("x-{headers}-content-sha256").into(),
            token_header: format!("x-{headers}-security-token").into(),
            token_parameter: TOKEN_PARAMETER.into(),
            object_services: S3_FAMILY,
        }
    }

    /// Finds a dialect by its name, as in curl's `--aws-sigv4`: `aws`, `goog`, or `provider1:provider2`.
    ///
    /// # Errors
    /// The text is another single word, a provider is empty or contains characters other than letters and digits, or
    /// the provider's procedure differs.
    pub fn from_name(name: &str) -> Result<Self, UnknownDialect> {
        let presented = name.to_owned();
        let sound = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match name.to_ascii_lowercase().as_str() {
            "aws" | "aws4" | "aws:amz" => Ok(Self::AWS4),
            "goog" | "goog4" | "goog:goog" => Ok(Self::GOOG4),
            "oss" | "oss4" => Err(UnknownDialect::Procedure { presented }),
            other if other.starts_with("oss:") => Err(UnknownDialect::Procedure { presented }),
            other => match other.split_once(':') {
                Some((one, two)) if sound(one) && sound(two) => Ok(Self::from_providers(one, two)),
                _ => Err(UnknownDialect::Name { presented }),
            },
        }
    }

    /// The first line of the string to sign in the given scheme: `AWS4-ECDSA-P256-SHA256`.
    pub fn algorithm_for(&self, scheme: Scheme) -> Name {
        match Scheme::from_algorithm(&self.algorithm) {
            Some((provider, own)) if own != scheme => format!("{provider}{}", scheme.algorithm_suffix()).into(),
            _ => self.algorithm.clone(),
        }
    }

    /// The header, in lower case, that carries the region set of Version 4A: `x-amz-region-set`.
    pub fn region_set_header(&self) -> String {
        format!("{}region-set", self.header_prefix)
    }

    /// The header, in lower case, that carries the certificate of a request signed with its key: `x-amz-x509`.
    #[cfg(feature = "x509")]
    pub fn certificate_header(&self) -> String {
        format!("{}x509", self.header_prefix)
    }

    /// The header, in lower case, that carries the certificates between that certificate and the trust anchor:
    /// `x-amz-x509-chain`.
    #[cfg(feature = "x509")]
    pub fn certificate_chain_header(&self) -> String {
        format!("{}x509-chain", self.header_prefix)
    }

    /// Whether the service's paths are object keys, which changes how paths and payloads are signed.
    pub fn stores_objects(&self, service: &str) -> bool {
        self.object_services.contains(&service)
    }

    /// The name of the parameter that carries the session token of a presigned URL: `X-Amz-Security-Token`.
    pub fn token_query_name(&self) -> String {
        self.query_name(&self.token_parameter)
    }

    /// The full name of a parameter of presigned URLs: `X-Amz-Date` for `Date`.
    pub fn query_name(&self, name: &str) -> String {
        format!("{}{name}", self.query_prefix)
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// Same as [`from_name`](Dialect::from_name).
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::from_name(name)
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_dialects_follow_curls_rule() {
        assert_eq!(Dialect::from_providers("aws", "amz"), Dialect::AWS4);
        let goog = Dialect { object_services: S3_FAMILY, ..Dialect::GOOG4 };
        assert_eq!(Dialect::from_providers("GOOG", "goog"), goog);
        let osc = Dialect::from_name("osc:osc").unwrap();
        assert_eq!((osc.algorithm.as_ref(), osc.date_header.as_ref()), ("OSC4-HMAC-SHA256", "x-osc-date"));
    }

    /// curl's rule would accept these names, but Alibaba's servers refuse the resulting signature.
    #[test]
    fn a_provider_of_another_procedure_is_refused() {
        for name in ["oss", "OSS4", "oss:oss", "OSS:amz"] {
            let error = Dialect::from_name(name).unwrap_err();
            assert_eq!(error, UnknownDialect::Procedure { presented: name.to_owned() });
            assert!(error.to_string().contains("OSS4-HMAC-SHA256"));
        }
    }

    #[test]
    fn an_unknown_name_is_refused() {
        for name in ["", "azure", "aws:", ":amz", "a b:c"] {
            assert_eq!(Dialect::from_name(name), Err(UnknownDialect::Name { presented: name.to_owned() }));
        }
    }
}
