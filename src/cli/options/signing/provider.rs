//! curl's `--aws-sigv4`, which names provider, region and service in one word.

use sigvet_core::scheme::{Dialect, UnknownDialect};

/// curl's `--aws-sigv4 provider1[:provider2[:region[:service]]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigV4Provider {
    /// The names that the first two parts make.
    pub dialect: Dialect,
    /// The third part.
    pub region: Option<String>,
    /// The fourth part.
    pub service: Option<String>,
}

/// Text that names no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProvider {
    /// It has not the parts that curl expects.
    #[error("invalid provider '{presented}'; expected provider1[:provider2[:region[:service]]]")]
    Shape {
        /// The text as it was given.
        presented: String,
    },
    /// Its first two parts name a procedure that is not spoken here.
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

    /// The rows are those of curl's manual.
    #[test]
    fn aws_sigv4_reads_as_curl_reads_it() {
        let parsed: SigV4Provider = "aws:amz:us-east-2:es".parse().unwrap();
        assert_eq!(parsed.dialect, Dialect::AWS4);
        assert_eq!((parsed.region.as_deref(), parsed.service.as_deref()), (Some("us-east-2"), Some("es")));
        let short: SigV4Provider = "goog".parse().unwrap();
        assert_eq!((short.dialect, short.region), (Dialect::GOOG4, None));
        assert!("".parse::<SigV4Provider>().is_err());
        assert!("a b:c".parse::<SigV4Provider>().is_err());
    }
}
