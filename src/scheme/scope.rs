//! The credential scope: the day, region and service that a signing key is made for.

use std::fmt;

use super::Dialect;
use crate::time::Timestamp;

/// A credential scope: `20150830/us-east-1/iam/aws4_request`.
///
/// Read out of a request it holds whatever stood there, sound or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The day, `20150830`.
    pub date: String,
    /// The region, `us-east-1`.
    pub region: String,
    /// The service, `iam`.
    pub service: String,
    /// The last part, `aws4_request`.
    pub terminator: String,
}

/// A region or service that cannot stand in a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {part}: '{presented}', expected letters, digits, '-', '_' and '.'")]
pub struct InvalidScopePart {
    /// `region` or `service`.
    pub part: &'static str,
    /// The text as it was given.
    pub presented: String,
}

impl Scope {
    /// The scope of a signature made now, for a region and a service.
    ///
    /// # Errors
    /// A region or a service that is empty or holds other than `A-Za-z0-9-_.`.
    pub fn new(day: &Timestamp, region: &str, service: &str, dialect: &Dialect) -> Result<Self, InvalidScopePart> {
        Ok(Self {
            date: day.day().to_owned(),
            region: sound("region", region)?,
            service: sound("service", service)?,
            terminator: dialect.terminator.clone().into_owned(),
        })
    }

    /// Splits `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request` into the access key id and the scope. The id may hold `/`.
    pub fn parse_credential(credential: &str) -> Option<(String, Self)> {
        let mut parts = credential.rsplitn(5, '/');
        let mut next = || parts.next().map(str::to_owned);
        let (terminator, service, region, date, id) = (next()?, next()?, next()?, next()?, next()?);
        Some((id, Self { date, region, service, terminator }))
    }
}

impl Scope {
    /// Appends the text.
    pub(crate) fn write(&self, out: &mut String) {
        for part in [&self.date, &self.region, &self.service] {
            out.push_str(part);
            out.push('/');
        }
        out.push_str(&self.terminator);
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.date, self.region, self.service, self.terminator)
    }
}

fn sound(part: &'static str, text: &str) -> Result<String, InvalidScopePart> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if text.is_empty() || !text.bytes().all(fits) {
        return Err(InvalidScopePart { part, presented: text.to_owned() });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_splits_from_its_end() {
        let (id, scope) = Scope::parse_credential("a/b:c/20150830/us-east-1/iam/aws4_request").unwrap();
        assert_eq!((id.as_str(), scope.to_string().as_str()), ("a/b:c", "20150830/us-east-1/iam/aws4_request"));
        assert_eq!(Scope::parse_credential("AKID/20150830/us-east-1/aws4_request"), None);
    }

    #[test]
    fn a_region_cannot_change_the_shape_of_the_scope() {
        let now = Timestamp::from_epoch_seconds(0);
        for region in ["", "eu/west", "eu west", "eu\n", "eu,west"] {
            assert!(Scope::new(&now, region, "s3", &Dialect::AWS4).is_err(), "{region:?}");
        }
    }
}
