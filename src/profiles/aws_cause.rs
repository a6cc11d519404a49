//! The chain of `aws-config` errors behind a failure, without the secrets that may be in it.
//!
//! The errors themselves cannot be stored as causes: the text of one of them is the output of a credential
//! process, and their `Debug` shows even more. Therefore the chain is copied, with each text as it may be shown.

use std::error::Error;
use std::fmt;

/// An `aws-config` error as it may be shown, and its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsCause {
    text: String,
    source: Option<Box<AwsCause>>,
}

impl fmt::Display for AwsCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for AwsCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl AwsCause {
    /// A cause in our own words.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), source: None }
    }
}

#[cfg(feature = "aws-config")]
impl AwsCause {
    /// Copies an error and its causes. `shown` filters each text.
    pub(super) fn copy(error: &(dyn Error + 'static), shown: impl Fn(&str) -> String) -> Self {
        let source = texts(error)
            .into_iter()
            .rev()
            .fold(None, |source, text| Some(Box::new(Self { text: shown(&text), source })));
        *source.expect("an error has a text")
    }
}

/// The texts of an error and of all its causes, each on one line.
#[cfg(feature = "aws-config")]
fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source()) {
        let words: Vec<_> = error.to_string().split_whitespace().map(str::to_owned).collect();
        let text = words.join(" ").trim_end_matches('.').to_owned();
        // Many errors repeat their cause in their own text.
        if texts.is_empty() || !texts.iter().any(|before| before.contains(&text)) {
            texts.push(text);
        }
    }
    texts
}

/// How AWS's chain ended if it found no credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainEnd {
    /// The environment disables the instance metadata service.
    MetadataOff,
    /// The instance metadata service returned no credentials.
    NoMetadata,
}

impl fmt::Display for ChainEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MetadataOff => "instance metadata is switched off",
            Self::NoMetadata => "no instance metadata",
        })
    }
}

#[cfg(all(test, feature = "aws-config"))]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    #[test]
    fn each_cause_is_copied_once_and_on_one_line() {
        let bottom = Link { text: "connection\n  refused.", source: None };
        let middle = Link { text: "dispatch failure", source: Some(Box::new(bottom)) };
        let error = Link { text: "no luck: dispatch failure", source: Some(Box::new(middle)) };
        let copy = AwsCause::copy(&error, str::to_uppercase);
        assert_eq!(copy.to_string(), "NO LUCK: DISPATCH FAILURE");
        assert_eq!(copy.source().unwrap().to_string(), "CONNECTION REFUSED");
        assert!(copy.source().unwrap().source().is_none());
    }
}
