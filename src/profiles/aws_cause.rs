//! What `aws-config` says of a failure, error by error, without the secrets that may be in it.
//!
//! Its errors cannot be kept as causes: one of them has for its text what a credential process printed, and their `Debug` has
//! more. So the chain is copied, each text as it may be shown.

use std::error::Error;
use std::fmt;

/// An error of `aws-config` as it may be shown, and what caused it.
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
    /// Copies an error with all that caused it, each text as `shown` lets it through.
    pub(super) fn copy(error: &(dyn Error + 'static), shown: impl Fn(&str) -> String) -> Self {
        let source = texts(error)
            .into_iter()
            .rev()
            .fold(None, |source, text| Some(Box::new(Self { text: shown(&text), source })));
        *source.expect("an error has a text")
    }
}

/// The texts of an error and of all that caused it, each on one line.
#[cfg(feature = "aws-config")]
fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source()) {
        let words: Vec<_> = error.to_string().split_whitespace().map(str::to_owned).collect();
        let text = words.join(" ").trim_end_matches('.').to_owned();
        // Many an error repeats its cause in its own words.
        if texts.is_empty() || !texts.iter().any(|before| before.contains(&text)) {
            texts.push(text);
        }
    }
    texts
}

/// How AWS's chain ends where it has no credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainEnd {
    /// The environment switches off the instance metadata service.
    MetadataOff,
    /// The instance metadata service gives nothing.
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
    fn causes_are_copied_on_one_line_each_and_once() {
        let bottom = Link { text: "connection\n  refused.", source: None };
        let middle = Link { text: "dispatch failure", source: Some(Box::new(bottom)) };
        let error = Link { text: "no luck: dispatch failure", source: Some(Box::new(middle)) };
        let copy = AwsCause::copy(&error, str::to_uppercase);
        assert_eq!(copy.to_string(), "NO LUCK: DISPATCH FAILURE");
        assert_eq!(copy.source().unwrap().to_string(), "CONNECTION REFUSED");
        assert!(copy.source().unwrap().source().is_none());
    }
}
