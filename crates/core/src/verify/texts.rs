//! The texts between a request and its signature.

use std::borrow::Cow;
use std::fmt;

use crate::derivation::{Derivation, Part};

/// The texts that are signed for a request. `Debug` omits them, because they may contain a session token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedTexts {
    /// The Version 4 family: a canonical request and its string to sign.
    Canonical(Derivation),
    /// Version 2 and forms: only a string to sign, and the labelled parts it consists of.
    Parts {
        /// The parts, in order.
        parts: Vec<Part>,
        /// The string to sign.
        string_to_sign: Vec<u8>,
    },
}

impl SignedTexts {
    /// The string to sign.
    pub fn string_to_sign(&self) -> &[u8] {
        match self {
            Self::Canonical(derivation) => derivation.string_to_sign.as_bytes(),
            Self::Parts { string_to_sign, .. } => string_to_sign,
        }
    }

    /// The texts that lead to the signature, with their names; the string to sign comes last.
    pub fn stages(&self) -> Vec<(&'static str, Cow<'_, [u8]>)> {
        let mut stages = match self {
            Self::Canonical(derivation) => {
                vec![("canonical-request", Cow::from(derivation.canonical_request.as_bytes()))]
            }
            Self::Parts { parts, .. } => parts.iter().map(|part| (part.name, Cow::from(&part.text))).collect(),
        };
        stages.push(("string-to-sign", Cow::from(self.string_to_sign())));
        stages
    }
}

impl fmt::Debug for SignedTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.stages().iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a derived `Debug`: in Version 2 the token is in a line of the amz headers, in a form in a condition of
    /// the policy.
    #[test]
    fn debug_shows_no_session_token() {
        let text = b"x-amz-security-token:whisper\n".to_vec();
        let parts = vec![Part::new("amz-headers", text.clone())];
        let shown = format!("{:?}", SignedTexts::Parts { parts, string_to_sign: text.clone() });
        assert!(shown.contains("amz-headers") && !shown.contains("whisper"), "{shown}");
        assert!(!shown.contains(&format!("{text:?}")[1..40]), "{shown}");
    }
}
