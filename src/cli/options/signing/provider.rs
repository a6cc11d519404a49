//! curl's `--aws-sigv4`, which combines provider, region and service.

use sigvet_core::scheme::{Dialect, UnknownDialect};

/// curl's `--aws-sigv4 provider1[:provider2[:region[:service]]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigV4Provider {
    /// The names from the first two parts.
    pub dialect: Dialect,
    /// The third part.
    pub region: Option<String>,
    /// The fourth part.
    pub service: Option<String>,
}

/// Why a text is not a valid provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProvider {
    /// It does not have the parts that curl expects.
    #[error("invalid provider '{presented}'; expected provider1[:provider2[:region[:service]]]")]
    Shape {
        /// The text as it was given.
        presented: String,
    },
    /// Its first two parts name an unsupported dialect.
    #[error(transparent)]
    Dialect(UnknownDialect),
}

impl std::str::FromStr for SigV4Provider {
    type Err = InvalidProvider;

    fn from_str(text: &str) -> Result<Self, InvalidProvider> {
        let expected = || InvalidProvider::Shape { presented: text.to_owned() };
        let mut parts = text.splitn(4, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let provider1 = next().ok_or_else(expected)?;
        let provider2 = next().unwrap_or(provider1);
        let dialect = Dialect::from_name(&format!("{provider1}:{provider2}"));
        let dialect = dialect.map_err(|error| match error {
            UnknownDialect::Procedure { .. } => InvalidProvider::Dialect(error),
            _ => expected(),
        })?;
        Ok(Self { dialect, region: next().map(str::to_owned), service: next().map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows come from curl's manual.
    #[test]
    fn aws_sigv4_is_parsed_as_by_curl() {
        let parsed: SigV4Provider = "aws:amz:us-east-2:es".parse().unwrap();
        assert_eq!(parsed.dialect, Dialect::AWS4);
        assert_eq!((parsed.region.as_deref(), parsed.service.as_deref()), (Some("us-east-2"), Some("es")));
        let short: SigV4Provider = "goog".parse().unwrap();
        assert_eq!((short.dialect, short.region), (Dialect::GOOG4, None));
        assert!("".parse::<SigV4Provider>().is_err());
        assert!("a b:c".parse::<SigV4Provider>().is_err());
    }
}
