//! What finding credentials takes of the world besides files and variables: the network, the clock, a person to ask.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use sigvet_core::credentials::Secret;
use sigvet_core::request::{Headers, Request, RequestUrl};
use sigvet_core::time::Timestamp;

/// The world outside, as an argument.
pub trait Outside {
    /// The clock.
    fn now(&self) -> Timestamp;

    /// Sends a request, and reads the answer to its end.
    ///
    /// # Errors
    /// Nothing came back.
    fn send(&self, call: Call) -> Result<Answer, NoAnswer>;

    /// The code of this MFA device, where there is one or somebody to ask for it.
    fn mfa_code(&self, serial: &str) -> Option<String>;

    /// The passphrase of the private key in this file, where there is somebody to ask for it.
    fn passphrase(&self, file: &Path) -> Option<Secret>;
}

/// A request on its way to whoever gives out credentials. It has no `Debug`: it may hold a token.
pub struct Call {
    /// Where to.
    pub url: RequestUrl,
    /// What is sent, signed where it has to be.
    pub request: Request,
    /// How long to wait for the answer; none is as long as for any request.
    pub limit: Option<Duration>,
    /// Whether a proxy may be on the way.
    pub route: Route,
    /// The CA certificates that the profile says to trust.
    pub ca_bundle: Option<String>,
}

/// By which way a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// As all others go, by way of a proxy where there is one.
    Usual,
    /// Straight to the host: it is this machine, or as near as that.
    Direct,
}

/// What came back. It has no `Debug`: the body holds secrets.
pub struct Answer {
    /// `200`.
    pub status: u16,
    /// The fields of its head: some services name an error there alone.
    pub headers: Headers,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why nothing came back, in words that hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// The world outside, where other CA certificates are trusted.
pub(super) struct Trusting<'a> {
    pub(super) outside: &'a dyn Outside,
    pub(super) ca_bundle: Option<String>,
}

impl Outside for Trusting<'_> {
    fn now(&self) -> Timestamp {
        self.outside.now()
    }

    fn send(&self, mut call: Call) -> Result<Answer, NoAnswer> {
        call.ca_bundle = call.ca_bundle.or_else(|| self.ca_bundle.clone());
        self.outside.send(call)
    }

    fn mfa_code(&self, serial: &str) -> Option<String> {
        self.outside.mfa_code(serial)
    }

    fn passphrase(&self, file: &Path) -> Option<Secret> {
        self.outside.passphrase(file)
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A world with nothing in it.
    pub(in crate::profiles) struct Nowhere;

    impl Outside for Nowhere {
        fn now(&self) -> Timestamp {
            Timestamp::from_epoch_seconds(1_700_000_000)
        }

        fn send(&self, _: Call) -> Result<Answer, NoAnswer> {
            Err(NoAnswer("there is no network here".to_owned()))
        }

        fn mfa_code(&self, _: &str) -> Option<String> {
            None
        }

        fn passphrase(&self, _: &Path) -> Option<Secret> {
            None
        }
    }
}
