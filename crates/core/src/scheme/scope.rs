//! The credential scope: the day, region and service that a signing key is derived for.

use std::fmt;
use std::str::FromStr;

use super::{Dialect, Scheme};
use crate::time::Timestamp;

/// A credential scope: `20150830/us-east-1/iam/aws4_request`.
///
/// If it was read from a request, it contains whatever the request had, valid or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The day, `20150830`.
    pub date: String,
    /// The region, `us-east-1`; `None` in Version 4A.
    pub region: Option<String>,
    /// The service, `iam`.
    pub service: String,
    /// The last part, `aws4_request`.
    pub terminator: String,
}

/// The error for a region or service that cannot be part of a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {part} '{presented}'; expected letters, digits, '-', '_' and '.'")]
#[non_exhaustive]
pub struct InvalidScopePart {
    /// `region` or `service`.
    pub part: &'static str,
    /// The text as it was given.
    pub presented: String,
}

/// The error for text that is not a credential scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid credential scope '{presented}'; expected a form like 20150830/us-east-1/iam/aws4_request")]
#[non_exhaustive]
pub struct InvalidScope {
    /// The text as it was given.
    pub presented: String,
}

impl Scope {
    /// Makes the scope of a Version 4 signature made on this day, for a region and a service.
    ///
    /// # Errors
    /// The region or the service is empty, or contains characters other than `A-Za-z0-9-_.`.
    pub fn new(day: &Timestamp, region: &str, service: &str, dialect: &Dialect) -> Result<Self, InvalidScopePart> {
        Ok(Self {
            date: day.day().to_owned(),
            region: Some(sound("region", region)?),
            service: sound("service", service)?,
            terminator: dialect.terminator.clone().into_owned(),
        })
    }

    /// Makes the scope of a Version 4A signature made on this day, for a service in any region.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn without_region(day: &Timestamp, service: &str, dialect: &Dialect) -> Result<Self, InvalidScopePart> {
        let terminator = dialect.terminator.clone().into_owned();
        Ok(Self { date: day.day().to_owned(), region: None, service: sound("service", service)?, terminator })
    }

    /// Splits `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request` into the access key ID and the scope, which in Version
    /// 4A has no region. The ID may contain `/`.
    pub fn parse_credential(credential: &str, scheme: Scheme) -> Option<(String, Self)> {
        let mut rest = credential;
        let mut last = || {
            let (before, part) = rest.rsplit_once('/')?;
            rest = before;
            Some(part.to_owned())
        };
        let (terminator, service) = (last()?, last()?);
        let region = match scheme {
            Scheme::V4 => Some(last()?),
            #[cfg(feature = "v4a")]
            Scheme::V4a => None,
            #[cfg(feature = "x509")]
            Scheme::X509(_) => Some(last()?),
        };
        let date = last()?;
        Some((rest.to_owned(), Self { date, region, service, terminator }))
    }

    /// The region; empty if the scope has none.
    pub fn region(&self) -> &str {
        self.region.as_deref().unwrap_or_default()
    }
}

/// Whether a text is a day as scopes have it, `20150830`.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Scope {
    /// Appends the scope as text.
    pub(crate) fn write(&self, out: &mut String) {
        for part in [Some(&self.date), self.region.as_ref(), Some(&self.service)].into_iter().flatten() {
            out.push_str(part);
            out.push('/');
        }
        out.push_str(&self.terminator);
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        self.write(&mut text);
        f.write_str(&text)
    }
}

impl FromStr for Scope {
    type Err = InvalidScope;

    /// Parses `20150830/us-east-1/iam/aws4_request`, or `20150830/iam/aws4_request` as in Version 4A.
    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let invalid = || InvalidScope { presented: text.to_owned() };
        let parts: Vec<&str> = text.split('/').collect();
        let (date, region, service, terminator) = match parts[..] {
            [date, region, service, terminator] => (date, Some(region), service, terminator),
            [date, service, terminator] => (date, None, service, terminator),
            _ => return Err(invalid()),
        };
        let others = [region.unwrap_or(service), service, terminator];
        if !is_day(date) || others.into_iter().any(|part| sound("part", part).is_err()) {
            return Err(invalid());
        }
        let owned = str::to_owned;
        Ok(Self {
            date: owned(date),
            region: region.map(owned),
            service: owned(service),
            terminator: owned(terminator),
        })
    }
}

impl TryFrom<&str> for Scope {
    type Error = InvalidScope;

    fn try_from(text: &str) -> Result<Self, InvalidScope> {
        text.parse()
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
    fn a_credential_is_split_from_its_end() {
        let (id, scope) = Scope::parse_credential("a/b:c/20150830/us-east-1/iam/aws4_request", Scheme::V4).unwrap();
        assert_eq!((id.as_str(), scope.to_string().as_str()), ("a/b:c", "20150830/us-east-1/iam/aws4_request"));
        assert_eq!(Scope::parse_credential("AKID/20150830/iam/aws4_request", Scheme::V4), None);
        let (id, scope) = Scope::parse_credential("a/b:c/20150830/iam/aws4_request", Scheme::V4a).unwrap();
        assert_eq!((id.as_str(), scope.to_string().as_str()), ("a/b:c", "20150830/iam/aws4_request"));
        assert_eq!(scope.region, None);
    }

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in ["20150830/us-east-1/iam/aws4_request", "20150830/s3/aws4_request"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "aws4_request",
            "AKID/20150830/us-east-1/iam/aws4_request",
            "20150830//iam/aws4_request",
            "2015-08-30/us-east-1/iam/aws4_request",
            "20150830/us east/iam/aws4_request",
        ] {
            assert_eq!(text.parse::<Scope>().unwrap_err().presented, text);
        }
    }

    #[test]
    fn a_region_cannot_change_the_structure_of_the_scope() {
        let now = Timestamp::from_epoch_seconds(0);
        for region in ["", "eu/west", "eu west", "eu\n", "eu,west"] {
            assert!(Scope::new(&now, region, "s3", &Dialect::AWS4).is_err(), "{region:?}");
        }
    }
}
