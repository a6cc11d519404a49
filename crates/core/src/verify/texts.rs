//! The texts between a request and its signature.

use std::borrow::Cow;
use std::fmt;

use crate::derivation::{Derivation, Part};

/// What is signed of a request. `Debug` leaves out the texts, which may hold a session token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedTexts {
    /// A canonical request and its string to sign: the Version 4 family.
    Canonical(Derivation),
    /// A string to sign alone, with the labelled parts that it is made of: Version 2 and forms.
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

    /// Each text on the way to the signature with its name, the string to sign last.
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

    /// Catches a derived `Debug`: the amz headers of Version 2 have the token in a line, and a policy in its conditions.
    #[test]
    fn debug_shows_no_session_token() {
        let text = b"x-amz-security-token:whisper\n".to_vec();
        let parts = vec![Part::new("amz-headers", text.clone())];
        let shown = format!("{:?}", SignedTexts::Parts { parts, string_to_sign: text.clone() });
        assert!(shown.contains("amz-headers") && !shown.contains("whisper"), "{shown}");
        assert!(!shown.contains(&format!("{text:?}")[1..40]), "{shown}");
    }
}
